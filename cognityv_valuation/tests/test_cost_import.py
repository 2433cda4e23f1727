import base64
import csv
import io
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AccountingCommon

METHODS = ("standard", "average", "fifo")
HEADER = ("Product code", "Tracking number", "Stock location", "Unit cost")
REASON = "Price list of the former system"


@tagged("post_install", "-at_install")
class TestCostImport(AccountingCommon):
    """C. Cost import: those who count first and price later. All rows are checked first, all or nothing, the same file
    twice is once; reason and person stay in the history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids |= cls.env.ref("account.group_account_readonly")
        cls.category = cls._make_booked_category("average", "real_time")
        cls.part = cls._make_product("Part", default_code="PART", categ_id=cls.category.id)
        cls.wine = cls._make_product(
            "Wine", default_code="WINE", categ_id=cls.category.id, tracking="lot", lot_valuated=True
        )
        cls.sheet = cls._take_over(
            {"product_id": cls.part.id, "location_id": cls.rack_a1.id, "real_qty": 10},
            {"product_id": cls.part.id, "location_id": cls.rack_a2.id, "real_qty": 5},
            {"product_id": cls.wine.id, "location_id": cls.rack_a1.id, "real_qty": 3, "lot_name": "1990"},
            {"product_id": cls.wine.id, "location_id": cls.rack_a1.id, "real_qty": 3, "lot_name": "2020"},
        )

    @classmethod
    def _take_over(cls, *lines):
        sheet = cls._make_sheet(fill=False)
        cls.env["stock.inventory.sheet.line"].create([{"sheet_id": sheet.id, **vals} for vals in lines])
        sheet.action_complete()
        sheet.action_price_later()
        sheet.action_validate()
        return sheet.with_user(cls.manager)

    def _make_file(self, *rows, header=HEADER):
        out = io.StringIO()
        csv.writer(out).writerows([header, *rows])
        return base64.b64encode(out.getvalue().encode())

    def _import(self, *rows, **kwargs):
        return self.sheet.import_costs(self._make_file(*rows), REASON, **kwargs)

    def _problems(self, *rows, header=HEADER):
        with self.assertRaises(UserError) as caught:
            self.sheet.import_costs(self._make_file(*rows, header=header), REASON)
        self.assertEqual(set(self.sheet.move_ids.mapped("value")), {0.0})
        return caught.exception.args[0].splitlines()

    ALL = (["PART", "", "", "2.5"], ["WINE", "1990", "", "100"], ["WINE", "2020", "", "10"])

    def test_it_prices_the_moves_of_the_take_over(self):
        self.assertEqual(self._import(*self.ALL), {"priced": 4, "unchanged": 0})
        self.assertEqual(self.sheet.line_ids.mapped("gap_value"), [25.0, 300.0, 30.0, 12.5])
        self.assertEqual(self.sheet.line_ids.mapped("unit_cost"), [2.5, 100.0, 10.0, 2.5])
        self.assertEqual(sum(self.sheet.move_ids.mapped("value")), 367.5)
        self.assertEqual(self.part.with_company(self.company).standard_price, 2.5)
        lots = self.sheet.line_ids.lot_id.with_company(self.company)
        self.assertEqual({lot.name: lot.standard_price for lot in lots}, {"1990": 100.0, "2020": 10.0})
        self._assert_books_are_right(self.category)
        self.assertEqual(self._get_balance(self.loss_account), -367.5)

    def test_places_have_prices_of_their_own(self):
        self._import(["PART", "", self.rack_a1.complete_name, "2"], ["PART", "", self.rack_a2.complete_name, "5"])
        self.assertEqual(self.part.with_company(self.company).standard_price, 3.0)
        self.assertEqual(self._line(self.sheet, self.part, self.rack_a2).gap_value, 25.0)

    def test_a_place_is_all_that_is_in_it(self):
        self.assertEqual(self._import(["PART", "", self.stock.complete_name, "2"]), {"priced": 2, "unchanged": 0})

    def test_reason_and_person_stay_in_the_history(self):
        self._import(*self.ALL)
        history = self.env["product.value"].search([("move_id", "in", self.sheet.move_ids.ids)])
        self.assertEqual(len(history), 4)
        self.assertEqual(set(history.mapped("description")), {REASON})
        self.assertEqual(history.user_id, self.manager)
        self.assertIn(REASON, self.sheet.message_ids[0].body)
        self.assertNotIn("100", self.sheet.message_ids[0].body)
        move = self._line(self.sheet, self.part).sheet_id.move_ids[0]
        self.assertIn(REASON, move.sudo().value_justification)

    def test_the_same_file_twice_is_once(self):
        self._import(*self.ALL)
        history = self.env["product.value"].search_count([])
        entries = self.env["account.move"].search_count([])
        self.assertEqual(self._import(*self.ALL), {"priced": 0, "unchanged": 4})
        self.assertEqual(self.env["product.value"].search_count([]), history)
        self.assertEqual(self.env["account.move"].search_count([]), entries)

    def test_a_better_price_later(self):
        self._import(*self.ALL)
        self.assertEqual(self._import(["PART", "", "", "3"]), {"priced": 2, "unchanged": 0})
        self.assertEqual(self.part.with_company(self.company).standard_price, 3.0)
        self._assert_books_are_right(self.category)
        self.assertEqual(self._get_balance(self.loss_account), -375.0)

    def test_every_method(self):
        for method in METHODS:
            for valuation in ("periodic", "real_time"):
                with self.subTest(method=method, valuation=valuation):
                    category = self._make_booked_category(method, valuation)
                    product = self._make_product("Item", default_code=f"{method}{valuation}", categ_id=category.id)
                    self.sheet = self._take_over(
                        {"product_id": product.id, "location_id": self.rack_a1.id, "real_qty": 4}
                    )
                    self._import([product.default_code, "", "", "2.5"])
                    self._import([product.default_code, "", "", "2.5"])
                    self.assertEqual((self.sheet.move_ids.value, self.sheet.gap_value), (10.0, 10.0))
                    self.assertEqual(product.with_company(self.company).standard_price, 2.5)
                    if valuation == "periodic":
                        self._close()
                    self._assert_books_are_right(category)
                    self.assertEqual(self._get_stock_value(category), 10.0)

    def test_what_has_left_since_is_expense(self):
        self._let_pass(1)
        self._deliver(self.part, 4)
        self._import(["PART", "", "", "2.5"])
        self._assert_books_are_right(self.category)
        self.assertEqual(self._get_stock_value(self.category), 27.5)
        self.assertEqual(self._get_balance(self.loss_account), -37.5)

    def test_a_standard_price_of_several_rows_is_their_average(self):
        self.category = self._make_booked_category("standard", "real_time")
        product = self._make_product("Fixed", default_code="FIXED", categ_id=self.category.id)
        self.sheet = self._take_over(
            {"product_id": product.id, "location_id": self.rack_a1.id, "real_qty": 1},
            {"product_id": product.id, "location_id": self.rack_a2.id, "real_qty": 3},
        )
        rows = [
            ["FIXED", "", self.rack_a1.complete_name, "1"],
            ["FIXED", "", self.rack_a2.complete_name, "3"],
        ]
        self._import(*rows)
        self.assertEqual(self.sheet.line_ids.mapped("gap_value"), [2.5, 7.5])
        self.assertEqual(self._import(*rows), {"priced": 0, "unchanged": 2})
        self._assert_books_are_right(self.category)
        with self.assertRaisesRegex(UserError, "Row 2: .*Fixed is valued at its standard price"):
            self._import(["FIXED", "", "", "4"])

    def test_the_exported_count_sheet_will_do(self):
        rows = list(csv.reader(io.StringIO(self.sheet.export_csv().decode("utf-8-sig"))))
        place = rows[0].index("Unit cost")
        for row in rows[1:]:
            row[place] = "2"
        content = self._make_file(*rows[1:], header=rows[0])
        self.assertEqual(self.sheet.import_costs(content, REASON), {"priced": 4, "unchanged": 0})

    def test_several_sheets_at_once(self):
        other = self._take_over(
            {"product_id": self.part.id, "location_id": self.warehouse.lot_stock_id.id, "real_qty": 1}
        )
        sheets = self.sheet | other
        result = sheets.import_costs(self._make_file(["PART", "", "", "2"]), REASON)
        self.assertEqual(result, {"priced": 3, "unchanged": 0})

    # Bad rows

    def test_all_bad_rows_are_listed_and_nothing_is_changed(self):
        problems = self._problems(
            ["PART", "", self.rack_a1.complete_name, "2.5"],
            ["NOSUCH", "", "", "2.5"],
            ["PART", "", self.rack_a2.complete_name, "cheap"],
            ["WINE", "1850", "", "7"],
            ["PART", "", "Nowhere", "7"],
            ["PART", "", self.rack_a1.complete_name, "3"],
            ["BOLT", "", "", "-3"],
        )
        starts = ["Row 3: there is no product", "Row 4: “cheap” is no unit cost", "Row 5: ", "Row 6: there is no Stock"]
        for problem, start in zip(problems, [*starts, "Row 7: it prices", "Row 8: the unit cost -3"], strict=True):
            self.assertTrue(problem.startswith(start), problem)

    def test_a_line_of_none_of_several_sheets(self):
        other = self._take_over({"product_id": self.part.id, "location_id": self.rack_a1.id, "real_qty": 1})
        line = self._take_over({"product_id": self.part.id, "location_id": self.rack_a1.id, "real_qty": 2}).line_ids
        content = self._make_file([line.id, "2"], header=["Line id", "Unit cost"])
        with self.assertRaises(UserError) as caught:
            (self.sheet | other).import_costs(content, REASON)
        self.assertIn(f"took nothing into stock on {self.sheet.name}, {other.name};", caught.exception.args[0])

    def test_a_file_without_the_columns(self):
        [problem] = self._problems(["PART", "5"], header=["Product code", "Real quantity"])
        self.assertIn("Unit cost", problem)

    def test_rows_without_a_cost_change_nothing(self):
        self.assertEqual(self._import(["PART", "", "", ""]), {"priced": 0, "unchanged": 0})

    def test_a_reason_is_needed(self):
        with self.assertRaisesRegex(UserError, "the reason is kept"):
            self.sheet.import_costs(self._make_file(*self.ALL), " ")

    def test_only_what_was_validated_and_stays(self):
        open_sheet = self._make_sheet(location_id=self.rack_a2.id).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "is not validated"):
            open_sheet.import_costs(self._make_file(*self.ALL), REASON)
        open_sheet.action_cancel()
        self.sheet.action_reverse()
        with self.assertRaisesRegex(UserError, "or reversed"):
            self._import(*self.ALL)

    def test_a_closed_period(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        self.company.fiscalyear_lock_date = yesterday
        with self.assertRaisesRegex(UserError, "Global Lock Date"):
            self._import(*self.ALL, accounting_date=yesterday)

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self.sheet.with_user(self.counter).import_costs(self._make_file(*self.ALL), REASON)
        self._hide_values()
        with self.assertRaises(AccessError):
            self._import(*self.ALL)

    # The wizard

    def test_the_wizard_shows_bad_rows_then_prices(self):
        wizard = self.env["stock.inventory.cost.import"].with_user(self.manager)
        wizard = wizard.with_context(active_model="stock.inventory.sheet", active_ids=self.sheet.ids)
        wizard = wizard.create({"file": self._make_file(["NOSUCH", "", "", "1"]), "reason": REASON})
        self.assertEqual(wizard.sheet_ids, self.sheet)
        self.assertEqual(wizard.action_import()["res_id"], wizard.id)
        self.assertEqual(wizard.problem_count, 1)
        wizard.file = self._make_file(*self.ALL)
        self.assertIn("Lines priced: 4", wizard.action_import()["params"]["message"])
        self.assertEqual(self.sheet.gap_value, 367.5)

    def test_a_reversal_takes_out_what_was_priced(self):
        self._import(*self.ALL)
        self.sheet.action_reverse()
        self.assertEqual(sum(self.sheet.reversal_move_ids.mapped("value")), 367.5)
        self.assertEqual(self._get_stock_value(self.category), 0.0)
        self._assert_books_are_right(self.category)
        self.assertFalse(self.sheet.line_ids.filtered(lambda line: line.product_id == self.bolt))

    def test_products_are_matched_by_barcode_and_name(self):
        self.part.barcode = "4006381333931"
        self.assertEqual(self._import(["4006381333931", "", "", "2"])["priced"], 2)
        content = self._make_file(["Part", "3"], header=["Product name", "Unit cost"])
        self.assertEqual(self.sheet.import_costs(content, REASON)["priced"], 2)
        self.assertEqual(self._line(self.sheet, self.part).unit_cost, 3.0)
        self.assertEqual(self.sheet.line_ids.filtered(lambda line: line.product_id == self.wine)[0].unit_cost, 0.0)
