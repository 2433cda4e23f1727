import json
from operator import itemgetter

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from odoo.addons.cognityv_inventory.tools.average_cost import RunningAverage


class StockInventoryPrice(models.AbstractModel):
    """What one unit of something is worth, by each valuation basis, looked up for any number of things at once.

    The things are `items`: SQL of (id, product_id, lot_id, location_id, owner_id), such as the lines of a sheet. For
    each basis there is a method `_get_<basis>_sql(items, company)` that gives an SQL expression: the unit value in the
    currency of the company and per unit of the product, or NULL. It is over one `item` with its `product`, `template`,
    `category` and `lot` (the latter two possibly without a row). An add-on with another basis writes one more such
    method and adds the basis to `res.company`.

    Expressions, and not queries to be joined: PostgreSQL knows nothing yet of lines that were just filled in, and
    would join them with each other row by row.
    """

    _name = "stock.inventory.price"
    _description = "Unit Values"

    @api.model
    def _get_unit_value_query(self, basis, items, company):
        """SQL of (id, unit_value, unit_cost), one row for each item: by the basis, and Odoo's own cost. Stock that is not
        the company's own, or in a place that belongs to none, is worth nothing to it: that is how Odoo values stock.

        Everything that the query reads is flushed.
        """
        self._flush_for_prices()
        return SQL(
            """
            SELECT item.id,
                   CASE WHEN %(is_valued)s THEN COALESCE(%(value)s, 0) ELSE 0 END::float8 AS unit_value,
                   CASE WHEN %(is_valued)s THEN COALESCE(%(cost)s, 0) ELSE 0 END::float8 AS unit_cost
              FROM (%(items)s) item
              JOIN stock_location place ON place.id = item.location_id
              JOIN product_product product ON product.id = item.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN product_category category ON category.id = template.categ_id
         LEFT JOIN stock_lot lot ON lot.id = item.lot_id
            """,
            is_valued=SQL(
                "%s AND (item.owner_id IS NULL OR item.owner_id = %s)",
                self._get_is_valued_sql("place"),
                company.partner_id.id,
            ),
            value=getattr(self, f"_get_{basis}_sql")(items, company),
            cost=self._get_cost_sql(items, company),
            items=items,
        )

    @api.model
    def _get_unit_values(self, basis, records, company):
        """The unit values of records that have the fields of an item and may not be saved yet.

        :return: list of (unit value by the basis, Odoo's own cost), in the order of the records
        """
        names = ("product_id", "lot_id", "location_id", "owner_id")
        columns = [[record[name]._origin.id or None for record in records] for name in names]
        items = SQL(
            """SELECT * FROM UNNEST(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[])
                          AS item (id, product_id, lot_id, location_id, owner_id)""",
            list(range(len(records))),
            *columns,
        )
        rows = self.env.execute_query(self._get_unit_value_query(basis, items, company))
        values = {number: (value, cost) for number, value, cost in rows}
        return [values.get(number, (0.0, 0.0)) for number in range(len(records))]

    @api.model
    def _flush_for_prices(self):
        for name in ("product.product", "product.template", "product.category", "stock.lot", "stock.location"):
            self.env[name].flush_model()

    @api.model
    def _get_is_valued_sql(self, alias):
        """Whether what is in a place counts as the company's stock."""
        return SQL(
            "(%(place)s.company_id IS NOT NULL AND %(place)s.usage IN ('internal', 'transit'))",
            place=SQL.identifier(alias),
        )

    @api.model
    def _get_field_sql(self, model, alias, name, company):
        """A field that has a value in each company, in one of them."""
        return self.env[model].sudo().with_company(company)._field_to_sql(alias, name)

    @api.model
    def _look_up_sql(self, values, key):
        """A number from a dict of id → number, as SQL; NULL for what is not in it.

        A JSON object, in which PostgreSQL finds a key quickly: an array would be looked through row by row.

        :param key: SQL of the id
        """
        return SQL("(%s::jsonb ->> (%s)::text)::float8", json.dumps(values), key)

    # Odoo's own cost

    @api.model
    def _get_cost_sql(self, items, company):
        """Standard price, average or FIFO average, as Odoo keeps it; of the lot where lots are valued one by one."""
        return SQL(
            "CASE WHEN template.lot_valuated AND lot.id IS NOT NULL THEN %s ELSE %s END",
            self._get_field_sql("stock.lot", "lot", "standard_price", company),
            self._get_field_sql("product.product", "product", "standard_price", company),
        )

    # Weighted average price

    @api.model
    def _get_average_sql(self, items, company):
        """What Odoo keeps where it values at the average price or lot by lot; for other products the average of all
        that came in, worked out from their moves. What never came in has its cost."""
        averages = self._get_running_averages(items, company)
        return SQL(
            "COALESCE(%s, %s)",
            self._look_up_sql(averages, SQL("item.product_id")),
            self._get_cost_sql(items, company),
        )

    @api.model
    def _get_running_averages(self, items, company):
        """The average price of each product among the items that Odoo keeps none of, and that once came in.

        :return: dict of product id → price
        """
        of_these_products = SQL(
            """
            move.product_id IN (
                SELECT product.id FROM product_product product
                  JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN product_category category ON category.id = template.categ_id
                 WHERE product.id IN (SELECT item.product_id FROM (%s) item)
                   AND NOT COALESCE(template.lot_valuated, FALSE) AND %s <> 'average')
            """,
            items,
            company._get_cost_method_sql(),
        )
        rows = self.env.execute_query(self._get_valued_moves_query(of_these_products, company))
        averages = {}
        for product_id, moves in groupby(rows, itemgetter(1)):
            stock = RunningAverage()
            for _id, _product_id, is_in, quantity, value in moves:
                stock.receive(quantity, value) if is_in else stock.issue(quantity)
            averages[product_id] = stock.average
        return averages

    @api.model
    def _get_valued_moves_query(self, condition, company):
        """SQL of the moves into and out of the company's stock, oldest first: (id, product_id, is_in, quantity,
        value), as far as they are of its own goods.

        SQL, since Odoo adds up the lines of each move on its own.

        :param condition: SQL over `move`
        """
        self.env["stock.move"].flush_model()
        self.env["stock.move.line"].flush_model()
        return SQL(
            """
            SELECT move.id, move.product_id, move.is_in, SUM(line.quantity_product_uom)::float8, move.value::float8
              FROM stock_move move
              JOIN stock_move_line line ON line.move_id = move.id
              JOIN stock_location source ON source.id = line.location_id
              JOIN stock_location target ON target.id = line.location_dest_id
             WHERE %(condition)s AND move.company_id = %(company)s AND move.state = 'done'
               AND (move.is_in OR move.is_out) AND line.picked
               AND (line.owner_id IS NULL OR line.owner_id = %(own_partner)s)
               AND %(source_valued)s = COALESCE(move.is_out, FALSE) AND %(target_valued)s = COALESCE(move.is_in, FALSE)
          GROUP BY move.id
          ORDER BY move.product_id, move.date, move.id
            """,
            condition=condition,
            company=company.id,
            own_partner=company.partner_id.id,
            source_valued=self._get_is_valued_sql("source"),
            target_valued=self._get_is_valued_sql("target"),
        )

    # Sale price

    @api.model
    def _get_sale_sql(self, items, company):
        """The sales price of the variant. Prices of products of no company are in the main company's currency."""
        self.env["product.template.attribute.value"].flush_model()
        currencies = self.env["res.currency"].sudo().search([])
        rates = {currency.id: self._get_rate(currency, company) for currency in currencies}
        currency = SQL(
            "COALESCE((SELECT company.currency_id FROM res_company company WHERE company.id = template.company_id), %s)",
            self.env["res.company"].sudo()._get_main_company().currency_id.id,
        )
        extra = SQL(
            """
            (SELECT SUM(value.price_extra)
               FROM product_variant_combination combination
               JOIN product_template_attribute_value value
                 ON value.id = combination.product_template_attribute_value_id
              WHERE combination.product_product_id = product.id)
            """
        )
        rate = self._look_up_sql(rates, currency)
        return SQL("(COALESCE(template.list_price, 0) + COALESCE(%s, 0)) * %s", extra, rate)

    @api.model
    def _get_rate(self, currency, company):
        today = fields.Date.context_today(self)
        return currency._get_conversion_rate(currency, company.currency_id, company, today)

    # Purchase price

    @api.model
    def _get_purchase_sql(self, items, company):
        """What the last receipt from a vendor cost; without one, the price of the vendor's list; without either, as
        for what is made in house, its cost."""
        last = self._get_last_purchase_prices(items, company)
        return SQL(
            "COALESCE(%s, %s)",
            self._look_up_sql(last, SQL("item.product_id")),
            self._get_cost_sql(items, company),
        )

    @api.model
    def _get_last_purchase_prices(self, items, company):
        """:return: dict of product id → price, of those products among the items that have one"""
        products = SQL("SELECT item.product_id FROM (%s) item", items)
        is_last_receipt = SQL(
            """
            move.id IN (
                SELECT DISTINCT ON (receipt.product_id) receipt.id
                  FROM stock_move receipt JOIN stock_location source ON source.id = receipt.location_id
                 WHERE receipt.product_id IN (%s) AND receipt.company_id = %s AND receipt.is_in AND receipt.value > 0
                   AND source.usage = 'supplier'
              ORDER BY receipt.product_id, receipt.date DESC, receipt.id DESC)
            """,
            products,
            company.id,
        )
        rows = self.env.execute_query(self._get_valued_moves_query(is_last_receipt, company))
        prices = {product_id: value / quantity for _id, product_id, _is_in, quantity, value in rows if quantity}
        others = {product_id for [product_id] in self.env.execute_query(products)} - prices.keys()
        return self._get_vendor_prices(others, company) | prices

    @api.model
    def _get_vendor_prices(self, product_ids, company):
        """The prices of the vendors' lists, chosen by Odoo's own rule from what is read for all products at once."""
        today = fields.Date.context_today(self)
        prices = {}
        for product in self.env["product.product"].sudo().with_company(company).browse(sorted(product_ids)):
            if seller := product._select_seller(quantity=None, date=today):
                price = seller.price_discounted
                prices[product.id] = seller.currency_id._convert(
                    price, company.currency_id, company, today, round=False
                )
        return prices

    # Weighted average price of the place

    @api.model
    def _get_location_average_sql(self, items, company):
        """The average price in the place itself, which may be a sub-location of the sheet's; where nothing of the
        product is there, Odoo's own cost; of the lot where lots are valued one by one."""
        self.env["stock.location.cost"]._post_pending()
        self.env["stock.location.cost"].flush_model()
        there = SQL(
            """
            (SELECT average.average_cost FROM stock_location_cost average
              WHERE average.product_id = item.product_id AND average.location_id = item.location_id
                AND average.quantity <> 0)
            """
        )
        return SQL(
            "COALESCE(CASE WHEN NOT COALESCE(template.lot_valuated, FALSE) THEN %s END, %s)",
            there,
            self._get_cost_sql(items, company),
        )
