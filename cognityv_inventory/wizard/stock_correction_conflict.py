from odoo import api, fields, models


class StockCorrectionConflict(models.TransientModel):
    """Shows what stock has become since the actual quantity was entered, and lets a person validate knowing it."""

    _name = "stock.correction.conflict"
    _description = "Stock Correction of Stock That Has Changed"

    correction_id = fields.Many2one("stock.correction", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one(related="correction_id.product_id")
    seen_qty = fields.Float(related="correction_id.seen_qty")
    real_qty = fields.Float(related="correction_id.real_qty")
    uom_id = fields.Many2one(related="correction_id.uom_id")
    current_qty = fields.Float("Quantity in database now", digits="Product Unit", readonly=True)
    moved_qty = fields.Float("Quantity with the same difference", digits="Product Unit", compute="_compute_moved_qty")

    @api.depends("correction_id", "current_qty")
    def _compute_moved_qty(self):
        for conflict in self:
            conflict.moved_qty = conflict.current_qty + conflict.real_qty - conflict.seen_qty

    @api.model
    def _get_action(self, correction):
        conflict = self.create({"correction_id": correction.id, "current_qty": correction.current_qty})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The stock has changed"),
            "res_model": self._name,
            "res_id": conflict.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_set_real(self):
        """The actual quantity holds for what the stock is now."""
        return self._validate(self.real_qty)

    def action_keep_difference(self):
        """What changed the stock has changed the actual quantity as well."""
        return self._validate(self.moved_qty)

    def _validate(self, real_qty):
        self.ensure_one()
        self.correction_id.write({"real_qty": real_qty, "seen_qty": self.current_qty})
        return self.correction_id.action_ask_validate()
