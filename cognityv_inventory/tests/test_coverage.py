from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..tools.own_write import as_own_write
from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestCoverage(InventoryCommon):
    """Issue D, Planning: the share of stock records counted this year, what is due and what is late."""

    def _coverage(self, *domain):
        self.env.flush_all()
        return self.env["stock.inventory.coverage"].search([("company_id", "=", self.company.id), *domain])

    def _count(self, location=None, **quantities):
        """A validated sheet of a place; what is not named is counted as expected."""
        sheet = self._make_sheet(location_id=(location or self.stock).id)
        for line in sheet.line_ids:
            line.real_qty = quantities.get(line.product_id.name, line.current_qty)
        sheet.action_complete()
        sheet.action_validate()
        return sheet

    def _overview(self):
        self.env.flush_all()
        overview_model = self.env["stock.inventory.coverage"].with_user(self.manager)
        return overview_model.with_context(allowed_company_ids=self.company.ids).get_overview()

    def test_every_record_of_stock_shows_once(self):
        rows = self._coverage()
        found = {(row.product_id, row.location_id, row.quantity, row.counted_this_year) for row in rows}
        expected = {
            (self.bolt, self.rack_a1, 10, False),
            (self.nut, self.rack_a1, 4, False),
            (self.bolt, self.rack_a2, 5, False),
        }
        self.assertEqual((found, len(rows)), (expected, 3))

    def test_negative_stock_shows_empty_and_untracked_stock_do_not(self):
        negative, empty, split, consumable = (
            self._make_product(name) for name in ("Negative", "Empty", "Split", "Rag")
        )
        quant_model = self.env["stock.quant"].sudo()
        self._put(negative, -2, self.rack_a1)
        self._put(consumable, 3, self.rack_a1)
        # Odoo refuses this while there is stock, but stock of the time before may be there.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE product_template SET is_storable = FALSE WHERE id = %s", [consumable.product_tmpl_id.id]
        )
        for product, quantity in ((empty, 0), (split, 2), (split, 3)):
            quant_model.create({"product_id": product.id, "location_id": self.rack_a1.id, "quantity": quantity})
        rows = self._coverage(("product_id", "in", (negative | consumable | empty | split).ids))
        self.assertEqual({row.product_id: row.quantity for row in rows}, {negative: -2, split: 5})
        self.assertEqual(len(rows), 2)

    def test_other_places_and_companies_stay_out(self):
        other = self.env["res.company"].create({"name": "Other"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        self._put(self.bolt, 7, warehouse.lot_stock_id)
        self._put(self.bolt, 7, self.customers)
        self.env.flush_all()
        seen = self.env["stock.inventory.coverage"].with_user(self.manager).search([])
        self.assertEqual(seen.company_id, self.company)
        self.assertEqual(sum(seen.filtered(lambda row: row.product_id == self.bolt).mapped("quantity")), 15)

    def test_counted_with_and_without_a_gap(self):
        self._count(self.rack_a1, Bolt=8)
        rows = self._coverage()
        counted = rows.filtered("counted_this_year")
        self.assertEqual({(row.product_id, row.quantity) for row in counted}, {(self.bolt, 8), (self.nut, 4)})
        self.assertEqual((rows - counted).location_id, self.rack_a2)
        self.assertEqual(set(counted.mapped("days_since_count")), {0})
        self.assertEqual((sum(rows.mapped("missing_count")), set(counted.mapped("counted_percent"))), (1, {100.0}))

    def test_not_validated_kept_uncounted_or_reversed_does_not_count(self):
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self._line(sheet, self.bolt).real_qty = 10
        sheet.action_complete(keep_uncounted=True)
        self.assertFalse(self._coverage(("counted_this_year", "=", True)))
        sheet.action_validate()
        self.assertEqual(self._coverage(("counted_this_year", "=", True)).product_id, self.bolt)
        sheet.action_reverse()
        self.assertFalse(self._coverage(("counted_this_year", "=", True)))

    def test_a_count_belongs_to_the_year_in_which_it_was_seen(self):
        """Counted on 31 December at 23:30 in Paris and validated in January: it is the old year's."""
        self.company.resource_calendar_id.tz = "Europe/Paris"
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        seen = {self.bolt: datetime(2026, 12, 31, 22, 30), self.nut: datetime(2026, 12, 31, 23, 30)}
        as_own_write(self.env["stock.inventory.count"]).create(
            [
                {"line_id": line.id, "quantity": line.current_qty, "counted_at": seen[line.product_id]}
                for line in sheet.line_ids
            ]
        )
        sheet.action_complete()
        sheet.action_validate()
        with freeze_time("2027-01-02 12:00:00"):
            self.assertEqual(self.company._get_count_year_start(), datetime(2026, 12, 31, 23))
            counted = self._coverage(("counted_this_year", "=", True))
            self.assertEqual(counted.product_id, self.nut)
            bolt = self._coverage(("product_id", "=", self.bolt.id), ("location_id", "=", self.rack_a1.id))
            self.assertEqual((bolt.last_counted_at, bolt.days_since_count), (datetime(2026, 12, 31, 22, 30), 2))

    def test_tracking_number_package_and_owner_are_told_apart(self):
        lots = self._make_lot(self.glue, "L1") | self._make_lot(self.glue, "L2")
        owner = self.env["res.partner"].create({"name": "Owner"})
        package = self.env["stock.package"].create({"name": "P1"})
        self._put(self.glue, 1, self.rack_a1, lot_id=lots[0])
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=[Command.set(self.glue.ids)])
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        sheet.action_validate()
        self._put(self.glue, 1, self.rack_a1, lot_id=lots[1])
        self._put(self.glue, 1, self.rack_a1, lot_id=lots[0], owner_id=owner)
        self._put(self.glue, 1, self.rack_a1, lot_id=lots[0], package_id=package)
        rows = self._coverage(("product_id", "=", self.glue.id))
        self.assertEqual(len(rows), 4)
        counted = rows.filtered("counted_this_year")
        self.assertEqual((counted.lot_id, counted.owner_id.id, counted.package_id.id), (lots[0], False, False))

    def test_yearly_sheet_of_all_that_is_missing(self):
        """Issue D: yearly sheets for everything not counted this year, whatever count it is meant for."""
        self._count(self.rack_a2)
        self.nut.count_type = "cycle"
        self.nut.obsolete_date = fields.Date.today() - timedelta(days=1)
        self._put(self._make_product("Negative"), -1, self.rack_a1)
        wizard = self.env["stock.inventory.remaining"].with_user(self.manager).create({"location_id": self.stock.id})
        self.assertEqual(wizard.missing_count, 3)
        sheet = self.env["stock.inventory.sheet"].browse(wizard.action_make_sheet()["res_id"])
        self.assertEqual((sheet.count_type, sheet.location_id, sheet.state), ("yearly", self.stock, "draft"))
        expected = {
            (row.product_id, row.location_id, row.quantity) for row in self._coverage(("counted_this_year", "=", False))
        }
        lines = {(line.product_id, line.location_id, line.current_qty) for line in sheet.line_ids}
        self.assertEqual((lines, len(lines)), (expected, 3))

    def test_nothing_missing_makes_no_sheet(self):
        self._count()
        wizard = self.env["stock.inventory.remaining"].create({"location_id": self.stock.id})
        self.assertFalse(wizard.missing_count)
        with self.assertRaisesRegex(UserError, "has been counted this year"):
            wizard.action_make_sheet()

    def test_without_sub_locations(self):
        vals = {"location_id": self.stock.id, "include_sublocations": False}
        self.assertEqual(self.env["stock.inventory.remaining"].create(vals).missing_count, 0)

    def test_overview(self):
        self._count(self.rack_a2)
        late = self._make_sheet(location_id=self.rack_a1.id)
        late.planned_start = fields.Datetime.now() - timedelta(days=3)
        late.planned_end = fields.Datetime.now() - timedelta(days=2)
        planned = self._make_sheet(start=False, location_id=self.rack_a2.id)
        planned.action_plan()
        far = fields.Datetime.now() + timedelta(days=30)
        self._make_sheet(start=False, location_id=self.rack_a2.id, planned_start=far, planned_end=far).action_plan()
        overview = self._overview()
        counts = {kind: figures["count"] for kind, figures in overview["sheets"].items()}
        self.assertEqual(counts, {"late": 1, "due": 1, "in_progress": 1, "completed": 0})
        for kind, figures in overview["sheets"].items():
            found = self.env["stock.inventory.sheet"].search_count(figures["domain"])
            self.assertEqual(found, figures["count"], kind)
        self.assertEqual(overview["coverage"], {"total": 3, "counted": 1, "missing": 2, "percent": 33})
        [place] = overview["places"]
        self.assertEqual((place["id"], place["missing"], place["percent"]), (self.rack_a1.id, 2, 0))
        self.assertEqual(overview["open_sheets"][0]["id"], late.id, "the most urgent comes first")
        self.assertTrue(overview["open_sheets"][0]["is_late"])

    def test_hundred_percent_means_that_nothing_is_missing(self):
        share = self.env["stock.inventory.coverage"]._prepare_share(100000, 1)
        self.assertEqual((share["percent"], share["counted"]), (99, 99999))

    def test_only_managers_see_it(self):
        for user in (self.counter, self.outsider):
            coverage_model = self.env["stock.inventory.coverage"].with_user(user)
            with self.assertRaises(AccessError):
                coverage_model.get_overview()
            with self.assertRaises(AccessError):
                coverage_model.search([])

    def test_groups_in_pivot(self):
        self._count(self.rack_a2)
        self.env.flush_all()
        groups = self.env["stock.inventory.coverage"]._read_group(
            [("company_id", "=", self.company.id)],
            ["location_id"],
            ["__count", "missing_count:sum", "counted_percent:avg"],
            order="location_id",
        )
        self.assertEqual(set(groups), {(self.rack_a1, 2, 2, 0.0), (self.rack_a2, 1, 0, 100.0)})
