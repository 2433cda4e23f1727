import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from psycopg2 import OperationalError
from psycopg2.errors import LockNotAvailable

from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.cognityv_inventory.tests.race import RaceCase

PUSH = "odoo.addons.cognityv_scanning.models.stock_scan_session_push"


@tagged("post_install", "-at_install")
class TestPushRaces(RaceCase):
    """Scans from several connections at once, on one sheet."""

    def setUp(self):
        super().setUp()
        self._advance("action_start")
        with self._connection() as env:
            payload = env["stock.scan.session"].open_sheet(self.sheet_id)
            self.session_id = payload["id"]
            env.cr.commit()

    def _remove_everything(self):
        with self._connection() as env:
            env.cr.execute("DELETE FROM stock_scan_event WHERE session_id = %s", [self.session_id])
            env.cr.execute("DELETE FROM stock_scan_session WHERE id = %s", [self.session_id])
            env.cr.commit()
        return super()._remove_everything()

    def _event(self, **fields):
        return {"client_uuid": str(uuid.uuid4()), "product_id": self.product_id, **fields}

    def _push(self, env, *events):
        results = env["stock.scan.session"].browse(self.session_id).push(list(events))
        env.flush_all()
        return results

    def _push_one_at_a_time(self, env, *events):
        """As the end point does."""
        session = env["stock.scan.session"].browse(self.session_id)
        with session._one_at_a_time():
            session.push(list(events))
            env.cr.commit()

    def _get_quantity(self):
        with self._connection() as env:
            return sum(self._sheet(env).line_ids.mapped("real_qty"))

    def _get_locks(self, env, granted=True):
        """The processes of the database that hold the lock of a document, or wait for it."""
        env.cr.execute(
            """SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted = %s
                AND database = (SELECT oid FROM pg_database WHERE datname = CURRENT_DATABASE())""",
            [granted],
        )
        return [pid for [pid] in env.cr.fetchall()]

    # Without the lock of the end point

    @mute_logger("odoo.sql_db")
    def test_the_same_scan_twice_at_once_is_one(self):
        event = self._event()
        with self._connection() as first:
            self._push(first, event)
            second = self._in_thread(self._push, event)
            first.cr.commit()
            self.assertEqual(second.result(), 2)
        self.assertEqual(self._get_quantity(), 1)

    @mute_logger("odoo.sql_db")
    def test_two_scans_at_once_are_two(self):
        with self._connection() as first:
            self._push(first, self._event(quantity=2))
            second = self._in_thread(self._push, self._event(quantity=3))
            first.cr.commit()
            self.assertEqual(second.result(), 2)
        self.assertEqual(self._get_quantity(), 5)

    @mute_logger("odoo.sql_db")
    def test_scan_while_the_session_is_submitted(self):
        with self._connection() as first:
            first["stock.scan.session"].browse(self.session_id).action_submit({"missing": "zero"})
            second = self._in_thread(self._push, self._event())
            first.cr.commit()
            second.result()
        with self._connection() as env:
            event = env["stock.scan.session"].browse(self.session_id).event_ids
            self.assertEqual((event.outcome, event.count_id.ids), ("refused", []))

    # With it

    def _start(self, *events):
        """A scanner that is waiting now.

        :return: a Future of the number of its tries
        """
        tries = []

        def attempt(env):
            tries.append(1)
            self._push_one_at_a_time(env, *events)

        def request():
            with self._connection() as env:
                retrying(lambda: attempt(env), env)
            return len(tries)

        executor = ThreadPoolExecutor(1)
        self.addCleanup(executor.shutdown)
        future = executor.submit(request)
        with self._connection() as env:
            while not self._get_locks(env, granted=False):
                self.assertFalse(future.done())
                time.sleep(0.02)
        return future

    def test_scanners_wait_for_each_other_and_need_no_second_try(self):
        with self._connection() as first:
            session = first["stock.scan.session"].browse(self.session_id)
            with session._one_at_a_time():
                second = self._start(self._event(quantity=3))
                session.push([self._event(quantity=2)])
                first.cr.commit()
            self.assertEqual(second.result(), 1)
        self.assertEqual(self._get_quantity(), 5)

    def test_lock_is_of_the_sheet(self):
        """Two places of a sheet have it in common; another sheet does not."""
        with self._connection() as env:
            session = env["stock.scan.session"].browse(self.session_id)
            self.assertEqual(session._get_lock_key(), ("stock_inventory_sheet", self.sheet_id))

    def test_lock_ends_with_an_error(self):
        with self._connection() as env:
            session = env["stock.scan.session"].browse(self.session_id)
            with self.assertRaises(ZeroDivisionError), session._one_at_a_time():
                self.assertEqual(len(self._get_locks(env)), 1)
                raise ZeroDivisionError
            self.assertEqual(self._get_locks(env), [])

    def test_lock_does_not_outlive_its_connection(self):
        with self._connection() as env:
            session = env["stock.scan.session"].browse(self.session_id)
            with self.assertRaises(OperationalError), mute_logger("odoo.sql_db"), session._one_at_a_time():
                [pid] = self._get_locks(env)
                env.cr.execute("SELECT pg_terminate_backend(%s)", [pid])
                env.cr.commit()
            self._push_one_at_a_time(env, self._event())
            self.assertEqual(self._get_locks(env), [])
        self.assertEqual(self._get_quantity(), 1)

    @mute_logger("odoo.sql_db")
    def test_who_waits_too_long_is_to_try_again(self):
        """Odoo does so by itself with this error, its five times."""
        with self._connection() as first, self._connection() as second, patch(f"{PUSH}.MAX_WAIT", "50ms"):
            holder, waiter = (env["stock.scan.session"].browse(self.session_id) for env in (first, second))
            with holder._one_at_a_time(), self.assertRaises(LockNotAvailable), waiter._one_at_a_time():
                self.fail("two at once")
            self._push_one_at_a_time(second, self._event())
        self.assertEqual(self._get_quantity(), 1)
