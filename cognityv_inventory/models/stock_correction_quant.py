from odoo import models

from .stock_adjustment_mixin import QUANT_IDENTITY


class StockQuant(models.Model):
    """Stock on hand is corrected from where it is seen."""

    _inherit = "stock.quant"

    def action_correct_stock(self):
        """A stock correction of this quant, filled in; of several quants, a list to enter their actual quantities."""
        self.env["stock.correction"].check_access("create")
        if len(self) != 1:
            return self.env["stock.correction.batch"]._get_action(self)
        defaults = {f"default_{name}": self[name].id for name in QUANT_IDENTITY}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct stock"),
            "res_model": "stock.correction",
            "views": [(self.env.ref("cognityv_inventory.view_stock_correction_dialog").id, "form")],
            "target": "new",
            "context": defaults,
        }
