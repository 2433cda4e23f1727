from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import InventoryCommon

MANAGER_ACTIONS = ("action_plan", "action_start", "action_validate", "action_cancel", "action_reverse", "action_fill")


@tagged("post_install", "-at_install")
class TestSecurity(InventoryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sheet = cls._make_sheet(counter_ids=[Command.set(cls.counter.ids)])

    def test_a_counter_counts_and_completes(self):
        sheet = self.sheet.with_user(self.counter)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        self.assertEqual(self.sheet.completed_by_id, self.counter)
        self.assertEqual(self.sheet.line_ids.last_counted_by_id, self.counter)

    def test_a_counter_adds_what_was_found(self):
        sheet = self.sheet.with_user(self.counter)
        line = self.env["stock.inventory.sheet.line"].with_user(self.counter)
        line = line.create(
            {
                "sheet_id": sheet.id,
                "product_id": self.glue.id,
                "location_id": self.rack_a2.id,
                "lot_name": "N",
                "real_qty": 1,
            }
        )
        self.assertEqual(line.last_counted_by_id, self.counter)
        with self.assertRaises(AccessError):
            line.unlink()

    def test_a_counter_does_not_manage(self):
        sheet = self.sheet.with_user(self.counter)
        for action in (*MANAGER_ACTIONS, "action_reopen", "action_reset_to_draft"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(sheet, action)()
        for vals in ({"state": "validated"}, {"counter_ids": [Command.clear()]}, {"description": "x"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                sheet.write(vals)
        with self.assertRaises(AccessError):
            sheet.create({"location_id": self.stock.id})
        self.assertEqual(self.sheet.state, "in_progress")

    def test_a_counter_sees_their_sheets_only(self):
        other = self._make_sheet(fill=False, start=False)
        model = self.env["stock.inventory.sheet"].with_user(self.counter)
        self.assertEqual(model.search([]), self.sheet)
        with self.assertRaises(AccessError):
            other.with_user(self.counter).read(["name"])
        not_named = self._make_user("inventory_counter_2", "cognityv_inventory.group_counter")
        self.assertFalse(self.env["stock.inventory.sheet.line"].with_user(not_named).search([]))
        with self.assertRaises(AccessError):
            self.sheet.line_ids[0].with_user(not_named).write({"real_qty": 1})
        with self.assertRaises(AccessError):
            self.env["stock.inventory.count"].with_user(not_named).create(
                {"line_id": self.sheet.line_ids[0].id, "quantity": 1}
            )

    def test_outsiders_and_plain_stock_users_see_nothing(self):
        stock_user = self._make_user("stock_user", "stock.group_stock_user")
        for user in (self.outsider, stock_user):
            for model in ("stock.inventory.sheet", "stock.inventory.sheet.line", "stock.inventory.count"):
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_a_manager_needs_no_more(self):
        sheet = self.env["stock.inventory.sheet"].with_user(self.manager).create({"location_id": self.rack_a2.id})
        self.sheet.action_cancel()
        sheet.action_fill()
        sheet.action_plan()
        sheet.action_start()
        sheet.line_ids.write({"real_qty": 3})
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 3)
        sheet.action_reverse()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 5)

    def test_companies(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = new_test_user(
            self.env,
            "foreign_manager",
            groups="cognityv_inventory.group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        sheets = self.env["stock.inventory.sheet"].with_user(foreign).with_context(allowed_company_ids=other.ids)
        self.assertFalse(sheets.search([]))
        with self.assertRaises(AccessError):
            sheets.browse(self.sheet.id).action_cancel()
        self.assertEqual(self.sheet.state, "in_progress")

    def test_groups(self):
        self.assertTrue(self.manager.has_group("stock.group_stock_user"))
        self.assertTrue(self.manager.has_group("cognityv_inventory.group_counter"))
        self.assertFalse(self.counter.has_group("stock.group_stock_user"))

    def test_a_counter_who_is_taken_off_counts_no_more(self):
        line = self.sheet.line_ids[0].with_user(self.counter)
        line.real_qty = 1
        self.sheet.counter_ids = [Command.clear()]
        with self.assertRaises(UserError):
            line.real_qty = 2

    def test_a_counter_does_not_turn_lines_into_others(self):
        line = self.sheet.line_ids[0].with_user(self.counter)
        for vals in ({"product_id": self.glue.id}, {"location_id": self.stock.id}, {"lot_name": "X"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                line.write(vals)

    def test_a_counter_adds_lines_only_while_counting(self):
        sheet = self._make_sheet(fill=False, start=False, counter_ids=[Command.set(self.counter.ids)])
        lines = self.env["stock.inventory.sheet.line"].with_user(self.counter)
        with self.assertRaises(AccessError):
            lines.create({"sheet_id": sheet.id, "product_id": self.bolt.id, "location_id": self.stock.id})

    def test_a_blind_sheet_hides_current_quantities_from_counters_not_from_managers(self):
        """What the forms and lists go by; the other doors are closed in a later step."""
        self.sheet.blind = True
        for user, hides in ((self.counter, True), (self.manager, False)):
            sheet = self.sheet.with_user(user)
            self.assertEqual((sheet.hides_current_qty, sheet.line_ids[0].hides_current_qty), (hides, hides))

    def test_defaults_in_the_context_make_no_evidence(self):
        line = (
            self.env["stock.inventory.sheet.line"]
            .with_user(self.counter)
            .with_context(
                default_is_counted=True,
                default_real_qty=3,
                default_last_counted_by_id=self.manager.id,
                default_current_qty=9,
            )
        )
        line = line.create({"sheet_id": self.sheet.id, "product_id": self.nut.id, "location_id": self.rack_a2.id})
        self.assertRecordValues(
            line, [{"is_counted": False, "real_qty": 0, "current_qty": 0, "last_counted_by_id": False}]
        )
        sheet = (
            self.env["stock.inventory.sheet"]
            .with_user(self.manager)
            .with_context(default_state="validated", default_validated_by_id=self.counter.id)
        )
        sheet = sheet.create({"location_id": self.stock.id})
        self.assertRecordValues(sheet, [{"state": "draft", "validated_by_id": False}])
