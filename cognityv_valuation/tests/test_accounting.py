from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AccountingCommon

METHODS = ("standard", "average", "fifo")
VALUATIONS = ("periodic", "real_time")


@tagged("post_install", "-at_install")
class TestAccounting(AccountingCommon):
    """B. Accounting: moves have the value that Odoo's rules give, entries are those that the valuation asks for, and the
    stock account is worth the stock."""

    def _make_stocked(self, category, **vals):
        """10 at 2.00, then 10 at 3.00, then 5 sold: standard 2.40, average 2.50, oldest first 5 at 2.00 and 10 at 3.00."""
        product = self._make_product("Part", categ_id=category.id, standard_price=2.4, **vals)
        if vals.get("lot_valuated"):
            # Odoo values what leaves a lot at its average and what stays oldest first: they agree where a lot has one price.
            lot = self._make_lot(product, "L1")
            self._receive(product, 20, 2.5, lot=lot)
            self._deliver(product, 5, lot=lot)
            return product
        self._receive(product, 10, 2.0)
        self._receive(product, 10, 3.0)
        self._deliver(product, 5)
        return product

    def _validate_gap(self, product, gap):
        sheet = self._make_sheet(product_ids=[Command.set(product.ids)])
        sheet.line_ids.real_qty = 15 + gap
        sheet.action_complete()
        sheet.with_user(self.manager).action_validate()
        return sheet

    def test_every_method_and_valuation(self):
        expected = {
            ("standard", 4): 9.6,
            ("standard", -7): -16.8,
            ("average", 4): 10.0,
            ("average", -7): -17.5,
            ("fifo", 4): 10.67,  # at the average of what is there: 40 / 15
            ("fifo", -7): -16.0,  # 5 at 2.00 and 2 at 3.00
        }
        for method in METHODS:
            for valuation in VALUATIONS:
                category = self._make_booked_category(method, valuation)
                for gap in (4, -7):
                    with self.subTest(method=method, valuation=valuation, gap=gap):
                        self._check_one(category, gap, expected[method, gap])

    def test_lots_valued_one_by_one(self):
        for method in METHODS:
            for valuation in VALUATIONS:
                category = self._make_booked_category(method, valuation)
                for gap in (4, -7):
                    with self.subTest(method=method, valuation=valuation, gap=gap):
                        price = 2.4 if method == "standard" else 2.5
                        self._check_one(category, gap, round(gap * price, 2), tracking="lot", lot_valuated=True)

    def _check_one(self, category, gap, value, **vals):
        product = self._make_stocked(category, **vals)
        self._close()
        self._assert_books_are_right(category)
        shrinkage = self._get_balance(self.loss_account)
        sheet = self._validate_gap(product, gap)
        line = sheet.line_ids
        self.assertEqual((line.gap_value, line.account_gap_value, sheet.gap_value), (value, value, value))
        self.assertEqual(sheet.move_ids.value, abs(value))
        self._check_entry(sheet, category, value)
        if category.with_company(self.company).property_valuation == "periodic":
            self._close()
        self._assert_books_are_right(category)
        self.assertEqual(self._get_balance(self.loss_account), self.currency.round(shrinkage - value))

    def _check_entry(self, sheet, category, value):
        """Perpetual: one entry, debit = credit, between the stock account and that of the inventory loss."""
        entry = sheet._get_entries()
        self.assertEqual(sheet.entry_count, len(entry))
        if category.with_company(self.company).property_valuation == "periodic":
            self.assertFalse(entry)
            return
        self.assertEqual((entry.state, entry.ref, entry.date), ("posted", sheet.name, fields.Date.today()))
        self.assertEqual(sum(entry.line_ids.mapped("debit")), sum(entry.line_ids.mapped("credit")))
        stock_account = category.with_company(self.company).property_stock_valuation_account_id
        balances = {line.account_id: line.balance for line in entry.line_ids}
        self.assertEqual(balances, {stock_account: value, self.loss_account: -value})

    def test_without_an_account_of_the_loss_the_closing_books_it(self):
        self.loss.valuation_account_id = False
        category = self._make_booked_category("average", "real_time")
        product = self._make_stocked(category)
        self._close()
        sheet = self._validate_gap(product, -7)
        self.assertFalse(sheet._get_entries())
        self._close()
        self._assert_books_are_right(category)

    def test_several_lines_of_one_product(self):
        for method in METHODS:
            category = self._make_booked_category(method, "real_time")
            product = self._make_stocked(category)
            self._put_by_transfer(product, 5)
            self._close()
            sheet = self._make_sheet(product_ids=[Command.set(product.ids)])
            self._line(sheet, product, self.rack_a1).real_qty = 7  # −3
            self._line(sheet, product, self.rack_a2).real_qty = 1  # −4
            sheet.action_complete()
            foreseen = sheet.gap_value
            sheet.action_validate()
            with self.subTest(method=method):
                self.assertEqual(sheet.gap_value, foreseen)
                self.assertEqual(sheet.gap_value, -sum(sheet.move_ids.mapped("value")))
                self._assert_books_are_right(category)

    def _put_by_transfer(self, product, quantity):
        self._move(product, quantity, self.rack_a1, self.rack_a2)

    def test_with_another_basis_the_accounts_get_odoos_cost(self):
        self.company.inventory_valuation_basis = "sale"
        category = self._make_booked_category("average", "real_time")
        product = self._make_stocked(category, list_price=9.0)
        self._close()
        sheet = self._validate_gap(product, -7)
        self.assertEqual((sheet.gap_value, sheet.account_gap_value, sheet.is_valued_at_cost), (-63.0, -17.5, False))
        self._assert_books_are_right(category)

    def _make_theft(self):
        """A reason whose own inventory loss location has its own account.

        :return: the reason and the account
        """
        theft = self.env["stock.location"].create(
            {
                "name": "Theft",
                "usage": "inventory",
                "company_id": self.company.id,
                "location_id": self.loss.location_id.id,
            }
        )
        theft.valuation_account_id = self._make_account("Theft", "659001", "expense")
        reason = (
            self.env["stock.correction.reason"]
            .with_company(self.company)
            .create({"name": "Stolen", "loss_location_id": theft.id})
        )
        return reason, theft.valuation_account_id

    def test_corrections(self):
        """The reason's own inventory loss location has its own account."""
        reason, account = self._make_theft()
        category = self._make_booked_category("fifo", "real_time")
        product = self._make_stocked(category)
        self._close()
        correction = self.env["stock.correction"].create(
            {"product_id": product.id, "location_id": self.rack_a1.id, "reason_id": reason.id, "real_qty": 8}
        )
        correction.with_user(self.manager).action_validate()
        self.assertEqual((correction.gap_value, correction.account_gap_value), (-16.0, -16.0))
        self.assertEqual(self._get_balance(account), 16.0)
        self.assertEqual(correction.move_ids.account_move_id.ref, correction.name)
        self._assert_books_are_right(category)

    def test_reasons_of_lines(self):
        """What a sheet's line gives as the reason is booked to the account of the reason, the rest to that of the
        product; the reversal takes both back."""
        reason, account = self._make_theft()
        category = self._make_booked_category("average", "real_time")
        stolen, missing = self._make_stocked(category), self._make_stocked(category)
        self._close()
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=(stolen | missing).ids)
        self._count(sheet, {stolen: 13, missing: 14})
        self._line(sheet, stolen).reason_id = reason
        self._validate(sheet)
        self.assertEqual((self._get_balance(account), self._get_balance(self.loss_account)), (5.0, 2.5))
        self._assert_books_are_right(category)
        sheet.action_reverse()
        self.assertEqual((self._get_balance(account), self._get_balance(self.loss_account)), (0.0, 0.0))
        self._assert_books_are_right(category)

    def test_a_serial_number_found_elsewhere_is_worth_nothing_more(self):
        category = self._make_booked_category("average", "real_time")
        product = self._make_product("Saw", categ_id=category.id, tracking="serial")
        serial = self._make_lot(product, "S1")
        self._receive(product, 1, 100.0, lot=serial)
        self._close()
        sheet = self._make_sheet(product_ids=[Command.set(product.ids)])
        sheet.line_ids.real_qty = 0
        found = self.env["stock.inventory.sheet.line"].create(
            {
                "sheet_id": sheet.id,
                "product_id": product.id,
                "location_id": self.rack_a2.id,
                "lot_id": serial.id,
                "real_qty": 1,
            }
        )
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual((found.account_gap_value, sheet.gap_value, sheet.account_gap_value), (0.0, 0.0, 0.0))
        self.assertFalse(sheet._get_entries())
        self._assert_books_are_right(category)

    # What was posted stays

    def test_later_prices_do_not_change_what_a_sheet_was_worth(self):
        for method, gap in (("standard", 4), ("average", 4), ("average", -7)):
            product = self._make_stocked(self._make_booked_category(method, "real_time"))
            sheet = self._validate_gap(product, gap)
            value = sheet.move_ids.value
            product.with_company(self.company).standard_price = 50
            with self.subTest(method=method, gap=gap):
                self.assertEqual(sheet.move_ids.value, value)
                self.assertEqual(abs(sheet.gap_value), value)

    def test_later_prices_of_lots_do_not_either(self):
        for gap in (4, -7):
            product = self._make_stocked(
                self._make_booked_category("average", "real_time"), tracking="lot", lot_valuated=True
            )
            sheet = self._validate_gap(product, gap)
            value = sheet.move_ids.value
            sheet.line_ids.lot_id.with_company(self.company).standard_price = 50
            with self.subTest(gap=gap):
                self.assertEqual((sheet.move_ids.value, abs(sheet.gap_value)), (value, value))

    def test_an_adjusted_move_is_what_the_sheet_says(self):
        product = self._make_stocked(self._make_booked_category("average", "periodic"))
        sheet = self._validate_gap(product, 4)
        sheet.move_ids.value_manual = 33.0
        self.assertEqual((sheet.move_ids.value, sheet.gap_value, sheet.line_ids.account_gap_value), (33.0, 33.0, 33.0))

    def test_nobody_writes_the_value_of_a_sheets_move(self):
        sheet = self._validate_gap(self._make_stocked(self._make_booked_category("average", "periodic")), 4)
        for vals in ({"value": 1.0}, {"settled_value": 1.0}, {"is_value_settled": False}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                sheet.move_ids.with_user(self.manager).write(vals)
