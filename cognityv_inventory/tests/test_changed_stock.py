from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import InventoryCommon, all_steps_are_long


@tagged("post_install", "-at_install")
class TestChangedStock(InventoryCommon):
    """Stock that changed under a block: Validate shows the lines and the manager chooses for each (issue B)."""

    def setUp(self):
        super().setUp()
        self.sheet = self._make_sheet()
        self.line, self.nut_line = self._line(self.sheet, self.bolt), self._line(self.sheet, self.nut)
        self.line.real_qty, self.nut_line.real_qty = 7, 4
        self._count_all_as_expected(self.sheet)
        self.sheet.action_complete()
        # As SQL or a restored backup would do it: no move.
        self._put(self.bolt, -1, self.rack_a1)

    def _wizard(self):
        action = self.sheet.action_ask_validate()
        self.assertEqual(action["res_model"], "stock.inventory.changed")
        return Form(self.env[action["res_model"]].with_context(**action["context"]))

    def _choose(self, choice):
        wizard = self._wizard()
        self.assertEqual(len(wizard.line_ids), 1)
        with wizard.line_ids.edit(0) as row:
            self.assertEqual((row.current_qty, row.on_hand_qty, row.real_qty), (10, 9, 7))
            row.choice = choice
        wizard.save().action_apply()

    def test_validate_asks_when_stock_changed(self):
        with self.assertRaisesRegex(UserError, "(?s)Stock has changed.*Bolt"):
            self.sheet.action_validate()
        self.assertEqual((self.sheet.state, self.line.gap_qty), ("completed", -3))

    def test_only_lines_that_changed_are_settled(self):
        """By RPC anybody's line could be named, such as one of a validated sheet, whose figures are evidence."""
        self._choose("found")
        self.assertEqual(self.sheet.state, "validated")
        other = self._make_sheet()
        self._count_all_as_expected(other)
        other.action_complete()
        self._put(self.bolt, -1, self.rack_a2)
        changed = self._line(other, self.bolt, self.rack_a2)
        for line in (self.line, self._line(other, self.nut)):
            with self.assertRaisesRegex(UserError, "has not changed"), self.env.cr.savepoint():
                other.with_user(self.manager).settle_changed_lines({changed: ("found", 4), line: ("found", 0)})
        self.assertEqual((self.line.counted_on_hand, self.line.gap_qty), (9, -2))

    def test_keep_what_was_found(self):
        self._choose("found")
        self.assertEqual((self.sheet.state, self.line.gap_qty), ("validated", -2))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)
        self.assertEqual(sum(self.line.sheet_id.move_ids.mapped("quantity")), 2)

    def test_keep_the_difference(self):
        self._choose("difference")
        self.assertEqual((self.sheet.state, self.line.gap_qty), ("validated", -3))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 6)

    def test_a_large_sheet_is_validated_in_the_background(self):
        with all_steps_are_long():
            self._choose("found")
        self.assertEqual((self.sheet.state, self.sheet.get_job()["state"]), ("completed", "waiting"))
        self.sheet._do_step("validate")
        self.assertEqual((self.sheet.state, self._on_hand(self.bolt, self.rack_a1)), ("validated", 7))

    def test_count_again(self):
        self._choose("recount")
        self.assertEqual((self.sheet.state, self.line.is_counted, self.line.current_qty), ("in_progress", False, 9))
        self.assertTrue(self.nut_line.is_counted, "the other lines keep their counts")
        self.assertEqual(self.line.count_ids.mapped("superseded"), [True])
        self.line.real_qty = 8
        self.sheet.action_complete()
        self.sheet.action_ask_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)

    def test_the_choice_is_on_the_chatter(self):
        self._choose("difference")
        self.assertRegex(" ".join(self.sheet.message_ids.mapped("body")), "Bolt.*10.* → 9.*keep the difference")

    def test_changed_once_more_since_it_was_shown(self):
        wizard = self._wizard().save()
        wizard.line_ids.choice = "found"
        self._put(self.bolt, -2, self.rack_a1)
        with self.assertRaisesRegex(UserError, "changed once more, to 7"):
            wizard.action_apply()

    def test_every_changed_line_needs_a_choice(self):
        wizard = self._wizard().save()
        wizard.line_ids.choice = "found"
        self._put(self.nut, 1, self.rack_a1)
        with self.assertRaisesRegex(UserError, "Nut.*choose what to do"):
            wizard.action_apply()

    def test_only_a_manager_chooses(self):
        with self.assertRaises(UserError):
            self.sheet.with_user(self.counter).settle_changed_lines({})
