from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.query import Query

from .product_template import COUNT_TYPES

# The deviations, in percent of the quantity in the books, within which a line is called right.
LEVELS = (1, 3, 5)
# The usual tolerance of each ABC class, in percent.
CLASS_TOLERANCES = {"A": 1, "B": 3, "C": 5}
# Adding one of these up over records makes sense only while they all have the same value of that field.
ADDED_WITHIN = {
    "book_qty": "product_id",
    "real_qty": "product_id",
    "net_gap": "product_id",
    "absolute_gap": "uom_id",
    "absolute_gap_percent": "uom_id",
}


def aggregate_within_one(model, field_name, aggregate, query):
    """An SQL aggregate that is empty for a group with several values of a field."""
    same = model._field_to_sql(model._table, field_name, query)
    return SQL("CASE WHEN MIN(%(same)s) = MAX(%(same)s) THEN %(aggregate)s END", same=same, aggregate=aggregate)


class StockInventoryAccuracy(models.Model):
    """How right the stock records were: one record for each counted line of a sheet that is completed or validated.

    Inventory record accuracy (IRA) is the share of records that were right when they were counted, exactly or within
    a tolerance of ±1, ±3 or ±5 % of the quantity in the books; by ABC class 1 % for A, 3 % for B and 5 % for C is
    usual (R. B. Brooks and L. W. Wilson, *Inventory Record Accuracy*; the APICS dictionary under the same name).

    The quantity in the books is real − gap: what the system had for the line when it was counted. Without any in the
    books, a line that has a gap is within no tolerance.

    Gaps of different products never cancel out, and pieces are never added to litres: an aggregate of quantities is
    empty when a group holds several products (absolute gaps: several units).
    """

    _name = "stock.inventory.accuracy"
    _description = "Inventory Accuracy"
    _auto = False
    _order = "id desc"
    _rec_name = "product_id"
    _depends = {
        "stock.inventory.sheet": ["company_id", "state", "count_type", "completed_at", "validated_at", "reversed_at"],
        "stock.inventory.sheet.line": [
            "sheet_id",
            "product_id",
            "location_id",
            "lot_id",
            "is_counted",
            "real_qty",
            "gap_qty",
            "last_counted_by_id",
        ],
        "product.count.class": ["product_id", "company_id", "abc_class"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "uom_id"],
    }

    sheet_id = fields.Many2one("stock.inventory.sheet", "Inventory sheet", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection([("completed", "Completed"), ("validated", "Validated")], "Status", readonly=True)
    count_type = fields.Selection(COUNT_TYPES, "Type", readonly=True)
    is_reversed = fields.Boolean("Reversed", readonly=True)
    date = fields.Datetime(readonly=True, help="When the sheet was validated, or completed until it is.")
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product category", readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    location_id = fields.Many2one("stock.location", "Stock location", readonly=True)
    lot_id = fields.Many2one("stock.lot", "Tracking number", readonly=True)
    counter_id = fields.Many2one("res.users", "Counted by", readonly=True)
    abc_class = fields.Char("ABC class", readonly=True)
    book_qty = fields.Float(
        "In the books", digits="Product Unit", readonly=True, help="What the system had when the line was counted."
    )
    real_qty = fields.Float("Real quantity", digits="Product Unit", readonly=True)
    net_gap = fields.Float(
        "Gap (net)",
        digits="Product Unit",
        readonly=True,
        help="Empty over several products: their gaps never cancel out.",
    )
    absolute_gap = fields.Float(
        "Gap (absolute)",
        digits="Product Unit",
        readonly=True,
        help="What was found too much and too little together. Empty over several units.",
    )
    absolute_gap_percent = fields.Float(
        "Gap (absolute, %)",
        digits=(16, 2),
        aggregator="avg",
        readonly=True,
        help="The absolute gap in percent of the quantity in the books. Empty over several units.",
    )
    share_exact = fields.Float("Exactly right (%)", digits=(16, 1), aggregator="avg", readonly=True)
    share_within_1 = fields.Float("Within ±1 %", digits=(16, 1), aggregator="avg", readonly=True)
    share_within_3 = fields.Float("Within ±3 %", digits=(16, 1), aggregator="avg", readonly=True)
    share_within_5 = fields.Float("Within ±5 %", digits=(16, 1), aggregator="avg", readonly=True)
    share_within_class = fields.Float(
        "Within tolerance of its class (%)",
        digits=(16, 1),
        aggregator="avg",
        readonly=True,
        help="±1 % for ABC class A, ±3 % for B, ±5 % for C and for what has not moved.",
    )

    @property
    def _table_query(self):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return SQL(
            """
            SELECT *,
                   ABS(net_gap) AS absolute_gap,
                   CASE WHEN net_gap = 0 THEN 0 ELSE 100 * ABS(net_gap) / NULLIF(ABS(book_qty), 0) END
                       AS absolute_gap_percent,
                   CASE WHEN net_gap = 0 THEN 100 ELSE 0 END AS share_exact,
                   %(shares)s,
                   %(class_share)s AS share_within_class
              FROM (
                SELECT line.id, line.sheet_id, sheet.company_id, sheet.state, sheet.count_type,
                       sheet.reversed_at IS NOT NULL AS is_reversed,
                       COALESCE(sheet.validated_at, sheet.completed_at) AS date,
                       line.product_id, template.categ_id, template.uom_id, line.location_id, line.lot_id,
                       line.last_counted_by_id AS counter_id,
                       COALESCE(class.abc_class, 'C') AS abc_class,
                       ROUND(line.real_qty, %(digits)s) AS real_qty,
                       ROUND(line.gap_qty, %(digits)s) AS net_gap,
                       ROUND(line.real_qty, %(digits)s) - ROUND(line.gap_qty, %(digits)s) AS book_qty
                  FROM stock_inventory_sheet_line line
                  JOIN stock_inventory_sheet sheet ON sheet.id = line.sheet_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN product_count_class class
                    ON class.product_id = line.product_id AND class.company_id = sheet.company_id
                 WHERE line.is_counted AND sheet.state IN ('completed', 'validated')
              ) counted
            """,
            digits=digits,
            shares=SQL(", ").join(
                SQL("%s AS %s", self._get_share_sql(SQL("%s", level)), SQL.identifier(f"share_within_{level}"))
                for level in LEVELS
            ),
            class_share=self._get_share_sql(self._get_class_tolerance_sql()),
        )

    @api.model
    def _get_class_tolerance_sql(self):
        cases = [SQL("WHEN %s THEN %s", name, percent) for name, percent in CLASS_TOLERANCES.items()]
        return SQL("CASE abc_class %s END", SQL(" ").join(cases))

    @api.model
    def _get_share_sql(self, percent):
        """100 for a line that is right within `percent` of the quantity in the books, or 0."""
        return SQL("CASE WHEN 100 * ABS(net_gap) <= %s * ABS(book_qty) THEN 100 ELSE 0 END", percent)

    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        """Quantities add up within one product, or one unit, only; over several they are empty."""
        name = aggregate_spec.partition(":")[0]
        if name not in ADDED_WITHIN:
            return super()._read_group_select(aggregate_spec, query)
        aggregate = (
            self._get_absolute_gap_percent_sql(query)
            if name == "absolute_gap_percent"
            else super()._read_group_select(aggregate_spec, query)
        )
        return aggregate_within_one(self, ADDED_WITHIN[name], aggregate, query)

    def _get_absolute_gap_percent_sql(self, query):
        """The absolute gaps of a group in percent of all it has in the books, not the mean of the percentages."""
        gap, book = (self._field_to_sql(self._table, name, query) for name in ("absolute_gap", "book_qty"))
        return SQL(
            "CASE WHEN SUM(%(gap)s) = 0 THEN 0 ELSE 100 * SUM(%(gap)s) / NULLIF(SUM(ABS(%(book)s)), 0) END",
            gap=gap,
            book=book,
        )
