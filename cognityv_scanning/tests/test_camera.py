import tempfile
from datetime import timedelta
from pathlib import Path

from odoo.tests import tagged

from .camera_film import FLAGS, get_camera_flags, make_film, photograph
from .phone import PhoneCase, open_phone


@tagged("post_install", "-at_install")
class TestCamera(PhoneCase):
    """Counting with the phone's camera, which sees printed labels of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bolt.barcode = "9501101530003"

    def _open_camera(self, phone):
        phone.log_in(self.ann)
        self._open_place(phone)
        phone.click(".o_am_camera_toggle")

    def _make_film(self):
        """A label with a link that carries a GTIN, then one with a short code, with nothing in view in between."""
        bolt, nut = self.env["stock.scan.label"]._get_contents(self.bolt | self.nut)
        folder = self.enterContext(tempfile.TemporaryDirectory())
        film = Path(folder, "labels.y4m")
        scenes = [(photograph("roll_57x32", bolt), 3), (None, 2), (photograph("a4_65", nut), 3), (None, 2)]
        make_film(film, scenes)
        return film

    def _get_scanned(self):
        events = self.env["stock.scan.event"].search([("company_id", "=", self.company.id)], order="id")
        self.assertEqual(set(events.mapped("outcome")), {"accepted"})
        self.assertEqual(sum(events.mapped("count_id.quantity")), len(events))
        return [(event.product_id.name, event.seen_at) for event in events]

    def test_each_label_counts_once_while_it_is_in_view(self):
        with open_phone(self, [self.ann], get_camera_flags(self._make_film())) as phone:
            self._open_camera(phone)
            # The film runs in circles: each label comes again, and by then has been away.
            phone.wait_for_line("Nut", "2")
            phone.click(".o_am_camera_toggle")
            phone.wait_until_sent()
            self.assertFalse(phone.run("return document.querySelector('video')"))
        last_seen = {}
        for label, seen_at in self._get_scanned():
            # It is in view for three seconds, and away for seven.
            if label in last_seen:
                self.assertGreater(seen_at, last_seen[label] + timedelta(seconds=3), f"{label} counted twice in view")
            last_seen[label] = seen_at

    def test_without_a_camera_it_says_what_to_do(self):
        with open_phone(self, [self.ann]) as phone:
            self._open_camera(phone)
            phone.wait_for_text("No camera found", ".o_scan_camera_problem")
            phone.wait_for_text("use a hand scanner, or type the code", ".o_scan_camera_problem")

    def test_a_camera_that_is_not_allowed_says_what_to_do(self):
        # Nobody answers the browser's question: without a window, it says no.
        with open_phone(self, [self.ann], FLAGS[1:]) as phone:
            self._open_camera(phone)
            phone.wait_for_text("The camera is not allowed", ".o_scan_camera_problem")
