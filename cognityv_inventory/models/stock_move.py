from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.own_write import as_own_write, is_own_write, without_defaults
from .stock_adjustment_mixin import QUANT_IDENTITY

# A move that carries a sheet may pass its block, so nobody may give a move a sheet; a correction is evidence.
PROTECTED = {
    "inventory_sheet_id",
    "inventory_sheet_line_id",
    "reversed_sheet_id",
    "correction_id",
    "correction_reason_id",
}


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "stock.inventory.blind.history.mixin"]

    inventory_sheet_id = fields.Many2one(
        "stock.inventory.sheet", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    inventory_sheet_line_id = fields.Many2one(
        "stock.inventory.sheet.line", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    reversed_sheet_id = fields.Many2one(
        "stock.inventory.sheet",
        "Reverses sheet",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.model
    def default_get(self, fields):
        return without_defaults(super().default_get(fields), PROTECTED)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_inventory_sheet_not_forged({name for name in vals if vals[name]})
        return super().create(vals_list)

    def write(self, vals):
        self._check_inventory_sheet_not_forged(vals.keys())
        if vals.get("state", "done") != "done":
            # A move that is not done any more could be changed and done again without moving anything.
            done = self.filtered(lambda move: move.state == "done").move_line_ids
            done._check_not_of_sheet()
            done._check_inventory_block()
        return super().write(vals)

    @api.model
    def _check_inventory_sheet_not_forged(self, names):
        if not is_own_write(self.env) and PROTECTED & set(names):
            raise UserError(
                self.env._("Only validating an inventory sheet or a stock correction links a move with it.")
            )

    def _get_adjusting_sheet(self):
        """The inventory sheet whose own adjustment this is."""
        return self.inventory_sheet_id

    def _prepare_inventory_reversal_vals(self):
        """The values of the move that undoes this one, and is linked with it both ways."""
        common = {
            "product_id": self.product_id.id,
            "company_id": self.company_id.id,
            "location_id": self.location_dest_id.id,
            "location_dest_id": self.location_id.id,
        }
        lines = [fields.Command.create(common | line._prepare_inventory_reversal_vals()) for line in self.move_line_ids]
        return {
            **common,
            "product_uom": self.product_uom.id,
            "product_uom_qty": self.quantity,
            "state": "confirmed",
            "restrict_partner_id": self.restrict_partner_id.id,
            "is_inventory": True,
            "picked": True,
            "inventory_name": self.inventory_sheet_id._get_reversal_name(),
            "origin": self.inventory_sheet_id.name,
            "origin_returned_move_id": self.id,
            "reversed_sheet_id": self.inventory_sheet_id.id,
            "move_line_ids": lines,
        }

    @api.model
    def _do_adjustments(self, vals_list, company):
        """Make moves and carry them out, as Odoo's own inventory adjustment does.

        :return: the moves
        """
        self._fetch_quants(vals_list)
        move_model = self.with_company(company).with_context(inventory_mode=False)
        moves = as_own_write(move_model).create(vals_list).with_env(move_model.env)
        moves.with_context(ignore_dest_packages=True)._action_done()
        return moves

    @api.model
    def _fetch_quants(self, vals_list):
        """Read what the moves will touch at once: Odoo would read it quant by quant."""
        domain = [
            ("product_id", "in", [vals["product_id"] for vals in vals_list]),
            ("location_id", "in", [vals[name] for vals in vals_list for name in ("location_id", "location_dest_id")]),
        ]
        fields_read = [*QUANT_IDENTITY, "company_id", "quantity", "reserved_quantity", "in_date"]
        self.env["stock.quant"].sudo().search_fetch(domain, fields_read)
