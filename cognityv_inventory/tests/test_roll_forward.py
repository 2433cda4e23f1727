from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestRollForward(InventoryCommon):
    """Nothing is blocked: each line is compared with the stock of the moment it was counted (issue B)."""

    def setUp(self):
        super().setUp()
        self.sheet = self._make_sheet(block_mode="none", location_id=self.rack_a1.id)
        self.line = self._line(self.sheet, self.bolt)

    def _deliver(self, quantity, product=None, date=None):
        delivery = self._make_delivery(product or self.bolt, quantity, self.rack_a1)
        delivery.button_validate()
        self.assertEqual(delivery.state, "done")
        if date:
            delivery.move_line_ids.write({"date": date})
        return delivery

    def _finish(self):
        self._count_all_as_expected(self.sheet)
        self.sheet.action_complete()
        self.sheet.action_validate()

    def test_a_move_after_the_count_neither_hides_nor_makes_a_gap(self):
        self.line.real_qty = 9
        self._deliver(2)
        self.assertEqual(self.line.gap_qty, -1)
        self._finish()
        self.assertEqual((self.line.gap_qty, self.line.moved_qty, self.line.current_qty), (-1, -2, 8))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)
        self.assertEqual(sum(self.sheet.move_ids.mapped("quantity")), 1)

    def test_a_move_before_the_count_is_part_of_what_it_is_compared_with(self):
        self._deliver(2)
        self.line.real_qty = 8
        self.assertEqual((self.line.gap_qty, self.line.current_qty, self.line.counted_on_hand), (0, 8, 8))
        self._finish()
        self.assertFalse(self.sheet.move_ids)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)

    def test_moves_in_the_very_second_of_the_count(self):
        """Their dates are the same; what was on hand in the count's own transaction decides."""
        now = fields.Datetime.now()
        self._deliver(1, date=now)
        self.line.real_qty = 9
        self._deliver(3, date=now)
        self._finish()
        self.assertEqual((self.line.gap_qty, self.line.moved_qty), (0, -3))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 6)

    def test_a_count_that_arrives_late_is_rolled_back_to_when_it_was_seen(self):
        now = fields.Datetime.now()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_inventory_sheet SET started_at = %s WHERE id = %s", [now - timedelta(hours=3), self.sheet.id]
        )
        self.sheet.invalidate_recordset()
        self._deliver(1, date=now - timedelta(hours=2))
        self._deliver(4, date=now - timedelta(minutes=10))
        self.env["stock.inventory.count"].create(
            {"line_id": self.line.id, "quantity": 9, "counted_at": now - timedelta(hours=1)}
        )
        self.assertEqual((self.line.counted_on_hand, self.line.gap_qty, self.line.moved_qty), (9, 0, -4))
        self.assertEqual((self.line.moved_in_qty, self.line.moved_out_qty), (0, 4))
        self._finish()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 5)

    def test_a_clock_that_is_slow_does_not_roll_back_before_start(self):
        self._deliver(2, date=fields.Datetime.now() - timedelta(hours=1))
        self.env["stock.inventory.count"].create(
            {"line_id": self.line.id, "quantity": 8, "counted_at": fields.Datetime.now() - timedelta(days=1)}
        )
        self.assertEqual((self.line.counted_on_hand, self.line.gap_qty), (8, 0))

    def test_counted_again_after_a_move(self):
        self.line.real_qty = 10
        self._deliver(4)
        self.line.real_qty = 5
        self.assertEqual((self.line.gap_qty, self.line.moved_qty), (-1, 0))
        self._finish()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 5)

    def test_what_moved_is_shown_line_by_line(self):
        self.line.real_qty = 10
        seen = fields.Datetime.now() + timedelta(minutes=1)
        self._deliver(3, date=seen)
        self._deliver(1, self.nut, date=seen)
        self.line.invalidate_recordset()
        self.assertEqual((self.line.moved_in_qty, self.line.moved_out_qty), (0, 3))
        form = Form(self.sheet)
        with form.line_ids.edit(self.sheet.line_ids.ids.index(self.line.id)) as row:
            self.assertEqual((row.moved_in_qty, row.moved_out_qty), (0, 3))

    def test_one_query_for_what_moved(self):
        self._count_all_as_expected(self.sheet)
        lines = self.sheet.line_ids
        lines.mapped("last_counted_at"), lines.mapped("current_qty"), lines.mapped("is_counted")
        self.env.flush_all()
        with self.assertQueryCount(1):
            lines.mapped("moved_in_qty")

    def test_two_sheets_never_hold_the_same_stock(self):
        """Else both would post the same gap."""
        other = self._make_sheet(block_mode="none", location_id=self.rack_a1.id, start=False)
        other.action_plan()
        with self.assertRaisesRegex(Exception, self.sheet.name):
            other.action_start()

    def test_a_difference_is_not_posted_twice(self):
        """An adjustment after the count would be taken for a move, and the gap posted once more."""
        reason = self.env.ref("cognityv_inventory.correction_reason_stock_error")
        vals = {"location_id": self.rack_a1.id, "product_id": self.bolt.id, "real_qty": 9, "reason_id": reason.id}
        self.env["stock.correction"].create(vals).action_validate()
        self.line.real_qty = 7
        correction = self.env["stock.correction"].create({**vals, "real_qty": 7})
        with self.assertRaisesRegex(UserError, self.sheet.name):
            correction.action_validate()
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.bolt.id), ("location_id", "=", self.rack_a1.id)]
        )
        quant.inventory_quantity = 7
        with self.assertRaisesRegex(UserError, self.sheet.name):
            quant.action_apply_inventory()
        quant.action_clear_inventory_quantity()
        quant.move_quants(location_dest_id=self.rack_a2)
        self._finish()
        self.assertEqual((self.line.gap_qty, self._on_hand(self.bolt, self.rack_a1)), (-2, -2))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 5 + 9)

    def test_a_serial_number_missing_here_is_not_taken_away_twice(self):
        """Another sheet that found it would move it from here, where this one counted that it is not."""
        serial = self._make_lot(self.drill, "D-1")
        self._put(self.drill, 1, self.rack_a1, lot_id=serial)
        self.sheet.action_fill()
        self._line(self.sheet, self.drill).real_qty = 0
        other = self._make_sheet(location_id=self.rack_a2.id)
        vals = {"sheet_id": other.id, "product_id": self.drill.id, "location_id": self.rack_a2.id, "lot_id": serial.id}
        self.env["stock.inventory.sheet.line"].create({**vals, "real_qty": 1})
        self._count_all_as_expected(other)
        other.action_complete()
        with self.assertRaisesRegex(UserError, self.sheet.name):
            other.action_validate()
        self._finish()
        other.action_validate()
        self.assertEqual(self._on_hand(self.drill, self.rack_a1, lot=serial), 0)
        self.assertEqual(self._on_hand(self.drill, self.rack_a2, lot=serial), 1)

    def test_company_default(self):
        self.company.inventory_block_mode = "none"
        sheet = self.env["stock.inventory.sheet"].create({"location_id": self.stock.id, "company_id": self.company.id})
        self.assertEqual(sheet.block_mode, "none")
