import io
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from ..models import inventory_audit_pack
from ..models.inventory_audit_pack import AuditPack
from ..tools.own_write import as_own_write
from ..tools.paging import count_text_lines, paginate
from .test_pdf import PdfCommon

BLOCKS = st.lists(st.tuples(st.integers(0, 30), st.lists(st.integers(1, 150), max_size=30)), max_size=6)


@tagged("post_install", "-at_install")
class TestAuditPack(PdfCommon):
    """Issue 3, D, Auditor's pack: one document with every count, who, when, how, cut-off, gaps, reasons and moves."""

    report = "cognityv_inventory.report_inventory_audit"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.counter.name = "Carla Counter"
        cls.manager.name = "Maria Manager"
        cls.partner = cls.env["res.partner"].create({"name": "Bolts & Co"})
        with freeze_time("2026-05-04 08:00:00"):
            cls._transfer("in_type_id", cls.suppliers, cls.rack_a1, "first receipt")
        with freeze_time("2026-05-04 09:00:00"):
            cls.receipt = cls._transfer("in_type_id", cls.suppliers, cls.rack_a1)
            cls.delivery = cls._transfer("out_type_id", cls.rack_a2, cls.customers)
            cls.elsewhere = cls.env["stock.location"].create(
                {"name": "Elsewhere", "location_id": cls.warehouse.view_location_id.id, "usage": "internal"}
            )
        with freeze_time("2026-05-04 09:30:00"):
            cls._transfer("in_type_id", cls.suppliers, cls.elsewhere, "not of these places")
        with freeze_time("2026-05-04 10:00:00"):
            cls.sheet = cls._make_sheet(counter_ids=[Command.set(cls.counter.ids)], description="Yearly count, hall B")
        with freeze_time("2026-05-04 11:00:00"):
            cls._count(cls.bolt, cls.rack_a1, 3, source="scan", code="(01)0950600013")
            cls._count(cls.bolt, cls.rack_a1, 2, mode="add", pass_number=2)
            cls._find(cls.bolt, cls.rack_a1)._withdraw_counts()
            cls._count(cls.bolt, cls.rack_a1, 8, pass_number=2, counted_at="2026-05-04 10:30:00")
            cls._count(cls.nut, cls.rack_a1, 4)
            cls._find(cls.bolt, cls.rack_a1).description = "Box was open"

    @classmethod
    def _transfer(cls, picking_type, source, destination, origin=False):
        places = {"location_id": source.id, "location_dest_id": destination.id}
        move = {"product_id": cls.bolt.id, "product_uom_qty": 1, "quantity": 1, "picked": True, **places}
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": cls.warehouse[picking_type].id,
                "partner_id": cls.partner.id,
                "origin": origin,
                "move_ids": [Command.create(move)],
                **places,
            }
        )
        picking._action_done()
        return picking

    @classmethod
    def _find(cls, product, location):
        return cls.sheet.line_ids.filtered(lambda line: line.product_id == product and line.location_id == location)

    @classmethod
    def _count(cls, product, location, quantity, **vals):
        line = cls._find(product, location).with_user(cls.counter)
        # As superuser code in the counter's name, which may say to which pass a count belongs.
        cls.env["stock.inventory.count"].with_user(cls.counter).sudo().create(
            {"line_id": line.id, "quantity": quantity, **vals}
        )

    def _validate(self):
        with freeze_time("2026-05-04 12:00:00"):
            self.sheet.action_complete(keep_uncounted=True)
        with freeze_time("2026-05-04 13:00:00"):
            self.sheet.with_user(self.manager).action_validate()

    def _get_texts(self, sheet=None):
        """The text of the PDF with single spaces, so that what is side by side can be looked for."""
        text = self._text(self._render(sheet or self.sheet))
        return " ".join(text.split())

    def _get_workbook(self):
        content = self.sheet.with_user(self.manager).export_audit_xlsx()
        return openpyxl.load_workbook(io.BytesIO(content))

    def _get_table(self, workbook, name):
        """The rows of a worksheet as dicts by its first row."""
        head, *rows = workbook[name].iter_rows(values_only=True)
        return [dict(zip(head, row, strict=True)) for row in rows]

    def test_one_button_gives_one_pdf(self):
        self._validate()
        action = self.sheet.with_user(self.manager).action_audit_pack()
        self.assertEqual((action["type"], action["report_type"]), ("ir.actions.report", "qweb-pdf"))
        self.assertEqual(action["report_name"], "cognityv_inventory.report_inventory_audit_document")
        text = self._get_texts()
        for part in (self.sheet.name, "Count & Co", "Yearly count, hall B", "Carla Counter", "The whole location"):
            self.assertIn(part, text)

    def test_states_with_who_and_when(self):
        self._validate()
        self.env.user.tz = "UTC"
        text = self._get_texts()
        for part in (
            f"Started 05/04/2026 10:00:00 AM {self.env.user.name}",
            f"Completed 05/04/2026 12:00:00 PM {self.env.user.name}",
            "Validated 05/04/2026 01:00:00 PM Maria Manager",
        ):
            self.assertIn(part, text)
        self.assertNotIn("Reversed 05", text)

    def test_log_of_each_change_of_state(self):
        """A sheet that was reopened has no stamp of that, but its log has it."""
        sheet = self.sheet.with_context(tracking_disable=False, mail_notrack=False)
        sheet.action_complete(keep_uncounted=True)
        self.env.cr.flush()
        sheet.action_reopen()
        self.env.cr.flush()
        sheet.message_post(body=Markup("<p>Keys with the <b>guard</b></p>"))
        sheet.action_complete(keep_uncounted=True)
        self.env.cr.flush()
        texts = [row[2] for row in AuditPack(sheet)._get_log_rows()]
        changes = [text for text in texts if text.startswith("Status")]
        self.assertEqual(changes[-2:], ["Status: Completed → In progress", "Status: In progress → Completed"])
        self.assertTrue(any("Keys with the *guard*" in text for text in texts))

    def test_every_count_who_when_and_how(self):
        self._validate()
        self.env.user.tz = "UTC"
        text = self._get_texts()
        received = self.sheet.line_ids.count_ids[0].create_date
        self.assertTrue(received)
        for part in (
            "Pass 1: set 3.00 by Carla Counter, seen on 05/04/2026 11:00:00 AM, received on",
            "scanned, code (01)0950600013, withdrawn",
            "Pass 2: add 2.00 by Carla Counter",
            "Pass 2: set 8.00 by Carla Counter, seen on 05/04/2026 10:30:00 AM",
            "Note: Box was open",
        ):
            self.assertIn(part, text)
        line = self._find(self.bolt, self.rack_a1)
        self.assertIn(f"{line.id} [BOLT] Bolt A1 12.00 8.00 -4.00 Units", text)

    def test_cut_off_before_start(self):
        self._validate()
        last = self.sheet._get_last_transfers()
        self.assertEqual(last["incoming"], self.receipt)
        self.assertEqual(last["outgoing"], self.delivery)
        self.assertFalse(last["internal"])
        text = self._get_texts()
        self.assertIn(f"Last before Start Receipt {self.receipt.name} 05/04/2026", text)
        self.assertIn("Last before Start Internal Transfer none", text)
        self.assertIn("Bolts & Co", text)
        self.assertIn("between Start and validation: 0", text)

    def test_cut_off_after_validation(self):
        self._validate()
        with freeze_time("2026-05-04 14:00:00"):
            internal = self._transfer("int_type_id", self.rack_a1, self.rack_a2)
        with freeze_time("2026-05-04 15:00:00"):
            self._transfer("int_type_id", self.rack_a1, self.rack_a2)
        first = self.sheet._get_first_transfers()
        self.assertEqual(first["internal"], internal)
        self.assertFalse(first["incoming"] | first["outgoing"])
        self.assertEqual(self.sheet._get_last_transfers()["incoming"], self.receipt)

    def test_moves_meanwhile_are_counted(self):
        """Blocked means blocked, and where something moved all the same an auditor has to know."""
        self._validate()
        self.assertEqual(self.sheet._count_moves_meanwhile(), 0)
        line = self.receipt.move_line_ids
        self.env.cr.execute("UPDATE stock_move_line SET date = '2026-05-04 11:30:00' WHERE id = %s", (line.id,))
        self.env.invalidate_all()
        self.assertEqual(self.sheet._count_moves_meanwhile(), 1)

    def test_moves_of_validation_and_reversal(self):
        self._validate()
        self.sheet.action_reverse()
        moves = self._get_table(self._get_workbook(), "Stock moves")
        self.assertEqual([(row["Made by"], row["Quantity"]) for row in moves], [("Validation", 4), ("Reversal", 4)])
        self.assertEqual(moves[0]["From"], moves[1]["To"])
        text = self._get_texts()
        self.assertIn("Validation [BOLT] Bolt", text)
        self.assertIn("Reversal [BOLT] Bolt", text)
        self.assertIn("Reversed", text)

    def test_lines_not_counted(self):
        self._validate()
        text = self._get_texts().partition("Lines that were not counted")[2]
        line = self._find(self.bolt, self.rack_a2)
        self.assertIn(f"{line.id} [BOLT] Bolt A2", text)
        self.assertNotIn("[NUT] Nut A1 4.00 Units", text)

    def test_accuracy_and_signatures(self):
        self._validate()
        text = self._get_texts()
        self.assertIn("Exactly right (% of the counted lines) 50.0", text)
        self.assertIn("Absolute gap 4.00 Units", text)
        for who in ("Counter, name, date", "Inventory manager, name, date", "Auditor, name, date"):
            self.assertIn(who, text)

    def test_workbook_can_be_recalculated(self):
        self._validate()
        workbook = self._get_workbook()
        self.assertEqual(workbook.sheetnames, ["Summary", "Lines", "Counts", "Stock moves", "Cut-off"])
        lines, counts, moves = (self._get_table(workbook, name) for name in ("Lines", "Counts", "Stock moves"))
        self.assertEqual(len(lines), len(self.sheet.line_ids))
        self.assertEqual(len(counts), len(self.sheet.line_ids.count_ids))
        counted = [line for line in lines if line["Real"] is not None]
        self.assertEqual(len(counted), 2)
        for line in counted:
            self.assertAlmostEqual(line["Gap"], line["Real"] + line["Moved since counted"] - line["Current"])
            mine = [count for count in counts if count["Line id"] == line["Line id"] and not count["Withdrawn"]]
            self.assertAlmostEqual(sum(count["Quantity"] for count in mine), line["Real"])
        self.assertAlmostEqual(sum(abs(line["Gap"]) for line in counted), sum(move["Quantity"] for move in moves))
        withdrawn = [count for count in counts if count["Withdrawn"]]
        self.assertEqual(
            [(count["How"], count["Code"]) for count in withdrawn], [("Scanned", "(01)0950600013"), ("Typed", None)]
        )
        self.assertEqual(counts[0]["Seen on"].hour, 10)

    def test_stock_that_moved_after_it_was_counted(self):
        """Nothing blocked: the gap is what was found against what the system had then, and the pack shows why."""
        self.sheet.action_cancel()
        sheet = self._make_sheet(location_id=self.rack_a2.id, block_mode="none")
        sheet.line_ids.real_qty = 3
        self._transfer("out_type_id", self.rack_a2, self.customers)
        sheet.action_complete()
        sheet.action_validate()
        [line] = self._get_table(openpyxl.load_workbook(io.BytesIO(sheet.export_audit_xlsx())), "Lines")
        self.assertEqual((line["Real"], line["Moved since counted"], line["Current"], line["Gap"]), (3, -1, 3, -1))
        self.assertIn("Moved since it was counted: -1.00", self._get_texts(sheet))

    def test_released_transfers(self):
        release = {"sheet_id": self.sheet.id, "picking_id": self.delivery.id, "reason": "Customer is waiting"}
        as_own_write(self.env["stock.inventory.release"]).create(release)
        self._validate()
        [row] = AuditPack(self.sheet)._get_releases_table().rows
        self.assertEqual(row[:3], [self.delivery.name, "Customer is waiting", self.env.user.name])
        self.assertIn(f"{self.delivery.name} Customer is waiting", self._get_texts())

    def test_times_of_the_workbook_are_the_users(self):
        # Before anything is done: an environment keeps the time zone that it asked for first.
        self.manager.tz = "Europe/Brussels"
        self._validate()
        counts = self._get_table(self._get_workbook(), "Counts")
        self.assertEqual({count["Seen on"].hour for count in counts}, {12, 13})

    def test_no_formula_in_the_workbook(self):
        self.sheet.description = "=1+1"
        self._find(self.bolt, self.rack_a1).description = "=cmd()"
        self._validate()
        for worksheet in self._get_workbook():
            types = {cell.data_type for row in worksheet.iter_rows() for cell in row}
            self.assertNotIn("f", types)

    def test_not_while_counting(self):
        for make in (self.sheet.action_audit_pack, self.sheet.export_audit_xlsx, self.sheet._get_audit_pages):
            with self.assertRaisesRegex(UserError, "complete or validate it first"):
                make()
        self.sheet.action_complete(keep_uncounted=True)
        text = self._get_texts()
        self.assertIn("No stock was moved.", text)
        self.assertNotIn("First after validation", text)

    def test_managers_only(self):
        self._validate()
        sheet = self.sheet.with_user(self.counter)
        for make in (sheet.action_audit_pack, sheet.export_audit_xlsx, sheet._get_audit_pages):
            with self.assertRaises(AccessError):
                make()
        url = f"/cognityv_inventory/sheet/{self.sheet.id}/audit.xlsx"
        report = f"/report/html/cognityv_inventory.report_inventory_audit_document/{self.sheet.id}"
        for user, status in ((self.counter, 404), (self.outsider, 404), (self.manager, 200)):
            user.password = user.login
            self.authenticate(user.login, user.login)
            self.assertEqual(self.url_open(url).status_code, status, user.login)
            answer = self.url_open(report)
            self.assertEqual("(01)0950600013" in answer.text, user == self.manager, user.login)

    def test_large_sheets_have_their_lines_in_the_workbook(self):
        self._validate()
        with patch.object(inventory_audit_pack, "ROWS_ON_PAPER", 3):
            text = self._get_texts()
            fingerprint = AuditPack(self.sheet)._get_fingerprint()
        self.assertIn("This sheet is too long for paper", text)
        self.assertNotIn("Pass 1", text)
        for part in ("Cut-off", "Accuracy", "Auditor, name, date", fingerprint):
            self.assertIn(part, text)

    def test_fingerprint_changes_with_the_evidence_only(self):
        self._validate()
        before = AuditPack(self.sheet)._get_fingerprint()
        self.sheet.message_post(body="Seen by the auditor")
        self.assertEqual(AuditPack(self.sheet)._get_fingerprint(), before)
        count = self.sheet.line_ids.count_ids[0]
        self.env.cr.execute("UPDATE stock_inventory_count SET quantity = quantity + 1 WHERE id = %s", (count.id,))
        self.assertNotEqual(AuditPack(self.sheet)._get_fingerprint(), before)

    def test_pages_are_full_with_long_names_but_never_too_full(self):
        """As many pages come out of the printer as were cut: no row ran over the end of one."""
        names = ["W" * 90, "Hexagon bolt M8×40 zinc plated " * 6, "油性インク " * 12, "Nut"]
        for number in range(60):
            product = self._make_product(f"{names[number % 4]} {number}")
            self._put(product, 1, self.rack_a2)
        self.sheet.action_cancel()
        sheet = self._make_sheet()
        self._count_all_as_expected(sheet)
        sheet.line_ids[:20].write({"description": "A box was open, " * 12})
        sheet.action_complete()
        pages = AuditPack(sheet).get_pages()
        content = self._text(self._render(sheet)).split("\f")[:-1]
        self.assertEqual(len(content), len(pages))
        self.assertGreater(len(pages), 3)
        for number, page in enumerate(content, 1):
            self.assertIn(f"Page {number} / {len(pages)}", page)


@tagged("post_install", "-at_install")
class TestPaging(TransactionCase):
    """Tables cut into pages."""

    @settings(max_examples=300, deadline=None)
    @given(BLOCKS)
    def test_no_row_is_lost_and_no_page_is_too_full(self, blocks):
        pages = paginate(blocks, 100)
        rows = [(index, row) for page in pages for index, start, end in page for row in range(start, end)]
        self.assertEqual(
            rows, [(index, row) for index, (_head, heights) in enumerate(blocks) for row in range(len(heights))]
        )
        self.assertEqual({index for page in pages for index, _start, _end in page}, set(range(len(blocks))))
        for page in pages:
            height = sum(blocks[index][0] + sum(blocks[index][1][start:end]) for index, start, end in page)
            is_one_row = len(page) == 1 and page[0][2] - page[0][1] <= 1
            self.assertTrue(height <= 100 or is_one_row, page)

    def test_a_head_is_never_alone_at_the_end_of_a_page(self):
        self.assertEqual(paginate([(10, [70]), (10, [20, 20])], 100), [[(0, 0, 1)], [(1, 0, 2)]])

    def test_text_lines(self):
        self.assertEqual(count_text_lines("", 10), 1)
        self.assertEqual(count_text_lines("ten chars!", 10), 1)
        self.assertEqual(count_text_lines("a" * 21, 10), 3)
        self.assertEqual(count_text_lines("one\ntwo", 10), 2)
        self.assertEqual(count_text_lines("油性インク", 5), 2)
