import base64
import csv
import io

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestReasons(InventoryCommon):
    """A line of a sheet may say why there is a gap, as a stock correction does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.destroyed = cls.env.ref("cognityv_inventory.correction_reason_part_destroyed")
        cls.reason = cls.env["stock.correction.reason"].create({"name": "Stolen", "code": "STOLEN"})
        cls.sheet = cls._make_sheet(counter_ids=[Command.set(cls.counter.ids)])

    def setUp(self):
        super().setUp()
        self.line = self._line(self.sheet, self.bolt)
        self.line.real_qty = 7

    def _settle(self):
        self._count_all_as_expected(self.sheet)
        self.sheet.action_complete()
        self.sheet.action_validate()

    def _read_csv(self):
        return list(csv.DictReader(io.StringIO(self.sheet.export_csv().decode("utf-8-sig"))))

    def _import(self, rows, user=None):
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        return self.sheet.with_user(user or self.manager).import_counts(base64.b64encode(out.getvalue().encode()))

    def test_the_move_has_the_reason(self):
        self.line.reason_id = self.reason
        self._line(self.sheet, self.nut).real_qty = 3
        self._settle()
        reasons = {move.product_id: move.correction_reason_id for move in self.sheet.move_ids}
        self.assertEqual(reasons, {self.bolt: self.reason, self.nut: self.env["stock.correction.reason"]})

    def test_the_place_of_the_reason(self):
        """What was stolen goes where thefts are booked to, and comes back from there."""
        thefts = self.env["stock.location"].create({"name": "Thefts", "usage": "inventory"})
        self.reason.with_company(self.company).loss_location_id = thefts
        self.line.reason_id = self.reason
        self._line(self.sheet, self.nut).real_qty = 3
        self._settle()
        places = {move.product_id: move.location_dest_id for move in self.sheet.move_ids}
        own = self.nut.with_company(self.company).property_stock_inventory
        self.assertEqual(places, {self.bolt: thefts, self.nut: own})
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)
        self.sheet.action_reverse()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 10)
        self.assertFalse(self._on_hand(self.bolt, thefts))

    def test_until_the_sheet_is_validated(self):
        self._count_all_as_expected(self.sheet)
        self.sheet.action_complete()
        line = self.line.with_user(self.manager)
        line.reason_id = self.destroyed
        with self.assertRaisesRegex(UserError, "settled"):
            line.write({"reason_id": self.reason.id, "description": "Fork lift"})
        self.sheet.action_validate()
        with self.assertRaisesRegex(UserError, f"{self.sheet.name} is settled"):
            line.reason_id = self.reason
        self.assertEqual(line.reason_id, self.destroyed)

    def test_counters_neither_read_nor_write_it(self):
        """It would tell who counts blind that there is a gap."""
        self.line.reason_id = self.reason
        line = self.line.with_user(self.counter)
        for attempt in (
            lambda: line.read(["reason_id"]),
            lambda: line.search([("reason_id", "=", self.reason.id)]),
            lambda: line.write({"reason_id": self.destroyed.id}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertNotIn("reason_id", line.fields_get())
        self.assertNotIn("Correction reason", self.sheet.with_user(self.counter).export_csv().decode("utf-8-sig"))
        line.real_qty = 6
        self.assertEqual((self.line.real_qty, self.line.reason_id), (6, self.reason))

    def test_in_count_files(self):
        rows = self._read_csv()
        bolt = next(row for row in rows if row["Line id"] == str(self.line.id))
        self.assertEqual(bolt["Correction reason"], "")
        bolt |= {"Correction reason": "STOLEN", "Real quantity": "7"}
        nut = next(row for row in rows if row["Product code"] == "NUT")
        nut |= {"Correction reason": "Part destroyed", "Real quantity": "2"}
        new = dict.fromkeys(nut, "") | {
            "Product code": "NUT",
            "Stock location": self.rack_a2.complete_name,
            "Correction reason": "Stolen",
            "Real quantity": "1",
        }
        self.assertEqual(self._import([bolt, nut, new]), {"counted": 1, "unchanged": 1, "added": 1})
        lines = [self.line, self._line(self.sheet, self.nut), self._line(self.sheet, self.nut, self.rack_a2)]
        self.assertEqual([line.reason_id for line in lines], [self.reason, self.destroyed, self.reason])
        row = next(row for row in self._read_csv() if row["Line id"] == str(self.line.id))
        self.assertEqual(row["Correction reason"], "Stolen")

    def test_unknown_reasons_in_count_files(self):
        [row] = [row for row in self._read_csv() if row["Product code"] == "NUT"]
        row |= {"Correction reason": "Aliens", "Real quantity": "2"}
        with self.assertRaisesRegex(UserError, "Row 2: there is no Correction reason “Aliens”"):
            self._import([row])
        self._import([row], self.counter)
        self.assertFalse(self._line(self.sheet, self.nut).reason_id, "who may not give a reason gives none")

    def test_in_the_auditors_pack(self):
        self.line.write({"reason_id": self.reason.id, "description": "Lock broken"})
        self._settle()
        pack = self.sheet.with_user(self.manager)._get_audit_pack()
        [row] = [row for row in pack._iter_lines() if row[0] == self.line.id]
        self.assertIn("Stolen", row)
        self.assertIn("Reason: Stolen · Note: Lock broken", str(list(pack._iter_paper_lines())))
