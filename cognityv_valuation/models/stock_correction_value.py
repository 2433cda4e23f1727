from odoo import api, fields, models

from .res_company import VALUE_GROUP
from .stock_adjustment_value import VALUE_FIELDS


class StockCorrection(models.Model):
    """What a correction is worth: at the prices of the moment while it is a draft."""

    _name = "stock.correction"
    _inherit = ["stock.correction", "stock.adjustment.value.mixin"]

    currency_id = fields.Many2one(related="company_id.currency_id")
    gap_value = fields.Monetary(
        "Value of the difference",
        compute="_compute_gap_values",
        store=True,
        groups=VALUE_GROUP,
        help="The difference by the company's valuation basis for inventories.",
    )
    account_gap_value = fields.Monetary(
        "Difference in the accounts",
        compute="_compute_gap_values",
        store=True,
        groups=VALUE_GROUP,
        help="The difference at Odoo's own cost. Once validated: the value of the move.",
    )

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | VALUE_FIELDS

    def action_validate(self):
        """Draft → Validated, valued at the prices of this moment."""
        self.check_access("write")
        drafts = self.sudo().filtered(lambda correction: correction.state == "draft")
        for name in VALUE_FIELDS:
            self.env.add_to_compute(self._fields[name], drafts)
        return super().action_validate()
