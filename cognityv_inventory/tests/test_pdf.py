import io
import re
import subprocess
import tempfile

from PIL import Image
from pyzbar.pyzbar import ZBarSymbol, decode

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import InventoryCommon


class PdfCommon(HttpCase, InventoryCommon):
    """Paper made by the real program and read back."""

    report = "cognityv_inventory.report_inventory_sheet"

    def _render(self, sheet):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, kind = report._render_qweb_pdf(self.report, sheet.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))
        return content

    def _text(self, content):
        return subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
        ).stdout.decode()

    def _pages(self, content):
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(content)
            file.flush()
            command = ["pdftoppm", "-r", "150", "-gray", "-png", file.name]
            out = subprocess.run(command, capture_output=True, check=True).stdout
        parts = re.split(rb"(?=\x89PNG\r\n)", out)
        return [Image.open(io.BytesIO(part)) for part in parts if part]


@tagged("post_install", "-at_install")
class TestPdf(PdfCommon):
    """The count sheet on paper."""

    def test_lines_boxes_and_qr_code(self):
        sheet = self._make_sheet()
        content = self._render(sheet)
        text = self._text(content)
        for word in (sheet.name, "BOLT", "Current", "Real", "Page 1 / 1", "10.00", "Counted by"):
            self.assertIn(word, text)
        codes = decode(self._pages(content)[0], symbols=[ZBarSymbol.QRCODE])
        self.assertEqual([code.data.decode() for code in codes], [sheet.name])

    def test_blind_sheet_prints_no_current_quantity(self):
        self._put(self._make_product("Rare", default_code="RARE"), 7341, self.rack_a1)
        sheet = self._make_sheet(blind=True)
        text = self._text(self._render(sheet))
        self.assertIn("RARE", text)
        self.assertNotIn("Current", text)
        self.assertNotRegex(text, "7[,.]?341")
        sheet.line_ids.write({"real_qty": 1})
        sheet.action_complete()
        self.assertNotRegex(self._text(self._render(sheet)), "7[,.]?34[01]")

    def test_every_page_says_what_it_is(self):
        products = self.env["product.product"].create(
            [{"name": f"Part {number:03}", "is_storable": True} for number in range(60)]
        )
        for product in products:
            self._put(product, 1, self.rack_a2)
        sheet = self._make_sheet(product_ids=[Command.set(products.ids)])
        content = self._render(sheet)
        pages = self._text(content).split("\f")[:-1]
        self.assertEqual(len(pages), 3)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"Page {number} / 3", page)
            self.assertIn(sheet.name, page)
        codes = [decode(page, symbols=[ZBarSymbol.QRCODE])[0].data.decode() for page in self._pages(content)]
        self.assertEqual(codes, [sheet.name] * 3)

    def test_pages_are_full_with_long_names_but_never_too_full(self):
        """As many pages come out as were cut, where a pixel is 1/96 inch on paper."""
        name = "Hexagon head screw with partial thread, stainless steel A2, M12 x 120, galvanised and packed by 50"
        products = self.env["product.product"].create(
            [{"name": f"{name} {number:03}", "is_storable": True} for number in range(60)]
        )
        for product in products:
            self._put(product, 1, self.rack_a2)
        sheet = self._make_sheet(product_ids=[Command.set(products.ids)], description="Count every shelf. " * 40)
        sheet.line_ids[0].description = "Behind the gate, below the stairs"
        pages = self._text(self._render(sheet)).split("\f")[:-1]
        self.assertEqual(len(pages), len(sheet._get_report_pages()))
        for number, page in enumerate(pages, 1):
            self.assertIn(f"Page {number} / {len(pages)}", page)
        self.assertEqual("".join(pages).count("Hexagon"), 60)
        self.assertLessEqual(len(pages), 5, "a dozen of these fit on a page, and more where nothing else is said")
        self.assertIn("Counted by", pages[-1])

    def test_several_sheets_in_one_file(self):
        first = self._make_sheet(start=False)
        second = self._make_sheet(start=False, location_id=self.rack_a2.id)
        text = self._text(self._render(first | second))
        self.assertEqual(text.count("Page 1 / 1"), 2)
        self.assertIn(second.name, text)
