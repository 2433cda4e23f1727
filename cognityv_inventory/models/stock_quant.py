from odoo import models

from .stock_inventory_sheet_line import QUANT_IDENTITY


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_inventory_identity(self):
        return tuple(self[name].id for name in QUANT_IDENTITY)

    def _compute_last_count_date(self):
        """Odoo looks at the moves of inventories; a count without a gap makes none, but it was a count."""
        result = super()._compute_last_count_date()
        counted = self._get_last_sheet_dates()
        for quant in self:
            dates = [quant.last_count_date, counted.get(quant._get_inventory_identity())]
            quant.last_count_date = max(filter(None, dates), default=False)
        return result

    def _get_last_sheet_dates(self):
        """The day of the last validated count by product, place, lot, package and owner (ids)."""
        domain = [
            ("sheet_id.state", "=", "validated"),
            ("is_counted", "=", True),
            ("product_id", "in", self.product_id.ids),
            ("location_id", "in", self.location_id.ids),
        ]
        groups = self.env["stock.inventory.sheet.line"].sudo()._read_group(domain, [*QUANT_IDENTITY, "sheet_id"])
        dates = {}
        for *key, sheet in groups:
            ids = tuple(record.id for record in key)
            dates[ids] = max(filter(None, [dates.get(ids), sheet.validated_at.date()]))
        return dates
