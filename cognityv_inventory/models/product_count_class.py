from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .product_template import ABC_CLASSES
from .stock_inventory_sheet import COUNTED_USAGES


class ProductCountClass(models.Model):
    """How often a product deserves to be counted in a company: its ABC class.

    A model of its own and not a company-dependent field: classes are worked out for all products at once, which must
    not collide with people who edit products, and filling by class needs an index.
    """

    _name = "product.count.class"
    _description = "ABC Class"
    _order = "company_id, abc_class, share, id"
    _rec_name = "product_id"

    product_id = fields.Many2one("product.product", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    abc_class = fields.Selection(ABC_CLASSES, "ABC class", required=True, readonly=True)
    categ_id = fields.Many2one(related="product_id.categ_id", string="Product category")
    currency_id = fields.Many2one(related="company_id.currency_id")
    moved_value = fields.Monetary(
        "Value moved", readonly=True, groups="cognityv_inventory.group_manager", aggregator="sum"
    )
    move_count = fields.Integer("Moves", readonly=True, groups="cognityv_inventory.group_manager")
    share = fields.Float(
        "Cumulative share (%)",
        readonly=True,
        aggregator=None,
        groups="cognityv_inventory.group_manager",
        help="What this product and all products before it are of everything that moved.",
    )

    _product_unique = models.UniqueIndex("(product_id, company_id)", "A product has one ABC class in a company.")
    _class_index = models.Index("(company_id, abc_class, product_id)")

    @api.model
    def action_update(self):
        """Work the classes of the user's companies out again.

        :raises AccessError: for anyone but an inventory manager
        """
        if not self.env["stock.inventory.sheet"]._is_manager():
            raise AccessError(self.env._("Only an inventory manager can work out ABC classes; ask one of them."))
        for company in self.env.companies:
            self._update_classes(company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_update_classes(self):
        companies = self.env["res.company"].search([])
        self.env["ir.cron"]._commit_progress(remaining=len(companies))
        for company in companies:
            self._update_classes(company)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _update_classes(self, company):
        """Work out the ABC class of every product that moved in `company`.

        The classical Pareto rule: products are ranked by what they moved in the company's period, either the value
        (done quantity in the product's unit × standard cost of today) or the number of stock moves. A product is A
        while the products *before* it make less than the A limit of the total, so the one that crosses the limit is
        still A; B likewise; the rest is C. A product that moved nothing of that measure, or did not move, is C (the
        latter has no row). Of products that are equal, the one that moved more by the other measure comes first,
        then the older one, so that the result is always the same.

        Moves in, out and inside count, as each of them is a chance for a mistake; corrections of inventories do not.

        One SQL statement: a running total over all products is nothing the ORM can say, and only rows that change
        are written.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH classed AS (%(classed)s),
                gone AS (
                    DELETE FROM product_count_class
                     WHERE company_id = %(company)s AND product_id NOT IN (SELECT product_id FROM classed)
                )
                INSERT INTO product_count_class AS known
                       (product_id, company_id, abc_class, moved_value, move_count, share,
                        create_uid, write_uid, create_date, write_date)
                SELECT product_id, %(company)s, abc_class, moved_value, move_count, share,
                       %(user)s, %(user)s, %(now)s, %(now)s
                  FROM classed
           ON CONFLICT (product_id, company_id) DO UPDATE
                   SET abc_class = EXCLUDED.abc_class, moved_value = EXCLUDED.moved_value,
                       move_count = EXCLUDED.move_count, share = EXCLUDED.share,
                       write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                 WHERE (known.abc_class, known.moved_value, known.move_count, known.share) IS DISTINCT FROM
                       (EXCLUDED.abc_class, EXCLUDED.moved_value, EXCLUDED.move_count, EXCLUDED.share)
                """,
                company=company.id,
                classed=self._get_classed_query(company),
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_model()
        self.env["product.product"].invalidate_model(["count_class_ids", "abc_class"])
        self.env["product.template"].invalidate_model(["abc_class"])

    @api.model
    def _get_classed_query(self, company):
        """SELECT of product_id, moved_value, move_count, abc_class, and the share that it makes with those before."""
        return SQL(
            """
            SELECT product_id, moved_value, move_count,
                   CASE WHEN %(amount)s <= 0 THEN 'C'
                        WHEN (running - %(amount)s) * 100 < total * %(limit_a)s THEN 'A'
                        WHEN (running - %(amount)s) * 100 < total * %(limit_b)s THEN 'B'
                        ELSE 'C'
                   END AS abc_class,
                   COALESCE(running * 100 / NULLIF(total, 0), 100) AS share
              FROM (SELECT moved.*,
                           SUM(%(amount)s) OVER () AS total,
                           SUM(%(amount)s) OVER (ORDER BY %(amount)s DESC, %(other)s DESC, product_id
                                                 ROWS UNBOUNDED PRECEDING) AS running
                      FROM (%(moved)s) moved) ranked
            """,
            moved=self._get_moved_query(company),
            **self._get_abc_measures(company),
            limit_a=company.inventory_abc_a_percent,
            limit_b=company.inventory_abc_b_percent,
        )

    @api.model
    def _get_abc_measures(self, company):
        """What products are ranked by, and what decides between equals."""
        value, moves = SQL("moved_value"), SQL("move_count")
        if company.inventory_abc_basis == "moves":
            return {"amount": moves, "other": value}
        return {"amount": value, "other": moves}

    @api.model
    def _get_moved_query(self, company):
        """SELECT of product_id, moved_value and move_count in the company's period."""
        product_model = self.env["product.product"].with_company(company)
        return SQL(
            """
            SELECT line.product_id,
                   SUM(line.quantity_product_uom * GREATEST(%(cost)s, 0)::numeric) AS moved_value,
                   COUNT(DISTINCT line.move_id) AS move_count
              FROM stock_move_line line
              JOIN stock_move move ON move.id = line.move_id
              JOIN stock_location source ON source.id = line.location_id
              JOIN stock_location target ON target.id = line.location_dest_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE line.state = 'done' AND line.company_id = %(company)s AND line.date >= %(since)s
               AND move.is_inventory IS NOT TRUE AND template.is_storable
               AND (source.usage IN %(usages)s OR target.usage IN %(usages)s)
          GROUP BY line.product_id
            """,
            cost=product_model._field_to_sql("product", "standard_price"),
            company=company.id,
            since=fields.Datetime.now() - relativedelta(months=company.inventory_abc_months),
            usages=COUNTED_USAGES,
        )
