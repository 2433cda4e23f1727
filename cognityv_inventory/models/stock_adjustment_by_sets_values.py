from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL, groupby

from ..tools.average_cost import RunningAverage
from ..tools.rounding import round_money_sql


class ValuedMove(NamedTuple):
    """What Odoo's average knows of a move."""

    product_id: int
    date: datetime
    is_in: bool
    value: float
    quantity: float
    # Of a sheet's reversal: whether it undoes what had come in; None of any other move.
    undoes_gain: bool | None = None


class StockAdjustmentBySets(models.AbstractModel):
    """What moves that are made by sets are worth, where `stock_account` is installed: at standard price and at
    average cost, valued periodically. Products that are valued oldest first or lot by lot, and those whose gaps make
    journal entries at once, are left to Odoo's own path."""

    _inherit = "stock.adjustment.by.sets"

    def _is_stock_valued(self):
        return "is_in" in self.env["stock.move"]._fields

    def _get_gap_conditions_for_odoo(self):
        conditions = super()._get_gap_conditions_for_odoo()
        if not self._is_stock_valued():
            return conditions
        company = self._get_company()
        posts_at_once = SQL(
            "%s = 'real_time' AND loss.valuation_account_id IS NOT NULL",
            company._get_category_setting_sql("property_valuation", company.inventory_valuation),
        )
        method = company._get_cost_method_sql()
        # Odoo asks the orders of goods that were sent past the stock what they cost.
        unusual_past = SQL(
            """%s = 'average' AND %s AND EXISTS (
                SELECT FROM stock_move past
                 WHERE past.product_id = line.product_id AND (past.is_dropship OR past.is_in AND past.is_out))""",
            method,
            self._get_changes_average_sql(),
        )
        not_known = SQL("%s NOT IN ('standard', 'average')", method)
        return [*conditions, SQL("COALESCE(template.lot_valuated, FALSE)"), not_known, posts_at_once, unusual_past]

    # Moves

    def _get_move_columns(self):
        columns = super()._get_move_columns()
        if not self._is_stock_valued():
            return columns
        is_valued = self._get_is_valued_sql()
        return columns | {
            "is_in": SQL("%s AND line.gap_qty > 0", is_valued),
            "is_out": SQL("%s AND line.gap_qty < 0", is_valued),
            "is_dropship": SQL("FALSE"),
            "to_refund": SQL("TRUE"),
            "value": SQL("CASE WHEN %s THEN %s END", is_valued, self._get_move_value_sql()),
        }

    def _get_is_valued_sql(self):
        """Whether a gap is one of the company's own stock. Never unknown."""
        return SQL(
            "(place.company_id IS NOT NULL AND COALESCE(line.owner_id = %s, TRUE))", self._get_company().partner_id.id
        )

    def _get_move_value_sql(self):
        """At the price of the product."""
        value = SQL(
            "(%s::float8 * ABS(line.gap_qty)::float8)",
            self._get_company_field_sql("product.product", "product", "standard_price"),
        )
        return round_money_sql(value, self._get_company().currency_id)

    # Average cost

    def _after_moves(self):
        result = super()._after_moves()
        if self._is_stock_valued():
            self._update_average_costs()
        return result

    def _update_average_costs(self):
        """What has come in at average cost changes the price of its product: Odoo's `_update_standard_price`, for all
        products from three statements."""
        product_ids = self._get_products_at_average()
        if not product_ids:
            return
        prices = self._get_given_prices(product_ids)
        moves = groupby(self._get_valued_moves(product_ids), attrgetter("product_id"))
        costs = {product_id: self._get_average(mine, prices.get(product_id, [])) for product_id, mine in moves}
        self._write_standard_prices({product_id: cost for product_id, cost in costs.items() if cost})

    def _get_changes_average_sql(self):
        """Whether `line` is one whose move changes the average cost of its product: Odoo works it out again for what has
        come in. A hook."""
        return SQL("line.gap_qty > 0")

    def _get_products_at_average(self):
        """The ids of the products at average cost whose average changes."""
        query = SQL(
            """
            SELECT DISTINCT product.id
              FROM (SELECT DISTINCT move.product_id %s AND (move.is_in OR move.is_out) AND %s) moved
              JOIN product_product product ON product.id = moved.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN product_category category ON category.id = template.categ_id
             WHERE %s = 'average'
            """,
            self._get_moved_sql(),
            self._get_changes_average_sql(),
            self._get_company()._get_cost_method_sql(),
        )
        return [product_id for [product_id] in self.env.execute_query(query)]

    def _get_valued_moves(self, product_ids):
        """What came in and went out of the company's own stock, oldest first: list of ValuedMove.

        The lines of a move are added up here and not by PostgreSQL, which would do it without Odoo's noise.
        """
        query = SQL(
            """
            SELECT move.product_id, move.date, move.is_in, COALESCE(move.value, 0),
                   ARRAY_AGG(line.quantity_product_uom ORDER BY line.id)
                       FILTER (WHERE %(target)s AND NOT %(source)s),
                   ARRAY_AGG(line.quantity_product_uom ORDER BY line.id)
                       FILTER (WHERE %(source)s AND NOT %(target)s),
                   CASE WHEN move.reversed_sheet_id IS NOT NULL THEN COALESCE(origin.is_in, FALSE) END
              FROM stock_move move
         LEFT JOIN stock_move origin ON origin.id = move.origin_returned_move_id
         LEFT JOIN (
                stock_move_line line
                JOIN res_company company ON company.id = line.company_id
                JOIN stock_location source ON source.id = line.location_id
                JOIN stock_location target ON target.id = line.location_dest_id
                ) ON line.move_id = move.id AND line.picked AND COALESCE(line.owner_id = company.partner_id, TRUE)
             WHERE move.product_id = ANY(%(products)s) AND move.company_id = %(company)s AND (move.is_in OR move.is_out)
          GROUP BY move.id, origin.id ORDER BY move.product_id, move.date, move.id
            """,
            source=SQL("(source.company_id IS NOT NULL AND source.usage IN ('internal', 'transit'))"),
            target=SQL("(target.company_id IS NOT NULL AND target.usage IN ('internal', 'transit'))"),
            products=product_ids,
            company=self._get_company().id,
        )
        return [
            ValuedMove(product_id, date, is_in, float(value), sum(map(float, came_in or went_out or ())), undoes_gain)
            for product_id, date, is_in, value, came_in, went_out, undoes_gain in self.env.execute_query(query)
        ]

    def _get_given_prices(self, product_ids):
        """The prices that were set by hand, oldest first: dict of product id → list of (date, price)."""
        query = SQL(
            """SELECT product_id, ARRAY_AGG(date ORDER BY date, id), ARRAY_AGG(value::float8 ORDER BY date, id)
                 FROM product_value
                WHERE product_id = ANY(%s) AND move_id IS NULL AND lot_id IS NULL GROUP BY product_id""",
            product_ids,
        )
        return {
            product_id: list(zip(dates, values, strict=True))
            for product_id, dates, values in self.env.execute_query(query)
        }

    def _get_average(self, moves, prices):
        """The average cost of a product: Odoo's `_run_avco`, step by step.

        :param moves: list of ValuedMove, oldest first
        :param prices: list of (date, price), oldest first
        """
        stock, prices = RunningAverage(), list(prices)
        for move in moves:
            while prices and prices[0][0] <= move.date:
                stock.revalue(prices.pop(0)[1])
            if move.is_in:
                stock.receive(move.quantity, move.value)
            else:
                stock.issue(move.quantity, self._get_issue_value(move))
        return prices[-1][1] if prices else stock.average

    def _get_issue_value(self, move):
        """What a ValuedMove takes out, if that is not the average. A hook."""

    def _write_standard_prices(self, costs):
        """
        :param costs: dict of product id → price
        """
        query = SQL(
            """
            UPDATE product_product product
               SET standard_price = COALESCE(product.standard_price, '{}') || jsonb_build_object(%s::text, new.cost),
                   write_uid = %s, write_date = NOW() AT TIME ZONE 'UTC'
              FROM UNNEST(%s::int[], %s::float8[]) AS new (product_id, cost)
             WHERE product.id = new.product_id
            """,
            self._get_company().id,
            self.env.uid,
            list(costs),
            list(costs.values()),
        )
        if costs:
            self.env.cr.execute(query)
            self.env["product.product"].invalidate_model(["standard_price"])
