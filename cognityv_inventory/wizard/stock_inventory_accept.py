from odoo import api, fields, models

from ..models.stock_inventory_sheet import MANAGER_GROUP


class StockInventoryAccept(models.TransientModel):
    """Shows the lines that wait for somebody else's count; a manager may accept what was counted, with a reason."""

    _name = "stock.inventory.accept"
    _description = "Accept Counts"

    sheet_id = fields.Many2one("stock.inventory.sheet", required=True, readonly=True)
    line_ids = fields.Many2many("stock.inventory.sheet.line", help="Empty: all lines that wait.")
    lines_text = fields.Text(compute="_compute_lines_text")
    user_is_manager = fields.Boolean(related="sheet_id.user_is_manager", related_sudo=False)
    pass_number = fields.Integer(
        "Pass to accept",
        compute="_compute_pass_number",
        store=True,
        readonly=False,
        help="Zero: the last one of each line.",
    )
    reason = fields.Char()

    @api.depends("sheet_id", "line_ids")
    def _compute_lines_text(self):
        for wizard in self:
            described = wizard._get_shown_lines()._describe_passes()
            wizard.lines_text = described or wizard.sheet_id._get_waiting_text()

    @api.depends("line_ids")
    def _compute_pass_number(self):
        for wizard in self:
            lines = wizard._get_shown_lines()
            line = lines if len(lines) == 1 else lines.browse()
            wizard.pass_number = line._get_passes()[line._origin.id].last

    def _get_shown_lines(self):
        """Who counts must not learn what others found, which is for a manager to see."""
        return self.line_ids if self.env.user.has_group(MANAGER_GROUP) else self.line_ids.browse()

    def action_count(self):
        return self.sheet_id.action_view_waiting()

    def action_accept(self):
        """Accept what was counted, and go on with completing where this was asked from there."""
        self.ensure_one()
        lines = self.line_ids or self.line_ids.search(self.sheet_id._get_recount_domain())
        lines._accept(self.reason, self.pass_number)
        return True if self.line_ids else self.sheet_id.action_ask_complete()
