"""Where Odoo does moves, changes what was done, and changes what it was worth: marked for the averages."""

from odoo import api, fields, models

# What changes the quantities of a line that is done.
LINE_FIELDS = {"quantity", "product_uom_id", "location_id", "location_dest_id", "owner_id", "quant_id", "move_id"}


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        self.env["stock.location.cost"]._mark("done", moves.ids)
        return moves

    def write(self, vals):
        before = {move: move.value for move in self} if "value" in vals else {}
        result = super().write(vals)
        revalued = [move.id for move, value in before.items() if move.state == "done" and move.value != value]
        if revalued:
            self.env["stock.location.cost"]._mark("changed", revalued)
        return result


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._mark_location_cost()
        return lines

    def write(self, vals):
        if vals.keys() & LINE_FIELDS:
            self._mark_location_cost()
        result = super().write(vals)
        if "move_id" in vals:
            self._mark_location_cost()
        return result

    def _mark_location_cost(self):
        done = self.move_id.filtered(lambda move: move.state == "done")
        if done:
            self.env["stock.location.cost"]._mark("changed", done.ids)


class ProductValue(models.Model):
    _inherit = "product.value"

    # Odoo looks up the value of each move that comes in.
    move_id = fields.Many2one(index="btree_not_null")

    @api.model_create_multi
    def create(self, vals_list):
        values = super().create(vals_list)
        costs = self.env["stock.location.cost"]
        if values.move_id:
            costs._mark("changed", values.move_id.ids)
        if prices := values.filtered(lambda value: not value.move_id and not value.lot_id):
            costs._mark("price", prices.ids)
        return values
