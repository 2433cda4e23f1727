from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestValidate(InventoryCommon):
    """Stock only changes through moves (invariant 1), all or nothing (invariant 2)."""

    def _completed(self, quantities, **vals):
        sheet = self._make_sheet(**vals)
        for (product, location), quantity in quantities.items():
            self._line(sheet, product, location).real_qty = quantity
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        return sheet

    def test_moves_are_the_gaps(self):
        sheet = self._completed({(self.bolt, self.rack_a1): 7, (self.nut, self.rack_a1): 6})
        sheet.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 6)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 5)
        loss = self.bolt.with_company(self.company).property_stock_inventory
        self.assertRecordValues(
            sheet.move_ids.sorted("id"),
            [
                {
                    "product_id": self.bolt.id,
                    "location_id": self.rack_a1.id,
                    "location_dest_id": loss.id,
                    "quantity": 3,
                    "state": "done",
                    "is_inventory": True,
                    "reference": sheet.name,
                },
                {
                    "product_id": self.nut.id,
                    "location_id": loss.id,
                    "location_dest_id": self.rack_a1.id,
                    "quantity": 2,
                    "state": "done",
                    "is_inventory": True,
                    "reference": sheet.name,
                },
            ],
        )

    def test_no_gap_makes_no_move_and_keeps_its_evidence(self):
        sheet = self._completed({})
        sheet.action_validate()
        self.assertFalse(sheet.move_ids)
        self.assertEqual(len(sheet.line_ids.count_ids), 3)

    def test_lots_packages_and_owners(self):
        lot = self._make_lot(self.glue, "L1")
        package = self.env["stock.package"].create({"name": "P1"})
        owner = self.env["res.partner"].create({"name": "Owner"})
        self._put(self.glue, 3, self.rack_a1, lot_id=lot)
        self._put(self.bolt, 2, self.rack_a1, package_id=package)
        self._put(self.bolt, 1, self.rack_a1, owner_id=owner)
        sheet = self._make_sheet()
        for line in sheet.line_ids:
            line.real_qty = line.current_qty + 1
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lot=lot), 4)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1, package=package), 3)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1, owner=owner), 2)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 11)

    def test_reserved_stock_that_is_gone_is_unreserved(self):
        delivery = self._make_delivery(self.nut, 4, self.rack_a1)
        delivery.move_ids.picked = False
        self.assertEqual(delivery.state, "assigned")
        sheet = self._completed({(self.nut, self.rack_a1): 1})
        sheet.action_validate()
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 1)
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.nut.id), ("location_id", "=", self.rack_a1.id)]
        )
        self.assertLessEqual(quant.reserved_quantity, 1)

    def test_negative_stock_is_put_right(self):
        self._put(self.nut, -6, self.rack_a1)
        sheet = self._completed({(self.nut, self.rack_a1): 5})
        self.assertEqual(self._line(sheet, self.nut).gap_qty, 7)
        sheet.action_validate()
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 5)

    def test_stock_changed_under_the_block_is_never_silent(self):
        sheet = self._completed({(self.bolt, self.rack_a1): 7})
        self._put(self.bolt, -1, self.rack_a1)
        with self.assertRaisesRegex(UserError, "(?s)Stock has changed.*Bolt"):
            sheet.action_validate()
        self.assertEqual(sheet.state, "completed")

    def test_all_or_nothing(self):
        """A failure after the moves were made leaves the sheet and the stock as they were."""
        sheet = self._completed({(self.bolt, self.rack_a1): 7, (self.nut, self.rack_a1): 6})
        self.patch(type(sheet), "_check_stock_is_real", lambda self: (_ for _ in ()).throw(UserError("killed")))
        with self.assertRaisesRegex(UserError, "killed"), self.env.cr.savepoint():
            sheet.action_validate()
        sheet.invalidate_recordset()
        self.assertEqual((sheet.state, len(sheet.move_ids)), ("completed", 0))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 10)
        self.assertFalse(self.env["stock.move"].search([("inventory_sheet_id", "=", sheet.id)]))

    def test_two_open_sheets_in_one_place_both_validate(self):
        first = self._completed({(self.bolt, self.rack_a1): 7}, product_ids=[Command.set(self.bolt.ids)])
        second = self._completed({(self.nut, self.rack_a1): 3}, product_ids=[Command.set(self.nut.ids)])
        (first | second).action_validate()
        self.assertEqual((self._on_hand(self.bolt, self.rack_a1), self._on_hand(self.nut, self.rack_a1)), (7, 3))

    def test_reverse(self):
        sheet = self._completed({(self.bolt, self.rack_a1): 7, (self.nut, self.rack_a1): 6})
        sheet.action_validate()
        sheet.action_reverse()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 10)
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 4)
        self.assertEqual(sheet.state, "validated")
        self.assertTrue(sheet.reversed_at)
        self.assertEqual(sheet.reversal_move_ids.origin_returned_move_id, sheet.move_ids)
        self.assertEqual(sheet.move_ids.returned_move_ids, sheet.reversal_move_ids)
        self.assertEqual(sum(sheet.move_ids.mapped("quantity")), 5)
        with self.assertRaisesRegex(UserError, "reversed already"):
            sheet.action_reverse()

    def test_reverse_refuses_what_has_left(self):
        sheet = self._completed({(self.nut, self.rack_a1): 6})
        sheet.action_validate()
        self._make_delivery(self.nut, 5, self.rack_a1).button_validate()
        with self.assertRaisesRegex(UserError, "take 2.* of .*Nut.*only 1"):
            sheet.action_reverse()
        self.assertFalse(sheet.reversed_at)

    def test_reverse_is_blocked_by_a_count(self):
        sheet = self._completed({(self.nut, self.rack_a1): 6})
        sheet.action_validate()
        other = self._make_sheet()
        with self.assertRaisesRegex(UserError, other.name):
            sheet.action_reverse()

    def test_named_twice(self):
        """By RPC one sheet could be named twice, and its stock would be moved twice."""
        sheet = self._make_sheet(block_mode="none")
        self._line(sheet, self.bolt).real_qty = 7
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        twice = sheet.browse([sheet.id, sheet.id])
        with self.assertRaisesRegex(UserError, "named twice"):
            twice.action_validate()
        sheet.action_validate()
        with self.assertRaisesRegex(UserError, "named twice"):
            twice.action_reverse()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)

    def test_product_without_inventory_loss(self):
        sheet = self._make_sheet()
        self._line(sheet, self.bolt).real_qty = 7
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        self.bolt.with_company(self.company).property_stock_inventory = False
        with self.assertRaisesRegex(UserError, "Bolt has no inventory loss location in Count & Co"):
            sheet.action_validate()

    def test_show_stock_moves(self):
        sheet = self._completed({(self.bolt, self.rack_a1): 7})
        sheet.action_validate()
        sheet.action_reverse()
        action = sheet.action_view_moves()
        self.assertEqual(self.env["stock.move"].search(action["domain"]), sheet.move_ids | sheet.reversal_move_ids)
        self.assertEqual(sheet.move_count, 2)

    def test_moves_of_a_sheet_are_evidence(self):
        sheet = self._completed({(self.bolt, self.rack_a1): 7})
        sheet.action_validate()
        with self.assertRaisesRegex(UserError, "Only validating"):
            sheet.move_ids.write({"inventory_sheet_id": False})
        with self.assertRaisesRegex(UserError, f"belongs to inventory sheet {sheet.name}"):
            sheet.move_ids.move_line_ids.quantity = 1
        with self.assertRaisesRegex(UserError, f"belongs to inventory sheet {sheet.name}"):
            # By RPC: its lines could be changed then, or the move be done once more.
            sheet.move_ids.with_user(self.manager).write({"state": "draft"})
        with self.assertRaisesRegex(UserError, f"belongs to inventory sheet {sheet.name}"):
            # The sheet would not know, and reversing it would undo the same move again.
            sheet.move_ids.move_line_ids.with_user(self.manager).action_revert_inventory()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)

    def test_one_bad_sheet_keeps_all_from_being_validated(self):
        good = self._completed({(self.nut, self.rack_a1): 3}, product_ids=[Command.set(self.nut.ids)])
        bad = self._completed({(self.bolt, self.rack_a1): 7}, product_ids=[Command.set(self.bolt.ids)])
        self._put(self.bolt, -1, self.rack_a1)
        with self.assertRaisesRegex(UserError, "Stock has changed"), self.env.cr.savepoint():
            (good | bad).action_validate()
        (good | bad).invalidate_recordset()
        self.assertEqual((good | bad).mapped("state"), ["completed", "completed"])
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 4)

    def test_reverse_goes_back_to_a_negative_stock(self):
        self._put(self.nut, -6, self.rack_a1)
        sheet = self._completed({(self.nut, self.rack_a1): 5})
        sheet.action_validate()
        sheet.action_reverse()
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), -2)
