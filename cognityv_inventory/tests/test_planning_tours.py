from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestPlanningTours(HttpCase, InventoryCommon):
    """Issue D, Planning and the low stock check, in a real browser."""

    def test_plan_to_sheet(self):
        self.env["product.count.class"].create(
            {"product_id": self.bolt.id, "company_id": self.company.id, "abc_class": "A"}
        )
        self.start_tour("/odoo", "count_plan_to_sheet", login=self.manager.login)
        plan = self.env["stock.count.plan"].search([("company_id", "=", self.company.id)])
        self.assertRecordValues(plan.sheet_ids, [{"state": "planned", "abc_class": "A"}])
        self.assertEqual(plan.sheet_ids.line_ids.product_id, self.bolt)

    def test_overview(self):
        sheet = self._make_sheet(location_id=self.rack_a2.id)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        sheet.action_validate()
        long_ago = fields.Datetime.now() - timedelta(days=9)
        self._make_sheet(location_id=self.rack_a2.id, planned_start=long_ago, planned_end=long_ago)
        self.start_tour("/odoo", "count_overview", login=self.manager.login)
        made = self.env["stock.inventory.sheet"].search([("only_uncounted", "=", True)])
        self.assertEqual(made.line_ids.location_id, self.rack_a1)

    def test_empty_place(self):
        self.company.inventory_low_stock_check = True
        delivery = self._make_delivery(self.bolt, 10, self.rack_a1)
        path = f"/odoo/action-stock.action_picking_tree_all/{delivery.id}"
        self.start_tour(path, "count_of_an_empty_place", login=self.manager.login)
        sheet = self.env["stock.inventory.sheet"].search([("company_id", "=", self.company.id)])
        self.assertRecordValues(sheet, [{"state": "planned", "counter_ids": self.manager.ids}])
