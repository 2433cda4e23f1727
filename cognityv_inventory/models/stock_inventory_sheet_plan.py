from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .product_template import ABC_CLASSES


class StockInventorySheet(models.Model):
    """Sheets that come from a count plan, and the criteria of planned counting."""

    _inherit = "stock.inventory.sheet"

    count_plan_id = fields.Many2one(
        "stock.count.plan", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    plan_date = fields.Date("Date of the plan", readonly=True, copy=False)
    abc_class = fields.Selection(ABC_CLASSES, "ABC class", help="Products of every class when empty.")
    only_uncounted = fields.Boolean(
        "Only what was not counted this year",
        help="Leave out stock records that a sheet validated since 1 January has counted. Products meant for the "
        "other type of count are not left out, as everything is to be counted once a year.",
    )

    _plan_date_unique = models.UniqueIndex(
        "(count_plan_id, plan_date) WHERE count_plan_id IS NOT NULL",
        "The sheet of this date of the count plan has been made already.",
    )

    def _get_fill_product_domain(self):
        domain = super()._get_fill_product_domain()
        if self.abc_class:
            domain &= self.env["product.product"]._get_abc_class_domain([self.abc_class], self.company_id)
        return domain

    def _get_fill_count_type_domain(self):
        return Domain.TRUE if self.only_uncounted else super()._get_fill_count_type_domain()

    def _get_fill_queries(self):
        queries = super()._get_fill_queries()
        return [self._without_counted(query) for query in queries] if self.only_uncounted else queries

    def _without_counted(self, stock):
        coverage_model = self.env["stock.inventory.coverage"]
        return SQL(
            "SELECT * FROM (%s) stock WHERE NOT EXISTS (SELECT FROM (%s) counted WHERE %s AND counted_at >= %s)",
            stock,
            coverage_model._get_counts_query(),
            coverage_model._get_identity_condition(SQL("counted"), SQL("stock")),
            self.company_id._get_count_year_start(),
        )

    def _prepare_uncounted_vals(self):
        """The values of a yearly sheet for all that was not counted this year, whatever it is."""
        return {
            "count_type": "yearly",
            "only_uncounted": True,
            "exclude_out_of_stock": True,
            "include_obsolete": True,
        }

    def _get_uncounted_coverage_domain(self):
        """The stock records that such a sheet would hold."""
        places = self.env["stock.location"].with_context(active_test=False)._search(self._get_location_domain())
        return Domain("location_id", "in", places) & Domain("counted_this_year", "=", False)
