from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ValuationCommon


@tagged("post_install", "-at_install")
class TestValueDashboard(ValuationCommon):
    """E. A dashboard: accuracy and shrinkage over time, worst locations and products, value of stock, what is due for
    counting. Reading goes to a read replica."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env["stock.value.dashboard"]
        cls._stock_parts_and_gears()

    def test_figures(self):
        """In A1 of 100.00 two parts of 5.00 are missing, and two gears of 2.50 too many; in A2 one part is missing. This
        month 15.00 of 200.00 is missing and 5.00 too much: 5 % net, 90 % of the money right."""
        self._find_gaps(self.rack_a1, {self.part: 8, self.gear: 22})
        self._find_gaps(self.rack_a2, {self.part: 9})
        data = self.dashboard.get_dashboard()
        totals = data["totals"]
        self.assertEqual(
            (totals["gap_value"], totals["absolute_gap_value"], totals["book_value"]), (-10.0, 20.0, 200.0)
        )
        self.assertEqual((totals["shrinkage_percent"], totals["accuracy_percent"]), (5.0, 90.0))
        self.assertEqual(totals["stock_value"], 190.0)
        self.assertEqual(
            {part["id"]: part["value"] for part in data["categories"] if part["value"]},
            {self.average.id: 85.0, self.fifo.id: 105.0},
        )
        locations = [(row["id"], row["absolute"], row["net"]) for row in data["locations"]]
        self.assertEqual(locations, [(self.rack_a1.id, 15.0, -5.0), (self.rack_a2.id, 5.0, -5.0)])
        products = [(row["id"], row["absolute"], row["net"]) for row in data["products"]]
        self.assertEqual(products, [(self.part.id, 15.0, -15.0), (self.gear.id, 5.0, 5.0)])
        self.assertEqual(len(data["months"]), 12)
        self.assertEqual((data["months"][-1]["shrinkage"], data["months"][-1]["accuracy"]), (5.0, 90.0))
        self.assertEqual([month["accuracy"] for month in data["months"][:-1]], [None] * 11)

    def test_months_and_what_is_too_old(self):
        old, recent = (self._find_gaps(place, {self.part: 9}) for place in (self.rack_a1, self.rack_a2))
        middle = fields.Datetime.now().replace(day=15)
        for sheet, months in ((old, 13), (recent, 3)):
            validated_at = middle - relativedelta(months=months)
            self.env.cr.execute(
                "UPDATE stock_inventory_sheet SET validated_at = %s WHERE id = %s", [validated_at, sheet.id]
            )
        self.env.invalidate_all()
        data = self.dashboard.get_dashboard()
        self.assertEqual(data["totals"]["gap_value"], -5.0)
        self.assertEqual([month["gap_value"] for month in data["months"]].index(-5.0), 8)

    def test_what_is_due(self):
        due = self.dashboard.with_user(self.manager).get_dashboard()["due"]
        self.assertEqual(due["coverage"]["missing"], due["coverage"]["total"])
        self._find_gaps(self.rack_a1, {self.part: 8})
        after = self.dashboard.with_user(self.manager).get_dashboard()["due"]
        self.assertEqual(after["coverage"]["missing"], due["coverage"]["missing"] - 2)
        self.assertEqual(set(after["sheets"]), {"late", "due", "in_progress", "completed"})
        self.assertIn(self.rack_a1.id, [place["id"] for place in after["places"]])
        self.assertIsNone(self.dashboard.with_user(self.clerk).get_dashboard()["due"])

    def test_reversed_sheets_are_left_out(self):
        self._find_gaps(self.rack_a1, {self.part: 8}).action_reverse()
        self.env.flush_all()
        self.assertFalse(self.dashboard.get_dashboard()["totals"]["count"])

    def test_who_may_see_it(self):
        accountant = self._make_user("accountant", "account.group_account_manager")
        for user in (self.manager, self.clerk, accountant):
            self.assertTrue(self.dashboard.with_user(user).get_dashboard())
        for user in (self.counter, self.worker, self.outsider):
            with self.assertRaises(AccessError):
                self.dashboard.with_user(user).get_dashboard()

    def test_reading_needs_no_writing(self):
        """What a read replica does: refuse to write. Methods and routes that read say so, and Odoo sends them there."""
        self._find_gaps(self.rack_a1, {self.part: 8})
        self.assertTrue(type(self.dashboard).get_dashboard._readonly)
        models = [name for name in self.env if name.startswith("stock.") and name.endswith(".report")]
        reports = [self.env[name] for name in models if "_ratios" in dir(self.env[name]) and self.env[name]._ratios]
        self.assertEqual(len(reports), 4)
        with self._undone():
            self.env.cr.execute("SET LOCAL transaction_read_only = on")
            self.dashboard.with_user(self.manager).get_dashboard()
            for report in reports:
                self.assertTrue(report.export_xlsx._readonly)
                report.with_user(self.manager).export_xlsx([])
                report.with_user(self.manager).web_search_read([], {"product_id": {}, "company_id": {}}, limit=80)
                report.with_user(self.manager).web_read_group([], ["product_id"], ["__count"])
