from odoo import fields, models


class StockInventoryReleaseWizard(models.TransientModel):
    """Asks why a transfer has to move although its place is being counted."""

    _name = "stock.inventory.release.wizard"
    _description = "Release a Transfer During an Inventory"

    picking_id = fields.Many2one("stock.picking", "Transfer", required=True, readonly=True)
    counting_note = fields.Char(related="picking_id.counting_note")
    reason = fields.Text(required=True)

    def action_release(self):
        return self.picking_id.action_release_from_count(self.reason)
