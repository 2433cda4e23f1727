import uuid

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_flows import ProductionCommon, SaleCommon


class SessionFlows(SaleCommon, ProductionCommon):
    """Sale orders and runs from the first scan to the submit, as the app does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bolt.barcode, cls.nut.barcode, cls.leg.barcode = "BOLT-1", "NUT-1", "LEG-1"

    def _open(self, record, user=None):
        kind = {"sale.order": "sale", "mrp.production": "production"}[record._name]
        sessions = self.env["stock.scan.session"].with_user(user or self.clerk)
        return sessions.browse(sessions.open_for(kind, record.id)["id"])

    def _as_stranger(self, session):
        """The session as somebody of another company, who has the same rights there."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._make_clerk("stranger")
        stranger.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        return session.with_user(stranger).with_context(allowed_company_ids=company.ids)

    def _push(self, session, code=None, **fields):
        event = {"client_uuid": str(uuid.uuid4()), **({"code": code} if code else {}), **fields}
        [result] = session.push([event])
        return result | {"event": event}

    def _lines(self, payload):
        return {
            line["product_id"]: (line["required"], line["done"], line["scanned"], line["remaining"], line["status"])
            for line in payload["lines"]
        }


@tagged("post_install", "-at_install")
class TestTooMuchMeanwhile(SessionFlows):
    """Somebody else delivers or uses what was scanned, in Odoo, before it is submitted."""

    def _deliver(self, order, *quantities):
        """As a colleague does it in Odoo."""
        picking = self._open_pickings(order).with_user(self.colleague)
        for move, quantity in zip(picking.move_ids, quantities, strict=True):
            move.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()

    def _get_over_choice(self, session):
        return [choice for choice in session.get_review()["choices"] if choice["name"] == "over"]

    def test_a_salesperson_needs_no_rights_in_inventory(self):
        seller = self._make_clerk("seller", "sales_team.group_sale_salesman_all_leads")
        order = self._sell((self.bolt, 2))
        session = self._open(order, seller)
        self._push(session, "BOLT-1")
        self._push(session, "BOLT-1")
        session.action_submit()
        self.assertEqual(session.state, "submitted")
        self.assertEqual(order.order_line.qty_delivered, 2)

    def test_what_the_system_has_none_of_is_said(self):
        washer = self._make_product("Washer", barcode="WASHER-1")
        self.clerk.group_ids += self.env.ref("cognityv_inventory.group_counter")
        session = self._open(self._sell((self.bolt, 2), (washer, 1)))
        self._push(session, "BOLT-1")
        self.assertEqual(session.get_review()["warnings"], [])
        self.assertEqual(self._push(session, "WASHER-1")["result"], "accepted")
        [warning] = session.get_review()["warnings"]
        self.assertIn("Washer", warning)
        self.assertNotIn("Bolt", warning)
        self._make_sheet(location_id=self.rack_a1.id, blind=True, counter_ids=self.clerk.ids)
        self.assertEqual(session.get_review()["warnings"], [])

    def test_nothing_is_asked_while_all_is_as_it_was(self):
        session = self._open(self._sell((self.bolt, 10)))
        self._push(session, "BOLT-1", quantity=10)
        self.assertEqual(self._get_over_choice(session), [])
        session.action_submit()

    def test_it_is_asked_what_of_it(self):
        order = self._sell((self.bolt, 10))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=10)
        self._deliver(order, 6)
        [choice] = self._get_over_choice(session)
        self.assertIn("Bolt, open: 4", choice["question"])
        self.assertEqual([option["value"] for option in choice["options"]], ["open", "all"])
        self.assertFalse(choice["default"])
        for choices in (None, {}, {"backorder": "create"}):
            with self.assertRaisesRegex(UserError, "Bolt, open: 4.*say on the review"):
                session.action_submit(choices)
        self.assertEqual((session.state, self._delivered(order)), ("open", {self.bolt: 6}))

    def test_only_what_is_open(self):
        order = self._sell((self.bolt, 10), (self.nut, 3))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=10)
        self._push(session, "NUT-1", quantity=3)
        self._deliver(order, 6, 0)
        session.action_submit({"over": "open"})
        self.assertEqual(self._delivered(order), {self.bolt: 10, self.nut: 3})
        self.assertIn("Not logged, as it was too much: 6 Units", session.outcome)

    def test_all_of_it(self):
        order = self._sell((self.bolt, 10))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=10)
        self._deliver(order, 6)
        session.action_submit({"over": "all"})
        self.assertEqual(self._delivered(order), {self.bolt: 16})

    def test_what_was_confirmed_is_not_asked_again(self):
        order = self._sell((self.bolt, 10))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=9)
        self._push(session, "BOLT-1", quantity=3, accept_over=True)
        self._push(session, "BOLT-1", quantity=2, accept_over=True)
        self.assertEqual(self._get_over_choice(session), [])
        session.action_submit()
        self.assertEqual(self._delivered(order), {self.bolt: 14})

    def test_what_was_confirmed_does_not_cover_what_comes_on_top(self):
        order = self._sell((self.bolt, 10))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=11, accept_over=True)
        self._deliver(order, 6)
        with self.assertRaisesRegex(UserError, "11 Units .*Bolt, open: 4"):
            session.action_submit()

    def test_all_was_delivered_by_others(self):
        order = self._sell((self.bolt, 10), (self.nut, 3))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=10)
        self._deliver(order, 10, 0)
        with self.assertRaisesRegex(UserError, "logged by others meanwhile; cancel"):
            session.action_submit({"over": "open"})

    def test_what_was_picked_is_not_shipped_as_others_validated_the_picking(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._sell((self.bolt, 6))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=6)
        self._deliver(order, 6)
        with self.assertRaisesRegex(UserError, "was scanned for .*, which is done"):
            session.action_submit({"over": "all"})
        self.assertEqual(self._delivered(order), {self.bolt: 0})
        session.action_cancel()
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=6)
        session.action_submit()
        self.assertEqual(self._delivered(order), {self.bolt: 6})

    def test_what_left_already_is_left_out_first(self):
        lots = [self._make_lot(self.glue, name) for name in ("G1", "G2")]
        for lot in lots:
            self._put(self.glue, 10, self.rack_a1, lot_id=lot)
        order = self._sell((self.glue, 10))
        session = self._open(order)
        for lot in lots:
            self._push(session, product_id=self.glue.id, lot_id=lot.id, quantity=5)
        self._deliver(order, 5)
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lots[0]), 5)
        session.action_submit({"over": "open"})
        self.assertEqual([self._on_hand(self.glue, self.rack_a1, lot) for lot in lots], [5, 5])

    def test_run_that_needs_less(self):
        for choice, used in (("open", 16), ("all", 40)):
            with self.subTest(choice=choice), self._undone():
                run = self._make_run(10)
                session = self._open(run)
                self._push(session, "LEG-1", quantity=40)
                wizard = self.env["change.production.qty"].create({"mo_id": run.id, "product_qty": 4})
                wizard.with_user(self.colleague).change_prod_qty()
                with self.assertRaisesRegex(UserError, "40 Units .*Leg, open: 16"):
                    session.action_submit()
                session.action_submit({"over": choice})
                self.assertEqual(self._used(self.leg), used)


@tagged("post_install", "-at_install")
class TestSaleSession(SessionFlows):
    def test_end_to_end(self):
        order = self._sell((self.bolt, 6), (self.nut, 3))
        session = self._open(order)
        payload = session.get_payload()
        self.assertEqual(payload["title"], order.name)
        self.assertEqual(payload["subtitle"], f"Deco · {order.picking_ids.name}")
        self.assertEqual(
            self._lines(payload),
            {self.bolt.id: (6, 0, 0, 6, "missing"), self.nut.id: (3, 0, 0, 3, "missing")},
        )
        for _time in range(4):
            self.assertEqual(self._push(session, "BOLT-1")["result"], "accepted")
        self.assertEqual(self._push(session, "NUT-1", quantity=3)["lines"][0]["status"], "match")
        review = session.get_review()
        self.assertEqual([line["product_id"] for line in review["lines"]], [self.bolt.id])
        self.assertEqual([choice["name"] for choice in review["choices"]], ["backorder"])
        session.set_note("Box was <b>wet</b>")
        session.line_ids.filtered(lambda line: line.product_id == self.nut).set_note("Rusty")
        session.action_submit({"backorder": "create"})
        self.assertEqual(session.state, "submitted")
        self.assertIn("Validated: ", session.get_payload()["outcome"])
        self.assertEqual(self._delivered(order), {self.bolt: 4, self.nut: 3})
        for record in (order, order.picking_ids.filtered(lambda picking: picking.state == "done")):
            body = record.message_ids.filtered(lambda message: "Logged by scanning" in message.body).body
            self.assertIn("Note: Box was &lt;b&gt;wet&lt;/b&gt;", body)
            self.assertIn("Note: [NUT] Nut: Rusty", body)
            self.assertNotIn("wet", "".join(record.message_ids.mapped("body")).replace(body, ""))
            self.assertIn(f'data-oe-id="{session.id}"', body)
            self.assertIn("clerk", body)
        # What is left is logged by the next session.
        session = self._open(order)
        self.assertEqual(self._lines(session.get_payload())[self.bolt.id], (6, 4, 0, 2, "partial"))
        self._push(session, "BOLT-1", quantity=2)
        session.action_submit()
        self.assertEqual(self._delivered(order), {self.bolt: 6, self.nut: 3})

    def test_two_people(self):
        order = self._sell((self.bolt, 6))
        session, other = self._open(order), self._open(order, self.colleague)
        self.assertEqual(session, other)
        self._push(session, "BOLT-1", quantity=2)
        result = self._push(other, "BOLT-1", quantity=4)
        self.assertEqual(result["lines"][0]["scanned"], 6)
        self.assertEqual(self._push(session, "BOLT-1")["result"], "over")
        other.action_submit()
        self.assertEqual(self._delivered(order), {self.bolt: 6})
        body = order.message_ids.filtered(lambda message: "Logged by scanning" in message.body).body
        self.assertIn("clerk", body)
        self.assertIn("colleague", body)
        self.assertEqual(self._push(session, "BOLT-1")["result"], "refused")

    def test_too_much_is_asked(self):
        order = self._sell((self.bolt, 6))
        session = self._open(order)
        over = self._push(session, "BOLT-1", quantity=8)
        self.assertEqual(over["result"], "over")
        self.assertEqual(session.line_ids.scanned, 0)
        again = self._push(session, "BOLT-1", quantity=8, accept_over=True, replaces=over["event"]["client_uuid"])
        self.assertEqual(again["result"], "accepted")
        self.assertEqual(session.get_payload()["problems"], [])
        session.action_submit()
        self.assertEqual(self._delivered(order), {self.bolt: 8})

    def test_undo(self):
        order = self._sell((self.bolt, 6), (self.nut, 3))
        session = self._open(order)
        scan = self._push(session, "NUT-1", quantity=3)
        self._push(session, "BOLT-1", quantity=6)
        session.undo(scan["event"]["client_uuid"])
        session.line_ids.invalidate_recordset()
        self.assertEqual(self._lines(session.get_payload())[self.nut.id], (3, 0, 0, 3, "missing"))
        session.action_submit({"backorder": "create"})
        self.assertEqual(self._delivered(order), {self.bolt: 6, self.nut: 0})

    def test_wrong_item_is_kept(self):
        order = self._sell((self.bolt, 6))
        session = self._open(order)
        result = self._push(session, "NUT-1")
        self.assertEqual(result["result"], "refused")
        self.assertIn(f"Nut is not on order {order.name}", result["message"])
        self.assertEqual([problem["message"] for problem in session.get_payload()["problems"]], [result["message"]])

    def test_cancelled_meanwhile(self):
        order = self._sell((self.bolt, 6))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=2)
        order._action_cancel()
        result = self._push(session, "BOLT-1")
        self.assertEqual(result["result"], "refused")
        self.assertIn("is cancelled", result["message"])
        self.assertEqual(session.event_ids.mapped("outcome"), ["refused", "accepted"])
        with self.assertRaisesRegex(UserError, "is cancelled"):
            session.action_submit()
        session.action_cancel()
        self.assertEqual(session.state, "cancelled")

    def test_delivered_in_odoo_meanwhile(self):
        order = self._sell((self.bolt, 6))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=6)
        order.picking_ids.button_validate()
        with self.assertRaisesRegex(UserError, "nothing to ship"):
            session.action_submit()
        self.assertEqual(self._on_hand(self.bolt, self.customers), 6)

    def test_changed_in_odoo_meanwhile(self):
        """What is left less of than was scanned is not delivered twice: the person sees it, and decides."""
        order = self._sell((self.bolt, 6))
        session = self._open(order)
        self._push(session, "BOLT-1", quantity=4)
        order.order_line.product_uom_qty = 3
        self.assertEqual(self._lines(session.get_payload())[self.bolt.id][4], "extra")
        with self.assertRaisesRegex(UserError, "open: 3"):
            session.action_submit()
        session.action_submit({"over": "all"})
        self.assertEqual(self._delivered(order), {self.bolt: 4})

    def test_package(self):
        package = self.env["stock.package"].create({"name": "PACK-77"})
        self._put(self.bolt, 5, self.rack_a1, package_id=package)
        order = self._sell((self.bolt, 5))
        session = self._open(order)
        self.assertEqual(self._push(session, "PACK-77")["result"], "accepted")
        session.action_submit()
        self.assertEqual(package.location_id, self.customers)
        self.assertEqual(self._delivered(order), {self.bolt: 5})

    def test_lots(self):
        lots = [self._make_lot(self.glue, name) for name in ("LOT-1", "LOT-2")]
        for lot in lots:
            self._put(self.glue, 5, self.rack_a1, lot_id=lot)
        order = self._sell((self.glue, 6))
        session = self._open(order)
        self._push(session, "LOT-2", quantity=4)
        self._push(session, "LOT-1", quantity=2)
        session.action_submit()
        lines = order.picking_ids.move_line_ids
        self.assertEqual(dict(lines.mapped(lambda line: (line.lot_id, line.quantity))), {lots[1]: 4, lots[0]: 2})

    def test_who_may(self):
        order = self._sell((self.bolt, 6))
        for user in (self.counter, self.outsider):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._open(order, user)
        session = self._open(order)
        self._push(session, "BOLT-1")
        with self.assertRaises(AccessError):
            session.with_user(self.counter).push([{"client_uuid": str(uuid.uuid4()), "code": "BOLT-1"}])
        with self.assertRaises(AccessError):
            session.with_user(self.counter).action_submit()

    def test_another_company(self):
        order = self._sell((self.bolt, 6))
        session = self._open(order)
        strange = self._as_stranger(session)
        for door in (strange.get_payload, strange.action_submit, lambda: strange.open_for("sale", order.id)):
            with self.assertRaises(AccessError):
                door()
        self.assertEqual(strange.search_documents("sale", order.name), [])

    # Finding

    def _find(self, text="", user=None, **kwargs):
        return self.env["stock.scan.session"].with_user(user or self.clerk).search_documents("sale", text, **kwargs)

    def test_search(self):
        order = self._sell((self.bolt, 6), client_order_ref="PO-4711")
        other = self._sell((self.nut, 1))
        other.picking_ids.scheduled_date = "2030-01-01 08:00:00"
        delivered = self._sell((self.nut, 1))
        self._scan(delivered, self._item(self.nut, 1))
        self._sell((self.bolt, 1), confirm=False)
        service = self.env["product.product"].create({"name": "Mounting", "type": "service"})
        self._sell((service, 1))
        self.assertEqual([found["res_id"] for found in self._find()], [order.id, other.id], "the most urgent first")
        for text in (order.name, "4711", "Bolt", "BOLT", order.picking_ids.name):
            with self.subTest(text=text):
                self.assertEqual([found["res_id"] for found in self._find(text)], [order.id])
        self.assertEqual(len(self._find("Deco")), 2)
        self.assertEqual([found["res_id"] for found in self._find("Deco", limit=1)], [order.id])
        [found] = self._find("4711")
        self.assertEqual(found["title"], order.name)
        self.assertEqual(found["subtitle"], "Deco")
        self.assertEqual(found["detail"], f"PO-4711 · {order.picking_ids.name}")
        self.assertEqual(self._find(other.name)[0]["scheduled"], "2030-01-01 08:00:00")


@tagged("post_install", "-at_install")
class TestProductionSession(SessionFlows):
    def test_end_to_end(self):
        run = self._make_run(10)
        session = self._open(run)
        self.assertEqual(
            self._lines(session.get_payload()),
            {self.leg.id: (40, 0, 0, 40, "missing"), self.paint.id: (20, 0, 0, 20, "missing")},
        )
        self._push(session, "LEG-1", quantity=6)
        self._push(session, "P2", quantity=5)
        session.set_note("Scratched one")
        self.assertEqual(session.get_review()["choices"], [])
        session.action_submit()
        self.assertEqual(run.state, "progress")
        self.assertEqual((self._used(self.leg), self._used(self.paint)), (6, 5))
        body = run.message_ids[0].body
        self.assertIn("Note: Scratched one", body)
        self.assertIn(f'data-oe-id="{session.id}"', body)
        # It goes on, with another session.
        session = self._open(run, self.colleague)
        self.assertEqual(self._lines(session.get_payload())[self.leg.id], (40, 6, 0, 34, "partial"))
        self._push(session, "LEG-1", quantity=4)
        session.action_submit()
        self._close(run)
        self.assertEqual((self._used(self.leg), self._used(self.paint)), (40, 20))
        self.assertEqual(self._value(run), 340)

    def test_two_people(self):
        run = self._make_run(10)
        session, other = self._open(run), self._open(run, self.colleague)
        self.assertEqual(session, other)
        self._push(session, "LEG-1", quantity=3)
        self._push(other, "LEG-1", quantity=4)
        session.action_submit()
        self.assertEqual(self._used(self.leg), 7)

    def test_too_much_is_asked(self):
        run = self._make_run(1)
        session = self._open(run)
        over = self._push(session, "LEG-1", quantity=5)
        self.assertEqual(over["result"], "over")
        self._push(session, "LEG-1", quantity=5, accept_over=True, replaces=over["event"]["client_uuid"])
        session.action_submit()
        self._close(run)
        self.assertEqual(self._used(self.leg), 5)

    def test_undo(self):
        run = self._make_run(10)
        session = self._open(run)
        scan = self._push(session, "P2", quantity=5)
        self._push(session, "LEG-1", quantity=6)
        session.undo(scan["event"]["client_uuid"])
        session.action_submit()
        self.assertEqual((self._used(self.leg), self._used(self.paint)), (6, 0))

    def test_more_than_a_strict_bill_of_materials_allows(self):
        self.bom.consumption = "strict"
        session = self._open(self._make_run(1))
        result = self._push(session, "LEG-1", quantity=5, accept_over=True)
        self.assertEqual(result["result"], "refused")
        self.assertIn("allows no more than 4 Units", result["message"])

    def test_closed_meanwhile(self):
        for close, reason in (("button_mark_done", "is done"), ("action_cancel", "is cancelled")):
            with self.subTest(close=close), self._undone():
                run = self._make_run(10)
                session = self._open(run)
                self._push(session, "LEG-1", quantity=6)
                getattr(run, close)()
                result = self._push(session, "LEG-1")
                self.assertEqual(result["result"], "refused")
                self.assertIn(reason, result["message"])
                with self.assertRaisesRegex(UserError, reason):
                    session.action_submit()

    def test_who_may(self):
        run = self._make_run(10)
        for user in (self.worker, self.counter, self.outsider):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._open(run, user)
        session = self._open(run)
        self._push(session, "LEG-1")
        for user in (self.worker, self.counter):
            with self.assertRaises(AccessError):
                session.with_user(user).action_submit()
        self.assertEqual(self._used(self.leg), 0)

    def test_another_company(self):
        run = self._make_run(10)
        session = self._open(run)
        strange = self._as_stranger(session)
        for door in (strange.get_payload, strange.action_submit, lambda: strange.open_for("production", run.id)):
            with self.assertRaises(AccessError):
                door()
        self.assertEqual(strange.search_documents("production", run.name), [])

    def test_places_of_the_warehouses_come_first(self):
        on_the_way, elsewhere = self.env["stock.location"].create(
            [
                {"name": "A transit", "usage": "transit", "company_id": self.company.id},
                {"name": "A subcontractor", "usage": "internal", "company_id": self.company.id},
            ]
        )
        found = self.env["stock.scan.session"].search_documents("verification", "", limit=100)
        ids = [place["res_id"] for place in found]
        self.assertLess(ids.index(self.stock.id), ids.index(elsewhere.id))
        self.assertLess(ids.index(elsewhere.id), ids.index(on_the_way.id))

    def test_search(self):
        self.table.tracking = "serial"
        run = self._make_run(2, date_start="2030-01-01 08:00:00", origin="SO-77")
        run.lot_producing_ids = self.env["stock.lot"].create(
            [{"name": name, "product_id": self.table.id} for name in ("SERIAL-1", "SERIAL-2")]
        )
        other = self._make_run(1, self._make_bom(self._make_product("Chair"), [(self.leg, 4)]))
        self._make_run(1, confirm=False)
        done = self._make_run(1, self._make_bom(self._make_product("Bench"), [(self.leg, 4)]))
        self._close(done)
        find = self.env["stock.scan.session"].with_user(self.clerk).search_documents
        self.assertEqual(
            [found["res_id"] for found in find("production", "")], [other.id, run.id], "the most urgent first"
        )
        for text in (run.name, "SERIAL-2", "Table", "SO-77"):
            with self.subTest(text=text):
                self.assertEqual([found["res_id"] for found in find("production", text)], [run.id])
        [found] = find("production", "SERIAL-1")
        self.assertEqual(found["title"], run.name)
        self.assertEqual(found["subtitle"], "Table")
        self.assertEqual(found["detail"], "SERIAL-1 · SERIAL-2 · SO-77")
        self.assertEqual(found["scheduled"], "2030-01-01 08:00:00")
