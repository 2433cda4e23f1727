from odoo import models


class MrpConsumptionWarning(models.TransientModel):
    """The question whether a run may use more or less than its bill of materials has."""

    _inherit = "mrp.consumption.warning"

    def action_set_qty(self):
        """What was posted before stays used: Odoo would change that first. What is left of the expected quantity is set
        on what is open."""
        for line in self.mrp_consumption_warning_line_ids:
            if line.mrp_production_id._set_component_total(line.product_id, line.product_expected_qty_uom):
                line.unlink()
        return super().action_set_qty()
