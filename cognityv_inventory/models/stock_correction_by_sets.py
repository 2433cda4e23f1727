from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class StockCorrectionBySets(models.AbstractModel):
    """The differences of corrections, moved by sets. Records are drafts of one company."""

    _name = "stock.correction.by.sets"
    _description = "Validation of Corrections by Sets"
    _inherit = "stock.adjustment.by.sets"

    _document = "stock.correction"

    def _get_gaps_query(self):
        return SQL(
            """
            SELECT line.id, line.name, line.product_id, product.product_tmpl_id AS template_id, line.location_id,
                   line.lot_id, line.package_id, line.owner_id, line.reason_id, line.real_qty, line.gap_qty, %s AS loss_id
              FROM stock_correction line
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN stock_correction_reason reason ON reason.id = line.reason_id
             WHERE line.id IN %s
            """,
            self._get_found_loss_sql(),
            self._ids,
        )

    def _get_ordered_ids(self, but_product_ids):
        return (self._get_documents() - self._search_documents(but_product_ids)).ids

    def _search_documents(self, product_ids):
        """Those of some products, in the order of these."""
        wanted = set(product_ids)
        return self._get_documents().filtered(lambda correction: correction.product_id.id in wanted)

    def _get_document_columns(self):
        return {
            "correction_id": SQL("line.id"),
            "correction_reason_id": SQL("line.reason_id"),
            "inventory_name": SQL("line.name"),
            "origin": SQL("line.name"),
            "reference": SQL("line.name"),
        }

    def _get_move_domain(self):
        return Domain("correction_id", "in", self.ids)

    def _get_moved_sql(self):
        return SQL(
            """
            FROM stock_move move
            JOIN stock_correction line ON line.id = move.correction_id
           WHERE move.correction_id IN %s AND move.state = 'done'
            """,
            self._ids,
        )

    def _prepare_moves_for_odoo(self, product_ids):
        return [correction._prepare_gap_move_vals() for correction in self._search_documents(product_ids)]

    # What is left to Odoo

    def _needs_odoo(self):
        """Where somebody is counting, Odoo's own path says what is in the way."""
        return bool(self._get_documents().location_id._get_counting_sheets()) or super()._needs_odoo()

    def _get_queries_for_odoo(self):
        return [*super()._get_queries_for_odoo(), self._get_corrected_twice_query()]

    def _get_corrected_twice_query(self):
        """The same stock twice: one of them is refused when both are done."""
        return SQL(
            """
            SELECT line.product_id %s
          GROUP BY line.product_id, line.location_id, line.lot_id, line.package_id, line.owner_id HAVING COUNT(*) > 1
            """,
            self._get_gap_sql(),
        )


class StockCorrection(models.Model):
    _inherit = "stock.correction"

    def _get_by_sets(self):
        """
        :return: stock.correction.by.sets records
        """
        return self.env["stock.correction.by.sets"].browse(self.ids)

    def _move_gaps_of_company(self):
        by_sets = self._get_by_sets()
        if not self.env["stock.inventory.path"]._is_set_based(by_sets):
            return super()._move_gaps_of_company()
        return by_sets._move()
