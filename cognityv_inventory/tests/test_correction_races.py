from queue import Queue
from threading import Thread

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .race import ConnectionCase


@tagged("post_install", "-at_install")
class TestCorrectionRaces(ConnectionCase):
    """Issue 3, C: two people correct the same stock at once, and one corrects while a delivery goes out. Two real
    connections; what is made here is committed, and removed at the end."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            product = env["product.product"].create({"name": "Raced correction", "is_storable": True})
            stock = env["stock.warehouse"].search([], limit=1).lot_stock_id
            place = env["stock.location"].create({"name": "Correction race", "location_id": stock.id})
            self.product_id, self.place_id = product.id, place.id
            env.cr.commit()
        self.addCleanup(self._remove_everything)

    def _remove_everything(self):
        with self._connection() as env:
            cr, product = env.cr, (self.product_id,)
            pickings = env["stock.move"].search([("product_id", "in", product)]).picking_id
            corrections = env["stock.correction"].search([("product_id", "in", product)])
            env["mail.message"].search(
                [
                    ("model", "in", (corrections._name, pickings._name)),
                    ("res_id", "in", corrections.ids + pickings.ids),
                ]
            ).unlink()
            cr.execute("DELETE FROM stock_move_line WHERE product_id IN %s", [product])
            cr.execute("DELETE FROM stock_move WHERE product_id IN %s", [product])
            cr.execute("DELETE FROM stock_picking WHERE id IN %s", [tuple(pickings.ids) or (0,)])
            cr.execute("DELETE FROM stock_correction WHERE product_id IN %s", [product])
            cr.execute("DELETE FROM stock_quant WHERE product_id IN %s", [product])
            env.invalidate_all()
            env["product.product"].browse(product).product_tmpl_id.unlink()
            env["stock.location"].browse(self.place_id).unlink()
            env.cr.commit()

    def _put(self, quantity):
        with self._connection() as env:
            product, place = self._names(env)
            env["stock.quant"]._update_available_quantity(product, place, quantity)
            env.cr.commit()

    def _names(self, env):
        return env["product.product"].browse(self.product_id), env["stock.location"].browse(self.place_id)

    def _make(self, *quantities):
        """Drafts, entered one after the other by people who all saw the same stock."""
        with self._connection() as env:
            reason = env.ref("cognityv_inventory.correction_reason_stock_error")
            identity = {"product_id": self.product_id, "location_id": self.place_id, "reason_id": reason.id}
            drafts = env["stock.correction"].create([{**identity, "real_qty": quantity} for quantity in quantities])
            env.cr.commit()
            return drafts.ids

    def _correction(self, env, correction_id):
        return env["stock.correction"].browse(correction_id)

    def _on_hand(self):
        with self._connection() as env:
            quants = env["stock.quant"].search([("product_id", "=", self.product_id)])
            return sum(quants.filtered(lambda quant: quant.location_id.id == self.place_id).mapped("quantity"))

    def _make_delivery(self, env, quantity):
        product, place = self._names(env)
        picking_type = env["stock.warehouse"].search([], limit=1).out_type_id
        ends = {
            "location_id": place.id,
            "location_dest_id": env.ref("stock.stock_location_customers").id,
        }
        move = {"product_id": product.id, "product_uom_qty": quantity, **ends}
        picking = env["stock.picking"].create(
            {"picking_type_id": picking_type.id, "move_ids": [Command.create(move)], **ends}
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": quantity, "picked": True})
        return picking

    def _validate_second(self, first_env, do_first, correction_id):
        """The second begins while the first is not committed; it waits, and is tried again as Odoo does.

        :return: the sentence that the second person reads, or None when the correction was made
        """
        told, failures, pids = [], [], Queue()

        def second():
            with self._connection() as env:
                correction = self._correction(env, correction_id)
                correction.read(["state"])  # takes the snapshot
                pids.put(env.cr._cnx.info.backend_pid)
                try:
                    correction.action_validate()
                    env.cr.commit()
                except SerializationFailure:
                    failures.append(True)
                    env.cr.rollback()
                    env.transaction.reset()
                    try:
                        self._correction(env, correction_id).action_validate()
                        env.cr.commit()
                    except UserError as error:
                        told.append(str(error))
                except UserError as error:
                    told.append(str(error))

        do_first()
        first_env.flush_all()
        thread = Thread(target=second)
        thread.start()
        self._wait_until_blocked(thread, pids.get(timeout=60))
        first_env.cr.commit()
        thread.join()
        self.assertTrue(failures, "the second did not notice that it had waited")
        return told[0] if told else None

    def _wait_until_blocked(self, thread, pid):
        """Until that backend waits for a lock of the first one, or its thread is through."""
        query = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
        while thread.is_alive():
            with self._connection() as env:
                env.cr.execute(query, [pid])
                if env.cr.fetchone():
                    return

    @mute_logger("odoo.sql_db")
    def test_two_correct_the_same_stock_at_once(self):
        self._put(10)
        first_id, second_id = self._make(8, 9)
        with self._connection() as first:
            told = self._validate_second(first, self._correction(first, first_id).action_validate, second_id)
        self.assertRegex(told, r"has become 8.0 .* \(it was 10.0\)")
        self.assertEqual(self._on_hand(), 8)

    @mute_logger("odoo.sql_db")
    def test_two_find_the_same_new_stock_at_once(self):
        """Where the system has nothing, there is no quant to lock."""
        first_id, second_id = self._make(5, 5)
        with self._connection() as first:
            told = self._validate_second(first, self._correction(first, first_id).action_validate, second_id)
        self.assertRegex(told, r"has become 5.0 .* \(it was 0.0\)")
        self.assertEqual(self._on_hand(), 5)

    @mute_logger("odoo.sql_db")
    def test_the_same_correction_is_validated_twice(self):
        self._put(10)
        [correction_id] = self._make(8)
        with self._connection() as first:
            told = self._validate_second(first, self._correction(first, correction_id).action_validate, correction_id)
        self.assertIn("is validated and stays as it is", told)
        self.assertEqual(self._on_hand(), 8)

    @mute_logger("odoo.sql_db")
    def test_a_delivery_goes_out_at_once(self):
        self._put(10)
        [correction_id] = self._make(9)
        with self._connection() as mover:
            picking = self._make_delivery(mover, 3)
            told = self._validate_second(mover, picking._action_done, correction_id)
        self.assertRegex(told, r"has become 7.0 .* \(it was 10.0\)")
        self.assertEqual(self._on_hand(), 7)

    @mute_logger("odoo.sql_db")
    def test_a_delivery_that_was_committed_after_the_snapshot(self):
        self._put(10)
        [correction_id] = self._make(9)
        with self._connection() as corrector, self._connection() as mover:
            self._correction(corrector, correction_id).read(["state"])  # takes the snapshot
            self._make_delivery(mover, 3)._action_done()
            mover.cr.commit()
            with self.assertRaises(SerializationFailure):
                self._correction(corrector, correction_id).action_validate()
            corrector.cr.rollback()
            corrector.transaction.reset()
            with self.assertRaisesRegex(UserError, r"has become 7.0"):
                self._correction(corrector, correction_id).action_validate()
        self.assertEqual(self._on_hand(), 7)
        self.assertEqual(self._states([correction_id]), ["draft"])

    def test_a_correction_first_then_a_delivery(self):
        """The delivery goes out of what the correction left."""
        self._put(10)
        [correction_id] = self._make(9)
        with self._connection() as corrector:
            self._correction(corrector, correction_id).action_validate()
            corrector.cr.commit()
        with self._connection() as mover:
            self._make_delivery(mover, 3)._action_done()
            mover.cr.commit()
        self.assertEqual(self._on_hand(), 6)

    @mute_logger("odoo.sql_db")
    def test_corrections_of_several_products_do_not_lock_each_other_out(self):
        """Each takes its rows in the same order, whatever the order of the records: no deadlock."""
        self._put(10)
        with self._connection() as env:
            other = env["product.product"].create({"name": "Raced correction too", "is_storable": True})
            other_id = other.id
            reason = env.ref("cognityv_inventory.correction_reason_stock_error")
            vals = {"location_id": self.place_id, "reason_id": reason.id, "real_qty": 4}
            pairs = env["stock.correction"].create(
                [{**vals, "product_id": product} for product in (self.product_id, other_id)] * 2
            )
            first_ids, second_ids = pairs[:2].ids, pairs[:1:-1].ids
            env.cr.commit()
        self.addCleanup(self._remove_other, other_id)
        with self._connection() as first:
            told = self._validate_second(first, self._correction(first, first_ids).action_validate, second_ids)
        self.assertRegex(told, "has become 4.0")
        self.assertEqual(self._on_hand(), 4)

    def _remove_other(self, product_id):
        mine, self.product_id = self.product_id, product_id
        place, self.place_id = self.place_id, False
        self._remove_everything()
        self.product_id, self.place_id = mine, place

    def _states(self, correction_ids):
        with self._connection() as env:
            return self._correction(env, correction_ids).mapped("state")
