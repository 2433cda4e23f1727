from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.cognityv_inventory.tools.blind_field import BlindMonetary

from .res_company import VALUE_GROUP
from .stock_adjustment_value import VALUE_FIELDS


class StockInventorySheetLine(models.Model):
    """What a line and its gap are worth. Whoever counts blind could work out the gap from its value, so the values of
    gaps are hidden as the gaps are."""

    _name = "stock.inventory.sheet.line"
    _inherit = ["stock.inventory.sheet.line", "stock.adjustment.value.mixin"]

    currency_id = fields.Many2one(related="company_id.currency_id")
    gap_value = BlindMonetary(
        compute="_compute_gap_values",
        store=True,
        groups=VALUE_GROUP,
        help="The gap by the valuation basis of the sheet. With Odoo's own cost as the basis: what the accounts get.",
    )
    account_gap_value = BlindMonetary(
        "Gap value in the accounts",
        compute="_compute_gap_values",
        store=True,
        groups=VALUE_GROUP,
        help="The gap at Odoo's own cost. Once the sheet is validated: the value of its moves.",
    )
    real_value = fields.Monetary(
        "Real valuation",
        compute="_compute_real_value",
        store=True,
        groups=VALUE_GROUP,
        help="What was found, by the valuation basis of the sheet: real quantity × unit value.",
    )

    @api.depends("real_qty", "unit_value")
    def _compute_real_value(self):
        for line in self:
            line.real_value = line.real_qty * line._get_price()

    def _get_valuation_basis(self):
        return self.sheet_id._get_valuation_basis()

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | VALUE_FIELDS | {"real_value"}

    @api.model
    def _get_fields_for_count(self):
        return [*super()._get_fields_for_count(), *VALUE_FIELDS, "real_value", "unit_cost"]

    @api.model
    def _refresh_unit_values(self, condition, basis, company):
        """Read the unit values of many lines, by one statement: a sheet has up to some 100,000.

        :param condition: SQL over `line`; of lines of that company
        """
        self.flush_model()
        items = SQL(
            "SELECT id, product_id, lot_id, location_id, owner_id FROM stock_inventory_sheet_line line WHERE %s",
            condition,
        )
        # Most have not changed since they were read before: writing them again would take most of the time.
        query = SQL(
            """
            UPDATE stock_inventory_sheet_line line
               SET unit_value = price.unit_value, account_unit_value = price.unit_cost
              FROM (%s) price
             WHERE line.id = price.id
               AND (line.unit_value, line.account_unit_value) IS DISTINCT FROM (price.unit_value, price.unit_cost)
            """,
            self.env["stock.inventory.price"]._get_unit_value_query(basis, items, company),
        )
        self.env.execute_query(query)
        self.invalidate_model(["unit_value", "account_unit_value"])
