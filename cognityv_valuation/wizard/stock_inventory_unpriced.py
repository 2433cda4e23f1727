from odoo import api, fields, models


class StockInventoryUnpriced(models.TransientModel):
    """Shows what comes into stock without a cost, and asks whether to enter it or to price it later."""

    _name = "stock.inventory.unpriced"
    _description = "Inventory Lines Without a Cost"

    sheet_id = fields.Many2one("stock.inventory.sheet", required=True, readonly=True)
    then_validate = fields.Boolean(readonly=True)
    user_is_manager = fields.Boolean(related="sheet_id.user_is_manager", related_sudo=False)
    lines_text = fields.Text(compute="_compute_lines_text")

    @api.depends("sheet_id")
    def _compute_lines_text(self):
        for wizard in self:
            lines = wizard.sheet_id._get_unpriced_lines()
            wizard.lines_text = wizard.sheet_id._list_lines(lines, len(lines))

    def action_enter(self):
        return self.sheet_id.action_view_unpriced()

    def action_price_later(self):
        """Take what has no cost in at zero; and go on with validating where this was asked from there."""
        self.ensure_one()
        self.sheet_id.action_price_later()
        return self.sheet_id.action_ask_validate() if self.then_validate else True
