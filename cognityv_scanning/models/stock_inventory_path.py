from odoo import api, models


class StockInventoryPath(models.AbstractModel):
    _inherit = "stock.inventory.path"

    @api.model
    def _get_proven_modules(self):
        return super()._get_proven_modules() | {"cognityv_scanning"}
