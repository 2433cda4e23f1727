from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class StockInventorySheetBySets(models.AbstractModel):
    """The gaps of a sheet, moved by sets. A record is a sheet that is completed."""

    _name = "stock.inventory.sheet.by.sets"
    _description = "Validation of a Sheet by Sets"
    _inherit = "stock.adjustment.by.sets"

    _document = "stock.inventory.sheet"

    def _get_gaps_query(self):
        return SQL(
            """
            SELECT %s, product.product_tmpl_id AS template_id, %s AS loss_id
              FROM stock_inventory_sheet_line line
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN stock_correction_reason reason ON reason.id = line.reason_id
             WHERE line.sheet_id = %s AND line.gap_qty <> 0
            """,
            SQL(", ").join(SQL.identifier("line", name) for name in self._get_line_columns()),
            self._get_found_loss_sql(),
            self.id,
        )

    def _get_line_columns(self):
        """The columns of a sheet's line that statements look at. A hook."""
        identity = ["product_id", "location_id", "lot_id", "package_id", "owner_id"]
        return ["id", "sheet_id", *identity, "reason_id", "real_qty", "gap_qty"]

    def _get_ordered_ids(self, but_product_ids):
        return self._get_documents()._get_gap_lines(Domain("product_id", "not in", but_product_ids)).ids

    def _get_document_columns(self):
        name = SQL("%s", self._get_documents().name)
        return {
            "correction_reason_id": SQL("line.reason_id"),
            "inventory_name": name,
            "inventory_sheet_id": SQL("line.sheet_id"),
            "inventory_sheet_line_id": SQL("line.id"),
            "origin": name,
            "reference": name,
        }

    def _get_move_domain(self):
        return Domain("inventory_sheet_id", "=", self.id)

    def _get_moved_sql(self):
        return SQL(
            """
            FROM stock_move move
            JOIN stock_inventory_sheet_line line ON line.id = move.inventory_sheet_line_id
           WHERE move.inventory_sheet_id = %s AND move.state = 'done'
            """,
            self.id,
        )

    def _prepare_moves_for_odoo(self, product_ids):
        sheet = self._get_documents()
        return sheet._prepare_gap_moves(sheet._get_gap_lines(Domain("product_id", "in", product_ids)))

    def _get_other_sheet_condition(self):
        return SQL("%s AND sheet.id <> %s", super()._get_other_sheet_condition(), self.id)


class StockInventorySheet(models.Model):
    _inherit = "stock.inventory.sheet"

    def _get_gaps_by_sets(self):
        """
        :return: stock.inventory.sheet.by.sets record
        """
        return self.env["stock.inventory.sheet.by.sets"].browse(self.id)

    def _move_gaps(self):
        gaps = self._get_gaps_by_sets()
        if not self.env["stock.inventory.path"]._is_set_based(gaps):
            return super()._move_gaps()
        return gaps._move()
