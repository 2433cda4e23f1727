from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from .stock_inventory_sheet_passes import WAITING


class StockInventorySheet(models.Model):
    """How many lines a sheet has, and of which kind."""

    _inherit = "stock.inventory.sheet"

    line_count = fields.Integer("Lines", compute="_compute_line_counts")
    counted_line_count = fields.Integer("Lines counted", compute="_compute_line_counts")
    counted_percent = fields.Float("Counted", compute="_compute_line_counts")
    waiting_line_count = fields.Integer("Lines to recount", compute="_compute_line_counts")
    gap_line_count = fields.Integer("Lines with a gap", compute="_compute_gap_line_count")

    @api.depends("line_ids", "line_ids.is_counted", "line_ids.count_status")
    @api.depends_context("uid")
    def _compute_line_counts(self):
        """From one statement, as the form asks for them whenever it opens, and a sheet may have 100,000 lines."""
        counts = defaultdict(Counter)
        for sheet, is_counted, status, count in self._count_lines(Domain.TRUE, ["is_counted", "count_status"]):
            counts[sheet].update(total=count, counted=count * is_counted, waiting=count * (status in WAITING))
        for sheet in self:
            mine = counts[sheet._origin]
            sheet.line_count = mine["total"]
            sheet.counted_line_count = mine["counted"]
            sheet.waiting_line_count = mine["waiting"]
            sheet.counted_percent = 100.0 * mine["counted"] / mine["total"] if mine["total"] else 0.0

    @api.depends("line_ids", "line_ids.gap_qty", "hides_current_qty")
    @api.depends_context("uid")
    def _compute_gap_line_count(self):
        gaps = dict(self.sudo()._count_lines(Domain("gap_qty", "!=", 0) & self._get_shown_line_domain()))
        for sheet in self:
            sheet.gap_line_count = gaps.get(sheet._origin, 0)

    def _count_lines(self, domain, groupby=()):
        """How many lines are in `domain`: list of (sheet, *groups, number)."""
        domain &= Domain("sheet_id", "in", self._origin.ids)
        return self.env["stock.inventory.sheet.line"]._read_group(domain, ["sheet_id", *groupby], ["__count"])
