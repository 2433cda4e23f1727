from urllib.parse import urlsplit

from odoo import http
from odoo.http import request

ROUTES = ["/q/<code>", "/Q/<code>", "/01/<path:rest>", "/00/<sscc>", "/414/<path:rest>"]


class ScanLinks(http.Controller):
    """Where the links on labels lead: the phone's ordinary camera opens them."""

    # "public" only to keep the link as it is on the way through the login: Odoo's own redirect of "user" decodes it,
    # and a lot named A/7 or 7#2 would come out as another link.
    @http.route(ROUTES, type="http", auth="public", readonly=True, sitemap=False)
    def follow(self, **_parts):
        """To the record in Odoo; to the app when it is not exactly one; whoever is not logged in logs in first."""
        link = self._get_link()
        if request.env.user._is_public():
            return request.redirect_query("/web/login", {"redirect": link})
        if not request.env.user._is_internal():
            return request.redirect("/odoo")
        url = request.httprequest.host_url.rstrip("/") + link
        return request.redirect(request.env["stock.scan.link"]._get_target(url))

    def _get_link(self):
        """Path and query as they came in, nothing decoded."""
        parts = urlsplit(request.httprequest.environ["REQUEST_URI"])
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
