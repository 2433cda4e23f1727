from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.own_write import as_own_write, is_own_write
from .stock_adjustment_mixin import QUANT_IDENTITY


class StockInventoryRelease(models.Model):
    """One transfer that an inventory manager let through although its place is being counted, and why."""

    _name = "stock.inventory.release"
    _description = "Release of a Transfer During an Inventory"
    _order = "id desc"
    _rec_name = "picking_id"

    sheet_id = fields.Many2one("stock.inventory.sheet", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="sheet_id.company_id", store=True)
    picking_id = fields.Many2one(
        "stock.picking", "Transfer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    reason = fields.Text(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Released by", required=True, readonly=True, default=lambda self: self.env.user
    )
    done_at = fields.Datetime("Moved on", readonly=True, copy=False, help="A release lets its transfer through once.")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_own_write()
        releases = super().create(vals_list)
        for release in releases:
            release._tell(
                self.env._(
                    "Transfer %(transfer)s may move although it is being counted: %(reason)s",
                    transfer=release.picking_id.name,
                    reason=release.reason,
                )
            )
        return releases

    def write(self, vals):
        self._check_own_write()
        return super().write(vals)

    def _check_own_write(self):
        if not is_own_write(self.env):
            raise UserError(self.env._("Release a transfer by the button on it; a release is evidence and stays."))

    def _tell(self, message):
        self.sheet_id.sudo().message_post(body=message)
        self.picking_id.sudo().message_post(body=message)

    def _follow(self, move_lines):
        """The sheets follow what these releases have let move: the current quantities of the lines, and a line for
        what was not there before. What was counted before the move keeps its gap.

        :param move_lines: stock.move.line records that are done
        """
        for release in self:
            moved = move_lines.filtered(lambda line, release=release: line.picking_id == release.picking_id)
            release.sheet_id.sudo()._follow_moves(moved)
            release._tell(
                self.env._(
                    "Transfer %(transfer)s has moved; current quantities follow.", transfer=release.picking_id.name
                )
            )
        as_own_write(self).write({"done_at": fields.Datetime.now()})


class StockInventorySheet(models.Model):
    _inherit = "stock.inventory.sheet"

    release_ids = fields.One2many(
        "stock.inventory.release", "sheet_id", "Released transfers", readonly=True, copy=False
    )

    def _get_releases(self, movers):
        """The releases that let some of these move lines pass these sheets."""
        domain = (
            Domain("sheet_id", "in", self.ids)
            & Domain("picking_id", "in", movers.picking_id.ids)
            & Domain("done_at", "=", False)
        )
        releases = self.env["stock.inventory.release"].sudo()
        return releases.search(domain) if self and movers.picking_id else releases

    def _follow_moves(self, move_lines):
        line_model = self.env["stock.inventory.sheet.line"]
        lines = line_model.search([("sheet_id", "=", self.id), ("product_id", "in", move_lines.product_id.ids)])
        known = lines.grouped(lambda line: line._get_inventory_identity())
        missing = {}
        for moved in move_lines:
            for identity, quantity in moved._get_inventory_changes():
                if identity in known:
                    as_own_write(known[identity]).current_qty += quantity
                elif self._is_to_be_followed(moved, identity):
                    missing[identity] = dict(zip(QUANT_IDENTITY, identity, strict=True), sheet_id=self.id)
        as_own_write(line_model).create(list(missing.values()))

    def _is_to_be_followed(self, move_line, identity):
        """Whether a line is missing for what has come: where the whole location is counted."""
        place = self.env["stock.location"].browse(identity[1])
        return (
            self.state == "in_progress"
            and self.block_mode == "location"
            and self._covers(place)
            and move_line.product_id.is_storable
        )
