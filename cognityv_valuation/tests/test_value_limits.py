from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ValuationCommon


@tagged("post_install", "-at_install")
class TestValueLimits(ValuationCommon):
    """A. Money limits: which gaps are recounted, and who may accept gaps worth how much."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold = cls._make_product("Gold", categ_id=cls.standard.id, standard_price=100.0)
        cls.dust = cls._make_product("Dust", categ_id=cls.standard.id, standard_price=0.01)
        cls._put(cls.gold, 50, cls.rack_a1)
        cls._put(cls.dust, 5000, cls.rack_a1)
        cls.helper = cls._make_user("inventory_helper", "cognityv_inventory.group_counter")
        cls.counters = [Command.set((cls.counter | cls.helper).ids)]
        cls.products = [Command.set((cls.gold | cls.dust).ids)]

    def _make_sheet_of(self, **vals):
        return self._make_sheet(product_ids=self.products, counter_ids=self.counters, **vals)

    # Tolerance

    def test_a_sheet_has_the_tolerance_of_its_company(self):
        self.company.inventory_tolerance_value = 50
        self.assertEqual(self._make_sheet_of(start=False).tolerance_value, 50)
        self.assertEqual(self._make_sheet_of(start=False, tolerance_value=7).tolerance_value, 7)

    def test_gaps_worth_more_are_recounted(self):
        sheet = self._make_sheet_of(tolerance_value=50)
        counted = sheet.with_user(self.counter)
        self._line(counted, self.gold).real_qty = 49  # 100.00
        self._line(counted, self.dust).real_qty = 1000  # 40.00
        self.assertEqual(self._line(sheet, self.gold).count_status, "to_recount")
        self.assertEqual(self._line(sheet, self.dust).count_status, "counted")

    def test_a_gap_of_exactly_the_tolerance_is_taken(self):
        sheet = self._make_sheet_of(tolerance_value=100)
        self._line(sheet.with_user(self.counter), self.gold).real_qty = 51
        self.assertEqual(self._line(sheet, self.gold).count_status, "counted")

    def test_other_measures_hold_beside_it(self):
        sheet = self._make_sheet_of(tolerance_value=50, tolerance_percent=10)
        self._line(sheet.with_user(self.counter), self.dust).real_qty = 1000  # 40.00, but 80 %
        self.assertEqual(self._line(sheet, self.dust).count_status, "to_recount")

    def test_a_sheet_with_a_tolerance_shows_the_status(self):
        self.assertTrue(self._make_sheet_of(tolerance_value=50).shows_count_status)
        self.assertFalse(self._make_sheet(location_id=self.rack_a2.id).shows_count_status)

    def test_counters_do_not_read_the_tolerance(self):
        sheet = self._make_sheet_of(tolerance_value=50).with_user(self.counter)
        with self.assertRaises(AccessError):
            sheet.read(["tolerance_value"])

    # Approval

    def _limit(self, **vals):
        group = self.env["res.groups"].create({"name": "Small", "user_ids": [Command.link(self.manager.id)]})
        return self.env["stock.inventory.approval.limit"].create(
            {"group_id": group.id, "company_id": self.company.id, **vals}
        )

    def _complete(self, quantities):
        sheet = self._make_sheet_of()
        self._count(sheet, quantities)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        return sheet.with_user(self.manager)

    def test_gaps_worth_more_than_one_may_accept(self):
        self._limit(max_value=150)
        sheet = self._complete({self.gold: 48, self.dust: 1})
        boss = self._make_user("inventory_boss", "cognityv_inventory.group_manager")
        with self.assertRaisesRegex(UserError, "(?s)greater than you may accept; .*inventory_boss.*Gold"):
            sheet.action_validate()
        sheet.with_user(boss).action_validate()
        self.assertEqual(sheet.state, "validated")

    def test_gaps_within_the_limit_are_accepted(self):
        self._limit(max_value=100)
        self._complete({self.gold: 49}).action_validate()
        self.assertEqual(self._on_hand(self.gold, self.rack_a1), 49)

    def test_many_small_gaps_together_are_worth_more(self):
        self._limit(max_value=100, max_sheet_value=120)
        sheet = self._complete({self.gold: 51, self.dust: 2000})  # +100.00 and −30.00
        with self.assertRaisesRegex(UserError, "together are worth more"):
            sheet.action_validate()

    def test_the_sheet_limit_alone(self):
        self._limit(max_sheet_value=130)
        self._complete({self.gold: 51, self.dust: 2000}).action_validate()
        self.assertEqual(self._on_hand(self.gold, self.rack_a1), 51)

    def test_the_greatest_limit_of_ones_groups_holds(self):
        self._limit(max_value=50)
        self._limit(max_value=500)
        self._complete({self.gold: 48}).action_validate()
        self.assertEqual(self._on_hand(self.gold, self.rack_a1), 48)

    def test_limits_hold_for_who_sees_no_money(self):
        self._hide_values()
        self._limit(max_value=150)
        with self.assertRaisesRegex(UserError, "greater than you may accept"):
            self._complete({self.gold: 48}).action_validate()

    def test_corrections_have_the_limits_too(self):
        self._limit(max_value=150)
        reason = self.env.ref("cognityv_inventory.correction_reason_stock_error")
        correction = self.env["stock.correction"].create(
            {"product_id": self.gold.id, "location_id": self.rack_a1.id, "reason_id": reason.id}
        )
        correction.real_qty = 48
        self.assertEqual((correction.unit_value, correction.gap_value), (100.0, -200.0))
        with self.assertRaisesRegex(UserError, "greater than you may accept"):
            correction.with_user(self.manager).action_validate()
        self.gold.standard_price = 70
        correction.with_user(self.manager).action_validate()
        self.assertEqual(correction.gap_value, -140.0)

    def test_limits_are_not_negative(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._limit(max_value=-1)
