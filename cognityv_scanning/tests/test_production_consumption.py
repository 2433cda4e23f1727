from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common_flows import ProductionCommon


@tagged("post_install", "-at_install")
class TestProductionConsumption(ProductionCommon):
    """What is consumed by scanning is consumed once, whatever is done with the run afterwards."""

    def _scan(self, run, *items):
        return run.with_user(self.clerk)._submit_scanned(list(items), {})

    def _scan_some(self, run, legs=6, paint=5):
        return self._scan(run, self._item(self.leg, legs), self._item(self.paint, paint, self.paint_lots[1]))

    def _backorder(self, run):
        return run.production_group_id.production_ids.filtered(lambda other: other.id > run.id)

    def _open(self, run, product=None):
        return run.move_raw_ids.filtered(
            lambda move: move.state not in ("done", "cancel") and move.product_id == (product or self.leg)
        )

    # Now

    def test_posted_now(self):
        run = self._make_run(10)
        self._scan_some(run)
        self.assertEqual(self._used(self.leg), 6)
        self.assertEqual(run.state, "progress")
        done = run.move_raw_ids.filtered(lambda move: move.state == "done")
        self.assertEqual(done.lot_ids, self.paint_lots[1])
        left = run.move_raw_ids - done
        self.assertEqual(dict(left.mapped(lambda m: (m.product_id, m.product_uom_qty))), {self.leg: 34, self.paint: 15})
        self.assertEqual(dict(left.mapped(lambda m: (m.product_id, m.quantity))), {self.leg: 34, self.paint: 15})
        self.assertEqual(run.components_availability_state, "available")

    def test_requirements(self):
        run = self._make_run(10)
        self._scan_some(run)
        needs = {need["product"]: (need["quantity"], need["done"]) for need in run._get_scan_requirements()}
        self.assertEqual(needs, {self.leg: (40, 6), self.paint: (20, 5)})
        self._scan_some(run, legs=36, paint=15)
        needs = {need["product"]: (need["quantity"], need["done"]) for need in run._get_scan_requirements()}
        self.assertEqual(needs, {self.leg: (40, 42), self.paint: (20, 20)})

    def test_sentence_and_note(self):
        run = self._make_run(10)
        sentence = self._scan_some(run)
        self.assertIn("6 Units [LEG] Leg, 5 Units Paint", sentence)
        self.assertIn("Remaining: 34 Units [LEG] Leg, 15 Units Paint.", sentence)
        self.assertIn("6 Units [LEG] Leg", run.message_ids[0].body)
        self.assertEqual(run.message_ids[0].author_id, self.clerk.partner_id)
        self.assertIn("No component remains.", self._scan_some(run, 34, 15))

    def test_scanned_lot_replaces_reserved_one(self):
        run = self._make_run(10)
        self.assertEqual(self._open(run, self.paint).lot_ids, self.paint_lots[0])
        self._scan_some(run)
        left = self._open(run, self.paint)
        self.assertEqual(left.lot_ids, self.paint_lots[0])
        self.assertEqual(left.quantity, 15)
        quants = self.env["stock.quant"].search(
            [("lot_id", "in", self.paint_lots.ids), ("location_id", "=", self.stock.id)]
        )
        self.assertEqual(
            dict(quants.mapped(lambda quant: (quant.lot_id, (quant.quantity, quant.reserved_quantity)))),
            {self.paint_lots[0]: (100, 15), self.paint_lots[1]: (95, 0)},
        )

    def test_nothing_reserved_stays_unreserved(self):
        self.warehouse.manu_type_id.reservation_method = "manual"
        run = self._make_run(10)
        self._scan_some(run)
        self.assertFalse(self._open(run).move_line_ids)
        run.action_assign()
        self.assertEqual(self._open(run).quantity, 34)

    # Closing

    def test_full_close(self):
        run = self._make_run(10)
        self._scan_some(run)
        self._close(run)
        self.assertEqual(run.state, "done")
        self.assertEqual(self._used(self.leg), 40)
        self.assertEqual(self._used(self.paint), 20)
        self.assertEqual(self._value(run), 40 * 5 + 20 * 7)

    def test_several_postings(self):
        run = self._make_run(10)
        for _time in range(3):
            self._scan_some(run, 7, 3)
        self._close(run)
        self.assertEqual(self._used(self.leg), 40)
        self.assertEqual(self._value(run), 40 * 5 + 20 * 7)

    def test_all_posted(self):
        run = self._make_run(10)
        self._scan_some(run, 40, 20)
        self.assertEqual(run.state, "progress")
        self._close(run)
        self.assertEqual(run.state, "done")
        self.assertEqual(self._used(self.leg), 40)
        self.assertEqual(self._value(run), 40 * 5 + 20 * 7)

    def test_over(self):
        run = self._make_run(10)
        self._scan_some(run, 30, 20)
        self._scan(run, self._item(self.leg, 15))
        self.assertFalse(self._open(run))
        self._close(run)
        self.assertEqual(self._used(self.leg), 45)
        self.assertEqual(self._value(run), 45 * 5 + 20 * 7)

    def test_over_after_all(self):
        run = self._make_run(10)
        self._scan_some(run, 40, 20)
        self._scan(run, self._item(self.leg, 2))
        self._close(run)
        self.assertEqual(self._used(self.leg), 42)
        self.assertEqual(self._value(run), 42 * 5 + 20 * 7)

    def test_partial_close(self):
        run = self._make_run(10)
        self._scan_some(run)
        self._close(run, 4)
        self.assertEqual(self._used(self.leg), 16)
        self.assertEqual(self._used(self.paint), 8)
        self.assertEqual(self._value(run), 16 * 5 + 8 * 7)
        backorder = self._backorder(run)
        self.assertEqual(self._open(backorder).product_uom_qty, 24)
        self._close(backorder)
        self.assertEqual(self._used(self.leg), 40)
        self.assertEqual(self._used(self.paint), 20)
        self.assertEqual(self._value(backorder), 24 * 5 + 12 * 7)

    def test_partial_close_with_more_posted(self):
        """What the first pieces do not need belongs to those of the back-order."""
        run = self._make_run(10)
        self._scan_some(run, 30, 15)
        before = self.env["stock.quant"].search([("product_id", "in", (self.leg | self.paint).ids)])
        quantities = before.mapped("quantity")
        self._close(run, 4)
        self.assertEqual(self._used(self.leg), 30)
        self.assertEqual(before.mapped("quantity"), quantities)
        self.assertEqual(self._value(run), 16 * 5 + 8 * 7)
        backorder = self._backorder(run)
        self.assertEqual(backorder.state, "progress")
        needs = {need["product"]: (need["quantity"], need["done"]) for need in backorder._get_scan_requirements()}
        self.assertEqual(needs, {self.leg: (24, 14), self.paint: (12, 7)})
        self.assertEqual(backorder.move_raw_ids.filtered(lambda m: m.state == "done").lot_ids, self.paint_lots[1])
        self._close(backorder)
        self.assertEqual(self._used(self.leg), 40)
        self.assertEqual(self._used(self.paint), 20)
        self.assertEqual(self._value(backorder), 24 * 5 + 12 * 7)

    def test_partial_close_with_over(self):
        """What was used beyond all need is shared by quantity."""
        run = self._make_run(10)
        self._scan_some(run, 50, 20)
        self._close(run, 4)
        self.assertEqual(self._value(run), 20 * 5 + 8 * 7)
        backorder = self._backorder(run)
        self._close(backorder)
        self.assertEqual(self._used(self.leg), 50)
        self.assertEqual(self._value(backorder), 30 * 5 + 12 * 7)

    def test_three_parts(self):
        run = self._make_run(10)
        self._scan_some(run, 30, 20)
        self._close(run, 2)
        second = self._backorder(run)
        self._close(second, 3)
        third = self._backorder(second)
        self._scan(third, self._item(self.leg, 4))
        self._close(third)
        self.assertEqual(self._used(self.leg), 40)
        self.assertEqual(self._used(self.paint), 20)
        values = [self._value(part) for part in run | second | third]
        self.assertEqual(values, [2 * 34, 3 * 34, 5 * 34])

    def test_partial_close_without_backorder(self):
        run = self._make_run(10)
        self._scan_some(run, 30, 15)
        self._close(run, 4, backorder=False)
        self.assertEqual(run.state, "done")
        self.assertFalse(self._backorder(run))
        self.assertEqual(self._used(self.leg), 30)
        self.assertEqual(self._value(run), 30 * 5 + 15 * 7)

    # What is being produced is said before, meanwhile and after

    def test_producing_said_before(self):
        run = self._make_run(10)
        run.qty_producing = 4
        run.set_qty_producing()
        self._scan_some(run)
        self.assertEqual(self._open(run).quantity, 10)
        self._close(run)
        self.assertEqual(self._used(self.leg), 16)

    def test_producing_changed_afterwards(self):
        run = self._make_run(10)
        self._scan_some(run)
        with Form(run) as form:
            form.qty_producing = 4
        self.assertEqual(self._open(run).quantity, 10)
        self.assertEqual(self._open(run).should_consume_qty, 10)
        with Form(run) as form:
            form.qty_producing = 1
        self.assertEqual(self._open(run).quantity, 0)
        with Form(run) as form:
            form.qty_producing = 12
        self.assertEqual(self._open(run).quantity, 42)
        self._close(run)
        self.assertEqual(self._used(self.leg), 48)

    def test_entered_by_hand(self):
        """What a person has entered in Odoo as consumed is what is consumed in all."""
        run = self._make_run(10)
        move = self._open(run)
        move.write({"quantity": 8, "picked": True, "manual_consumption": True})
        self._scan_some(run)
        self.assertEqual(self._open(run).quantity, 2)
        self.assertTrue(self._open(run).picked)
        self._close(run)
        self.assertEqual(self._used(self.leg), 8)

    def test_quantity_to_produce_changed(self):
        for new_quantity, total in ((20, 80), (5, 20), (1, 6)):
            with self.subTest(new_quantity=new_quantity), self._undone():
                run = self._make_run(10)
                self._scan_some(run, 6, 2)
                self.env["change.production.qty"].create(
                    {"mo_id": run.id, "product_qty": new_quantity}
                ).change_prod_qty()
                self._close(run)
                self.assertEqual(self._used(self.leg), total)
                self.assertEqual(self._used(self.paint), new_quantity * 2)

    def test_more_to_produce_when_all_was_posted(self):
        run = self._make_run(10)
        self._scan_some(run, 40, 20)
        self.env["change.production.qty"].create({"mo_id": run.id, "product_qty": 15}).change_prod_qty()
        self._close(run)
        self.assertEqual(self._used(self.leg), 60)
        self.assertEqual(self._used(self.paint), 30)

    # Traceability

    def test_traceability(self):
        self.table.tracking = "lot"
        run = self._make_run(10)
        self._scan_some(run)
        run.lot_producing_ids = self._make_lot(self.table, "T1")
        self._close(run)
        lines = run.move_finished_ids.move_line_ids
        self.assertEqual(lines.consume_line_ids, run.move_raw_ids.move_line_ids)
        self.assertIn(self.paint_lots[1], lines.consume_line_ids.lot_id)
        self.assertEqual(run.move_raw_ids.move_line_ids.produce_line_ids, lines)

    def test_serial_component_closes(self):
        screen = self._make_product("Screen", tracking="serial", categ_id=self.average.id)
        serials = self.env["stock.lot"].create([{"name": f"S{n}", "product_id": screen.id} for n in range(4)])
        for serial in serials:
            self._buy(screen, 1, 30, serial)
        run = self._make_run(4, self._make_bom(self.table, [(screen, 1)]))
        self._scan(run, self._item(screen, 1, serials[3]), self._item(screen, 1, serials[1]))
        self._close(run)
        self.assertEqual(self._used(screen), 4)
        self.assertEqual(run.move_raw_ids.move_line_ids.lot_id, serials)
        self.assertEqual(run.move_raw_ids.move_line_ids.production_id, run)

    def test_serial_component_shared_with_backorder(self):
        screen = self._make_product("Screen", tracking="serial", categ_id=self.average.id)
        serials = self.env["stock.lot"].create([{"name": f"S{n}", "product_id": screen.id} for n in range(4)])
        for serial in serials:
            self._buy(screen, 1, 30, serial)
        run = self._make_run(4, self._make_bom(self.table, [(screen, 1)]))
        self._scan(run, *(self._item(screen, 1, serial) for serial in serials[:3]))
        self._close(run, 2)
        backorder = self._backorder(run)
        self.assertEqual(len(run.move_raw_ids.move_line_ids), 2)
        self._close(backorder)
        self.assertEqual((run | backorder).move_raw_ids.move_line_ids.lot_id, serials)
        self.assertEqual([self._value(part) for part in run | backorder], [60, 60])

    def test_serial_used_elsewhere_is_noticed(self):
        screen = self._make_product("Screen", tracking="serial")
        serial = self._make_lot(screen, "S1")
        self._put(screen, 1, self.stock, lot_id=serial)
        bom = self._make_bom(self.table, [(screen, 1)])
        first, second = self._make_run(1, bom), self._make_run(1, bom)
        self._scan(first, self._item(screen, 1, serial))
        line = self.env["stock.move.line"].create(
            {
                "move_id": second.move_raw_ids.id,
                "product_id": screen.id,
                "lot_id": serial.id,
                "quantity": 1,
                "picked": True,
                "location_id": self.stock.id,
                "location_dest_id": second.production_location_id.id,
            }
        )
        self.assertTrue(line.exists())
        second.qty_producing = 1
        with self.assertRaisesRegex(UserError, "already been consumed"):
            second.button_mark_done()

    def test_serial_finished_goods(self):
        self.table.tracking = "serial"
        run = self._make_run(3)
        self._scan_some(run, 5, 5)
        run.lot_producing_ids = self.env["stock.lot"].create(
            [{"name": f"T{n}", "product_id": self.table.id} for n in range(3)]
        )
        run.qty_producing = 3
        run._set_qty_producing()
        self._close(run)
        self.assertEqual(self._used(self.leg), 12)
        self.assertEqual(self._value(run), 3 * 34)

    # Afterwards

    def test_unbuild(self):
        self.table.tracking = "lot"
        run = self._make_run(10)
        self._scan_some(run)
        run.lot_producing_ids = self._make_lot(self.table, "T1")
        self._close(run)
        self.env["mrp.unbuild"].create(
            {
                "mo_id": run.id,
                "product_id": self.table.id,
                "product_qty": 10,
                "product_uom_id": self.table.uom_id.id,
                "lot_id": run.lot_producing_ids.id,
                "company_id": self.company.id,
                "location_id": self.stock.id,
                "location_dest_id": self.stock.id,
            }
        ).action_unbuild()
        self.assertEqual(self._on_hand(self.leg, self.stock), 100)
        self.assertEqual([self._on_hand(self.paint, self.stock, lot) for lot in self.paint_lots], [100, 100])

    def test_scrap(self):
        run = self._make_run(10)
        self._scan_some(run)
        scrap = self.env["stock.scrap"].create(
            {
                "production_id": run.id,
                "product_id": self.leg.id,
                "scrap_qty": 3,
                "product_uom_id": self.leg.uom_id.id,
                "company_id": self.company.id,
                "location_id": self.stock.id,
            }
        )
        scrap.do_scrap()
        self._close(run)
        self.assertEqual(self._used(self.leg), 40)
        self.assertEqual(self._on_hand(self.leg, self.stock), 57)
        self.assertEqual(self._value(run), 40 * 5 + 20 * 7)

    def test_cancelled(self):
        run = self._make_run(10)
        self._scan_some(run)
        run.action_cancel()
        self.assertEqual(run.state, "cancel")
        self.assertEqual(self._used(self.leg), 6)
        self.assertIn("stay so: 6 Units [LEG] Leg, 5 Units Paint", run.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "Components were consumed"):
            run.unlink()

    def test_copied(self):
        run = self._make_run(10)
        self._scan_some(run)
        copy = run.copy()
        self.assertEqual(
            dict(copy.move_raw_ids.mapped(lambda m: (m.product_id, m.product_uom_qty))), {self.leg: 40, self.paint: 20}
        )
        self._close(run)
        self.assertEqual(len(run.copy().move_raw_ids), 2)

    def test_planned_anew(self):
        run = self._make_run(10)
        self._scan_some(run)
        done = run.move_raw_ids.filtered(lambda move: move.state == "done")
        dates = done.mapped("date")
        run.date_start = fields.Datetime.now() + timedelta(days=7)
        self.assertEqual(done.mapped("date"), dates)
        self.assertEqual(self._open(run).date, run.date_start)

    # Bills of materials

    def test_kit(self):
        kit = self._make_product("Kit")
        self._make_bom(kit, [(self.leg, 2), (self.paint, 1)], type="phantom")
        run = self._make_run(5, self._make_bom(self.table, [(kit, 2)]))
        self._scan_some(run, 6, 5)
        self._close(run, 2)
        self._close(self._backorder(run))
        self.assertEqual(self._used(self.leg), 20)
        self.assertEqual(self._used(self.paint), 10)

    def test_same_component_twice(self):
        run = self._make_run(10, self._make_bom(self.table, [(self.leg, 1), (self.leg, 3)]))
        self._scan(run, self._item(self.leg, 12))
        self.assertEqual(sorted(self._open(run).mapped("product_uom_qty")), [28])
        self._close(run, 5)
        self.assertEqual(self._used(self.leg), 20)
        self._close(self._backorder(run))
        self.assertEqual(self._used(self.leg), 40)

    def test_component_in_dozens(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        bom = self._make_bom(self.table, [])
        bom.bom_line_ids = [Command.create({"product_id": self.leg.id, "product_qty": 1, "product_uom_id": dozen.id})]
        run = self._make_run(2, bom)
        self._scan(run, self._item(self.leg, 5))
        needs = [(need["quantity"], need["done"]) for need in run._get_scan_requirements()]
        self.assertEqual(needs, [(24, 5)])
        self._close(run, 1)
        self.assertEqual(self._used(self.leg), 12)
        self._close(self._backorder(run))
        self.assertEqual(self._used(self.leg), 24)

    def test_by_product(self):
        saw = self._make_product("Sawdust", categ_id=self.average.id)
        self.bom.byproduct_ids = [Command.create({"product_id": saw.id, "product_qty": 1, "cost_share": 25})]
        run = self._make_run(10)
        self._scan_some(run)
        self._close(run)
        values = dict(run.move_finished_ids.mapped(lambda move: (move.product_id, move.value)))
        self.assertEqual(values, {self.table: 340 * 0.75, saw: 340 * 0.25})
        self.assertEqual(run.move_finished_ids.move_line_ids.consume_line_ids, run.move_raw_ids.move_line_ids)

    def test_work_orders(self):
        center = self.env["mrp.workcenter"].create({"name": "Bench", "costs_hour": 60, "company_id": self.company.id})
        self.bom.operation_ids = [
            Command.create(
                {"name": "Assemble", "workcenter_id": center.id, "time_cycle_manual": 1, "bom_id": self.bom.id}
            )
        ]
        self.bom.bom_line_ids[0].operation_id = self.bom.operation_ids
        run = self._make_run(10)
        self.assertTrue(self._open(run).manual_consumption)
        self._scan_some(run)
        self.assertEqual(self._open(run).workorder_id, run.workorder_ids)
        run.workorder_ids.duration = 30
        self._close(run)
        self.assertEqual(self._used(self.leg), 40)
        self.assertEqual(self._value(run), 340 + 30)

    def test_manual_consumption_with_quantity(self):
        center = self.env["mrp.workcenter"].create({"name": "Bench", "company_id": self.company.id})
        self.bom.operation_ids = [
            Command.create(
                {"name": "Assemble", "workcenter_id": center.id, "time_cycle_manual": 1, "bom_id": self.bom.id}
            )
        ]
        self.bom.bom_line_ids[0].operation_id = self.bom.operation_ids
        run = self._make_run(10)
        run.qty_producing = 4
        run.set_qty_producing()
        self._scan_some(run)
        self._close(run)
        self.assertEqual(self._used(self.leg), 16)

    def test_components_picked_in_a_step_before(self):
        self.warehouse.manufacture_steps = "pbm"
        run = self._make_run(10, location_src_id=self.warehouse.pbm_loc_id.id)
        pick = run.picking_ids
        pick.button_validate()
        self.assertEqual(pick.state, "done")
        lot = run.move_raw_ids.lot_ids
        run.with_user(self.clerk)._submit_scanned([self._item(self.leg, 6), self._item(self.paint, 5, lot)], {})
        self.assertEqual(self._open(run).quantity, 34)
        self._close(run, 4)
        self._close(self._backorder(run))
        production = self.table.with_company(self.company).property_stock_production
        self.assertEqual(self._moved(self.leg, self.warehouse.pbm_loc_id, production), 40)
        self.assertEqual(len(run.picking_ids), 1)

    # What the bill of materials allows

    def _close_strictly(self, run, quantity):
        run.qty_producing = quantity
        run.set_qty_producing()
        return run.button_mark_done()

    def test_warning_is_for_what_is_not_as_expected(self):
        self.bom.consumption = "warning"
        for legs, asked in ((6, False), (30, False), (45, True)):
            with self.subTest(legs=legs), self._undone():
                run = self._make_run(10)
                self._scan_some(run, legs, 8)
                action = self._close_strictly(run, 4)
                self.assertEqual(action["res_model"] == "mrp.consumption.warning", asked)

    def test_warning_without_backorder(self):
        """Without a back-order that takes it over, all that was posted counts."""
        self.bom.consumption = "warning"
        run = self._make_run(10)
        self._scan_some(run, 30, 8)
        action = self._close_strictly(run, 4)
        wizard = self.env["mrp.production.backorder"].with_context(**action["context"]).create({})
        self.assertEqual(wizard.action_close_mo()["res_model"], "mrp.consumption.warning")

    def test_quantities_set_by_the_warning(self):
        self.bom.consumption = "warning"
        run = self._make_run(10)
        self._scan_some(run, 6, 8)
        run.qty_producing = 4
        run.set_qty_producing()
        self._open(run).write({"quantity": 13, "manual_consumption": True})
        action = run.button_mark_done()
        wizard = self.env["mrp.consumption.warning"].with_context(**action["context"]).create({})
        self.assertEqual(wizard.mrp_consumption_warning_line_ids.product_consumed_qty_uom, 19)
        action = wizard.action_set_qty()
        wizard = self.env["mrp.production.backorder"].with_context(**action["context"]).create({})
        wizard.action_backorder()
        moves = run.move_raw_ids.filtered(lambda move: move.product_id == self.leg)
        self.assertEqual(moves.mapped("quantity"), [6, 10])

    def test_strict(self):
        self.bom.consumption = "strict"
        run = self._make_run(10)
        with self.assertRaisesRegex(UserError, "no more than 40 Units"):
            self._scan(run, self._item(self.leg, 41))
        with self.assertRaisesRegex(UserError, "no more than 20 Units"):
            self._scan(run, *(self._item(self.paint, 11, lot) for lot in self.paint_lots))
        self._scan_some(run, 30, 20)
        self.assertTrue(self._close_strictly(run, 10))
        self.assertEqual(run.state, "done")

    def test_strict_for_a_manager(self):
        self.bom.consumption = "strict"
        manager = self._make_clerk("boss", "mrp.group_mrp_manager,stock.group_stock_user")
        run = self._make_run(10)
        run.with_user(manager)._submit_scanned([self._item(self.leg, 41)], {})
        self.assertEqual(self._used(self.leg), 41)

    # Cost, whatever the load order

    def test_priced_last_with_everything(self):
        """The last word on the price has all that was consumed: add-ons that price may come before or after this one."""
        run = self._make_run(10)
        self._scan_some(run)
        plain = self._make_run(10)
        calls = []
        original = type(run)._cal_price

        def cal_price(production, consumed_moves):
            calls.append((production, consumed_moves))
            return original(production, consumed_moves)

        with patch.object(type(run), "_cal_price", cal_price):
            self._close(run)
            self._close(plain)
        self.assertEqual([moves for production, moves in calls if production == run][-1], run.move_raw_ids)
        self.assertEqual([moves for production, moves in calls if production == plain], [plain.move_raw_ids])
