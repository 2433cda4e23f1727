from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestBlocking(InventoryCommon):
    """Between Start and Validate or Cancel, no done move goes in or out (invariant 3)."""

    def _receive(self, product, location, quantity=1):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "quantity": quantity,
                "picked": True,
                "location_id": self.suppliers.id,
                "location_dest_id": location.id,
            }
        )
        move._action_done()
        return move

    def test_delivery_out_of_a_sublocation_is_refused(self):
        delivery = self._make_delivery(self.bolt, 1, self.rack_a1)
        sheet = self._make_sheet()
        with self.assertRaises(UserError) as caught:
            delivery.button_validate()
        message = caught.exception.args[0]
        for part in ("Bolt", "A1", sheet.name, sheet.started_by_id.name):
            self.assertIn(part, message)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 10)
        sheet.action_complete(keep_uncounted=True)
        with self.assertRaisesRegex(UserError, sheet.name):
            delivery.button_validate()
        sheet.action_validate()
        delivery.button_validate()
        self.assertEqual(delivery.state, "done")

    def test_receipt_of_a_product_that_is_not_on_the_sheet_is_refused(self):
        sheet = self._make_sheet(product_ids=[Command.set(self.nut.ids)])
        with self.assertRaisesRegex(UserError, sheet.name):
            self._receive(self.bolt, self.rack_a2)
        sheet.action_cancel()
        self._receive(self.bolt, self.rack_a2)

    def test_superuser_and_other_companies_are_refused(self):
        shared = self.env["stock.location"].create({"name": "Shared yard", "company_id": False, "location_id": False})
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="stock.group_stock_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        sheet = self._make_sheet(location_id=shared.id)
        vals = {
            "product_id": self.nut.id,
            "product_uom_qty": 1,
            "quantity": 1,
            "picked": True,
            "company_id": other.id,
            "location_id": self.suppliers.id,
            "location_dest_id": shared.id,
        }
        moves = self.env["stock.move"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaisesRegex(UserError, sheet.name):
            moves.create(vals)._action_done()
        with self.assertRaisesRegex(UserError, sheet.name):
            moves.sudo().create(vals)._action_done()

    def _nut_quant(self):
        return self.env["stock.quant"].search([("location_id", "=", self.rack_a1.id), ("product_id", "=", self.nut.id)])

    def test_an_edit_of_a_quant_is_refused(self):
        sheet = self._make_sheet()
        quant = self._nut_quant().with_context(inventory_mode=True)
        quant.inventory_quantity = 1
        with self.assertRaisesRegex(UserError, sheet.name):
            quant.action_apply_inventory()

    def test_a_relocation_of_a_quant_is_refused(self):
        sheet = self._make_sheet()
        with self.assertRaisesRegex(UserError, sheet.name):
            self._nut_quant().move_quants(location_dest_id=self.rack_a2)

    def test_a_done_move_is_not_edited_in_or_out(self):
        delivery = self._make_delivery(self.bolt, 2, self.rack_a1)
        delivery.button_validate()
        sheet = self._make_sheet()
        with self.assertRaisesRegex(UserError, sheet.name):
            delivery.move_ids.move_line_ids.quantity = 5
        with self.assertRaisesRegex(UserError, sheet.name):
            self.env["stock.move.line"].create(
                {"move_id": delivery.move_ids.id, "product_id": self.bolt.id, "quantity": 1}
            )

    def test_elsewhere_moves_on(self):
        self._make_sheet(location_id=self.rack_a1.id)
        self._receive(self.bolt, self.rack_a2)
        self._receive(self.bolt, self.stock)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 6)

    def test_only_the_location_itself(self):
        self._put(self.bolt, 1, self.stock)
        sheet = self._make_sheet(include_sublocations=False)
        self._receive(self.bolt, self.rack_a1)
        with self.assertRaisesRegex(UserError, sheet.name):
            self._receive(self.bolt, self.stock)

    def test_only_the_products_on_the_sheet(self):
        sheet = self._make_sheet(product_ids=[Command.set(self.nut.ids)], block_mode="products")
        self._receive(self.bolt, self.rack_a1)
        with self.assertRaisesRegex(UserError, sheet.name):
            self._receive(self.nut, self.rack_a1)

    def test_a_move_cannot_be_given_a_sheet_to_pass(self):
        sheet = self._make_sheet()
        delivery = self._make_delivery(self.bolt, 1, self.rack_a1)
        for context in ({}, {"inventory_own_write": True}):
            with self.assertRaisesRegex(UserError, "Only validating"):
                delivery.move_ids.with_context(**context).write({"inventory_sheet_id": sheet.id})

    def test_two_queries_for_a_whole_transfer(self):
        """The check costs a lock and a look at the sheets for all lines of a transfer, however many they are."""
        self._make_sheet(location_id=self.rack_a1.id)
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": self._make_product(f"Part {number}").id,
                    "product_uom_qty": 1,
                    "quantity": 1,
                    "location_id": self.suppliers.id,
                    "location_dest_id": self.rack_a2.id,
                }
                for number in range(20)
            ]
        )
        lines = moves.move_line_ids
        lines.mapped("location_id.parent_path"), lines.mapped("location_dest_id.parent_path")
        self.env.flush_all()
        with self.assertQueryCount(2):
            lines._check_inventory_block()

    def test_a_default_in_the_context_gives_no_sheet(self):
        sheet = self._make_sheet()
        context = {"default_inventory_sheet_id": sheet.id, "default_inventory_sheet_line_id": sheet.line_ids[0].id}
        vals = {
            "product_id": self.bolt.id,
            "product_uom_qty": 1,
            "quantity": 1,
            "picked": True,
            "location_id": self.rack_a1.id,
            "location_dest_id": self.customers.id,
        }
        move = self.env["stock.move"].with_context(**context).create(vals)
        self.assertFalse(move.inventory_sheet_id)
        with self.assertRaisesRegex(UserError, sheet.name):
            move._action_done()

    def test_a_done_line_is_not_pointed_at_a_blocked_quant(self):
        self._put(self.bolt, 5, self.stock)
        delivery = self._make_delivery(self.bolt, 2, self.stock)
        delivery.button_validate()
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        quant = self.env["stock.quant"].search(
            [("location_id", "=", self.rack_a1.id), ("product_id", "=", self.bolt.id)]
        )
        with self.assertRaisesRegex(UserError, sheet.name):
            delivery.move_ids.move_line_ids.quant_id = quant

    def test_a_done_move_is_not_undone_to_change_it(self):
        delivery = self._make_delivery(self.bolt, 2, self.rack_a1)
        delivery.button_validate()
        sheet = self._make_sheet()
        with self.assertRaisesRegex(UserError, sheet.name):
            delivery.move_ids.write({"state": "assigned"})

    def test_places_that_are_counted_stay_where_they_are(self):
        sheet = self._make_sheet()
        for place, vals in (
            (self.rack_a1, {"location_id": self.warehouse.view_location_id.id}),
            (self.rack_a1, {"active": False}),
            (self.stock, {"location_id": self.rack_a1.location_id.location_id.id}),
        ):
            with self.subTest(place=place.name, vals=vals), self.assertRaisesRegex(UserError, sheet.name):
                place.write(vals)
        outside = self.env["stock.location"].create({"name": "Out", "location_id": self.warehouse.view_location_id.id})
        with self.assertRaisesRegex(UserError, sheet.name):
            outside.location_id = self.rack_a1
        sheet.action_cancel()
        outside.location_id = self.rack_a1

    def test_quants_are_not_written_by_hand(self):
        sheet = self._make_sheet()
        quant = self._nut_quant().with_user(self.manager)
        with self.assertRaisesRegex(UserError, sheet.name):
            quant.write({"quantity": 1})
        with self.assertRaisesRegex(UserError, sheet.name):
            quant.write({"location_id": self.stock.id})

    def test_a_quant_is_made_while_odoo_frees_a_reservation(self):
        """As happens to whoever moves what another transaction has locked at this moment; found by the stress test."""
        quants = self.env["stock.quant"].with_context(quants_cache=None)
        quant = quants.create({"product_id": self.nut.id, "location_id": self.rack_a2.id, "quantity": 2})
        self.assertEqual((quant.quantity, self._on_hand(self.nut, self.rack_a2)), (2, 2))

    def test_refill_adds_what_has_come_since(self):
        sheet = self._make_sheet(start=False)
        self.assertTrue(sheet.refill_at_start)
        self._put(self.nut, 2, self.rack_a2)
        sheet.action_plan()
        sheet.action_start()
        self.assertEqual(self._line(sheet, self.nut, self.rack_a2).current_qty, 2)

    def test_a_line_taken_away_does_not_come_back_at_start(self):
        sheet = self._make_sheet(start=False)
        self._line(sheet, self.nut).unlink()
        sheet.action_plan()
        sheet.action_start()
        self.assertFalse(self._line(sheet, self.nut))

    def test_a_place_made_under_a_blocked_one_is_blocked(self):
        sheet = self._make_sheet()
        place = self.env["stock.location"].create({"name": "New", "location_id": self.rack_a1.id})
        with self.assertRaisesRegex(UserError, sheet.name):
            self._receive(self.bolt, place)

    def test_blocked_places_are_visible(self):
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self.assertTrue(self.rack_a1.is_being_counted)
        self.assertIn(sheet.name, self.rack_a1.counting_note)
        self.assertFalse(self.rack_a2.is_being_counted or self.stock.is_being_counted)
        counted = self.env["stock.location"].search(
            [("is_being_counted", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(counted, self.rack_a1)
        sheet.action_cancel()
        self.rack_a1.invalidate_recordset()
        self.assertFalse(self.rack_a1.is_being_counted)

    def test_a_transfer_says_that_it_is_blocked_before_validate(self):
        delivery = self._make_delivery(self.bolt, 1, self.rack_a1)
        self.assertFalse(delivery.counting_note)
        sheet = self._make_sheet()
        delivery.invalidate_recordset()
        self.assertIn(sheet.name, delivery.counting_note)


@tagged("post_install", "-at_install")
class TestReservation(InventoryCommon):
    """While it is counted, stock is not reserved anew; what waited is tried again when it is free (issue A)."""

    def _order(self, quantity, place=None):
        picking = self._make_delivery(self.bolt, quantity, place or self.stock)
        picking.move_ids.picked = False
        picking.do_unreserve()
        picking.action_assign()
        return picking

    def _reserved(self, picking):
        return {line.location_id: line.quantity for line in picking.move_line_ids}

    def test_reserved_from_elsewhere_or_waiting(self):
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self.assertEqual(self._reserved(self._order(4)), {self.rack_a2: 4})
        waiting = self._order(6)
        self.assertEqual(self._reserved(waiting), {self.rack_a2: 1})
        sheet.action_cancel()
        self.assertEqual(self._reserved(waiting), {self.rack_a2: 1, self.rack_a1: 5})
        self.assertEqual(waiting.state, "assigned")

    def test_what_was_reserved_stays(self):
        picking = self._order(4, self.rack_a1)
        self._make_sheet(location_id=self.rack_a1.id)
        self.assertEqual(self._reserved(picking), {self.rack_a1: 4})
        picking.do_unreserve()
        self.assertFalse(picking.move_line_ids)

    def test_what_waited_is_tried_with_what_was_found(self):
        sheet = self._make_sheet()
        waiting = self._order(20)
        self.assertFalse(waiting.move_line_ids)
        self._line(sheet, self.bolt).real_qty = 15
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        self.assertFalse(waiting.move_line_ids)
        sheet.action_validate()
        self.assertEqual(self._reserved(waiting), {self.rack_a1: 15, self.rack_a2: 5})

    def test_only_the_products_on_the_sheet(self):
        self._make_sheet(product_ids=[Command.set(self.nut.ids)], block_mode="products")
        self.assertEqual(self._reserved(self._order(10)), {self.rack_a1: 10})

    def test_only_the_place_itself(self):
        self._make_sheet(include_sublocations=False)
        self.assertEqual(self._reserved(self._order(10)), {self.rack_a1: 10})

    def test_nothing_blocked_is_reserved_as_ever(self):
        self._make_sheet(block_mode="none")
        self.assertEqual(self._reserved(self._order(10)), {self.rack_a1: 10})


@tagged("post_install", "-at_install")
class TestRelease(InventoryCommon):
    """A manager lets one named transfer through; the sheet follows (issue A)."""

    def setUp(self):
        super().setUp()
        self.delivery = self._make_delivery(self.bolt, 2, self.rack_a1)
        self.other = self._make_delivery(self.bolt, 1, self.rack_a1)
        self.sheet = self._make_sheet()
        self.line = self._line(self.sheet, self.bolt)

    def _release(self, picking, reason="The lorry is here"):
        picking.with_user(self.manager).action_release_from_count(reason)

    def _finish(self):
        self._count_all_as_expected(self.sheet)
        self.sheet.action_complete()
        self.sheet.action_validate()

    def test_the_current_quantity_follows(self):
        self._release(self.delivery)
        self.delivery.button_validate()
        self.assertEqual((self.delivery.state, self.line.current_qty), ("done", 8))
        self.line.real_qty = 8
        self.assertEqual(self.line.gap_qty, 0)
        self._finish()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)

    def test_what_was_counted_before_keeps_its_gap(self):
        self.line.real_qty = 9
        self._release(self.delivery)
        self.delivery.button_validate()
        self.assertEqual((self.line.current_qty, self.line.moved_qty, self.line.gap_qty), (8, -2, -1))
        self._finish()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)

    def test_only_the_named_transfer_and_only_once(self):
        self._release(self.delivery)
        with self.assertRaisesRegex(UserError, self.sheet.name):
            self.other.button_validate()
        self.delivery.button_validate()
        with self.assertRaisesRegex(UserError, self.sheet.name):
            self.delivery.move_ids.move_line_ids.quantity = 5

    def test_a_receipt_of_something_new_gets_its_line(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.rack_a2.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.nut.id,
                            "product_uom_qty": 3,
                            "location_id": self.suppliers.id,
                            "location_dest_id": self.rack_a2.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.write({"quantity": 3, "picked": True})
        self._release(receipt)
        receipt.button_validate()
        self.assertEqual(self._line(self.sheet, self.nut, self.rack_a2).current_qty, 3)

    def test_reason_and_person_are_on_both_chatters(self):
        self._release(self.delivery)
        for record in (self.sheet, self.delivery):
            message = record.message_ids.filtered(lambda message: "The lorry is here" in message.body)
            self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertEqual(self.sheet.release_ids.user_id, self.manager)

    def test_needs_a_reason_a_block_and_a_manager(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self._release(self.delivery, " ")
        with self.assertRaises(AccessError):
            self.delivery.with_user(self.worker).action_release_from_count("me too")
        self.sheet.action_cancel()
        with self.assertRaisesRegex(UserError, "No inventory sheet blocks"):
            self._release(self.delivery)

    def test_a_transfer_that_is_done_is_not_released(self):
        """Its lines could be edited then, again and again, and the sheet would not follow."""
        self.sheet.action_cancel()
        self.delivery.button_validate()
        sheet = self._make_sheet()
        self.assertFalse(self.delivery.counting_note)
        with self.assertRaisesRegex(UserError, "No inventory sheet blocks"):
            self._release(self.delivery)
        with self.assertRaisesRegex(UserError, sheet.name):
            self.delivery.move_line_ids.quantity += 1

    def test_a_release_cannot_be_forged(self):
        vals = {"sheet_id": self.sheet.id, "picking_id": self.other.id, "reason": "forged"}
        with self.assertRaisesRegex(UserError, "evidence"):
            self.env["stock.inventory.release"].with_user(self.manager).create(vals)
