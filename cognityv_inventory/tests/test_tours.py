from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestTours(HttpCase, InventoryCommon):
    """What people live by, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # One rack only, so that each product has one line.
        cls.env["stock.quant"].search([("location_id", "=", cls.rack_a2.id)]).unlink()
        cls.washer = cls._make_product("Washer")
        cls._put(cls.washer, 6, cls.rack_a1)

    def test_whole_way(self):
        self.start_tour("/odoo", "inventory_sheet_whole_way", login=self.manager.login)
        sheet = self.env["stock.inventory.sheet"].search([("company_id", "=", self.company.id)])
        self.assertEqual((sheet.state, len(sheet)), ("validated", 1))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 0)
        self.assertEqual(self._on_hand(self.washer, self.rack_a1), 6)
        self.assertEqual(sheet.line_ids.count_ids.user_id, self.manager)

    def test_refused_delivery(self):
        delivery = self._make_delivery(self.bolt, 1, self.rack_a1)
        self._make_sheet()
        path = f"/odoo/action-stock.action_picking_tree_all/{delivery.id}"
        self.start_tour(path, "inventory_sheet_refused_delivery", login=self.manager.login)
        self.assertNotEqual(delivery.state, "done")


@tagged("post_install", "-at_install")
class TestPhoneTours(HttpCase, InventoryCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_blind_count_with_a_second_pass(self):
        """D. Counter 2 sees neither the first pass nor the current quantity; they differ; a manager sees it."""
        first = self._make_user("inventory_counter_1", "cognityv_inventory.group_counter")
        sheet = self._make_sheet(
            product_ids=[Command.set((self.bolt | self.nut).ids)],
            location_id=self.rack_a1.id,
            counter_ids=[Command.set((first | self.counter).ids)],
            count_method="compare",
            blind=True,
        )
        for line, quantity in zip(sheet.line_ids, (8.75, 4), strict=True):
            line.with_user(first).real_qty = quantity
        self.start_tour(
            f"/odoo/inventory-sheets/{sheet.id}", "inventory_sheet_second_pass_phone", login=self.counter.login
        )
        self.assertEqual(sheet.line_ids.mapped("count_status"), ["to_recount", "counted"])
        for line in sheet.line_ids:
            self.assertEqual(line.count_ids.mapped("user_id"), self.counter | first)
        path = f"/odoo/inventory-sheets/{sheet.id}"
        self.start_tour(path, "inventory_sheet_manager_settles_phone", login=self.manager.login)
        self.assertRecordValues(
            sheet.line_ids, [{"real_qty": 6, "count_status": "accepted"}, {"real_qty": 4, "count_status": "counted"}]
        )

    def test_counter_on_a_phone(self):
        sheet = self._make_sheet(
            product_ids=[Command.set(self.bolt.ids)],
            location_id=self.rack_a1.id,
            counter_ids=[Command.set(self.counter.ids)],
        )
        self.start_tour(f"/odoo/inventory-sheets/{sheet.id}", "inventory_sheet_counter_phone", login=self.counter.login)
        self.assertEqual((sheet.state, sheet.completed_by_id), ("completed", self.counter))
        self.assertEqual(sheet.line_ids.real_qty, 4)
