from odoo import api, models
from odoo.fields import Domain


class StockWarehouseOrderpoint(models.Model):
    """What is to be ordered is what is missing: it tells what is there, in a place or in those below it."""

    _name = "stock.warehouse.orderpoint"
    _inherit = ["stock.warehouse.orderpoint", "stock.inventory.blind.place.mixin"]

    @api.model
    def _get_place_domain(self, places):
        return Domain("location_id", "parent_of", list(places)) | Domain("location_id", "in", places)
