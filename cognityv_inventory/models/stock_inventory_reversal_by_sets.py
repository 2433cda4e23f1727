from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class StockInventoryReversalBySets(models.AbstractModel):
    """What a sheet has moved, moved back by sets. A record is a validated sheet.

    It is a gap like any other, of a quantity and an inventory loss that the move which it undoes has.
    """

    _name = "stock.inventory.reversal.by.sets"
    _description = "Reversal of a Sheet by Sets"
    _inherit = "stock.adjustment.by.sets"

    _document = "stock.inventory.sheet"

    def _get_gaps_query(self):
        return SQL(
            """
            SELECT origin.id, line.product_id, product.product_tmpl_id AS template_id, line.location_id, line.lot_id,
                   line.package_id, line.owner_id, line.real_qty,
                   CASE WHEN origin.location_id = line.location_id THEN origin.quantity ELSE -origin.quantity END AS gap_qty,
                   CASE WHEN origin.location_id = line.location_id THEN origin.location_dest_id ELSE origin.location_id END
                       AS loss_id
              FROM stock_move origin
              JOIN stock_inventory_sheet_line line ON line.id = origin.inventory_sheet_line_id
              JOIN product_product product ON product.id = line.product_id
             WHERE origin.inventory_sheet_id = %s AND origin.state = 'done'
            """,
            self.id,
        )

    def _get_ordered_ids(self, but_product_ids):
        return self._get_documents()._get_reversed_moves(Domain("product_id", "not in", but_product_ids)).ids

    def _get_document_columns(self):
        sheet = self._get_documents()
        name = SQL("%s", sheet._get_reversal_name())
        return {
            "inventory_name": name,
            "origin": SQL("%s", sheet.name),
            "origin_returned_move_id": SQL("line.id"),
            "reference": name,
            "reversed_sheet_id": SQL("%s", sheet.id),
        }

    def _get_move_domain(self):
        return Domain("reversed_sheet_id", "=", self.id)

    def _get_moved_sql(self):
        return SQL(
            """
            FROM stock_move move
            JOIN stock_move origin ON origin.id = move.origin_returned_move_id
            JOIN LATERAL (
                SELECT line.product_id, line.location_id, line.lot_id, line.owner_id,
                       CASE WHEN move.location_dest_id = line.location_id THEN move.quantity ELSE -move.quantity END
                           AS gap_qty
                  FROM stock_inventory_sheet_line line WHERE line.id = origin.inventory_sheet_line_id
                ) line ON TRUE
           WHERE move.reversed_sheet_id = %s AND move.state = 'done'
            """,
            self.id,
        )

    def _prepare_moves_for_odoo(self, product_ids):
        """What is not left to Odoo is there still: it would not be moved by sets otherwise."""
        sheet = self._get_documents()
        moves = sheet._get_reversed_moves(Domain("product_id", "in", product_ids))
        sheet._check_still_there(moves)
        return [move._prepare_inventory_reversal_vals() for move in moves]

    # What is left to Odoo

    def _needs_odoo(self):
        """Where somebody is counting, Odoo's own path looks move by move whether that is in the way."""
        return bool(self._search_places()._get_counting_sheets()) or super()._needs_odoo()

    def _search_places(self):
        query = SQL(
            """SELECT place.id FROM stock_location place WHERE place.id IN (
                   SELECT UNNEST(ARRAY[location_id, location_dest_id]) FROM stock_move
                    WHERE inventory_sheet_id = %s AND state = 'done')""",
            self.id,
        )
        self.env["stock.move"].flush_model()
        return self.env["stock.location"].browse(place_id for [place_id] in self.env.execute_query(query))

    def _get_queries_for_odoo(self):
        return [*super()._get_queries_for_odoo(), self._get_unusual_past_query()]

    def _get_unusual_past_query(self):
        """Moves to be undone that are not as those of a sheet are today: of several lines, in another unit."""
        return SQL(
            """
            SELECT origin.product_id
              FROM stock_move origin
              JOIN product_product product ON product.id = origin.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN stock_inventory_sheet_line line ON line.id = origin.inventory_sheet_line_id
         LEFT JOIN stock_move_line moved ON moved.move_id = origin.id
             WHERE origin.inventory_sheet_id = %s AND origin.state = 'done'
          GROUP BY origin.id, line.id, template.id
            HAVING COUNT(moved.id) <> 1 OR line.id IS NULL OR origin.product_uom <> template.uom_id
                OR MIN(moved.lot_id) IS DISTINCT FROM line.lot_id OR MIN(moved.owner_id) IS DISTINCT FROM line.owner_id
                OR line.location_id NOT IN (origin.location_id, origin.location_dest_id)
                OR line.product_id <> origin.product_id
            """,
            self.id,
        )

    # What it is worth, where `stock_account` is installed

    def _get_move_value_sql(self):
        """What comes back is worth what it left with, as any return in Odoo."""
        value_today = super()._get_move_value_sql()
        return SQL(
            "CASE WHEN line.gap_qty > 0 THEN %s ELSE %s END",
            self._get_origin_value_sql(SQL("origin.is_out"), value_today),
            value_today,
        )

    def _get_origin_value_sql(self, condition, value_today):
        """The value of the move that is undone, if it has one; else that of today."""
        return SQL(
            "COALESCE((SELECT origin.value FROM stock_move origin WHERE origin.id = line.id AND %s), %s)",
            condition,
            value_today,
        )


class StockInventorySheet(models.Model):
    _inherit = "stock.inventory.sheet"

    def _get_reversal_by_sets(self):
        """
        :return: stock.inventory.reversal.by.sets record
        """
        return self.env["stock.inventory.reversal.by.sets"].browse(self.id)

    def _reverse_stock(self):
        reversal = self._get_reversal_by_sets()
        # Nobody may begin to count these places meanwhile.
        reversal._search_places()._hold_against_start()
        if not self.env["stock.inventory.path"]._is_set_based(reversal):
            return super()._reverse_stock()
        reversal._move()
        return reversal._get_awaited_moves()._trigger_assign()
