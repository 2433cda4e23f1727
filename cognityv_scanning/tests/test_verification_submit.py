from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_verification import VerificationCase


@tagged("post_install", "-at_install")
class TestVerificationSubmit(VerificationCase):
    """Handing in what was counted in a place."""

    def _count_a1(self, session, bolts=10, nuts=4):
        self._push(session, self._event("BOLT-1", quantity=bolts), self._event("NUT-1", quantity=nuts))

    # Review

    def test_review_shows_what_differs(self):
        session = self._open(self._make_counted_sheet())
        self._push(session, self._event("BOLT-1", quantity=10), self._event("WASHER-1"))
        review = session.get_review()
        statuses = {line["product_id"]: line["status"] for line in review["lines"]}
        self.assertEqual(statuses, {self.nut.id: "missing", self.washer.id: "extra"})
        [choice] = review["choices"]
        self.assertEqual((choice["name"], choice["default"]), ("missing", False), "it has to be said")
        self.assertEqual([option["value"] for option in choice["options"]], ["zero", "keep"])
        self.assertEqual(review["summary"], "2 of 3 items differ.")

    def test_review_of_what_is_counted_blind(self):
        session = self._open(self._make_counted_sheet(location_id=self.rack_a1.id, blind=True))
        self._push_one(session, "BOLT-1")
        self.assertEqual(session.get_review()["summary"], "1 of 2 items were not scanned.")
        self._push_one(session, "NUT-1")
        self.assertEqual(session.get_review()["summary"], "Everything was scanned: 2 items.")

    def test_review_of_a_perfect_place(self):
        session = self._open(self._make_counted_sheet(location_id=self.rack_a1.id))
        self._count_a1(session)
        review = session.get_review()
        self.assertEqual((review["lines"], review["choices"], review["warnings"]), ([], [], []))

    def test_what_is_neither_expected_nor_found_does_not_differ(self):
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        session = self._open(sheet)
        by_mistake = self._event("WASHER-1")
        self._push(session, by_mistake)
        self._count_a1(session)
        session.undo(by_mistake["client_uuid"])
        self.assertEqual(self._line(sheet, self.washer).count_status, "to_count")
        review = session.get_review()
        self.assertEqual((review["lines"], review["choices"]), ([], []))
        session.action_submit()
        self.assertEqual((sheet.state, self._line(sheet, self.washer).is_counted), ("completed", False))

    def test_zero_is_said_of_what_is_not_expected_too(self):
        """Nobody is asked about it, but whoever says that what they did not scan is not there has counted it."""
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        session = self._open(sheet)
        by_mistake = self._event("WASHER-1")
        self._push(session, by_mistake, self._event("BOLT-1", quantity=10))
        session.undo(by_mistake["client_uuid"])
        review = session.get_review()
        self.assertEqual([line["product_id"] for line in review["lines"]], [self.nut.id])
        self.assertIn("were not scanned: 1", review["choices"][0]["question"])
        session.action_submit({"missing": "zero"})
        self.assertTrue(all(sheet.line_ids.mapped("is_counted")))

    def test_blind_review_does_not_tell_what_is_not_expected(self):
        session = self._open(self._make_counted_sheet(location_id=self.rack_a1.id, blind=True))
        by_mistake = self._event("WASHER-1")
        self._push(session, by_mistake)
        self._count_a1(session)
        session.undo(by_mistake["client_uuid"])
        self.assertEqual(session.get_review()["summary"], "1 of 3 items were not scanned.")

    def test_recount_of_what_is_not_expected_is_asked_for(self):
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id, count_method="compare")
        sheet.counter_ids |= self.manager
        mine = self._open(sheet)
        self._count_a1(mine)
        self._push_one(mine, "WASHER-1")
        other = mine.with_user(self.manager)
        self._count_a1(other)
        self.assertEqual([line["product_id"] for line in other.get_review()["lines"]], [self.washer.id])

    def test_review_names_others_who_count(self):
        sheet = self._make_counted_sheet()
        self._push_one(self._open(sheet, self.rack_a2, user=self.manager), "BOLT-1")
        warnings = self._open(sheet).get_review()["warnings"]
        self.assertTrue(any(self.manager.name in warning for warning in warnings), warnings)

    # Submit

    def test_what_is_missing_is_asked_for(self):
        session = self._open(self._make_counted_sheet(location_id=self.rack_a1.id))
        self._push_one(session, "BOLT-1", quantity=10)
        with self.assertRaisesRegex(UserError, "were not scanned: 1"):
            session.action_submit()
        with self.assertRaisesRegex(UserError, "is no choice"):
            session.action_submit({"missing": "guess"})
        self.assertEqual(session.state, "open")

    def test_missing_becomes_zero(self):
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        session = self._open(sheet)
        self._push_one(session, "BOLT-1", quantity=10)
        session.action_submit({"missing": "zero"})
        nuts = self._line(sheet, self.nut)
        self.assertEqual((nuts.is_counted, nuts.real_qty, nuts.count_ids.source), (True, 0, "scan"))
        self.assertEqual((sheet.state, session.state), ("completed", "submitted"))
        self.assertEqual(session.outcome, f"Sheet {sheet.name} is completed; an inventory manager validates it.")

    def test_missing_is_kept(self):
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        session = self._open(sheet)
        self._push_one(session, "BOLT-1", quantity=10)
        session.action_submit({"missing": "keep"})
        self.assertEqual((sheet.state, self._line(sheet, self.nut).is_counted), ("completed", False))

    def test_manager_validates(self):
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        session = self._open(sheet, user=self.manager)
        self._count_a1(session, bolts=9)
        session.action_submit()
        self.assertEqual(sheet.state, "validated")
        self.assertEqual(session.outcome, f"Sheet {sheet.name} is validated: stock is what was found.")
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 9)

    def test_approval_limit_keeps_from_validating(self):
        group = self.env.ref("cognityv_inventory.group_manager")
        self.env["stock.inventory.approval.limit"].create({"group_id": group.id, "max_qty": 1})
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        session = self._open(sheet, user=self.manager)
        self._count_a1(session, bolts=5)
        session.action_submit()
        self.assertEqual((sheet.state, session.state), ("completed", "submitted"))
        self.assertIn("greater than you may accept", session.outcome)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 10)

    def test_tolerance_sends_to_recount(self):
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id, tolerance_qty=1)
        session = self._open(sheet, user=self.manager)
        self._count_a1(session, bolts=5)
        session.action_submit()
        self.assertEqual((sheet.state, self._line(sheet, self.bolt).count_status), ("in_progress", "to_recount"))
        self.assertIn("wait for somebody else's count: 1", session.outcome)

    def test_other_places_are_waited_for(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        self._count_a1(session)
        session.action_submit()
        self.assertEqual((sheet.state, session.state), ("in_progress", "submitted"))
        self.assertIn("to be counted in other places: 1", session.outcome)
        last = self._open(sheet, self.rack_a2)
        self._push_one(last, "BOLT-1", quantity=5)
        last.action_submit()
        self.assertEqual(sheet.state, "completed")

    def test_serial_number_counted_twice_elsewhere_is_said(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet, self.stock)
        lines = self.env["stock.inventory.sheet.line"].create(
            [
                {"sheet_id": sheet.id, "product_id": self.drill.id, "lot_id": self.serial_1.id, "location_id": place.id}
                for place in (self.rack_a1, self.rack_a2)
            ]
        )
        lines.real_qty = 1
        with self.assertRaisesRegex(UserError, "Serial number S1 of"):
            session.action_submit({"missing": "zero"})
        self.assertEqual((session.state, sheet.state), ("open", "in_progress"))

    def test_closed_session_is_not_submitted_again(self):
        session = self._open(self._make_counted_sheet())
        session.action_submit({"missing": "keep"})
        with self.assertRaisesRegex(UserError, "was submitted by"):
            session.action_submit({"missing": "keep"})

    def test_note_goes_to_the_log_of_the_sheet(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        session.set_note("Roof leaks")
        session.action_submit({"missing": "keep"})
        self.assertIn("Roof leaks", sheet.message_ids[0].body)

    def test_what_nobody_put_right_is_told_in_the_log_of_the_sheet(self):
        """Something without a label that is known is found in every count: the manager has to hear of it."""
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        unknown, dismissed = self._event("NOSUCH-77"), self._event("NOSUCH-78")
        self._push(session, unknown, dismissed)
        session.undo(dismissed["client_uuid"])
        session.action_submit({"missing": "keep"})
        [told] = [message.body for message in sheet.message_ids if "could not be taken" in message.body]
        self.assertIn("NOSUCH-77", told)
        self.assertIn(self.counter.name, told)
        self.assertNotIn("NOSUCH-78", told)

    # Cancel

    def test_cancel_withdraws_what_was_counted(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        self._count_a1(session)
        session.action_cancel()
        self.assertFalse(any(sheet.line_ids.mapped("is_counted")))
        self.assertEqual((session.state, sheet.state), ("cancelled", "in_progress"))
        self.assertEqual(len(session.event_ids), 2)

    def test_cancel_gives_the_place_free_that_was_opened_by_mistake(self):
        sessions = self.env["stock.scan.session"].with_user(self.manager)
        session = sessions.browse(sessions.open_for("verification", self.rack_a1.id)["id"])
        session.action_cancel()
        self.assertEqual(session.sheet_id.state, "cancelled")

    def test_cancel_of_what_others_counted(self):
        session = self._open(self._make_counted_sheet())
        self._push_one(session.with_user(self.manager), "BOLT-1")
        with self.assertRaisesRegex(UserError, "only an inventory manager can cancel"):
            session.action_cancel()
        session.with_user(self.manager).action_cancel()
        self.assertEqual(session.state, "cancelled")


@tagged("post_install", "-at_install")
class TestVerificationPasses(VerificationCase):
    """Several people count the same, together, apart, or again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._make_user("second_counter", "cognityv_inventory.group_counter")
        cls.third = cls._make_user("third_counter", "cognityv_inventory.group_counter")

    def _make_counted_sheet(self, **vals):
        counters = [Command.set((self.counter | self.second | self.third).ids)]
        return self._make_sheet(location_id=self.rack_a1.id, counter_ids=counters, **vals)

    def _get_scanned(self, session, user, product):
        line = self._get_line(session.with_user(user), product)
        return line.scanned, line.status

    def test_people_add_up_when_each_is_counted_once(self):
        session = self._open(self._make_counted_sheet())
        self._push_one(session, "BOLT-1", quantity=6)
        [line] = self._push_one(session.with_user(self.second), "BOLT-1", quantity=4)["lines"]
        self.assertEqual((line["scanned"], line["status"]), (10, "match"))

    def test_people_who_split_a_place_see_their_own(self):
        session = self._open(self._make_counted_sheet(count_method="split"))
        self._push_one(session, "BOLT-1", quantity=6)
        [line] = self._push_one(session.with_user(self.second), "BOLT-1", quantity=4)["lines"]
        self.assertEqual((line["scanned"], line["remaining"], line["status"]), (4, 0, "match"))
        self.assertEqual(self._get_scanned(session, self.counter, self.bolt), (6, "match"))

    def test_set_of_one_who_splits_is_their_own_total(self):
        session = self._open(self._make_counted_sheet(count_method="split"))
        self._push_one(session, "BOLT-1", quantity=6)
        self._push_one(session.with_user(self.second), "BOLT-1", quantity=3, mode="set")
        self.assertEqual(self._line(session.sheet_id, self.bolt).real_qty, 9)

    def test_compared_counts_stay_apart(self):
        sheet = self._make_counted_sheet(count_method="compare")
        session = self._open(sheet)
        self._push_one(session, "BOLT-1", quantity=8)
        other = session.with_user(self.second)
        self.assertEqual(self._get_scanned(session, self.second, self.bolt), (0, "missing"))
        self._push_one(other, "BOLT-1", quantity=7)
        self.assertEqual(self._get_scanned(session, self.counter, self.bolt), (8, "partial"))
        self.assertFalse(self._line(sheet, self.bolt).is_counted)
        self.assertEqual(other.with_user(self.third).get_payload()["problems"], [])

    def test_third_pass_decides(self):
        sheet = self._make_counted_sheet(count_method="compare")
        session = self._open(sheet)
        for user, quantity in ((self.counter, 8), (self.second, 7)):
            mine = session.with_user(user)
            self._push(mine, self._event("BOLT-1", quantity=quantity, mode="set"), self._event("NUT-1", quantity=4))
            mine.action_submit()
            session = self._open(sheet, user=self.third)
        self.assertEqual(self._line(sheet, self.bolt).count_status, "to_recount")
        refused = self._push_one(session.with_user(self.counter), "BOLT-1")
        self.assertEqual(refused["result"], "refused")
        self.assertIn("somebody else recounts it", refused["message"])
        self._push_one(session, "BOLT-1", quantity=8)
        session.action_submit()
        self.assertEqual((sheet.state, self._line(sheet, self.bolt).real_qty), ("completed", 8))

    def test_serial_number_is_found_by_each_of_two(self):
        session = self._open(self._make_counted_sheet(count_method="compare"))
        for user in (self.counter, self.second):
            results = self._push(session.with_user(user), self._event("S1"), self._event("S1"))
            self.assertEqual([result["result"] for result in results], ["accepted", "over"])

    def test_missing_is_zero_in_ones_own_pass(self):
        sheet = self._make_counted_sheet(count_method="compare")
        session = self._open(sheet)
        self._push_one(session, "BOLT-1", quantity=10)
        session.action_submit({"missing": "zero"})
        other = self._open(sheet, user=self.second)
        self._push_one(other, "BOLT-1", quantity=10)
        other.action_submit({"missing": "zero"})
        self.assertEqual((sheet.state, self._line(sheet, self.nut).real_qty), ("completed", 0))
        self.assertEqual(self._line(sheet, self.nut).count_ids.user_id, self.counter | self.second)

    def test_scan_from_before_the_recount_belongs_to_the_first_pass(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        self._make_older(session)
        self.env.cr.execute("UPDATE stock_inventory_sheet SET started_at = started_at - INTERVAL '1 day'")
        sheet.invalidate_recordset()
        self._push_one(session, "BOLT-1", quantity=6, seen_at=self._minutes_ago(30))
        self._line(sheet, self.bolt).action_ask_recount()
        late = self._push_one(session, "BOLT-1", quantity=4, seen_at=self._minutes_ago(20))
        self.assertEqual(late["result"], "accepted")
        self.assertEqual(self._line(sheet, self.bolt).count_ids.mapped("pass_number"), [1, 1])
        self.assertEqual(self._push_one(session, "BOLT-1")["result"], "refused")
