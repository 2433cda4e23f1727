from contextlib import suppress

from psycopg2 import InterfaceError, OperationalError
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.own_write import as_own_write
from .race import RaceCase


@tagged("post_install", "-at_install")
class TestRaces(RaceCase):
    """Two people with the same sheet, or with two sheets of the same place."""

    def _count(self, env, quantity):
        self._sheet(env).line_ids.real_qty = quantity
        env.flush_all()

    def test_two_people_start_at_once(self):
        with self._connection() as first, self._connection() as second:
            self._sheet(first).action_start()
            with self.assertRaisesRegex(UserError, "Somebody else is changing sheet"):
                self._sheet(second).action_start()
            first.cr.commit()

    @mute_logger("odoo.sql_db")
    def test_start_after_a_start_that_was_not_seen(self):
        with self._connection() as first, self._connection() as second:
            self._sheet(second).read(["state"])  # takes the snapshot
            self._sheet(first).action_start()
            first.cr.commit()
            with self.assertRaises(SerializationFailure):
                self._sheet(second).action_start()

    def test_two_count_at_once(self):
        self._advance("action_start")
        with self._connection() as first, self._connection() as second:
            self._sheet(first)._check_counting()
            self._sheet(second)._check_counting()

    def test_nobody_counts_on_a_sheet_that_is_being_validated(self):
        self._advance("action_start", "action_set_uncounted_to_zero", "action_complete")
        with self._connection() as manager, self._connection() as counter:
            self._sheet(manager).action_validate()
            with self.assertRaisesRegex(UserError, "Somebody else is changing sheet"):
                self._count(counter, 5)
            manager.cr.commit()
        self._check_validated()

    @mute_logger("odoo.sql_db")
    def test_a_count_that_began_before_the_sheet_was_settled_is_tried_again(self):
        """Odoo's retry then sees the new state and refuses with a sentence."""
        self._advance("action_start", "action_set_uncounted_to_zero")
        with self._connection() as manager, self._connection() as counter:
            self._sheet(counter).read(["state"])
            for action in ("action_complete", "action_validate"):
                getattr(self._sheet(manager), action)()
            manager.cr.commit()
            with self.assertRaises(SerializationFailure):
                self._count(counter, 5)
            counter.cr.rollback()
            counter.invalidate_all()
            with self.assertRaisesRegex(UserError, "not in progress"):
                self._count(counter, 5)
        self._check_validated()

    @mute_logger("odoo.sql_db")
    def test_two_people_count_one_line_at_once(self):
        """D. Passes: the one who did not see the other is tried again; then both are added, or are two passes."""
        for method, status, total, numbers in (("split", "counted", 8, {1}), ("compare", "to_recount", 0, {1, 2})):
            with self.subTest(method):
                self._count_at_once(method)
                with self._connection() as env:
                    line = self._sheet(env).line_ids
                    self.assertEqual((line.count_status, line.real_qty), (status, total))
                    self.assertEqual(set(line.count_ids.mapped("pass_number")) - {0}, numbers)
                self._advance("action_cancel", "action_reset_to_draft", "action_plan")

    def _count_at_once(self, method):
        with self._connection() as env:
            self._sheet(env).count_method = method
            self._sheet(env).action_start()
            env.cr.commit()
        with self._connection() as first, self._connection() as second:
            self._sheet(second).line_ids.read(["real_qty"])
            self._count_as(first, first.ref("base.user_root"), 3)
            first.cr.commit()
            with self.assertRaises(SerializationFailure):
                self._count_as(second, second.ref("base.user_admin"), 5)
            second.cr.rollback()
            second.invalidate_all()
            self._count_as(second, second.ref("base.user_admin"), 5)
            second.cr.commit()

    def _count_as(self, env, user, quantity):
        lines = as_own_write(self._sheet(env).line_ids)
        lines._set_real_quantities([(line, quantity) for line in lines], user_id=user.id)
        env.flush_all()

    def test_nobody_completes_while_a_count_is_on_its_way(self):
        self._advance("action_start")
        with self._connection() as counter, self._connection() as manager:
            self._count(counter, 5)
            with self.assertRaisesRegex(UserError, "Somebody else is changing sheet"):
                self._sheet(manager).action_complete(keep_uncounted=True)
            counter.cr.commit()

    @mute_logger("odoo.sql_db")
    def test_two_sheets_with_the_same_products_start_at_once(self):
        """Each looks at a snapshot without the other: one has to fail and be tried again."""
        with self._connection() as env:
            twin = self._sheet(env).copy()
            twin.action_fill()
            twin.action_plan()
            twin_id = twin.id
            env.cr.commit()
        self.sheet_ids.append(twin_id)
        with self._connection() as first, self._connection() as second:
            twin = second["stock.inventory.sheet"].browse(twin_id)
            twin.read(["state"])
            self._sheet(first).action_start()
            first.cr.commit()
            with self.assertRaises(SerializationFailure):
                twin.action_start()
            second.cr.rollback()
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, self._sheet(first).name):
                twin.action_start()

    @mute_logger("odoo.sql_db")
    def test_a_worker_killed_in_the_middle_leaves_all_as_it_was(self):
        """Invariant 2, with a connection that is really cut after the moves were written."""
        self._advance("action_start", "action_set_uncounted_to_zero", "action_complete")
        doomed = db_connect(self.env.cr.dbname).cursor()
        env = api.Environment(doomed, SUPERUSER_ID, {})
        self._sheet(env).action_validate()
        env.flush_all()
        doomed.execute("SELECT pg_backend_pid()")
        [pid] = doomed.fetchone()
        self.env.cr.execute("SELECT pg_terminate_backend(%s)", [pid])
        with self.assertRaises(OperationalError):
            doomed.execute("SELECT 1")
        with suppress(InterfaceError):
            doomed.close()
        with self._connection() as env:
            self.assertEqual(self._sheet(env).state, "completed")
            self.assertFalse(self._sheet(env).move_ids)
            quants = env["stock.quant"].search([("location_id", "=", self.place_id)])
            self.assertEqual(sum(quants.mapped("quantity")), 10)
        self._advance("action_validate")
        self._check_validated()

    def _check_validated(self):
        """What is on hand is what the sheet says, and nothing was counted afterwards."""
        with self._connection() as env:
            sheet = self._sheet(env)
            quants = env["stock.quant"].search([("location_id", "=", self.place_id)])
            self.assertEqual(sheet.state, "validated")
            self.assertEqual(sheet.line_ids.real_qty, 0)
            self.assertEqual(sum(quants.mapped("quantity")), 0)

    # The same count twice at once

    def _count_by_uuid(self, env, product_id):
        line = self._sheet(env).line_ids.filtered(lambda line: line.product_id.id == product_id)
        env["stock.inventory.count"].create(
            {"line_id": line.id, "quantity": 2, "mode": "add", "client_uuid": f"race-{self.sheet_id}"}
        )
        env.flush_all()

    def _check_counted_once(self, product_id, other_id):
        """Two workers get the same count of what may be two lines: the second one finds the first one's, and says
        nothing."""
        with self._connection() as first:
            self._count_by_uuid(first, product_id)
            second = self._in_thread(self._count_by_uuid, other_id)
            first.cr.commit()
            self.assertEqual(second.result(), 2)
        with self._connection() as env:
            self.assertEqual(sum(self._sheet(env).line_ids.mapped("real_qty")), 2)

    @mute_logger("odoo.sql_db")
    def test_a_count_that_arrives_twice_at_once_is_one(self):
        self._advance("action_start")
        self._check_counted_once(self.product_id, self.product_id)

    def test_a_count_that_arrives_at_once_on_two_lines_is_one(self):
        self._advance("action_start")
        with self._connection() as env:
            line = {"sheet_id": self.sheet_id, "product_id": self.newcomer_id, "location_id": self.place_id}
            env["stock.inventory.sheet.line"].create(line)
            env.cr.commit()
        self._check_counted_once(self.product_id, self.newcomer_id)
