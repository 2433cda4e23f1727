import base64

from odoo.tests import HttpCase, tagged

from .label_reader import read_text, render_pdf
from .test_scan_link import LinkCommon


@tagged("post_install", "-at_install")
class TestLabelTour(HttpCase, LinkCommon):
    def test_print_labels_from_a_form(self):
        self.start_tour(f"/odoo/product.product/{self.bolt.id}", "cognityv_scanning_label_tour", login="stock_worker")
        wizard = self.env["stock.scan.label.wizard"].search([("create_uid", "=", self.worker.id)])
        pages = render_pdf(base64.b64decode(wizard.file), 203)
        self.assertEqual([read_text(page) for page in pages], [self._link(self.bolt)] * 7)

    def test_the_file_is_its_makers_only(self):
        action = self.bolt.with_user(self.worker).action_print_scan_labels()
        wizard = self.env["stock.scan.label.wizard"].browse(action["res_id"])
        url = wizard.with_user(self.worker).action_print()["params"]["url"]
        self.authenticate("stock_worker", "stock_worker")
        response = self.url_open(url)
        self.assertEqual(response.headers["Content-Disposition"], 'attachment; filename="Labels Bolt.pdf"')
        self.assertTrue(response.content.startswith(b"%PDF"))
        for login in ("outsider", "inventory_manager"):
            self.authenticate(login, login)
            self.assertEqual(self.url_open(url).status_code, 404)
