from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.stock_adjustment_mixin import QUANT_IDENTITY


class StockCorrectionBatch(models.TransientModel):
    """Asks for the actual quantities of several quants, and one reason for all."""

    _name = "stock.correction.batch"
    _description = "Correct Stock of Several Products"

    reason_id = fields.Many2one("stock.correction.reason")
    comment = fields.Text()
    line_ids = fields.One2many("stock.correction.batch.line", "batch_id", "Stock")
    has_changed = fields.Boolean(compute="_compute_has_changed")

    @api.depends("line_ids.has_changed")
    def _compute_has_changed(self):
        for batch in self:
            batch.has_changed = any(batch.line_ids.mapped("has_changed"))

    @api.model
    def _get_action(self, quants):
        if not quants:
            raise UserError(self.env._("Nothing is selected; select the stock to correct."))
        identities = dict.fromkeys(tuple(quant[name].id for name in QUANT_IDENTITY) for quant in quants)
        lines = [dict(zip(QUANT_IDENTITY, identity, strict=True)) for identity in identities]
        batch = self.create({"line_ids": [fields.Command.create(vals) for vals in lines]})
        return batch._get_form_action()

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct stock"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_validate(self):
        """Correct what differs, all or nothing; show first what has changed while the quantities were entered."""
        self.ensure_one()
        if self.line_ids._mark_changed():
            return self._get_form_action()
        corrections = self.env["stock.correction"].create(self._prepare_correction_vals())
        return corrections.action_validate()

    def _prepare_correction_vals(self):
        vals_list = [line._prepare_correction_vals() for line in self.line_ids if line._differs()]
        if not vals_list:
            raise UserError(self.env._("Every actual quantity is the one in the database; enter those that are not."))
        return vals_list


class StockCorrectionBatchLine(models.TransientModel):
    _name = "stock.correction.batch.line"
    _description = "Actual Quantity of One Product"
    _inherit = ["stock.adjustment.mixin"]
    _order = "id"

    batch_id = fields.Many2one("stock.correction.batch", required=True, index=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    location_id = fields.Many2one("stock.location", required=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", "Tracking number", ondelete="cascade")
    package_id = fields.Many2one("stock.package", ondelete="cascade")
    owner_id = fields.Many2one("res.partner", ondelete="cascade")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    current_qty = fields.Float(
        "Quantity in database", digits="Product Unit", compute="_compute_quantities", store=True, precompute=True
    )
    real_qty = fields.Float(
        "Actual quantity",
        digits="Product Unit",
        compute="_compute_quantities",
        store=True,
        readonly=False,
        precompute=True,
    )
    has_changed = fields.Boolean("Changed meanwhile", readonly=True)

    @api.depends(*QUANT_IDENTITY)
    def _compute_quantities(self):
        """What the system had when the list was made, and no difference to begin with."""
        on_hand = self._get_on_hand()
        for line in self:
            line.current_qty = line.real_qty = on_hand[line._get_inventory_identity()]

    def _mark_changed(self):
        """Show what the stock has become where it is another one than was shown.

        :return: the lines that are to be corrected from another quantity than was shown
        """
        on_hand = self._get_on_hand()
        changed = self.filtered(
            lambda line: (
                line._differs() and line.uom_id.compare(line.current_qty, on_hand[line._get_inventory_identity()])
            )
        )
        (self - changed).write({"has_changed": False})
        for line in changed:
            line.write({"current_qty": on_hand[line._get_inventory_identity()], "has_changed": True})
        return changed

    def _differs(self):
        return bool(self.uom_id.compare(self.current_qty, self.real_qty))

    def _prepare_correction_vals(self):
        identity = {name: self[name].id for name in QUANT_IDENTITY}
        return {
            **identity,
            "seen_qty": self.current_qty,
            "real_qty": self.real_qty,
            "reason_id": self.batch_id.reason_id.id,
            "comment": self.batch_id.comment,
        }
