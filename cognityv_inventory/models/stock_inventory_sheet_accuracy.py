from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import formatLang

from .stock_inventory_accuracy import aggregate_within_one
from .stock_inventory_sheet import MANAGER_GROUP

SHARES = ("share_exact", "share_within_1", "share_within_3", "share_within_5")
SETTLED_STATES = ("completed", "validated")


class StockInventorySheet(models.Model):
    """How right the stock records were that a sheet counted."""

    _inherit = "stock.inventory.sheet"

    share_exact = fields.Float("Exactly right", digits=(16, 1), compute="_compute_accuracy", groups=MANAGER_GROUP)
    share_within_1 = fields.Float("Within ±1 %", digits=(16, 1), compute="_compute_accuracy", groups=MANAGER_GROUP)
    share_within_3 = fields.Float("Within ±3 %", digits=(16, 1), compute="_compute_accuracy", groups=MANAGER_GROUP)
    share_within_5 = fields.Float("Within ±5 %", digits=(16, 1), compute="_compute_accuracy", groups=MANAGER_GROUP)
    over_line_count = fields.Integer("Lines with too much", compute="_compute_accuracy", groups=MANAGER_GROUP)
    short_line_count = fields.Integer("Lines with too little", compute="_compute_accuracy", groups=MANAGER_GROUP)
    absolute_gap_text = fields.Char(
        "Absolute gap",
        compute="_compute_accuracy",
        groups=MANAGER_GROUP,
        help="Too much and too little together, for each unit: gaps of different products do not cancel out.",
    )

    @api.depends("state", "line_ids.gap_qty", "line_ids.is_counted")
    def _compute_accuracy(self):
        settled = self.filtered(lambda sheet: sheet.state in SETTLED_STATES)
        over = dict(settled._count_lines(Domain("gap_qty", ">", 0)))
        short = dict(settled._count_lines(Domain("gap_qty", "<", 0)))
        shares = settled._read_accuracy([], [f"{name}:avg" for name in SHARES])
        gaps = settled._read_accuracy(["uom_id"], ["absolute_gap:sum"])
        for sheet in self:
            sheet.over_line_count = over.get(sheet._origin, 0)
            sheet.short_line_count = short.get(sheet._origin, 0)
            [values] = shares.get(sheet._origin, [[0.0] * len(SHARES)])
            sheet.update(dict(zip(SHARES, values, strict=True)))
            sheet.absolute_gap_text = ", ".join(
                sheet._format_quantity(gap, unit) for unit, gap in gaps.get(sheet._origin, []) if gap
            )

    def _read_accuracy(self, groupby, aggregates):
        """The accuracy of these sheets: dict of sheet → list of what was asked for."""
        rows = self.env["stock.inventory.accuracy"]._read_group(
            [("sheet_id", "in", self._origin.ids)], ["sheet_id", *groupby], aggregates
        )
        by_sheet = {}
        for sheet, *values in rows:
            by_sheet.setdefault(sheet, []).append(values)
        return by_sheet

    def _format_quantity(self, quantity, unit):
        return f"{formatLang(self.env, quantity, dp='Product Unit')} {unit.name}"

    def action_view_accuracy(self):
        """The accuracy of each line, and of groups of them."""
        action = self.env["ir.actions.act_window"]._for_xml_id("cognityv_inventory.action_inventory_accuracy")
        return {
            **action,
            "display_name": self.env._("Accuracy of %(sheet)s", sheet=self.name),
            "domain": [("sheet_id", "in", self.ids)],
            "context": {},
        }


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    def _read_group_select(self, aggregate_spec, query):
        """Gaps of different products never cancel out: over several products their sum is empty."""
        aggregate = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec == "gap_qty:sum":
            return aggregate_within_one(self, "product_id", aggregate, query)
        return aggregate
