from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.cognityv_inventory.tests.common import BySets

from .common import AccountingCommon, ValuationCommon


@tagged("post_install", "-at_install")
class TestReversalValue(AccountingCommon):
    """B. A reversed sheet reverses value exactly, whatever prices have done since."""

    def _make_stocked(self, category, **vals):
        product = self._make_product("Part", categ_id=category.id, standard_price=2.4, **vals)
        lot = self._make_lot(product, "L1") if vals.get("lot_valuated") else None
        self._receive(product, 10, 2.0, lot=lot)
        return product

    def _validate(self, product, quantity):
        sheet = self._make_sheet(product_ids=[Command.set(product.ids)])
        sheet.line_ids.real_qty = quantity
        sheet.action_complete()
        sheet.action_validate()
        return sheet

    def _check(self, method, quantity, later, **vals):
        """Validate a gap, let something happen, reverse: the entries cancel out, the books are right."""
        category = self._make_booked_category(method, "real_time")
        product = self._make_stocked(category, **vals)
        self._close()
        sheet = self._validate(product, quantity)
        value = sheet.move_ids.value
        self._let_pass(1)
        later(product)
        self._close()
        account = category.with_company(self.company).property_stock_valuation_account_id
        before = self._get_balance(account)
        sheet.with_user(self.manager).action_reverse()
        self.assertEqual(sheet.reversal_move_ids.value, value)
        self.assertEqual(sheet.move_ids.value, value)
        lines = sheet._get_entries().line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual((len(lines), sum(lines.mapped("balance"))), (2, 0.0))
        self.assertEqual(sheet.gap_value, value if quantity > 10 else -value)
        return category, product, before

    def _receive_dearer(self, product):
        lot = self.env["stock.lot"].search([("product_id", "=", product.id)])
        self._receive(product, 10, 5.0, lot=lot or None)

    def test_a_receipt_at_another_price_since(self):
        for method in ("average", "fifo"):
            for quantity in (14, 7):
                with self.subTest(method=method, quantity=quantity):
                    category, _product, _before = self._check(method, quantity, self._receive_dearer)
                    self._assert_books_are_right(category)
                    self.assertEqual(self._get_stock_value(category), 70.0)

    def test_the_average_is_as_if_the_sheet_had_never_been(self):
        _category, product, _before = self._check("average", 14, self._receive_dearer)
        self.assertEqual(product.with_company(self.company).standard_price, 3.5)

    def test_a_receipt_and_a_delivery_since(self):
        """What was delivered cost what it cost then; the rest of the value stays with the rest of the goods."""

        def later(product):
            self._receive_dearer(product)
            self._deliver(product, 8)

        for quantity in (14, 7):
            with self.subTest(quantity=quantity):
                category, _product, _before = self._check("average", quantity, later)
                self._assert_books_are_right(category)

    def test_lots_valued_one_by_one(self):
        for quantity in (14, 7):
            with self.subTest(quantity=quantity):
                category, _product, _before = self._check(
                    "average", quantity, self._receive_dearer, tracking="lot", lot_valuated=True
                )
                self._assert_books_are_right(category)
                self.assertEqual(self._get_stock_value(category), 70.0)

    def test_a_standard_price_that_changed(self):
        """The entry is undone; what the price change is worth is Odoo's closing to say."""
        for quantity in (14, 7):
            with self.subTest(quantity=quantity):

                def later(product):
                    product.with_company(self.company).standard_price = 3.0

                category, _product, _before = self._check("standard", quantity, later)
                self._close()
                self._assert_books_are_right(category)

    def test_a_price_set_by_hand_since(self):
        def later(product):
            product.with_company(self.company).standard_price = 3.0

        category, product, before = self._check("average", 14, later)
        # 14 at 3.00 less the 8.00 that had come in.
        self.assertEqual(before, 42.0)
        self.assertEqual(self._get_stock_value(category), 34.0)
        self._assert_books_are_right(category)
        self.assertAlmostEqual(product.with_company(self.company).standard_price, 3.4)

    def test_an_adjusted_move_is_reversed_as_adjusted(self):
        category = self._make_booked_category("average", "periodic")
        product = self._make_stocked(category)
        sheet = self._validate(product, 14)
        sheet.move_ids.value_manual = 10.0
        sheet.action_reverse()
        self.assertEqual(sheet.reversal_move_ids.value, 10.0)
        self.assertEqual(self._get_stock_value(category), 20.0)

    def test_odoos_averages_are_untouched_where_nothing_was_reversed(self):
        product = self._make_stocked(self._make_booked_category("average", "periodic"))
        self._receive_dearer(product)
        self._deliver(product, 3)
        product = product.with_company(self.company)
        stock = product._replay_average()
        self.assertEqual(product._run_avco(), (stock.average, stock.value))
        self.assertEqual(stock.average, 3.5)

    def test_several_products_on_one_sheet(self):
        """Gains and losses of every method, reversed together."""
        categories = [self._make_booked_category(method, "real_time") for method in ("average", "fifo")]
        gained, lost = (
            [self._make_stocked(category) for category in categories],
            [self._make_stocked(category) for category in categories],
        )
        self._close()
        values = [self._get_stock_value(category) for category in categories]
        products = self.env["product.product"].union(*gained, *lost)
        sheet = self._make_sheet(product_ids=[Command.set(products.ids)])
        for product in products:
            self._line(sheet, product).real_qty = 13 if product in gained else 6
        sheet.action_complete()
        sheet.action_validate()
        sheet.action_reverse()
        for category, value in zip(categories, values, strict=True):
            self.assertEqual(self._get_stock_value(category), value)
            self._assert_books_are_right(category)


@tagged("post_install", "-at_install")
class TestReversalBySets(BySets, ValuationCommon):
    """Products at average cost go by sets when they are reversed, too."""

    def _count_statements(self, number):
        """Of a reversal, half of whose moves take out again what was found."""
        with self._undone():
            vals = {"is_storable": True, "categ_id": self.average.id}
            products = self.env["product.product"].create([{"name": f"Part {n}", **vals} for n in range(number)])
            for product in products:
                self._receive(product, 10, 2.0)
            sheet = self._make_sheet(product_ids=[Command.set(products.ids)])
            for index, line in enumerate(sheet.line_ids):
                line.real_qty = 14 if index % 2 else 7
            sheet.action_complete()
            sheet.action_validate()
            self.env.cr.flush()
            for product in products:
                self._receive(product, 10, 5.0)
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            sheet.action_reverse()
            self.env.cr.flush()
            count = self.env.cr.sql_log_count - before
            self.assertEqual(set(products.with_company(self.company).mapped("standard_price")), {3.5})
            self.assertEqual(len(sheet.reversal_move_ids), number)
        return count

    def test_statements_do_not_grow_with_the_sheet(self):
        self._count_statements(3)  # what any server has loaded
        self.assertEqual(self._count_statements(20), self._count_statements(60))
