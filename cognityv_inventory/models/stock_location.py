from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from .stock_inventory_sheet import BLOCKING_STATES


class StockLocation(models.Model):
    _inherit = "stock.location"

    last_inventory_sheet_id = fields.Many2one(
        "stock.inventory.sheet",
        "Last inventory sheet",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="cognityv_inventory.group_counter",
    )

    def _get_counting_sheets(self):
        """The sheets, of any company, that are being counted in these places or in places above them."""
        ancestors = {int(part) for place in self for part in (place.parent_path or "").split("/") if part} | set(
            self.ids
        )
        domain = [("state", "in", BLOCKING_STATES), ("location_id", "in", list(ancestors))]
        return (
            self.env["stock.inventory.sheet"].sudo().search(domain) if ancestors else self.env["stock.inventory.sheet"]
        )

    def _check_not_counted(self, move_lines):
        """
        :param move_lines: the stock.move.line records that go in or out of these places
        :raises UserError: for the first one that a sheet blocks
        """
        sheets = self._get_counting_sheets()
        held = sheets._get_held(move_lines) if sheets else set()
        for line in move_lines.sudo() if sheets else ():
            for location in line.location_id | line.location_dest_id:
                for sheet in sheets:
                    if sheet._covers(location) and sheet._blocks(line, location, held):
                        raise UserError(sheet._get_block_message(line.product_id, location))


class StockInventorySheet(models.Model):
    _inherit = "stock.inventory.sheet"

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
        if self.block_mode == "location" and not adjusting:
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
