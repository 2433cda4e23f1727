from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestSerials(InventoryCommon):
    """Tracking numbers that are new, and serial numbers that turn up in another place."""

    def _add_line(self, sheet, product, location=None, **vals):
        vals = {"product_id": product.id, "location_id": (location or self.rack_a1).id, **vals}
        sheet.line_ids = [Command.create(vals)]
        return sheet.line_ids.sorted("id")[-1]

    def _finish(self, sheet):
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        sheet.action_validate()

    def test_unknown_number_is_made_on_validation_not_before(self):
        sheet = self._make_sheet()
        line = self._add_line(sheet, self.glue, lot_name="NEW-1", real_qty=3)
        self.assertFalse(self.env["stock.lot"].search([("name", "=", "NEW-1")]))
        sheet.action_complete(keep_uncounted=True)
        self.assertFalse(self.env["stock.lot"].search([("name", "=", "NEW-1")]))
        sheet.action_validate()
        lot = self.env["stock.lot"].search([("name", "=", "NEW-1")])
        self.assertEqual((lot.product_id, line.lot_id, line.lot_name), (self.glue, lot, False))
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lot=lot), 3)

    def test_one_new_lot_in_two_places(self):
        sheet = self._make_sheet()
        for rack in (self.rack_a1, self.rack_a2):
            self._add_line(sheet, self.glue, rack, lot_name="NEW-1", real_qty=2)
        self._finish(sheet)
        lot = self.env["stock.lot"].search([("name", "=", "NEW-1")])
        self.assertEqual(len(lot), 1)
        self.assertEqual(self._on_hand(self.glue, self.rack_a2, lot=lot), 2)

    def test_new_number_that_somebody_made_meanwhile(self):
        sheet = self._make_sheet()
        self._add_line(sheet, self.glue, lot_name="NEW-1", real_qty=3)
        lot = self._make_lot(self.glue, "NEW-1")
        self._finish(sheet)
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lot=lot), 3)

    def test_new_number_that_is_on_the_sheet_as_a_lot_too(self):
        sheet = self._make_sheet()
        self._add_line(sheet, self.glue, lot_name="NEW-1", real_qty=3)
        lot = self._make_lot(self.glue, "NEW-1")
        self._add_line(sheet, self.glue, lot_id=lot.id, real_qty=2)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        with self.assertRaisesRegex(UserError, "Glue.* is on sheet .* twice"):
            sheet.action_validate()

    def test_serial_is_moved_from_where_the_system_has_it(self):
        serial = self._make_lot(self.drill, "S1")
        outside = self.env["stock.location"].create(
            {"name": "Workshop", "location_id": self.warehouse.view_location_id.id}
        )
        self._put(self.drill, 1, outside, lot_id=serial)
        sheet = self._make_sheet()
        line = self._add_line(sheet, self.drill, lot_id=serial.id, real_qty=1)
        self.assertIn("Workshop", line.serial_elsewhere)
        self._finish(sheet)
        self.assertEqual(self._on_hand(self.drill, self.rack_a1, lot=serial), 1)
        self.assertEqual(self._on_hand(self.drill, outside, lot=serial), 0)
        self.assertRecordValues(
            sheet.move_ids, [{"location_id": outside.id, "location_dest_id": self.rack_a1.id, "quantity": 1}]
        )

    def test_serial_missing_here_and_found_there_is_one_move(self):
        serial = self._make_lot(self.drill, "S1")
        self._put(self.drill, 1, self.rack_a2, lot_id=serial)
        sheet = self._make_sheet()
        self._line(sheet, self.drill, self.rack_a2).real_qty = 0
        self._add_line(sheet, self.drill, lot_id=serial.id, real_qty=1)
        self._finish(sheet)
        self.assertEqual(self._on_hand(self.drill, self.rack_a1, lot=serial), 1)
        self.assertEqual(self._on_hand(self.drill, self.rack_a2, lot=serial), 0)
        self.assertEqual(len(sheet.move_ids), 1)
        sheet.action_reverse()
        self.assertEqual(self._on_hand(self.drill, self.rack_a2, lot=serial), 1)

    def test_serial_out_of_a_package(self):
        serial = self._make_lot(self.drill, "S1")
        package = self.env["stock.package"].create({"name": "Box"})
        self._put(self.drill, 1, self.rack_a1, lot_id=serial, package_id=package)
        sheet = self._make_sheet()
        self._line(sheet, self.drill).real_qty = 0
        self._add_line(sheet, self.drill, lot_id=serial.id, real_qty=1)
        self._finish(sheet)
        self.assertEqual(self._on_hand(self.drill, self.rack_a1, lot=serial), 1)
        self.assertEqual(self._on_hand(self.drill, self.rack_a1, lot=serial, package=package), 0)

    def test_serial_counted_in_two_places(self):
        serial = self._make_lot(self.drill, "S1")
        self._put(self.drill, 1, self.rack_a2, lot_id=serial)
        sheet = self._make_sheet()
        self._add_line(sheet, self.drill, lot_id=serial.id, real_qty=1)
        self._count_all_as_expected(sheet)
        with self.assertRaisesRegex(UserError, "S1 of .*Drill was counted in .*A[12] \\+ .*A[12]"):
            sheet.action_complete()

    def test_two_of_a_serial(self):
        serial = self._make_lot(self.drill, "S1")
        sheet = self._make_sheet()
        with self.assertRaisesRegex(UserError, "once or not at all"):
            self._add_line(sheet, self.drill, lot_id=serial.id, real_qty=2)

    def test_serial_from_a_place_that_another_sheet_counts(self):
        serial = self._make_lot(self.drill, "S1")
        self._put(self.drill, 1, self.rack_a2, lot_id=serial)
        other = self._make_sheet(location_id=self.rack_a2.id)
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self._add_line(sheet, self.drill, lot_id=serial.id, real_qty=1)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        with self.assertRaisesRegex(UserError, other.name):
            sheet.action_validate()
        self.assertEqual(self._on_hand(self.drill, self.rack_a2, lot=serial), 1)

    def test_serial_of_another_owner(self):
        serial = self._make_lot(self.drill, "S1")
        owner = self.env["res.partner"].create({"name": "Owner"})
        self._put(self.drill, 1, self.rack_a2, lot_id=serial, owner_id=owner)
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self._add_line(sheet, self.drill, lot_id=serial.id, real_qty=1)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        with self.assertRaisesRegex(UserError, "another owner"):
            sheet.action_validate()

    def test_new_serial_that_became_known_is_in_one_place_only(self):
        sheet = self._make_sheet()
        self._add_line(sheet, self.drill, lot_name="SS", real_qty=1)
        self._make_lot(self.drill, "SS")
        self._add_line(sheet, self.drill, self.rack_a2, lot_name="SS", real_qty=1)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        with self.assertRaisesRegex(UserError, "SS of .*Drill was counted in"):
            sheet.action_validate()

    def test_known_and_new_number_on_one_line(self):
        sheet = self._make_sheet()
        lot = self._make_lot(self.glue, "B1")
        with self.assertRaisesRegex(UserError, "keep one of them"):
            self._add_line(sheet, self.glue, lot_id=lot.id, lot_name="B2")

    def test_many_new_numbers_are_looked_up_at_once(self):
        sheet = self._make_sheet()
        vals = {"sheet_id": sheet.id, "product_id": self.glue.id, "location_id": self.rack_a1.id}
        before = self.env.cr.sql_log_count
        self.env["stock.inventory.sheet.line"].create([{**vals, "lot_name": f"N{number}"} for number in range(50)])
        self.assertLess(self.env.cr.sql_log_count - before, 40)
