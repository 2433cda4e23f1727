from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_flows import SaleCommon


@tagged("post_install", "-at_install")
class TestSaleLogging(SaleCommon):
    """What is scanned for a sale order leaves by the transfers that Odoo has for it."""

    def test_one_step(self):
        order = self._sell((self.bolt, 6), (self.nut, 3))
        self.assertEqual(self._needs(order), {self.bolt: (6, 0), self.nut: (3, 0)})
        sentence = self._scan(order, self._item(self.bolt, 6), self._item(self.nut, 3))
        picking = order.picking_ids
        self.assertEqual(picking.state, "done")
        self.assertEqual(sentence, f"Validated: {picking.name}.")
        self.assertEqual(self._delivered(order), {self.bolt: 6, self.nut: 3})
        self.assertEqual(self._moved(self.bolt, self.rack_a1, self.customers), 6)

    def test_backorder(self):
        order = self._sell((self.bolt, 6), (self.nut, 3))
        scanned = [self._item(self.bolt, 4)]
        [choice] = order._get_scan_choices(scanned)
        self.assertEqual((choice["name"], choice["default"]), ("backorder", "create"))
        self.assertEqual([option["value"] for option in choice["options"]], ["create", "cancel"])
        sentence = self._scan(order, *scanned, backorder="create")
        self.assertIn(f"The rest waits in {self._open_pickings(order).name}.", sentence)
        self.assertEqual(self._delivered(order), {self.bolt: 4, self.nut: 0})
        self.assertEqual(self._needs(order), {self.nut: (3, 0), self.bolt: (6, 4)})
        self._scan(order, self._item(self.bolt, 2), self._item(self.nut, 3))
        self.assertEqual(self._delivered(order), {self.bolt: 6, self.nut: 3})

    def test_what_was_picked_but_not_scanned_stays(self):
        """Somebody marked it as picked in Odoo: who scans decides what leaves."""
        for choice, state in (("create", "assigned"), ("cancel", "cancel")):
            with self.subTest(choice=choice), self._undone():
                order = self._sell((self.bolt, 6), (self.nut, 3))
                order.picking_ids.move_ids.picked = True
                self._scan(order, self._item(self.bolt, 6), backorder=choice)
                self.assertEqual(self._delivered(order), {self.bolt: 6, self.nut: 0})
                nuts = order.picking_ids.move_ids.filtered(lambda move: move.product_id == self.nut)
                self.assertEqual((nuts.state, nuts.picked), (state, False))

    def test_no_backorder(self):
        order = self._sell((self.bolt, 6), (self.nut, 3))
        self._scan(order, self._item(self.bolt, 4), backorder="cancel")
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done"})
        self.assertEqual(self._delivered(order), {self.bolt: 4, self.nut: 0})

    def test_backorder_as_the_operation_type_has_it(self):
        for policy, transfers in (("always", 2), ("never", 1)):
            with self.subTest(policy=policy), self._undone():
                self.warehouse.out_type_id.create_backorder = policy
                order = self._sell((self.bolt, 6))
                scanned = [self._item(self.bolt, 4)]
                self.assertEqual(order._get_scan_choices(scanned), [])
                self._scan(order, *scanned)
                self.assertEqual(len(order.picking_ids), transfers)

    def test_nothing_is_asked_when_all_was_scanned(self):
        order = self._sell((self.bolt, 6))
        self.assertEqual(order._get_scan_choices([self._item(self.bolt, 6)]), [])
        self.assertEqual(order._get_scan_choices([self._item(self.bolt, 9)]), [])

    def test_over_scan_goes_on_the_last_move(self):
        order = self._sell((self.bolt, 2), (self.bolt, 3))
        self._scan(order, self._item(self.bolt, 7))
        moves = order.picking_ids.move_ids.sorted("id")
        self.assertEqual(moves.mapped("quantity"), [2, 5])
        self.assertEqual(order.order_line.mapped("qty_delivered"), [2, 5])

    def test_said_in_the_discussion(self):
        order = self._sell((self.bolt, 6))
        self._scan(order, self._item(self.bolt, 6))
        for record in (order, order.picking_ids):
            message = record.message_ids.filtered(lambda message: "Logged by scanning" in message.body)
            self.assertEqual(message.author_id, self.clerk.partner_id)
            self.assertIn(order.picking_ids.name, message.body)

    # Steps

    def test_pick_pack_ship(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self._sell((self.bolt, 6))
        for step in ("pick_type_id", "pack_type_id", "out_type_id"):
            self.assertEqual(self._delivered(order), {self.bolt: 0})
            picking = self._open_pickings(order)
            self.assertEqual(picking.picking_type_id, self.warehouse[step])
            self.assertEqual(order._get_scan_subtitle(), f"Deco · {picking.name}")
            self.assertEqual(self._needs(order), {self.bolt: (6, 0)})
            sentence = self._scan(order, self._item(self.bolt, 6))
            following = self._open_pickings(order)
            self.assertEqual(f"Next step: {following.name}." in sentence, bool(following))
        self.assertEqual(self._delivered(order), {self.bolt: 6})

    def test_what_is_ready_first_in_the_chain(self):
        """Whoever picks goes on picking; what was picked is shipped once nothing else can be picked."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self._sell((self.bolt, 20))
        self._scan(order, self._item(self.bolt, 4))
        self.assertEqual(
            self._open_pickings(order).picking_type_id, self.warehouse.pick_type_id | self.warehouse.out_type_id
        )
        self.assertEqual(self._needs(order), {self.bolt: (20, 4)})
        self._scan(order, self._item(self.bolt, 11))
        picking = self._open_pickings(order).filtered(
            lambda picking: picking.picking_type_id == self.warehouse.pick_type_id
        )
        self.assertEqual(picking.state, "confirmed")
        self.assertEqual(self._needs(order), {self.bolt: (15, 0)})
        self._scan(order, self._item(self.bolt, 15))
        self.assertEqual(self._delivered(order), {self.bolt: 15})

    def test_chain_of_pull_rules(self):
        output = self.warehouse.wh_output_stock_loc_id
        route = self.env["stock.route"].create(
            {
                "name": "Pick then ship",
                "sale_selectable": True,
                "company_id": self.company.id,
                "rule_ids": [
                    Command.create(
                        {
                            "name": name,
                            "action": "pull",
                            "procure_method": method,
                            "location_src_id": source.id,
                            "location_dest_id": destination.id,
                            "location_dest_from_rule": True,
                            "picking_type_id": picking_type.id,
                            "company_id": self.company.id,
                        }
                    )
                    for name, method, source, destination, picking_type in (
                        ("Ship", "make_to_order", output, self.customers, self.warehouse.out_type_id),
                        ("Pick", "make_to_stock", self.stock, output, self.warehouse.pick_type_id),
                    )
                ],
            }
        )
        output.active = self.warehouse.pick_type_id.active = True
        order = self._sell((self.bolt, 6, {"route_ids": route.ids}))
        self.assertEqual(len(order.picking_ids), 2)
        self._scan(order, self._item(self.bolt, 6))
        self.assertEqual(self._delivered(order), {self.bolt: 0})
        self.assertEqual(self._open_pickings(order).picking_type_id, self.warehouse.out_type_id)
        self._scan(order, self._item(self.bolt, 6))
        self.assertEqual(self._delivered(order), {self.bolt: 6})

    def _split(self, order, quantity):
        picking = order.picking_ids
        picking.move_ids.quantity = quantity
        picking.action_split_transfer()
        self._open_pickings(order).action_assign()

    def test_several_transfers_of_one_step(self):
        order = self._sell((self.bolt, 6))
        self._split(order, 2)
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(self._needs(order), {self.bolt: (6, 0)})
        self._scan(order, self._item(self.bolt, 6))
        self.assertEqual(order.picking_ids.mapped("state"), ["done", "done"])
        self.assertEqual(self._delivered(order), {self.bolt: 6})

    def test_transfer_of_which_nothing_was_scanned(self):
        order = self._sell((self.bolt, 6))
        self._split(order, 2)
        self._scan(order, self._item(self.bolt, 2))
        self.assertEqual(sorted(order.picking_ids.mapped("state")), ["assigned", "done"])
        self.assertEqual(len(order.picking_ids), 2)

    def test_two_warehouses(self):
        """An item is taken by the transfer that takes from where it is."""
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH", "company_id": self.company.id})
        lots = [self._make_lot(self.glue, name) for name in ("G1", "G2")]
        self._put(self.glue, 5, self.stock, lot_id=lots[0])
        self._put(self.glue, 5, other.lot_stock_id, lot_id=lots[1])
        route = self.env["stock.route"].create(
            {
                "name": "From there",
                "sale_selectable": True,
                "company_id": self.company.id,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Ship",
                            "action": "pull",
                            "location_src_id": other.lot_stock_id.id,
                            "location_dest_id": self.customers.id,
                            "picking_type_id": other.out_type_id.id,
                            "company_id": self.company.id,
                        }
                    )
                ],
            }
        )
        order = self._sell((self.glue, 2), (self.glue, 3, {"route_ids": route.ids}))
        self._scan(order, self._item(self.glue, 3, lots[1]), self._item(self.glue, 2, lots[0]))
        self.assertEqual(self._moved(self.glue, self.stock, self.customers), 2)
        self.assertEqual(self._moved(self.glue, other.lot_stock_id, self.customers), 3)
        self.assertEqual(order.order_line.mapped("qty_delivered"), [2, 3])

    def test_returns_are_not_scanned(self):
        order = self._sell((self.bolt, 6))
        self._scan(order, self._item(self.bolt, 6))
        wizard = self.env["stock.return.picking"].with_context(
            active_id=order.picking_ids.id, active_ids=order.picking_ids.ids, active_model="stock.picking"
        )
        wizard = wizard.create({})
        wizard.product_return_moves.quantity = 2
        wizard.action_create_returns()
        self.assertEqual(len(order.picking_ids), 2)
        with self.assertRaisesRegex(UserError, "nothing to ship"):
            order._check_scannable()

    def test_drop_ship_is_not_scanned(self):
        order = self._sell((self.bolt, 6))
        order.picking_ids.action_cancel()
        self.env["stock.move"].create(
            {
                "product_id": self.bolt.id,
                "product_uom_qty": 6,
                "location_id": self.suppliers.id,
                "location_dest_id": self.customers.id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "sale_line_id": order.order_line.id,
                "company_id": self.company.id,
            }
        )._action_confirm()
        self.assertTrue(self._open_pickings(order))
        with self.assertRaisesRegex(UserError, "from the vendor straight to the customer"):
            order._check_scannable()

    # Items

    def test_kit(self):
        kit = self._make_product("Box")
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "company_id": self.company.id,
                "bom_line_ids": [
                    Command.create({"product_id": self.bolt.id, "product_qty": 2}),
                    Command.create({"product_id": self.nut.id, "product_qty": 1}),
                ],
            }
        )
        order = self._sell((kit, 3))
        self.assertEqual(self._needs(order), {self.bolt: (6, 0), self.nut: (3, 0)})
        with self.assertRaisesRegex(UserError, "is a kit; scan what it is made of"):
            order._check_scan(**self._item(kit))
        self._scan(order, self._item(self.bolt, 4), self._item(self.nut, 2))
        self.assertEqual(self._delivered(order), {kit: 2})
        self._scan(order, self._item(self.bolt, 2), self._item(self.nut, 1))
        self.assertEqual(self._delivered(order), {kit: 3})

    def test_another_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell((self.bolt, 1, {"product_uom_id": dozen.id}))
        self.assertEqual(self._needs(order), {self.bolt: (12, 0)})
        self._scan(order, self._item(self.bolt, 5))
        self.assertEqual(self._needs(order), {self.bolt: (12, 5)})
        self._scan(order, self._item(self.bolt, 7))
        self.assertAlmostEqual(self._delivered(order)[self.bolt], 1, places=1)
        self.assertEqual(self._on_hand(self.bolt, self.customers), 12)

    def test_what_is_not_in_stock_goes_along(self):
        tape = self._make_product("Tape", is_storable=False)
        service = self.env["product.product"].create({"name": "Mounting", "type": "service"})
        order = self._sell((self.bolt, 6), (tape, 2), (service, 1))
        self.assertEqual(self._needs(order), {self.bolt: (6, 0)})
        with self.assertRaisesRegex(UserError, "goes along without being scanned"):
            order._check_scan(**self._item(tape))
        self.assertEqual(order._get_scan_choices([self._item(self.bolt, 6)]), [])
        self._scan(order, self._item(self.bolt, 6))
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(self._delivered(order)[tape], 2)

    def test_nothing_in_stock(self):
        tape = self._make_product("Tape", is_storable=False)
        with self.assertRaisesRegex(UserError, "not kept in stock; validate its transfer"):
            self._sell((tape, 2))._check_scannable()

    def test_wrong_item(self):
        order = self._sell((self.bolt, 6))
        with self.assertRaisesRegex(UserError, rf"Nut is not on order {order.name}"):
            order._check_scan(**self._item(self.nut))

    def test_item_that_was_delivered(self):
        order = self._sell((self.bolt, 6), (self.nut, 2))
        self._scan(order, self._item(self.nut, 2))
        with self.assertRaisesRegex(UserError, r"All of .*Nut on order .* was logged before"):
            order._check_scan(**self._item(self.nut))

    def test_not_open(self):
        quotation = self._sell((self.bolt, 6), confirm=False)
        with self.assertRaisesRegex(UserError, "is a quotation; confirm it first"):
            quotation._check_scannable()
        order = self._sell((self.bolt, 6))
        order._action_cancel()
        with self.assertRaisesRegex(UserError, "is cancelled"):
            self._scan(order, self._item(self.bolt, 6))

    def test_locked_order_is_delivered(self):
        """Odoo delivers a locked order as well: locking is about what was ordered."""
        order = self._sell((self.bolt, 6))
        order.action_lock()
        self._scan(order, self._item(self.bolt, 6))
        self.assertEqual(self._delivered(order), {self.bolt: 6})

    # Tracking numbers

    def _stock_lots(self, *quantities, product=None, location=None):
        product = product or self.glue
        lots = [self._make_lot(product, f"L{number}") for number in range(len(quantities))]
        for lot, quantity in zip(lots, quantities, strict=True):
            self._put(product, quantity, location or self.rack_a1, lot_id=lot)
        return lots

    def test_scanned_lots_replace_reserved_ones(self):
        lots = self._stock_lots(5, 5, 5)
        order = self._sell((self.glue, 6))
        self.assertEqual(order.picking_ids.move_ids.lot_ids, lots[0] | lots[1])
        self._scan(order, self._item(self.glue, 4, lots[2]), self._item(self.glue, 2, lots[1]))
        lines = order.picking_ids.move_line_ids
        self.assertEqual(dict(lines.mapped(lambda line: (line.lot_id, line.quantity))), {lots[2]: 4, lots[1]: 2})
        self.assertEqual([self._on_hand(self.glue, self.rack_a1, lot) for lot in lots], [5, 3, 1])
        quants = self.env["stock.quant"].search([("product_id", "=", self.glue.id)])
        self.assertEqual(set(quants.mapped("reserved_quantity")), {0})

    def test_lot_reserved_for_another_order(self):
        """What a person has in hand is taken; Odoo reserves again for the other order."""
        lots = self._stock_lots(5, 5)
        other = self._sell((self.glue, 5))
        order = self._sell((self.glue, 5))
        self.assertEqual(other.picking_ids.move_ids.lot_ids, lots[0])
        self._scan(order, self._item(self.glue, 5, lots[0]))
        self.assertEqual(other.picking_ids.move_ids.lot_ids, lots[1])
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lots[0]), 0)

    def test_what_was_reserved_is_taken_first(self):
        order = self._sell((self.bolt, 12))
        lines = order.picking_ids.move_line_ids
        self.assertEqual(
            dict(lines.mapped(lambda line: (line.location_id, line.quantity))), {self.rack_a1: 10, self.rack_a2: 2}
        )
        self._put(self.bolt, 50, self.rack_a1)
        self._scan(order, self._item(self.bolt, 12))
        self.assertEqual(self._moved(self.bolt, self.rack_a2, self.customers), 2)

    def test_more_than_there_is(self):
        """A person who has more in hand than the system knows of is believed, as everywhere in Odoo."""
        order = self._sell((self.nut, 6))
        self._scan(order, self._item(self.nut, 6))
        self.assertEqual(self._delivered(order), {self.nut: 6})
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 0)
        self.assertEqual(self._on_hand(self.nut, self.stock), -2)

    def test_lot_of_another_product(self):
        other = self._make_product("Varnish", tracking="lot")
        lot = self._make_lot(other, "V1")
        order = self._sell((self.glue, 6))
        with self.assertRaisesRegex(UserError, "V1 is a tracking number of Varnish, not of"):
            order._check_scan(**self._item(self.glue, 1, lot))

    def test_number_is_needed(self):
        order = self._sell((self.glue, 6))
        with self.assertRaisesRegex(UserError, "has tracking numbers; scan the number"):
            order._check_scan(**self._item(self.glue))

    def test_lot_elsewhere(self):
        self.warehouse.delivery_steps = "pick_ship"
        output = self.warehouse.wh_output_stock_loc_id
        [lot] = self._stock_lots(5, location=output)
        order = self._sell((self.glue, 6))
        with self.assertRaisesRegex(UserError, rf"L0 is in {output.display_name}, but is taken from"):
            order._check_scan(**self._item(self.glue, 1, lot))

    def test_lot_nowhere(self):
        lot = self._make_lot(self.glue, "L9")
        order = self._sell((self.glue, 6))
        with self.assertRaisesRegex(UserError, "L9 is not in .*; take another one, or correct the stock"):
            order._check_scan(**self._item(self.glue, 1, lot))

    def test_serial_number_once(self):
        [serial] = self._stock_lots(1, product=self.drill)
        order = self._sell((self.drill, 2))
        order._check_scan(**self._item(self.drill, 1, serial))
        with self.assertRaisesRegex(UserError, "was scanned already"):
            order._check_scan(**self._item(self.drill, 2, serial))

    def test_serial_numbers(self):
        serials = self._stock_lots(1, 1, 1, product=self.drill)
        order = self._sell((self.drill, 2))
        self._scan(order, self._item(self.drill, 1, serials[2]), self._item(self.drill, 1, serials[0]))
        self.assertEqual(order.picking_ids.move_ids.lot_ids, serials[0] | serials[2])

    def test_codes_that_may_be_scanned(self):
        lots = self._stock_lots(5, 5)
        self._stock_lots_elsewhere()
        package = self._make_package()
        order = self._sell((self.glue, 6), (self.bolt, 1))
        products = order.order_line.product_id
        self.assertEqual(order._get_scan_lots(products), lots[0] | lots[1])
        self.assertEqual(order._get_scan_packages(products), package)
        with patch("odoo.addons.cognityv_scanning.models.stock_scan_document_orders.MAX_KEPT", 1):
            self.assertEqual(order._get_scan_lots(products), lots[0])

    def _stock_lots_elsewhere(self):
        lot = self._make_lot(self.glue, "FAR")
        self._put(self.glue, 5, self.warehouse.wh_input_stock_loc_id, lot_id=lot)

    # Packages

    def _make_package(self, name="PACK1", quantity=5, product=None, **identity):
        package = self.env["stock.package"].create({"name": name})
        self._put(product or self.bolt, quantity, self.rack_a1, package_id=package, **identity)
        return package

    def test_whole_package(self):
        package = self._make_package()
        order = self._sell((self.bolt, 5))
        order._check_scan(**self._item(self.bolt, 5, package=package))
        self._scan(order, self._item(self.bolt, 5, package=package))
        self.assertEqual(order.picking_ids.move_line_ids.package_id, package)
        self.assertEqual(order.picking_ids.move_line_ids.result_package_id, package)
        self.assertEqual(package.location_id, self.customers)

    def test_some_of_a_package(self):
        package = self._make_package()
        order = self._sell((self.bolt, 3))
        self._scan(order, self._item(self.bolt, 3, package=package))
        self.assertFalse(order.picking_ids.move_line_ids.result_package_id)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1, package=package), 2)

    def test_package_in_a_package(self):
        package = self._make_package()
        pallet = self.env["stock.package"].create({"name": "PALLET"})
        package.parent_package_id = pallet
        order = self._sell((self.bolt, 5))
        self._scan(order, self._item(self.bolt, 5, package=pallet))
        self.assertEqual(order.picking_ids.move_line_ids.package_id, package)

    def test_package_without_it(self):
        package = self._make_package(product=self.nut)
        order = self._sell((self.bolt, 5), (self.nut, 1))
        with self.assertRaisesRegex(UserError, "PACK1 is not in"):
            order._check_scan(**self._item(self.bolt, 1, package=package))

    def test_loose_stock_before_packages(self):
        package = self._make_package()
        order = self._sell((self.bolt, 10))
        order.picking_ids.do_unreserve()
        self._scan(order, self._item(self.bolt, 10))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1, package=package), 5)

    # Inventory sheets

    def test_place_being_counted(self):
        order = self._sell((self.nut, 3))
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        with self.assertRaisesRegex(UserError, f"it is being counted on inventory sheet {sheet.name}"):
            order._check_scan(**self._item(self.nut, 3))
        with self.assertRaisesRegex(UserError, f"it is being counted on inventory sheet {sheet.name}"):
            self._scan(order, self._item(self.nut, 3))
        self.assertEqual(self._delivered(order), {self.nut: 0})

    def test_taken_from_where_nobody_counts(self):
        order = self._sell((self.bolt, 5))
        self.assertEqual(order.picking_ids.move_line_ids.location_id, self.rack_a1)
        self._make_sheet(location_id=self.rack_a1.id)
        self._scan(order, self._item(self.bolt, 5))
        self.assertEqual(self._moved(self.bolt, self.rack_a2, self.customers), 5)

    def test_too_little_where_nobody_counts(self):
        order = self._sell((self.bolt, 8))
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        order._check_scan(**self._item(self.bolt, 8))
        with self.assertRaisesRegex(UserError, f"it is being counted on inventory sheet {sheet.name}"):
            self._scan(order, self._item(self.bolt, 8))

    def test_released_by_hand(self):
        order = self._sell((self.nut, 3))
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        wizard = self.env["stock.inventory.release.wizard"].with_user(self.manager)
        wizard.create({"picking_id": order.picking_ids.id, "reason": "Urgent"}).action_release()
        self.assertEqual(sheet.release_ids.picking_id, order.picking_ids)
        self._scan(order, self._item(self.nut, 3))
        self.assertEqual(self._delivered(order), {self.nut: 3})

    # What Odoo asks when a transfer is validated

    def _validate_asking(self, question):
        """As if Odoo asked something until a context key says that it is answered."""
        picking_class = type(self.env["stock.picking"])
        original = picking_class._pre_action_done_hook

        def ask(pickings):
            result = original(pickings)
            answered = question == "confirm.stock.sms" and pickings.env.context.get("skip_sms")
            return {"res_model": question, "name": "Really?"} if result is True and not answered else result

        return patch.object(picking_class, "_pre_action_done_hook", ask)

    def test_no_message_is_sent_unasked(self):
        order = self._sell((self.bolt, 6))
        with self._validate_asking("confirm.stock.sms"):
            self._scan(order, self._item(self.bolt, 6))
        self.assertEqual(order.picking_ids.state, "done")

    def test_question_that_scanning_cannot_answer(self):
        order = self._sell((self.bolt, 6))
        with self._validate_asking("something"), self.assertRaisesRegex(UserError, "Odoo asks “Really\\?” first"):
            self._scan(order, self._item(self.bolt, 6))

    def test_transfer_of_a_batch(self):
        order, other = self._sell((self.bolt, 2)), self._sell((self.bolt, 3))
        batch = self.env["stock.picking.batch"].create(
            {"picking_ids": (order | other).picking_ids.ids, "company_id": self.company.id}
        )
        batch.action_confirm()
        self._scan(order, self._item(self.bolt, 2))
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(batch.picking_ids, other.picking_ids)

    # Who may

    def test_rights_are_those_of_odoo(self):
        order = self._sell((self.bolt, 6))
        for user in (self.counter, self.outsider):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                order.with_user(user)._submit_scanned([self._item(self.bolt, 6)], {})
        self.assertEqual(self._delivered(order), {self.bolt: 0})
