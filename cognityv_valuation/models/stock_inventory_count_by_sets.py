from odoo import api, models
from odoo.tools import SQL

from odoo.addons.cognityv_inventory.tools.rounding import round_money_sql

RESULTS = {"gap_value", "account_gap_value", "real_value"}
METHODS_LEFT_OUT = {"_compute_gap_values", "_compute_real_value", "_get_account_price", "_get_price"}


class StockInventoryCount(models.Model):
    """The values that follow from counts which are stored by sets."""

    _inherit = "stock.inventory.count"

    @api.model
    def _get_results_sql(self, sheet):
        results = super()._get_results_sql(sheet)
        price = SQL("COALESCE(NULLIF(line.unit_value, 0), line.unit_cost, 0)")
        account_price = SQL(
            "CASE WHEN %s > 0 AND line.unit_cost <> 0 THEN line.unit_cost ELSE COALESCE(line.account_unit_value, 0) END",
            results["gap_qty"],
        )
        gap_price = account_price if sheet._get_valuation_basis() == "cost" else price
        currency = sheet.company_id.currency_id
        return results | {
            "gap_value": self._get_value_sql(results["gap_qty"], gap_price, currency),
            "account_gap_value": self._get_value_sql(results["gap_qty"], account_price, currency),
            "real_value": self._get_value_sql(results["real_qty"], price, currency),
        }

    @api.model
    def _get_value_sql(self, quantity, price, currency):
        return round_money_sql(SQL("((%s)::float8 * (%s))", quantity, price), currency)


class StockInventoryPath(models.AbstractModel):
    _inherit = "stock.inventory.path"

    @api.model
    def _get_results_of_counts(self):
        return super()._get_results_of_counts() | RESULTS

    @api.model
    def _get_methods_left_out_by_counts(self):
        methods = super()._get_methods_left_out_by_counts()
        line = "stock.inventory.sheet.line"
        return methods | {line: methods[line] | METHODS_LEFT_OUT}
