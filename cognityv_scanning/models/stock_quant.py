from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_scan_place(self):
        """The fields of a ScanPlace."""
        return self.location_id, self.lot_id, self.package_id, self.owner_id
