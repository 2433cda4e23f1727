from datetime import timedelta
from uuid import uuid4

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestCounts(InventoryCommon):
    """Counts are evidence: append only, once each, by whom and when; not counted is not counted zero."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sheet = cls._make_sheet(counter_ids=[Command.set(cls.counter.ids)])
        cls.line = cls.sheet.line_ids.filtered(lambda line: line.product_id == cls.bolt)[0]

    def _count(self, **vals):
        return self.env["stock.inventory.count"].create({"line_id": self.line.id, "quantity": 1, **vals})

    def test_writing_a_real_quantity_is_a_count(self):
        line = self.line.with_user(self.counter)
        line.real_qty = 7
        count = line.count_ids
        self.assertRecordValues(
            count, [{"quantity": 7, "mode": "set", "user_id": self.counter.id, "source": "manual", "pass_number": 1}]
        )
        self.assertRecordValues(
            self.line,
            [{"real_qty": 7, "is_counted": True, "gap_qty": -3, "last_counted_by_id": self.counter.id}],
        )
        self.assertEqual(self.line.last_counted_at, count.counted_at)
        line.real_qty = 9
        self.assertEqual((len(line.count_ids), line.real_qty, line.gap_qty), (2, 9, -1))

    def test_zero_is_counted_and_empty_is_not(self):
        self.assertFalse(self.line.is_counted)
        self.line.write({"real_qty": 0})
        self.assertEqual((self.line.is_counted, self.line.real_qty, self.line.gap_qty), (True, 0, -10))
        self.line.write({"is_counted": False, "real_qty": 0})
        self.assertEqual((self.line.is_counted, self.line.gap_qty), (False, 0))
        self.assertEqual(self.line.count_ids.mapped("superseded"), [True])
        self.line.write({"is_counted": True})
        self.assertEqual((self.line.is_counted, self.line.real_qty), (True, 0))

    def test_set_and_add(self):
        now = fields.Datetime.now()
        self._count(mode="add", quantity=2, counted_at=now)
        self._count(mode="add", quantity=3, counted_at=now + timedelta(minutes=1))
        self.assertEqual(self.line.real_qty, 5)
        self._count(mode="set", quantity=1, counted_at=now + timedelta(minutes=2))
        self.assertEqual(self.line.real_qty, 1)
        self._count(mode="add", quantity=4, counted_at=now + timedelta(minutes=3))
        self.assertEqual(self.line.real_qty, 5)

    def test_order_is_when_it_was_seen_not_when_it_arrived(self):
        now = fields.Datetime.now()
        self._count(mode="set", quantity=8, counted_at=now)
        self._count(mode="set", quantity=3, counted_at=now - timedelta(hours=1))
        self.assertEqual((self.line.real_qty, self.line.last_counted_at), (8, now))

    def test_counts_of_the_last_pass_are_accepted(self):
        """Also when one of an earlier pass arrives after them."""
        earlier = fields.Datetime.now() - timedelta(minutes=5)
        self._count(quantity=8, counted_at=earlier)
        counts = self.env["stock.inventory.count"].with_user(self.counter)
        counts.create({"line_id": self.line.id, "quantity": 6, "pass_number": 2})
        self._count(quantity=9, pass_number=1, counted_at=earlier)
        self.assertEqual(self.line.real_qty, 6)

    def test_a_count_arrives_once(self):
        uuid = str(uuid4())
        first = self._count(mode="add", quantity=2, client_uuid=uuid)
        again = self._count(mode="add", quantity=2, client_uuid=uuid)
        self.assertEqual(first, again)
        both = self.env["stock.inventory.count"].create(
            [{"line_id": self.line.id, "mode": "add", "quantity": 2, "client_uuid": uuid}] * 2
        )
        self.assertEqual(both.ids, [first.id, first.id])
        self.assertEqual(self.line.real_qty, 2)

    def test_a_count_made_beside_others_is_not_taken_for_one_of_them(self):
        first = self._count(quantity=3)
        second = self.line.count_ids.create({"line_id": self.line.id, "quantity": 8})
        self.assertNotEqual(first, second)
        self.assertEqual(self.line.real_qty, 8)

    def test_counts_are_never_changed_or_deleted(self):
        count = self._count()
        for act in (lambda: count.write({"quantity": 5}), count.unlink, lambda: count.write({"superseded": True})):
            with self.assertRaisesRegex(UserError, "evidence"):
                act()

    def test_nobody_counts_in_another_name(self):
        count = self.env["stock.inventory.count"].with_user(self.counter)
        count = count.create({"line_id": self.line.id, "quantity": 1, "user_id": self.manager.id, "superseded": True})
        self.assertEqual((count.user_id, count.superseded), (self.counter, False))

    def test_bad_quantities(self):
        cases = [(-1, "zero or more"), (float("nan"), "type a number"), ("ten", "type a number"), (1.001, "decimals")]
        cases += [(float("inf"), "type a number"), (None, "type a number"), (10**400, "type a number")]
        for value, sentence in cases:
            with self.subTest(value=value), self.assertRaisesRegex(UserError, f"Bolt.*{sentence}"):
                self.line.write({"real_qty": value})
        self.assertFalse(self.line.count_ids)

    def test_only_in_progress(self):
        self.line.real_qty = 1
        self.sheet.action_complete(keep_uncounted=True)
        for act in (lambda: self.line.write({"real_qty": 2}), lambda: self._count(), self.line._withdraw_counts):
            with self.assertRaisesRegex(UserError, "not in progress"):
                act()
        self.assertEqual(self.line.real_qty, 1)

    def test_current_and_gap_cannot_be_written(self):
        for vals in ({"current_qty": 1}, {"gap_qty": 1}, {"last_counted_by_id": self.manager.id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "Only the system"):
                self.line.write(vals)

    def test_add_a_product_while_counting(self):
        lot = self._make_lot(self.glue, "L1")
        self.env.user.group_ids |= self.env.ref("stock.group_stock_multi_locations")
        self.env.user.group_ids |= self.env.ref("stock.group_production_lot")
        with Form(self.sheet) as form, form.line_ids.new() as line:
            line.product_id = self.glue
            line.location_id = self.rack_a2
            line.lot_id = lot
            line.real_qty = 2
            line.is_counted = True
        line = self._line(self.sheet, self.glue, self.rack_a2)
        self.assertRecordValues(line, [{"current_qty": 0, "real_qty": 2, "gap_qty": 2, "is_counted": True}])
        self.assertEqual(len(line.count_ids), 1)

    def test_new_line_knows_what_is_there(self):
        self._put(self.glue, 5, self.rack_a2, lot_id=self._make_lot(self.glue, "L1"))
        self.sheet.line_ids = [
            Command.create({"product_id": self.glue.id, "location_id": self.rack_a2.id, "lot_name": " L1 "})
        ]
        line = self._line(self.sheet, self.glue, self.rack_a2)
        self.assertEqual((line.lot_id.name, line.lot_name, line.current_qty), ("L1", False, 5))

    def test_bad_lines(self):
        service = self.env["product.product"].create({"name": "Advice", "type": "service"})
        glue_lot = self._make_lot(self.glue, "L1")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1).lot_stock_id
        cases = [
            ("Advice is not kept in stock", {"product_id": service.id}),
            ("not one of the places", {"location_id": self.warehouse.view_location_id.id}),
            ("not one of the places", {"location_id": theirs.id}),
            ("belongs to .*Glue, not to .*Drill", {"product_id": self.drill.id, "lot_id": glue_lot.id}),
            (".*Glue is managed by tracking number", {"product_id": self.glue.id}),
            ("Nut has no tracking numbers", {"product_id": self.nut.id, "lot_name": "X"}),
        ]
        for sentence, vals in cases:
            vals = {"product_id": self.nut.id, "location_id": self.rack_a2.id, **vals}
            with self.subTest(sentence, vals=vals), self.assertRaisesRegex(ValidationError, sentence):
                self.sheet.write({"line_ids": [Command.create(vals)]})

    def test_one_line_for_each_thing(self):
        vals = {"sheet_id": self.sheet.id, "product_id": self.bolt.id, "location_id": self.rack_a1.id}
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError) as caught, self.env.cr.savepoint():
            self.env["stock.inventory.sheet.line"].create(vals)
        message = self.env["stock.inventory.sheet.line"]._sql_error_to_message(caught.exception)
        self.assertIn("has a line for this product", message)

    def test_a_counted_line_keeps_what_it_is(self):
        self.line.real_qty = 1
        with self.assertRaisesRegex(UserError, "has been counted"):
            self.line.product_id = self.nut
        with self.assertRaisesRegex(UserError, "stays on sheet"):
            self.line.unlink()
        other = self._line(self.sheet, self.nut)
        other.unlink()
        self.assertFalse(other.exists())

    def test_history(self):
        self.line.real_qty = 1
        self.line.real_qty = 2
        action = self.line.action_view_counts()
        counts = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(counts.mapped("quantity"), [2, 1])

    def test_many_lines_one_insert(self):
        for number in range(20):
            self._put(self._make_product(f"Extra {number}"), 1, self.rack_a2)
        self.sheet.action_fill()
        before = self.env.cr.sql_log_count
        self.sheet.action_set_uncounted_to_zero()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 25)
        self.assertEqual(self.sheet.counted_line_count, self.sheet.line_count)

    def test_a_view_or_loss_location_below_the_sheet_is_refused(self):
        view, loss = self.env["stock.location"].create(
            [
                {"name": "View", "usage": "view", "location_id": self.stock.id},
                {"name": "Loss", "usage": "inventory", "location_id": self.stock.id},
            ]
        )
        for place in (view, loss):
            vals = {"product_id": self.nut.id, "location_id": place.id}
            with self.subTest(place.name), self.assertRaisesRegex(ValidationError, "not one of the places"):
                self.sheet.write({"line_ids": [Command.create(vals)]})

    def test_typing_settles_the_line_whatever_was_counted_before(self):
        """A count of a phone whose clock is ahead does not outlive what is typed afterwards."""
        self._count(quantity=8, counted_at=fields.Datetime.now() + timedelta(days=1))
        self.line.real_qty = 4
        self.assertEqual(self.line.real_qty, 4)

    def test_a_serial_scanned_twice_is_seen_before_completion(self):
        serial = self._make_lot(self.drill, "S1")
        self.sheet.line_ids = [
            Command.create({"product_id": self.drill.id, "location_id": self.rack_a1.id, "lot_id": serial.id})
        ]
        line = self._line(self.sheet, self.drill)
        for _scan in range(2):
            self._count(line_id=line.id, mode="add", quantity=1)
        with self.assertRaisesRegex(UserError, "Serial number S1"):
            self.sheet.action_complete(keep_uncounted=True)

    def test_a_new_number_that_is_known_becomes_the_lot(self):
        self.sheet.line_ids = [
            Command.create({"product_id": self.glue.id, "location_id": self.rack_a2.id, "lot_name": "L7"})
        ]
        line = self._line(self.sheet, self.glue, self.rack_a2)
        lot = self._make_lot(self.glue, "L8")
        line.lot_name = " L8 "
        self.assertEqual((line.lot_id, line.lot_name), (lot, False))

    def test_a_withdrawn_count_keeps_its_line_what_it_is(self):
        self.line.real_qty = 7
        self.line.is_counted = False
        with self.assertRaisesRegex(UserError, "has been counted"):
            self.line.product_id = self.nut
