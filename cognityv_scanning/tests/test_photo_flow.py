import random
import tempfile
from pathlib import Path

from PIL import Image

from odoo.tests import tagged

from .camera_film import photograph
from .phone import PhoneCase, open_phone

SIZE = (3000, 2250)


@tagged("post_install", "-at_install")
class TestPhotoFlow(PhoneCase):
    """Counting with photos, where the browser gives no camera."""

    def _take_photo(self, *records):
        """Labels on a table, as large and as grainy as a phone's camera makes it: a few megabytes."""
        table = Image.frombytes("L", SIZE, random.Random(4).randbytes(SIZE[0] * SIZE[1]))
        photo = Image.blend(table, Image.new("L", SIZE, 200), 0.85)
        contents = self.env["stock.scan.label"]._get_contents(self.env["product.product"].union(*records))
        for number, content in enumerate(contents):
            photo.paste(photograph("roll_57x32", content, dpi=400), (400 + number * 1200, 700))
        path = Path(self.enterContext(tempfile.TemporaryDirectory()), "photo.jpg")
        photo.save(path, "JPEG", quality=95)
        self.assertGreater(path.stat().st_size, 2_000_000)
        return path

    def _log_in_at_place(self, phone):
        phone.log_in(self.ann)
        self._open_place(phone)

    def test_the_label_in_a_photo_is_counted(self):
        photo = self._take_photo(self.bolt)
        with open_phone(self, [self.ann]) as phone:
            self._log_in_at_place(phone)
            phone.choose_file(".o_scan_photo input", photo)
            phone.wait_for_line("Bolt", "1")
            phone.wait_until_sent()
        count = self.env["stock.inventory.count"].search([("company_id", "=", self.company.id)])
        self.assertEqual((count.line_id.product_id, count.quantity), (self.bolt, 1))

    def test_of_two_labels_the_person_says_which(self):
        photo = self._take_photo(self.bolt, self.nut)
        with open_phone(self, [self.ann]) as phone:
            self._log_in_at_place(phone)
            phone.choose_file(".o_scan_photo input", photo)
            phone.wait_for_text("Several codes in the photo")
            phone.wait_for("document.querySelectorAll('.o_scan_photo_code').length === 2", "two codes")
            phone.click(".o_scan_photo_code")
            phone.wait_for("document.querySelectorAll('.o_scan_photo_code').length === 1", "one code")
            phone.click(".o_am_sheet_close")
            phone.wait_until_sent()
        count = self.env["stock.inventory.count"].search([("company_id", "=", self.company.id)])
        self.assertEqual((len(count), count.quantity), (1, 1))

    def test_without_network_it_says_so(self):
        photo = self._take_photo(self.bolt)
        with open_phone(self, [self.ann]) as phone:
            self._log_in_at_place(phone)
            phone.wire.cut()
            phone.choose_file(".o_scan_photo input", photo)
            phone.wait_for_text("A photo is read by the server, and there is no network")
        self.assertFalse(self.env["stock.scan.event"].search([("company_id", "=", self.company.id)]))
