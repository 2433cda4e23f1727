from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestSheet(InventoryCommon):
    """States, the only ways between them, and what may be written when."""

    def test_numbered_per_company(self):
        first, second = self._make_sheet(fill=False, start=False), self._make_sheet(fill=False, start=False)
        other_company = self.env["res.company"].create({"name": "Other"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other_company.id)], limit=1)
        other = (
            self.env["stock.inventory.sheet"]
            .with_context(allowed_company_ids=other_company.ids)
            .create({"company_id": other_company.id, "location_id": warehouse.lot_stock_id.id})
        )
        year = fields.Date.today().year
        self.assertEqual(first.name, f"COUNT/{year}/00001")
        self.assertEqual(second.name, f"COUNT/{year}/00002")
        self.assertEqual(other.name, f"COUNT/{year}/00001")

    def test_whole_way(self):
        sheet = self._make_sheet(start=False)
        self.assertEqual(sheet.state, "draft")
        sheet.action_plan()
        self.assertEqual(sheet.state, "planned")
        sheet.action_start()
        self.assertEqual(sheet.state, "in_progress")
        self.assertTrue(sheet.started_at)
        self.assertEqual(sheet.started_by_id, self.env.user)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        self.assertEqual((sheet.state, sheet.completed_by_id), ("completed", self.env.user))
        sheet.action_reopen()
        self.assertEqual((sheet.state, sheet.completed_at), ("in_progress", False))
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual((sheet.state, sheet.validated_by_id), ("validated", self.env.user))

    def test_no_other_way(self):
        ways = {
            "draft": {"action_plan", "action_cancel"},
            "planned": {"action_start", "action_cancel"},
            "in_progress": {"action_complete", "action_cancel"},
            "completed": {"action_validate", "action_reopen", "action_cancel"},
            "validated": {"action_reverse"},
            "cancelled": {"action_reset_to_draft"},
        }
        every = set().union(*ways.values())
        sheets = {"draft": self._make_sheet(start=False)}
        sheets["planned"] = self._make_sheet(start=False)
        sheets["planned"].action_plan()
        for state in ("in_progress", "completed", "validated"):
            product = self._make_product(f"for {state}")
            sheets[state] = self._make_sheet(fill=False, product_ids=[Command.set(product.ids)])
            if state != "in_progress":
                sheets[state].action_complete()
            if state == "validated":
                sheets[state].action_validate()
        sheets["cancelled"] = self._make_sheet(start=False)
        sheets["cancelled"].action_cancel()
        for state, allowed in ways.items():
            self.assertEqual(sheets[state].state, state)
            for action in every - allowed:
                with self.subTest(state=state, action=action), self.assertRaises(UserError):
                    getattr(sheets[state], action)()
            self.assertEqual(sheets[state].state, state)

    def test_state_and_stamps_cannot_be_written(self):
        sheet = self._make_sheet(start=False)
        for vals in ({"state": "validated"}, {"validated_at": fields.Datetime.now()}, {"name": "MINE"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                sheet.write(vals)
        with self.assertRaises(UserError):
            sheet.with_context(inventory_own_write=True).write({"state": "validated"})
        with self.assertRaises(UserError):
            self._make_sheet(fill=False, start=False, state="validated")

    def test_validated_is_never_edited_or_deleted(self):
        sheet = self._make_sheet()
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        sheet.action_validate()
        for vals in ({"description": "x"}, {"line_ids": [Command.clear()]}, {"blind": True}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                sheet.write(vals)
        for act in (sheet.unlink, sheet.line_ids.unlink, lambda: sheet.line_ids[0].write({"description": "x"})):
            with self.assertRaises(UserError):
                act()
        sheet.message_post(body="still open for talk")

    def test_place_is_settled_at_start(self):
        sheet = self._make_sheet()
        with self.assertRaisesRegex(UserError, "has been started"):
            sheet.location_id = self.rack_a1

    def test_counted_sheet_is_not_deleted(self):
        sheet = self._make_sheet()
        sheet.line_ids[0].real_qty = 1
        sheet.action_cancel()
        with self.assertRaisesRegex(UserError, "kept as evidence"):
            sheet.unlink()
        empty = self._make_sheet(start=False)
        empty.unlink()
        self.assertFalse(empty.exists())

    def test_cancel_keeps_counts_and_reset_withdraws_them(self):
        sheet = self._make_sheet()
        line = self._line(sheet, self.bolt)
        line.real_qty = 3
        sheet.action_cancel()
        self.assertEqual((line.real_qty, len(line.count_ids)), (3, 1))
        sheet.action_reset_to_draft()
        self.assertEqual(sheet.state, "draft")
        self.assertFalse(line.is_counted)
        self.assertEqual(line.count_ids.mapped("superseded"), [True])

    def test_start_reads_current_quantities_again(self):
        sheet = self._make_sheet(start=False)
        self._put(self.bolt, 7, self.rack_a1)
        self.assertEqual(self._line(sheet, self.bolt).current_qty, 10)
        sheet.action_plan()
        sheet.action_start()
        self.assertEqual(self._line(sheet, self.bolt).current_qty, 17)

    def test_start_refuses_what_another_open_sheet_holds(self):
        first = self._make_sheet(location_id=self.rack_a1.id)
        second = self._make_sheet(start=False)
        second.action_plan()
        with self.assertRaisesRegex(UserError, f"(?s)(Bolt|Nut).*A1.*{first.name}"):
            second.action_start()
        first.action_cancel()
        second.action_start()

    def test_open_sheets_may_share_a_place_but_not_a_product(self):
        first = self._make_sheet(product_ids=[Command.set(self.bolt.ids)])
        second = self._make_sheet(product_ids=[Command.set(self.nut.ids)])
        self.assertEqual(second.state, "in_progress")
        with self.assertRaisesRegex(UserError, first.name):
            second.line_ids = [Command.create({"product_id": self.bolt.id, "location_id": self.rack_a1.id})]

    def test_complete_names_what_is_not_counted(self):
        for number in range(6):
            self._put(self._make_product(f"Extra {number}"), 1, self.rack_a1)
        sheet = self._make_sheet()
        with self.assertRaises(UserError) as caught:
            sheet.action_complete()
        message = caught.exception.args[0]
        self.assertEqual(message.count("–"), 5, message)
        self.assertIn("and 4 more", message)
        self.assertEqual(sheet.state, "in_progress")

    def test_ask_complete_offers_the_ways_out(self):
        sheet = self._make_sheet()
        action = sheet.action_ask_complete()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertIn("Bolt", wizard.uncounted)
        self.assertEqual(wizard.action_count()["domain"], [("sheet_id", "=", sheet.id)])
        self.assertEqual(sheet.state, "in_progress")
        self._count_all_as_expected(sheet)
        sheet.action_ask_complete()
        self.assertEqual(sheet.state, "completed")

    def test_complete_with_the_rest_set_to_zero(self):
        sheet = self._make_sheet()
        self._line(sheet, self.bolt).real_qty = 10
        self.env["stock.inventory.complete"].create({"sheet_id": sheet.id}).action_set_to_zero()
        self.assertEqual(sheet.state, "completed")
        nut = self._line(sheet, self.nut)
        self.assertEqual((nut.is_counted, nut.real_qty, nut.gap_qty), (True, 0, -4))

    def test_complete_with_the_rest_kept(self):
        sheet = self._make_sheet()
        self._line(sheet, self.bolt).real_qty = 8
        self.env["stock.inventory.complete"].create({"sheet_id": sheet.id}).action_keep()
        sheet.action_validate()
        nut = self._line(sheet, self.nut)
        self.assertEqual((nut.is_counted, nut.gap_qty), (False, 0))
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 4)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)
        self.assertIn("lines kept as not counted: 2", " ".join(sheet.message_ids.mapped("body")))

    def test_activities_for_counters(self):
        deadline = fields.Datetime.now() + timedelta(days=3)
        sheet = self._make_sheet(start=False, counter_ids=[Command.set(self.counter.ids)], planned_end=deadline)
        sheet.action_plan()
        planned = sheet.activity_ids
        self.assertEqual((planned.user_id, planned.summary), (self.counter, "Inventory count planned"))
        sheet.action_start()
        self.assertEqual(sheet.activity_ids.summary, "Count this inventory")
        self.assertEqual(sheet.activity_ids.date_deadline, deadline.date())
        sheet.action_complete(keep_uncounted=True)
        self.assertFalse(sheet.activity_ids)

    def test_bad_header(self):
        other_company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.env["stock.warehouse"].search([("company_id", "=", other_company.id)], limit=1).lot_stock_id
        now = fields.Datetime.now()
        cases = {
            "cannot hold stock": {"location_id": self.warehouse.view_location_id.id},
            "belongs to Elsewhere": {"location_id": other.id},
            "ends before it starts": {"planned_start": now, "planned_end": now - timedelta(hours=1)},
        }
        for sentence, vals in cases.items():
            with self.subTest(sentence), self.assertRaisesRegex(ValidationError, sentence):
                self._make_sheet(fill=False, start=False, **vals)

    def test_copy_starts_anew(self):
        sheet = self._make_sheet()
        copy = sheet.copy()
        self.assertEqual((copy.state, copy.line_count, copy.started_at), ("draft", 0, False))
        self.assertNotEqual(copy.name, sheet.name)

    def test_lines_stay_inside_the_places_of_the_sheet(self):
        sheet = self._make_sheet(start=False)
        for vals in ({"location_id": self.rack_a1.id}, {"include_sublocations": False}):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, "not in its places"):
                sheet.write(vals)
        rack_b = self.env["stock.location"].create({"name": "B", "location_id": self.stock.id})
        self._put(self.nut, 1, rack_b)
        sheet.action_fill()
        sheet.action_plan()
        rack_b.location_id = self.warehouse.view_location_id
        with self.assertRaisesRegex(ValidationError, "not in its places"):
            sheet.action_start()

    def test_counters_may_count(self):
        with self.assertRaisesRegex(ValidationError, "outsider .* may not count"):
            self._make_sheet(fill=False, start=False, counter_ids=[Command.set(self.outsider.ids)])

    def test_an_archived_place_with_stock_can_be_counted(self):
        self.env.cr.execute("UPDATE stock_location SET active = FALSE WHERE id = %s", [self.rack_a2.id])
        self.rack_a2.invalidate_recordset()
        sheet = self._make_sheet()
        self.assertIn(self.rack_a2, sheet.line_ids.location_id)

    def test_an_activity_of_ones_own_stays(self):
        sheet = self._make_sheet(start=False)
        own = sheet.activity_schedule("mail.mail_activity_data_todo", user_id=self.env.uid, automated=False)
        sheet.action_plan()
        sheet.action_start()
        self.assertTrue(own.active and own.exists())
