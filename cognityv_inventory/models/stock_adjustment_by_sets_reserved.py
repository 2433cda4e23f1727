from itertools import chain

from odoo import models
from odoo.fields import Command
from odoo.tools import SQL


class StockAdjustmentBySets(models.AbstractModel):
    """Where stock has fallen below what is reserved of it, reservations are given up, and their transfers reserve anew what
    there is: Odoo's `_free_reservation`, for all moves together.

    That is for products with one gap. Odoo's own path frees between two moves of a product, and so reserves anew what the
    later ones are still to change: such a product is left to it.
    """

    _inherit = "stock.adjustment.by.sets"

    def _free_reservations(self):
        shortages = self.env.execute_query(self._get_shortages_query())
        reserved = self._search_reserved(chain.from_iterable(line_ids for _missing, line_ids in shortages))
        if not reserved:
            return
        seen = set(reserved.ids)
        freed = [
            reserved.browse(line_id for line_id in line_ids if line_id in seen)._free_missing(float(missing))
            for missing, line_ids in shortages
        ]
        moves = reserved.move_id.browse().union(*(touched.move_id for touched, _given_up in freed))
        moves.write({"procure_method": "make_to_stock", "move_orig_ids": [Command.clear()]})
        reserved.browse().union(*(given_up for _touched, given_up in freed)).unlink()
        moves._action_assign()

    def _search_reserved(self, line_ids):
        """Those that the user may see, as Odoo's own path."""
        move_lines = self.env["stock.move.line"].with_company(self._get_company())
        context = {"inventory_mode": False, "ignore_dest_packages": True}
        return move_lines.with_context(**context).search([("id", "in", list(line_ids))])

    def _get_shortages_query(self):
        """SQL of (missing quantity, ids of the lines of transfers that have reserved of it), in the order of the moves."""
        return SQL(
            """
            SELECT quant.reserved_quantity - quant.quantity, ARRAY_AGG(reserved.id)
              FROM (
                SELECT move.id, line.product_id, line.location_id, line.lot_id, line.owner_id %s AND line.gap_qty < 0
                ) line
              JOIN stock_quant quant ON quant.location_id = line.location_id AND %s
              JOIN stock_move_line reserved
                ON reserved.product_id = line.product_id AND reserved.location_id = line.location_id
               AND COALESCE(reserved.lot_id, 0) = COALESCE(line.lot_id, 0)
               AND COALESCE(reserved.owner_id, 0) = COALESCE(line.owner_id, 0) AND reserved.package_id IS NULL
             WHERE quant.quantity < quant.reserved_quantity AND reserved.quantity_product_uom > 0
               AND reserved.state NOT IN ('done', 'cancel') AND NOT COALESCE(reserved.picked, FALSE)
          GROUP BY line.id, quant.id ORDER BY line.id
            """,
            self._get_moved_sql(),
            self._get_quant_match_sql("line"),
        )


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _free_missing(self, missing):
        """Take back what is missing from those that are wanted last, as Odoo does.

        :param missing: in the unit of the product
        :return: the lines that have less than before, and those of them of which nothing is left: they are to be deleted
        """
        touched = given_up = self.browse()
        for line in self.sorted(lambda line: line._get_freeing_order()):
            touched |= line
            unit = line.product_id.uom_id
            if unit.compare(line.quantity_product_uom, missing) > 0:
                line.quantity -= unit._compute_quantity(missing, line.product_uom_id, rounding_method="HALF-UP")
                break
            given_up |= line
            missing -= line.quantity_product_uom
            if unit.is_zero(missing):
                break
        return touched, given_up

    def _get_freeing_order(self):
        """What is in no transfer first, then the latest."""
        date = self.picking_id.scheduled_date or self.move_id.date
        return bool(self.picking_id), -date.timestamp() if date else 0, -self.id
