from odoo import api, fields, models


class StockInventoryChanged(models.TransientModel):
    """Asks what to do with each line whose stock changed although its place was blocked."""

    _name = "stock.inventory.changed"
    _description = "Stock Changed Under an Inventory"

    sheet_id = fields.Many2one("stock.inventory.sheet", required=True, readonly=True)
    line_ids = fields.One2many(
        "stock.inventory.changed.line", "wizard_id", compute="_compute_line_ids", store=True, readonly=False
    )

    @api.depends("sheet_id")
    def _compute_line_ids(self):
        for wizard in self:
            lines = wizard.sheet_id._get_changed_lines()
            on_hand = lines._get_on_hand()
            wizard.line_ids = [
                fields.Command.create({"line_id": line.id, "on_hand_qty": on_hand[line._get_inventory_identity()]})
                for line in lines
            ]

    def action_apply(self):
        return self.sheet_id.settle_changed_lines(
            {line.line_id: (line.choice, line.on_hand_qty) for line in self.line_ids}
        )


class StockInventoryChangedLine(models.TransientModel):
    _name = "stock.inventory.changed.line"
    _description = "Inventory Line With Changed Stock"

    wizard_id = fields.Many2one("stock.inventory.changed", required=True, ondelete="cascade")
    line_id = fields.Many2one("stock.inventory.sheet.line", required=True, readonly=True)
    product_id = fields.Many2one(related="line_id.product_id")
    location_id = fields.Many2one(related="line_id.location_id")
    lot_id = fields.Many2one(related="line_id.lot_id")
    current_qty = fields.Float(related="line_id.current_qty", string="At Start")
    on_hand_qty = fields.Float("Now", digits="Product Unit", readonly=True)
    real_qty = fields.Float(related="line_id.real_qty", string="Counted")
    is_counted = fields.Boolean(related="line_id.is_counted", string="Was counted")
    choice = fields.Selection(
        [
            ("recount", "Count again"),
            ("found", "Keep what was found"),
            ("difference", "Keep the difference"),
        ],
        "What to do",
        required=True,
        default="recount",
    )
