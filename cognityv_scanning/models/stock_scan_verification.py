from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.cognityv_inventory.models.stock_inventory_sheet import COUNTED_USAGES
from odoo.addons.cognityv_inventory.tools.own_write import as_own_write

from ..tools.rpc_value import is_id


class StockScanSession(models.Model):
    """Sessions that verify what is in a place: each scan is a count on an inventory sheet."""

    _inherit = "stock.scan.session"

    def _is_for_place(self):
        return self.kind == "verification"

    def _get_title(self):
        return self.location_id.display_name if self._is_for_place() else super()._get_title()

    def _get_subtitle(self):
        return self.sheet_id.name if self._is_for_place() else super()._get_subtitle()

    # Open

    @api.model
    def open_sheet(self, sheet_id, location_id=False):
        """Join the verification of a place of a sheet, or begin one. A planned sheet is started, if the person may.

        :param int sheet_id: an inventory sheet
        :param int location_id: one of its places; by default the sheet's own
        :return: the payload, as of `get_payload`
        :raises UserError: when this person may not count there now, with what to do
        """
        self._check_kind("verification")
        sheet = self.env["stock.inventory.sheet"].browse(sheet_id if is_id(sheet_id) else ()).exists()
        if not sheet:
            raise UserError(self.env._("This inventory sheet does not exist any more; choose another one."))
        sheet.check_access("read")
        place = self.env["stock.location"].browse(location_id if is_id(location_id) else ()).exists()
        if location_id and not place:
            raise UserError(self.env._("This place does not exist any more; choose another one."))
        place = place or sheet.location_id
        return self._join_sheet(sheet, place).get_payload()

    @api.model
    def _open_place(self, place):
        """The session of a place, on the sheet that counts it; a sheet is started or made for it, if the person may.

        :raises UserError: with what to do, when there is no sheet there on which this person may count
        """
        place.check_access("read")
        if place.usage not in COUNTED_USAGES:
            message = self.env._(
                "%(place)s holds no stock of ours, so there is nothing to count; scan a shelf or a rack.",
                place=place.display_name,
            )
            raise UserError(message)
        sheet = self._find_own_sheet(place) or self._find_planned_sheet(place)
        if not sheet:
            self._check_not_counted_by_others(place)
            session = self._join_sheet(self._make_sheet(place), place)
            as_own_write(session.sudo()).makes_sheet = True
            return session
        return self._join_sheet(sheet, place)

    @api.model
    def _join_sheet(self, sheet, place):
        if sheet.state == "planned" and sheet._is_manager():
            sheet.action_start()
        return self._join_or_create({"kind": "verification", "sheet_id": sheet.id, "location_id": place.id})

    def _check_place(self):
        """
        :raises UserError: when this person cannot count this place on this sheet now
        """
        self.sheet_id._check_counting()
        if not self.location_id.filtered_domain(self.sheet_id._get_location_domain()):
            message = self.env._(
                "%(place)s is not one of the places of sheet %(sheet)s; choose %(parent)s or a place in it.",
                place=self.location_id.display_name,
                sheet=self.sheet_id.name,
                parent=self.sheet_id.location_id.display_name,
            )
            raise UserError(message)

    @api.model
    def _find_own_sheet(self, place):
        """The sheet in progress that covers a place and on which this user counts, rather than just may count; the
        narrowest one."""
        return self._get_covering_sheets(place, "in_progress").sorted(
            lambda sheet: (self.env.user in sheet.counter_ids, len(sheet.location_id.parent_path)), reverse=True
        )[:1]

    @api.model
    def _get_covering_sheets(self, place, state):
        domain = Domain("state", "=", state) & Domain("location_id", "in", list(place._get_ids_upwards()))
        return self.env["stock.inventory.sheet"].search(domain).filtered(lambda sheet: sheet._covers(place))

    @api.model
    def _find_planned_sheet(self, place):
        """A planned sheet of just this place, if this user may start it."""
        sheets = self.env["stock.inventory.sheet"]
        if not sheets._is_manager():
            return sheets
        return sheets.search(
            [("state", "=", "planned"), ("location_id", "=", place.id)], order="planned_start", limit=1
        )

    @api.model
    def _check_not_counted_by_others(self, place):
        """
        :raises UserError: when a sheet counts this place already, but this user does not
        """
        # As superuser: whoever does not see the sheet is told whom to ask.
        for sheet in self.sudo()._get_covering_sheets(place, "in_progress"):
            message = self.env._(
                "%(place)s is being counted on sheet %(sheet)s by others; ask an inventory manager to name you there.",
                place=place.display_name,
                sheet=sheet.name,
            )
            raise UserError(message)
        for sheet in self.sudo()._get_covering_sheets(place, "completed"):
            message = self.env._(
                "%(place)s has been counted on sheet %(sheet)s, which waits for an inventory manager to validate it.",
                place=place.display_name,
                sheet=sheet.name,
            )
            raise UserError(message)

    @api.model
    def _make_sheet(self, place):
        """A sheet for just this place, filled and started.

        :raises UserError: for anyone but an inventory manager, with whom to ask
        """
        sheets = self.env["stock.inventory.sheet"]
        if not sheets._is_manager():
            message = self.env._(
                "There is no inventory sheet for %(place)s on which you count; ask an inventory manager to plan one and to "
                "name you on it.",
                place=place.display_name,
            )
            raise UserError(message)
        # Whatever is there is counted, also what is meant for the other type of count.
        sheet = sheets.with_context(fill_every_count_type=True).create(self._prepare_sheet_vals(place))
        sheet.action_fill()
        sheet.action_plan()
        sheet.action_start()
        return sheet.with_context(fill_every_count_type=False)

    @api.model
    def _prepare_sheet_vals(self, place):
        return {
            "location_id": place.id,
            "company_id": (place.company_id or self.env.company).id,
            "include_sublocations": False,
            "count_type": "cycle",
            "include_obsolete": True,
            "counter_ids": self.env.user.ids,
        }


class StockInventorySheet(models.Model):
    _inherit = "stock.inventory.sheet"

    def _get_fill_count_type_domain(self):
        if self.env.context.get("fill_every_count_type"):
            return Domain.TRUE
        return super()._get_fill_count_type_domain()
