from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .stock_inventory_sheet import COUNTED_USAGES

# The ids of the places that this transaction holds.
HELD = "cognityv_inventory.held_places"


class StockLocation(models.Model):
    """A place knows by which sheets it is being counted, and stays where it is meanwhile."""

    _inherit = "stock.location"

    last_inventory_sheet_id = fields.Many2one(
        "stock.inventory.sheet",
        "Last inventory sheet",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="cognityv_inventory.group_counter",
    )

    inventory_hold_until = fields.Datetime(
        "Nothing moves until", readonly=True, copy=False, help="Set for a moment while an inventory sheet starts here."
    )
    is_being_counted = fields.Boolean(compute="_compute_counting_note", search="_search_is_being_counted")
    counting_note = fields.Char(
        "Being counted",
        compute="_compute_counting_note",
        help="The inventory sheets that keep stock from moving in or out of this place now.",
    )

    @api.depends("parent_path")
    def _compute_counting_note(self):
        sheets = self._get_counting_sheets()
        for place in self:
            covering = sheets.filtered(lambda sheet, place=place: sheet._covers(place._origin))
            place.is_being_counted = bool(covering)
            place.counting_note = " ".join(sheet._get_counting_note() for sheet in covering)

    def _search_is_being_counted(self, operator, value):
        if operator != "in":
            return NotImplemented
        sheet_model = self.env["stock.inventory.sheet"].sudo()
        sheets = sheet_model.search(sheet_model._get_blocking_domain())
        return Domain.OR(sheet._get_covered_domain() for sheet in sheets)

    def write(self, vals):
        if vals.keys() & {"location_id", "usage", "active", "company_id"}:
            (self | self.browse(vals.get("location_id")))._check_not_being_counted()
        return super().write(vals)

    def _check_not_being_counted(self):
        """
        :raises UserError: when one of these places is counted, or has a place in it that is
        """
        self._hold_against_start()
        for sheet in self._get_counting_sheets_around():
            for place in self.sudo():
                if sheet._covers(place) or sheet.location_id._is_below(place):
                    message = self.env._(
                        "%(location)s is being counted on inventory sheet %(sheet)s and stays where and what it is until "
                        "that sheet is validated or cancelled.",
                        location=place.display_name,
                        sheet=sheet.name,
                    )
                    raise UserError(message)

    def _remember_count(self, sheet):
        """These places were counted by a sheet; by one statement, as there may be thousands of them."""
        # In UTC, as Odoo's own inventory adjustment has it.
        day = sheet.validated_at.date()
        if not self.env["stock.inventory.path"]._remembers_counts_by_sets():
            self.write({"last_inventory_date": day, "last_inventory_sheet_id": sheet.id})
            return
        next_days = self._get_next_inventory_dates(day)
        query = SQL(
            """
            UPDATE stock_location place
               SET last_inventory_date = %s, last_inventory_sheet_id = %s, next_inventory_date = counted.next_day,
                   write_uid = %s, write_date = NOW() AT TIME ZONE 'UTC'
              FROM UNNEST(%s::int[], %s::date[]) AS counted (id, next_day)
             WHERE place.id = counted.id
            """,
            day,
            sheet.id,
            self.env.uid,
            self.ids,
            [next_days[place] or None for place in self],
        )
        names = ["last_inventory_date", "last_inventory_sheet_id", "next_inventory_date"]
        self.env.cr.execute(query)
        self.invalidate_recordset([*names, "write_uid", "write_date"], flush=False)
        self.modified(names)
        self.env.remove_to_compute(self._fields["next_inventory_date"], self)

    def _get_next_inventory_dates(self, day):
        """What Odoo says of when these places, counted on a day, are counted again. It is asked once for all places that
        are alike in what that follows from.

        :return: dict of place → date, or False
        """
        names = self.env.registry.field_depends[self._fields["next_inventory_date"]]
        self.flush_model()
        # All at once, where the ORM reads a thousand at a time.
        self.fetch(names)
        alike = self.grouped(lambda place: tuple(tuple(place.mapped(name)) for name in names))
        dates = {}
        for places in alike.values():
            counted = self.new({"last_inventory_date": day}, origin=places[0])
            dates |= dict.fromkeys(places, counted.next_inventory_date)
        return dates

    def _is_below(self, place):
        return (self.parent_path or "").startswith(place.parent_path or "-")

    def _get_ids_upwards(self):
        """The ids of these places and of all places that they are in."""
        return {int(part) for place in self for part in (place.parent_path or "").split("/") if part} | set(self.ids)

    def _get_counting_sheets(self):
        """The sheets, of any company, that block these places or places above them."""
        sheet_model = self.env["stock.inventory.sheet"].sudo()
        ids = self._get_ids_upwards()
        if not ids:
            return sheet_model
        return sheet_model.search(sheet_model._get_blocking_domain() & Domain("location_id", "in", list(ids)))

    def _get_counting_sheets_around(self):
        """The sheets, of any company, that block these places, or places above or in them."""
        sheet_model = self.env["stock.inventory.sheet"].sudo()
        related = Domain("location_id", "in", list(self._get_ids_upwards())) | Domain(
            "location_id", "child_of", self.ids
        )
        return sheet_model.search(sheet_model._get_blocking_domain() & related) if self else sheet_model

    def _hold_against_start(self):
        """Let no sheet start here, or in a place above, until this transaction has ended.

        Who moves stock takes a shared lock on the rows of its places and of those above, beside others who move;
        Start writes the row of its place (`_hold_places`). So one waits for the other, and a mover that looks at a
        snapshot from before a Start cannot serialize: Odoo tries it again, and then it sees the sheet. SQL, since the
        ORM has no shared lock.

        :raises ConcurrencyError: when a sheet is about to start here; Odoo tries it again
        """
        ids = self._get_ids_upwards()
        if not ids:
            return
        query = SQL(
            """SELECT inventory_hold_until > NOW() AT TIME ZONE 'UTC' FROM stock_location
                WHERE id IN %s AND usage IN %s ORDER BY id FOR SHARE""",
            tuple(ids),
            COUNTED_USAGES,
        )
        if any(held for [held] in self.env.execute_query(query)):
            raise ConcurrencyError(self.env._("An inventory sheet is being started here; try again in a moment."))
        self.env.cr.precommit.data.setdefault(HELD, set()).update(self.ids)

    def _hold_for_reservation(self):
        """Wait for who validates or starts a sheet here: Odoo does not wait for a quant that is locked, but makes a
        second one beside it, or finds out at its end that the first one has changed.

        Once for each place: what this transaction remembers of it is gone with a savepoint that is rolled back, as the
        lock is.
        """
        if not self.env.cr.precommit.data.get(HELD, set()).issuperset(self.ids):
            self._hold_against_start()

    def _check_not_counted(self, move_lines):
        """
        :param move_lines: the stock.move.line records that go in or out of these places
        :return: the releases by hand that let some of them pass
        :raises UserError: for the first one that a sheet blocks
        """
        self._hold_against_start()
        return self._get_counting_sheets()._check_not_blocked(move_lines.sudo())
