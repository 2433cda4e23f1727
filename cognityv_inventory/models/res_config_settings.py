from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    inventory_block_mode = fields.Selection(related="company_id.inventory_block_mode", readonly=False)
