from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write, is_own_write

OUTCOMES = [
    ("accepted", "Accepted"),
    ("unknown", "Unknown"),
    ("over", "Too much"),
    ("refused", "Refused"),
]
ITEM_FIELDS = ("product_id", "lot_id", "package_id")
# Kept without effect until somebody puts them right.
PROBLEMS = ("unknown", "over", "refused")


class ItemSum(NamedTuple):
    """What a session has of an item, in the unit of the product: what was set last and all that was added since."""

    quantity: float = 0.0
    # How much of it is more than was asked for, as people confirmed.
    confirmed_over: float = 0.0
    last_seen: datetime = datetime.min
    last_set: datetime = datetime.min


class StockScanEvent(models.Model):
    """One scan as it arrived and what came of it. Rows are only ever added: nothing that was scanned is lost."""

    _name = "stock.scan.event"
    _description = "Scan"
    _order = "id desc"
    _rec_name = "client_uuid"

    session_id = fields.Many2one("stock.scan.session", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="session_id.company_id", store=True, precompute=True)
    client_uuid = fields.Char("Unique reference", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Scanned by", required=True, readonly=True, index=True)
    code = fields.Char("What was scanned", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index=True)
    lot_id = fields.Many2one("stock.lot", "Tracking number", readonly=True, ondelete="restrict", index="btree_not_null")
    lot_name = fields.Char("New tracking number", readonly=True)
    package_id = fields.Many2one("stock.package", readonly=True, ondelete="restrict", index="btree_not_null")
    location_id = fields.Many2one(
        "stock.location", "Place", readonly=True, ondelete="restrict", index="btree_not_null", help="Where it was seen."
    )
    picking_type_id = fields.Many2one(
        "stock.picking.type",
        "Step of the delivery",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Of a sale order: what it was scanned for, such as picking or shipping.",
    )
    line_id = fields.Many2one("stock.scan.session.line", readonly=True, ondelete="restrict", index="btree_not_null")
    parent_id = fields.Many2one(
        "stock.scan.event",
        "Scan of the package",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Set on what was in a package that was scanned.",
    )
    quantity = fields.Float(digits="Product Unit", readonly=True, help="In the unit of the product.")
    mode = fields.Selection([("add", "Add"), ("set", "Set")], required=True, readonly=True, default="add")
    confirmed_over = fields.Float(
        "Confirmed to be too much",
        digits="Product Unit",
        readonly=True,
        help="How much of it is more than was asked for, as the person confirmed.",
    )
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    message = fields.Char(readonly=True)
    matches = fields.Json(readonly=True, help="What the code may stand for, when it is several things.")
    seen_at = fields.Datetime(
        required=True, readonly=True, help="When it was scanned, put right when the clock of the phone is wrong."
    )
    queued_at = fields.Datetime(readonly=True, help="When the phone put it in its queue.")
    received_at = fields.Datetime(required=True, readonly=True, help="When it arrived here.")
    clock_offset = fields.Float(
        "Clock ahead (seconds)", readonly=True, help="By how much the phone's clock was ahead when it sent the scan."
    )
    clock_corrected = fields.Boolean(readonly=True, help="The times were put right by what the clock was ahead.")
    note = fields.Char(readonly=True, help="What was noted on the item, or on the whole; empty for any other scan.")
    undone_at = fields.Datetime("Undone on", readonly=True)
    undo_uuid = fields.Char(
        "Undoes", readonly=True, index="btree_not_null", help="The reference of the scan it undoes."
    )
    replaces_uuid = fields.Char(
        "Puts right", readonly=True, index="btree_not_null", help="The reference of the scan that this one puts right."
    )
    settled_by_id = fields.Many2one(
        "stock.scan.event", "Put right by", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    count_id = fields.Many2one(
        "stock.inventory.count", "Inventory count", readonly=True, ondelete="restrict", index="btree_not_null"
    )

    _client_uuid_unique = models.UniqueIndex("(client_uuid)", "This scan arrived already, a moment ago.")
    # What a session has of an item, and whether it has problems, is asked with every scan.
    _effective_index = models.Index(
        "(session_id, product_id) WHERE outcome = 'accepted' AND undone_at IS NULL AND product_id IS NOT NULL"
    )
    _problem_index = models.Index("(session_id) WHERE outcome <> 'accepted' AND undone_at IS NULL")

    def write(self, vals):
        if not is_own_write(self.env):
            raise UserError(self.env._("A scan is evidence and cannot be changed; undo it instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A scan is evidence and cannot be deleted; undo it instead."))

    def _lacks_number(self):
        """Whether it is known what was scanned, but not which one of it."""
        return self.outcome == "unknown" and bool(self.product_id)

    def _set_undone(self):
        as_own_write(self.sudo()).write({"undone_at": fields.Datetime.now()})

    def _set_settled(self, by):
        as_own_write(self.sudo()).write({"settled_by_id": by.id})

    # What sessions have

    @api.model
    def _get_item_sums(self, session, products=None):
        """What a session has of each item: the last quantity that was set and all that was added since, in the order
        in which it was seen.

        SQL, since a domain cannot say "since the last one that was set", and an item may have thousands of scans.

        :param products: only of these; None for all
        :return: dict of (product id, lot id or False, package id or False) → ItemSum
        """
        self.flush_model()
        query = SQL(
            """
            SELECT product_id, lot_id, package_id, SUM(quantity), SUM(confirmed_over), MAX(seen_at),
                   MAX(seen_at) FILTER (WHERE mode = 'set')
              FROM (SELECT product_id, lot_id, package_id, quantity, confirmed_over, seen_at, mode,
                           COUNT(*) FILTER (WHERE mode = 'set') OVER (
                               PARTITION BY product_id, lot_id, package_id ORDER BY seen_at DESC, id DESC
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS sets_after
                      FROM stock_scan_event
                     WHERE session_id = %s AND outcome = 'accepted' AND undone_at IS NULL AND product_id IS NOT NULL
                           %s) scans
             WHERE sets_after = 0
          GROUP BY product_id, lot_id, package_id
            """,
            session.id,
            SQL() if products is None else SQL("AND product_id IN %s", tuple(products.ids) or (0,)),
        )
        rows = self.env.execute_query(query)
        return {
            (product, lot or False, package or False): ItemSum(
                float(quantity), float(confirmed or 0), last_seen, last_set or datetime.min
            )
            for product, lot, package, quantity, confirmed, last_seen, last_set in rows
        }

    @api.model
    def _get_added_after(self, session, item, moment):
        """How much of an item was added after it was seen at this moment, no matter what was set.

        :param item: (product id, lot id or False, package id or False)
        """
        domain = [(name, "=", value) for name, value in zip(ITEM_FIELDS, item, strict=True)]
        domain += [("session_id", "=", session.id), ("outcome", "=", "accepted"), ("undone_at", "=", False)]
        domain += [("mode", "=", "add"), ("seen_at", ">", moment)]
        [(quantity,)] = self._read_group(domain, [], ["quantity:sum"])
        return quantity or 0.0

    # Payload

    def _get_payloads(self):
        """What the app shows of these, in the same order."""
        return [event._prepare_payload() for event in self]

    def _prepare_payload(self):
        return {
            "id": self.id,
            "client_uuid": self.client_uuid,
            "code": self.code,
            "product_id": self.product_id.id,
            "product": self.product_id.display_name,
            "lot_id": self.lot_id.id,
            "lot": self.lot_id.name or self.lot_name,
            "package_id": self.package_id.id,
            "location_id": self.location_id.id,
            "line_id": self.line_id.id,
            "quantity": self.quantity,
            "mode": self.mode,
            "outcome": self.outcome,
            "message": self.message,
            "note": self.note,
            "matches": self.matches or [],
            "lacks_number": self._lacks_number(),
            "seen_at": fields.Datetime.to_string(self.seen_at),
            "by": self.user_id.sudo().name,
        }
