import math

from odoo import api, fields, models

TOLERANCES = {
    "percent": "tolerance_percent",
    "quantity": "tolerance_qty",
    "points": "tolerance_points",
}


class StockInventorySheet(models.Model):
    """Tolerance: which gaps are taken as they were counted, and which have to be counted again."""

    _inherit = "stock.inventory.sheet"

    tolerance_percent = fields.Float(
        "Tolerated gap (%)",
        compute="_compute_tolerance",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Of the current quantity. A line with a greater gap is recounted by somebody else. Zero: no limit.",
    )
    tolerance_qty = fields.Float(
        "Tolerated gap (quantity)",
        digits="Product Unit",
        compute="_compute_tolerance",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="In the unit of the product. A line with a greater gap is recounted by somebody else. Zero: no limit.",
    )
    tolerance_points = fields.Float(
        "Tolerated gap (points)",
        compute="_compute_tolerance",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Units of gap, each weighed by the count points of its product category. A line with more is recounted by "
        "somebody else. Zero: no limit.",
    )

    _tolerances_positive = models.Constraint(
        "CHECK (tolerance_percent >= 0 AND tolerance_qty >= 0 AND tolerance_points >= 0)",
        "A tolerated gap is zero (no limit) or more; correct it on the sheet.",
    )

    @api.depends("company_id")
    def _compute_tolerance(self):
        for sheet in self:
            for name in TOLERANCES.values():
                sheet[name] = sheet.company_id[f"inventory_{name}"]

    def _get_tolerance(self):
        """The limits that are set on this sheet, in the measures of a gap.

        A hook: an add-on that measures gaps in another way, such as in money, adds its limit here and its measure in
        `_get_gap_measures` of the line.

        :return: dict of measure → greatest gap
        """
        return {measure: self[name] for measure, name in TOLERANCES.items() if self[name]}


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    def _is_within_tolerance(self, quantity, expected):
        """Whether the gap would be tolerated if `quantity` were there and `expected` should be."""
        tolerance = self.sheet_id._get_tolerance()
        return not tolerance or self._is_gap_within(quantity - expected, expected, tolerance)

    def _get_expected_qty(self):
        return self.counted_on_hand


class StockAdjustmentMixin(models.AbstractModel):
    """How great a gap is."""

    _inherit = "stock.adjustment.mixin"

    def _get_expected_qty(self):
        """What the system had when the quantity was found: what the gap is measured against."""
        raise NotImplementedError

    def _is_gap_within(self, gap, expected, limits):
        """
        :param gap: in the unit of the product, signed
        :param expected: what the system had
        :param limits: dict of measure → greatest gap
        """
        measures = self._get_gap_measures(gap, expected)
        return all(not self._exceeds(measures[measure], limit) for measure, limit in limits.items())

    @api.model
    def _exceeds(self, measure, limit):
        """Greater, and not by the noise of floating point only: 0.3 is not more than 0.1 + 0.2."""
        return measure > limit and not math.isclose(measure, limit, rel_tol=1e-9)

    def _get_gap_measures(self, gap, expected):
        """How great a gap is here, by each measure: percent of what the system had (infinite where it had
        nothing), units and points.

        :param gap: in the unit of the product, signed
        :param expected: what the system had
        """
        size = abs(self.uom_id.round(gap))
        return {
            "percent": (100.0 * size / abs(expected) if expected else math.inf) if size else 0.0,
            "quantity": size,
            "points": size * self.product_id.categ_id.count_points if self.product_id.categ_id else size,
        }
