import re

from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

# What static/offline/kept_page.js uses of Odoo's own script.
NAMES_OF_ODOO = (
    "let sessionInfo",
    "const homepageURL",
    "const extractSessionInfo",
    "const storeDataOnCache",
    "const navigateOrDisplayOfflinePage",
)


@tagged("post_install", "-at_install")
class TestServiceWorker(HttpCase):
    """The script that brings the app back without network is delivered, and fits Odoo's own."""

    def _get_script(self, path):
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "text/javascript")
        return response

    def test_ours_comes_before_odoos(self):
        with file_open("cognityv_scanning/static/offline/kept_page.js") as ours:
            self.assertTrue(self._get_script("/web/service-worker.js").text.startswith(ours.read()))

    def test_odoos_script_has_what_ours_uses(self):
        with file_open("web/static/src/service_worker.js") as script:
            odoos = script.read()
        for name in NAMES_OF_ODOO:
            with self.subTest(name=name):
                self.assertRegex(odoos, rf"(?m)^{re.escape(name)}\b")
        self.assertIn("@@@session_info_secret@@@", odoos, "what Odoo keeps on the disk instead of the session info")

    def test_app_on_the_home_screen_has_its_own(self):
        response = self._get_script("/cognityv_scanning/service-worker.js")
        self.assertEqual(response.headers["Service-Worker-Allowed"], "/scoped_app/asset-manager")
        self.assertIn("navigateOrDisplayOfflinePage = async", response.text)

    def test_it_is_in_no_bundle(self):
        files = self.env["ir.asset"]._get_asset_paths(bundle="web.assets_web", assets_params={})
        ours = [path for path, *_rest in files if path.endswith("offline/kept_page.js")]
        self.assertEqual(ours, ["/cognityv_scanning/static/src/offline/kept_page.js"])
