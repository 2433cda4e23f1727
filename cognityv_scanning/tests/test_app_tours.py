from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common_flows import FlowsCommon, ProductionCommon


@tagged("post_install", "-at_install")
class TestAppTours(HttpCase, ProductionCommon):
    """The app on a phone, end to end, in a real browser with a hand scanner."""

    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rack_a1.barcode = "RACK-A1"
        cls.bolt.barcode, cls.nut.barcode, cls.leg.barcode = "BOLT-EAN", "NUT-EAN", "LEG-EAN"
        cls.paint_lots[0].name = "PAINT-1"
        cls.drills = cls._make_lot(cls.drill, "DRILL-1") + cls._make_lot(cls.drill, "DRILL-2")

    def _make_order(self, *quantities):
        lines = [Command.create({"product_id": product.id, "product_uom_qty": qty}) for product, qty in quantities]
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id, "order_line": lines}
        )
        order.action_confirm()
        return order

    def test_sale(self):
        for lot in self.drills:
            self._put(self.drill, 1, self.rack_a1, lot_id=lot)
        order = self._make_order((self.bolt, 2), (self.drill, 2))
        self.start_tour("/odoo", "asset_manager_sale_phone", login=self.clerk.login)
        session = self.env["stock.scan.session"].search([("sale_id", "=", order.id)])
        self.assertEqual((session.state, session.submitted_by_id), ("submitted", self.clerk))
        self.assertEqual(order.order_line.mapped("qty_delivered"), [2, 1])
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        self.assertEqual(done.move_line_ids.lot_id.name, "DRILL-2")
        self.assertEqual((order.picking_ids - done).move_ids.mapped("product_qty"), [1])

    def test_sale_of_which_others_delivered_a_part(self):
        order = self._make_order((self.bolt, 2))
        sessions = self.env["stock.scan.session"].with_user(self.clerk)
        session = sessions.browse(sessions.open_for("sale", order.id)["id"])
        session.push([{"client_uuid": "two-bolts", "code": "BOLT-EAN", "quantity": 2}])
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        order.picking_ids.with_context(skip_backorder=True).button_validate()
        self.start_tour("/odoo", "asset_manager_too_much_phone", login=self.clerk.login)
        self.assertEqual((session.state, order.order_line.qty_delivered), ("submitted", 2))

    def test_production(self):
        self.table.tracking = "serial"
        run = self._make_run(1)
        run.lot_producing_ids = self._make_lot(self.table, "TABLE-1")
        self.start_tour("/odoo", "asset_manager_production_phone", login=self.clerk.login)
        session = self.env["stock.scan.session"].search([("production_id", "=", run.id)])
        self.assertEqual((session.state, session.note), ("submitted", "One leg was broken"))
        self.assertEqual((self._used(self.leg, run), self._used(self.paint, run)), (3, 1))
        self.assertNotEqual(run.state, "done")

    def test_verification_of_20_items(self):
        rack = self.env["stock.location"].create(
            {"name": "Rack 20", "location_id": self.stock.id, "barcode": "RACK-20"}
        )
        for number in range(1, 21):
            self._put(self._make_product(f"Item {number}", barcode=f"ITEM-{number}"), 1, rack)
        self.start_tour("/odoo", "asset_manager_verification_phone", login=self.manager.login)
        session = self.env["stock.scan.session"].search([("location_id", "=", rack.id)])
        self.assertEqual((session.state, session.sheet_id.state), ("submitted", "validated"))
        self.assertEqual(session.sheet_id.line_ids.mapped("real_qty"), [1] * 20)
        self.assertEqual(set(session.sheet_id.line_ids.count_ids.mapped("source")), {"scan"})

    def test_verification_with_differences(self):
        self._put(self.drill, 1, self.rack_a2, lot_id=self.drills[0])
        self.start_tour("/odoo/asset-manager", "asset_manager_differences_phone", login=self.manager.login)
        session = self.env["stock.scan.session"].search([("location_id", "=", self.rack_a1.id)])
        self.assertEqual(session.state, "submitted")
        lines = {line.product_id: line for line in session.sheet_id.line_ids}
        self.assertEqual([lines[product].real_qty for product in (self.bolt, self.nut, self.drill)], [7, 1, 1])
        self.assertEqual(lines[self.bolt].description, "The box is torn")

    def test_blind_verification(self):
        sheet = self._make_sheet(
            location_id=self.rack_a1.id,
            product_ids=[Command.set(self.bolt.ids)],
            counter_ids=[Command.set(self.counter.ids)],
            blind=True,
        )
        self.start_tour("/odoo/asset-manager", "asset_manager_blind_phone", login=self.counter.login)
        self.assertEqual((sheet.state, sheet.line_ids.real_qty), ("completed", 2))
        self.assertEqual(sheet.line_ids.count_ids.mapped("user_id"), self.counter)

    def test_back_to_odoo(self):
        self.counter.action_id = self.env.ref("cognityv_scanning.action_asset_manager").id
        self.start_tour("/odoo", "asset_manager_leave_phone", login=self.counter.login)

    def test_stock_management(self):
        self.start_tour("/odoo/asset-manager", "asset_manager_stock_phone", login=self.manager.login)
        correction = self.env["stock.correction"].search([("product_id", "=", self.bolt.id)])
        self.assertEqual((correction.real_qty, correction.comment), (3, "behind the rack"))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 3)


@tagged("post_install", "-at_install")
class TestAppDesktop(HttpCase, FlowsCommon):
    """At a desk with a hand scanner."""

    def test_from_the_menu(self):
        self.bolt.barcode = "BOLT-EAN"
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": self.bolt.id, "product_uom_qty": 2})],
            }
        )
        order.action_confirm()
        self.start_tour("/odoo", "asset_manager_desktop", login=self.clerk.login)
        session = self.env["stock.scan.session"].search([("sale_id", "=", order.id)])
        self.assertEqual(session.event_ids.mapped("code"), ["BOLT-EAN"])
        self.assertEqual(session.state, "open")
