from odoo import fields, models
from odoo.exceptions import UserError


class StockMove(models.Model):
    """A move says which correction made it, and why."""

    _inherit = "stock.move"

    correction_id = fields.Many2one(
        "stock.correction", "Stock correction", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    correction_reason_id = fields.Many2one(
        "stock.correction.reason",
        "Correction reason",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _check_not_of_sheet(self):
        self._check_not_of_correction()
        return super()._check_not_of_sheet()

    def _check_not_of_correction(self):
        """
        :raises UserError: when one of these lines is what a stock correction moved
        """
        for move in self.move_id.sudo():
            if move.correction_id:
                message = self.env._(
                    "This move of %(product)s belongs to stock correction %(correction)s and stays as it is; make "
                    "another correction.",
                    product=move.product_id.display_name,
                    correction=move.correction_id.name,
                )
                raise UserError(message)
