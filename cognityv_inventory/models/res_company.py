from odoo import api, fields, models
from odoo.tools import SQL

SHEET_SEQUENCE = "stock.inventory.sheet"
CORRECTION_SEQUENCE = "stock.correction"
BLOCK_MODES = [
    ("location", "The whole location"),
    ("products", "Only the products on the sheet"),
    ("none", "Nothing, stock goes on moving"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    inventory_block_mode = fields.Selection(BLOCK_MODES, "Blocked while counting", required=True, default="location")
    # Zero is no limit: every gap is taken as it was counted.
    inventory_tolerance_percent = fields.Float("Tolerated gap (%)")
    inventory_tolerance_qty = fields.Float("Tolerated gap (quantity)", digits="Product Unit")
    inventory_tolerance_points = fields.Float("Tolerated gap (points)")

    def _create_per_company_sequences(self):
        result = super()._create_per_company_sequences()
        self._create_inventory_sheet_sequence()
        self._create_stock_correction_sequence()
        return result

    @api.model
    def create_missing_inventory_sheet_sequence(self):
        """Give each company that has none its own numbering of inventory sheets."""
        self._get_without_sequence(SHEET_SEQUENCE)._create_inventory_sheet_sequence()

    @api.model
    def create_missing_stock_correction_sequence(self):
        """Give each company that has none its own numbering of stock corrections."""
        self._get_without_sequence(CORRECTION_SEQUENCE)._create_stock_correction_sequence()

    def _get_without_sequence(self, code):
        return self.search([]) - self.env["ir.sequence"].search([("code", "=", code)]).company_id

    def _create_inventory_sheet_sequence(self):
        self.env["ir.sequence"].create([company._prepare_inventory_sheet_sequence_vals() for company in self])

    def _create_stock_correction_sequence(self):
        self.env["ir.sequence"].create([company._prepare_stock_correction_sequence_vals() for company in self])

    def _prepare_inventory_sheet_sequence_vals(self):
        name = self.env._("Inventory sheets of %(company)s", company=self.name)
        return self._prepare_yearly_sequence_vals(SHEET_SEQUENCE, "COUNT", name)

    def _prepare_stock_correction_sequence_vals(self):
        name = self.env._("Stock corrections of %(company)s", company=self.name)
        return self._prepare_yearly_sequence_vals(CORRECTION_SEQUENCE, "CORR", name)

    def _prepare_yearly_sequence_vals(self, code, prefix, name):
        return {
            "name": name,
            "code": code,
            "company_id": self.id,
            "prefix": f"{prefix}/%(range_year)s/",
            "padding": 5,
            "use_date_range": True,
        }

    # How products are valued, where `stock_account` is installed

    def _get_cost_method_sql(self):
        """The cost method of a product, over its `category`."""
        return self._get_category_setting_sql("property_cost_method", self.cost_method)

    def _get_category_setting_sql(self, name, own):
        """What `category`, which may have no row, has in a field for this company; else the company's own."""
        field = self.env["product.category"].sudo().with_company(self)._field_to_sql("category", name)
        return SQL("COALESCE(CASE WHEN category.id IS NOT NULL THEN %s END, %s)", field, own)
