from odoo import api, fields, models


class StockInventoryComplete(models.TransientModel):
    """Asks what to do with the lines that were not counted when a sheet is to be completed."""

    _name = "stock.inventory.complete"
    _description = "Complete an Inventory Sheet with Lines Not Counted"

    sheet_id = fields.Many2one("stock.inventory.sheet", required=True, readonly=True)
    uncounted = fields.Text(compute="_compute_uncounted")

    @api.depends("sheet_id")
    def _compute_uncounted(self):
        for wizard in self:
            wizard.uncounted = wizard.sheet_id._get_uncounted_text()

    def action_count(self):
        return self.sheet_id.action_view_uncounted()

    def action_set_to_zero(self):
        self.sheet_id.action_set_uncounted_to_zero()
        return self.sheet_id.action_ask_complete()

    def action_keep(self):
        return self.sheet_id.action_complete(keep_uncounted=True)
