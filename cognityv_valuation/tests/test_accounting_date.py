from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AccountingCommon

DAYS = 10


@tagged("post_install", "-at_install")
class TestAccountingDate(AccountingCommon):
    """B. Moves and entries are of the sheet's accounting date, and refused in a closed period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls._make_booked_category("average", "real_time")
        cls.part = cls._make_product("Part", categ_id=cls.category.id)
        cls.today = fields.Date.today()
        cls.past = cls.today - timedelta(days=DAYS)
        cls._receive(cls.part, 10, 2.0)
        cls._let_pass(2 * DAYS)
        cls.manager.group_ids |= cls.env.ref("account.group_account_readonly")

    def _complete(self, quantity, **vals):
        sheet = self._make_sheet(product_ids=[Command.set(self.part.ids)], **vals)
        sheet.line_ids.real_qty = quantity
        sheet.action_complete()
        return sheet.with_user(self.manager)

    def _book_stock(self):
        """The stock account gets what the stock is worth, on the day that it came in."""
        account = self.category.with_company(self.company).property_stock_valuation_account_id
        value = self._get_stock_value(self.category) - self._get_stock_balance(self.category)
        lines = [
            Command.create({"account_id": account.id, "balance": value}),
            Command.create({"account_id": self.company.expense_account_id.id, "balance": -value}),
        ]
        entry = self.env["account.move"].with_company(self.company)
        entry = entry.create({"date": self.today - timedelta(days=2 * DAYS), "line_ids": lines})
        entry.action_post()

    # Dates

    def test_the_day_of_validation_by_default(self):
        sheet = self._complete(7)
        self.assertFalse(sheet.accounting_date)
        sheet.action_validate()
        self.assertEqual(sheet.accounting_date, self.today)
        self.assertEqual(sheet._get_entries().date, self.today)
        self.assertEqual(sheet.move_ids.date.date(), self.today)

    def test_moves_and_entries_are_dated_back(self):
        self._book_stock()
        sheet = self._complete(7, accounting_date=self.past)
        sheet.action_validate()
        self.assertEqual(sheet.validated_at.date(), self.today)
        self.assertEqual(sheet._get_entries().date, self.past)
        self.assertEqual(sheet.move_ids.date.date(), self.past)
        self.assertEqual(sheet.move_ids.move_line_ids.date, sheet.move_ids.date)
        self.assertEqual((sheet.move_ids.value, sheet.gap_value), (6.0, -6.0))
        self._assert_books_are_right(self.category)

    def test_odoos_value_of_that_day_knows_them(self):
        self._complete(7, accounting_date=self.past).action_validate()
        self.env.invalidate_all()
        part = self.part.with_company(self.company)
        self.assertEqual(part.with_context(to_date=self.past).total_value, 14.0)
        self.assertEqual(part.with_context(to_date=self.past - timedelta(days=1)).total_value, 20.0)

    def test_the_day_is_the_same_in_every_time_zone(self):
        for name in ("America/Los_Angeles", "Europe/Paris", "Pacific/Auckland", "UTC"):
            self.company.resource_calendar_id.tz = name
            moment = self.company._get_inventory_moment(self.past)
            with self.subTest(zone=name):
                local = fields.Datetime.context_timestamp(self.company.with_context(tz=name), moment)
                self.assertEqual((moment.date(), local.date()), (self.past, self.past))

    def test_today_is_now(self):
        self.assertIsNone(self.company._get_inventory_moment(self.today))

    def test_what_came_later_at_another_price(self):
        """10 at 2.00, counted then, 10 at 4.00 since: a loss of 3 of that day is worth 2.00 each, not 3.00."""
        for quantity, value in ((17, 6.0), (22, 4.0)):
            with self.subTest(quantity=quantity), self._undone():
                self._receive(self.part, 10, 4.0)
                self._book_stock()
                sheet = self._complete(quantity, accounting_date=self.past)
                sheet.action_validate()
                self.assertEqual(sheet.move_ids.value, value)
                self.assertEqual(abs(sheet.gap_value), value)
                self._assert_books_are_right(self.category)
                self.assertAlmostEqual(
                    self.part.with_company(self.company).standard_price, self._get_stock_value(self.category) / quantity
                )

    def test_a_standard_price_that_changed_since(self):
        self.category = self._make_booked_category("standard", "real_time")
        self.part = self._make_product("Fixed", categ_id=self.category.id, standard_price=2.0)
        self._put(self.part, 10, self.rack_a1)
        self._let_pass(2 * DAYS)
        self.part.with_company(self.company).standard_price = 5.0
        sheet = self._complete(7, accounting_date=self.past)
        sheet.action_validate()
        self.assertEqual((sheet.move_ids.value, sheet.gap_value), (6.0, -6.0))

    def test_not_in_the_future(self):
        sheet = self._complete(7, accounting_date=self.today + timedelta(days=1))
        with self.assertRaisesRegex(UserError, "accounting date to come"):
            sheet.action_validate()

    def test_only_managers_choose_it_and_only_before_validation(self):
        sheet = self._complete(7, counter_ids=[Command.set(self.counter.ids)])
        with self.assertRaises(AccessError):
            sheet.with_user(self.counter).accounting_date = self.past
        sheet.accounting_date = self.past
        sheet.action_validate()
        with self.assertRaisesRegex(UserError, "is validated"):
            sheet.accounting_date = self.today

    def test_a_context_does_not_date_entries(self):
        """By RPC anybody could send one."""
        sheet = self._complete(7).with_context(force_period_date=self.past, adjustment_moment="2020-01-01 00:00:00")
        sheet.action_validate()
        self.assertEqual((sheet._get_entries().date, sheet.move_ids.date.date()), (self.today, self.today))

    # Closed periods

    def _assert_refused(self, lock, **vals):
        sheet = self._complete(7, accounting_date=self.past)
        with self.assertRaisesRegex(UserError, f"{sheet.name} cannot be booked on .*{lock}.*Choose a later"):
            sheet.action_validate()
        self.assertEqual(sheet.state, "completed")
        self.assertEqual(self._on_hand(self.part, self.rack_a1), 10)
        sheet.accounting_date = self.past + timedelta(days=1)
        sheet.action_validate()
        self.assertEqual(sheet._get_entries().date, self.past + timedelta(days=1))

    def test_global_lock(self):
        self.company.fiscalyear_lock_date = self.past
        self._assert_refused("Global Lock Date")

    def test_hard_lock(self):
        self.company.hard_lock_date = self.past
        self._assert_refused("Hard Lock Date")

    def test_tax_return_lock_where_the_accounts_have_taxes(self):
        self.company.tax_lock_date = self.past
        self._complete(7, accounting_date=self.past).action_validate()
        tax = self.env["account.tax"].with_company(self.company).search([("company_id", "=", self.company.id)], limit=1)
        self.loss_account.tax_ids = tax
        sheet = self._complete(6, accounting_date=self.past)
        with self.assertRaisesRegex(UserError, "Tax Return Lock Date"):
            sheet.action_validate()

    def test_locks_of_sales_and_purchases_where_the_journal_is_theirs(self):
        self.company.sale_lock_date = self.company.purchase_lock_date = self.past
        sheet = self._complete(9, accounting_date=self.past)
        sheet.action_validate()
        for kind, lock in (("sale", "Sales Lock Date"), ("purchase", "Purchase Lock date")):
            journal = self.env["account.journal"].search(
                [("type", "=", kind), ("company_id", "=", self.company.id)], limit=1
            )
            self.company.account_stock_journal_id = journal
            sheet = self._complete(7, accounting_date=self.past)
            with self.subTest(kind=kind), self.assertRaisesRegex(UserError, lock):
                sheet.action_validate()
            sheet.action_cancel()

    def test_an_exception_for_a_person_opens_the_period_for_them(self):
        self.company.fiscalyear_lock_date = self.past
        self.env["account.lock_exception"].create(
            {
                "company_id": self.company.id,
                "user_id": self.manager.id,
                "fiscalyear_lock_date": self.past - timedelta(days=1),
                "end_datetime": fields.Datetime.now() + timedelta(hours=1),
            }
        )
        sheet = self._complete(7, accounting_date=self.past)
        boss = self._make_user("inventory_boss", "cognityv_inventory.group_manager")
        with self.assertRaisesRegex(UserError, "Global Lock Date"):
            sheet.with_user(boss).action_validate()
        sheet.action_validate()
        self.assertEqual(sheet._get_entries().date, self.past)

    def test_periodic_valuation_is_refused_too(self):
        """No entry is made, but the value of the stock in a closed period would change."""
        self.category.with_company(self.company).property_valuation = "periodic"
        self.company.hard_lock_date = self.past
        sheet = self._complete(7, accounting_date=self.past)
        with self.assertRaisesRegex(UserError, "Hard Lock Date"):
            sheet.action_validate()

    def test_without_gaps_nothing_is_booked(self):
        self.company.hard_lock_date = self.past
        sheet = self._complete(10, accounting_date=self.past)
        sheet.action_validate()
        self.assertEqual(sheet.state, "validated")

    def test_reversals_and_corrections_are_of_today(self):
        sheet = self._complete(7, accounting_date=self.past)
        sheet.action_validate()
        self.company.fiscalyear_lock_date = self.past
        sheet.action_reverse()
        self.assertEqual(sheet.reversal_move_ids.account_move_id.date, self.today)
        self.company.fiscalyear_lock_date = self.today
        reason = self.env.ref("cognityv_inventory.correction_reason_stock_error")
        correction = self.env["stock.correction"].create(
            {"product_id": self.part.id, "location_id": self.rack_a1.id, "reason_id": reason.id, "real_qty": 8}
        )
        with self.assertRaisesRegex(UserError, f"{correction.name} cannot be booked"):
            correction.action_validate()
        other = self._complete(9, accounting_date=False)
        with self.assertRaisesRegex(UserError, "Global Lock Date"):
            other.action_validate()

    def test_a_reversal_in_a_closed_period(self):
        sheet = self._complete(7)
        sheet.action_validate()
        self.company.fiscalyear_lock_date = self.today
        with self.assertRaisesRegex(UserError, "Global Lock Date"):
            sheet.action_reverse()
