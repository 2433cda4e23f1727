import logging
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

OPEN_STATES = ("waiting", "running")


class Estimate(NamedTuple):
    """What was expected at a moment."""

    at: datetime
    # How much was done: 0 to 1.
    done: float
    # How long it would still take.
    seconds: float

    def get_passed(self, moment):
        """How much of the seconds has passed at a later moment, 0 to 1, but for their last tenth: as it may take longer, the
        rest gets smaller all the time and never comes to its end."""
        passed = max((moment - self.at).total_seconds(), 0.0) / max(self.seconds, 1.0)
        return passed if passed <= 0.9 else 1 - 0.09 / passed


class StockInventoryJob(models.Model):
    """A long step of an inventory sheet, done in the background and in one transaction: whole or not at all.

    Its worker holds a lock for as long as it lives, on a connection of its own. A job that is said to run while nobody
    holds its lock was interrupted: nothing of it was done, and it can be run again.
    """

    _name = "stock.inventory.job"
    _description = "Background Work on an Inventory Sheet"
    _order = "id desc"
    _rec_name = "step"

    sheet_id = fields.Many2one("stock.inventory.sheet", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="sheet_id.company_id", store=True, precompute=True)
    user_id = fields.Many2one("res.users", "Asked by", required=True, readonly=True)
    step = fields.Selection(
        [
            ("fill", "Fill"),
            ("start", "Start"),
            ("import", "Import counts"),
            ("validate", "Validate"),
            ("reverse", "Reverse"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("waiting", "Waiting"), ("running", "At work"), ("done", "Done"), ("failed", "Not done")],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    interrupted = fields.Boolean(compute="_compute_interrupted")
    line_count = fields.Integer("Lines", readonly=True)
    file = fields.Binary(readonly=True)
    started_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    message = fields.Text("What came of it", readonly=True)

    # Beginning

    @api.model
    def _begin(self, sheet, step, line_count, content=False):
        """Have a step of a sheet done in the background.

        :param int line_count: how many lines it is about, for the estimate
        :param content: a count file, as it was uploaded
        :raises UserError: when another one of this sheet is not done yet
        """
        sheet.ensure_one()
        jobs = self.sudo()
        if jobs.search_count([("sheet_id", "=", sheet.id), ("state", "in", OPEN_STATES)], limit=1):
            message = self.env._(
                "Sheet %(sheet)s is being worked on in the background; wait until that is done.", sheet=sheet.name
            )
            raise UserError(message)
        vals = {"sheet_id": sheet.id, "step": step, "line_count": line_count, "file": content}
        job = jobs.create({**vals, "user_id": self.env.uid})
        job._wake_worker()
        return job

    def _wake_worker(self):
        """OCA's job queue where that is installed, as it has workers and a limit of its own, else Odoo's scheduler. The
        latter does hourly what the queue has left undone, such as when its runner is not started."""
        if "queue.job" in self.env:
            self.with_delay(description=f"{self.sheet_id.name}: {self.step}")._run_from_queue()
        else:
            self.env.ref("cognityv_inventory.ir_cron_jobs").sudo()._trigger()

    def _run_from_queue(self):
        """On a connection of its own, as the queue forbids its jobs to commit."""
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr))._run()

    def _run_again(self):
        """Have the same done once more, after it has failed or was interrupted."""
        self.ensure_one()
        self._end_interrupted()
        return self._begin(self.sheet_id, self.step, self.line_count, self.sudo().with_context(bin_size=False).file)

    # The worker

    @api.model
    def _cron_run(self):
        """Do what waits, oldest first. Whatever was interrupted is said to have failed: somebody decides about it."""
        self.search([("state", "=", "running")])._end_interrupted()
        waiting = self.search([("state", "=", "waiting")], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(waiting))
        for job in waiting:
            job._run()
            cron._commit_progress(1)

    def _run(self):
        """Do one job. Another worker does not, at the same time."""
        with self._alive() as mine:
            if not mine or not self._take():
                return
            try:
                retrying(self._work, self.env)
                self._commit()
            except Exception as error:
                self.env.cr.rollback()
                self._fail(error)
            self._tell()

    def _commit(self):
        """As Odoo's scheduled actions do, of which this is one."""
        self.env["ir.cron"]._commit_progress()

    @contextmanager
    def _alive(self):
        """Hold the lock that tells that somebody works on this. It ends with this process, however that ends.

        :return: whether nobody else does
        """
        with db_connect(self.env.cr.dbname).cursor() as cr:
            query = SQL("SELECT pg_try_advisory_xact_lock(%s::regclass::oid::integer, %s)", self._table, self.id)
            cr.execute(query)
            yield cr.fetchone()[0]

    def _take(self):
        """
        :return: whether it still waits
        """
        # What others committed before the lock was held is to be seen.
        self._commit()
        if self.exists().state != "waiting":
            return False
        self.write({"state": "running", "started_at": fields.Datetime.now()})
        self._commit()
        return True

    def _work(self):
        """The step, as the one who asked for it, and that it is done: both or neither are committed."""
        sheet = self.sheet_id.with_user(self.user_id).with_context(**self._get_user_context())
        message = sheet._do_step(self.step, self.file)
        # What is written only at the end is in the time that it took.
        self.env.cr.flush()
        self.write({"state": "done", "ended_at": fields.Datetime.now(), "message": message, "file": False})

    def _get_user_context(self):
        user = self.user_id
        return {
            "lang": user.lang,
            "tz": user.tz,
            "allowed_company_ids": self.company_id.ids,
            "inventory_job_id": self.id,
            "bin_size": False,
        }

    def _fail(self, error):
        """Say why it was not done; nothing of it was."""
        if not isinstance(error, UserError):
            _logger.error("Job %s of sheet %s", self.step, self.sheet_id.name, exc_info=error)
        self.write({"state": "failed", "ended_at": fields.Datetime.now(), "message": self._get_reason(error)})
        self._commit()

    def _get_reason(self, error):
        if isinstance(error, UserError):
            return str(error)
        speaker = self.with_context(lang=self.user_id.lang)
        return speaker.env._(
            "An unexpected error ended it and nothing was changed; try again, or show your administrator the log: "
            "%(error)s",
            error=type(error).__name__,
        )

    def _end_interrupted(self):
        """Jobs whose worker was killed or ran out of time: nothing of them was done."""
        for job in self.filtered("interrupted"):
            message = job.with_context(lang=job.user_id.lang).env._(
                "The server ended it before it was done, so nothing was changed; run it again."
            )
            job.sudo().write({"state": "failed", "ended_at": fields.Datetime.now(), "message": message})

    def _compute_interrupted(self):
        """Whether nobody works on it any more, although it was begun and has not come to its end."""
        running = self.filtered(lambda job: job.state == "running")
        alive = self._get_alive_ids() if running else set()
        for job in self:
            job.interrupted = job in running and job.id not in alive

    @api.model
    def _get_alive_ids(self):
        query = SQL(
            """
            SELECT lock.objid::integer FROM pg_locks lock JOIN pg_database base ON base.oid = lock.database
             WHERE lock.locktype = 'advisory' AND lock.granted AND base.datname = current_database()
               AND lock.classid = %s::regclass::oid AND lock.objsubid = 2
            """,
            self._table,
        )
        return {job_id for [job_id] in self.env.execute_query(query)}

    # What people are told

    def _tell(self):
        """A message on the screen of who asked for it, wherever they are in Odoo now."""
        message = self.with_context(lang=self.user_id.lang)._get_notification()
        self.user_id._bus_send("simple_notification", message)
        self._commit()

    def _get_notification(self):
        if self.state == "done":
            text = self.message or self._get_done_text()
            return {"type": "success", "title": self.sheet_id.name, "message": text, "sticky": False}
        title = f"{self.sheet_id.name}: {self._get_step_name()}"
        return {"type": "danger", "title": title, "message": self.message, "sticky": True}

    def _get_done_text(self):
        """What came of a step that has no message of its own. A hook: an add-on may have steps of its own."""
        texts = {
            "start": self.env._("Counting has started."),
            "validate": self.env._("Validated: stock is what was found."),
            "reverse": self.env._("Reversed: the opposite moves were made."),
        }
        return texts.get(self.step) or self.env._("Done.")

    def _get_step_name(self):
        return dict(self._fields["step"]._description_selection(self.env))[self.step]

    # Progress

    @api.model
    def _report(self, done, total):
        """Say how far the job has come that this transaction belongs to; nothing when it belongs to none.

        On another connection, as nobody sees what this one has not committed.
        """
        if job_id := self.env.context.get("inventory_job_id"):
            with db_connect(self.env.cr.dbname).cursor() as cr:
                query = SQL(
                    """INSERT INTO stock_inventory_job_progress (job_id, done, total, at)
                       VALUES (%s, %s, %s, now() AT TIME ZONE 'UTC')""",
                    job_id,
                    done,
                    total,
                )
                cr.execute(query)

    def _get_info(self):
        """What the sheet shows of it.

        :return: dict of `id`, `step` (its name), `state` (one of its states, or `interrupted`), `line_count`, `percent`
            (how much is done; None when nobody can say), `seconds_left` (an estimate; None without anything to go by),
            and `message`
        """
        self.ensure_one()
        percent, seconds_left = self._get_progress() if self.state == "running" else (None, None)
        return {
            "id": self.id,
            "step": self._get_step_name(),
            "state": "interrupted" if self.interrupted else self.state,
            "line_count": self.line_count,
            "percent": percent,
            "seconds_left": seconds_left,
            "message": self.message or "",
        }

    def _get_progress(self):
        """How much is done, in %, and how many seconds are left.

        Each estimate holds until there is a newer one. How much is done never becomes less: where a newer estimate says so,
        it goes on from what it was, just more slowly.

        :return: pair of numbers, each None when there is nothing to go by
        """
        estimates = self._get_estimates()
        if not estimates:
            return None, None
        now = self.env.cr.now()
        ends = [*(estimate.at for estimate in estimates[1:]), now]
        done = 0.0
        for estimate, end in zip(estimates, ends, strict=True):
            done = max(done, estimate.done)
            done += (1 - done) * estimate.get_passed(end)
        return 100 * done, estimates[-1].seconds * (1 - estimates[-1].get_passed(now))

    def _get_estimates(self):
        """What was expected in the course of time, oldest first: from how long the same step took the last time, for each
        line, and then from each report of the worker, as if it went on as fast as before."""
        expected = self._get_expected_seconds()
        estimates = [Estimate(self.started_at, 0.0, expected)] if expected else []
        for report in self.env["stock.inventory.job.progress"].search([("job_id", "=", self.id)], order="id"):
            spent = (report.at - self.started_at).total_seconds()
            # Not above 0 where the clocks of server and database differ.
            if report.done and report.total and spent > 0:
                done = report.done / report.total
                estimates.append(Estimate(report.at, done, spent * (1 - done) / done))
        return estimates

    def _get_expected_seconds(self):
        """As long as the last one of this kind took for each of its lines; None when there was none."""
        domain = [("step", "=", self.step), ("state", "=", "done"), ("line_count", ">", 0)]
        last = self.search(domain, limit=1)
        if not last:
            return None
        return (last.ended_at - last.started_at).total_seconds() * self.line_count / last.line_count


class StockInventoryJobProgress(models.Model):
    """How far a job had come at a moment. Rows of their own, without a link: they are written while the transaction of
    the job, which will write the job, is under way."""

    _name = "stock.inventory.job.progress"
    _description = "Progress of Background Work"
    _log_access = False

    job_id = fields.Integer(required=True, index=True)
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    at = fields.Datetime(required=True)

    @api.autovacuum
    def _gc_of_ended_jobs(self):
        open_jobs = self.env["stock.inventory.job"]._search([("state", "in", OPEN_STATES)])
        self.search([("job_id", "not in", open_jobs)]).unlink()
