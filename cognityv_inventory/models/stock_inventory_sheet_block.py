from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from .stock_inventory_sheet import BLOCKING_STATES


class StockInventorySheet(models.Model):
    """Stock stands still while it is counted."""

    _inherit = "stock.inventory.sheet"

    def _check_not_blocked(self, move_lines):
        """
        :param move_lines: stock.move.line records that are to move
        :raises UserError: for the first one that one of these sheets, which are being counted, blocks
        """
        held = self._get_held(move_lines)
        for line in move_lines:
            for location in line.location_id | line.location_dest_id:
                for sheet in self.filtered(lambda sheet, place=location: sheet._covers(place)):
                    if sheet._blocks(line, location, held):
                        raise UserError(sheet._get_block_message(line.product_id, location))

    def _get_held(self, move_lines):
        """What these sheets count of the products that move, as a set of (sheet, product, place)."""
        domain = [("sheet_id", "in", self.ids), ("product_id", "in", move_lines.product_id.ids)]
        fields_held = ["sheet_id", "product_id", "location_id"]
        return set(self.env["stock.inventory.sheet.line"].sudo()._read_group(domain, fields_held))

    def _blocks(self, move_line, location, held):
        """Whether this sheet, which covers `location`, refuses that a line moves there.

        It lets its own adjustment pass, and that of another sheet for what it does not hold itself.
        """
        adjusting = move_line.move_id.inventory_sheet_id
        if adjusting == self:
            return False
        if self.block_mode == "location" and adjusting.state not in BLOCKING_STATES:
            return True
        return (self, move_line.product_id, location) in held

    def _get_block_message(self, product, location):
        return self.env._(
            "%(product)s cannot move in or out of %(location)s: it is being counted on inventory sheet %(sheet)s, started "
            "by %(user)s on %(date)s. Wait until that sheet is validated or cancelled, or use another location.",
            product=product.display_name,
            location=location.display_name,
            sheet=self.name,
            user=self.started_by_id.name,
            date=format_datetime(self.env, self.started_at, dt_format="short"),
        )
