from odoo import models
from odoo.tools import SQL


class StockAdjustmentBySets(models.AbstractModel):
    """Where stock has fallen below what is reserved of it, Odoo gives reservations up, and who had them reserves anew what
    there is: `_free_reservation`, one shortage after the other, as it is what transfers, batches and productions hang on.

    That is for products with one gap. Odoo's own path frees between two moves of a product, and so reserves anew what the
    later ones are still to change: such a product is left to it.

    Not the same as Odoo's is the order of different products: those that are left to it come last. That may tell where a
    transfer has several of them, in batches, waves and putaway by storage category.
    """

    _inherit = "stock.adjustment.by.sets"

    def _free_reservations(self):
        shortages = self._get_shortages()
        moves = self.env["stock.move"].with_company(self._get_company())
        moves = moves.with_context(inventory_mode=False, ignore_dest_packages=True).browse(shortages)
        for line in moves.move_line_ids:
            line._free_reservation(
                line.product_id,
                line.location_id,
                shortages[line.move_id.id],
                lot_id=line.lot_id,
                owner_id=line.owner_id,
            )

    def _get_shortages(self):
        """What is missing of what is reserved where something was lost.

        :return: dict of the id of a move → quantity in the unit of the product, in the order of the moves
        """
        query = SQL(
            """
            SELECT line.move_id, quant.reserved_quantity - quant.quantity
              FROM (
                SELECT move.id AS move_id, line.product_id, line.location_id, line.lot_id, line.owner_id %s
                   AND line.gap_qty < 0
                ) line
              JOIN stock_quant quant ON quant.location_id = line.location_id AND %s
             WHERE quant.quantity < quant.reserved_quantity ORDER BY line.move_id
            """,
            self._get_moved_sql(),
            self._get_quant_match_sql("line"),
        )
        return {move_id: float(missing) for move_id, missing in self.env.execute_query(query)}
