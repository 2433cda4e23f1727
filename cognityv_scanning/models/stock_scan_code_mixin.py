from odoo import models


class StockScanCodeMixin(models.AbstractModel):
    """A record that can have a short code, and takes it along when it goes."""

    _name = "stock.scan.code.mixin"
    _description = "Record with a Short Code"

    def unlink(self):
        codes = self.env["stock.scan.code"].sudo()
        codes = codes.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        result = super().unlink()
        codes.unlink()
        return result


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "stock.scan.code.mixin"]


class StockLot(models.Model):
    _name = "stock.lot"
    _inherit = ["stock.lot", "stock.scan.code.mixin"]


class StockPackage(models.Model):
    _name = "stock.package"
    _inherit = ["stock.package", "stock.scan.code.mixin"]


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = ["stock.location", "stock.scan.code.mixin"]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "stock.scan.code.mixin"]


class MrpProduction(models.Model):
    _name = "mrp.production"
    _inherit = ["mrp.production", "stock.scan.code.mixin"]


class StockInventorySheet(models.Model):
    _name = "stock.inventory.sheet"
    _inherit = ["stock.inventory.sheet", "stock.scan.code.mixin"]
