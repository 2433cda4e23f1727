from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ValuationCommon

MONEY = ["book_value:sum", "gap_value:sum", "absolute_gap_value:sum"]
PERCENT = ["shrinkage_percent:avg", "accuracy_percent:avg"]


@tagged("post_install", "-at_install")
class TestGapReport(ValuationCommon):
    """E. Gap report: net and absolute gap value by sheet, location, product, reason, counter and month; shrinkage in %
    of the value; accuracy in money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["stock.inventory.gap.report"]
        cls.part = cls._make_product("Part", categ_id=cls.average.id)
        cls.gear = cls._make_product("Gear", categ_id=cls.average.id)
        cls._receive(cls.part, 10, 5)
        cls._receive(cls.gear, 20, 2.5)

    def _find_gaps(self):
        """2 parts of 5.00 missing, 2 gears of 2.50 too many; of 100.00 in the books."""
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=(self.part | self.gear).ids)
        self._count(sheet, {self.part: 8, self.gear: 22})
        return self._validate(sheet)

    def _correct(self, reason, real_qty):
        correction = self.env["stock.correction"].create(
            {"product_id": self.part.id, "location_id": self.rack_a1.id, "reason_id": reason.id, "real_qty": real_qty}
        )
        correction.action_validate()
        return correction

    def _read(self, groupby, aggregates, **where):
        domain = [("company_id", "=", self.company.id), *((name, "=", value) for name, value in where.items())]
        self.env.flush_all()
        return self.report._read_group(domain, groupby, aggregates)

    def test_net_and_absolute(self):
        sheet = self._find_gaps()
        self.assertEqual(self._read(["sheet_id"], MONEY), [(sheet, 100.0, -5.0, 15.0)])

    def test_by_product_location_counter_and_month(self):
        sheet = self._find_gaps()
        self.assertEqual(set(self._read(["product_id"], MONEY[:2])), {(self.part, 50.0, -10.0), (self.gear, 50.0, 5.0)})
        self.assertEqual(self._read(["location_id"], MONEY), [(self.rack_a1, 100.0, -5.0, 15.0)])
        self.assertEqual(self._read(["user_id"], MONEY[1:2]), [(self.env.user, -5.0)])
        [(month, gap)] = self._read(["date:month"], MONEY[1:2])
        self.assertEqual((month.month, gap), (sheet.validated_at.month, -5.0))

    def test_shrinkage_and_accuracy_are_of_the_sums(self):
        """5 % of the value is missing and 15 % of it was wrong; the means of the two products' would be others for
        unlike values."""
        self._find_gaps()
        self._receive(self.gear, 100, 2.5, location=self.rack_a2)
        self._validate(self._make_sheet(location_id=self.rack_a2.id, product_ids=self.gear.ids))
        self.assertEqual(self._read([], PERCENT, location_id=self.rack_a1.id), [(5.0, 85.0)])
        [(shrinkage, accuracy)] = self._read([], PERCENT)
        self.assertEqual((round(shrinkage, 4), round(accuracy, 4)), (round(500 / 350, 4), round(100 - 1500 / 350, 4)))

    def test_by_reason(self):
        destroyed = self.env.ref("cognityv_inventory.reason_destroyed", raise_if_not_found=False)
        reason = destroyed or self.env["stock.correction.reason"].create({"name": "Fell down", "code": "FELL"})
        self._find_gaps()
        correction = self._correct(reason, 7)
        self.assertIn((reason, -5.0), self._read(["reason_id"], MONEY[1:2]))
        [row] = self.report.search([("correction_id", "=", correction.id)])
        self.assertEqual((row.kind, row.book_value, row.real_value, row.gap_value), ("correction", 40.0, 35.0, -5.0))
        self.assertEqual(row.action_open_document()["res_id"], correction.id)

    def test_lines_of_sheets_have_reasons_too(self):
        """One of the two that are missing was destroyed; nobody knows why the gears are too many."""
        reason = self.env["stock.correction.reason"].create({"name": "Fell down", "code": "FELL"})
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=(self.part | self.gear).ids)
        self._count(sheet, {self.part: 8, self.gear: 22})
        self._line(sheet, self.part).reason_id = reason
        self._validate(sheet)
        nothing = reason.browse()
        self.assertEqual(set(self._read(["reason_id"], MONEY[1:2])), {(reason, -10.0), (nothing, 5.0)})

    def test_it_says_what_the_sheet_says(self):
        sheet = self._find_gaps()
        rows = self.report.search([("sheet_id", "=", sheet.id)])
        for name in ("gap_value", "absolute_gap_value", "account_gap_value", "real_value"):
            self.assertEqual(sum(rows.mapped(name)), sheet[name], name)
        self.assertEqual(sum(rows.mapped("book_value")), sheet.current_value)

    def test_half_cents_are_rounded_as_on_the_sheet(self):
        """Half up, and without the noise of floating point: 0.125 is 0.13, and 1.005 is 1.01."""
        receipts = self.env["stock.move"].search([("product_id", "in", (self.part | self.gear).ids)])
        # Odoo tells by seconds what came first: the receipt or the new price.
        receipts.write({"date": receipts[0].date - timedelta(seconds=1)})
        self.part.standard_price, self.gear.standard_price = 0.125, 1.005
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=(self.part | self.gear).ids, start=False)
        sheet.line_ids.filtered(lambda line: line.product_id not in (self.part, self.gear)).unlink()
        self._put(self.part, 1 - self._line(sheet, self.part).current_qty, self.rack_a1)
        self._put(self.gear, 1 - self._line(sheet, self.gear).current_qty, self.rack_a1)
        sheet.action_plan()
        sheet.action_start()
        self._count(sheet, {self.part: 1, self.gear: 1})
        self._validate(sheet)
        rows = self.report.search([("sheet_id", "=", sheet.id)])
        self.assertEqual(sorted(rows.mapped("book_value")), [0.13, 1.01])
        self.assertAlmostEqual(sheet.current_value, 1.14)
        self.assertAlmostEqual(sheet.real_value, 1.14)

    def test_what_is_being_counted_is_left_out(self):
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self._line(sheet, self.part).real_qty = 1
        self.env.flush_all()
        self.assertFalse(self.report.search([("sheet_id", "=", sheet.id)]))

    def test_a_reversed_sheet_is_marked(self):
        sheet = self._find_gaps()
        sheet.action_reverse()
        self.assertFalse(self._read(["sheet_id"], MONEY, is_reversed=False))
        self.assertEqual(self._read(["sheet_id"], MONEY, is_reversed=True), [(sheet, 100.0, -5.0, 15.0)])

    def test_money_of_two_currencies_is_not_added(self):
        self._find_gaps()
        foreign = self.env["res.company"].create({"name": "Abroad", "currency_id": self.env.ref("base.CHF").id})
        self.env.user.company_ids |= foreign
        stock = self.env["stock.warehouse"].search([("company_id", "=", foreign.id)], limit=1).lot_stock_id
        abroad = self.env(context={**self.env.context, "allowed_company_ids": [foreign.id]})
        product = self._make_product("Foreign").with_env(abroad)
        abroad["stock.quant"]._update_available_quantity(product, stock, 3)
        sheet = abroad["stock.inventory.sheet"].create({"location_id": stock.id, "company_id": foreign.id})
        sheet.action_fill()
        sheet.action_plan()
        sheet.action_start()
        sheet.line_ids.real_qty = 2
        sheet.action_complete()
        sheet.action_validate()
        self.env.flush_all()
        both = self.report.with_context(allowed_company_ids=[self.company.id, foreign.id])
        domain = [("company_id", "in", [self.company.id, foreign.id])]
        self.assertEqual(both._read_group(domain, [], MONEY[1:2]), [(False,)])
        self.assertEqual(len(both._read_group(domain, ["currency_id"], MONEY[1:2])), 2)

    def test_who_may_read_it(self):
        self._find_gaps()
        self.env.flush_all()
        domain = [("company_id", "=", self.company.id)]
        self.assertEqual(self.report.with_user(self.clerk).search_count(domain), 2)
        for user in (self.counter, self.worker, self.outsider):
            with self.assertRaises(AccessError):
                self.report.with_user(user).search(domain)
        for right in ("write", "create", "unlink"):
            self.assertFalse(self.report.with_user(self.manager).has_access(right))

    def test_not_of_places_that_one_counts_blind(self):
        self._find_gaps()
        self._make_sheet(location_id=self.rack_a1.id, blind=True, counter_ids=self.clerk.ids)
        self.env.flush_all()
        self.assertFalse(self.report.with_user(self.clerk).search([("company_id", "=", self.company.id)]))
