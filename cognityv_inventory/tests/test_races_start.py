import time

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .race import RaceCase


@tagged("post_install", "-at_install")
class TestMoverAgainstStart(RaceCase):
    """One connection moves stock while another starts a sheet: whatever the order, it is counted or refused (issue A,
    invariant 3). The cases are those of the comparison with another add-on, which loses S2, S4, S5, S6 and S7."""

    def _check_refused(self, quantity, product_id=None):
        """The mover looks at a snapshot of before the Start, cannot serialize, and is refused when tried again."""
        before = self._quantities()
        with self._connection() as mover, self._connection() as starter:
            mover.cr.execute("SELECT 1")  # takes the snapshot
            self._start(starter)
            starter.cr.commit()
            with self.assertRaises(SerializationFailure):
                self._move(mover, quantity, product_id)
            mover.cr.rollback()
            mover.invalidate_all()
            with self.assertRaisesRegex(UserError, self._sheet(starter).name):
                self._move(mover, quantity, product_id)
        self.assertEqual(self._quantities(), before)

    def test_s0_refused_after_start(self):
        self._advance("action_start")
        with self._connection() as mover, self.assertRaisesRegex(UserError, self._sheet(mover).name):
            self._move(mover, -1)

    @mute_logger("odoo.sql_db")
    def test_s1_an_older_snapshot_moves_what_is_there(self):
        self._check_refused(-5)

    @mute_logger("odoo.sql_db")
    def test_s2_an_older_snapshot_receives_what_was_not_there(self):
        self._check_refused(7, self.newcomer_id)

    @mute_logger("odoo.sql_db")
    def test_s7_an_older_snapshot_receives_in_an_empty_place(self):
        with self._connection() as env:
            env.cr.execute("DELETE FROM stock_quant WHERE location_id = %s", [self.place_id])
            env.cr.commit()
        self._check_refused(3)

    def _check_counted(self, quantity, product_id=None):
        """Start waits for a mover that is not committed, then sees what it moved."""
        with self._connection() as mover:
            self._move(mover, quantity, product_id)
            start = self._in_thread(self._start)
            self.assertFalse(start.done(), "Start should wait for the mover")
            mover.cr.commit()
            self.assertGreater(start.result(timeout=60), 1, "Start has to look again with a new snapshot")
        on_hand = {product: quantity for product, (quantity, _count) in self._quantities().items()}
        self.assertEqual(self._lines(), on_hand)

    @mute_logger("odoo.sql_db")
    def test_s3_start_waits_for_a_move_of_what_is_there(self):
        self._check_counted(-5)

    @mute_logger("odoo.sql_db")
    def test_s4_start_waits_for_a_receipt_of_what_was_not_there(self):
        self._check_counted(7, self.newcomer_id)

    @mute_logger("odoo.sql_db")
    def test_start_with_an_older_snapshot_than_a_move_that_is_committed(self):
        """It waits for nothing, and yet would read the quantity of before."""
        for quantity, product_id in ((-5, self.product_id), (7, self.newcomer_id)):
            with self.subTest(product=product_id), self._connection() as starter, self._connection() as mover:
                starter.cr.execute("SELECT 1")  # takes the snapshot
                self._move(mover, quantity, product_id)
                mover.cr.commit()
                with self.assertRaises(ConcurrencyError):
                    self._start(starter)
                self._check_held()
                self._let_go()
        self._advance("action_start")
        self.assertEqual(self._lines(), {self.product_id: 5, self.newcomer_id: 7})

    def _check_held(self):
        """Until Start is tried again, nothing moves, so that it does not come too late once more."""
        with self._connection() as mover, self.assertRaises(ConcurrencyError):
            self._move(mover, 1)

    def _let_go(self):
        with self._connection() as env:
            env.cr.execute("UPDATE stock_location SET inventory_hold_until = NULL WHERE id = %s", [self.place_id])
            env.cr.commit()

    def test_a_place_is_free_again_when_start_was_not_tried_again(self):
        with self._connection() as env:
            self._sheet(env)._lock_places(env.cr, [self.place_id], seconds=1)
            env.cr.commit()
        self._check_held()
        time.sleep(1.1)
        with self._connection() as mover:
            self.assertEqual(self._move(mover, 1).state, "done")

    def _check_mover_waits(self, quantity):
        """A mover that begins while Start is still at work waits, and is refused."""
        with self._connection() as starter:
            self._start(starter)
            move = self._in_thread(self._move, quantity)
            self.assertFalse(move.done(), "the mover should wait for Start")
            starter.cr.commit()
            with self.assertRaisesRegex(UserError, "COUNT/"):
                move.result(timeout=60)
        self.assertEqual(self._quantities(), {self.product_id: (10, 1)}, "one quant, as it was")
        self.assertEqual(self._lines(), {self.product_id: 10})

    @mute_logger("odoo.sql_db")
    def test_s5_a_delivery_while_start_is_at_work(self):
        self._check_mover_waits(-5)

    @mute_logger("odoo.sql_db")
    def test_s6_a_receipt_while_start_is_at_work(self):
        self._check_mover_waits(5)

    def test_two_movers_do_not_wait_for_each_other(self):
        with self._connection() as first, self._connection() as second:
            self._move(first, 5)
            second.cr.execute("SET LOCAL lock_timeout = '5s'")
            self.assertEqual(self._move(second, 7, self.newcomer_id).state, "done")

    @mute_logger("odoo.sql_db")
    def test_a_place_that_moves_below_while_start_is_at_work(self):
        with self._connection() as env:
            outside = env["stock.location"].create({"name": "Outside"})
            env.cr.commit()
        self.addCleanup(self._remove_place, outside.id)
        with self._connection() as starter, self._connection() as mover:
            place = mover["stock.location"].browse(outside.id)
            place.read(["name"])
            self._start(starter)
            starter.cr.commit()
            with self.assertRaises(SerializationFailure):
                place.location_id = self.place_id

    def _remove_place(self, place_id):
        with self._connection() as env:
            env["stock.location"].browse(place_id).unlink()
            env.cr.commit()
