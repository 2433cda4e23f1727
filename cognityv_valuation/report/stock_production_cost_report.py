from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.ratio import Ratio


class StockProductionCostReport(models.Model):
    """What production runs cost: one record for each move that took components from the stock for one, or brought what
    it made into the stock.

    The cost is the value of the components' moves, those scrapped by the run included; what came back is less than
    nothing. What was made is worth what its own moves say: components, work centers and extra costs by Odoo's rules.
    Empty without manufacturing.
    """

    _name = "stock.production.cost.report"
    _inherit = ["stock.value.report.mixin"]
    _description = "Consumption Cost"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _money = ("cost", "made_value")
    _quantities = ("quantity", "made_qty")
    _ratios = {"cost_per_unit": Ratio("%(cost)s / %(made_qty)s", divisor="made_qty")}
    _default_groupby = ("production_name", "product_id")
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
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "accounting_family_id", "uom_id"],
        "res.company": ["currency_id"],
        "uom.uom": ["factor"],
    }

    date = fields.Datetime(readonly=True)
    kind = fields.Selection([("consumed", "Consumed"), ("made", "Made")], readonly=True)
    move_id = fields.Many2one("stock.move", readonly=True)
    production_name = fields.Char("Production run", readonly=True)
    made_product_id = fields.Many2one("product.product", "Product made", readonly=True)
    made_uom_id = fields.Many2one("uom.uom", "Unit made", readonly=True)
    location_id = fields.Many2one("stock.location", "Stock location", readonly=True)
    quantity = fields.Float("Consumed", digits="Product Unit", readonly=True, help="In the unit of the component.")
    cost = fields.Monetary("Consumption cost", readonly=True, help="What the consumed components were worth.")
    made_qty = fields.Float("Made", digits="Product Unit", readonly=True, help="Of the product of the run.")
    made_value = fields.Monetary(
        "Value of what was made", readonly=True, help="By-products included, as Odoo valued them."
    )
    cost_per_unit = fields.Float(
        "Consumption per unit made", min_display_digits="Product Price", aggregator="avg", readonly=True
    )

    @api.model
    def _get_unit_fields(self, name):
        if name == "cost_per_unit":
            return ("currency_id", "made_uom_id")
        return ("made_uom_id",) if name == "made_qty" else super()._get_unit_fields(name)

    @property
    def _table_query(self):
        """SQL, as the cost of runs is added up move by move, by any of what moves and runs say."""
        has_production = self._flush_optional("mrp.production", ["name", "product_id"])
        return SQL(
            "SELECT cost.*, %s FROM (%s) cost",
            self._get_ratio_columns_sql("cost"),
            self._get_moves_query() if has_production else self._get_nothing_query(),
        )

    @api.model
    def _get_moves_query(self):
        self.env["stock.move"].flush_model(["raw_material_production_id", "production_id"])
        return SQL(
            """
            SELECT move.id, move.id AS move_id, move.date, move.company_id, company.currency_id, move.product_id,
                   template.categ_id, template.accounting_family_id, run.name AS production_name,
                   run.product_id AS made_product_id, made_template.uom_id AS made_uom_id,
                   CASE WHEN %(consumed)s THEN 'consumed' ELSE 'made' END AS kind,
                   CASE WHEN move.is_out THEN move.location_id ELSE move.location_dest_id END AS location_id,
                   CASE WHEN %(consumed)s THEN template.uom_id END AS uom_id,
                   CASE WHEN %(consumed)s THEN %(sign)s * %(quantity)s END AS quantity,
                   CASE WHEN %(consumed)s THEN %(sign)s * COALESCE(move.value, 0) ELSE 0 END::float8 AS cost,
                   CASE WHEN NOT %(consumed)s AND move.product_id = run.product_id THEN %(quantity)s END AS made_qty,
                   CASE WHEN %(consumed)s THEN 0 ELSE COALESCE(move.value, 0) END::float8 AS made_value
              FROM stock_move move
              JOIN mrp_production run ON run.id = COALESCE(move.raw_material_production_id, move.production_id)
              JOIN product_product made ON made.id = run.product_id
              JOIN product_template made_template ON made_template.id = made.product_tmpl_id
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = template.uom_id
              JOIN uom_uom move_unit ON move_unit.id = move.product_uom
              JOIN res_company company ON company.id = move.company_id
             WHERE move.state = 'done' AND (move.is_in OR move.is_out AND %(consumed)s)
            """,
            consumed=SQL("(move.raw_material_production_id IS NOT NULL)"),
            sign=SQL("(CASE WHEN move.is_out THEN 1 ELSE -1 END)"),
            quantity=SQL("(move.quantity * move_unit.factor / unit.factor)"),
        )

    @api.model
    def _get_nothing_query(self):
        """Without manufacturing no move is of a run."""
        names = [name for name, field in self._fields.items() if field.store and name not in self._ratios]
        # pylint: disable=sql-injection
        types = {name: SQL(self._fields[name].column_type[1]) for name in names}
        columns = [SQL("NULL::%s AS %s", types[name], SQL.identifier(name)) for name in names]
        return SQL("SELECT %s WHERE FALSE", SQL(", ").join(columns))

    def action_open_document(self):
        """Open the production run."""
        self.ensure_one()
        move = self.move_id
        run = move.raw_material_production_id or move.production_id
        return {"type": "ir.actions.act_window", "res_model": run._name, "res_id": run.id, "view_mode": "form"}
