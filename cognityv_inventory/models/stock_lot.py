from odoo import api, models

from ..tools.blind_field import BlindMany2one


class StockLot(models.Model):
    """Where a lot is tells that the system has some of it there: one, of a serial number."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "stock.inventory.blind.mixin"]

    location_id = BlindMany2one()

    @api.depends("location_id")
    @api.depends_context("uid")
    def _compute_hides_current_qty(self):
        places = None if self.env.su else self.env.user._get_blind_places()
        hidden = set(places or ())
        for lot in self:
            lot.hides_current_qty = lot.sudo().location_id.id in hidden
