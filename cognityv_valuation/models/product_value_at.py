from odoo import api, models
from odoo.tools import SQL, split_every

# How many products are valued before what was read of them is forgotten.
BATCH = 500
COMPANY_KEY = "valued_in_company_id"


class ProductProduct(models.Model):
    """What products were worth at a moment, by Odoo's own rules."""

    _inherit = "product.product"

    def _with_valuation_context(self):
        """Odoo adds up the stock of all companies that the user has open; whoever asks for one company gets that one."""
        product = super()._with_valuation_context()
        if company_id := self.env.context.get(COMPANY_KEY):
            places = self.env["stock.location"].search(
                [("is_valued_internal", "=", True), ("company_id", "=", company_id)]
            )
            product = product.with_context(location=places.ids)
        return product

    @api.model
    def _get_unit_values_at(self, company, moment, product_ids, lot_ids):
        """Odoo's own value of products, or lots valued one by one, at a moment, divided by what was there.

        Odoo's own methods, product by product: only they know of bills, prices and quantities put right since then. But
        of a lot in the past Odoo takes away what was moved since of all lots: its own total is wrong, and its average is
        not.

        :param moment: datetime in UTC, or None for now
        :param product_ids: of products that are not valued by lot
        :param lot_ids: of lots that are valued one by one
        :return: (dict of product id → value of a unit, dict of lot id → value of a unit); without those that nothing
            was there of
        """
        context = {"allowed_company_ids": company.ids, COMPANY_KEY: company.id, "to_date": moment}
        products, lots = {}, {}
        for ids in split_every(BATCH, sorted(product_ids)):
            products.update(self._with_moment(context).browse(ids)._get_own_unit_values())
        for ids in split_every(BATCH, sorted(lot_ids)):
            lots.update(
                self.env["stock.lot"].browse(ids).with_env(self._with_moment(context).env)._get_own_unit_values()
            )
        return products, lots

    @api.model
    def _with_moment(self, context):
        """With an environment of its own, so that nothing read for one moment is kept for another."""
        return self.with_user(self.env.ref("base.user_root")).with_context(**context)

    def _get_own_unit_values(self):
        values = {}
        for product in self:
            quantity = product._with_valuation_context().qty_available
            if not product.uom_id.is_zero(quantity):
                values[product.id] = product.total_value / quantity
        return values


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
        price = self.env["stock.inventory.price"]
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
                price._get_cost_method_sql(company),
                company.id,
            )
        )
        return [lot_id for [lot_id] in rows]
