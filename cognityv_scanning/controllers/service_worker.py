from odoo import http
from odoo.http import request
from odoo.tools import file_open

from odoo.addons.web.controllers import webmanifest

SCOPE = "/scoped_app/asset-manager"


class WebManifest(webmanifest.WebManifest):
    """The app comes back after a reload without network; see `static/offline/kept_page.js`."""

    def _get_service_worker_content(self):
        # In front, so that it hears of a page that is opened before Odoo's own script answers.
        with file_open("cognityv_scanning/static/offline/kept_page.js") as script:
            return script.read() + super()._get_service_worker_content()

    @http.route("/cognityv_scanning/service-worker.js", type="http", auth="public", methods=["GET"], readonly=True)
    def scoped_service_worker(self):
        """The same script for the app on the home screen, whose pages are not below /odoo."""
        headers = [("Content-Type", "text/javascript"), ("Service-Worker-Allowed", SCOPE)]
        return request.make_response(self._get_service_worker_content(), headers)
