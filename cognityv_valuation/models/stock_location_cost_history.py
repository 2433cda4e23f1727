from odoo import api, fields, models
from odoo.fields import Domain

# What happens to a place when goods come or go; the rest changes what is there already.
MOVEMENT_KINDS = [
    ("receipt", "Receipt"),
    ("transfer_in", "Transfer in"),
    ("transfer_out", "Transfer out"),
    ("issue", "Issue"),
    ("production", "Production"),
    ("consumption", "Consumption"),
    ("correction", "Inventory correction or scrap"),
    ("reversal", "Return or reversal"),
]
KINDS = [
    *MOVEMENT_KINDS,
    ("price", "Price change"),
    ("edit", "Move changed afterwards"),
    ("opening", "Opening: no past known"),
    ("rebuild", "Rebuild"),
]


class StockLocationCostHistory(models.Model):
    """One row for each thing that changed a place's average, appended and never changed: what, when, by which move.

    In each place `value` and `adjustment` of all rows add up to `value_after` of the last one. The order is the one in
    which it happened in the system, whatever dates were put on transfers.
    """

    _name = "stock.location.cost.history"
    _inherit = ["stock.inventory.blind.place.mixin"]
    _description = "History of Average Prices per Location"
    _order = "id desc"
    _log_access = False
    _rec_name = "move_id"

    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="cascade")
    location_id = fields.Many2one("stock.location", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="location_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    categ_id = fields.Many2one(related="product_id.categ_id")
    date = fields.Datetime("Done", required=True, readonly=True, help="When it was done in the system.")
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    move_id = fields.Many2one("stock.move", readonly=True, index="btree_not_null", ondelete="set null")
    reference = fields.Char(related="move_id.reference")
    value_id = fields.Many2one("product.value", "New price", readonly=True, index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one("res.users", "By", readonly=True, ondelete="set null")
    note = fields.Char(readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True, help="What came (+) or left (−).")
    unit_cost = fields.Float(
        "Unit price", compute="_compute_prices", min_display_digits="Product Price", help="Of what came or left."
    )
    value = fields.Monetary(readonly=True, help="What came (+) or left (−) with the goods, or by a new price.")
    adjustment = fields.Monetary(
        readonly=True,
        help="What does not belong to the goods that came or left: more had been taken out than was there, and what came "
        "in now shows what that had cost.",
    )
    product_cost = fields.Float(
        "Product's cost",
        min_display_digits="Product Price",
        readonly=True,
        aggregator=None,
        help="Odoo's own cost of the product at that moment; what leaves an empty place is worth this.",
    )
    quantity_after = fields.Float(digits="Product Unit", readonly=True, aggregator=None)
    average_after = fields.Float(
        compute="_compute_prices",
        min_display_digits="Product Price",
        help="Value divided by quantity, of one unit of the product; not rounded.",
    )
    value_after = fields.Monetary(readonly=True, aggregator=None)

    _place_index = models.Index("(product_id, location_id, id)")

    @api.depends("quantity", "value", "quantity_after", "value_after")
    def _compute_prices(self):
        for row in self:
            row.unit_cost = row.value / row.quantity if row.quantity else 0.0
            row.average_after = row.value_after / row.quantity_after if row.quantity_after else 0.0

    @api.model
    def _get_place_domain(self, places):
        return Domain("location_id", "in", places)

    @api.model
    def _search(self, *args, **kwargs):
        """What this transaction has moved shows in what it reads afterwards."""
        self.env["stock.location.cost"]._post_pending()
        return super()._search(*args, **kwargs)

    def action_open_move(self):
        """Open the move that changed the average, or the transfer that it is in."""
        self.ensure_one()
        record = self.move_id.picking_id or self.move_id
        return {"type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id, "view_mode": "form"}
