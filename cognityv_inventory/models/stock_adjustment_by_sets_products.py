from odoo import models
from odoo.tools import SQL

from .stock_inventory_sheet import BLOCKING_STATES, COUNTED_USAGES


class StockAdjustmentBySets(models.AbstractModel):
    """Which products Odoo's own path does, as one of their gaps needs more than can be done by sets, or is refused by Odoo
    with its own sentence."""

    _inherit = "stock.adjustment.by.sets"

    def _find_products_for_odoo(self):
        """list of product ids; all gaps of a product go the same way, as their moves build on each other"""
        self.env.flush_all()
        query = SQL(" UNION ").join(SQL("(%s)", part) for part in self._get_queries_for_odoo())
        return [product_id for [product_id] in self.env.execute_query(query)]

    def _get_queries_for_odoo(self):
        """list of SQL of (product_id). A hook: an add-on adds what its own moves need."""
        conditions = SQL(" OR ").join(SQL("(%s)", condition) for condition in self._get_gap_conditions_for_odoo())
        queries = [
            SQL("SELECT line.product_id %s WHERE %s", self._get_gap_sql(), conditions),
            self._get_unusual_stock_query(),
            self._get_doubled_loss_query(),
            self._get_untracked_stock_query(),
            self._get_serial_elsewhere_query(),
            self._get_other_sheet_query(),
        ]
        return [*queries, self._get_kit_query()] if "mrp.bom" in self.env else queries

    def _get_gap_conditions_for_odoo(self):
        """list of SQL conditions over the aliases of `_get_gap_sql`. A hook."""
        company, digits = self._get_company().id, self.env["decimal.precision"].precision_get("Product Unit")
        return [
            # A package takes along what else is in it.
            SQL("line.package_id IS NOT NULL"),
            SQL("NOT COALESCE(template.is_storable, FALSE)"),
            SQL("(template.tracking = 'none') <> (line.lot_id IS NULL)"),
            SQL("ROUND(line.gap_qty, %s) <> line.gap_qty", digits),
            SQL("place.usage NOT IN %s", COUNTED_USAGES),
            SQL("loss.usage IS DISTINCT FROM 'inventory'"),
            # What is of another company is refused by Odoo.
            SQL(
                "template.company_id <> %s OR place.company_id <> %s OR loss.company_id <> %s",
                company,
                company,
                company,
            ),
            SQL("EXISTS (SELECT FROM stock_lot lot WHERE lot.id = line.lot_id AND lot.company_id <> %s)", company),
            SQL(
                "EXISTS (SELECT FROM res_partner owner WHERE owner.id = line.owner_id AND owner.company_id <> %s)",
                company,
            ),
        ]

    def _get_unusual_stock_query(self):
        """Several quants of the same; a loss of what is not there; a product with several gaps of which one falls below what
        is reserved: see `_free_reservations`."""
        return SQL(
            """
            SELECT gap.product_id
              FROM (
                SELECT line.product_id, line.gap_qty, COUNT(quant.id) AS quants, COALESCE(MIN(quant.quantity), 0) AS on_hand,
                       COALESCE(MIN(quant.reserved_quantity), 0) AS reserved %s
             LEFT JOIN stock_quant quant ON quant.location_id = line.location_id AND %s
              GROUP BY line.id, line.product_id, line.gap_qty
                ) gap
          GROUP BY gap.product_id
            HAVING BOOL_OR(gap.quants > 1 OR gap.gap_qty < 0 AND (gap.on_hand <= 0 OR gap.on_hand + gap.gap_qty < 0))
                OR COUNT(*) > 1 AND BOOL_OR(gap.gap_qty < 0 AND gap.on_hand + gap.gap_qty < gap.reserved)
            """,
            self._get_gap_sql(),
            self._get_quant_match_sql("line"),
        )

    def _get_doubled_loss_query(self):
        """Several quants of the same in the inventory loss, as two who made the first at once leave them."""
        return SQL(
            """
            SELECT line.product_id
              FROM (SELECT DISTINCT line.product_id, line.lot_id, line.owner_id, line.loss_id %s) line
              JOIN stock_quant quant ON quant.location_id = line.loss_id AND %s
          GROUP BY line.product_id, line.lot_id, line.owner_id, line.loss_id HAVING COUNT(*) > 1
            """,
            self._get_gap_sql(),
            self._get_quant_match_sql("line"),
        )

    def _get_untracked_stock_query(self):
        """Stock without a tracking number beside some with one: Odoo takes it for what is missing."""
        return SQL(
            """
            SELECT line.product_id %s
              JOIN stock_quant quant ON quant.product_id = line.product_id
             WHERE line.lot_id IS NOT NULL AND quant.lot_id IS NULL AND quant.package_id IS NULL
               AND quant.location_id IN (line.location_id, line.loss_id)
               AND COALESCE(quant.owner_id, 0) = COALESCE(line.owner_id, 0)
            """,
            self._get_gap_sql(),
        )

    def _get_serial_elsewhere_query(self):
        """A serial number that the system has elsewhere, too, or more than once: it is moved from there, or refused."""
        return SQL(
            """
            SELECT line.product_id %s
              JOIN stock_quant quant ON quant.lot_id = line.lot_id AND quant.quantity <> 0
              JOIN stock_location other ON other.id = quant.location_id AND other.usage <> 'inventory'
             WHERE template.tracking = 'serial'
               AND (line.real_qty > 1 OR quant.package_id IS NOT NULL OR quant.location_id <> line.location_id
                    OR COALESCE(quant.owner_id, 0) <> COALESCE(line.owner_id, 0))
            """,
            self._get_gap_sql(),
        )

    def _get_other_sheet_query(self):
        """A sheet that blocks the same, or has counted it: see `_check_not_counted`. No sheet has an inventory loss.

        By product and place together, since a product may be in thousands of places.
        """
        return SQL(
            """
            SELECT line.product_id %s
              JOIN stock_inventory_sheet_line other
                ON other.product_id = line.product_id AND other.location_id = line.location_id
              JOIN stock_inventory_sheet sheet ON sheet.id = other.sheet_id
             WHERE %s
            """,
            self._get_gap_sql(),
            self._get_other_sheet_condition(),
        )

    def _get_other_sheet_condition(self):
        """Which sheets are in the way, over `sheet` and `other`, a line of it."""
        return SQL(
            "sheet.state IN %s AND (sheet.block_mode <> 'none' OR other.count_status <> 'to_count')", BLOCKING_STATES
        )

    def _get_kit_query(self):
        """Kits have no stock of their own."""
        return SQL(
            "SELECT line.product_id %s JOIN mrp_bom bom ON bom.product_tmpl_id = template.id WHERE bom.type = 'phantom'",
            self._get_gap_sql(),
        )
