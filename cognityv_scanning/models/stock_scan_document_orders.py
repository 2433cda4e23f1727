from markupsafe import Markup

from odoo import models
from odoo.fields import Domain

# So many lots and packages a phone keeps to go on without network; of others, it keeps what it reads for the server.
MAX_KEPT = 5000


class StockScanDocumentMixin(models.AbstractModel):
    """What sale orders and production runs have in common."""

    _inherit = "stock.scan.document.mixin"

    def _get_scan_places(self):
        """Where scanned items are taken from."""
        return self.env["stock.location"]

    def _get_scan_lots(self, products):
        return self._get_scan_quants(products, "lot_id").lot_id

    def _get_scan_packages(self, products):
        return self._get_scan_quants(products, "package_id").package_id

    def _get_scan_quants(self, products, field):
        """What there is of `products`, with a lot or a package, where it is taken from; what came first comes first."""
        domain = Domain("product_id", "in", products.ids) & Domain(field, "!=", False) & Domain("quantity", ">", 0)
        domain &= Domain("location_id", "child_of", self._get_scan_places().ids)
        return self.env["stock.quant"].search(domain, order="in_date, id", limit=MAX_KEPT)

    def _get_scan_session(self):
        """The open session of this document; there is one at most."""
        field = {"sale.order": "sale_id", "mrp.production": "production_id"}[self._name]
        return self.env["stock.scan.session"].sudo().search([(field, "=", self.id), ("state", "=", "open")], limit=1)

    def _post_scan_log(self, sentence, others=()):
        """Say on this document, and on others that it changed, who logged what by scanning, once for each submit.

        :param sentence: what was done
        :param others: records with a discussion
        """
        body = self._get_scan_log(sentence)
        for record in (self, *others):
            record.message_post(body=body)

    def _get_scan_log(self, sentence):
        session = self._get_scan_session()
        parts = [self.env._("Logged by scanning: %(what)s", what=sentence)]
        if session:
            link = session._get_html_link(title=self.env._("scan session"))
            people = session.event_ids.user_id.mapped("name")
            parts.append(self.env._("Scanned by %(people)s (%(session)s).", people=", ".join(people), session=link))
        parts += [self.env._("Note: %(note)s", note=note) for note in self._get_scan_notes(session)]
        return Markup("<br/>").join(parts)

    def _get_scan_notes(self, session):
        """What people have noted on the whole, and on single items."""
        noted = session.line_ids.filtered("note")
        items = [f"{line.product_id.display_name}: {line.note}" for line in noted]
        return [session.note, *items] if session.note else items
