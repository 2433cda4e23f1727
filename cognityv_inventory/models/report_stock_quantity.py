from odoo import api, models
from odoo.fields import Domain


class ReportStockQuantity(models.Model):
    _name = "report.stock.quantity"
    _inherit = ["report.stock.quantity", "stock.inventory.blind.place.mixin"]

    @api.model
    def _get_place_domain(self, places):
        """The report adds up a whole warehouse, so one place that is counted blind hides all of it."""
        return Domain("warehouse_id", "in", self.env["stock.location"].sudo().browse(places).warehouse_id.ids)
