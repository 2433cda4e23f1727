from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestLowStock(InventoryCommon):
    """Issue D, Zero and low stock check: a pick that leaves a place empty or low offers a one-line cycle count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.inventory_low_stock_check = True
        cls.picker = cls._make_user("picker", "stock.group_stock_user,cognityv_inventory.group_counter")

    def _deliver(self, product=None, quantity=10, location=None, **vals):
        picking = self._make_delivery(product or self.bolt, quantity, location or self.rack_a1, **vals)
        picking.with_user(self.picker).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def _request(self, picking, user=None):
        before = self.env["stock.inventory.sheet"].search([])
        picking.with_user(user or self.picker).action_request_low_stock_count()
        picking.invalidate_recordset()
        return self.env["stock.inventory.sheet"].search([]) - before

    def test_a_place_left_empty_is_offered_and_counted_when_asked_for(self):
        picking = self._deliver()
        self.assertEqual(picking.low_stock_place_count, 1)
        self.assertFalse(self.env["stock.inventory.sheet"].search([("company_id", "=", self.company.id)]))
        sheet = self._request(picking)
        self.assertRecordValues(
            sheet,
            [
                {
                    "state": "planned",
                    "count_type": "cycle",
                    "block_mode": "products",
                    "location_id": self.rack_a1.id,
                    "counter_ids": self.picker.ids,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertRecordValues(
            sheet.line_ids, [{"product_id": self.bolt.id, "location_id": self.rack_a1.id, "current_qty": 0}]
        )
        self.assertEqual(sheet.activity_ids.user_id, self.picker)
        self.assertIn(picking.name, sheet.description)
        self.assertFalse(picking.low_stock_place_count, "it waits to be counted already")
        with self.assertRaisesRegex(UserError, "being counted already"):
            self._request(picking)

    def test_off_by_default(self):
        self.assertFalse(self.env["res.company"].create({"name": "New"}).inventory_low_stock_check)
        self.company.inventory_low_stock_check = False
        picking = self._deliver()
        self.assertFalse(picking.low_stock_place_count)
        with self.assertRaises(UserError):
            self._request(picking)

    def test_the_limit(self):
        self.assertFalse(self._deliver(quantity=9).low_stock_place_count, "one is left, and only empty is asked for")
        self.company.inventory_low_stock_quantity = 3
        self.assertFalse(self._deliver(self.nut, 1).low_stock_place_count, "3 is not below 3")
        self.assertEqual(self._deliver(self.nut, 1).low_stock_place_count, 1)
        with self.assertRaises(ValidationError):
            self.company.inventory_low_stock_quantity = -1

    def test_negative_stock_is_offered(self):
        self.assertEqual(self._deliver(quantity=12).low_stock_place_count, 1)

    def test_only_picks_from_places_of_ours(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.bolt.id,
                            "product_uom_qty": 1,
                            "location_id": self.suppliers.id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.write({"quantity": 1, "picked": True})
        receipt.button_validate()
        self.assertFalse(receipt.low_stock_place_count)

    def test_internal_transfers_too(self):
        picking = self._deliver(picking_type_id=self.warehouse.int_type_id.id, location_dest_id=self.rack_a2.id)
        self.assertEqual(picking.low_stock_place_count, 1)

    def test_a_draft_transfer_and_a_consumable_offer_nothing(self):
        self.assertFalse(self._make_delivery(self.bolt, 10, self.rack_a1).low_stock_place_count)
        rag = self.env["product.product"].create({"name": "Rag", "type": "consu"})
        self.assertFalse(self._deliver(rag, 1).low_stock_place_count)

    def test_not_for_places_under_count(self):
        picking = self._deliver()
        sheet = self._make_sheet(location_id=self.stock.id, product_ids=[Command.set(self.nut.ids)])
        picking.invalidate_recordset()
        self.assertFalse(picking.low_stock_place_count)
        sheet.action_cancel()
        picking.invalidate_recordset()
        self.assertEqual(picking.low_stock_place_count, 1)

    def test_not_again_once_counted(self):
        picking = self._deliver()
        sheet = self._request(picking)
        sheet.action_start()
        sheet.line_ids.with_user(self.picker).real_qty = 0
        sheet.action_complete()
        sheet.action_validate()
        picking.invalidate_recordset()
        self.assertFalse(picking.low_stock_place_count)

    def test_not_when_filled_up_since(self):
        picking = self._deliver()
        self._put(self.bolt, 20, self.rack_a1)
        picking.invalidate_recordset()
        self.assertFalse(picking.low_stock_place_count)

    def test_several_places_come_on_one_sheet(self):
        picking = self._make_delivery(self.bolt, 15, self.stock)
        move = picking.move_ids
        move.move_line_ids.unlink()
        move.move_line_ids = [
            Command.create(
                {"product_id": self.bolt.id, "quantity": quantity, "location_id": place.id, "picking_id": picking.id}
            )
            for quantity, place in ((10, self.rack_a1), (5, self.rack_a2))
        ]
        move.picked = True
        picking.with_user(self.picker).button_validate()
        self.assertEqual(picking.low_stock_place_count, 2)
        sheet = self._request(picking)
        self.assertEqual((len(sheet), sheet.location_id, len(sheet.line_ids)), (1, self.stock, 2))
        sheet.action_start()
        self._count_all_as_expected(sheet)

    def test_tracking_numbers(self):
        lots = self._make_lot(self.glue, "L1") | self._make_lot(self.glue, "L2")
        for lot in lots:
            self._put(self.glue, 1, self.rack_a1, lot_id=lot)
        picking = self._make_delivery(self.glue, 1, self.rack_a1)
        picking.move_ids.move_line_ids.lot_id = lots[0]
        picking.with_user(self.picker).button_validate()
        self.assertEqual(self._request(picking).line_ids.lot_id, lots[0])

    def test_who_may_ask(self):
        """Whoever does transfers may ask; who may not count is not made a counter; others may not."""
        stock_user = self._make_user("stock_user", "stock.group_stock_user")
        sheet = self._request(self._deliver(), stock_user)
        self.assertEqual((sheet.state, sheet.counter_ids.ids), ("planned", []))
        with self.assertRaises(AccessError):
            self._request(self._deliver(self.nut, 4), self.outsider)
