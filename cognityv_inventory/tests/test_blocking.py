from odoo.exceptions import UserError
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
