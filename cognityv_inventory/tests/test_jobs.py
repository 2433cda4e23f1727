import base64
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from ..models import stock_inventory_sheet_job
from .common import InventoryCommon, all_steps_are_long
from .race import RaceCase


@tagged("post_install", "-at_install")
class TestJobs(RaceCase):
    """Long steps are done in the background, with real commits: whole or not at all, whatever ends them."""

    def _remove_everything(self):
        with self._connection() as env:
            env["stock.inventory.job"].search([("sheet_id", "in", self.sheet_ids)]).unlink()
            env.cr.execute("DELETE FROM stock_inventory_job_progress")
            env.cr.commit()
        return super()._remove_everything()

    def _as_admin(self, env):
        """The sheet as a person has it: what is done in the background is done with their name and rights."""
        return self._sheet(env).with_user(env.ref("base.user_admin"))

    def _begin(self, step):
        with self._connection() as env, all_steps_are_long():
            sheet = self._as_admin(env)
            action = sheet._validate_or_begin() if step == "validate" else getattr(sheet, f"action_ask_{step}")()
            env.cr.commit()
            return action

    def _work(self):
        with self._connection() as env:
            env["stock.inventory.job"]._cron_run()
            env.cr.commit()

    def _get_job(self):
        with self._connection() as env:
            return self._as_admin(env).get_job()

    def _get_state(self):
        with self._connection() as env:
            return self._sheet(env).state

    def _fail_once(self, step, error):
        """The first try of a step is ended by an error, after all that it does."""
        model = self.registry["stock.inventory.sheet"]
        method, tries = getattr(model, f"action_{step}"), []

        def fail(sheet):
            method(sheet)
            tries.append(sheet.state)
            if len(tries) == 1:
                raise error

        return patch.object(model, f"action_{step}", fail)

    def test_a_short_step_is_done_at_once(self):
        with self._connection() as env:
            self._as_admin(env).action_ask_start()
            self.assertEqual(self._sheet(env).state, "in_progress")

    def test_from_start_to_validation(self):
        self.assertEqual(self._begin("start"), {"type": "ir.actions.client", "tag": "soft_reload"})
        self.assertEqual((self._get_state(), self._get_job()["state"]), ("planned", "waiting"))
        self._work()
        self.assertEqual((self._get_state(), self._get_job()["state"]), ("in_progress", "done"))
        with self._connection() as env:
            sheet = self._sheet(env)
            self.assertEqual(sheet.started_by_id, env.ref("base.user_admin"))
            sheet.line_ids.real_qty = 7
            sheet.action_complete()
            env.cr.commit()
        self._begin("validate")
        self._work()
        self.assertEqual((self._get_state(), self._quantities()[self.product_id][0]), ("validated", 7))
        self._begin("reverse")
        self._work()
        self.assertEqual(self._quantities()[self.product_id][0], 10)

    def test_fill(self):
        self._move_in_newcomer()
        self._begin("fill")
        self._work()
        self.assertEqual(self._lines(), {self.product_id: 10, self.newcomer_id: 3})
        self.assertEqual(self._get_job()["message"], "Lines added: 1.")

    def _move_in_newcomer(self):
        with self._connection() as env:
            self._move(env, 3, self.newcomer_id)
            env.cr.commit()

    def test_a_long_file(self):
        self._advance("action_start")
        with self._connection() as env:
            sheet = self._as_admin(env)
            content = base64.b64encode(f"Line id,Real quantity\n{sheet.line_ids.id},4\n".encode())
            wizard = env["stock.inventory.import"].with_user(sheet.env.user)
            wizard = wizard.create({"sheet_id": sheet.id, "file": content})
            with patch.object(stock_inventory_sheet_job, "LONG_FILE", 10):
                wizard.action_import()
            self.assertFalse(sheet.line_ids.is_counted)
            env.cr.commit()
        self._work()
        self.assertEqual(self._get_job()["message"], "Lines counted: 1, added: 0, unchanged: 0.")
        with self._connection() as env:
            self.assertEqual(self._sheet(env).line_ids.real_qty, 4)
            job = env["stock.inventory.job"].search([("sheet_id", "=", self.sheet_id)])
            self.assertFalse(job.file, "what is done needs no file any more")

    def test_what_is_refused_says_why_and_can_be_run_again(self):
        with self._connection() as env:
            other = env["stock.inventory.sheet"].create({"location_id": self.place_id})
            other.action_fill()
            other.action_plan()
            self.sheet_ids.append(other.id)
            other.action_start()
            env.cr.commit()
        self._begin("start")
        self._work()
        job = self._get_job()
        self.assertEqual((self._get_state(), job["state"]), ("planned", "failed"))
        self.assertIn("is being counted on", job["message"])
        with self._connection() as env:
            env["stock.inventory.sheet"].browse(other.id).action_cancel()
            self._as_admin(env).run_job_again()
            env.cr.commit()
        self._work()
        self.assertEqual((self._get_state(), self._get_job()["state"]), ("in_progress", "done"))

    def test_what_cannot_serialize_is_tried_again(self):
        self._begin("start")
        with (
            patch("odoo.service.model.random.uniform", return_value=0),
            mute_logger("odoo.service.model"),
            self._fail_once("start", ConcurrencyError("meanwhile")),
        ):
            self._work()
        self.assertEqual((self._get_state(), self._get_job()["state"]), ("in_progress", "done"))

    def test_an_unexpected_error_leaves_everything_as_it_was(self):
        self._begin("start")
        with self._fail_once("start", ZeroDivisionError()), self.assertLogs("odoo.addons.cognityv_inventory") as logs:
            self._work()
        self.assertIn("ZeroDivisionError", logs.output[0])
        job = self._get_job()
        self.assertEqual((self._get_state(), job["state"]), ("planned", "failed"))
        self.assertIn("ZeroDivisionError", job["message"])

    def test_a_worker_that_is_killed(self):
        self._begin("start")
        command = [sys.executable, str(Path(__file__).with_name("job_worker.py")), config["config"]]
        worker = subprocess.Popen([*command, self.env.cr.dbname], stdout=subprocess.PIPE, text=True)
        self.addCleanup(worker.stdout.close)
        self.addCleanup(worker.kill)
        self.assertEqual(worker.stdout.readline().strip(), "started")
        self.assertEqual(self._get_job()["state"], "running")
        self._work()
        self.assertEqual(self._get_job()["state"], "running", "nobody else takes it as long as its worker lives")
        worker.kill()
        worker.wait()
        # PostgreSQL notices a moment later.
        with self._connection() as env:
            self._wait_for(env, lambda: self._get_job()["state"] == "interrupted")
        self.assertEqual(self._get_state(), "planned")
        self._work()
        job = self._get_job()
        self.assertEqual((self._get_state(), job["state"]), ("planned", "failed"), "somebody decides about it")
        self.assertIn("run it again", job["message"])
        with self._connection() as env:
            self._as_admin(env).run_job_again()
            env.cr.commit()
        self._work()
        self.assertEqual(self._get_state(), "in_progress")

    def _wait_for(self, env, condition):
        for _attempt in range(200):
            if condition():
                return
            env.cr.execute("SELECT pg_sleep(0.05)")
        self.fail("waited in vain")

    def test_one_at_a_time(self):
        self._begin("start")
        with self.assertRaisesRegex(UserError, "is being worked on in the background"):
            self._begin("start")

    def test_progress_is_seen_while_nothing_is_committed(self):
        self._begin("start")
        seen = []
        model = self.registry["stock.inventory.sheet"]
        start = model.action_start

        def report(sheet):
            # So that the quarter took some time.
            sheet.env["stock.inventory.job"].sudo()._report(1, 4)
            seen.append(self._get_job())
            return start(sheet)

        with patch.object(model, "action_start", report):
            self._work()
        [job] = seen
        self.assertEqual(job["state"], "running")
        self.assertGreaterEqual(job["percent"], 25)
        self.assertLess(job["percent"], 100)
        self.assertIsInstance(job["seconds_left"], float)

    def test_a_validation_by_sets_reports_its_progress(self):
        with self._connection() as env:
            sheet = self._sheet(env)
            sheet.action_start()
            sheet.line_ids.real_qty = 7
            sheet.action_complete()
            env.cr.commit()
        self._begin("validate")
        self._work()
        self.assertEqual(self._get_job()["state"], "done")
        with self._connection() as env:
            domain = [("job_id", "=", self._get_job()["id"])]
            shares = [row.done / row.total for row in env["stock.inventory.job.progress"].search(domain, order="id")]
        self.assertGreater(len(shares), 5)
        self.assertEqual(shares, sorted(set(shares)), "each report is of more than the one before")
        self.assertLess(shares[-1], 1)

    def _make_running_job(self, env, seconds, **vals):
        """A fill of 500 lines that was begun so many seconds ago."""
        vals = {"sheet_id": self.sheet_id, "user_id": env.uid, "step": "fill", "line_count": 500, **vals}
        started_at = env.cr.now() - timedelta(seconds=seconds)
        return env["stock.inventory.job"].create({**vals, "state": "running", "started_at": started_at})

    def _report(self, job, percent, seconds):
        """What the worker has reported so many seconds after it began."""
        at = job.started_at + timedelta(seconds=seconds)
        job.env["stock.inventory.job.progress"].create({"job_id": job.id, "done": percent, "total": 100, "at": at})

    def _assert_progress(self, job, percent, seconds_left):
        progress = job._get_progress()
        self.assertAlmostEqual(progress[0], percent, delta=0.1)
        self.assertAlmostEqual(progress[1], seconds_left, delta=0.1)

    def _make_done_job(self, env, seconds):
        """A fill of 1,000 lines that took so many seconds."""
        job = self._make_running_job(env, 900, line_count=1000)
        job.write({"state": "done", "ended_at": job.started_at + timedelta(seconds=seconds)})

    def test_the_estimate_is_how_long_it_took_the_last_time(self):
        with self._connection() as env:
            self._make_done_job(env, 60)
            job = self._make_running_job(env, 6)
            self._assert_progress(job, 20, 24)
            job.step = "import"
            self.assertEqual(job._get_progress(), (None, None), "nothing to go by")

    def test_it_goes_on_between_reports_as_fast_as_before(self):
        with self._connection() as env:
            job = self._make_running_job(env, 60)
            self._report(job, 40, 40)
            self._assert_progress(job, 60, 40)

    def test_what_takes_longer_than_expected_never_comes_to_its_end(self):
        with self._connection() as env:
            self._make_done_job(env, 60)
            on_time, late, very_late = (self._make_running_job(env, 30 * times)._get_progress() for times in (1, 2, 9))
            self.assertLess(on_time[0], late[0])
            self.assertLess(late[0], very_late[0])
            self.assertLess(very_late[0], 100)
            self.assertGreater(on_time[1], late[1])
            self.assertGreater(late[1], very_late[1])
            self.assertGreater(very_late[1], 0)

    def test_progress_never_goes_back(self):
        with self._connection() as env:
            self._make_done_job(env, 60)
            job = self._make_running_job(env, 24)
            self._report(job, 35, 21)
            # It was at 70 % when the worker said that it was 35 %, with 39 seconds to go.
            self._assert_progress(job, 70 + 30 * 3 / 39, 36)
            self._report(job, 90, 24)
            self._assert_progress(job, 90, 24 * 10 / 90)

    def test_the_message_says_what_came_of_it(self):
        with self._connection() as env:
            job = self._make_running_job(env, 1, step="validate")
            job.state = "done"
            done = job._get_notification()
            self.assertEqual((done["type"], done["title"]), ("success", job.sheet_id.name))
            self.assertIn("stock is what was found", done["message"])
            job.write({"state": "failed", "message": "Stock has changed."})
            failed = job._get_notification()
            self.assertEqual(
                (failed["type"], failed["message"], failed["sticky"]), ("danger", "Stock has changed.", True)
            )
            self.assertIn("Validate", failed["title"])


@tagged("post_install", "-at_install")
class TestJobRights(InventoryCommon):
    """What came of a job may name quantities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._make_user("colleague", "cognityv_inventory.group_counter")
        cls.sheet = cls._make_sheet(location_id=cls.rack_a1.id, counter_ids=(cls.counter | cls.colleague).ids)
        vals = {"sheet_id": cls.sheet.id, "user_id": cls.counter.id, "step": "import", "state": "failed"}
        cls.job = cls.env["stock.inventory.job"].create({**vals, "message": "Row 7: 12 bolts"})

    def test_who_is_told_what_came_of_it(self):
        for user, message in (
            (self.counter, "Row 7: 12 bolts"),
            (self.manager, "Row 7: 12 bolts"),
            (self.colleague, ""),
        ):
            self.assertEqual(self.sheet.with_user(user).get_job()["message"], message)

    def test_jobs_are_not_read_by_counters(self):
        with self.assertRaises(AccessError):
            self.job.with_user(self.counter).read(["message"])

    def test_who_may_run_it_again(self):
        with self.assertRaises(UserError):
            self.sheet.with_user(self.colleague).run_job_again()
        self.sheet.with_user(self.counter).run_job_again()
        self.assertEqual(self.sheet.get_job()["state"], "waiting")

    def test_nothing_to_run_again(self):
        self.job.state = "done"
        with self.assertRaisesRegex(UserError, "Nothing of sheet"):
            self.sheet.with_user(self.manager).run_job_again()

    def test_counters_do_not_begin_the_steps_of_managers(self):
        for action in ("action_ask_start", "action_ask_fill", "action_ask_reverse"):
            with self.subTest(action), self.assertRaises(UserError):
                getattr(self.sheet.with_user(self.counter), action)()

    def test_what_failed_is_of_no_interest_later(self):
        self.sheet.action_cancel()
        self.assertEqual(self.sheet.get_job(), {})
