import base64
import csv
import io
import re
import zipfile
from unittest.mock import patch

import openpyxl

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..models import count_file_reader
from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestExportImport(InventoryCommon):
    """Count sheets out as XLSX and CSV, and in again: in any language and separator, all rows or none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.lot = cls._make_lot(cls.glue, "L1")
        cls._put(cls.glue, 2.5, cls.rack_a2, lot_id=cls.lot)
        cls.sheet = cls._make_sheet()

    def _read_csv(self, content, delimiter=","):
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))

    def _read_xlsx(self, content):
        rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]

    def _make_csv(self, header, *rows, delimiter=","):
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows([header, *rows])
        return out.getvalue().encode()

    def _import(self, content, sheet=None):
        return (sheet or self.sheet).import_counts(base64.b64encode(content))

    def _problems(self, content):
        with self.assertRaises(UserError) as caught:
            self._import(content)
        return caught.exception.args[0].splitlines()

    def _fill_xlsx(self, quantities, lang="en_US"):
        """The exported workbook with real quantities typed in, by product code and rack."""
        workbook = openpyxl.load_workbook(io.BytesIO(self.sheet.with_context(lang=lang).export_xlsx()))
        page = workbook.active
        labels = self.sheet.with_context(lang=lang)._get_column_labels()
        column = {cell.value: cell.column for cell in page[1]}
        for row in range(2, page.max_row + 1):
            key = tuple(page.cell(row, column[labels[name]]).value for name in ("product_code", "rack"))
            if key in quantities:
                page.cell(row, column[labels["real_qty"]]).value = quantities[key]
        out = io.BytesIO()
        workbook.save(out)
        return out.getvalue()

    def test_columns_of_both_files(self):
        labels = list(self.sheet._get_column_labels().values())
        self.assertEqual(labels[:4], ["Product name", "Product code", "Product category", "Rack"])
        rows = self._read_xlsx(self.sheet.export_xlsx())
        self.assertEqual(list(rows[0]), labels)
        self.assertEqual(list(self._read_csv(self.sheet.export_csv())[0]), labels)
        glue = next(row for row in rows if row["Product code"] == "GLUE")
        self.assertEqual(
            (glue["Tracking number"], glue["Current quantity"], glue["Real quantity"], glue["Rack"]),
            ("L1", 2.5, None, "A2"),
        )
        self.assertEqual(glue["Stock location"], self.rack_a2.complete_name)
        self.assertEqual(glue["Line id"], self._line(self.sheet, self.glue, self.rack_a2).id)

    def test_blind_files_hide_current_quantities(self):
        self.sheet.blind = True
        for row in (self._read_xlsx(self.sheet.export_xlsx())[0], self._read_csv(self.sheet.export_csv())[0]):
            self.assertNotIn("Current quantity", row)

    def test_text_that_looks_like_a_formula_stays_text(self):
        self.bolt.name = '=HYPERLINK("http://x")'
        cells = openpyxl.load_workbook(io.BytesIO(self.sheet.export_xlsx())).active["A"]
        self.assertIn("s", {cell.data_type for cell in cells if str(cell.value).startswith("=HYPER")})

    def test_round_trip_xlsx_twice(self):
        content = self._fill_xlsx({("BOLT", "A1"): 9, ("GLUE", "A2"): 2.25})
        self.assertEqual(self._import(content), {"counted": 2, "unchanged": 0, "added": 0})
        self.assertEqual(self._line(self.sheet, self.bolt).real_qty, 9)
        glue = self._line(self.sheet, self.glue, self.rack_a2)
        self.assertEqual((glue.real_qty, glue.gap_qty, glue.count_ids.source), (2.25, -0.25, "import"))
        self.assertFalse(self._line(self.sheet, self.nut).is_counted, "a row without a quantity changes nothing")
        self.assertEqual(self._import(content), {"counted": 0, "unchanged": 2, "added": 0})
        self.assertEqual(len(glue.count_ids), 1)

    def test_french_file_read_by_an_english_user(self):
        french = self.env.user.copy({"login": "french", "lang": "fr_FR"})
        content = self.sheet.with_user(french).with_context(lang="fr_FR").export_csv()
        header, *rows = content.decode("utf-8-sig").splitlines()
        self.assertIn(";", header)
        self.assertIn("Quantité réelle", header)
        self.assertTrue(any("2,5" in row for row in rows))
        position = header.split(";").index("Quantité réelle")
        table = [row.split(";") for row in rows]
        for row in table:
            row[position] = "1,5" if "GLUE" in row else ""
        content = "\n".join([header, *(";".join(row) for row in table)])
        for encoding in ("utf-8-sig", "cp1252"):
            self._import(content.encode(encoding))
        self.assertEqual(self._line(self.sheet, self.glue, self.rack_a2).real_qty, 1.5)

    def test_french_xlsx(self):
        self._import(self._fill_xlsx({("BOLT", "A1"): 4}, lang="fr_FR"))
        self.assertEqual(self._line(self.sheet, self.bolt).real_qty, 4)

    def test_separators(self):
        line = self._line(self.sheet, self.bolt)
        for number, delimiter in enumerate(",;\t|", 1):
            self._import(self._make_csv(["Line id", "Real quantity"], [line.id, number], delimiter=delimiter))
            self.assertEqual(line.real_qty, number)

    def test_rows_without_an_id(self):
        header = ["Product code", "Stock location", "Tracking number", "Real quantity", "Description"]
        rows = [
            ["BOLT", self.rack_a1.complete_name, "", "8", ""],
            ["GLUE", self.rack_a1.complete_name, "L1", "3", "found behind the shelf"],
            ["GLUE", self.rack_a1.complete_name, "L-NEW", "1", ""],
        ]
        content = self._make_csv(header, *rows)
        self.assertEqual(self._import(content), {"counted": 1, "unchanged": 0, "added": 2})
        self.assertEqual(self._line(self.sheet, self.bolt).real_qty, 8)
        known, new = self._line(self.sheet, self.glue).sorted("id")
        self.assertEqual((known.lot_id, known.description), (self.lot, "found behind the shelf"))
        self.assertEqual((new.lot_name, new.real_qty), ("L-NEW", 1))
        self.assertEqual(self._import(content), {"counted": 0, "unchanged": 3, "added": 0})

    def test_products_that_are_called_otherwise_than_their_template(self):
        """A variant is found by the name that the file has for it, and so is what was archived meanwhile."""
        values = [Command.create({"name": name}) for name in ("Small", "Large")]
        size = self.env["product.attribute"].create({"name": "Size", "value_ids": values})
        line = Command.create({"attribute_id": size.id, "value_ids": [Command.set(size.value_ids.ids)]})
        template = self.env["product.template"].create(
            {"name": "Shirt", "is_storable": True, "attribute_line_ids": [line]}
        )
        small, large = template.product_variant_ids
        lines = self.env["stock.inventory.sheet.line"].create(
            [
                {"sheet_id": self.sheet.id, "product_id": product.id, "location_id": self.rack_a1.id}
                for product in (small, large)
            ]
        )
        (self.bolt | large).active = False
        place = self.rack_a1.complete_name
        rows = [["Shirt (Small)", place, "3"], ["Shirt (Large)", place, "4"], ["Bolt", place, "5"]]
        content = self._make_csv(["Product name", "Stock location", "Real quantity"], *rows)
        self.assertEqual(self._import(content), {"counted": 3, "unchanged": 0, "added": 0})
        self.assertEqual(lines.mapped("real_qty"), [3, 4])
        self.assertEqual(self._line(self.sheet, self.bolt).real_qty, 5)

    def test_part_by_part(self):
        """A file is read and counted as a whole, however many parts are made of it."""
        header = ["Line id", "Product code", "Stock location", "Tracking number", "Real quantity", "Description"]
        place = self.rack_a1.complete_name
        rows = [
            [self._line(self.sheet, self.bolt).id, "", "", "", 8, "seen"],
            ["", "NUT", place, "", 3, "seen"],
            ["", "GLUE", place, "N1", 1, ""],
            ["", "GLUE", place, "N2", 2, "new"],
        ]
        bad = [*rows, ["", "NUT", place, "", 4, ""], ["", "GLUE", place, "N1", 4, ""]]
        with patch.object(count_file_reader, "PART", 1):
            problems = self._problems(self._make_csv(header, *bad))
            self.assertEqual([problem.split(":")[0] for problem in problems], ["Row 6", "Row 7"])
            self.assertIn("row 3", problems[0])
            self.assertIn("row 4", problems[1])
            self.assertFalse(self.sheet.line_ids.count_ids)
            content = self._make_csv(header, *rows)
            self.assertEqual(self._import(content), {"counted": 2, "unchanged": 0, "added": 2})
            self.assertEqual(self._import(content), {"counted": 0, "unchanged": 4, "added": 0})
        counted = self.sheet.line_ids.filtered("is_counted").sorted("id")
        self.assertEqual(counted.mapped("real_qty"), [8, 3, 1, 2])
        self.assertEqual(counted.mapped("description"), ["seen", "seen", False, "new"])

    def test_an_id_that_no_line_can_have(self):
        [problem] = self._problems(self._make_csv(["Line id", "Real quantity"], ["9" * 30, 1]))
        self.assertIn("is not on sheet", problem)

    def test_progress_goes_from_nothing_to_all(self):
        """The rows are read, and then counted or added; what is unchanged needs no more work."""
        bolt, nut = self._line(self.sheet, self.bolt), self._line(self.sheet, self.nut)
        bolt.real_qty = 10
        header = ["Line id", "Product code", "Stock location", "Tracking number", "Real quantity"]
        rows = [[bolt.id, "", "", "", 10], [nut.id, "", "", "", 4], ["", "GLUE", self.rack_a1.complete_name, "N1", 1]]
        reports = []
        with (
            patch.object(count_file_reader, "PART", 1),
            patch.object(self.env.registry["stock.inventory.job"], "_report", lambda _job, *said: reports.append(said)),
        ):
            self._import(self._make_csv(header, *rows))
        self.assertEqual(reports, [(0, 6), (1, 6), (2, 6), (3, 5), (4, 5)])

    def test_every_bad_row_is_named_and_nothing_changes(self):
        bolt, nut = self._line(self.sheet, self.bolt), self._line(self.sheet, self.nut)
        glue_id = self._line(self.sheet, self.glue, self.rack_a2).id
        header = ["Line id", "Product code", "Stock location", "Tracking number", "Real quantity"]
        rows = [
            [bolt.id, "BOLT", "", "", "5"],
            [nut.id, "NUT", "", "", "four"],
            [nut.id, "BOLT", "", "", "4"],
            [99999999, "", "", "", "1"],
            ["", "NOPE", "", "", "1"],
            ["", "GLUE", "", "", "1"],
            ["", "NUT", "Atlantis", "", "1"],
            [glue_id, "GLUE", "", "L2", "1"],
            [nut.id, "NUT", "", "", "-1"],
            [bolt.id, "BOLT", "", "", "6"],
            ["", "NUT", "", "", "1,234"],
        ]
        problems = self._problems(self._make_csv(header, *rows))
        expected = [
            "Row 3: .*“four” is not a number",
            "Row 4: .*NUT.*but the row says BOLT",
            "Row 5: line id 99999999 is not on sheet",
            "Row 6: there is no product.*NOPE",
            "Row 7: .*managed by tracking number",
            "Row 8: there is no Stock location “Atlantis”",
            "Row 9: .*but the row says L2",
            "Row 10: type zero or more",
            "Row 11: .*same line as row 2",
            "Row 12: .*two ways",
        ]
        self.assertEqual(len(problems), len(expected), problems)
        for problem, pattern in zip(problems, expected, strict=True):
            self.assertRegex(problem, pattern)
        self.assertFalse(self.sheet.line_ids.count_ids)

    def test_files_that_are_none(self):
        cases = {
            b"\x00\x01\x02": "neither an XLSX nor a CSV",
            b"PK\x03\x04rubbish": "neither an XLSX nor a CSV",
            b"": "empty",
            b"a,b\n1,2\n": "columns Real quantity and Line id",
        }
        for content, sentence in cases.items():
            with self.subTest(content=content):
                self.assertRegex(self._problems(content)[0], sentence)

    def test_the_same_new_line_twice_is_named(self):
        header = ["Product code", "Stock location", "Tracking number", "Real quantity"]
        row = ["GLUE", self.rack_a1.complete_name, "L-NEW", "1"]
        self.assertRegex(self._problems(self._make_csv(header, row, row))[0], "Row 3: .*same line as row 2")

    def test_a_name_of_several_is_not_guessed(self):
        owners = self.env["res.partner"].create([{"name": "Twin"}, {"name": "Twin"}])
        content = self._make_csv(["Product code", "Owner", "Real quantity"], ["BOLT", "Twin", "1"])
        self.assertRegex(self._problems(content)[0], "Row 2: “Twin” is the name of several")
        owners[1].active = False
        self.assertEqual(self._import(content)["added"], 1)

    def test_numbers_are_read_as_the_language_of_the_header_writes_them(self):
        glue = self._line(self.sheet, self.glue, self.rack_a2)
        self._import(
            self._make_csv(["ID de ligne", "Quantité réelle"], [glue.id, "1,234"], delimiter=";").replace(
                b"1,234", b"1,25"
            )
        )
        self.assertEqual(glue.real_qty, 1.25)
        problems = self._problems(self._make_csv(["ID de ligne", "Quantité réelle"], [glue.id, "1.234"], delimiter=";"))
        self.assertRegex(problems[0], "two ways")

    def test_a_row_that_was_sorted_in_part_is_named(self):
        line = self._line(self.sheet, self.bolt)
        header = ["Line id", "Stock location", "Real quantity"]
        problems = self._problems(self._make_csv(header, [line.id, self.rack_a2.complete_name, 1]))
        self.assertRegex(problems[0], "Row 2: .*but the row says")

    def test_a_column_twice_is_named(self):
        problems = self._problems(self._make_csv(["Line id", "Real quantity", "Real quantity"], [1, 2, 3]))
        self.assertRegex(problems[0], "twice")

    def test_what_is_not_base64_is_no_file(self):
        with self.assertRaisesRegex(UserError, "neither an XLSX nor a CSV"):
            self.sheet.import_counts("x")

    def test_odd_files(self):
        line = self._line(self.sheet, self.bolt)
        text = f"Line id;Real quantity\n{line.id};%s\n"
        for number, content in enumerate(
            [
                ("sep=;\r\n" + text % 1).encode(),
                (text % 2).replace("\n", "\r").encode(),
                (text % 3).encode("utf-16"),
                ("\n\n" + text % 4).encode(),
            ],
            1,
        ):
            with self.subTest(content=content):
                self._import(content)
                self.assertEqual(line.real_qty, number)

    def test_a_broken_workbook_is_said(self):
        source = zipfile.ZipFile(io.BytesIO(self.sheet.export_xlsx()))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                target.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
        self.assertRegex(self._problems(out.getvalue())[0], "neither an XLSX nor a CSV")

    def test_a_workbook_that_lies_about_its_size(self):
        source = zipfile.ZipFile(io.BytesIO(self._fill_xlsx({("BOLT", "A1"): 2})))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            for name in source.namelist():
                content = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', source.read(name))
                target.writestr(name, content)
        self.assertEqual(self._import(out.getvalue())["counted"], 1)

    def test_wizard_shows_the_problems_and_stays_open(self):
        content = self._make_csv(["Line id", "Real quantity"], ["7x", "1"], ["8x", "1"])
        wizard = self.env["stock.inventory.import"].create(
            {"sheet_id": self.sheet.id, "file": base64.b64encode(content)}
        )
        action = wizard.action_import()
        self.assertEqual((action["res_id"], wizard.problem_count), (wizard.id, 2))
        self.assertIn("Row 3", wizard.problems)
        wizard.file = base64.b64encode(self._make_csv(["Line id", "Real quantity"], [self.sheet.line_ids[0].id, "1"]))
        self.assertIn("Lines counted: 1", wizard.action_import()["params"]["message"])

    def test_only_while_counting(self):
        self.sheet.action_cancel()
        with self.assertRaisesRegex(UserError, "not in progress"):
            self._import(self._make_csv(["Line id", "Real quantity"], [1, 1]))


@tagged("post_install", "-at_install")
class TestDownload(HttpCase, InventoryCommon):
    def test_download(self):
        sheet = self._make_sheet(counter_ids=[Command.set(self.counter.ids)])
        for user, status in ((self.counter, 200), (self.outsider, 404)):
            self.authenticate(user.login, user.login)
            for extension, start in (("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
                with self.subTest(user=user.login, extension=extension):
                    answer = self.url_open(f"/cognityv_inventory/sheet/{sheet.id}/{extension}")
                    self.assertEqual(answer.status_code, status)
                    self.assertEqual(answer.content.startswith(start), status == 200)
        sheet.export_format = "csv"
        self.assertEqual(sheet.action_export()["url"], f"/cognityv_inventory/sheet/{sheet.id}/csv")
