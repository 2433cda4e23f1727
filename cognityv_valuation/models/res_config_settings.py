from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    inventory_valuation_basis = fields.Selection(related="company_id.inventory_valuation_basis", readonly=False)
