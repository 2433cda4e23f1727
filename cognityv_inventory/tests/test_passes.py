import base64
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..tools.passes import CountRow, LinePasses, sum_by_person, sum_counts
from .common import InventoryCommon


class PassesCommon(InventoryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.bob, cls.eve = (
            cls._make_user(f"counts_{name}", "cognityv_inventory.group_counter") for name in ("ann", "bob", "eve")
        )
        cls.counters = cls.ann | cls.bob | cls.eve
        for counter in cls.counters:
            counter.name = counter.login.removeprefix("counts_")

    @classmethod
    def _make_sheet(cls, **vals):
        counters = vals.pop("counter_ids", cls.counters)
        return super()._make_sheet(counter_ids=[Command.set(counters.ids)], **vals)

    def _count(self, user, line, quantity, mode="set", **vals):
        counts = self.env["stock.inventory.count"].with_user(user)
        return counts.create({"line_id": line.id, "quantity": quantity, "mode": mode, **vals})

    def _assert_line(self, line, status, quantity=None):
        """The status, and the real quantity; None for a line without one."""
        self.assertEqual(
            (line.count_status, line.is_counted, line.real_qty), (status, quantity is not None, quantity or 0)
        )


@tagged("post_install", "-at_install")
class TestPasses(PassesCommon):
    """D. Passes: counts of several people on one line are added or compared; passes that disagree ask for a third."""

    def _compared_line(self, **vals):
        return self._line(self._make_sheet(count_method="compare", **vals), self.bolt)

    def test_split_adds_up_what_each_person_found(self):
        line = self._line(self._make_sheet(count_method="split"), self.bolt)
        self._count(self.ann, line, 3)
        self._count(self.bob, line, 5)
        line.with_user(self.ann).real_qty = 4
        self._count(self.bob, line, 1, "add")
        self._assert_line(line, "counted", 10)
        self.assertEqual(line.gap_qty, 0)

    def test_once_means_the_last_quantity_whoever_types_it(self):
        line = self._line(self._make_sheet(), self.bolt)
        self._count(self.ann, line, 3)
        self._count(self.bob, line, 5)
        self._count(self.ann, line, 1, "add")
        self._assert_line(line, "counted", 6)

    def test_passes_that_agree_settle_the_line(self):
        line = self._compared_line()
        self._count(self.ann, line, 7)
        self._assert_line(line, "to_confirm")
        self.assertEqual(line.gap_qty, 0)
        self._count(self.bob, line, 7.001 - 0.001)
        self._assert_line(line, "counted", 7)
        self.assertEqual((line.count_ids.mapped("pass_number"), line.last_counted_by_id), ([2, 1], self.bob))

    def test_stock_that_moves_between_two_passes_makes_no_difference(self):
        """Roll-forward: both found three bolts less than the system had at their moment."""
        line = self._compared_line(block_mode="none")
        self._count(self.ann, line, 7)
        delivery = self._make_delivery(self.bolt, 2, self.rack_a1)
        delivery.button_validate()
        self.assertEqual(delivery.state, "done")
        self._count(self.bob, line, 5)
        self._assert_line(line, "counted", 5)
        self.assertEqual(line.gap_qty, -3)

    def test_passes_that_differ_ask_for_a_third_that_settles(self):
        line = self._compared_line()
        self._count(self.ann, line, 7)
        self._count(self.bob, line, 9)
        self._assert_line(line, "to_recount")
        self._count(self.eve, line, 7)
        self._assert_line(line, "counted", 7)

    def test_a_third_that_agrees_with_nobody_leaves_it_to_a_manager(self):
        line = self._compared_line()
        for user, quantity in ((self.ann, 7), (self.bob, 9), (self.eve, 8)):
            self._count(user, line, quantity)
        self._assert_line(line, "to_recount")
        self._count(self.manager, line, 9)
        self._assert_line(line, "counted", 9)

    def test_a_manager_accepts_one_pass_with_a_reason(self):
        line = self._compared_line()
        self._count(self.ann, line, 7)
        self._count(self.bob, line, 9)
        line.with_user(self.manager)._accept("Ann saw the box behind", 1)
        self._assert_line(line, "accepted", 7)
        self.assertRecordValues(
            line, [{"accepted_by_id": self.manager.id, "accepted_reason": "Ann saw the box behind", "gap_qty": -3}]
        )
        self.assertIn("Ann saw the box behind", line.sheet_id.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "is accepted as it was counted"):
            self._count(self.eve, line, 8)
        with self.assertRaisesRegex(UserError, "has no pass 5"):
            line.with_user(self.manager)._accept("why not", 5)

    def test_nobody_makes_both_passes(self):
        """Who counts again in a comparison corrects their own pass."""
        line = self._compared_line()
        self._count(self.ann, line, 7)
        self._count(self.ann, line, 8)
        self._assert_line(line, "to_confirm")
        for vals in ({"pass_number": 2}, {"pass_number": 3}, {"pass_number": -1}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "is at pass 1"):
                self._count(self.ann, line, 8, **vals)
        self._count(self.bob, line, 8)
        self._assert_line(line, "counted", 8)

    def test_scanning_is_not_judged_before_it_is_done(self):
        """Both add one by one at the same time; only completing compares them."""
        sheet = self._make_sheet(count_method="compare", location_id=self.rack_a2.id)
        line = sheet.line_ids
        for _scan in range(4):
            self._count(self.ann, line, 1, "add")
            self._count(self.bob, line, 1, "add")
        self._assert_line(line, "counted", 4)
        self._count(self.bob, line, 1, "add")
        self._assert_line(line, "to_confirm")
        action = sheet.with_user(self.ann).action_complete()
        self.assertEqual((action["res_model"], sheet.state), ("stock.inventory.accept", "in_progress"))
        self._assert_line(line, "to_recount")
        with self.assertRaisesRegex(UserError, "You have counted .*Bolt.* so somebody else recounts it: eve"):
            self._count(self.ann, line, 1, "add")

    def test_complete_names_lines_that_wait_for_a_second_pass(self):
        sheet = self._make_sheet(count_method="compare")
        for line in sheet.line_ids:
            self._count(self.ann, line, line.current_qty)
        with self.assertRaisesRegex(UserError, "wait for somebody else's count.*\n– .*Bolt"):
            sheet.with_user(self.ann).action_complete()
        with self.assertRaisesRegex(UserError, "wait for somebody else's count"):
            sheet.action_complete(keep_uncounted=True)
        self.assertEqual(sheet.state, "in_progress")
        wizard_action = sheet.with_user(self.manager).action_ask_complete()
        wizard = self.env["stock.inventory.accept"].with_user(self.manager)
        wizard = wizard.with_context(**wizard_action["context"]).create({"reason": "Low value"})
        self.assertIn("Bolt", wizard.lines_text)
        with self.assertRaisesRegex(UserError, "Write why"):
            wizard.copy({"reason": " "}).action_accept()
        wizard.action_accept()
        self.assertEqual((sheet.state, set(sheet.line_ids.mapped("count_status"))), ("completed", {"accepted"}))
        self.assertTrue(sheet.message_ids.filtered(lambda message: "Low value" in message.body))

    def test_a_counter_accepts_nothing(self):
        line = self._compared_line()
        self._count(self.ann, line, 7)
        wizard = self.env["stock.inventory.accept"].with_user(self.ann).create({"sheet_id": line.sheet_id.id})
        line = line.with_user(self.ann)
        for act in (line.action_ask_recount, lambda: line._accept("mine"), wizard.action_accept):
            with self.assertRaises(AccessError):
                act()
        for vals in ({"accepted_pass": 1}, {"asked_pass": 0}, {"count_status": "counted"}, {"accepted_by_id": 1}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "Only the system"):
                line.write(vals)

    def test_a_manager_asks_for_another_pass_of_settled_lines(self):
        line = self._compared_line()
        self._count(self.ann, line, 7)
        self._count(self.bob, line, 7)
        line.with_user(self.manager).action_ask_recount()
        self._assert_line(line, "to_recount")
        for user in (self.ann, self.bob):
            with self.assertRaisesRegex(UserError, "somebody else recounts it: eve"):
                self._count(user, line, 7)
        self._count(self.eve, line, 6)
        self._assert_line(line, "to_recount")
        nut = self._line(line.sheet_id, self.nut)
        with self.assertRaisesRegex(UserError, "was not counted yet"):
            nut.action_ask_recount()

    def test_the_second_counter_sees_no_other_pass(self):
        """By no door: the line, its counts, or a search for them."""
        line = self._compared_line()
        self._count(self.ann, line, 7)
        self.env.invalidate_all()
        theirs = line.with_user(self.bob)
        self.assertFalse(theirs.count_ids)
        self.assertFalse(theirs.env["stock.inventory.count"].search([("sheet_id", "=", line.sheet_id.id)]))
        self.assertEqual((theirs.real_qty, theirs.own_counted, theirs.gap_qty), (0, False, 0))
        self.assertFalse(theirs.search([("id", "=", line.id), ("real_qty", "=", 7)]))
        self.assertFalse(theirs.search([("id", "=", line.id), ("count_ids.quantity", "=", 7)]))
        with self.assertRaises(AccessError):
            theirs.read(["pass_summary"])
        with self.assertRaises(AccessError):
            line.sudo().count_ids.with_user(self.bob).read(["quantity"])
        self.env.invalidate_all()
        mine = line.with_user(self.ann)
        self.assertEqual((mine.own_qty, mine.own_counted, len(mine.count_ids)), (7, True, 1))
        self.assertEqual(line.with_user(self.manager).pass_summary, "7")

    def test_the_second_counter_learns_no_pass_from_the_dialog_of_a_manager(self):
        line = self._compared_line()
        self._count(self.ann, line, 8)
        vals = {"sheet_id": line.sheet_id.id, "line_ids": [Command.set(line.ids)]}
        dialog = self.env["stock.inventory.accept"].with_user(self.manager).create(vals)
        self.assertIn("pass 1: 8 (ann)", dialog.lines_text)
        self.assertEqual(dialog.pass_number, 1)
        dialog = dialog.with_user(self.bob).create(vals)
        self.assertNotIn("8", dialog.lines_text)
        self.assertEqual(dialog.pass_number, 0)

    def test_others_counts_of_a_blind_sheet_are_hidden(self):
        for blind, seen in ((True, 0), (False, 1)):
            with self.subTest(blind=blind):
                sheet = self._make_sheet(blind=blind, location_id=self.rack_a2.id)
                self._count(self.ann, sheet.line_ids, 5)
                counts = self.env["stock.inventory.count"].with_user(self.bob)
                self.assertEqual(counts.search_count([("sheet_id", "=", sheet.id)]), seen)
                counts = self.env["stock.inventory.count"].with_user(self.manager)
                self.assertEqual(counts.search_count([("sheet_id", "=", sheet.id)]), 1)
                sheet.action_cancel()

    def test_own_count_counts_and_withdraws_ones_own_only(self):
        line = self._line(self._make_sheet(count_method="split"), self.bolt)
        line.with_user(self.ann).write({"own_qty": 7, "own_counted": True})
        line.with_user(self.bob).write({"own_counted": True})
        self.assertEqual(line.count_ids.sorted("quantity").mapped("quantity"), [0, 7])
        line.with_user(self.ann).own_qty = 5
        for vals in ({"own_counted": False, "own_qty": 0}, {"is_counted": False}):
            line.with_user(self.bob).write(vals)
            self._assert_line(line, "counted", 5)
        self.assertEqual((line.with_user(self.ann).own_qty, line.with_user(self.bob).own_counted), (5, False))
        line.with_user(self.manager).write({"is_counted": False})
        self._assert_line(line, "to_count")
        self.assertEqual(set(line.count_ids.mapped("superseded")), {True})

    def test_own_count_of_a_new_line(self):
        sheet = self._make_sheet(count_method="split")
        vals = {"sheet_id": sheet.id, "product_id": self.nut.id, "location_id": self.rack_a2.id, "own_qty": 2}
        line = self.env["stock.inventory.sheet.line"].with_user(self.ann).create(vals)
        self._assert_line(line, "counted", 2)
        self.assertEqual(line.own_qty, 2)

    def test_a_judged_count_cannot_be_taken_back(self):
        line = self._compared_line()
        self._count(self.ann, line, 7)
        self._count(self.bob, line, 9)
        for vals in ({"own_counted": False}, {"is_counted": False}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "stays on record"):
                line.with_user(self.bob).write(vals)
        line.with_user(self.manager).is_counted = False
        self._assert_line(line, "to_count")
        self._count(self.bob, line, 9)
        self._assert_line(line, "to_confirm")

    def test_a_count_that_was_offline_is_taken_into_its_pass(self):
        """Nothing is lost (invariant 6); what is seen after the recount was asked for comes too late."""
        line = self._compared_line()
        seen = fields.Datetime.now() - timedelta(hours=1)
        self._count(self.ann, line, 7, counted_at=seen)
        self._count(self.bob, line, 9)
        self._count(self.ann, line, 2, "add", pass_number=1, counted_at=seen + timedelta(minutes=1))
        self._assert_line(line, "to_recount")
        self.assertEqual(line.with_user(self.manager).pass_summary, "9 / 9")
        with self.assertRaisesRegex(UserError, "You have counted"):
            self._count(self.ann, line, 2, "add", pass_number=1)
        with self.assertRaisesRegex(UserError, "is at pass 3"):
            self._count(self.eve, line, 2, "add", pass_number=1, counted_at=seen)
        self._count(self.eve, line, 9)
        self._assert_line(line, "counted", 9)

    def test_a_file_of_the_second_pass_counts_also_what_the_first_found(self):
        sheet = self._make_sheet(count_method="compare")
        content = base64.b64encode(
            "\n".join(["Line id,Real quantity", *(f"{line.id},{line.current_qty}" for line in sheet.line_ids)]).encode()
        )
        labels = sheet._get_column_labels()
        content = base64.b64encode(
            base64.b64decode(content).replace(b"Line id,Real quantity", f"{labels['id']},{labels['real_qty']}".encode())
        )
        for user, status in ((self.ann, "to_confirm"), (self.bob, "counted")):
            result = sheet.with_user(user).import_counts(content)
            self.assertEqual(result, {"counted": 3, "unchanged": 0, "added": 0})
            self.assertEqual(set(sheet.line_ids.mapped("count_status")), {status})
        result = sheet.with_user(self.bob).import_counts(content)
        self.assertEqual(result, {"counted": 0, "unchanged": 3, "added": 0})

    def test_unsettled_lines_are_not_taken_for_uncounted_ones(self):
        sheet = self._make_sheet(count_method="compare")
        line = self._line(sheet, self.bolt)
        self._count(self.ann, line, 7)
        self.assertNotIn(line, line.search(sheet._get_uncounted_domain()))
        sheet.with_user(self.bob).action_set_uncounted_to_zero()
        self.assertEqual(line.count_ids.user_id, self.ann)

    def test_validated_stock_is_the_accepted_pass(self):
        """Invariant 1 with three passes: on hand = real quantity."""
        sheet = self._make_sheet(count_method="compare", location_id=self.rack_a2.id)
        for user, quantity in ((self.ann, 7), (self.bob, 9), (self.eve, 9)):
            self._count(user, sheet.line_ids, quantity)
        sheet.action_complete()
        sheet.with_user(self.manager).action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 9)

    def test_the_way_of_counting_is_settled_at_start(self):
        sheet = self._make_sheet()
        with self.assertRaisesRegex(UserError, "has been started"):
            sheet.count_method = "compare"

    def test_reset_to_draft_forgets_recounts(self):
        line = self._compared_line()
        self._count(self.ann, line, 7)
        self._count(self.bob, line, 9)
        sheet = line.sheet_id
        sheet.action_cancel()
        sheet.action_reset_to_draft()
        self.assertRecordValues(line, [{"count_status": "to_count", "asked_pass": 0, "asked_at": False}])

    def test_many_lines_few_queries(self):
        """Two passes over all lines cost the same number of queries for 3 lines as for 60."""
        costs = []
        for extra in (0, 57):
            for number in range(extra):
                self._put(self._make_product(f"Extra {number}"), 1, self.rack_a2)
            sheet = self._make_sheet(count_method="compare", tolerance_qty=1)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            for user in (self.ann, self.bob):
                lines = self.env["stock.inventory.sheet.line"].with_user(user).search([("sheet_id", "=", sheet.id)])
                lines._set_real_quantities([(line, 1 + user.id) for line in lines])
                self.env.flush_all()
            self.assertEqual(sheet.waiting_line_count, sheet.line_count)
            costs.append(self.env.cr.sql_log_count - before)
            sheet.action_cancel()
        self.assertLess(costs[1], costs[0] + 10)


PEOPLE = st.sampled_from("abc")
ROWS = st.lists(
    st.builds(CountRow, st.just(1), PEOPLE, st.sampled_from(["set", "add"]), st.integers(-5, 50)), max_size=12
)


@tagged("post_install", "-at_install")
class TestPassArithmetic(BaseCase):
    """Against an oracle that keeps a running total a person, as one would on paper."""

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=ROWS)
    def test_sums(self, rows):
        on_paper, alone = {}, 0
        for row in rows:
            on_paper.setdefault(row.user_id, 0)
            if row.mode == "set":
                on_paper[row.user_id] = alone = row.quantity
            else:
                on_paper[row.user_id] += row.quantity
                alone += row.quantity
        self.assertEqual(sum_by_person(rows), sum(on_paper.values()))
        self.assertEqual(sum_counts(rows), alone)

    @settings(max_examples=300, deadline=None)
    @given(rows=st.lists(st.builds(CountRow, st.integers(1, 4), PEOPLE, st.sampled_from(["set", "add"]), st.just(1))))
    def test_who_counted_what(self, rows):
        passes = LinePasses(rows)
        self.assertEqual(passes.numbers, sorted({row.pass_number for row in rows}))
        for person in "abc":
            mine = [row.pass_number for row in rows if row.user_id == person]
            self.assertEqual(passes.last_of(person), max(mine, default=0))
        for number in range(6):
            before = {row.user_id for row in rows if row.pass_number < number}
            self.assertEqual(passes.people_before(number), before)


@tagged("post_install", "-at_install")
class TestGeneratedPasses(PassesCommon):
    """Random people count a line in comparison: what is accepted was found by two of them, and nobody counted twice."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(acts=st.lists(st.tuples(st.integers(0, 2), st.integers(5, 7)), max_size=7))
    def test_comparison(self, acts):
        sheet = self._make_sheet(count_method="compare", location_id=self.rack_a2.id)
        line = sheet.line_ids
        for person, quantity in acts:
            try:
                self._count(self.counters[person], line, quantity)
            except UserError:
                continue
        found = {}
        for count in line.count_ids.sorted("id"):
            self.assertEqual(found.setdefault(count.pass_number, (count.user_id, 0))[0], count.user_id)
            found[count.pass_number] = (count.user_id, count.quantity)
        self.assertEqual(len({user for user, _quantity in found.values()}), len(found))
        quantities = [quantity for _user, quantity in found.values()]
        agreed = {quantity for quantity in quantities if quantities.count(quantity) > 1}
        self.assertEqual(line.is_counted, bool(agreed))
        self.assertEqual({line.real_qty} if line.is_counted else set(), agreed)
        sheet.action_cancel()
