from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.cognityv_inventory.tests.race import RaceCase


@tagged("post_install", "-at_install")
class TestLocationCostRaces(RaceCase):
    """Two transactions that move the same product in the same place: one after the other, and nobody waits for ever.

    Raced: 10 pieces in the place that no move brought there. Newcomer: has never moved.
    """

    def _move_and_commit(self, env, quantity, product_id=None):
        self._move(env, quantity, product_id)
        env.cr.commit()

    def _post(self, env, quantity, product_id=None):
        """All that a request does but for the commit."""
        self._move(env, quantity, product_id)
        env.cr.flush()

    def _kept(self, product_id=None):
        """What is kept, and what an own look from the first move gives."""
        product_id = product_id or self.product_id
        with self._connection() as env:
            costs = env["stock.location.cost"].search([("product_id", "=", product_id)])
            kept = {cost.location_id.id: cost.quantity for cost in costs}
            self.assertEqual(kept, {self.place_id: self._quantities()[product_id][0]})
            rows = env["stock.location.cost.history"].search([("product_id", "=", product_id)], order="id")
            self.assertEqual(sum(rows.mapped("quantity")), rows[-1].quantity_after)
            return kept[self.place_id], [row.kind for row in rows]

    @mute_logger("odoo.sql_db")
    def test_two_transfers_of_the_same_product_and_place(self):
        with self._connection() as env:
            self._move_and_commit(env, 5)
        with self._connection() as first:
            self._post(first, 3)
            second = self._in_thread(self._move_and_commit, -2)
            first.cr.commit()
        self.assertEqual(second.result(), 2)
        self.assertEqual(self._kept(), (16, ["opening", "receipt", "receipt", "issue"]))

    @mute_logger("odoo.sql_db")
    def test_two_begin_the_same_product(self):
        with self._connection() as first:
            self._post(first, 3)
            second = self._in_thread(self._move_and_commit, -2)
            first.cr.commit()
        self.assertEqual(second.result(), 2)
        self.assertEqual(self._kept(), (11, ["opening", "receipt", "issue"]))

    @mute_logger("odoo.sql_db")
    def test_two_move_a_product_for_the_first_time(self):
        with self._connection() as first:
            self._post(first, 3, self.newcomer_id)
            second = self._in_thread(self._move_and_commit, 4, self.newcomer_id)
            first.cr.commit()
        self.assertEqual(second.result(), 2)
        self.assertEqual(self._kept(self.newcomer_id), (7, ["receipt", "receipt"]))

    @mute_logger("odoo.sql_db")
    def test_a_snapshot_that_is_too_old_is_tried_again(self):
        with self._connection() as env:
            self._move_and_commit(env, 5)
        with self._connection() as late:
            late["stock.location"].search_count([])  # takes the snapshot
            with self._connection() as env:
                self._move_and_commit(env, 3)
            with self.assertRaises(SerializationFailure):
                self._post(late, -2)
        self.assertEqual(self._kept()[0], 18)

    @mute_logger("odoo.sql_db")
    def test_locks_are_taken_in_one_order(self):
        """Who waits for a product holds none that comes later, so that nobody can wait for them in turn."""
        with self._connection() as env:
            self._move(env, 5)
            self._move_and_commit(env, 5, self.newcomer_id)
        before, after = sorted([self.product_id, self.newcomer_id])

        def move_both(env):
            self._move(env, 1, after)
            self._move(env, 1, before)
            env.cr.commit()

        with self._connection() as first:
            self._post(first, 3, before)
            second = self._in_thread(move_both)
            first.cr.execute(
                "SELECT FROM stock_location_cost WHERE product_id = %s AND location_id = %s FOR UPDATE NOWAIT",
                [after, self.place_id],
            )
            first.cr.commit()
        self.assertEqual(second.result(), 2)

    def test_what_is_rolled_back_changes_nothing(self):
        with self._connection() as env:
            self._move_and_commit(env, 5)
        with self._connection() as env:
            self._post(env, 7)
            env.cr.rollback()
        self.assertEqual(self._kept()[0], 15)
