from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import models
from odoo.tools import SQL

from .stock_inventory_sheet import COUNTED_USAGES


class StockInventorySheet(models.Model):
    """What a validation or a reversal writes is locked before anything else, and by everybody in one order: places,
    products, tracking numbers, quants, each by its id.

    So a reservation that comes meanwhile waits for a moment instead of making the whole validation fail at its end,
    and two sheets whose products share an inventory loss both get through: the second waits at its beginning, and
    begins again at once where the first has changed something.
    """

    _inherit = "stock.inventory.sheet"

    def _hold_what_changes(self):
        """Take the rows that these sheets will write.

        :raises ConcurrencyError: when one of them has just changed; Odoo tries it again, and nothing moves in these
            places until then
        """
        self.env.flush_all()
        changed = self._get_changed_stock_query()
        place_ids = self._get_places_to_hold(changed)
        savepoint = self.env.cr.savepoint()
        self._lock_places(self.env.cr, place_ids)
        try:
            self._lock_stock(changed)
        except (DeadlockDetected, SerializationFailure):
            savepoint.close(rollback=True)
            self._begin_again(place_ids)
        savepoint.close(rollback=False)

    def _get_changed_stock_query(self):
        """SQL of (product_id, location_id, lot_id): what these sheets will move. Those of a gap, and where serial
        numbers that were found are in the system; of a validated sheet, what it moved."""
        query = SQL(
            """
            SELECT line.product_id, line.location_id, line.lot_id
              FROM stock_inventory_sheet_line line
              JOIN stock_inventory_sheet sheet ON sheet.id = line.sheet_id
             WHERE sheet.id IN %(sheets)s AND sheet.state <> 'validated' AND line.gap_qty <> 0
             UNION
            SELECT quant.product_id, quant.location_id, quant.lot_id
              FROM stock_inventory_sheet_line line
              JOIN stock_inventory_sheet sheet ON sheet.id = line.sheet_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.tracking = 'serial'
              JOIN stock_quant quant ON quant.lot_id = line.lot_id AND quant.quantity > 0
              JOIN stock_location place ON place.id = quant.location_id AND place.usage IN %(usages)s
             WHERE sheet.id IN %(sheets)s AND sheet.state <> 'validated' AND line.gap_qty > 0
             UNION
            SELECT moved.product_id, end_place.id, moved.lot_id
              FROM stock_move move
              JOIN stock_inventory_sheet sheet ON sheet.id = move.inventory_sheet_id AND sheet.state = 'validated'
              JOIN stock_move_line moved ON moved.move_id = move.id
              JOIN stock_location end_place ON end_place.id IN (moved.location_id, moved.location_dest_id)
             WHERE sheet.id IN %(sheets)s AND end_place.usage IN %(usages)s
            """,
            sheets=tuple(self.ids) or (0,),
            usages=COUNTED_USAGES,
        )
        return query

    def _get_places_to_hold(self, changed):
        """The ids of the places in which stock will change, and of those that remember the count.

        :param changed: SQL of `_get_changed_stock_query`
        """
        moved = self.env.execute_query(SQL("SELECT DISTINCT location_id FROM (%s) changed", changed))
        places = self._get_counted_places() | self.location_id
        return sorted({place_id for [place_id] in moved} | set(places.ids))

    def _lock_stock(self, changed):
        """Lock, in this order, products (which keep an average price), tracking numbers (which keep their place) and
        quants, those of the inventory loss too.

        SQL, since the ORM's lock does not wait.
        """
        for table, column in (("product_product", "product_id"), ("stock_lot", "lot_id")):
            query = SQL(
                """SELECT FROM %(table)s WHERE id IN (SELECT changed.%(column)s FROM (%(changed)s) changed)
                 ORDER BY id FOR NO KEY UPDATE""",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                changed=changed,
            )
            # Who comes second begins again: no error to log.
            self.env.cr.execute(query, log_exceptions=False)
        self.env.cr.execute(self._get_quant_lock_query(changed), log_exceptions=False)

    def _get_quant_lock_query(self, changed):
        """Of each place, and once for each product those of the inventory loss: a product may be in thousands of places."""
        return SQL(
            """
            WITH changed AS MATERIALIZED (%s)
            SELECT FROM stock_quant WHERE id IN (
                SELECT quant.id FROM changed
                  JOIN stock_quant quant
                    ON quant.product_id = changed.product_id AND quant.location_id = changed.location_id
                 UNION ALL
                SELECT quant.id FROM (SELECT DISTINCT product_id FROM changed) changed
                  JOIN stock_quant quant ON quant.product_id = changed.product_id
                  JOIN stock_location place ON place.id = quant.location_id AND place.usage = 'inventory')
             ORDER BY id FOR NO KEY UPDATE
            """,
            changed,
        )
