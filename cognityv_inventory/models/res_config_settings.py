from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    inventory_block_mode = fields.Selection(related="company_id.inventory_block_mode", readonly=False)
    inventory_tolerance_percent = fields.Float(related="company_id.inventory_tolerance_percent", readonly=False)
    inventory_tolerance_qty = fields.Float(related="company_id.inventory_tolerance_qty", readonly=False)
    inventory_tolerance_points = fields.Float(related="company_id.inventory_tolerance_points", readonly=False)
