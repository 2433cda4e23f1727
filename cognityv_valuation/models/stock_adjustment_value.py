from odoo import api, fields, models

from .res_company import VALUE_GROUP

# Written by the add-on's own code only.
VALUE_FIELDS = {"unit_value", "account_unit_value", "gap_value", "account_gap_value"}


class StockAdjustmentValueMixin(models.AbstractModel):
    """What an adjustment of stock is worth: by the basis of the company, and what the accounts get, which is Odoo's own
    cost.

    A model of it is a `stock.adjustment.mixin` and has `currency_id`, `gap_value` and `account_gap_value`.
    """

    _name = "stock.adjustment.value.mixin"
    _description = "Value of a Stock Adjustment"

    unit_value = fields.Float(
        min_display_digits="Product Price",
        compute="_compute_unit_values",
        store=True,
        aggregator=None,
        groups=VALUE_GROUP,
        help="What one unit is worth by the valuation basis.",
    )
    account_unit_value = fields.Float(
        "Unit cost in Odoo",
        min_display_digits="Product Price",
        compute="_compute_unit_values",
        store=True,
        aggregator=None,
        groups=VALUE_GROUP,
        help="Odoo's own cost of one unit: what the accounts go by.",
    )

    @api.depends("product_id", "lot_id", "location_id", "owner_id")
    def _compute_unit_values(self):
        for company, records in self.grouped("company_id").items():
            for basis, mine in records.grouped(lambda record: record._get_valuation_basis()).items():
                mine._set_unit_values(basis, company or self.env.company)

    def _set_unit_values(self, basis, company):
        values = self.env["stock.inventory.price"]._get_unit_values(basis, self, company)
        for record, (value, cost) in zip(self, values, strict=True):
            record.unit_value, record.account_unit_value = value, cost

    def _get_valuation_basis(self):
        """The basis by which this record is valued."""
        return (self.company_id or self.env.company).inventory_valuation_basis

    @api.depends("gap_qty", "unit_value", "account_unit_value")
    def _compute_gap_values(self):
        """The value of the gap until stock is moved: the moves say then what the accounts got."""
        for record in self:
            record.account_gap_value = record.gap_qty * record._get_account_price()
            if record._get_valuation_basis() == "cost":
                record.gap_value = record.account_gap_value
            else:
                record.gap_value = record.gap_qty * record._get_price()

    def _get_price(self):
        """What one unit of the gap is worth by the valuation basis."""
        return self.unit_value

    def _get_account_price(self):
        """What one unit of the gap is worth to the accounts, as far as can be told before it is moved."""
        return self.account_unit_value
