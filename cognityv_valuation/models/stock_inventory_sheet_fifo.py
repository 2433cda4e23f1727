from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write

from ..tools.fifo_stack import FifoStack


class StockInventorySheet(models.Model):
    """What losses are worth where products leave oldest first: each line takes from what the lines before it left."""

    _inherit = "stock.inventory.sheet"

    def action_complete(self, keep_uncounted=False):
        result = super().action_complete(keep_uncounted=keep_uncounted)
        for sheet in self.filtered(lambda sheet: sheet.state == "completed"):
            sheet.sudo()._foresee_fifo_values()
        return result

    def _foresee_fifo_values(self):
        """Give the losses of FIFO products the value that their moves would have now."""
        lines = self._get_fifo_losses()
        stacks = self._get_fifo_stacks(lines)
        for line in as_own_write(lines):
            value = -stacks[line.product_id].take(-line.gap_qty)
            line.account_gap_value = value
            if self.is_valued_at_cost:
                line.gap_value = value

    def _get_fifo_losses(self):
        """The lines whose loss is valued by FIFO, in the order in which their moves are made."""
        self.line_ids.flush_model()
        price_model = self.env["stock.inventory.price"]
        price_model._flush_for_prices()
        query = SQL(
            """
            SELECT line.id FROM stock_inventory_sheet_line line
              JOIN stock_location place ON place.id = line.location_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN product_category category ON category.id = template.categ_id
             WHERE line.sheet_id = %s AND line.gap_qty < 0 AND %s
               AND (line.owner_id IS NULL OR line.owner_id = %s)
               AND NOT COALESCE(template.lot_valuated, FALSE) AND %s = 'fifo'
            """,
            self.id,
            price_model._get_is_valued_sql("place"),
            self.company_id.partner_id.id,
            self.company_id._get_cost_method_sql(),
        )
        ids = [line_id for [line_id] in self.env.execute_query(query)]
        return self.env["stock.inventory.sheet.line"].search([("id", "in", ids)])

    def _get_fifo_stacks(self, lines):
        """What there is of the products of `lines`: dict of product → FifoStack."""
        products = lines.product_id.with_company(self.company_id)
        layers = defaultdict(list)
        for product_id, quantity, value in self._read_fifo_layers(products):
            layers[product_id].append((quantity, value))
        return {product: FifoStack(layers[product.id], product.standard_price) for product in products}

    def _read_fifo_layers(self, products):
        """What came in last is what is there.

        :return: list of (product id, quantity that is left, its value), oldest first
        """
        if not products:
            return []
        places = [("is_valued_internal", "=", True), ("company_id", "=", self.company_id.id)]
        stocked = products.with_context(location=self.env["stock.location"].search(places).ids)
        on_hand = {product.id: product.qty_available for product in stocked}
        price_model = self.env["stock.inventory.price"]
        incoming = SQL("move.product_id IN %s AND move.is_in", tuple(products.ids))
        query = SQL(
            """
            SELECT product_id, LEAST(quantity, there - newer), value * LEAST(quantity, there - newer) / quantity
              FROM (
                SELECT valued.*, move.date, %(there)s AS there,
                       SUM(valued.quantity) OVER (PARTITION BY valued.product_id ORDER BY move.date DESC, move.id DESC)
                           - valued.quantity AS newer
                  FROM (%(valued)s) valued (id, product_id, is_in, quantity, value)
                  JOIN stock_move move ON move.id = valued.id
                 WHERE valued.quantity > 0
              ) layer
             WHERE newer < there
          ORDER BY product_id, date, id
            """,
            valued=price_model._get_valued_moves_query(incoming, self.company_id),
            there=price_model._look_up_sql(on_hand, SQL("valued.product_id")),
        )
        return self.env.execute_query(query)
