from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.ratio import Ratio


class StockValuationReport(models.Model):
    """What the stock is worth, by place, product and tracking number: what Odoo says, divided among the places.

    Now: what is there, at the cost that Odoo keeps. In the past, with `valuation_snapshot_id` in the context: what was
    worked out for that moment. All places of a product add up to Odoo's own value, to the currency's last digit.
    """

    _name = "stock.valuation.report"
    _inherit = ["stock.value.report.mixin"]
    _description = "Stock Value"
    _auto = False
    _order = "value desc, id"
    _rec_name = "product_id"
    _money = ("value",)
    _quantities = ("quantity",)
    _ratios = {"unit_value": Ratio("%(value)s / %(quantity)s", divisor="quantity")}
    _default_groupby = ("location_id", "product_id")
    _depends = {
        "stock.quant": ["product_id", "location_id", "lot_id", "owner_id", "quantity"],
        "stock.location": ["company_id", "usage", "warehouse_id"],
        "stock.lot": ["standard_price"],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["categ_id", "accounting_family_id", "uom_id", "lot_valuated", "is_storable"],
        "res.company": ["currency_id"],
    }

    location_id = fields.Many2one("stock.location", "Stock location", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    lot_id = fields.Many2one("stock.lot", "Tracking number", readonly=True)
    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="What belongs to the company, in its own places."
    )
    unit_value = fields.Float(
        min_display_digits="Product Price", aggregator="avg", readonly=True, help="Value of one unit of the product."
    )
    value = fields.Monetary(readonly=True)

    @api.model
    def _get_unit_fields(self, name):
        return ("product_id", "currency_id") if name == "unit_value" else super()._get_unit_fields(name)

    @property
    def _table_query(self):
        """SQL, as it has to answer at once for a stock of any size."""
        snapshot = self._get_snapshot()
        queries = [self._get_value_query(company, snapshot) for company in snapshot.company_id or self.env.companies]
        return SQL(
            "SELECT worth.*, %s FROM (%s) worth", self._get_ratio_columns_sql("worth"), SQL(" UNION ALL ").join(queries)
        )

    @api.model
    def _get_snapshot(self):
        """
        :raises UserError: when what was worked out is not kept any more
        """
        snapshot = self.env["stock.valuation.snapshot"].sudo().browse(self.env.context.get("valuation_snapshot_id"))
        if snapshot and not snapshot.exists():
            raise UserError(self.env._("This stock value is not kept any more; choose the moment again."))
        return snapshot

    @api.model
    def _get_report_moment(self):
        return self._get_snapshot().moment or None

    @api.model
    def _get_value_query(self, company, snapshot):
        """Each row has the value of all rows of its product (or lot) so far less that of those before it, both rounded:
        so they add up."""
        return SQL(
            """
            SELECT priced.id, priced.product_id, priced.location_id, priced.lot_id, place.warehouse_id,
                   template.categ_id, template.accounting_family_id, template.uom_id, priced.quantity,
                   %(company)s AS company_id, %(currency)s AS currency_id,
                   (%(until)s - %(before)s)::float8 AS value
              FROM (SELECT stock.*, SUM(stock.quantity) OVER (
                               PARTITION BY stock.product_id, stock.valued_lot_id ORDER BY stock.id) AS total
                      FROM (%(stock)s) stock) priced
              JOIN stock_location place ON place.id = priced.location_id
              JOIN product_product product ON product.id = priced.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
            """,
            company=company.id,
            currency=company.currency_id.id,
            until=self._get_rounded_sql(SQL("priced.unit * priced.total"), company),
            before=self._get_rounded_sql(SQL("priced.unit * (priced.total - priced.quantity)"), company),
            stock=self._get_snapshot_query(snapshot) if snapshot else self._get_stock_query(company),
        )

    @api.model
    def _get_rounded_sql(self, amount, company):
        rounding = company.currency_id.rounding
        return SQL("ROUND((%s)::numeric / %s::numeric) * %s::numeric", amount, rounding, rounding)

    @api.model
    def _get_snapshot_query(self, snapshot):
        return SQL(
            """
            SELECT line.id, line.product_id, line.location_id, line.lot_id, line.quantity::float8 AS quantity,
                   line.unit_value::float8 AS unit, CASE WHEN template.lot_valuated THEN line.lot_id END AS valued_lot_id
              FROM stock_valuation_snapshot_line line
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE line.snapshot_id = %s
            """,
            snapshot.id,
        )

    @api.model
    def _get_stock_query(self, company):
        price = self.env["stock.inventory.price"]
        return SQL(
            """
            SELECT quant.id, quant.product_id, quant.location_id, quant.lot_id, quant.quantity::float8 AS quantity,
                   COALESCE(CASE WHEN NOT COALESCE(template.lot_valuated, FALSE) THEN %(product_cost)s
                                 WHEN lot.id IS NOT NULL THEN %(lot_cost)s END, 0)::float8 AS unit,
                   CASE WHEN template.lot_valuated THEN quant.lot_id END AS valued_lot_id
              FROM stock_quant quant
              JOIN stock_location place ON place.id = quant.location_id
              JOIN product_product product ON product.id = quant.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
             WHERE place.company_id = %(company)s AND %(is_valued)s AND template.is_storable AND quant.quantity <> 0
               AND (quant.owner_id IS NULL OR quant.owner_id = %(partner)s)
            """,
            product_cost=price._get_field_sql("product.product", "product", "standard_price", company),
            lot_cost=self._get_lot_cost_sql(company),
            company=company.id,
            is_valued=price._get_is_valued_sql("place"),
            partner=company.partner_id.id,
        )

    @api.model
    def _get_lot_cost_sql(self, company):
        """The cost that Odoo keeps of a lot; where it is not what the stock is worth, that is worked out."""
        price = self.env["stock.inventory.price"]
        kept = price._get_field_sql("stock.lot", "lot", "standard_price", company)
        lot_ids = self.env["stock.lot"]._search_fifo_with_several_receipts(company)
        if not lot_ids:
            return kept
        _products, lots = self.env["product.product"]._get_unit_values_at(company, None, [], lot_ids)
        return SQL("COALESCE(%s, %s)", price._look_up_sql(lots, SQL("lot.id")), kept)

    def action_view_moves(self):
        """Open what brought the product to this place and took it away, until the moment of the report."""
        self.ensure_one()
        place = Domain("location_id", "=", self.location_id.id) | Domain("location_dest_id", "=", self.location_id.id)
        domain = Domain("product_id", "=", self.product_id.id) & Domain("state", "=", "done") & place
        domain &= Domain("lot_id", "=", self.lot_id.id)
        if snapshot := self._get_snapshot():
            domain &= Domain("move_id.date", "<=", snapshot.moment)
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.stock_move_line_action")
        return {**action, "domain": list(domain), "context": {}, "display_name": self.product_id.display_name}
