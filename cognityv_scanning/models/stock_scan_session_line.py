from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.cognityv_inventory.tools.blind_field import BlindFloat
from odoo.addons.cognityv_inventory.tools.own_write import as_own_write, is_own_write

STATUSES = [
    ("missing", "Missing"),
    ("partial", "Not all of it"),
    ("match", "As required"),
    ("extra", "More than required"),
]


class StockScanSessionLine(models.Model):
    """An item of a session: what is asked for or expected, and what was scanned of it.

    Only what the item is, is stored; quantities come from the document and the scans each time.
    """

    _name = "stock.scan.session.line"
    _inherit = ["stock.inventory.blind.mixin"]
    _description = "Scanned Item"
    _order = "id"
    _rec_name = "product_id"

    session_id = fields.Many2one("stock.scan.session", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="session_id.company_id", store=True, precompute=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="restrict", index=True)
    lot_id = fields.Many2one("stock.lot", "Tracking number", readonly=True, ondelete="restrict", index="btree_not_null")
    package_id = fields.Many2one("stock.package", readonly=True, ondelete="restrict", index="btree_not_null")
    location_id = fields.Many2one("stock.location", "Place", readonly=True, ondelete="restrict", index="btree_not_null")
    inventory_line_id = fields.Many2one(
        "stock.inventory.sheet.line", "Inventory line", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    tracking = fields.Selection(related="product_id.tracking")
    note = fields.Char(readonly=True)
    required = BlindFloat(digits="Product Unit", compute="_compute_quantities", help="Asked for, or expected here.")
    done = fields.Float(
        digits="Product Unit",
        compute="_compute_quantities",
        help="What of it was delivered or used before this session.",
    )
    scanned = fields.Float(digits="Product Unit", compute="_compute_quantities")
    remaining = BlindFloat(digits="Product Unit", compute="_compute_quantities", help="Still to be scanned.")
    status = fields.Selection(STATUSES, compute="_compute_quantities", help="Empty when there is nothing to say.")

    counted = fields.Boolean(compute="_compute_quantities", help="Something was said of it, be it that there is none.")

    _item_unique = models.UniqueIndex(
        "(session_id, product_id, COALESCE(lot_id, 0)) WHERE inventory_line_id IS NULL",
        "The session has this item already.",
    )
    _inventory_line_unique = models.UniqueIndex(
        "(session_id, inventory_line_id) WHERE inventory_line_id IS NOT NULL", "The session has this item already."
    )

    def write(self, vals):
        if not is_own_write(self.env):
            raise UserError(self.env._("What was scanned cannot be changed here; scan, or undo a scan."))
        return super().write(vals)

    @api.depends_context("uid")
    def _compute_hides_current_qty(self):
        for line in self:
            line.hides_current_qty = line.inventory_line_id.hides_current_qty

    @api.depends_context("uid")
    def _compute_quantities(self):
        for session, lines in self.grouped("session_id").items():
            quantities = session._get_line_quantities(lines)
            for line in lines:
                line.update(quantities[line])

    @api.model
    def _prepare_quantities(self, product, required, done, scanned):
        """Required, done, scanned, remaining and status of an item, as field values."""
        return {
            "required": required,
            "done": done,
            "scanned": scanned,
            "counted": scanned > 0,
            "remaining": max(product.uom_id.round(required - done - scanned), 0.0),
            "status": self._get_status(product.uom_id, required, done + scanned),
        }

    @api.model
    def _get_status(self, uom, required, found):
        if uom.is_zero(required):
            return "extra" if uom.compare(found, 0) > 0 else False
        if uom.is_zero(found):
            return "missing"
        return ("partial", "match", "extra")[uom.compare(found, required) + 1]

    def set_note(self, text):
        """Write a note on an item, such as what is wrong with it.

        :param str text: empty to remove it
        :raises UserError: when the session is closed, or this is no text
        """
        self.ensure_one()
        self.session_id._check_open()
        text = self.session_id._read_text(text) or False
        if self.inventory_line_id:
            self.inventory_line_id.description = text
        else:
            as_own_write(self.sudo()).write({"note": text})
        return True

    # Payload

    def _read_for_payload(self):
        """Read what the payload shows, and no more; left alone, the ORM reads all fields of each record on its way.

        As superuser: whoever may use the session, which was asked, may see what is in it.
        """
        lines = self.sudo()
        lines.fetch(["session_id", "product_id", "lot_id", "package_id", "location_id", "inventory_line_id", "note"])
        lines.session_id.fetch(["kind", "sale_id", "production_id", "sheet_id", "location_id"])
        lines.location_id.fetch(["name", "complete_name", "usage", "location_id", "parent_path"])
        lines.inventory_line_id.fetch([*lines.inventory_line_id._get_fields_for_count(), "description"])
        lines.session_id.sheet_id.fetch(lines.session_id.sheet_id._get_fields_for_count())
        self.env["stock.scan.resolver"]._fetch_products(lines.product_id)

    def _get_payloads(self):
        """What the app shows of these lines, in the same order."""
        self._read_for_payload()
        elsewhere = self._get_elsewhere()
        versions = {session: session._get_version() for session in self.session_id}
        return [
            {
                **line._prepare_payload(),
                "elsewhere": elsewhere.get(line, False),
                "version": versions[line.session_id],
            }
            for line in self
        ]

    def _prepare_payload(self):
        hidden = self.hides_current_qty
        return {
            "id": self.id,
            "product_id": self.product_id.id,
            "product": self.product_id.with_context(display_default_code=False).display_name,
            "code": self.product_id.default_code,
            "tracking": self.tracking,
            "lot_id": self.lot_id.id,
            "lot": self.lot_id.name or self.inventory_line_id.lot_name,
            "package_id": self.package_id.id,
            "package": self.package_id.display_name,
            "location_id": self.location_id.id,
            "place": self.location_id.display_name,
            "uom": self.uom_id.name,
            "required": False if hidden else self.required,
            "done": self.done,
            "scanned": self.scanned,
            "counted": self.counted,
            "remaining": False if hidden else self.remaining,
            "status": self.status,
            "note": self.inventory_line_id.description or self.note,
        }
