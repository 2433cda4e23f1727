from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.ratio import Ratio

SALE_FIELDS = {
    "sale.order": ["name", "partner_id", "currency_rate"],
    "sale.order.line": [
        "order_id",
        "name",
        "sequence",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "price_unit",
        "discount",
        "price_subtotal",
        "qty_delivered",
    ],
}


class StockSaleCostReport(models.Model):
    """Cost of goods sold: one record for each move that brought goods to a customer, or back (less than nothing).

    The cost is the move's own value, which Odoo settles when it is done. Beside it, where sales are installed, what the
    sale order's line says for as much: its untaxed subtotal / ordered quantity, at the order's rate to the company's
    currency. The components of a kit share what the kit was sold for by their cost. Goods that went from a vendor to a
    customer directly were never in stock: Odoo gives such moves no value, and they are left out.
    """

    _name = "stock.sale.cost.report"
    _inherit = ["stock.value.report.mixin"]
    _description = "Cost of Goods Sold"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _money = ("cost", "revenue", "margin")
    _quantities = ("quantity",)
    _ratios = {"margin_percent": Ratio("100 * %(margin)s / %(revenue)s", divisor="revenue")}
    _default_groupby = ("categ_id", "product_id")
    _depends = {
        "stock.move": [
            "state",
            "date",
            "company_id",
            "product_id",
            "product_uom",
            "quantity",
            "value",
            "is_in",
            "is_out",
            "location_id",
            "location_dest_id",
            "picking_id",
            "to_refund",
            "origin_returned_move_id",
        ],
        "stock.picking": ["partner_id"],
        "stock.location": ["usage", "company_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "accounting_family_id", "uom_id"],
        "res.company": ["currency_id"],
        "uom.uom": ["factor"],
    }

    date = fields.Datetime(readonly=True, help="When the goods left or came back.")
    kind = fields.Selection([("delivery", "Delivery"), ("return", "Return")], readonly=True)
    move_id = fields.Many2one("stock.move", readonly=True)
    picking_id = fields.Many2one("stock.picking", "Transfer", readonly=True)
    sale_name = fields.Char("Sale order", readonly=True)
    sale_line_name = fields.Char("Sale order line", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    location_id = fields.Many2one("stock.location", "Stock location", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True, help="In the product's unit; returns are negative.")
    cost = fields.Monetary(readonly=True, help="What the goods that left were worth.")
    revenue = fields.Monetary(readonly=True, help="What they were sold for, without taxes. Empty without a sale order.")
    margin = fields.Monetary(readonly=True, help="Revenue less cost, of what has a sale order.")
    margin_percent = fields.Float(
        "Margin (%)", digits=(16, 2), aggregator="avg", readonly=True, help="The margin in percent of the revenue."
    )

    @property
    def _table_query(self):
        """SQL, as what was sold is added up move by move, by any of what moves and orders say."""
        has_sales = all([self._flush_optional(model, names) for model, names in SALE_FIELDS.items()])
        has_sales = has_sales and "sale_line_id" in self.env["stock.move"]._fields
        return SQL(
            """
            SELECT sold.*, %(ratios)s
              FROM (SELECT moved.*, moved.revenue - moved.cost AS margin
                      FROM (%(moves)s) moved) sold
            """,
            ratios=self._get_ratio_columns_sql("sold"),
            moves=self._get_sale_moves_query() if has_sales else self._get_moves_query(),
        )

    @api.model
    def _get_moves_query(self, columns=None, joins=None, partner=None):
        """
        :param columns: SQL of what the sale says
        :param joins: SQL of the tables that they are from
        :param partner: SQL of the customer, where the sale says one
        """
        nothing = SQL("NULL::varchar AS sale_name, NULL::varchar AS sale_line_name, NULL::float8 AS revenue")
        return SQL(
            """
            SELECT move.id, move.id AS move_id, move.date, move.company_id, company.currency_id, move.product_id,
                   template.categ_id, template.accounting_family_id, template.uom_id, move.picking_id,
                   CASE WHEN move.is_out THEN 'delivery' ELSE 'return' END AS kind,
                   CASE WHEN move.is_out THEN move.location_id ELSE move.location_dest_id END AS location_id,
                   %(partner)s AS partner_id,
                   %(sign)s * move.quantity * move_unit.factor / unit.factor AS quantity,
                   %(sign)s * COALESCE(move.value, 0)::float8 AS cost,
                   %(columns)s
              FROM stock_move move
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location target ON target.id = move.location_dest_id
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = template.uom_id
              JOIN uom_uom move_unit ON move_unit.id = move.product_uom
              JOIN res_company company ON company.id = move.company_id
         LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                   %(joins)s
             WHERE move.state = 'done' AND (move.is_out AND %(sold)s OR move.is_in AND %(returned)s)
            """,
            sign=self._get_sign_sql("move"),
            partner=partner or SQL("picking.partner_id"),
            columns=columns or nothing,
            joins=joins or SQL(),
            sold=SQL("(%s OR %s)", SQL("target.usage = 'customer'"), self._get_is_between_companies_sql("target")),
            returned=SQL(
                "(source.usage = 'customer' OR %s AND move.origin_returned_move_id IS NOT NULL)",
                self._get_is_between_companies_sql("source"),
            ),
        )

    @api.model
    def _get_sign_sql(self, alias):
        return SQL("(CASE WHEN %s THEN 1 ELSE -1 END)", SQL.identifier(alias, "is_out"))

    @api.model
    def _get_is_between_companies_sql(self, place):
        """What is sold to another company of the database passes through a place of no company."""
        usage, company = SQL.identifier(place, "usage"), SQL.identifier(place, "company_id")
        return SQL("(%s = 'transit' AND %s IS NULL)", usage, company)

    # Where sales are installed

    @api.model
    def _get_sale_moves_query(self):
        columns = SQL(
            """
            sale.name AS sale_name, sale.name || ' · ' || %(position)s || ' · ' || SPLIT_PART(item.name, E'\\n', 1)
                AS sale_line_name,
            %(price)s * %(quantity)s AS revenue
            """,
            position=SQL(
                """
                (SELECT COUNT(*) FROM sale_order_line other
                  WHERE other.order_id = item.order_id AND (other.sequence, other.id) <= (item.sequence, item.id))
                """
            ),
            price=self._get_sale_price_sql(),
            quantity=SQL(
                "CASE WHEN item.product_id = move.product_id THEN %s ELSE %s END",
                self._get_sold_quantity_sql(),
                self._get_kit_quantity_sql(),
            ),
        )
        joins = SQL(
            """
            LEFT JOIN sale_order_line item ON item.id = move.sale_line_id
            LEFT JOIN sale_order sale ON sale.id = item.order_id
            LEFT JOIN uom_uom item_unit ON item_unit.id = item.product_uom_id
            """
        )
        return self._get_moves_query(columns, joins, SQL("COALESCE(sale.partner_id, picking.partner_id)"))

    @api.model
    def _get_sale_price_sql(self):
        """Of one unit of the sale order's line, without taxes, in the company's currency; not rounded."""
        return SQL(
            """
            (CASE WHEN item.product_uom_qty <> 0 THEN item.price_subtotal / item.product_uom_qty
                  ELSE item.price_unit * (1 - COALESCE(item.discount, 0) / 100) END)::float8
            / COALESCE(NULLIF(sale.currency_rate, 0), 1)::float8
            """
        )

    @api.model
    def _get_sold_quantity_sql(self):
        """What the move delivered of its line, in the line's unit: what Odoo counts as delivered. What comes back to be
        replaced, and what replaces it, changes nothing of what the customer pays."""
        return SQL(
            """
            (CASE WHEN move.to_refund OR move.is_out AND move.origin_returned_move_id IS NULL
                  THEN %s * move.quantity * move_unit.factor / item_unit.factor ELSE 0 END)
            """,
            self._get_sign_sql("move"),
        )

    @api.model
    def _get_kit_quantity_sql(self):
        """The share of a component in the kits delivered: that of its cost, in all that was moved for the line."""
        return SQL(
            """
            (item.qty_delivered * %(sign)s * move.value
             / (SELECT NULLIF(SUM(%(other_sign)s * part.value), 0) FROM stock_move part
                 WHERE part.sale_line_id = item.id AND part.state = 'done' AND (part.is_out OR part.is_in)))::float8
            """,
            sign=self._get_sign_sql("move"),
            other_sign=self._get_sign_sql("part"),
        )

    def action_open_document(self):
        """Open the sale order, or else the transfer or the move."""
        self.ensure_one()
        move = self.move_id
        sale = move.sale_line_id.order_id if "sale_line_id" in move._fields else None
        record = sale or move.picking_id or move
        return {"type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id, "view_mode": "form"}
