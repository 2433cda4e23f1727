import base64
import re
from pathlib import Path

from odoo.tests import tagged

from .common import AccountingCommon

MANUAL = Path(__file__).parents[2] / "docs" / "valuation.md"
SECTION = "### An example, from the take-over to the books"


def read_tables(text):
    """The tables of a manual: dict of the head of the first column → list of rows, each a list of cells."""
    tables = {}
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        head, _line, *rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in block.splitlines()]
        tables[head[0]] = rows
    return tables


@tagged("post_install", "-at_install")
class TestWorkedExample(AccountingCommon):
    """The example of docs/valuation.md, from the take-over to the books: quantities, prices, gaps, entries, average prices.
    What the manual says is what is done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.inventory_valuation_basis = "location_average"
        cls.category = cls._make_booked_category("average", "real_time")
        names = ("Screw", "Plate", "Washer")
        cls.goods = {name: cls._make_product(name, default_code=name, categ_id=cls.category.id) for name in names}
        cls.places = {"A1": cls.rack_a1, "A2": cls.rack_a2}
        cls.tables = read_tables(MANUAL.read_text().partition(SECTION)[2].partition("\n## ")[0])

    def test_the_example_of_the_manual(self):
        takeover = self._take_over()
        balances = [self._get_balances("the take-over")]
        self._import_costs(takeover)
        balances.append(self._get_balances("the file of costs"))
        count = self._count_again()
        balances.append(self._get_balances("the count"))
        self._assert_average_prices()
        count.action_reverse()
        balances.append(self._get_balances("its reversal"))
        self.assertEqual(balances, self.tables["after"])

    def _show(self, *numbers):
        return [f"{number:.2f}" for number in numbers]

    def _take_over(self):
        sheet = self._make_sheet(fill=False)
        rows = self.tables["taken over"]
        self.assertEqual(len(rows), 4)
        for name, place, found, cost, _value in rows:
            vals = {"product_id": self.goods[name].id, "location_id": self.places[place].id}
            self.env["stock.inventory.sheet.line"].create(
                {"sheet_id": sheet.id, "real_qty": float(found), "unit_cost": float(cost or 0), **vals}
            )
        sheet.action_complete()
        sheet.action_price_later()
        sheet.action_validate()
        lines = [self._line(sheet, self.goods[name], self.places[place]) for name, place, *_rest in rows]
        self.assertEqual(self._show(*(line.gap_value for line in lines)), [row[-1] for row in rows])
        return sheet

    def _import_costs(self, sheet):
        content = b"Product code,Unit cost\nWasher,0.05\n"
        sheet.import_costs(base64.b64encode(content), "Price list")

    def _count_again(self):
        rows = self.tables["counted"]
        sheet = self._make_sheet(product_ids=[product.id for product in self.goods.values()])
        lines = [self._line(sheet, self.goods[name], self.places[place]) for name, place, *_rest in rows]
        for line, row in zip(lines, rows, strict=True):
            line.real_qty = float(row[3])
        sheet.action_complete()
        sheet.action_validate()
        for line, (_name, _place, *numbers) in zip(lines, rows, strict=True):
            quantities = [f"{quantity:g}" for quantity in (line.current_qty, line.real_qty, line.gap_qty)]
            money = self._show(line.unit_value, line.gap_value, line.real_value, line.account_gap_value)
            self.assertEqual([*quantities, *money], numbers)
        self._assert_totals(sheet)
        return sheet

    def _assert_totals(self, sheet):
        names = (
            "current_value",
            "real_value",
            "gap_value",
            "absolute_gap_value",
            "gap_percent",
            "absolute_gap_percent",
            "account_gap_value",
        )
        self.assertEqual(
            self._show(*(sheet[name] for name in names)), [value for _name, value in self.tables["together"]]
        )
        self.assertEqual(sheet.valuation_basis, "location_average")

    def _get_balances(self, step):
        self._assert_debit_is_credit()
        stock, loss = self._get_stock_balance(self.category), self._get_balance(self.loss_account)
        return [step, *self._show(stock, loss, self._get_stock_value(self.category))]

    def _assert_debit_is_credit(self):
        entries = self.env["account.move"].search([("company_id", "=", self.company.id)])
        self.assertTrue(entries)
        for entry in entries:
            self.assertEqual(sum(entry.line_ids.mapped("debit")), sum(entry.line_ids.mapped("credit")))

    def _assert_average_prices(self):
        costs = self.env["stock.location.cost"]
        costs._post_pending()
        for name, place, *numbers in self.tables["product"]:
            cost = costs.search([("product_id", "=", self.goods[name].id), ("location_id", "=", self.places[place].id)])
            told = [f"{cost.quantity:g}", *self._show(cost.average_cost, cost.value)]
            self.assertEqual(told, numbers, f"{name} in {place}")
