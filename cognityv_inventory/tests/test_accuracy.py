from fractions import Fraction

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import InventoryCommon

SHARES = ["share_exact:avg", "share_within_1:avg", "share_within_3:avg", "share_within_5:avg"]
LEVELS = (0, 1, 3, 5)
# Hundredths, as the unit has two decimals; wide enough for gaps just inside and just outside of each level.
STOCK = st.integers(-20000, 20000)
FOUND = st.one_of(st.none(), st.integers(0, 20000))
NEAR = st.integers(-600, 600)


class AccuracyCommon(InventoryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accuracy = cls.env["stock.inventory.accuracy"]
        cls.litre = cls.env.ref("uom.product_uom_litre")
        cls.washer = cls._make_product("Washer", categ_id=cls.category.id)
        cls.oil = cls._make_product("Oil", uom_id=cls.litre.id, categ_id=cls.category.id)

    def _make_counted(self, quantities, state="validated", **vals):
        """A sheet of rack A1.

        :param quantities: dict of product → (quantity in stock, quantity found or None)
        """
        self.env["stock.quant"].search([("location_id", "=", self.rack_a1.id)]).unlink()
        for product, (stock, _found) in quantities.items():
            if stock:
                self._put(product, stock, self.rack_a1)
        products = self.env["product.product"].union(*quantities)
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=[Command.set(products.ids)], **vals)
        lines = {line.product_id: line for line in sheet.line_ids}
        for product, (_stock, found) in quantities.items():
            if product not in lines:
                identity = {"sheet_id": sheet.id, "product_id": product.id, "location_id": self.rack_a1.id}
                lines[product] = sheet.line_ids.create(identity)
            if found is not None:
                lines[product].real_qty = found
        sheet.action_complete(keep_uncounted=True)
        if state == "validated":
            sheet.action_validate()
        return sheet

    def _read(self, sheets, groupby, aggregates):
        return self.accuracy._read_group([("sheet_id", "in", sheets.ids)], groupby, aggregates)


@tagged("post_install", "-at_install")
class TestAccuracy(AccuracyCommon):
    """Issue 3, D, Accuracy: how many records were right, and gaps that never cancel out."""

    def test_shares_per_sheet(self):
        quantities = {self.bolt: (100, 100), self.nut: (100, 99), self.washer: (100, 96), self.oil: (100, 0)}
        sheet = self._make_counted(quantities)
        self.assertEqual(self._read(sheet, [], ["__count", *SHARES]), [(4, 25.0, 50.0, 50.0, 75.0)])

    def test_lines_not_counted_do_not_count(self):
        sheet = self._make_counted({self.bolt: (10, 10), self.nut: (10, None)})
        self.assertEqual(self._read(sheet, [], ["__count", "share_exact:avg"]), [(1, 100.0)])

    def test_found_without_any_in_the_books_is_never_within(self):
        sheet = self._make_counted({self.bolt: (0, 1), self.nut: (0, 0)})
        by_product = {
            row[0]: row[1:] for row in self._read(sheet, ["product_id"], [*SHARES, "absolute_gap_percent:avg"])
        }
        self.assertEqual(by_product[self.bolt], (0, 0, 0, 0, False))
        self.assertEqual(by_product[self.nut], (100, 100, 100, 100, 0))

    def test_gaps_of_different_products_never_net(self):
        sheet = self._make_counted({self.bolt: (10, 15), self.nut: (10, 5)})
        wanted = ["net_gap:sum", "net_gap:avg", "book_qty:sum", "real_qty:sum", "absolute_gap:sum"]
        self.assertEqual(self._read(sheet, [], wanted), [(False, False, False, False, 10)])
        by_product = self._read(sheet, ["product_id"], wanted)
        self.assertEqual(
            {row[0]: row[1:] for row in by_product},
            {self.bolt: (5, 5, 10, 15, 5), self.nut: (-5, -5, 10, 5, 5)},
        )

    def test_inventory_gaps_do_not_net_either(self):
        sheet = self._make_counted({self.bolt: (10, 15), self.nut: (10, 5)})
        lines = self.env["stock.inventory.sheet.line"]
        domain = [("sheet_id", "=", sheet.id)]
        self.assertEqual(lines._read_group(domain, [], ["gap_qty:sum"]), [(False,)])
        by_product = dict(lines._read_group(domain, ["product_id"], ["gap_qty:sum"]))
        self.assertEqual(by_product, {self.bolt: 5, self.nut: -5})

    def test_pieces_and_litres_are_not_added(self):
        sheet = self._make_counted({self.bolt: (10, 15), self.oil: (10, 5)})
        wanted = ["absolute_gap:sum", "absolute_gap_percent:avg"]
        self.assertEqual(self._read(sheet, [], wanted), [(False, False)])
        self.assertEqual(self._read(sheet, ["uom_id"], wanted), [(self.bolt.uom_id, 5, 50), (self.litre, 5, 50)])

    def test_pivot_totals_do_not_net_either(self):
        """What the pivot asks for: all its groupings in one query."""
        sheet = self._make_counted({self.bolt: (10, 15), self.nut: (10, 5)})
        total, by_product = self.accuracy.with_user(self.manager).formatted_read_grouping_sets(
            [("sheet_id", "=", sheet.id)], [[], ["product_id"]], ["net_gap:sum", "absolute_gap:sum"]
        )
        self.assertEqual([(row["net_gap:sum"], row["absolute_gap:sum"]) for row in total], [(False, 10)])
        self.assertEqual({row["net_gap:sum"] for row in by_product}, {5, -5})

    def test_net_gap_of_one_product_over_places_and_sheets(self):
        first = self._make_counted({self.bolt: (10, 15)})
        second = self._make_counted({self.bolt: (10, 7)})
        row = self._read(
            first | second, ["product_id"], ["net_gap:sum", "absolute_gap:sum", "absolute_gap_percent:avg"]
        )
        self.assertEqual(row, [(self.bolt, 2, 8, 40)])

    def test_by_location_category_counter_and_month(self):
        with freeze_time("2026-03-31 12:00:00"):
            march = self._make_counted({self.bolt: (10, 10)}, counter_ids=[Command.set(self.counter.ids)])
        with freeze_time("2026-04-01 12:00:00"):
            april = self._make_counted({self.bolt: (10, 9)})
        domain = [("sheet_id", "in", (march | april).ids)]
        months = self.accuracy._read_group(domain, ["date:month"], ["share_exact:avg"])
        self.assertEqual([(month.month, share) for month, share in months], [(3, 100), (4, 0)])
        for name, record in (("location_id", self.rack_a1), ("categ_id", self.category), ("counter_id", self.env.user)):
            self.assertEqual(self.accuracy._read_group(domain, [name], ["share_exact:avg"]), [(record, 50)], name)

    def test_reversed_and_completed_sheets_are_left_out_by_default(self):
        reversed_sheet = self._make_counted({self.bolt: (10, 5)})
        reversed_sheet.action_reverse()
        validated = self._make_counted({self.bolt: (10, 10)})
        completed = self._make_counted({self.bolt: (10, 7)}, state="completed")
        all_sheets = reversed_sheet | validated | completed
        domain = Domain("sheet_id", "in", all_sheets.ids)
        self.assertEqual(self.accuracy.search(domain).sheet_id, all_sheets)
        self.assertEqual(self.accuracy.search(domain & self._get_default_domain()).sheet_id, validated)

    def _get_default_domain(self):
        """What the web client asks for at first: filters without a separator between them are alternatives."""
        action = self.env["ir.actions.act_window"]._for_xml_id("cognityv_inventory.action_inventory_accuracy")
        arch = etree.fromstring(self.env.ref("cognityv_inventory.view_inventory_accuracy_search").arch)
        domain, alternatives = Domain.TRUE, Domain.FALSE
        for node in [*arch.iterchildren(), etree.Element("separator")]:
            if node.tag == "filter" and f"search_default_{node.get('name')}" in action["context"]:
                alternatives |= Domain(safe_eval(node.get("domain")))
            elif node.tag == "separator":
                domain &= Domain.TRUE if alternatives.is_false() else alternatives
                alternatives = Domain.FALSE
        return domain

    def test_sheet_shows_its_accuracy(self):
        sheet = self._make_counted({self.bolt: (100, 100), self.nut: (100, 98), self.oil: (10, 12.5)})
        sheet = sheet.with_user(self.manager)
        self.assertRecordValues(
            sheet,
            [{"over_line_count": 1, "short_line_count": 1, "share_within_1": 100 / 3, "share_within_3": 200 / 3}],
        )
        self.assertEqual(sheet.absolute_gap_text, "2.00 Units, 2.50 L")
        action = sheet.action_view_accuracy()
        self.assertEqual(len(self.accuracy.search(action["domain"])), 3)

    def test_sheet_reads_its_accuracy_at_once(self):
        """As many queries for two sheets as for one, and for many lines as for one."""
        small = self._make_counted({self.bolt: (10, 9)})
        large = self._make_counted({self.bolt: (9, 8), self.nut: (5, 5), self.washer: (1, 1)})
        (small | large).mapped("share_exact")
        self.assertEqual(self._count_queries(small | large), self._count_queries(small))

    def _count_queries(self, sheets):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        sheets.mapped("share_exact")
        return self.env.cr.sql_log_count - before

    def test_managers_of_the_company_only(self):
        sheet = self._make_counted({self.bolt: (10, 9)}, counter_ids=[Command.set(self.counter.ids)])
        for user in (self.counter, self.outsider):
            with self.assertRaises(AccessError):
                self.accuracy.with_user(user).search([])
        with self.assertRaises(AccessError):
            sheet.with_user(self.counter).read(["share_exact"])
        mine = self.accuracy.with_user(self.manager).search([("sheet_id", "=", sheet.id)])
        self.assertEqual(mine.share_exact, 0)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        of_other = self.accuracy.with_user(self.manager).with_context(allowed_company_ids=other.ids)
        self.assertFalse(of_other.search([]))

    def test_within_the_tolerance_of_its_class(self):
        """1 % for A, 3 % for B, 5 % for C and for what has not moved."""
        quantities = {self.bolt: (100, 98), self.nut: (100, 98), self.washer: (100, 94), self.oil: (100, 96)}
        sheet = self._make_counted(quantities)
        classes = {self.bolt: "A", self.nut: "B", self.washer: "C"}
        self.env["product.count.class"].create(
            [
                {"product_id": product.id, "company_id": self.company.id, "abc_class": letter}
                for product, letter in classes.items()
            ]
        )
        rows = self._read(sheet, ["abc_class"], ["share_within_class:avg"])
        self.assertEqual(rows, [("A", 0), ("B", 100), ("C", 50)])


@tagged("post_install", "-at_install")
class TestGeneratedAccuracy(AccuracyCommon):
    """The formulas beside a simple oracle, in exact fractions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = [cls.bolt, cls.nut, cls.oil]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(STOCK, st.one_of(FOUND, NEAR.map(lambda near: ("near", near)))), min_size=3, max_size=3))
    def test_formulas(self, drawn):
        lines = [self._resolve(stock, found) for stock, found in drawn]
        with self._undone():
            quantities = {
                product: (stock / 100, None if found is None else found / 100)
                for product, (stock, found) in zip(self.products, lines, strict=True)
            }
            sheet = self._make_counted(quantities)
            self._check_lines(sheet, lines)
            self._check_totals(sheet, lines)

    def _resolve(self, stock, found):
        """`near` is a gap in hundredths of a percent of the stock, so that the edges of the levels are met."""
        if isinstance(found, tuple):
            found = max(0, stock + round(stock * found[1] / 10000))
        return stock, found

    def _within(self, stock, found, level):
        if stock == found:
            return True
        return stock != 0 and abs(Fraction(found - stock, stock)) <= Fraction(level, 100)

    def _check_lines(self, sheet, lines):
        expected = {}
        for product, (stock, found) in zip(self.products, lines, strict=True):
            if found is not None:
                shares = [100.0 if self._within(stock, found, level) else 0.0 for level in LEVELS]
                expected[product] = [*shares, (found - stock) / 100, abs(found - stock) / 100, stock / 100]
        rows = self._read(sheet, ["product_id"], [*SHARES, "net_gap:sum", "absolute_gap:sum", "book_qty:sum"])
        self.assertEqual({row[0] for row in rows}, set(expected))
        for product, *values in rows:
            for value, wanted in zip(values, expected[product], strict=True):
                self.assertAlmostEqual(float(value), wanted, places=6)

    def _check_totals(self, sheet, lines):
        counted = [
            (product, stock, found)
            for product, (stock, found) in zip(self.products, lines, strict=True)
            if found is not None
        ]
        [(count, *shares, net, gap, percent)] = self._read(
            sheet, [], ["__count", *SHARES, "net_gap:sum", "absolute_gap:sum", "absolute_gap_percent:avg"]
        )
        self.assertEqual(count, len(counted))
        for share, level in zip(shares, LEVELS, strict=True):
            right = [self._within(stock, found, level) for _product, stock, found in counted]
            self.assertAlmostEqual(share, 100 * sum(right) / len(right) if right else 0, places=6)
        if len(counted) != 1:
            self.assertIs(net, False)
        if len({product.uom_id for product, *_quantities in counted}) == 1:
            gaps, books = (sum(part) for part in zip(*((abs(f - s), abs(s)) for _p, s, f in counted), strict=True))
            self.assertAlmostEqual(float(gap), gaps / 100, places=6)
            self.assertEqual(percent is False, bool(gaps and not books))
            if books:
                self.assertAlmostEqual(float(percent), 100 * gaps / books, places=6)
        else:
            self.assertIs(gap, False)
            self.assertIs(percent, False)
