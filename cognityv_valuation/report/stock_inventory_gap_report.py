from odoo import api, fields, models
from odoo.tools import SQL

from ..models.res_company import VALUATION_BASES
from ..tools.ratio import Ratio


class StockInventoryGapReport(models.Model):
    """What was found too much and too little, in money: one record for each counted line of a completed or validated
    sheet, and for each validated stock correction.

    Values are by the valuation basis of the sheet or of the company, in the company's currency; beside them what the
    accounts got. What a reversed sheet found is marked.
    """

    _name = "stock.inventory.gap.report"
    _inherit = ["stock.value.report.mixin"]
    _description = "Gap Values"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _money = ("book_value", "real_value", "gap_value", "absolute_gap_value", "account_gap_value")
    _ratios = {
        "shrinkage_percent": Ratio("-100 * %(gap_value)s / %(book_value)s", divisor="book_value"),
        "accuracy_percent": Ratio("100 - 100 * %(absolute_gap_value)s / %(book_value)s", divisor="book_value", least=0),
    }
    _default_groupby = ("location_id", "product_id")
    _depends = {
        "stock.inventory.sheet": [
            "company_id",
            "state",
            "completed_at",
            "validated_at",
            "reversed_at",
            "valuation_basis",
        ],
        "stock.inventory.sheet.line": [
            "sheet_id",
            "product_id",
            "location_id",
            "lot_id",
            "is_counted",
            "reason_id",
            "real_qty",
            "gap_qty",
            "unit_value",
            "gap_value",
            "account_gap_value",
            "real_value",
            "last_counted_by_id",
        ],
        "stock.correction": [
            "company_id",
            "state",
            "product_id",
            "location_id",
            "lot_id",
            "real_qty",
            "gap_qty",
            "unit_value",
            "gap_value",
            "account_gap_value",
            "reason_id",
            "validated_at",
            "validated_by_id",
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "accounting_family_id", "uom_id"],
        "res.company": ["currency_id"],
        "res.currency": ["rounding"],
    }

    kind = fields.Selection(
        [("sheet", "Inventory sheet"), ("correction", "Stock correction")], "Found by", readonly=True
    )
    sheet_id = fields.Many2one("stock.inventory.sheet", "Inventory sheet", readonly=True)
    correction_id = fields.Many2one("stock.correction", readonly=True)
    reason_id = fields.Many2one("stock.correction.reason", "Correction reason", readonly=True)
    state = fields.Selection([("completed", "Completed"), ("validated", "Validated")], "Status", readonly=True)
    is_reversed = fields.Boolean("Reversed", readonly=True)
    valuation_basis = fields.Selection(VALUATION_BASES, readonly=True)
    date = fields.Datetime(readonly=True, help="When it was validated, or completed until it is.")
    location_id = fields.Many2one("stock.location", "Stock location", readonly=True)
    lot_id = fields.Many2one("stock.lot", "Tracking number", readonly=True)
    user_id = fields.Many2one("res.users", "Counted by", readonly=True)
    book_value = fields.Monetary("Value in the books", readonly=True, help="What the system had of what was counted.")
    real_value = fields.Monetary("Real valuation", readonly=True, help="What was found.")
    gap_value = fields.Monetary("Gap value (net)", readonly=True, help="Too much less too little.")
    absolute_gap_value = fields.Monetary(
        "Gap value (absolute)", readonly=True, help="Too much and too little together: gaps do not cancel out."
    )
    account_gap_value = fields.Monetary("Gap value in the accounts", readonly=True, help="The gap at Odoo's own cost.")
    shrinkage_percent = fields.Float(
        "Shrinkage (%)",
        digits=(16, 2),
        aggregator="avg",
        readonly=True,
        help="What is missing, net, in percent of the value in the books. Less than nothing when more was found.",
    )
    accuracy_percent = fields.Float(
        "Accuracy in money (%)",
        digits=(16, 2),
        aggregator="avg",
        readonly=True,
        help="100 % less the absolute gap value in percent of the value in the books; never less than 0 %.",
    )

    @property
    def _table_query(self):
        """SQL, as sheets and corrections are added up together and each figure of a group is of all its records."""
        return SQL(
            """
            SELECT found.*, %(ratios)s
              FROM (SELECT gap.*, template.categ_id, template.accounting_family_id, template.uom_id, company.currency_id,
                           ABS(gap.gap_value) AS absolute_gap_value
                      FROM (%(lines)s UNION ALL %(corrections)s) gap
                      JOIN product_product product ON product.id = gap.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                      JOIN res_company company ON company.id = gap.company_id) found
            """,
            ratios=self._get_ratio_columns_sql("found"),
            lines=self._get_lines_query(),
            corrections=self._get_corrections_query(),
        )

    @api.model
    def _get_lines_query(self):
        return SQL(
            """
            SELECT line.id * 2 AS id, 'sheet' AS kind, line.sheet_id, NULL::int AS correction_id,
                   line.reason_id, sheet.state, sheet.reversed_at IS NOT NULL AS is_reversed,
                   sheet.valuation_basis, sheet.company_id, COALESCE(sheet.validated_at, sheet.completed_at) AS date,
                   line.product_id, line.location_id, line.lot_id, line.last_counted_by_id AS user_id,
                   line.real_value, COALESCE(line.gap_value, 0) AS gap_value,
                   COALESCE(line.account_gap_value, 0) AS account_gap_value,
                   %s AS book_value
              FROM stock_inventory_sheet_line line
              JOIN stock_inventory_sheet sheet ON sheet.id = line.sheet_id
             WHERE line.is_counted AND sheet.state IN ('completed', 'validated')
            """,
            self._get_worth_sql("line", "sheet", SQL("line.real_qty - line.gap_qty")),
        )

    @api.model
    def _get_corrections_query(self):
        return SQL(
            """
            SELECT correction.id * 2 + 1, 'correction', NULL, correction.id, correction.reason_id, correction.state,
                   FALSE, NULL, correction.company_id, correction.validated_at, correction.product_id,
                   correction.location_id, correction.lot_id, correction.validated_by_id, %s,
                   COALESCE(correction.gap_value, 0), COALESCE(correction.account_gap_value, 0), %s
              FROM stock_correction correction
             WHERE correction.state = 'validated'
            """,
            self._get_worth_sql("correction", "correction", SQL("correction.real_qty")),
            self._get_worth_sql("correction", "correction", SQL("correction.real_qty - correction.gap_qty")),
        )

    @api.model
    def _get_worth_sql(self, record, document, quantity):
        """The value of a quantity at the unit value of a record, rounded to the currency of its document's company."""
        return SQL(
            """
            (SELECT ROUND((COALESCE(%(quantity)s, 0) * COALESCE(%(record)s.unit_value, 0))::numeric
                          / currency.rounding::numeric) * currency.rounding::numeric
               FROM res_company JOIN res_currency currency ON currency.id = res_company.currency_id
              WHERE res_company.id = %(document)s.company_id)
            """,
            quantity=quantity,
            record=SQL.identifier(record),
            document=SQL.identifier(document),
        )

    def action_open_document(self):
        """Open the sheet or the correction that found it."""
        self.ensure_one()
        document = self.sheet_id or self.correction_id
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
        }
