from odoo import api, fields, models
from odoo.exceptions import UserError

from .res_company import VALUE_GROUP

# The measure of a gap in money, beside those of cognityv_inventory.
VALUE = "value"


class ResCompany(models.Model):
    _inherit = "res.company"

    inventory_tolerance_value = fields.Monetary("Tolerated gap (value)")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    inventory_tolerance_value = fields.Monetary(related="company_id.inventory_tolerance_value", readonly=False)


class StockInventorySheet(models.Model):
    """Tolerance in money: a line whose gap is worth more is recounted."""

    _inherit = "stock.inventory.sheet"

    tolerance_value = fields.Monetary(
        "Tolerated gap (value)",
        compute="_compute_tolerance_value",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        groups=VALUE_GROUP,
        help="By the valuation basis. A line whose gap is worth more is recounted by somebody else. Zero: no limit.",
    )

    _tolerance_value_positive = models.Constraint(
        "CHECK (tolerance_value >= 0)", "A tolerated gap is zero (no limit) or more; correct it on the sheet."
    )

    @api.depends("company_id")
    def _compute_tolerance_value(self):
        for sheet in self:
            sheet.tolerance_value = sheet.company_id.inventory_tolerance_value

    @api.depends("tolerance_value")
    def _compute_shows_count_status(self):
        return super()._compute_shows_count_status()

    @api.model
    def _get_fields_for_count(self):
        return [*super()._get_fields_for_count(), "tolerance_value", "valuation_basis"]

    def _get_tolerance(self):
        # Whoever counts, the limit holds; they need not see it.
        limit = self.sudo().tolerance_value
        return {**super()._get_tolerance(), **({VALUE: limit} if limit else {})}

    def _check_approval_limit(self):
        result = super()._check_approval_limit()
        self._check_sheet_value_limit()
        return result

    def _check_sheet_value_limit(self):
        """
        :raises UserError: when the gaps of the sheet together are worth more than this user may accept
        """
        limit_model = self.env["stock.inventory.approval.limit"]
        limits = limit_model._get_limits_of(self.env.user, self.company_id)
        if limits and not limits._allow_sheet_value(self.sudo().absolute_gap_value):
            message = self.env._(
                "The gaps of sheet %(sheet)s together are worth more than you may accept; %(people)s can validate it.",
                sheet=self.name,
                people=limit_model._get_approvers_text(self, self.company_id),
            )
            raise UserError(message)


class StockInventoryApprovalLimit(models.Model):
    """Limits in money, of one gap and of all gaps of a sheet."""

    _inherit = "stock.inventory.approval.limit"

    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    max_value = fields.Monetary(
        "Gap value up to",
        help="Of a line or a correction, by the valuation basis, in the currency of its company. Zero: no limit.",
    )
    max_sheet_value = fields.Monetary(
        "Gap value of a sheet up to",
        help="All gaps of a sheet together, too much and too little added up. Zero: no limit.",
    )

    _max_values_positive = models.Constraint(
        "CHECK (max_value >= 0 AND max_sheet_value >= 0)", "A limit is zero (no limit) or more; correct it."
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for limit in self:
            limit.currency_id = (limit.company_id or self.env.company).currency_id

    def _get_maxima(self):
        return {**super()._get_maxima(), **({VALUE: self.max_value} if self.max_value else {})}

    def _allow_sheet_value(self, value):
        """Whether one of these limits lets a user accept a sheet whose gaps are worth so much."""
        return any(
            not limit.max_sheet_value or limit.currency_id.compare_amounts(value, limit.max_sheet_value) <= 0
            for limit in self
        )

    def _get_beyond(self, adjustments):
        """Of sheets: those whose gaps together are worth more than these limits allow."""
        if adjustments._name != "stock.inventory.sheet":
            return super()._get_beyond(adjustments)
        if not self:
            return adjustments.browse()
        return adjustments.filtered(lambda sheet: not self._allow_sheet_value(sheet.sudo().absolute_gap_value))


class StockAdjustmentValueMixin(models.AbstractModel):
    _inherit = "stock.adjustment.value.mixin"

    def _get_value_measure(self, gap):
        """How much a gap is worth by the valuation basis, as a measure for limits.

        :param gap: in the unit of the product, signed
        """
        # Limits hold for those, too, who may not see what things are worth.
        record = self.sudo()
        return {VALUE: record.currency_id.round(abs(record.uom_id.round(gap)) * record._get_price())}


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    def _get_gap_measures(self, gap, expected):
        return super()._get_gap_measures(gap, expected) | self._get_value_measure(gap)


class StockCorrection(models.Model):
    _inherit = "stock.correction"

    def _get_gap_measures(self, gap, expected):
        return super()._get_gap_measures(gap, expected) | self._get_value_measure(gap)
