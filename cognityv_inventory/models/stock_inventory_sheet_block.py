from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.sql_db import db_connect
from odoo.tools import SQL, format_datetime, mute_logger

from .stock_inventory_sheet import BLOCKING_STATES

# Odoo waits for two seconds at most before it tries for the second time.
HOLD_SECONDS = 10


class StockInventorySheet(models.Model):
    """Stock stands still while it is counted."""

    _inherit = "stock.inventory.sheet"

    def _get_blocking_domain(self):
        """The sheets that keep stock from moving now."""
        return Domain("state", "in", BLOCKING_STATES) & Domain("block_mode", "!=", "none")

    def _get_covered_domain(self):
        """The places that `_covers` says yes to, as a domain on locations."""
        return Domain("id", "child_of" if self.include_sublocations else "in", self.location_id.ids)

    # Moves

    def _check_not_blocked(self, move_lines):
        """
        :param move_lines: stock.move.line records that are to move
        :return: the releases by hand that let some of them pass
        :raises UserError: for the first one that one of these sheets, which are being counted, blocks
        """
        releases = self._get_releases(move_lines)
        if block := self._find_block(move_lines, releases):
            sheet, product, location = block
            raise UserError(sheet._get_block_message(product, location))
        return releases

    def _find_block(self, movers, releases):
        """The first of `movers` (stock.move.line or stock.move) that one of these sheets refuses.

        :return: a tuple of sheet, product and place; None when all may move
        """
        held = self._get_held(movers)
        released = {(release.sheet_id, release.picking_id) for release in releases}
        for mover in movers if self else ():
            for location in mover.location_id | mover.location_dest_id:
                for sheet in self.filtered(lambda sheet, place=location: sheet._covers(place)):
                    if (sheet, mover.picking_id) not in released and sheet._blocks(mover, location, held):
                        return sheet, mover.product_id, location
        return None

    def _get_held(self, movers):
        """What these sheets count of the products that move, as a set of (sheet, product, place)."""
        if not self:
            return set()
        domain = [("sheet_id", "in", self.ids), ("product_id", "in", movers.product_id.ids)]
        fields_held = ["sheet_id", "product_id", "location_id"]
        return set(self.env["stock.inventory.sheet.line"].sudo()._read_group(domain, fields_held))

    def _blocks(self, mover, location, held):
        """Whether this sheet, which covers `location`, refuses that a line moves there.

        It lets its own adjustment pass, and that of another sheet for what it does not hold itself.
        """
        adjusting = mover._get_adjusting_sheet()
        if adjusting == self:
            return False
        if self.block_mode == "location" and adjusting.state not in BLOCKING_STATES:
            return True
        return (self, mover.product_id, location) in held

    def _get_block_message(self, product, location):
        return self.env._(
            "%(product)s cannot move in or out of %(location)s: it is being counted on inventory sheet %(sheet)s, started "
            "by %(user)s on %(date)s. Wait until that sheet is validated or cancelled, or use another location.",
            product=product.display_name,
            location=location.display_name,
            sheet=self.name,
            user=self.started_by_id.name,
            date=format_datetime(self.env, self.started_at, dt_format="short"),
        )

    def _get_counting_note(self):
        values = {
            "sheet": self.name,
            "user": self.started_by_id.name,
            "date": format_datetime(self.env, self.started_at, dt_format="short"),
        }
        if self.block_mode == "products":
            return self.env._(
                "The products of inventory sheet %(sheet)s, started by %(user)s on %(date)s, do not move in or out until "
                "it is validated or cancelled.",
                **values,
            )
        return self.env._(
            "Nothing moves in or out until inventory sheet %(sheet)s, started by %(user)s on %(date)s, is validated or "
            "cancelled.",
            **values,
        )

    # Start

    def _hold_places(self):
        """Wait for everything that moves in the places of these sheets, let nothing begin to until the end of this
        transaction, and make sure that what it did can be seen from here.

        Odoo's transactions look at a snapshot, taken before they wait for a lock: what moved meanwhile is committed,
        but not to be seen. Then this transaction has to begin again, with a new snapshot, and so that a busy place
        does not have moved on by then, too, nothing may move there for some seconds.

        :raises ConcurrencyError: when stock has moved that this transaction cannot see; Odoo tries it again
        """
        roots = {int(sheet.location_id.parent_path.split("/")[0]) for sheet in self}
        place_ids = roots | set(self.location_id.ids)
        savepoint = self.env.cr.savepoint()
        self._lock_places(self.env.cr, place_ids)
        if self.filtered(lambda sheet: sheet.block_mode != "none")._sees_all_stock():
            savepoint.close(rollback=False)
            return
        savepoint.close(rollback=True)
        self._begin_again(place_ids)

    def _begin_again(self, place_ids):
        """Let nothing move in these places for some seconds, and let Odoo try this transaction again meanwhile."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            self._lock_places(cr, place_ids, seconds=HOLD_SECONDS)
        raise ConcurrencyError(self.env._("Stock has moved at this very moment; try again."))

    def _lock_places(self, cr, place_ids, seconds=0):
        """Hold the rows of places, so that these sheets and movers wait for each other.

        Whoever moves stock holds the row of its place and of those above (`stock.location._hold_against_start`). The
        rows are written, so that a transaction with an older snapshot cannot serialize afterwards: Odoo tries it
        again, and then it sees what became of the sheet.

        :param place_ids: of the places of the sheets and, for Start, of the topmost ones: two sheets that start at
            once, one in a place of the other, have no other row in common
        :param seconds: let nothing move in the places of the sheets for so long
        """
        query = SQL(
            """
            UPDATE stock_location place
               SET inventory_hold_until = CASE WHEN place.id IN %s THEN %s::timestamp END
              FROM (SELECT id FROM stock_location WHERE id IN %s ORDER BY id FOR NO KEY UPDATE) held
             WHERE place.id = held.id
            """,
            tuple(self.location_id.ids),
            fields.Datetime.now() + timedelta(seconds=seconds) if seconds else None,
            tuple(place_ids),
        )
        cr.execute(query)

    def _sees_all_stock(self):
        """Whether this transaction sees the stock of these places as it is: the quants are read once more on another
        connection. A difference is either our own, not committed yet, or another one's."""
        if not self:
            return True
        places = self.env["stock.location"].sudo().with_context(active_test=False)
        places = places.search(Domain.OR(sheet._get_location_domain() for sheet in self))
        self.env["stock.quant"].flush_model()
        query = SQL(
            """SELECT id, product_id, location_id, lot_id, package_id, owner_id, quantity
                 FROM stock_quant WHERE location_id IN %s""",
            places._ids or (0,),
        )
        here = set(self.env.execute_query(query))
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute(query)
            committed = set(cr.fetchall())
        if {row[0] for row in committed} - {row[0] for row in here}:
            return False
        return self._are_our_own({row[0] for row in here - committed})

    def _are_our_own(self, quant_ids):
        """Whether these quants differ from what is committed by this transaction's own doing: a row that another one
        has changed cannot be locked."""
        if not quant_ids:
            return True
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.env.cr.execute(SQL("SELECT FROM stock_quant WHERE id IN %s FOR SHARE", tuple(quant_ids)))
        except SerializationFailure:
            return False
        return True

    # Reservation

    def _get_reservable_domain(self, product):
        """The quants of `product` that these sheets, which block, let be reserved."""
        domain = Domain.TRUE
        for sheet in self:
            if sheet.block_mode == "location":
                blocked = sheet._get_covered_domain()
            else:
                lines = self.env["stock.inventory.sheet.line"].sudo()
                held = lines.search([("sheet_id", "=", sheet.id), ("product_id", "=", product.id)])
                blocked = Domain("id", "in", held.location_id.ids)
            domain &= Domain("location_id", "not any", blocked)
        return domain

    def _reserve_what_waited(self):
        """What was not reserved while these sheets blocked its place is tried again, now that they do not."""
        if self.env["ir.config_parameter"].sudo().get_param("stock.picking_no_auto_reserve"):
            return
        for sheet in self.filtered(lambda sheet: sheet.block_mode != "none"):
            moves = self.env["stock.move"].sudo().search(sheet._get_waiting_domain(), order="priority desc, date, id")
            moves._action_assign()

    def _get_waiting_domain(self):
        """Moves that wait for stock which may be in the places of this sheet, and are to be reserved by now, as
        Odoo's own `_trigger_assign` has it."""
        in_places = Domain("location_id", "any", self._get_location_domain()) & Domain("quantity", ">", 0)
        products = self.env["stock.quant"].sudo()._search(in_places).subselect("product_id")
        place = self.location_id.ids
        around = Domain("location_id", "child_of", place) | Domain("location_id", "parent_of", place)
        at_confirm = Domain("picking_type_id.reservation_method", "=", "at_confirm")
        by_now = Domain("reservation_date", "<=", fields.Date.today()) | at_confirm
        waiting = Domain("state", "in", ("confirmed", "partially_available"))
        return waiting & around & by_now & Domain("product_id", "in", products)
