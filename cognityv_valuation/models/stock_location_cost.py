from odoo import api, fields, models
from odoo.fields import Domain


class StockLocationCost(models.Model):
    """What a place holds of a product and what that is worth, at the weighted average price of that place.

    Kept by the transaction that moves the stock (see stock_location_cost_posting.py), from movements, never written by
    hand. It always equals what replaying all movements from the first one gives.
    """

    _name = "stock.location.cost"
    _inherit = ["stock.inventory.blind.place.mixin"]
    _description = "Average Price per Location"
    _order = "value desc, id"
    _log_access = False

    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="cascade")
    location_id = fields.Many2one("stock.location", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    categ_id = fields.Many2one(related="product_id.categ_id")
    accounting_family_id = fields.Many2one(related="product_id.accounting_family_id")
    warehouse_id = fields.Many2one(related="location_id.warehouse_id")
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="What is there, without what belongs to others than the company. In the product's unit.",
    )
    average_cost = fields.Float(
        "Average price",
        min_display_digits="Product Price",
        readonly=True,
        aggregator=None,
        help="Value divided by quantity, of one unit of the product; not rounded.",
    )
    value = fields.Monetary(readonly=True, help="In the company's currency, exact to its last digit.")
    changed_at = fields.Datetime("Last changed", readonly=True)

    _one_per_place = models.UniqueIndex("(product_id, location_id)")

    @api.depends("product_id", "location_id")
    def _compute_display_name(self):
        for cost in self:
            cost.display_name = f"{cost.product_id.display_name} · {cost.location_id.display_name}"

    @api.model
    def _get_place_domain(self, places):
        return Domain("location_id", "in", places)

    @api.model
    def _search(self, *args, **kwargs):
        """What this transaction has moved shows in what it reads afterwards."""
        self._post_pending()
        return super()._search(*args, **kwargs)

    def action_view_history(self):
        """Open what brought this place to its average."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cognityv_valuation.action_location_cost_history")
        action["domain"] = [("product_id", "=", self.product_id.id), ("location_id", "=", self.location_id.id)]
        action["display_name"] = self.display_name
        return action

    @api.model
    def action_open_rebuilds(self):
        """Open the checks of all averages, and their progress."""
        return self.env["ir.actions.act_window"]._for_xml_id("cognityv_valuation.action_location_cost_rebuild")
