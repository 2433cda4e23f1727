import base64
import csv
import io

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AccountingCommon

METHODS = ("standard", "average", "fifo")


@tagged("post_install", "-at_install")
class TestTakeOver(AccountingCommon):
    """C. Stock take-over: what comes into stock gets its cost on the line, which is the value of the move and so the
    average price."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls._make_booked_category("average", "real_time")
        cls.part = cls._make_product("Part", default_code="PART", categ_id=cls.category.id)
        cls.manager.group_ids |= cls.env.ref("account.group_account_readonly")

    def _make_takeover(self, quantities, **vals):
        """A sheet in progress with what was found of products that the system has none of."""
        sheet = self._make_sheet(fill=False, **vals)
        lines = [
            {"sheet_id": sheet.id, "product_id": product.id, "location_id": self.rack_a1.id, "real_qty": quantity}
            for product, quantity in quantities.items()
        ]
        self.env["stock.inventory.sheet.line"].create(lines)
        return sheet.with_user(self.manager)

    # Asking

    def test_lines_without_a_cost_are_shown(self):
        priced = self._make_product("Priced", categ_id=self.category.id, standard_price=3.0)
        sheet = self._make_takeover({self.part: 5, priced: 5})
        self.assertEqual(sheet.unpriced_line_count, 1)
        self.assertTrue(sheet.shows_unit_cost)
        self.assertTrue(self._line(sheet, self.part).has_no_cost)
        self.assertFalse(self._line(sheet, priced).has_no_cost)
        self._line(sheet, self.part).unit_cost = 2.0
        self.assertEqual((sheet.unpriced_line_count, sheet.shows_unit_cost), (0, True))

    def test_complete_says_which_lines_lack_it(self):
        sheet = self._make_takeover({self.part: 5})
        action = sheet.action_ask_complete()
        self.assertEqual(sheet.state, "completed")
        wizard = self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"]).create({})
        self.assertIn("Part", wizard.lines_text)
        self.assertEqual(wizard.action_enter()["domain"], list(sheet._get_unpriced_domain()))
        wizard.action_price_later()
        self.assertEqual((sheet.state, sheet.price_later), ("completed", True))

    def test_counters_are_not_asked(self):
        sheet = self._make_takeover({self.part: 5}, counter_ids=[Command.set((self.counter | self.clerk).ids)])
        self.assertIs(sheet.with_user(self.counter).action_ask_complete(), True)

    def test_who_counts_blind_is_not_told(self):
        """What comes in is what was found more than there should be."""
        sheet = self._make_takeover({self.part: 5}, counter_ids=[Command.set(self.clerk.ids)], blind=True)
        clerk = sheet.with_user(self.clerk)
        self.assertEqual(clerk.unpriced_line_count, 0)
        self.assertFalse(self._line(clerk, self.part).has_no_cost)
        self.assertIs(clerk.action_ask_complete(), True)

    def test_validate_says_which_lines_lack_it(self):
        sheet = self._make_takeover({self.part: 5})
        sheet.action_complete()
        self.assertEqual(sheet.action_ask_validate()["res_model"], "stock.inventory.unpriced")
        with self.assertRaisesRegex(UserError, "(?s)enter the unit cost.*Part"):
            sheet.action_validate()
        self._line(sheet, self.part).unit_cost = 2.0
        sheet.action_ask_validate()
        self.assertEqual(sheet.state, "validated")

    def test_price_later_takes_it_in_at_zero(self):
        sheet = self._make_takeover({self.part: 5})
        sheet.action_complete()
        action = sheet.action_ask_validate()
        wizard = self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"]).create({})
        wizard.action_price_later()
        self.assertEqual(sheet.state, "validated")
        self.assertEqual((sheet.move_ids.value, sheet.gap_value), (0.0, 0.0))

    def test_a_cost_that_the_product_got_meanwhile_will_do(self):
        sheet = self._make_takeover({self.part: 5})
        sheet.action_complete()
        self._receive(self.part, 1, 4.0, self._make_other_place())
        sheet.action_validate()
        self.assertEqual(sheet.move_ids.value, 20.0)

    def _make_other_place(self):
        return self.env["stock.location"].create({"name": "Far", "location_id": self.warehouse.view_location_id.id})

    def test_a_company_without_books_is_not_asked(self):
        self.company.account_stock_journal_id = self.loss.valuation_account_id = False
        sheet = self._make_takeover({self.part: 5})
        self.assertIs(sheet.action_ask_complete(), True)
        sheet.action_validate()
        self.assertEqual(sheet.state, "validated")

    def test_losses_and_stock_of_others_need_no_cost(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self._put(self.part, 5, self.rack_a1)
        sheet = self._make_sheet(product_ids=[Command.set(self.part.ids)])
        sheet.line_ids.real_qty = 3
        self.env["stock.inventory.sheet.line"].create(
            {
                "sheet_id": sheet.id,
                "product_id": self.part.id,
                "location_id": self.rack_a1.id,
                "owner_id": owner.id,
                "real_qty": 2,
            }
        )
        self.assertEqual(sheet.unpriced_line_count, 0)
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual(sheet.state, "validated")

    # What it becomes

    def test_the_cost_is_the_value_of_the_move_and_the_average(self):
        for method in METHODS:
            for vals in ({}, {"tracking": "lot", "lot_valuated": True}):
                with self.subTest(method=method, **vals):
                    self._check_taken_over(method, **vals)

    def _check_taken_over(self, method, **vals):
        category = self._make_booked_category(method, "real_time")
        part = self._make_product("Part", categ_id=category.id, **vals)
        sheet = self._make_sheet(fill=False)
        self.env["stock.inventory.sheet.line"].create(
            {
                "sheet_id": sheet.id,
                "product_id": part.id,
                "location_id": self.rack_a1.id,
                "lot_name": "NEW" if vals else False,
                "real_qty": 4,
                "unit_cost": 2.5,
            }
        )
        line = sheet.line_ids
        self.assertEqual((line.gap_value, line.account_gap_value, line.real_value), (10.0, 10.0, 10.0))
        sheet.action_complete()
        sheet.with_user(self.manager).action_validate()
        self.assertEqual((sheet.move_ids.value, sheet.gap_value), (10.0, 10.0))
        holder = line.lot_id if vals else part
        self.assertEqual(holder.with_company(self.company).standard_price, 2.5)
        self._assert_books_are_right(category)
        self.assertEqual(self._get_stock_value(category), 10.0)

    def test_the_history_says_where_a_standard_price_is_from(self):
        product = self._make_product("Fixed", categ_id=self._make_booked_category("standard", "periodic").id)
        sheet = self._make_takeover({product: 4})
        sheet.line_ids.unit_cost = 2.5
        sheet.action_complete()
        sheet.action_validate()
        history = self.env["product.value"].search([("product_id", "=", product.id)])
        last = history.sorted("id")[-1]
        self.assertEqual((last.value, last.user_id), (2.5, self.manager))
        self.assertIn(sheet.name, last.description)

    def test_a_standard_price_of_several_lines_is_their_average(self):
        category = self._make_booked_category("standard", "real_time")
        self.part.categ_id = category
        sheet = self._make_takeover({self.part: 1})
        far = sheet.line_ids.create(
            {"sheet_id": sheet.id, "product_id": self.part.id, "location_id": self.rack_a2.id, "real_qty": 3}
        )
        self._line(sheet, self.part).unit_cost = 1.0
        far.unit_cost = 3.0
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual(self.part.with_company(self.company).standard_price, 2.5)
        self.assertEqual(sheet.line_ids.mapped("account_gap_value"), [2.5, 7.5])
        self._assert_books_are_right(category)

    def test_a_standard_price_that_is_there_stays(self):
        product = self._make_product("Fixed", categ_id=self._make_booked_category("standard", "periodic").id)
        product.with_company(self.company).standard_price = 7.0
        sheet = self._make_takeover({product: 4})
        with self.assertRaisesRegex(ValidationError, "Fixed is valued at its standard price"):
            sheet.line_ids.unit_cost = 2.5

    def test_an_average_takes_in_what_was_entered(self):
        self._receive(self.part, 10, 2.0)
        sheet = self._make_sheet(product_ids=[Command.set(self.part.ids)])
        sheet.line_ids.write({"real_qty": 15, "unit_cost": 5.0})
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual(sheet.move_ids.value, 25.0)
        self.assertEqual(self.part.with_company(self.company).standard_price, 3.0)

    def test_a_unit_cost_is_no_price_of_what_is_missing(self):
        self._receive(self.part, 10, 2.0)
        sheet = self._make_sheet(product_ids=[Command.set(self.part.ids)])
        sheet.line_ids.write({"real_qty": 7, "unit_cost": 5.0})
        self.assertEqual(sheet.gap_value, -6.0)
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual(sheet.move_ids.value, 6.0)

    # Who may

    def test_who_enters_costs(self):
        sheet = self._make_takeover({self.part: 5}, counter_ids=[Command.set((self.counter | self.clerk).ids)])
        line = self._line(sheet, self.part)
        with self.assertRaises(AccessError):
            line.with_user(self.counter).unit_cost = 2.0
        with self.assertRaises(AccessError):
            line.with_user(self.counter).create(
                {"sheet_id": sheet.id, "product_id": self.bolt.id, "location_id": self.rack_a1.id, "unit_cost": 1.0}
            )
        line.with_user(self.clerk).unit_cost = 2.0
        self.assertEqual(line.unit_cost, 2.0)

    def test_until_when_costs_are_entered(self):
        sheet = self._make_takeover({self.part: 5})
        line = self._line(sheet, self.part)
        sheet.action_complete()
        line.unit_cost = 2.0
        self.assertEqual(line.gap_value, 10.0)
        sheet.action_validate()
        with self.assertRaisesRegex(UserError, "cost import"):
            line.unit_cost = 3.0

    def test_costs_are_numbers_of_zero_or_more(self):
        line = self._make_takeover({self.part: 5}).line_ids
        with self.assertRaises(ValidationError):
            line.unit_cost = float("inf")

    # Count files

    def _read_xlsx(self, content):
        rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]

    def _make_csv(self, *rows):
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return base64.b64encode(out.getvalue().encode())

    def test_costs_in_count_files_out(self):
        sheet = self._make_takeover({self.part: 5}, counter_ids=[Command.set(self.counter.ids)])
        sheet.line_ids.unit_cost = 2.5
        [row] = self._read_xlsx(sheet.export_xlsx())
        self.assertEqual((row["Real quantity"], row["Unit cost"]), (5, 2.5))
        self.assertIn("Unit cost", sheet.export_csv().decode("utf-8-sig").splitlines()[0])
        [row] = self._read_xlsx(sheet.with_user(self.counter).export_xlsx())
        self.assertNotIn("Unit cost", row)

    def test_costs_in_count_files_in(self):
        sheet = self._make_takeover({self.part: 5})
        other = self._make_product("Other", default_code="OTHER", categ_id=self.category.id)
        content = self._make_csv(
            ["Product code", "Real quantity", "Stock location", "Unit cost"],
            ["PART", "5", self.rack_a1.complete_name, "2.5"],
            ["OTHER", "3", self.rack_a1.complete_name, "1.25"],
        )
        self.assertEqual(sheet.import_counts(content), {"counted": 0, "unchanged": 1, "added": 1})
        self.assertEqual(self._line(sheet, self.part).unit_cost, 2.5)
        self.assertEqual(self._line(sheet, other).unit_cost, 1.25)

    def test_bad_costs_in_count_files(self):
        sheet = self._make_takeover({self.part: 5})
        content = self._make_csv(
            ["Product code", "Real quantity", "Stock location", "Unit cost"],
            ["PART", "5", self.rack_a1.complete_name, "cheap"],
            ["BOLT", "5", self.rack_a1.complete_name, "-1"],
        )
        with self.assertRaises(UserError) as caught:
            sheet.import_counts(content)
        first, second = caught.exception.args[0].splitlines()
        self.assertIn("Row 2: “cheap” is no unit cost", first)
        self.assertIn("Row 3: the unit cost -1 is negative", second)

    def test_counters_cannot_import_costs(self):
        sheet = self._make_takeover({self.part: 5}, counter_ids=[Command.set(self.counter.ids)])
        content = self._make_csv(
            ["Product code", "Real quantity", "Stock location", "Unit cost"],
            ["PART", "6", self.rack_a1.complete_name, "2.5"],
        )
        sheet.with_user(self.counter).import_counts(content)
        self.assertEqual((sheet.line_ids.real_qty, sheet.line_ids.unit_cost), (6.0, 0.0))

    # Auditor's pack

    def test_money_in_the_auditors_pack(self):
        sheet = self._make_takeover({self.part: 4})
        sheet.line_ids.unit_cost = 2.5
        sheet.action_complete()
        sheet.action_validate()
        workbook = openpyxl.load_workbook(io.BytesIO(sheet.export_audit_xlsx()))
        rows = list(workbook["Lines"].iter_rows(values_only=True))
        row = dict(zip(rows[0], rows[1], strict=True))
        self.assertEqual((row["Unit cost entered"], row["Gap value"], row["Real valuation"]), (2.5, 10, 10))
        [table] = [table for table in sheet._get_audit_pack()._get_summary_tables() if table.key == "value"]
        values = dict(table.rows)
        self.assertEqual(values["Gap value"], self.currency.format(10.0))
        self.assertEqual(values["Journal entries"], sheet._get_entries().name)
        rows = [row for page in sheet._get_audit_pages() for part in page if part["table"] for row in part["rows"]]
        self.assertIn([f"Gap value: {self.currency.format(10.0)}"], rows)

    def test_no_money_in_the_pack_of_who_sees_none(self):
        sheet = self._make_takeover({self.part: 4})
        sheet.line_ids.unit_cost = 2.5
        sheet.action_complete()
        self._hide_values()
        workbook = openpyxl.load_workbook(io.BytesIO(sheet.export_audit_xlsx()))
        self.assertNotIn("Gap value", next(workbook["Lines"].iter_rows(values_only=True)))
