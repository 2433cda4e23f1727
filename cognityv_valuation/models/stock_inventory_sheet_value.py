from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write

from .res_company import VALUE_GROUP

TOTALS = ("gap_value", "absolute_gap_value", "account_gap_value", "real_value", "current_value")


class StockInventorySheet(models.Model):
    """What a sheet is worth: its valuation basis, stamped at Start, and the totals of its lines."""

    _inherit = "stock.inventory.sheet"

    currency_id = fields.Many2one(related="company_id.currency_id")
    valuation_basis = fields.Selection(
        "_selection_valuation_basis",
        readonly=True,
        copy=False,
        help="By which price the sheet is valued: that of the company when it was started.",
    )
    gap_value = fields.Monetary(
        compute="_compute_values", groups=VALUE_GROUP, help="Too much less too little, by the valuation basis."
    )
    absolute_gap_value = fields.Monetary(
        "Gap value (absolute)",
        compute="_compute_values",
        groups=VALUE_GROUP,
        help="What was found too much and too little together: gaps do not cancel out.",
    )
    account_gap_value = fields.Monetary(
        "Gap value in the accounts",
        compute="_compute_values",
        groups=VALUE_GROUP,
        help="What the accounts get: the gaps at Odoo's own cost; once validated, the value of the moves.",
    )
    current_value = fields.Monetary(
        "Value in the books",
        compute="_compute_values",
        groups=VALUE_GROUP,
        help="What the system had of these lines, by the valuation basis.",
    )
    real_value = fields.Monetary(
        "Real valuation", compute="_compute_values", groups=VALUE_GROUP, help="What was found, by the valuation basis."
    )
    gap_percent = fields.Float(
        "Gap in % of the stock's value", digits=(16, 2), compute="_compute_values", groups=VALUE_GROUP
    )
    absolute_gap_percent = fields.Float(
        "Gap (absolute) in % of the stock's value", digits=(16, 2), compute="_compute_values", groups=VALUE_GROUP
    )
    is_valued_at_cost = fields.Boolean(compute="_compute_is_valued_at_cost")

    @api.model
    def _selection_valuation_basis(self):
        return self.env["res.company"]._fields["inventory_valuation_basis"]._description_selection(self.env)

    @api.depends(
        "line_ids.gap_value", "line_ids.account_gap_value", "line_ids.real_value", "line_ids.unit_value", "state"
    )
    @api.depends_context("uid")
    def _compute_values(self):
        totals = {}
        for currency, sheets in self.grouped("currency_id").items():
            totals |= sheets._sum_values(currency)
        for sheet in self:
            values = dict(zip(TOTALS, totals.get(sheet._origin.id, [0.0] * len(TOTALS)), strict=True))
            sheet.update(values)
            book = values["current_value"]
            sheet.gap_percent = 100 * values["gap_value"] / book if book else 0.0
            sheet.absolute_gap_percent = 100 * values["absolute_gap_value"] / book if book else 0.0

    def _sum_values(self, currency):
        """The totals of each sheet over the lines that the user may know.

        SQL, since each line's value in the books is rounded before it is added.

        :param currency: that of these sheets
        :return: dict of sheet id → list of amounts, in the order of TOTALS
        """
        line_model = self.env["stock.inventory.sheet.line"].sudo()
        line_model.flush_model()
        lines = line_model._search(Domain("sheet_id", "in", self._origin.ids) & self._get_shown_line_domain())
        lines.groupby = SQL("sheet_id")
        query = lines.select(
            SQL("sheet_id"),
            SQL("SUM(gap_value)"),
            SQL("SUM(ABS(gap_value))"),
            SQL("SUM(account_gap_value)"),
            SQL("SUM(real_value)"),
            SQL(
                "SUM(ROUND((%(quantity)s * unit_value)::numeric / %(unit)s::numeric)) * %(unit)s::numeric",
                quantity=SQL("CASE WHEN is_counted THEN real_qty - gap_qty ELSE current_qty END"),
                unit=currency.rounding,
            ),
        )
        return {
            sheet_id: [float(amount or 0.0) for amount in amounts]
            for sheet_id, *amounts in self.env.execute_query(query)
        }

    @api.depends("valuation_basis", "company_id.inventory_valuation_basis")
    def _compute_is_valued_at_cost(self):
        for sheet in self:
            sheet.is_valued_at_cost = sheet._get_valuation_basis() == "cost"

    def _get_valuation_basis(self):
        """The basis stamped at Start; until then that of the company."""
        return self.valuation_basis or (self.company_id or self.env.company).inventory_valuation_basis

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"valuation_basis"}

    # Stamps

    def action_plan(self):
        result = super().action_plan()
        self._refresh_unit_values()
        return result

    def action_start(self):
        """Planned → In progress: the valuation basis and the unit values are stamped, so that prices may change without
        rewriting what the sheet found."""
        result = super().action_start()
        for company, sheets in self.grouped("company_id").items():
            as_own_write(sheets.sudo()).write({"valuation_basis": company.inventory_valuation_basis})
        self._refresh_unit_values()
        return result

    def action_reset_to_draft(self):
        result = super().action_reset_to_draft()
        as_own_write(self.sudo()).write({"valuation_basis": False})
        self._refresh_unit_values()
        return result

    def _fill(self):
        added = super()._fill()
        self._refresh_unit_values(SQL("line.unit_value IS NULL"))
        return added

    def _refresh_unit_values(self, condition=None):
        line_model = self.env["stock.inventory.sheet.line"].sudo()
        for sheet in self:
            of_sheet = SQL("line.sheet_id = %s AND %s", sheet.id, condition or SQL("TRUE"))
            line_model._refresh_unit_values(of_sheet, sheet._get_valuation_basis(), sheet.company_id)

    def action_view_gap_values(self):
        """The gaps and what they are worth, by product."""
        action = self._get_lines_action(
            self.env._("Gap values of %(sheet)s", sheet=self.name), {"search_default_gap": 1}
        )
        return {**action, "views": [(False, kind) for kind in ("list", "pivot", "graph", "form")]}
