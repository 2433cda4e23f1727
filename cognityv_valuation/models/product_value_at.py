from dataclasses import dataclass, field

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

# How many products are valued before what was read of them is forgotten.
BATCH = 200
CONTEXT_KEY = "valuing_stock"


@dataclass(eq=False)
class Valuing:
    """What is the same for all products of a company that are valued at a moment; in the context, where RPC callers
    cannot put one.

    :param place_ids: where the company has its stock
    :param contexts: dict of cost method → what Odoo adds to the context of a product
    :param adjusted_move_ids: moves whose value somebody adjusted
    :param product_ids_with_reversals: products of which something took out again what a sheet had put in
    """

    place_ids: list
    contexts: dict = field(default_factory=dict)
    adjusted_move_ids: set = field(default_factory=set)
    product_ids_with_reversals: set = field(default_factory=set)


def get_valuing(env):
    """The `Valuing` of an environment, or None."""
    valuing = env.context.get(CONTEXT_KEY)
    return valuing if isinstance(valuing, Valuing) else None


class ProductProduct(models.Model):
    """What products were worth at a moment, by Odoo's own rules."""

    _inherit = "product.product"

    def _with_valuation_context(self):
        """Odoo adds up the stock of all companies that the user has open; whoever asks for one company gets that one."""
        valuing = get_valuing(self.env)
        if not valuing:
            return super()._with_valuation_context()
        if self.cost_method not in valuing.contexts:
            context = super()._with_valuation_context().env.context
            owners = {"owners": context["owners"]} if "owners" in context else {}
            valuing.contexts[self.cost_method] = {**owners, "location": valuing.place_ids}
        return self.with_context(**valuing.contexts[self.cost_method])

    @api.model
    def _get_unit_values_at(self, company, moment, product_ids, lot_ids):
        """Odoo's own value of products, or lots valued one by one, at a moment, divided by what was there.

        Odoo's own methods, product by product, but for standard prices: only they know of bills, prices and quantities
        put right since then. But of a lot in the past Odoo takes away what was moved since of all lots: its own total
        is wrong, and its average is not.

        :param moment: datetime in UTC, or None for now
        :param product_ids: of products that are not valued by lot
        :param lot_ids: of lots that are valued one by one
        :return: (dict of product id → value of a unit, dict of lot id → value of a unit); without those that nothing
            was there of
        """
        products = self._get_standard_prices_at(company, moment, product_ids)
        lots = {}
        for ids in split_every(BATCH, sorted(product_ids - products.keys())):
            batch = self._with_moment(company, moment).browse(ids)
            batch._read_ahead(moment)
            products.update(batch._get_own_unit_values())
            self._forget_moves()
        for ids in split_every(BATCH, sorted(lot_ids)):
            batch = self.env["stock.lot"].with_env(self._with_moment(company, moment).env).browse(ids)
            batch.product_id._read_ahead(moment)
            lots.update(batch._get_own_unit_values())
            self._forget_moves()
        return products, lots

    @api.model
    def _get_standard_prices_at(self, company, moment, product_ids):
        """What Odoo's `_get_standard_price_at_date` says of those products that have a standard price: the price that was
        set last by the end of the day of the moment, or else the first one that is known. By one statement, as most
        companies have one price or none for each of many products.

        :return: dict of product id → price
        """
        self.env.flush_all()
        end_of_day = moment and moment.replace(hour=23, minute=59, second=59)
        price = self.env["stock.inventory.price"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product.id, COALESCE(%(last)s, %(first)s, %(now)s, 0)::float8
                  FROM product_product product
                  JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN product_category category ON category.id = template.categ_id
                 WHERE product.id = ANY(%(products)s) AND %(method)s = 'standard'
                """,
                last=self._get_price_history_sql(company, SQL("date <= %s", end_of_day), SQL("DESC")),
                first=self._get_price_history_sql(company, SQL("%s::timestamp IS NOT NULL", end_of_day), SQL("ASC")),
                now=price._get_field_sql("product.product", "product", "standard_price", company),
                products=list(product_ids),
                method=company._get_cost_method_sql(),
            )
        )
        return dict(rows)

    @api.model
    def _get_price_history_sql(self, company, condition, order):
        return SQL(
            """
            (SELECT value FROM product_value
              WHERE product_id = product.id AND company_id = %(company)s AND move_id IS NULL AND lot_id IS NULL
                AND %(condition)s
           ORDER BY date %(order)s, id %(order)s LIMIT 1)
            """,
            company=company.id,
            condition=condition,
            order=order,
        )

    @api.model
    def _with_moment(self, company, moment):
        """With an environment of its own, so that nothing read for one moment is kept for another."""
        places = (
            self.env["stock.location"]
            .sudo()
            .search([("is_valued_internal", "=", True), ("company_id", "=", company.id)])
        )
        context = {"allowed_company_ids": company.ids, CONTEXT_KEY: Valuing(places.ids), "to_date": moment}
        return self.with_user(self.env.ref("base.user_root")).with_context(**context)

    def _read_ahead(self, moment):
        """Read at once what Odoo would read product by product and move by move."""
        domain = Domain("product_id", "in", self.ids) & Domain("company_id", "=", self.env.company.id)
        domain &= Domain("is_in", "=", True) | Domain("is_out", "=", True) | Domain("is_dropship", "=", True)
        if moment:
            domain &= Domain("date", "<=", moment.replace(hour=23, minute=59, second=59))
        moves = self.env["stock.move"].search_fetch(domain)
        moves.move_line_ids.fetch(
            ["company_id", "location_id", "location_dest_id", "lot_id", "owner_id", "picked", "quantity_product_uom"]
        )
        adjusted = self.env["product.value"].sudo()._read_group([("move_id", "in", moves.ids)], ["move_id"])
        valuing = get_valuing(self.env)
        valuing.adjusted_move_ids = {move.id for [move] in adjusted}
        valuing.product_ids_with_reversals = set(moves.filtered("reversed_sheet_id").product_id.ids)

    @api.model
    def _forget_moves(self):
        """Those of a large stock have no room in memory together."""
        for name in ("stock.move", "stock.move.line"):
            self.env[name].invalidate_model(flush=False)

    def _get_gain_reversals(self, at_date=None, lot=None):
        valuing = get_valuing(self.env)
        if valuing and self.id not in valuing.product_ids_with_reversals:
            return self.env["stock.move"]
        return super()._get_gain_reversals(at_date, lot)

    def _get_own_unit_values(self):
        values = {}
        for product in self:
            quantity = product._with_valuation_context().qty_available
            if not product.uom_id.is_zero(quantity):
                values[product.id] = product.total_value / quantity
        return values


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_manual_value(self, quantity, at_date=None):
        """Odoo looks for each move whether somebody adjusted it."""
        valuing = get_valuing(self.env)
        if valuing and self.id not in valuing.adjusted_move_ids:
            return {"value": 0, "quantity": 0}
        return super()._get_manual_value(quantity, at_date)


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _get_own_unit_values(self):
        if moment := self.env.context.get("to_date"):
            return {lot.id: lot._get_average_at(moment) for lot in self}
        return {lot.id: lot.total_value / lot._get_own_quantity() for lot in self if lot._get_own_quantity()}

    def _get_own_quantity(self):
        """What Odoo divides the value of the lot by."""
        quantity = self.product_id.with_context(lot_id=self.id).qty_available
        return 0.0 if self.product_id.uom_id.is_zero(quantity) else quantity

    def _get_average_at(self, moment):
        product = self.product_id.sudo()
        return self.standard_price if product.cost_method == "standard" else product._run_avco(moment, lot=self)[0]

    @api.model
    def _search_fifo_with_several_receipts(self, company):
        """Lots valued one by one and oldest first, of which the price that is kept is not what the stock is worth: Odoo
        keeps the average of what came in.

        :return: list of ids
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.lot_id
                  FROM stock_move_line line
                  JOIN stock_move move ON move.id = line.move_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN product_category category ON category.id = template.categ_id
                 WHERE template.lot_valuated AND %s = 'fifo' AND line.lot_id IS NOT NULL
                   AND move.is_in AND move.state = 'done' AND move.company_id = %s
              GROUP BY line.lot_id HAVING COUNT(DISTINCT move.id) > 1
                """,
                company._get_cost_method_sql(),
                company.id,
            )
        )
        return [lot_id for [lot_id] in rows]
