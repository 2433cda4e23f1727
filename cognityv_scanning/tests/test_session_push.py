from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .session_common import SessionCase


@tagged("post_install", "-at_install")
class TestSessionPush(SessionCase):
    """Scans for an order arrive: once, in order, and none is lost."""

    def test_opening_joins_the_open_session(self):
        sessions = self.env["stock.scan.session"].with_user(self.worker)
        first = sessions.open_for("sale", self.order.id)
        self.assertEqual(sessions.with_user(self.manager).open_for("sale", self.order.id)["id"], first["id"])
        self.assertEqual((first["title"], first["subtitle"]), (self.order.name, "Customer"))
        lines = [(line["product_id"], line["required"], line["scanned"], line["status"]) for line in first["lines"]]
        self.assertEqual(lines, [(self.bolt.id, 5, 0, "missing"), (self.drill.id, 2, 0, "missing")])

    def test_scan_is_accepted_and_added(self):
        session = self._make_session()
        result = self._push_one(session, "BOLT-1")
        self.assertEqual((result["result"], result["matches"], result["warning"]), ("accepted", [], False))
        [line] = result["lines"]
        self.assertEqual((line["required"], line["scanned"], line["remaining"]), (5, 1, 4))
        self.assertEqual(line["status"], "partial")
        self.assertEqual(self._push_one(session, "BOLT-1", quantity=4)["lines"][0]["status"], "match")

    def test_repeat_answers_what_the_first_one_answered(self):
        session = self._make_session()
        for event in (self._event("BOLT-1"), self._event("nothing"), self._event("BOLT-1", quantity=9)):
            [first] = session.push([event])
            [again] = session.push([event])
            self.assertEqual((again["result"], again["first_result"]), ("repeated", first["result"]))
            self.assertEqual((again["message"], again["matches"]), (first["message"], first["matches"]))
        self.assertEqual(self._scanned(session), {self.bolt: 1})

    def test_repeat_within_a_batch(self):
        session = self._make_session()
        event = self._event("BOLT-1")
        results = self._push(session, event, event, self._event("BOLT-1"))
        self.assertEqual([result["result"] for result in results], ["accepted", "repeated", "accepted"])
        self.assertEqual(self._scanned(session), {self.bolt: 2})

    def test_unknown_is_kept_with_what_was_read(self):
        session = self._make_session()
        result = self._push_one(session, "no such code")
        self.assertEqual(result["result"], "unknown")
        self.assertIn("“no such code”", result["message"])
        [problem] = session.get_payload()["problems"]
        self.assertEqual((problem["code"], problem["outcome"]), ("no such code", "unknown"))

    def test_unknown_says_what_its_code_says(self):
        result = self._push_one(self._make_session(), "(01)09521234543213(10)LOT-7(21)55")
        self.assertEqual(result["result"], "unknown")
        self.assertIn("(GTIN 09521234543213, lot LOT-7, serial number 55)", result["message"])

    def test_what_is_no_item_is_named(self):
        result = self._push_one(self._make_session(), self.rack_a1.complete_name)
        self.assertEqual(result["result"], "unknown")
        self.assertIn(self.rack_a1.display_name, result["message"])

    def test_wrong_item_is_refused_and_kept(self):
        session = self._make_session()
        result = self._push_one(session, "NUT-1")
        self.assertEqual((result["result"], result["message"]), ("refused", f"Nut is not on {self.order.name}."))
        self.assertEqual(session.event_ids.product_id, self.env["product.product"])
        self.assertEqual(len(session.get_payload()["problems"]), 1)

    def test_too_much_asks_first(self):
        session = self._make_session()
        event = self._event("BOLT-1", quantity=6)
        [result] = session.push([event])
        self.assertEqual((result["result"], self._scanned(session)), ("over", {}))
        confirmed = self._push_one(session, "BOLT-1", quantity=6, accept_over=True, replaces=event["client_uuid"])
        self.assertEqual((confirmed["result"], self._scanned(session)), ("accepted", {self.bolt: 6}))
        self.assertEqual(confirmed["lines"][0]["status"], "extra")
        self.assertFalse(session.get_payload()["problems"])

    def test_over_within_a_batch_counts_what_came_before(self):
        session = self._make_session()
        results = self._push(session, *(self._event("BOLT-1", quantity=2) for _ in range(3)), self._event("BOLT-1"))
        self.assertEqual([result["result"] for result in results], ["accepted", "accepted", "over", "accepted"])
        self.assertEqual(self._scanned(session), {self.bolt: 5})

    def test_problem_is_put_right_once(self):
        session = self._make_session()
        problem = self._event("unreadable")
        session.push([problem])
        right = {"product_id": self.bolt.id, "replaces": problem["client_uuid"]}
        self.assertEqual(self._push_one(session, **right)["result"], "accepted")
        self.assertEqual(self._push_one(session, **right)["result"], "refused")
        self.assertEqual(self._scanned(session), {self.bolt: 1})

    def test_putting_right_may_go_wrong_and_be_put_right(self):
        session = self._make_session()
        problem = self._event("unreadable")
        session.push([problem])
        wrong = self._push_one(session, product_id=self.bolt.id, quantity=7, replaces=problem["client_uuid"])
        self.assertEqual(wrong["result"], "over")
        self.assertEqual(len(session.get_payload()["problems"]), 1)
        right = self._push_one(session, product_id=self.bolt.id, quantity=5, replaces=problem["client_uuid"])
        self.assertEqual((right["result"], session.get_payload()["problems"]), ("accepted", []))

    def test_putting_right_may_arrive_first(self):
        session = self._make_session()
        problem = self._event("BOLT-1", quantity=5)
        self._push_one(session, product_id=self.bolt.id, replaces=problem["client_uuid"])
        [late] = session.push([problem])
        self.assertEqual((late["result"], self._scanned(session)), ("refused", {self.bolt: 1}))
        self.assertFalse(session.get_payload()["problems"])

    def test_scan_neither_puts_itself_right_nor_undoes_itself(self):
        session = self._make_session()
        for field in ("replaces", "undo"):
            event = self._event("unreadable")
            with self.assertRaisesRegex(UserError, f"no {field}"):
                session.push([event | {field: event["client_uuid"]}])
        self.assertFalse(session.event_ids)

    def test_scans_that_put_each_other_right_make_no_circle(self):
        for count in (2, 3):
            session = self._make_session(sale_id=self.order.copy().id)
            events = [self._event("unreadable") for _number in range(count)]
            for event, other in zip(events, events[1:] + events[:1], strict=True):
                session.push([event | {"replaces": other["client_uuid"]}])
            right = self._push_one(session, product_id=self.bolt.id, replaces=events[0]["client_uuid"])
            self.assertEqual((right["result"], session.get_payload()["problems"]), ("accepted", []))

    def test_circle_that_was_made_before_stops_nobody(self):
        session = self._make_session()
        self._push(session, self._event("unreadable"), self._event("illegible"))
        one, two = session.event_ids
        one._set_settled(two)
        two._set_settled(one)
        right = self._push_one(session, product_id=self.bolt.id, replaces=one.client_uuid)
        self.assertEqual((right["result"], self._scanned(session)), ("accepted", {self.bolt: 1}))

    def test_several_matches_are_given_to_choose_from(self):
        self.required[self.glue] = 3.0
        lots = [self._make_lot(product, "L1") for product in (self.glue, self.drill)]
        session = self._make_session()
        event = self._event("L1")
        [result] = session.push([event])
        self.assertEqual(result["result"], "unknown")
        self.assertEqual([match["lot_id"] for match in result["matches"]], [lot.id for lot in lots])
        chosen = self._push_one(
            session, product_id=self.glue.id, lot_id=lots[0].id, quantity=3, replaces=event["client_uuid"]
        )
        self.assertEqual((chosen["result"], self._scanned(session)), ("accepted", {self.glue: 3}))
        self.assertEqual(session.push([event])[0]["matches"], result["matches"])

    def test_of_several_matches_the_one_that_is_asked_for(self):
        lot, _other = (self._make_lot(product, "L1") for product in (self.drill, self.glue))
        result = self._push_one(self._make_session(), "L1")
        self.assertEqual((result["result"], result["lines"][0]["product_id"]), ("accepted", lot.product_id.id))

    def test_serial_number_twice_is_said_and_not_counted(self):
        session = self._make_session()
        results = self._push(session, self._event("S1"), self._event("S1"), self._event("S2"))
        self.assertEqual([result["result"] for result in results], ["accepted", "over", "accepted"])
        self.assertEqual(self._push_one(session, "S1", accept_over=True)["result"], "refused")
        self.assertEqual(self._scanned(session), {self.drill: 2})

    def test_set_makes_the_total(self):
        session = self._make_session()
        results = self._push(
            session,
            self._event("BOLT-1"),
            self._event("BOLT-1", quantity=4, mode="set"),
            self._event("BOLT-1"),
            self._event("BOLT-1"),
        )
        self.assertEqual([result["result"] for result in results], ["accepted", "accepted", "accepted", "over"])
        self.assertEqual(self._scanned(session), {self.bolt: 5})
        self._push_one(session, "BOLT-1", quantity=0, mode="set")
        self.assertEqual(self._scanned(session), {})

    def test_set_that_was_seen_earlier_stays_earlier(self):
        session = self._make_session()
        now = fields.Datetime.now()
        self._push_one(session, "BOLT-1", seen_at=now.isoformat())
        self._make_older(session)
        self._push_one(session, "BOLT-1", mode="set", quantity=3, seen_at=(now - timedelta(hours=1)).isoformat())
        self.assertEqual(self._scanned(session), {self.bolt: 4})

    # Undo

    def test_more_that_was_seen_later_comes_on_top_of_what_is_set(self):
        session = self._make_session()
        self._make_older(session)
        self._push_one(session, "BOLT-1", quantity=3, seen_at=self._minutes_ago(5))
        late = {"quantity": 4, "mode": "set", "seen_at": self._minutes_ago(10)}
        over = self._push_one(session, "BOLT-1", **late)
        self.assertEqual((over["result"], self._scanned(session)), ("over", {self.bolt: 3}))
        self.assertIn("7 Units, but 5", over["message"])
        self._push_one(session, "BOLT-1", accept_over=True, **late)
        self.assertEqual(self._scanned(session), {self.bolt: 7})

    def test_more_that_was_seen_before_it_was_set_is_not_too_much(self):
        session = self._make_session()
        self._make_older(session)
        self._push_one(session, "BOLT-1", quantity=5, mode="set", seen_at=self._minutes_ago(5))
        earlier = self._push_one(session, "BOLT-1", quantity=3, seen_at=self._minutes_ago(10))
        self.assertEqual((earlier["result"], self._scanned(session)), ("accepted", {self.bolt: 5}))

    def test_asking_and_adding_up_agree_in_every_order(self):
        scans = st.tuples(st.sampled_from(["add", "set"]), st.integers(1, 4), st.integers(0, 9))

        @settings(max_examples=25, deadline=None, database=None)
        @given(scans=st.lists(scans, min_size=2, max_size=6), split=st.integers(1, 6))
        def check(scans, split):
            with self._undone():
                session = self._make_session()
                self._make_older(session)
                events = [
                    self._event("BOLT-1", mode=mode, quantity=quantity, seen_at=self._minutes_ago(20 - minute))
                    for mode, quantity, minute in scans
                ]
                results = session.push(events[:split]) + session.push(events[split:])
                kept = []
                for scan, result in zip(scans, results, strict=True):
                    self.assertEqual(result["result"] == "over", self._add_up([*kept, scan]) > 5, (scans, scan))
                    kept += [scan] if result["result"] == "accepted" else []
                self.assertEqual(self._scanned(session).get(self.bolt, 0), self._add_up(kept))

        check()

    def _add_up(self, scans):
        total = 0
        for mode, quantity, _minute in sorted(scans, key=lambda scan: scan[2]):
            total = quantity if mode == "set" else total + quantity
        return total

    def test_version_of_a_line_grows_with_every_scan(self):
        session = self._make_session()
        event = self._event("BOLT-1")
        [first] = session.push([event])[0]["lines"]
        [undone] = session.undo(event["client_uuid"])["lines"]
        self.assertGreater(undone["version"], first["version"])
        self.assertEqual(session.get_payload()["lines"][0]["version"], undone["version"])

    def test_undo_takes_a_scan_back(self):
        session = self._make_session()
        event = self._event("BOLT-1", quantity=3)
        session.push([event])
        result = session.undo(event["client_uuid"])
        self.assertEqual((result["result"], self._scanned(session)), ("accepted", {}))
        self.assertEqual([line["scanned"] for line in result["lines"]], [0])
        self.assertEqual([line["scanned"] for line in session.undo(event["client_uuid"])["lines"]], [0])
        self.assertTrue(session.event_ids.filtered("code").undone_at)
        self.assertEqual(session.undo(event["client_uuid"])["message"], "This was undone already.")

    def test_undo_that_was_refused_is_tried_again(self):
        session = self._make_session()
        event = self._event("BOLT-1")
        session.push([event])
        type(self).blocked_reason = "It is locked."
        self.assertEqual(session.undo(event["client_uuid"])["result"], "refused")
        type(self).blocked_reason = ""
        self.assertEqual(session.undo(event["client_uuid"])["result"], "accepted")
        self.assertEqual(self._scanned(session), {})

    def test_long_references_are_undone_one_by_one(self):
        session = self._make_session()
        events = [self._event("BOLT-1") | {"client_uuid": "x" * 62 + str(number)} for number in (1, 2)]
        session.push(events)
        for event in events:
            self.assertEqual(session.undo(event["client_uuid"])["result"], "accepted")
        self.assertEqual(self._scanned(session), {})

    def test_nothing_is_not_added(self):
        session = self._make_session()
        result = self._push_one(session, "BOLT-1", quantity=1e-9)
        self.assertEqual((result["result"], self._scanned(session)), ("refused", {}))
        self.assertIn("is nothing; enter how much", result["message"])

    def test_half_a_character_is_told_in_a_sentence(self):
        session = self._make_session()
        with self.assertRaisesRegex(UserError, "“[?]” is no code") as caught:
            session.push([self._event("\ud800")])
        caught.exception.args[0].encode()

    def test_line_of_another_product(self):
        session = self._make_session()
        line = session.browse(session.get_payload()["id"]).line_ids.filtered(lambda line: line.product_id == self.bolt)
        result = self._push_one(session, line_id=line.id, product_id=self.drill.id, lot_id=self.serial_1.id)
        self.assertEqual((result["result"], self._scanned(session)), ("refused", {}))
        self.assertIn("scan it without choosing a line", result["message"])

    def test_undo_within_a_batch(self):
        session = self._make_session()
        event = self._event("BOLT-1", quantity=5)
        results = self._push(session, event, self._event(undo=event["client_uuid"]), self._event("BOLT-1", quantity=5))
        self.assertEqual([result["result"] for result in results], ["accepted"] * 3)
        self.assertEqual(self._scanned(session), {self.bolt: 5})

    def test_undo_before_its_scan(self):
        session = self._make_session()
        event = self._event("BOLT-1")
        session.undo(event["client_uuid"])
        [late] = session.push([event])
        self.assertEqual((late["result"], self._scanned(session)), ("accepted", {}))
        self.assertEqual(session.push([event])[0]["first_result"], "accepted")

    def test_undo_of_a_problem_settles_it(self):
        session = self._make_session()
        event = self._event("nothing")
        session.push([event])
        session.undo(event["client_uuid"])
        self.assertFalse(session.get_payload()["problems"])

    def test_nobody_undoes_what_another_one_scanned(self):
        session = self._make_session()
        event = self._event("BOLT-1")
        session.push([event])
        result = session.with_user(self.manager).undo(event["client_uuid"])
        self.assertEqual((result["result"], self._scanned(session)), ("refused", {self.bolt: 1}))
        self.assertFalse(session.get_payload()["problems"])

    # Closed

    def test_scan_for_a_closed_session_is_kept(self):
        session = self._make_session()
        session.push([self._event("BOLT-1")])
        session.action_submit()
        event = self._event("BOLT-1")
        [result] = session.push([event])
        self.assertEqual(result["result"], "refused")
        self.assertIn("was submitted by", result["message"])
        self.assertEqual(session.push([event])[0]["result"], "repeated")
        self.assertEqual(self._scanned(session), {self.bolt: 1})

    def test_scan_for_a_cancelled_order_is_kept(self):
        session = self._make_session()
        type(self).blocked_reason = "The order was cancelled."
        self.addCleanup(setattr, type(self), "blocked_reason", "")
        result = self._push_one(session, "BOLT-1")
        self.assertEqual((result["result"], result["message"]), ("refused", "The order was cancelled."))
        self.assertEqual(len(session.event_ids), 1)

    def test_uuid_of_another_session_is_not_taken(self):
        session = self._make_session()
        event = self._event("BOLT-1")
        session.push([event])
        session.action_cancel()
        other = self._make_session()
        [result] = other.push([event])
        self.assertEqual((result["result"], other.event_ids.ids), ("refused", []))

    # Clocks

    def test_three_times_are_kept(self):
        session = self._make_session()
        now = fields.Datetime.now()
        self._make_older(session)
        seen, queued = now - timedelta(hours=1), now - timedelta(minutes=59)
        self._push_one(session, "BOLT-1", seen_at=seen.isoformat() + "Z", queued_at=queued.isoformat() + "Z")
        event = session.event_ids
        self.assertEqual((event.seen_at, event.queued_at), (seen, queued))
        self.assertGreaterEqual(event.received_at, now)
        self.assertFalse(event.clock_corrected)

    def test_wrong_clock_is_noticed_and_put_right(self):
        session = self._make_session()
        now = fields.Datetime.now()
        ahead = timedelta(hours=3)
        event = self._event("BOLT-1", seen_at=(now + ahead).isoformat())
        [result] = session.push([event], sent_at=(now + ahead).isoformat())
        self.assertIn("180 minutes ahead", result["warning"])
        stored = session.event_ids
        self.assertTrue(stored.clock_corrected)
        self.assertAlmostEqual(stored.clock_offset, ahead.total_seconds(), delta=60)
        self.assertLess(abs((stored.seen_at - now).total_seconds()), 60)

    def test_nothing_is_seen_in_the_future(self):
        session = self._make_session()
        self._push_one(session, "BOLT-1", seen_at="2999-01-01T00:00:00Z")
        self.assertLessEqual(session.event_ids.seen_at, fields.Datetime.now())

    # Packages

    def test_package_is_all_that_is_in_it(self):
        package = self.env["stock.package"].create({"name": "PACK-1"})
        self._put(self.bolt, 3, self.rack_a1, package_id=package)
        self._put(self.drill, 1, self.rack_a1, package_id=package, lot_id=self.serial_1)
        session = self._make_session()
        event = self._event("PACK-1")
        [result] = session.push([event])
        self.assertEqual((result["result"], self._scanned(session)), ("accepted", {self.bolt: 3, self.drill: 1}))
        self.assertEqual(len(result["lines"]), 2)
        self.assertEqual(self._push_one(session, "PACK-1")["result"], "refused")
        self.assertEqual(self._push_one(session, "S1")["result"], "over")
        undone = session.undo(event["client_uuid"])
        self.assertEqual(sorted(line["scanned"] for line in undone["lines"]), [0, 0])
        self.assertEqual(self._scanned(session), {})

    def test_package_with_something_wrong_is_refused_whole(self):
        package = self.env["stock.package"].create({"name": "PACK-1"})
        self._put(self.bolt, 3, self.rack_a1, package_id=package)
        self._put(self.nut, 3, self.rack_a1, package_id=package)
        session = self._make_session()
        self.assertEqual(self._push_one(session, "PACK-1")["result"], "refused")
        self.assertEqual(self._scanned(session), {})

    # Submit

    def test_submit_gives_the_document_what_was_scanned(self):
        session = self._make_session()
        self._push(session, self._event("BOLT-1", quantity=2), self._event("S1"))
        self.submitted.clear()
        session.action_submit({"backorder": "cancel"})
        [(scanned, choices)] = self.submitted
        self.assertEqual(
            [(item["product"], item["lot"], item["quantity"]) for item in scanned],
            [(self.bolt, self.env["stock.lot"], 2), (self.drill, self.serial_1, 1)],
        )
        self.assertEqual(choices, {"backorder": "cancel"})
        self.assertEqual((session.state, session.outcome), ("submitted", "Delivered."))
        self.assertEqual(session.submitted_by_id, self.worker)

    def test_review_shows_what_differs(self):
        session = self._make_session()
        self._push(session, self._event("BOLT-1", quantity=5), self._event("nothing"))
        session.get_payload()
        review = session.get_review()
        self.assertEqual([line["product_id"] for line in review["lines"]], [self.drill.id])
        self.assertEqual(([choice["name"] for choice in review["choices"]], review["problems"]), (["backorder"], 1))
