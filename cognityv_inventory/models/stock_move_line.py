from odoo import api, models
from odoo.exceptions import UserError

DONE_FIELDS = {
    "quant_id",
    "quantity",
    "location_id",
    "location_dest_id",
    "lot_id",
    "package_id",
    "result_package_id",
    "owner_id",
    "product_uom_id",
}


class StockMoveLine(models.Model):
    """The doors through which stock moves: a line that is done, one that is added to a move that is done, and one
    that is changed afterwards. Everything else in Odoo ends in one of these."""

    _name = "stock.move.line"
    _inherit = ["stock.move.line", "stock.inventory.blind.history.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.state == "done")._check_inventory_block()
        return lines

    def write(self, vals):
        done = self.filtered(lambda line: line.state == "done") if vals.keys() & DONE_FIELDS else self.browse()
        done._check_not_of_sheet()
        done._check_inventory_block()
        result = super().write(vals)
        done._check_inventory_block()
        return result

    def action_revert_inventory(self):
        self._check_not_of_sheet()
        return super().action_revert_inventory()

    def _check_not_of_sheet(self):
        """
        :raises UserError: when one of these lines is what an inventory sheet moved
        """
        for move in self.move_id:
            if sheet := move.sudo().inventory_sheet_id or move.sudo().reversed_sheet_id:
                message = self.env._(
                    "This move of %(product)s belongs to inventory sheet %(sheet)s and stays as it is; reverse the sheet, "
                    "or correct the stock.",
                    product=move.product_id.display_name,
                    sheet=sheet.name,
                )
                raise UserError(message)

    def _action_done(self):
        lines = self.filtered("quantity")
        releases = lines._check_inventory_block()
        result = super()._action_done()
        releases._follow(lines.exists())
        return result

    def _check_inventory_block(self):
        """Refuse to move stock in or out of a place that is being counted.

        :return: the releases by hand that let some of these lines pass
        :raises UserError: naming the place, the sheet, who started it and when
        """
        self.filtered(lambda line: line._is_adjustment())._check_not_adjusted_twice()
        return (self.location_id | self.location_dest_id)._check_not_counted(self)

    def _get_inventory_changes(self):
        """What this line changes when it is done: a pair of identity (see QUANT_IDENTITY) and quantity for its place
        of origin and one for its destination."""
        product, lot, owner = self.product_id.id, self.lot_id.id, self.owner_id.id
        quantity = self.quantity_product_uom
        return [
            ((product, self.location_id.id, lot, self.package_id.id, owner), -quantity),
            ((product, self.location_dest_id.id, lot, self.result_package_id.id, owner), quantity),
        ]

    def _get_adjusting_sheet(self):
        """The inventory sheet whose own adjustment this is."""
        return self.move_id.inventory_sheet_id

    def _prepare_inventory_reversal_vals(self):
        return {
            "product_uom_id": self.product_uom_id.id,
            "quantity": self.quantity,
            "lot_id": self.lot_id.id,
            "owner_id": self.owner_id.id,
            "package_id": self.result_package_id.id,
            "result_package_id": self.package_id.id,
        }
