from odoo import fields, models
from odoo.fields import Domain

IN_STOCK = ["|", ("quantity", "!=", 0), ("reserved_quantity", "!=", 0)]


class StockLocation(models.Model):
    """A location shows what is in it."""

    _inherit = "stock.location"

    # Not Odoo's `quant_ids`, which keeps what was taken out for a while.
    content_quant_ids = fields.One2many(
        "stock.quant", "location_id", "Location contents", domain=IN_STOCK, readonly=True
    )

    def action_view_contents(self):
        """The contents as a list of its own, to search, group and select in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contents of %(location)s", location=self.display_name),
            "res_model": "stock.quant",
            "views": [(self.env.ref("cognityv_inventory.view_location_quant_list").id, "list")],
            "search_view_id": [self.env.ref("stock.quant_search_view").id],
            "domain": list(Domain("location_id", "=", self.id) & Domain(IN_STOCK)),
        }
