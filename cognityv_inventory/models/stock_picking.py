from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.own_write import as_own_write


class StockPicking(models.Model):
    _inherit = "stock.picking"

    counting_note = fields.Char(compute="_compute_counting_note")

    @api.depends(
        "state",
        "move_ids.location_id",
        "move_ids.location_dest_id",
        "move_line_ids.location_id",
        "move_line_ids.location_dest_id",
    )
    def _compute_counting_note(self):
        """What would stop this transfer now, before anybody presses Validate."""
        for picking in self:
            blocks = picking._get_inventory_blocks()
            picking.counting_note = blocks[0][0]._get_block_message(*blocks[0][1:]) if blocks else False

    def _get_inventory_blocks(self):
        """What blocks this transfer: a tuple of sheet, product and place for each sheet that does; none when there is
        nothing to validate any more."""
        if self.state in ("done", "cancel"):
            return []
        movers = (self.move_line_ids or self.move_ids).sudo()
        sheets = (movers.location_id | movers.location_dest_id)._get_counting_sheets()
        releases = sheets._get_releases(movers)
        return [block for sheet in sheets if (block := sheet._find_block(movers, releases))]

    def action_ask_release(self):
        """Ask an inventory manager why this transfer has to move during the count."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Let %(transfer)s through", transfer=self.name),
            "res_model": "stock.inventory.release.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_picking_id": self.id},
        }

    def action_release_from_count(self, reason):
        """Let this one transfer through every sheet that blocks it.

        :param reason: why; it is kept on the sheets
        :raises AccessError: for anyone but an inventory manager
        :raises UserError: without a reason, or when nothing blocks it
        """
        self.ensure_one()
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say why transfer %(transfer)s has to move during the count.", transfer=self.name)
            )
        sheets = self.env["stock.inventory.sheet"].union(*(sheet for sheet, *_what in self._get_inventory_blocks()))
        sheets._check_manager()
        if not sheets:
            raise UserError(
                self.env._(
                    "No inventory sheet blocks transfer %(transfer)s, so it needs no release.", transfer=self.name
                )
            )
        vals_list = [{"sheet_id": sheet.id, "picking_id": self.id, "reason": reason.strip()} for sheet in sheets]
        as_own_write(self.env["stock.inventory.release"]).create(vals_list)
        return True
