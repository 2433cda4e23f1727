from odoo import fields
from odoo.tests import tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestLastCount(InventoryCommon):
    """Each place remembers its last count, and Odoo's own dates agree."""

    def _quant(self, product, location):
        return self.env["stock.quant"].search([("product_id", "=", product.id), ("location_id", "=", location.id)])

    def test_places_and_quants_remember(self):
        self.rack_a1.cyclic_inventory_frequency = 30
        self._quant(self.nut, self.rack_a1).inventory_date = fields.Date.today()
        sheet = self._make_sheet(location_id=self.stock.id)
        self._line(sheet, self.bolt).real_qty = 10
        self._line(sheet, self.nut).real_qty = 1
        sheet.action_complete(keep_uncounted=True)
        sheet.action_validate()
        today = fields.Date.today()
        self.assertRecordValues(self.rack_a1, [{"last_inventory_date": today, "last_inventory_sheet_id": sheet.id}])
        self.assertFalse(self.rack_a2.last_inventory_date, "nothing was counted there")
        for product in (self.bolt, self.nut):
            self.assertEqual(self._quant(product, self.rack_a1).last_count_date, today)
        self.assertFalse(self._quant(self.bolt, self.rack_a2).last_count_date)
        self.assertEqual(self._quant(self.nut, self.rack_a1).inventory_date, self.rack_a1.next_inventory_date)

    def test_not_before_validation(self):
        sheet = self._make_sheet()
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        self.assertFalse(self.rack_a1.last_inventory_sheet_id)
        self.assertFalse(self._quant(self.bolt, self.rack_a1).last_count_date)
