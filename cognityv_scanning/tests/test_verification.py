from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .session_common import SessionCase


class VerificationCase(SessionCase):
    """A sheet of Stock in progress, counted by `counter`: 10 bolts and 4 nuts in A1, 5 bolts in A2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rack_a1.barcode, cls.rack_a2.barcode = "PLACE-A1", "PLACE-A2"
        cls.washer = cls._make_product("Washer", barcode="WASHER-1")

    def _make_counted_sheet(self, **vals):
        return self._make_sheet(counter_ids=self.counter.ids, **vals)

    def _open(self, sheet, place=None, user=None):
        sessions = self.env["stock.scan.session"].with_user(user or self.counter)
        payload = sessions.open_sheet(sheet.id, (place or self.rack_a1).id)
        return sessions.browse(payload["id"])

    def _get_line(self, session, product):
        session.line_ids.invalidate_recordset()
        return session.line_ids.filtered(lambda line: line.product_id == product)


@tagged("post_install", "-at_install")
class TestVerification(VerificationCase):
    """Scans of what is in a place are counts on its sheet."""

    # Opening

    def _open_place(self, user, place=None):
        return self.env["stock.scan.session"].with_user(user).open_for("verification", (place or self.rack_a1).id)

    def test_place_opens_on_the_sheet_that_counts_it(self):
        sheet = self._make_counted_sheet()
        payload = self._open_place(self.counter)
        session = self.env["stock.scan.session"].browse(payload["id"])
        self.assertEqual((session.sheet_id, session.location_id), (sheet, self.rack_a1))
        self.assertEqual((payload["title"], payload["subtitle"]), (self.rack_a1.display_name, sheet.name))
        lines = [(line["product_id"], line["required"], line["status"]) for line in payload["lines"]]
        self.assertEqual(lines, [(self.bolt.id, 10, "missing"), (self.nut.id, 4, "missing")])
        self.assertEqual(self._open_place(self.manager)["id"], session.id)

    def test_planned_sheet_of_the_place_is_started(self):
        sheet = self._make_sheet(start=False, location_id=self.rack_a1.id)
        sheet.action_plan()
        self._open_place(self.manager)
        self.assertEqual(sheet.state, "in_progress")

    def test_manager_gets_a_sheet_of_just_this_place(self):
        self.bolt.product_tmpl_id.count_type = "yearly"
        self.nut.product_tmpl_id.count_type = "cycle"
        payload = self._open_place(self.manager)
        sheet = self.env["stock.scan.session"].browse(payload["id"]).sheet_id
        self.assertEqual(
            (sheet.state, sheet.location_id, sheet.include_sublocations), ("in_progress", self.rack_a1, False)
        )
        self.assertEqual((sheet.counter_ids, sheet.line_ids.product_id), (self.manager, self.bolt | self.nut))

    def test_counter_without_sheet_is_told_whom_to_ask(self):
        with self.assertRaisesRegex(UserError, "ask an inventory manager to plan one"):
            self._open_place(self.counter)

    def test_counter_of_no_sheet_there_is_told_of_it(self):
        sheet = self._make_sheet()
        with self.assertRaisesRegex(UserError, f"being counted on sheet {sheet.name} by others"):
            self._open_place(self.counter)

    def test_place_that_was_counted_waits_for_validation(self):
        sheet = self._make_sheet()
        sheet.action_complete(keep_uncounted=True)
        with self.assertRaisesRegex(UserError, f"has been counted on sheet {sheet.name}"):
            self._open_place(self.manager)

    def test_place_without_stock_of_ours(self):
        with self.assertRaisesRegex(UserError, "holds no stock of ours"):
            self._open_place(self.manager, self.customers)

    def test_stock_user_who_is_no_counter(self):
        with self.assertRaisesRegex(AccessError, "no rights for Inventory verification"):
            self._open_place(self.worker)

    def test_place_outside_the_sheet(self):
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        with self.assertRaisesRegex(UserError, "is not one of the places of sheet"):
            self._open(sheet, self.rack_a2)

    # Counting

    def test_scan_is_a_count(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        event = self._event("BOLT-1", quantity=3)
        [result] = session.push([event])
        self.assertEqual(result["result"], "accepted")
        [line] = result["lines"]
        self.assertEqual((line["scanned"], line["remaining"], line["status"]), (3, 7, "partial"))
        count = session.event_ids.count_id
        self.assertEqual((count.line_id, count.mode, count.quantity), (self._line(sheet, self.bolt), "add", 3))
        self.assertEqual((count.source, count.code, count.client_uuid), ("scan", "BOLT-1", event["client_uuid"]))
        self.assertEqual(count.user_id, self.counter)
        self.assertEqual(session.push([event])[0]["result"], "repeated")
        self.assertEqual(self._line(sheet, self.bolt).real_qty, 3)

    def test_missing_partial_match_extra(self):
        session = self._open(self._make_counted_sheet())
        self.assertEqual(self._get_line(session, self.nut).status, "missing")
        for quantity, status in ((3, "partial"), (1, "match"), (1, "extra")):
            self.assertEqual(self._push_one(session, "NUT-1", quantity=quantity)["lines"][0]["status"], status)

    def test_set_makes_the_total(self):
        session = self._open(self._make_counted_sheet())
        self._push(session, self._event("NUT-1", quantity=9), self._event("NUT-1", mode="set", quantity=0))
        line = self._get_line(session, self.nut)
        self.assertEqual((line.scanned, line.counted, line.status), (0, True, "missing"))

    def test_seen_time_is_the_time_of_the_count(self):
        sheet = self._make_counted_sheet(block_mode="none")
        session = self._open(sheet)
        self._make_older(session)
        seen = fields.Datetime.now() - timedelta(minutes=30)
        self._push_one(session, "BOLT-1", seen_at=seen.isoformat())
        self.assertEqual(session.event_ids.count_id.counted_at, seen)

    def test_unexpected_item_becomes_a_line(self):
        self._put(self.washer, 7, self.rack_a2)
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        session = self._open(sheet)
        results = self._push(session, self._event("WASHER-1", quantity=2), self._event("WASHER-1"))
        self.assertEqual([result["result"] for result in results], ["accepted"] * 2)
        line = self._line(sheet, self.washer)
        self.assertEqual((line.real_qty, line.current_qty), (3, 0))
        [payload] = results[0]["lines"]
        self.assertEqual(payload["status"], "extra")
        self.assertEqual(payload["elsewhere"], f"{self.rack_a2.display_name} (7 Units)")

    def test_lot_that_nobody_knows_yet(self):
        self.glue.barcode = "09521234543213"
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        result = self._push_one(session, "(01)09521234543213(10)NEW-1", quantity=2)
        self.assertEqual(result["result"], "accepted")
        line = self._line(sheet, self.glue)
        self.assertEqual((line.lot_name, line.lot_id.ids, line.real_qty), ("NEW-1", [], 2))
        self.assertEqual(result["lines"][0]["lot"], "NEW-1")

    def test_tracked_product_needs_its_number(self):
        lot = self._make_lot(self.glue, "G1")
        self._put(self.glue, 3, self.rack_a1, lot_id=lot)
        self.glue.barcode = "GLUE-1"
        session = self._open(self._make_counted_sheet())
        event = self._event("GLUE-1")
        [result] = session.push([event])
        self.assertEqual(result["result"], "unknown")
        [match] = result["matches"]
        self.assertEqual((match["lot_id"], match["line_id"]), (lot.id, self._get_line(session, self.glue).id))
        [again] = session.push([event])
        [problem] = session.get_payload()["problems"]
        for told in (result, again, problem):
            self.assertEqual(
                (told["lacks_number"], told["product_id"], told["product"]),
                (True, self.glue.id, self.glue.display_name),
            )
        right = self._push_one(session, line_id=match["line_id"], replaces=event["client_uuid"])
        self.assertEqual((right["result"], right["lines"][0]["scanned"]), ("accepted", 1))

    def test_number_that_is_missing_is_typed(self):
        lot = self._make_lot(self.glue, "G1")
        self.glue.barcode = "GLUE-1"
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        for name, expected in (("G1", (lot, False)), (" NEW-7 ", (self.env["stock.lot"], "NEW-7"))):
            event = self._event("GLUE-1")
            session.push([event])
            fixed = {"product_id": self.glue.id, "lot_name": name, "replaces": event["client_uuid"]}
            self.assertEqual(self._push_one(session, "GLUE-1", **fixed)["result"], "accepted")
            lines = sheet.line_ids.filtered(lambda line, expected=expected: (line.lot_id, line.lot_name) == expected)
            self.assertEqual((lines.product_id, lines.real_qty), (self.glue, 1))
        self.assertFalse(session.get_payload()["problems"])

    def test_number_that_is_missing_is_scanned(self):
        self.glue.barcode, self.washer.barcode = "09521234543213", "09506000134352"
        lot, other = self._make_lot(self.glue, "G1"), self._make_lot(self.drill, "D1")
        codes = self.env["stock.scan.code"]._get_codes(lot | other)
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        nothing = self.env["stock.lot"]
        for label, expected in (
            (codes[lot], (lot, False)),
            ("https://example.com/01/09521234543213/10/G1", (lot, False)),
            ("(01)09521234543213(10)NEW-1", (nothing, "NEW-1")),
            # What the maker calls the product is not known here; the person says that it is this one.
            ("(01)00036000291452(10)NEW-2", (nothing, "NEW-2")),
            # A number of another product, too.
            ("D1", (nothing, "D1")),
        ):
            event = self._event("09521234543213")
            session.push([event])
            said = {"product_id": self.glue.id, "lot_name": label, "replaces": event["client_uuid"]}
            before = sum(sheet.line_ids.mapped("real_qty"))
            self.assertEqual(self._push_one(session, "09521234543213", **said)["result"], "accepted")
            lines = sheet.line_ids.filtered(lambda line, expected=expected: (line.lot_id, line.lot_name) == expected)
            self.assertEqual((lines.product_id, sum(sheet.line_ids.mapped("real_qty"))), (self.glue, before + 1))
        self.assertFalse(session.get_payload()["problems"])

    def test_label_of_something_else_is_no_number(self):
        self.glue.barcode, self.washer.barcode = "09521234543213", "09506000134352"
        other = self._make_lot(self.drill, "D1")
        session = self._open(self._make_counted_sheet())
        for label in (
            *("09521234543213", "09506000134352", "(01)09506000134352(10)W1", self.rack_a1.barcode),
            self.env["stock.scan.code"]._get_codes(other)[other],
        ):
            event = self._event("09521234543213")
            session.push([event])
            said = {"product_id": self.glue.id, "lot_name": label, "replaces": event["client_uuid"]}
            result = self._push_one(session, "09521234543213", **said)
            self.assertEqual((result["result"], result.get("lacks_number")), ("unknown", True), label)
            [problem] = session.get_payload()["problems"]
            self.assertEqual((problem["lacks_number"], problem["product_id"]), (True, self.glue.id))
            session.undo(problem["client_uuid"])

    def test_unknown_code_is_put_right_by_what_it_is(self):
        session = self._open(self._make_counted_sheet())
        event = self._event("TORN-LABEL")
        [result] = session.push([event])
        self.assertEqual((result["result"], session.get_payload()["problems"][0]["lacks_number"]), ("unknown", False))
        fixed = {"product_id": self.washer.id, "replaces": event["client_uuid"]}
        self.assertEqual(self._push_one(session, "TORN-LABEL", **fixed)["result"], "accepted")
        self.assertFalse(session.get_payload()["problems"])
        self.assertEqual(self._get_line(session, self.washer).scanned, 1)

    def test_serial_number_twice(self):
        self._put(self.drill, 1, self.rack_a1, lot_id=self.serial_1)
        session = self._open(self._make_counted_sheet())
        results = self._push(session, self._event("S1"), self._event("S1"))
        self.assertEqual([result["result"] for result in results], ["accepted", "over"])
        self.assertEqual(self._push_one(session, "S1", accept_over=True)["result"], "refused")
        self.assertEqual(self._get_line(session, self.drill).scanned, 1)

    def test_serial_number_in_two_places(self):
        session = self._open(self._make_counted_sheet(), self.stock)
        results = self._push(
            session, self._event("S1", location_id=self.rack_a1.id), self._event("S1", location_id=self.rack_a2.id)
        )
        self.assertEqual([result["result"] for result in results], ["accepted", "over"])
        self.assertIn(self.rack_a1.display_name, results[1]["message"])

    def test_quantity_that_cannot_be(self):
        session = self._open(self._make_counted_sheet())
        self.assertEqual(self._push_one(session, "S1", quantity=2)["result"], "refused")
        self.assertEqual(self._push_one(session, "BOLT-1", quantity=1.0051)["result"], "refused")
        self.assertFalse(session.sheet_id.line_ids.filtered(lambda line: line.product_id == self.drill))

    def test_what_is_not_kept_in_stock(self):
        self._make_product("Advice", type="service", barcode="ADVICE-1", is_storable=False)
        session = self._open(self._make_counted_sheet())
        results = self._push(session, self._event("ADVICE-1"), self._event("NUT-1"))
        self.assertEqual([result["result"] for result in results], ["refused", "accepted"])

    def test_item_that_another_sheet_counts(self):
        self._make_sheet(location_id=self.rack_a1.id, product_ids=self.nut.ids, block_mode="products")
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id, product_ids=self.bolt.ids, block_mode="products")
        result = self._push_one(self._open(sheet), "NUT-1")
        self.assertEqual(result["result"], "refused")
        self.assertFalse(self._line(sheet, self.nut))

    def test_line_is_chosen_by_package(self):
        package = self.env["stock.package"].create({"name": "PACK-1"})
        self._put(self.nut, 6, self.rack_a1, package_id=package)
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        self._push(
            session, self._event("NUT-1"), self._event(product_id=self.nut.id, package_id=package.id, quantity=5)
        )
        quantities = {line.package_id.id: line.real_qty for line in sheet.line_ids if line.product_id == self.nut}
        self.assertEqual(quantities, {False: 1, package.id: 5})

    def test_only_line_in_a_package_is_meant(self):
        package = self.env["stock.package"].create({"name": "PACK-1"})
        self._put(self.washer, 6, self.rack_a1, package_id=package)
        result = self._push_one(self._open(self._make_counted_sheet()), "WASHER-1")
        self.assertEqual((result["result"], result["lines"][0]["package_id"]), ("accepted", package.id))

    def test_two_packages_are_asked_for(self):
        packages = self.env["stock.package"].create([{"name": "PACK-1"}, {"name": "PACK-2"}])
        for package in packages:
            self._put(self.washer, 6, self.rack_a1, package_id=package)
        result = self._push_one(self._open(self._make_counted_sheet()), "WASHER-1")
        self.assertEqual([match["package_id"] for match in result["matches"]], packages.ids)

    def test_whole_package(self):
        package = self.env["stock.package"].create({"name": "PACK-1"})
        self._put(self.nut, 6, self.rack_a1, package_id=package)
        self._put(self.drill, 1, self.rack_a1, package_id=package, lot_id=self.serial_1)
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        event = self._event("PACK-1")
        [result] = session.push([event])
        self.assertEqual((result["result"], len(result["lines"])), ("accepted", 2))
        self._push_one(session, "PACK-1")
        packed = sheet.line_ids.filtered(lambda line: line.package_id == package)
        self.assertEqual(sorted(packed.mapped("real_qty")), [1, 6])
        again = session.push([event])[0]["lines"]
        self.assertEqual([line["id"] for line in again], [line["id"] for line in result["lines"]])

    # Places

    def test_package_in_two_places(self):
        package = self.env["stock.package"].create({"name": "PACK-2"})
        self._put(self.bolt, 7, self.rack_a1, package_id=package)
        session = self._open(self._make_counted_sheet(), self.stock)
        first = self._event("PACK-2", location_id=self.rack_a1.id)
        second = {"code": "PACK-2", "location_id": self.rack_a2.id}
        results = self._push(session, first, self._event(**second), first | {"client_uuid": "again"})
        self.assertEqual([result["result"] for result in results], ["accepted", "over", "accepted"])
        self.assertIn(f"was scanned in {self.rack_a1.display_name} already", results[1]["message"])
        self.assertEqual(self._push_one(session, **second, accept_over=True)["result"], "accepted")

    def test_line_of_another_item(self):
        session = self._open(self._make_counted_sheet())
        line = self._get_line(session, self.bolt)
        package = self.env["stock.package"].create({"name": "PACK-3"})
        for other in ({"product_id": self.nut.id}, {"package_id": package.id}):
            result = self._push_one(session, line_id=line.id, **other)
            self.assertEqual((result["result"], line.inventory_line_id.is_counted), ("refused", False))
            self.assertIn("scan it without choosing a line", result["message"])
        self.assertEqual(self._push_one(session, line_id=line.id, product_id=self.bolt.id)["result"], "accepted")

    def test_reference_of_a_count_of_another_line(self):
        session = self._open(self._make_counted_sheet())
        nuts, bolts = self._get_line(session, self.nut), self._get_line(session, self.bolt)
        counts = self.env["stock.inventory.count"].with_user(self.counter)
        counts.create({"line_id": nuts.inventory_line_id.id, "quantity": 4, "mode": "set", "client_uuid": "taken"})
        results = self._push(session, {"client_uuid": "taken", "code": "BOLT-1"}, self._event("BOLT-1"))
        self.assertEqual([result["result"] for result in results], ["refused", "accepted"])
        self.assertEqual((nuts.inventory_line_id.real_qty, bolts.inventory_line_id.real_qty), (4, 1))

    def test_place_that_is_scanned_holds_what_follows(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet, self.stock)
        results = self._push(session, self._event("PLACE-A2"), self._event("BOLT-1", quantity=5))
        self.assertEqual((results[0]["location_id"], results[0]["place"]), (self.rack_a2.id, self.rack_a2.display_name))
        self._push_one(session, "BOLT-1")
        self.assertEqual(self._line(sheet, self.bolt, self.rack_a2).real_qty, 6)
        self._push(session, self._event("PLACE-A1"), self._event("BOLT-1"))
        self.assertEqual(self._line(sheet, self.bolt, self.rack_a1).real_qty, 1)

    def test_place_by_the_time_it_was_seen(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet, self.stock)
        self._make_older(session)
        now = fields.Datetime.now()
        times = [(now - timedelta(minutes=minutes)).isoformat() for minutes in (30, 20, 10)]
        self._push(session, self._event("PLACE-A1", seen_at=times[0]), self._event("PLACE-A2", seen_at=times[2]))
        self._push_one(session, "BOLT-1", seen_at=times[1])
        self.assertTrue(self._line(sheet, self.bolt, self.rack_a1).is_counted)

    def test_what_is_put_right_was_seen_where_it_was_scanned(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet, self.stock)
        self._make_older(session)
        now = fields.Datetime.now()
        times = [(now - timedelta(minutes=minutes)).isoformat() for minutes in (40, 30, 20)]
        unknown = self._event("RUBBED OFF", seen_at=times[1])
        self._push(
            session, self._event("PLACE-A1", seen_at=times[0]), unknown, self._event("PLACE-A2", seen_at=times[2])
        )
        self._push_one(session, "BOLT-1", replaces=unknown["client_uuid"])
        self.assertTrue(self._line(sheet, self.bolt, self.rack_a1).is_counted)

    def test_place_elsewhere_is_refused(self):
        session = self._open(self._make_counted_sheet(), self.rack_a1)
        for event in (self._event("PLACE-A2"), self._event("BOLT-1", location_id=self.rack_a2.id)):
            [result] = session.push([event])
            self.assertEqual(result["result"], "refused")
            self.assertIn("scan", result["message"])

    def test_repeat_of_a_place_tells_it_again(self):
        session = self._open(self._make_counted_sheet(), self.stock)
        event = self._event("PLACE-A2")
        session.push([event])
        self.assertEqual(session.push([event])[0]["location_id"], self.rack_a2.id)

    # Undo

    def test_undo_withdraws_the_count(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        events = [self._event("BOLT-1", quantity=quantity) for quantity in (3, 4)]
        session.push(events)
        session.undo(events[0]["client_uuid"])
        self.assertEqual(self._line(sheet, self.bolt).real_qty, 4)
        session.undo(events[1]["client_uuid"])
        self.assertFalse(self._line(sheet, self.bolt).is_counted)
        self.assertEqual(session.event_ids.count_id.mapped("superseded"), [True, True])

    def test_undo_before_its_scan_makes_no_line(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        event = self._event("WASHER-1")
        results = self._push(session, self._event(undo=event["client_uuid"]), event)
        self.assertEqual([result["result"] for result in results], ["accepted", "accepted"])
        self.assertFalse(self._line(sheet, self.washer))

    def test_serial_number_may_be_scanned_again_after_undo(self):
        session = self._open(self._make_counted_sheet())
        first, second = self._event("S1"), self._event("S1")
        results = self._push(session, first, self._event(undo=first["client_uuid"]), second)
        self.assertEqual([result["result"] for result in results], ["accepted"] * 3)
        self.assertEqual(self._get_line(session, self.drill).scanned, 1)

    def test_manager_may_undo_what_a_counter_scanned(self):
        session = self._open(self._make_counted_sheet())
        event = self._event("BOLT-1")
        session.push([event])
        self.assertEqual(session.with_user(self.manager).undo(event["client_uuid"])["result"], "accepted")
        self.assertFalse(self._get_line(session, self.bolt).counted)

    def test_undo_after_a_recount_was_asked_for(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        event = self._event("BOLT-1")
        session.push([event])
        self._line(sheet, self.bolt).action_ask_recount()
        result = session.undo(event["client_uuid"])
        self.assertEqual(result["result"], "refused")
        self.assertFalse(session.event_ids.count_id.superseded)

    # Closed

    def test_scan_for_a_completed_sheet_is_kept(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        sheet.action_complete(keep_uncounted=True)
        event = self._event("BOLT-1")
        [result] = session.push([event])
        self.assertEqual(result["result"], "refused")
        self.assertIn(f"Sheet {sheet.name} is Completed", result["message"])
        sheet.action_reopen()
        self.assertEqual(session.push([event])[0]["result"], "repeated")
        right = self._push_one(session, "BOLT-1", replaces=event["client_uuid"])
        self.assertEqual((right["result"], self._line(sheet, self.bolt).real_qty), ("accepted", 1))

    def test_note_comes_the_way_of_the_scans(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        note = self._event(line_id=self._get_line(session, self.bolt).id, note="Two are bent")
        for expected in ("accepted", "repeated"):
            [result] = session.push([note])
            self.assertEqual((result["result"], result["lines"][0]["note"]), (expected, "Two are bent"))
        line = self._line(sheet, self.bolt, self.rack_a1)
        self.assertEqual((line.description, line.is_counted), ("Two are bent", False))
        self.assertEqual(session.undo(note["client_uuid"])["result"], "refused")
        [result] = session.push([self._event(line_id=note["line_id"], note="")])
        self.assertEqual((result["result"], line.description), ("accepted", False))

    def test_note_that_comes_too_late_is_kept(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        line = self._get_line(session, self.bolt)
        sheet.action_complete(keep_uncounted=True)
        result = self._push_one(session, line_id=line.id, note="Two are bent")
        self.assertEqual(result["result"], "refused")
        [problem] = session.get_payload()["problems"]
        self.assertEqual((problem["note"], problem["line_id"]), ("Two are bent", line.id))

    def test_note_on_the_whole_comes_the_way_of_the_scans(self):
        session = self._open(self._make_counted_sheet())
        note = self._event(note="The roof leaks")
        for expected in ("accepted", "repeated"):
            [result] = session.push([note])
            self.assertEqual((result["result"], session.note), (expected, "The roof leaks"))
        self.assertEqual((session.get_payload()["note"], session.get_payload()["problems"]), ("The roof leaks", []))
        self.assertEqual(session.undo(note["client_uuid"])["result"], "refused")
        session.push([self._event(note="")])
        self.assertFalse(session.note)
        session.action_cancel()
        self.assertEqual(self._push_one(session, note="Too late")["result"], "refused")
        self.assertFalse(session.note)

    def test_note_on_two_things(self):
        session = self._open(self._make_counted_sheet())
        for event in (
            {"product_id": self.bolt.id, "note": "x"},
            {"undo": "a", "note": "x"},
            {"note": 5},
            {"code": "BOLT-1", "note": "x"},
            {"line_id": self._get_line(session, self.bolt).id, "note": 5},
        ):
            with self.assertRaises(UserError):
                session.push([self._event(**event)])

    def test_note_is_the_description_of_the_line(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        line = self._get_line(session, self.bolt)
        line.set_note("Two are bent")
        self.assertEqual(self._line(sheet, self.bolt).description, "Two are bent")
        self.assertEqual(session.get_payload()["lines"][0]["note"], "Two are bent")
