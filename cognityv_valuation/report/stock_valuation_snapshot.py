from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime


class StockValuationSnapshot(models.TransientModel):
    """The stock of a company at a past moment and its value, worked out once and read as often as one likes."""

    _name = "stock.valuation.snapshot"
    _description = "Stock Value at a Past Moment"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    moment = fields.Datetime(
        required=True,
        default=lambda self: fields.Datetime.now(),
        help="Quantities are of this moment. Odoo takes prices of the end of that day, in UTC.",
    )

    def action_open(self):
        """Work it out and open it.

        :raises UserError: when the moment is to come
        """
        self.ensure_one()
        self._check_past()
        self._take()
        action = self.env["ir.actions.act_window"]._for_xml_id("cognityv_valuation.action_stock_valuation_report")
        title = self.env._("Stock Value on %(moment)s", moment=format_datetime(self.env, self.moment))
        return {
            **action,
            "display_name": title,
            "name": title,
            "path": False,
            "context": {"valuation_snapshot_id": self.id},
        }

    def _check_past(self):
        if self.moment > fields.Datetime.now():
            message = self.env._("%(moment)s is to come; choose a moment that is past.", moment=self.moment)
            raise UserError(message)

    def _take(self):
        """SQL, as the stock of then is that of now without all that was moved since."""
        self.env.flush_all()
        products, lots = self._get_unit_values()
        price = self.env["stock.inventory.price"]
        value = SQL(
            "CASE WHEN template.lot_valuated THEN %s ELSE %s END",
            price._look_up_sql(lots, SQL("stock.lot_id")),
            price._look_up_sql(products, SQL("stock.product_id")),
        )
        query = SQL(
            """
            INSERT INTO stock_valuation_snapshot_line (
                        create_uid, create_date, write_uid, write_date,
                        snapshot_id, product_id, location_id, lot_id, quantity, unit_value)
                 SELECT %(user)s, %(now)s, %(user)s, %(now)s, %(snapshot)s,
                        stock.product_id, stock.location_id, stock.lot_id, stock.quantity, COALESCE(%(value)s, 0)
                   FROM (%(stock)s) stock
                   JOIN product_product product ON product.id = stock.product_id
                   JOIN product_template template ON template.id = product.product_tmpl_id
            """,
            user=self.env.uid,
            now=self.env.cr.now(),
            snapshot=self.id,
            value=value,
            stock=self._get_stock_query(),
        )
        self.env.execute_query(query)

    def _get_unit_values(self):
        query = SQL(
            """
            SELECT DISTINCT CASE WHEN template.lot_valuated THEN NULL ELSE stock.product_id END,
                   CASE WHEN template.lot_valuated THEN stock.lot_id END
              FROM (%s) stock
              JOIN product_product product ON product.id = stock.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
            """,
            self._get_stock_query(),
        )
        rows = self.env.execute_query(query)
        return self.env["product.product"]._get_unit_values_at(
            self.company_id,
            self.moment,
            {product_id for product_id, _lot_id in rows if product_id},
            {lot_id for _product_id, lot_id in rows if lot_id},
        )

    def _get_stock_query(self):
        """SQL of (product_id, location_id, lot_id, quantity): the company's own stock in its places at the moment."""
        later = SQL("move.state = 'done' AND move.date > %s", self.moment)
        lines = SQL("stock_move_line line JOIN stock_move move ON move.id = line.move_id")
        changes = [
            SQL(
                """
                SELECT line.product_id, line.%(place)s AS location_id, line.lot_id, line.owner_id,
                       %(sign)s * line.quantity_product_uom AS quantity
                  FROM %(lines)s WHERE %(later)s
                """,
                place=SQL.identifier(place),
                sign=sign,
                lines=lines,
                later=later,
            )
            for place, sign in (("location_id", 1), ("location_dest_id", -1))
        ]
        return SQL(
            """
            SELECT part.product_id, part.location_id, part.lot_id, SUM(part.quantity)::float8 AS quantity
              FROM (SELECT product_id, location_id, lot_id, owner_id, quantity FROM stock_quant
                     UNION ALL %(left)s UNION ALL %(came)s) part
              JOIN stock_location place ON place.id = part.location_id
              JOIN product_product product ON product.id = part.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE place.company_id = %(company)s AND %(is_valued)s AND template.is_storable
               AND (part.owner_id IS NULL OR part.owner_id = %(partner)s)
          GROUP BY part.product_id, part.location_id, part.lot_id
            HAVING ROUND(SUM(part.quantity)::numeric, %(digits)s) <> 0
            """,
            left=changes[0],
            came=changes[1],
            company=self.company_id.id,
            is_valued=self.env["stock.inventory.price"]._get_is_valued_sql("place"),
            partner=self.company_id.partner_id.id,
            digits=self.env["decimal.precision"].precision_get("Product Unit"),
        )


class StockValuationSnapshotLine(models.TransientModel):
    """Written by SQL, read by the report, and gone with its snapshot."""

    _name = "stock.valuation.snapshot.line"
    _description = "Stock of a Product at a Past Moment"
    snapshot_id = fields.Many2one("stock.valuation.snapshot", required=True, index=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    location_id = fields.Many2one("stock.location", required=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", ondelete="cascade")
    quantity = fields.Float()
    unit_value = fields.Float()
