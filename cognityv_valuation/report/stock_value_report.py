from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.cognityv_inventory.models.stock_inventory_accuracy import aggregate_within_one

from .value_report_file import ValueReportFile


class StockValueReportMixin(models.AbstractModel):
    """What the reports of money have in common.

    Money of several currencies is never added, nor are quantities of several units: such an aggregate is empty. A ratio
    of a group is that of its sums, not the mean of its records. What is in places that the user counts blind is hidden.
    """

    _name = "stock.value.report.mixin"
    _inherit = ["stock.inventory.blind.place.mixin"]
    _description = "Report of Values"

    # Names of fields that are added up: money, and quantities in the product's unit.
    _money = ()
    _quantities = ()
    # Name of a field → Ratio of fields that are added up.
    _ratios = {}
    # By what a file of the report is grouped when the view is not.
    _default_groupby = ()

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product category", readonly=True)
    accounting_family_id = fields.Many2one("product.accounting.family", readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)

    def _read_group_select(self, aggregate_spec, query):
        name, _, function = aggregate_spec.partition(":")
        if name in self._ratios:
            aggregate = self._get_group_ratio_sql(name, query)
        elif function == "sum" and name in (*self._money, *self._quantities):
            aggregate = super()._read_group_select(aggregate_spec, query)
        else:
            return super()._read_group_select(aggregate_spec, query)
        for same in self._get_unit_fields(name):
            aggregate = aggregate_within_one(self, same, aggregate, query)
        return aggregate

    @api.model
    def _get_unit_fields(self, name):
        """The fields that have to be the same for all records of which a measure is added up."""
        return ("uom_id",) if name in self._quantities else ("currency_id",)

    @api.model
    def _get_group_ratio_sql(self, name, query):
        names = (*self._money, *self._quantities)
        sums = {other: SQL("SUM(%s)", self._field_to_sql(self._table, other, query)) for other in names}
        return self._ratios[name].get_sql(sums)

    @api.model
    def _get_ratio_columns_sql(self, alias):
        """The ratios of single rows, as columns."""
        names = (*self._money, *self._quantities)
        columns = {name: SQL.identifier(alias, name) for name in names}
        ratios = [SQL("%s AS %s", ratio.get_sql(columns), SQL.identifier(name)) for name, ratio in self._ratios.items()]
        return SQL(", ").join(ratios)

    @api.model
    def _get_place_domain(self, places):
        return Domain("location_id", "in", places)

    @api.model
    def _flush_optional(self, model, names):
        """Write what is waiting of a model that only some databases have.

        :return: whether this one has it
        """
        if model not in self.env:
            return False
        self.env[model].flush_model([name for name in names if name in self.env[model]._fields])
        return True

    # As a file

    @api.model
    def _get_report_title(self):
        return self.env["ir.model"]._get(self._name).name

    @api.model
    def _get_report_moment(self):
        """The moment that the report is about, None for now or all time."""
        return None

    @api.model
    @api.readonly
    def export_xlsx(self, domain, groupby=()):
        """The report as bytes of a workbook whose totals are formulas.

        :param groupby: as of `formatted_read_group`; by the report's own groups without any
        :raises UserError: when it is in several currencies
        """
        return ValueReportFile(self, domain, groupby).get_xlsx()

    @api.model
    def _export_pdf(self, domain, groupby=()):
        """The report as bytes of a PDF."""
        data = {"file": ValueReportFile(self, domain, groupby)}
        content, _type = self.env["ir.actions.report"]._render_qweb_pdf(
            "cognityv_valuation.report_value_document", [], data=data
        )
        return content
