from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_scan_place(self):
        """The fields of a ScanPlace."""
        return self.location_id, self.lot_id, self.package_id, self.owner_id

    def _filter_scanned(self, lot, package):
        """Those of a lot, if it is given, and within a package, if it is given."""
        packages = package and self.env["stock.package"].sudo().search([("id", "child_of", package.ids)])
        return self.filtered(
            lambda quant: (not lot or quant.lot_id == lot) and (not package or quant.package_id in packages)
        )
