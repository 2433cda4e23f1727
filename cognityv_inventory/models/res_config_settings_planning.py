from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    inventory_abc_basis = fields.Selection(related="company_id.inventory_abc_basis", readonly=False)
    inventory_abc_months = fields.Integer(related="company_id.inventory_abc_months", readonly=False)
    inventory_abc_a_percent = fields.Float(related="company_id.inventory_abc_a_percent", readonly=False)
    inventory_abc_b_percent = fields.Float(related="company_id.inventory_abc_b_percent", readonly=False)
    inventory_low_stock_check = fields.Boolean(related="company_id.inventory_low_stock_check", readonly=False)
    inventory_low_stock_quantity = fields.Float(related="company_id.inventory_low_stock_quantity", readonly=False)

    @api.constrains("inventory_abc_a_percent", "inventory_abc_b_percent")
    def _check_abc_limits(self):
        """Here and not on the company, to which settings are written one after the other."""
        for settings in self:
            if settings.inventory_abc_a_percent > settings.inventory_abc_b_percent:
                message = self.env._("The ABC limit of B must not be below that of A; type the same or more.")
                raise ValidationError(message)

    def action_update_abc_classes(self):
        self.env["product.count.class"]._update_classes(self.company_id)
        return self.env["ir.actions.act_window"]._for_xml_id("cognityv_inventory.action_product_count_class")
