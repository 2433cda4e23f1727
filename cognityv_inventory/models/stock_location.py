from odoo import fields, models
from odoo.exceptions import UserError

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

    def write(self, vals):
        if vals.keys() & {"location_id", "usage", "active", "company_id"}:
            (self | self.browse(vals.get("location_id")))._check_not_being_counted()
        return super().write(vals)

    def _check_not_being_counted(self):
        """
        :raises UserError: when one of these places is counted, or has a place in it that is
        """
        sheets = self.sudo()._get_counting_sheets() | self.env["stock.inventory.sheet"].sudo().search(
            [("state", "in", BLOCKING_STATES), ("location_id", "child_of", self.ids)]
        )
        for sheet in sheets:
            for place in self.sudo():
                if sheet._covers(place) or sheet.location_id._is_below(place):
                    message = self.env._(
                        "%(location)s is being counted on inventory sheet %(sheet)s and stays where and what it is until "
                        "that sheet is validated or cancelled.",
                        location=place.display_name,
                        sheet=sheet.name,
                    )
                    raise UserError(message)

    def _is_below(self, place):
        return (self.parent_path or "").startswith(place.parent_path or "-")

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
        if sheets := self._get_counting_sheets():
            sheets._check_not_blocked(move_lines.sudo())
