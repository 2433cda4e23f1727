from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ValuationCommon

MONEY_FIELDS = ("unit_value", "account_unit_value", "gap_value", "account_gap_value", "real_value")


@tagged("post_install", "-at_install")
class TestGapValue(ValuationCommon):
    """A. On the sheet: gap value, real valuation and totals, stamped at Start, hidden from who may not see money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.screw = cls._make_product("Screw", categ_id=cls.average.id)
        cls.washer = cls._make_product("Washer", categ_id=cls.standard.id, standard_price=0.333)
        cls._receive(cls.screw, 10, 2.0)
        cls._receive(cls.screw, 5, 3.5)  # average 2.50
        cls._put(cls.washer, 100, cls.rack_a1)
        cls.both = [Command.set((cls.screw | cls.washer).ids)]

    def _make_counted_sheet(self, **vals):
        sheet = self._make_sheet(product_ids=self.both, **vals)
        self._count(sheet, {self.screw: 12, self.washer: 107})
        return sheet

    def test_values_of_lines(self):
        sheet = self._make_counted_sheet()
        screw, washer = self._line(sheet, self.screw), self._line(sheet, self.washer)
        self.assertRecordValues(
            screw | washer,
            [
                {"unit_value": 2.5, "gap_value": -7.5, "real_value": 30.0, "account_gap_value": -7.5},
                {"unit_value": 0.333, "gap_value": 2.33, "real_value": 35.63, "account_gap_value": 2.33},
            ],
        )

    def test_a_line_that_is_not_counted_has_no_gap_value(self):
        sheet = self._make_sheet(product_ids=self.both)
        self.assertEqual(sheet.line_ids.mapped("gap_value"), [0.0, 0.0])
        self.assertEqual(sheet.line_ids.mapped("real_value"), [0.0, 0.0])
        self._line(sheet, self.screw).real_qty = 0
        self.assertEqual(self._line(sheet, self.screw).gap_value, -37.5)

    def test_totals_of_the_sheet(self):
        sheet = self._make_counted_sheet()
        # 15 × 2.50 and 100 × 0.333 in the books; −7.50 and +2.33 of gap.
        self.assertRecordValues(
            sheet,
            [
                {
                    "current_value": 70.8,
                    "real_value": 65.63,
                    "gap_value": -5.17,
                    "absolute_gap_value": 9.83,
                    "account_gap_value": -5.17,
                    "gap_percent": -7.3,
                    "absolute_gap_percent": 13.88,
                }
            ],
        )

    def test_totals_of_a_sheet_without_lines(self):
        sheet = self._make_sheet(fill=False)
        self.assertRecordValues(sheet, [{"gap_value": 0.0, "current_value": 0.0, "gap_percent": 0.0}])

    def test_totals_follow_the_counts(self):
        sheet = self._make_counted_sheet()
        self.assertEqual(sheet.gap_value, -5.17)
        self._line(sheet, self.screw).real_qty = 15
        self.assertEqual(sheet.gap_value, 2.33)
        self._line(sheet, self.washer).is_counted = False
        self.assertEqual((sheet.gap_value, sheet.current_value), (0.0, 70.8))

    def test_sums_by_product_come_from_the_database(self):
        sheet = self._make_counted_sheet()
        groups = self.env["stock.inventory.sheet.line"]._read_group(
            [("sheet_id", "=", sheet.id)], ["product_id"], ["gap_value:sum", "real_value:sum"]
        )
        self.assertEqual({product: gap for product, gap, _real in groups}, {self.screw: -7.5, self.washer: 2.33})

    # The stamp

    def test_prices_may_change_after_start(self):
        sheet = self._make_counted_sheet()
        self.washer.standard_price = 9
        self._line(sheet, self.washer).real_qty = 110
        self.assertEqual(self._line(sheet, self.washer).unit_value, 0.333)
        self.assertEqual(self._line(sheet, self.washer).gap_value, 3.33)

    def test_unit_values_follow_prices_until_start(self):
        sheet = self._make_sheet(product_ids=self.both, start=False)
        self.assertEqual(self._line(sheet, self.washer).unit_value, 0.333)
        self.washer.standard_price = 0.5
        sheet.action_plan()
        self.assertEqual(self._line(sheet, self.washer).unit_value, 0.5)
        self.washer.standard_price = 0.6
        sheet.action_start()
        self.assertEqual(self._line(sheet, self.washer).unit_value, 0.6)

    def test_the_basis_is_stamped_at_start(self):
        self.screw.list_price = 10
        self.company.inventory_valuation_basis = "sale"
        sheet = self._make_sheet(product_ids=self.both, start=False)
        self.assertFalse(sheet.valuation_basis)
        sheet.action_plan()
        sheet.action_start()
        self.company.inventory_valuation_basis = "cost"
        self._count(sheet, {self.screw: 14})
        line = self._line(sheet, self.screw)
        self.assertEqual(sheet.valuation_basis, "sale")
        self.assertEqual((line.gap_value, line.account_gap_value), (-10.0, -2.5))

    def test_a_sheet_says_which_value_the_accounts_get(self):
        self.assertTrue(self._make_counted_sheet().is_valued_at_cost)
        self.company.inventory_valuation_basis = "sale"
        self.assertFalse(self._make_sheet(location_id=self.rack_a2.id).is_valued_at_cost)

    def test_reset_to_draft_takes_the_stamp_back(self):
        sheet = self._make_counted_sheet()
        sheet.action_cancel()
        self.washer.standard_price = 9
        sheet.action_reset_to_draft()
        self.assertFalse(sheet.valuation_basis)
        self.assertEqual(self._line(sheet, self.washer).unit_value, 9)
        self.assertEqual(sheet.gap_value, 0)

    def test_lines_added_while_counting_have_values(self):
        sheet = self._make_sheet(product_ids=self.both)
        line = self.env["stock.inventory.sheet.line"].create(
            {"sheet_id": sheet.id, "product_id": self.screw.id, "location_id": self.rack_a2.id, "real_qty": 2}
        )
        self.assertEqual((line.unit_value, line.gap_value), (2.5, 5.0))
        sheet.product_ids = False
        sheet.action_fill()
        self.assertEqual(self._line(sheet, self.bolt).unit_value, 0)

    # What is not the company's

    def test_stock_of_others_is_worth_nothing(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self._put(self.washer, 3, self.rack_a1, owner_id=owner)
        sheet = self._make_sheet(product_ids=self.both)
        line = self._line(sheet, self.washer).filtered("owner_id")
        line.real_qty = 1
        self.assertEqual((line.unit_value, line.gap_value, line.real_value), (0.0, 0.0, 0.0))

    def test_the_company_as_owner_is_no_other(self):
        self._put(self.washer, 3, self.rack_a1, owner_id=self.company.partner_id)
        sheet = self._make_sheet(product_ids=self.both)
        self.assertEqual(self._line(sheet, self.washer).mapped("unit_value"), [0.333, 0.333])

    def test_a_place_between_companies_is_worth_nothing(self):
        transit = self.env["stock.location"].create({"name": "Between", "usage": "transit", "company_id": False})
        self._put(self.washer, 3, transit)
        sheet = self._make_sheet(location_id=transit.id)
        self.assertEqual(sheet.line_ids.unit_value, 0)

    # Many lines

    def test_statements_do_not_grow_with_the_lines(self):
        self.company.inventory_valuation_basis = "purchase"

        def count_statements(number):
            rack = self.env["stock.location"].create({"name": f"R{number}", "location_id": self.stock.id})
            for index in range(number):
                self._put(self._make_product(f"P{number}-{index}", standard_price=index), 1, rack)
            sheet = self._make_sheet(location_id=rack.id, start=False)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            sheet._refresh_unit_values()
            self.assertTrue(sheet.current_value)
            return self.env.cr.sql_log_count - before

        count_statements(2)
        self.assertEqual(count_statements(3), count_statements(30))

    # Rights

    def _make_sheet_for_counters(self, **vals):
        return self._make_counted_sheet(counter_ids=[Command.set((self.counter | self.clerk).ids)], **vals)

    def test_counters_read_no_money(self):
        self.counter.group_ids |= self.env.ref("base.group_allow_export")
        sheet = self._make_sheet_for_counters().with_user(self.counter)
        line = sheet.line_ids[0]
        for name in MONEY_FIELDS:
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    line.read([name])
                with self.assertRaises(AccessError):
                    line.export_data([name])
                with self.assertRaises(AccessError):
                    line.search([(name, ">", 0)])
                with self.assertRaises(AccessError):
                    line.search([], order=f"{name} desc")
                with self.assertRaises(AccessError):
                    line.formatted_read_group([], ["product_id"], [f"{name}:sum"])
                self.assertNotIn(name, line.fields_get())
        for name in ("gap_value", "absolute_gap_value", "current_value", "real_value", "gap_percent"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                sheet.read([name])

    def test_counters_count_all_the_same(self):
        sheet = self._make_sheet_for_counters().with_user(self.counter)
        self._line(sheet, self.screw).real_qty = 11
        self.assertEqual(self._line(sheet, self.screw).sudo().gap_value, -10.0)

    def test_a_counter_who_may_sees_money(self):
        sheet = self._make_sheet_for_counters().with_user(self.clerk)
        self.assertEqual((self._line(sheet, self.screw).gap_value, sheet.gap_value), (-7.5, -5.17))

    def test_blind_sheets_hide_what_tells_the_gap(self):
        """Unit value × gap tells the gap."""
        sheet = self._make_sheet_for_counters(blind=True).with_user(self.clerk)
        line = self._line(sheet, self.screw)
        [values] = line.read(["gap_value", "account_gap_value", "real_value", "unit_value"])
        values.pop("id")
        expected = {"gap_value": False, "account_gap_value": False, "real_value": 30.0, "unit_value": 2.5}
        self.assertEqual(values, expected)
        self.assertEqual((sheet.gap_value, sheet.current_value, sheet.absolute_gap_value), (0.0, 0.0, 0.0))
        for name in ("gap_value", "account_gap_value"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                line.search([(name, "<", 0)])
            with self.subTest(field=name), self.assertRaises(AccessError):
                line.formatted_read_group([], ["product_id"], [f"{name}:sum"])

    def test_nobody_writes_values_by_hand(self):
        sheet = self._make_counted_sheet().with_user(self.manager)
        line = sheet.line_ids[0]
        for name in MONEY_FIELDS:
            with self.subTest(field=name), self.assertRaisesRegex(UserError, name):
                line.write({name: 1.0})
        with self.assertRaisesRegex(UserError, "valuation_basis"):
            sheet.write({"valuation_basis": "sale"})
        with self.assertRaisesRegex(UserError, "unit_value"):
            line.create({"sheet_id": sheet.id, "product_id": self.bolt.id, "unit_value": 3})

    def test_copies_have_no_stamp(self):
        self.assertFalse(self._make_counted_sheet().copy().valuation_basis)


@tagged("post_install", "-at_install")
class TestFifoForeseen(ValuationCommon):
    """What losses are worth where products leave oldest first is foreseen when the sheet is completed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nail = cls._make_product("Nail", categ_id=cls.fifo.id)
        cls._receive(cls.nail, 4, 1.0)
        cls._receive(cls.nail, 6, 2.0)
        cls._receive(cls.nail, 5, 4.0, cls.rack_a2)
        cls._deliver(cls.nail, 2)  # 2 at 1.00, 6 at 2.00, 5 at 4.00 are left

    def _complete(self, quantities):
        sheet = self._make_sheet(product_ids=[Command.set(self.nail.ids)])
        for rack, quantity in quantities.items():
            self._line(sheet, self.nail, rack).real_qty = quantity
        sheet.action_complete()
        return sheet

    def test_lines_share_one_stack(self):
        sheet = self._complete({self.rack_a1: 4, self.rack_a2: 0})
        # 4 of A1: 2 at 1.00 and 2 at 2.00; then 5 of A2: 4 at 2.00 and 1 at 4.00.
        self.assertEqual(self._line(sheet, self.nail, self.rack_a1).gap_value, -6.0)
        self.assertEqual(self._line(sheet, self.nail, self.rack_a2).gap_value, -12.0)
        self.assertEqual(sheet.gap_value, -18.0)

    def test_a_gain_has_the_average_of_the_stack(self):
        sheet = self._complete({self.rack_a1: 9, self.rack_a2: 5})
        self.assertEqual(self._line(sheet, self.nail, self.rack_a1).gap_value, round((2 + 12 + 20) / 13, 2))

    def test_with_another_basis_the_accounts_value_only_is_foreseen(self):
        self.company.inventory_valuation_basis = "sale"
        self.nail.list_price = 10
        sheet = self._complete({self.rack_a1: 4, self.rack_a2: 5})
        self.assertEqual((sheet.gap_value, sheet.account_gap_value), (-40.0, -6.0))

    def test_what_is_foreseen_is_what_the_moves_are_worth(self):
        sheet = self._complete({self.rack_a1: 1, self.rack_a2: 2})
        foreseen = {line: line.account_gap_value for line in sheet.line_ids}
        sheet.action_validate()
        for line, value in foreseen.items():
            [move] = sheet.move_ids.filtered(lambda move, line=line: move.inventory_sheet_line_id == line)
            self.assertEqual(-move.value, value)
