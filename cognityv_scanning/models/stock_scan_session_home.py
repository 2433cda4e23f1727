from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.rpc_value import printable

# So many of each are shown on the first screen.
SHOWN_AT_HOME = 20
MAX_FOUND = 80


class StockScanSession(models.Model):
    """The first screen: what may be done, what was begun, and what can be opened."""

    _inherit = "stock.scan.session"

    @api.model
    def get_home(self):
        """
        :return: dict of `kinds` that this user may scan, `open` (what they have begun) and `to_count` (sheets that wait
            for them, and that they have not begun)
        """
        sessions = self.search(self._get_own_open_domain(), limit=SHOWN_AT_HOME)
        return {
            "kinds": self._get_allowed_kinds(),
            "open": [session._prepare_home_entry() for session in sessions],
            "to_count": self._get_sheets_to_count(sessions),
        }

    @api.model
    def _get_own_open_domain(self):
        """Open sessions that this user has scanned for; what was only looked at need not be gone on with."""
        own = Domain("event_ids.user_id", "=", self.env.uid)
        # A sheet that was completed on its form leaves its sessions behind.
        counting = self.env["stock.inventory.sheet"].sudo()._search([("state", "=", "in_progress")])
        going_on = Domain("sheet_id", "=", False) | Domain("sheet_id", "in", counting)
        return Domain("state", "=", "open") & own & going_on

    def _prepare_home_entry(self):
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self._get_title(),
            "subtitle": self._get_subtitle(),
            "progress": self._get_progress(),
        }

    def _get_progress(self):
        """How far a session is, in words."""
        lines = self.line_ids
        done = lines.filtered(lambda line: line.status in ("match", "extra"))
        return self.env._("%(done)s of %(count)s items", done=len(done), count=len(lines))

    @api.model
    def _get_sheets_to_count(self, begun):
        """The sheets that wait for this user, those in progress first.

        :param begun: sessions; a sheet whose own place is gone on with in one of them is left out
        """
        if not self._may_use_kind("verification"):
            return []
        sheets = self.env["stock.inventory.sheet"].search(
            self._get_to_count_domain(), order="state, planned_start, id", limit=SHOWN_AT_HOME
        )
        begun_places = {(session.sheet_id, session.location_id) for session in begun}
        states = dict(sheets._fields["state"]._description_selection(self.env))
        return [
            {
                "sheet_id": sheet.id,
                "location_id": sheet.location_id.id,
                "title": sheet.location_id.display_name,
                "subtitle": sheet.name,
                "state": states[sheet.state],
            }
            for sheet in sheets
            if (sheet, sheet.location_id) not in begun_places
        ]

    @api.model
    def _get_to_count_domain(self):
        """Sheets that name this user; those that name nobody are for all who see them, managers that is."""
        mine = Domain("counter_ids", "in", self.env.uid) | Domain("counter_ids", "=", False)
        return Domain("state", "in", ("in_progress", "planned")) & mine

    @api.model
    def search_documents(self, kind, text, limit=20):
        """Find what to open.

        :param str kind: "sale", "production" or "verification"
        :param str text: what the person typed; empty for what is most at hand
        :return: list of dicts `res_id` (for `open_for`), `title`, `subtitle`, `detail`, `scheduled`
        :raises UserError: when this person may not use that kind, or what was typed is no text
        """
        self._check_kind(kind)
        if type(limit) is not int:
            raise UserError(self.env._("“%(value)s” is no number of results; give one.", value=printable(limit)))
        limit = min(max(limit, 1), MAX_FOUND)
        return getattr(self, f"_search_{kind}_documents")(self._read_text(text), limit)

    @api.model
    def _search_sale_documents(self, text, limit):
        return []

    @api.model
    def _search_production_documents(self, text, limit):
        return []

    @api.model
    def _search_verification_documents(self, text, limit):
        """Places that can be counted: those of the warehouses before what is on its way or at a subcontractor."""
        order = "usage, warehouse_id, complete_name, id"
        places = self.env["stock.location"].search(self._get_place_search_domain(text), order=order, limit=limit)
        return [self._prepare_found_place(place) for place in places]

    @api.model
    def _get_place_search_domain(self, text):
        domain = Domain("usage", "in", ("internal", "transit"))
        domain &= Domain("company_id", "in", [*self.env.companies.ids, False])
        if text:
            domain &= Domain("complete_name", "ilike", text) | Domain("barcode", "=", text)
        return domain

    @api.model
    def _prepare_found_place(self, place):
        return {
            "res_id": place.id,
            "title": place.display_name,
            "subtitle": place.counting_note or "",
            "detail": place.barcode or "",
            "scheduled": False,
        }
