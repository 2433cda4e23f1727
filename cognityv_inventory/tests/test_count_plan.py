from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..tools.own_write import as_own_write
from .common import InventoryCommon
from .race import ConnectionCase

PLAN_LOGGER = "odoo.addons.cognityv_inventory.models.stock_count_plan"


@tagged("post_install", "-at_install")
class TestCountPlan(InventoryCommon):
    """Issue D, Planning: a plan's cron makes the next sheets ahead of time, with counters and activities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("cognityv_inventory.ir_cron_make_sheets")
        cls.company.resource_calendar_id.tz = "Europe/Paris"

    def _make_plan(self, **vals):
        return self.env["stock.count.plan"].create(
            {
                "name": "Store",
                "company_id": self.company.id,
                "location_id": self.stock.id,
                "next_date": date(2026, 3, 10),
                "interval_number": 1,
                "interval_unit": "months",
                "days_ahead": 5,
                **vals,
            }
        )

    def _run_cron(self, day):
        with freeze_time(f"{day} 12:00:00"), self.enter_registry_test_mode():
            self.env.ref("cognityv_inventory.ir_cron_make_sheets").method_direct_trigger()
        self.env.invalidate_all()

    def test_the_sheet_is_made_ahead_of_time(self):
        plan = self._make_plan(
            counter_ids=[Command.set(self.counter.ids)],
            product_ids=[Command.set(self.bolt.ids)],
            blind=True,
            block_mode="products",
            count_days=3,
        )
        self._run_cron("2026-03-04")
        self.assertFalse(plan.sheet_ids, "six days before, and five were asked for")
        self._run_cron("2026-03-05")
        sheet = plan.sheet_ids
        self.assertRecordValues(
            sheet,
            [
                {
                    "state": "planned",
                    "location_id": self.stock.id,
                    "count_type": "cycle",
                    "description": "Store",
                    "counter_ids": self.counter.ids,
                    "blind": True,
                    "block_mode": "products",
                    # 8 to 18 o'clock in Paris, in winter
                    "planned_start": datetime(2026, 3, 10, 7),
                    "planned_end": datetime(2026, 3, 12, 17),
                    "plan_date": date(2026, 3, 10),
                }
            ],
        )
        self.assertEqual(sheet.line_ids.product_id, self.bolt)
        self.assertEqual(sorted(sheet.line_ids.mapped("current_qty")), [5, 10])
        self.assertEqual(sheet.activity_ids.user_id, self.counter)
        self.assertEqual(sheet.activity_ids.date_deadline, date(2026, 3, 10))
        self.assertRecordValues(plan, [{"next_date": date(2026, 4, 10), "sheet_count": 1, "last_sheet_id": sheet.id}])

    def test_what_comes_before_the_count_is_on_the_sheet(self):
        sheet = self._make_plan(product_ids=[Command.set(self.nut.ids)])._make_next_sheet()
        self._put(self.nut, 2, self.rack_a2)
        sheet.action_start()
        self.assertEqual(sheet.line_ids.location_id, self.rack_a1 | self.rack_a2)

    def test_each_date_has_one_sheet(self):
        plan = self._make_plan()
        for day in ("2026-03-05", "2026-03-05", "2026-03-06"):
            self._run_cron(day)
        self.assertEqual(plan.sheet_count, 1)
        self._run_cron("2026-04-05")
        self.assertEqual(plan.sheet_ids.mapped("plan_date"), [date(2026, 4, 10), date(2026, 3, 10)])

    def test_short_intervals_are_made_for_the_whole_time_ahead(self):
        plan = self._make_plan(interval_unit="weeks", days_ahead=14)
        self._run_cron("2026-03-01")
        self.assertEqual(plan.sheet_ids.mapped("plan_date"), [date(2026, 3, 10)])
        self._run_cron("2026-03-04")
        self.assertEqual(plan.sheet_ids.mapped("plan_date"), [date(2026, 3, 17), date(2026, 3, 10)])

    def test_dates_that_were_missed_are_not_made_up_for(self):
        plan = self._make_plan(next_date=date(2026, 1, 10))
        self._run_cron("2026-03-20")
        self.assertEqual(plan.sheet_ids.planned_start, datetime(2026, 3, 20, 7), "it cannot begin in the past")
        self.assertEqual(plan.next_date, date(2026, 4, 10))

    def test_the_last_day_of_a_month_stays_the_last(self):
        plan = self._make_plan(next_date=date(2026, 1, 31))
        dates = [plan.next_date]
        for _month in range(3):
            dates.append(plan._get_date_after(dates[-1]))
        self.assertEqual(dates[1:], [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)])
        plan.interval_unit = "days"
        self.assertEqual(plan._get_date_after(date(2026, 2, 28)), date(2026, 3, 1))

    def test_a_broken_plan_does_not_stop_the_others(self):
        broken = self._make_plan(name="Broken", next_date=date(2026, 3, 1), counter_ids=[Command.set(self.counter.ids)])
        plan = self._make_plan()
        other = self.env["res.company"].create({"name": "Where the counter works now"})
        self.counter.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        with mute_logger(PLAN_LOGGER):
            self._run_cron("2026-03-05")
            self._run_cron("2026-03-06")
        self.assertEqual(plan.sheet_count, 1)
        self.assertRecordValues(broken, [{"sheet_count": 0, "next_date": date(2026, 3, 1)}])
        self.assertIn(self.counter.name, broken.problem)
        said = broken.message_ids.filtered(lambda message: "could not be made" in message.body)
        self.assertEqual(len(said), 1, "said once, and not every night")
        self.assertIn(self.counter.name, said.body)
        broken.counter_ids = False
        self._run_cron("2026-03-06")
        self.assertRecordValues(broken, [{"sheet_count": 1, "problem": False}])

    def test_nothing_to_count_makes_no_sheet_and_says_so(self):
        empty = self.env["stock.location"].create({"name": "Empty", "location_id": self.stock.id})
        plan = self._make_plan(location_id=empty.id)
        self._run_cron("2026-03-05")
        self.assertFalse(plan.sheet_ids)
        self.assertEqual(plan.next_date, date(2026, 4, 10))
        self.assertIn("Nothing to count on 03/10/2026", plan.message_ids[0].body)

    def test_archived_plans_rest(self):
        plan = self._make_plan(active=False)
        self._run_cron("2026-03-05")
        self.assertFalse(plan.sheet_ids)
        with self.assertRaisesRegex(UserError, "archived"):
            plan.action_make_sheet()

    def test_the_cron_stops_when_its_time_is_over(self):
        first, second = self._make_plan(), self._make_plan(name="Store 2")
        progress = self.env["ir.cron"].__class__
        with patch.object(progress, "_commit_progress", return_value=0), freeze_time("2026-03-05"):
            self.env["stock.count.plan"]._cron_make_sheets()
        self.assertEqual((first.sheet_count, second.sheet_count), (1, 0))

    def test_default_intervals_by_class(self):
        """Issue D: A monthly, B quarterly, C yearly by default."""
        with Form(self.env["stock.count.plan"]) as form:
            form.name = "By class"
            for abc_class, expected in (("A", (1, "months")), ("B", (3, "months")), ("C", (12, "months"))):
                form.abc_class = abc_class
                self.assertEqual((form.interval_number, form.interval_unit), expected)
            form.interval_number = 6
        self.assertEqual(form.record.interval_number, 6)
        plan = self.env["stock.count.plan"].create(
            {"name": "B", "abc_class": "B", "interval_unit": "weeks", "interval_number": 2}
        )
        self.assertEqual((plan.interval_number, plan.interval_unit), (2, "weeks"))

    def test_a_plan_of_one_class_fills_with_that_class(self):
        self.env["product.count.class"].create(
            {"product_id": self.bolt.id, "company_id": self.company.id, "abc_class": "A"}
        )
        plan_a, plan_c = self._make_plan(abc_class="A"), self._make_plan(abc_class="C")
        self.assertEqual(plan_a._make_next_sheet().line_ids.product_id, self.bolt)
        self.assertEqual(plan_c._make_next_sheet().line_ids.product_id, self.nut)

    def test_the_button_makes_the_next_sheet_now(self):
        plan = self._make_plan(next_date=date(2035, 3, 10)).with_user(self.manager)
        action = plan.action_make_sheet()
        self.assertEqual(action["res_id"], plan.sheet_ids.id)
        self.assertEqual(plan.next_date, date(2035, 4, 10))
        self.assertEqual(plan.sheet_ids.state, "planned")

    def test_plans_are_for_managers_of_the_company(self):
        plan = self._make_plan()
        with self.assertRaises(AccessError):
            plan.with_user(self.counter).read(["name"])
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._make_user("stranger", "cognityv_inventory.group_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        with self.assertRaises(AccessError):
            plan.with_user(stranger).with_context(allowed_company_ids=other.ids).read(["name"])

    def test_nobody_links_a_sheet_with_a_plan(self):
        plan, sheet = self._make_plan(), self._make_sheet(start=False)
        for vals in ({"count_plan_id": plan.id}, {"plan_date": "2026-03-10"}):
            with self.assertRaisesRegex(UserError, "cannot be written"):
                sheet.with_user(self.manager).write(vals)
        with self.assertRaisesRegex(UserError, "cannot be written"):
            plan.with_user(self.manager).write({"sheet_ids": [Command.link(sheet.id)]})
        defaults = {"default_count_plan_id": plan.id, "default_plan_date": "2026-03-10"}
        made = self.env["stock.inventory.sheet"].with_user(self.manager).with_context(**defaults).create({})
        self.assertFalse(made.count_plan_id or made.plan_date)

    def test_the_database_keeps_one_sheet_a_date(self):
        sheet = self._make_plan()._make_next_sheet()
        twin = sheet.copy()
        self.assertFalse(twin.count_plan_id)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            as_own_write(twin).write({"count_plan_id": sheet.count_plan_id.id, "plan_date": sheet.plan_date})
            self.env.flush_all()

    def test_a_plan_with_sheets_is_archived_and_not_deleted(self):
        plan = self._make_plan()
        plan._make_next_sheet()
        with self.assertRaisesRegex(UserError, "archive it instead"):
            plan.unlink()


@tagged("post_install", "-at_install")
class TestCountPlanRaces(ConnectionCase):
    """Two real connections at once: the cron may run twice, and a manager press the button meanwhile."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            product = env["product.product"].create({"name": "Raced", "is_storable": True})
            place = env["stock.location"].create(
                {"name": "Race", "location_id": env["stock.warehouse"].search([], limit=1).lot_stock_id.id}
            )
            env["stock.quant"]._update_available_quantity(product, place, 10)
            plan = env["stock.count.plan"].create(
                {"name": "Raced", "location_id": place.id, "next_date": fields.Date.today()}
            )
            self.plan_id, self.place_id, self.product_id = plan.id, place.id, product.id
            env.cr.commit()
        self.addCleanup(self._remove_everything)

    def _remove_everything(self):
        with self._connection() as env:
            plan = self._plan(env)
            env.cr.execute("DELETE FROM stock_inventory_sheet_line WHERE product_id = %s", [self.product_id])
            env["mail.message"].search(
                [("model", "=", "stock.inventory.sheet"), ("res_id", "in", plan.sheet_ids.ids)]
            ).unlink()
            env.cr.execute("DELETE FROM stock_inventory_sheet WHERE count_plan_id = %s", [self.plan_id])
            env.cr.execute("DELETE FROM stock_quant WHERE product_id = %s", [self.product_id])
            env.invalidate_all()
            plan.unlink()
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()
            env["stock.location"].browse(self.place_id).unlink()
            env.cr.commit()

    def _plan(self, env):
        return env["stock.count.plan"].browse(self.plan_id)

    def test_while_another_worker_makes_the_sheet_it_is_left_to_them(self):
        with self._connection() as first, self._connection() as second:
            self._plan(first)._try_to_make_due_sheets()
            self._plan(second)._try_to_make_due_sheets()
            with self.assertRaisesRegex(UserError, "at this moment"):
                self._plan(second).action_make_sheet()
            first.cr.commit()
            second.cr.commit()
        self._check_one_sheet()

    @mute_logger("odoo.sql_db")
    def test_a_worker_that_looked_before_the_other_was_done_makes_no_second_sheet(self):
        with self._connection() as first, self._connection() as second:
            self._plan(second).read(["next_date"])  # takes the snapshot
            self._plan(first)._try_to_make_due_sheets()
            first.cr.commit()
            self._plan(second)._try_to_make_due_sheets()
            second.cr.commit()
            self._plan(second)._try_to_make_due_sheets()
            second.cr.commit()
        self._check_one_sheet()

    def _check_one_sheet(self):
        with self._connection() as env:
            self.assertRecordValues(self._plan(env), [{"sheet_count": 1, "problem": False}])
