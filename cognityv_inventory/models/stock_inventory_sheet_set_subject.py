from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class StockInventorySheet(models.Model):
    """What is moved by sets: the gaps of a sheet; or, of a validated sheet, what it moved, the other way.

    A reversal is a gap like any other, of a quantity and an inventory loss that the move which it undoes has.
    """

    _inherit = "stock.inventory.sheet"

    def _is_reversing(self):
        return self.state == "validated"

    def _get_subject_link(self):
        """By what a move belongs to the sheet."""
        return "reversed_sheet_id" if self._is_reversing() else "inventory_sheet_id"

    def _get_subject_key(self):
        """What a move is made of: a line, or a move that is undone."""
        return "origin_id" if self._is_reversing() else "id"

    def _get_subject_ids(self, but_product_ids):
        """The ids of what moves are made of, in the order in which Odoo's own path makes them."""
        others = Domain("product_id", "not in", but_product_ids)
        if self._is_reversing():
            return self._get_reversed_moves(others).ids
        return self._get_gap_lines(others).ids

    def _get_subject_query(self):
        """SQL of (id, sheet_id, product_id, template_id, location_id, lot_id, package_id, owner_id, reason_id, real_qty,
        gap_qty, loss_id, origin_id): the gaps. A hook for more columns."""
        names = (
            "id",
            "sheet_id",
            "product_id",
            "location_id",
            "lot_id",
            "package_id",
            "owner_id",
            "reason_id",
            "real_qty",
        )
        return SQL(
            """
            SELECT %(columns)s, product.product_tmpl_id AS template_id, %(subject)s
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE %(condition)s
            """,
            columns=SQL(", ").join(SQL.identifier("line", name) for name in (*names, *self._get_more_line_columns())),
            subject=self._get_reversed_sql() if self._is_reversing() else self._get_found_sql(),
            condition=self._get_subject_condition(),
        )

    def _get_more_line_columns(self):
        """More columns of a line that conditions look at. A hook."""
        return []

    def _get_found_sql(self):
        return SQL(
            """
            line.gap_qty, COALESCE(%s, %s) AS loss_id, NULL::int AS origin_id
              FROM stock_inventory_sheet_line line
         LEFT JOIN stock_correction_reason reason ON reason.id = line.reason_id
            """,
            self._get_company_field_sql("stock.correction.reason", "reason", "loss_location_id"),
            self._get_company_field_sql("product.template", "template", "property_stock_inventory"),
        )

    def _get_reversed_sql(self):
        return SQL(
            """
            CASE WHEN origin.location_id = line.location_id THEN origin.quantity ELSE -origin.quantity END AS gap_qty,
            CASE WHEN origin.location_id = line.location_id THEN origin.location_dest_id ELSE origin.location_id END
                AS loss_id, origin.id AS origin_id
              FROM stock_move origin
              JOIN stock_inventory_sheet_line line ON line.id = origin.inventory_sheet_line_id
            """
        )

    def _get_subject_condition(self):
        if self._is_reversing():
            return SQL("origin.inventory_sheet_id = %s AND origin.state = 'done'", self.id)
        return SQL("line.sheet_id = %s AND line.gap_qty <> 0", self.id)

    def _get_subject_columns(self):
        """What a move says of what it was made of: SQL by column."""
        if not self._is_reversing():
            return {
                "correction_reason_id": SQL("line.reason_id"),
                "inventory_sheet_id": SQL("line.sheet_id"),
                "inventory_sheet_line_id": SQL("line.id"),
            }
        name = SQL("%s", self._get_reversal_name())
        return {
            "inventory_name": name,
            "reference": name,
            "origin_returned_move_id": SQL("line.origin_id"),
            "reversed_sheet_id": SQL("line.sheet_id"),
        }

    def _get_moved_sql(self):
        """The moves that were made by sets, as the FROM and WHERE of a statement: a sheet has no others yet."""
        if self._is_reversing():
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
        return SQL(
            """
            FROM stock_move move
            JOIN stock_inventory_sheet_line line ON line.id = move.inventory_sheet_line_id
           WHERE move.inventory_sheet_id = %s AND move.state = 'done'
            """,
            self.id,
        )

    # Reversal

    def _reverse_stock(self):
        """What is not left to Odoo is there still: it would not be moved by sets otherwise."""
        places = self._search_reversed_places()
        # Nobody may begin to count these places meanwhile.
        places._hold_against_start()
        if not self._reverses_by_sets(places):
            return super()._reverse_stock()
        product_ids = self._find_products_for_odoo()
        left = self._get_reversed_moves(Domain("product_id", "in", product_ids))
        self._check_still_there(left)
        vals_list = [move._prepare_inventory_reversal_vals() for move in left]
        self._move_by_sets(product_ids)
        if vals_list:
            self._do_moves(vals_list)
        return self._get_awaited_moves()._trigger_assign()

    def _reverses_by_sets(self, places):
        """Where somebody is counting, Odoo's own path looks move by move whether that is in the way."""
        return self.env["stock.inventory.path"]._is_set_based(self) and not places._get_counting_sheets()

    def _search_reversed_places(self):
        query = SQL(
            """SELECT place.id FROM stock_location place WHERE place.id IN (
                   SELECT UNNEST(ARRAY[location_id, location_dest_id]) FROM stock_move
                    WHERE inventory_sheet_id = %s AND state = 'done')""",
            self.id,
        )
        self.env["stock.move"].flush_model()
        return self.env["stock.location"].browse(place_id for [place_id] in self.env.execute_query(query))

    def _get_awaited_moves(self):
        """Those of the reversing moves that somebody may wait for: Odoo asks for all of them, one by one."""
        query = SQL(
            """
            SELECT move.id FROM stock_move move
             WHERE move.reversed_sheet_id = %s AND EXISTS (
                SELECT FROM stock_move waiting
                 WHERE waiting.product_id = move.product_id AND waiting.location_id = move.location_dest_id
                   AND waiting.state IN ('confirmed', 'partially_available'))
             ORDER BY move.id
            """,
            self.id,
        )
        self.env.flush_all()
        return self.env["stock.move"].browse(move_id for [move_id] in self.env.execute_query(query))
