"""Moves of what a sale order delivers."""

from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_open_for_sale(self):
        """Whether this still has to leave our stock for the customer, and can be scanned."""
        return (
            self.state not in ("draft", "done", "cancel")
            and self.product_id.is_storable
            and self.location_id.usage in ("internal", "transit")
            and self._leaves_to_customer()
        )

    def _leaves_to_customer(self):
        """Whether this is a step on the way to the customer, rather than a step back.

        Odoo's own chains say at each step where they end; in those of pull rules, the last move does.
        """
        return self._ends_at_customer() or any(
            move._ends_at_customer() for move in self.browse(self._rollup_move_dests()) - self
        )

    def _ends_at_customer(self):
        return (self.location_final_id or self.location_dest_id)._is_outgoing()

    def _get_delivery_depth(self):
        """How many steps of the same delivery come before this one."""
        before = self.move_orig_ids.filtered(
            lambda move: move.sale_line_id.order_id & self.sale_line_id.order_id and move.state != "cancel"
        )
        return 1 + max(move._get_delivery_depth() for move in before) if before else 0

    def _leave_behind(self):
        """Let what is kept in stock of these not leave when their transfers are validated: somebody may have picked it
        in Odoo, but nobody has scanned it."""
        open_moves = self.filtered(lambda move: move.state not in ("done", "cancel"))
        open_moves.filtered(lambda move: move.picked and move.product_id.is_storable).picked = False

    def _get_short_of_scanned(self, shares):
        """Those of these moves of which less was scanned than has to leave.

        :param shares: dict of move → list of what it takes
        """
        scanned = {move: sum(item["quantity"] for item in items) for move, items in shares.items()}
        return self.filtered(lambda move: move.product_id.uom_id.compare(scanned.get(move, 0), move.product_qty) < 0)
