import io
import json
import re
from datetime import date, timedelta
from unittest.mock import patch
from urllib.parse import urlencode

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..report import value_report_file
from ..report.value_report_file import ValueReportFile
from .common import ValuationCommon


class SpreadsheetCells:
    """Works out the formulas of a workbook as a spreadsheet would: those that the reports write."""

    def __init__(self, content):
        self.sheet = load_workbook(io.BytesIO(content)).worksheets[0]

    def get(self, address):
        value = self.sheet[address].value
        if not isinstance(value, str) or not value.startswith("="):
            return value
        formula = value[1:]
        if found := re.fullmatch(r"SUBTOTAL\(9,([A-Z]+)(\d+):\1(\d+)\)", formula):
            column, first, last = found.groups()
            # SUBTOTAL leaves out what are subtotals themselves.
            cells = [f"{column}{row}" for row in range(int(first), int(last) + 1)]
            return sum(self.get(cell) or 0 for cell in cells if "SUBTOTAL" not in str(self.sheet[cell].value))
        divisor, figure = re.fullmatch(r'IF\(([A-Z]+\d+)=0,"",(.*)\)', formula).groups()
        if not self.get(divisor):
            return ""
        plain = re.sub(r"[A-Z]+\d+", lambda found: f"({self.get(found.group())})", figure)
        return eval(plain, {"MAX": max})  # pylint: disable=eval-used

    def find(self, text):
        """The number of the row that begins with a text."""
        [number] = [row[0].row for row in self.sheet.iter_rows() if row[0].value == text]
        return number


@tagged("post_install", "-at_install")
class TestValueReportFile(HttpCase, ValuationCommon):
    """E. All as XLSX (totals as formulas) and QWeb PDF."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["stock.inventory.gap.report"]
        cls.domain = [("company_id", "=", cls.company.id)]
        cls.part = cls._make_product("=1+1 Part", categ_id=cls.average.id)
        cls.gear = cls._make_product("Gear", categ_id=cls.fifo.id)
        for rack in (cls.rack_a1, cls.rack_a2):
            cls._receive(cls.part, 10, 5.25, location=rack)
            cls._receive(cls.gear, 20, 2.5, location=rack)

    def setUp(self):
        super().setUp()
        sheet = self._make_sheet(product_ids=(self.part | self.gear).ids)
        for place, product, quantity in (
            (self.rack_a1, self.part, 8),
            (self.rack_a1, self.gear, 21),
            (self.rack_a2, self.part, 11),
        ):
            self._line(sheet, product, place).real_qty = quantity
        self._validate(sheet)
        self.env.flush_all()

    def test_workbook_has_subtotals_and_totals_as_formulas(self):
        cells = SpreadsheetCells(self.report.export_xlsx(self.domain, ["location_id", "product_id"]))
        head = cells.find("Stock location")
        titles = [cell.value for cell in cells.sheet[head]]
        [group] = self.report._read_group(
            self.domain, [], ["gap_value:sum", "absolute_gap_value:sum", "book_value:sum"]
        )
        total = cells.sheet.max_row
        for title, expected in zip(
            ("Gap value (net)", "Gap value (absolute)", "Value in the books"), group, strict=True
        ):
            cell = cells.sheet.cell(total, titles.index(title) + 1)
            self.assertIn("SUBTOTAL", cell.value)
            self.assertAlmostEqual(cells.get(cell.coordinate), expected, 6, title)
        self.assertEqual([round(value, 2) for value in group], [-2.75, 18.25, 205.0])
        subtotal = cells.find(f"{self.rack_a1.display_name}, total")
        self.assertAlmostEqual(
            cells.get(cells.sheet.cell(subtotal, titles.index("Gap value (net)") + 1).coordinate), -8.0
        )

    def test_percentages_are_formulas_of_the_sums(self):
        cells = SpreadsheetCells(self.report.export_xlsx(self.domain, ["product_id"]))
        titles = [cell.value for cell in cells.sheet[cells.find("Product")]]
        [expected] = self.report._read_group(self.domain, [], ["shrinkage_percent:avg", "accuracy_percent:avg"])
        for title, value in zip(("Shrinkage (%)", "Accuracy in money (%)"), expected, strict=True):
            cell = cells.sheet.cell(cells.sheet.max_row, titles.index(title) + 1)
            self.assertTrue(cell.value.startswith("=IF("))
            self.assertAlmostEqual(cells.get(cell.coordinate), value, 6)

    def test_months_are_dates(self):
        """In the time of the user: what is validated after midnight there is of that day, whatever day UTC has."""
        self.env.cr.execute("UPDATE stock_inventory_sheet SET validated_at = '2026-04-30 22:30:00'")
        self.env.invalidate_all()
        for zone, granularity, expected, shown in (
            ("Europe/Paris", "month", date(2026, 5, 1), "mmm yyyy"),
            ("Europe/Paris", "day", date(2026, 5, 1), "yyyy-mm-dd"),
            ("America/New_York", "month", date(2026, 4, 1), "mmm yyyy"),
            ("America/New_York", "day", date(2026, 4, 30), "yyyy-mm-dd"),
            (False, "year", date(2026, 1, 1), "yyyy"),
        ):
            report = self.report.with_context(tz=zone)
            cells = SpreadsheetCells(report.export_xlsx(self.domain, [f"date:{granularity}", "product_id"]))
            cell = cells.sheet.cell(6, 1)
            self.assertEqual((cell.value.date(), cell.number_format), (expected, shown), zone)
            self.assertTrue(cell.is_date)

    def test_read_in_parts_it_is_the_same(self):
        """Groups that are larger than a part, smaller ones together, and those of the same name beside each other."""
        twin = self._make_product("Gear", categ_id=self.fifo.id)
        self._receive(twin, 3, 2.5)
        sheet = self._make_sheet(product_ids=twin.ids)
        self._line(sheet, twin).real_qty = 2
        self._validate(sheet)
        self.env.flush_all()
        for groupby in (["location_id", "product_id"], ["product_id", "location_id"], ["product_id"], ["date:month"]):
            with self.subTest(groupby):
                whole = list(ValueReportFile(self.report, self.domain, groupby).iter_rows())
                self.assertGreater(len(whole), 1)
                for batch in (1, 2, 3):
                    with patch.object(value_report_file, "BATCH", batch):
                        parts = list(ValueReportFile(self.report, self.domain, groupby).iter_rows())
                    self.assertEqual(parts, whole, f"{batch} at a time")

    def test_pages_hold_all_rows(self):
        """Nothing is lost between pages, no page is too high, and a sum goes across the columns of its groups."""
        groupby = ["location_id", "product_id"]
        rows = list(ValueReportFile(self.report, self.domain, groupby).iter_rows())
        with patch.object(value_report_file, "PAGE_HEIGHT", 170):
            file = ValueReportFile(self.report, self.domain, groupby)
            pages = file.get_pages()
        self.assertGreater(len(pages), 1)
        printed = [row for page in pages for row in page]
        self.assertEqual([row["kind"] for row in printed], [row.kind for row in rows])
        for row, source in zip(printed, rows, strict=True):
            self.assertEqual(row["names"], source.labels if row["kind"] == "detail" else source.labels[:1])
            self.assertEqual(len(row["names"]) + len(row["figures"]), len(file.widths) - (row["kind"] != "detail"))
        for page in pages:
            height = value_report_file.HEAD_HEIGHT + sum(map(file._get_row_height, page))
            self.assertLessEqual(height, 170)
        self.assertAlmostEqual(sum(file.widths), 100)

    def test_without_any_row_there_is_a_total(self):
        cells = SpreadsheetCells(self.report.export_xlsx([("id", "=", 0)]))
        self.assertEqual(cells.sheet.cell(cells.sheet.max_row, 1).value, "Total")
        self.assertFalse([cell for cell in cells.sheet[cells.sheet.max_row] if "SUBTOTAL" in str(cell.value)])

    def test_names_are_no_formulas(self):
        cells = SpreadsheetCells(self.report.export_xlsx(self.domain, ["product_id"]))
        number = cells.find("=1+1 Part")
        self.assertEqual(cells.sheet.cell(number, 1).data_type, "s")

    def test_every_report_has_both_files(self):
        for model in (
            "stock.inventory.gap.report",
            "stock.production.cost.report",
            "stock.sale.cost.report",
            "stock.valuation.report",
        ):
            with self.subTest(model):
                cells = SpreadsheetCells(self.env[model].export_xlsx(self.domain))
                self.assertEqual(cells.sheet.cell(cells.sheet.max_row, 1).value, "Total")
                pdf = self.env[model].with_context(force_report_rendering=True)._export_pdf(self.domain)
                self.assertTrue(pdf.startswith(b"%PDF"))

    def test_groups_of_each_kind(self):
        for groupby in (["date:month"], ["kind", "date:month"], ["user_id", "reason_id", "product_id"], ["sheet_id"]):
            cells = SpreadsheetCells(self.report.export_xlsx(self.domain, groupby))
            titles = [cell.value for cell in cells.sheet[5 - 1]]
            column = titles.index("Gap value (net)") + 1
            self.assertAlmostEqual(
                cells.get(cells.sheet.cell(cells.sheet.max_row, column).coordinate), -2.75, 6, groupby
            )

    def test_stock_value_of_the_past_says_its_moment(self):
        moment = fields.Datetime.now() - timedelta(days=40)
        snapshot = self.env["stock.valuation.snapshot"].create({"company_id": self.company.id, "moment": moment})
        report = self.env["stock.valuation.report"].with_context(**snapshot.action_open()["context"])
        title = SpreadsheetCells(report.export_xlsx(self.domain)).sheet["A1"].value
        self.assertIn(str(moment.year), title)

    def test_several_currencies_are_refused(self):
        other = self.env["res.company"].create({"name": "Abroad", "currency_id": self.env.ref("base.CHF").id})
        self.env.user.company_ids |= other
        place = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1).lot_stock_id
        self.env["stock.quant"].with_company(other)._update_available_quantity(self.part, place, 3)
        self.env.flush_all()
        both = self.env["stock.valuation.report"].with_context(allowed_company_ids=[self.company.id, other.id])
        with self.assertRaisesRegex(UserError, "several currencies"):
            both.export_xlsx([])

    def test_download(self):
        self.manager.password = "inventory_manager"
        self.authenticate("inventory_manager", "inventory_manager")
        address = "/cognityv_valuation/report/stock.inventory.gap.report/"
        context = json.dumps({"allowed_company_ids": self.company.ids})
        parameters = {"domain": json.dumps(self.domain), "groupby": '["product_id"]', "context": context}
        answer = self.url_open(f"{address}xlsx?{urlencode(parameters)}")
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(SpreadsheetCells(answer.content).find("Gear"))
        self.assertEqual(self.url_open(address.replace("gap", "no") + "xlsx").status_code, 404)

    def test_who_sees_no_money_gets_no_file(self):
        for user in (self.counter, self.worker):
            user.password = user.login
            self.authenticate(user.login, user.login)
            for extension in ("xlsx", "pdf"):
                answer = self.url_open(f"/cognityv_valuation/report/stock.valuation.report/{extension}")
                self.assertEqual(answer.status_code, 403)
