from odoo import models
from odoo.fields import Domain

from .stock_scan_event import PROBLEMS


class StockScanSession(models.Model):
    """What the app shows of a session, and keeps to go on without network."""

    _inherit = "stock.scan.session"

    # The payload

    def get_payload(self):
        """All that the app needs to show this session and to go on without network.

        :return: dict of `id`, `kind`, `state`, `title`, `subtitle`, `note`, `blind`, `can_submit`, `user_name`,
            `location_id`, `lines`, `codes` (key of a code → list of what it stands for here), `problems` (scans that wait
            to be put right) and `outcome`
        """
        self.ensure_one()
        self.check_access("read")
        if self.state == "open":
            self._sync_lines()
        lines = self.line_ids
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "title": self._get_title(),
            "subtitle": self._get_subtitle(),
            "note": self.note or "",
            "blind": self._is_blind(),
            "can_submit": self._can_submit(),
            "user_name": self.user_id.sudo().name,
            "location_id": self.location_id.id,
            "lines": lines._get_payloads(),
            "codes": self._get_codes(lines) if self.state == "open" else {},
            "problems": self._get_problems()._get_payloads(),
            "outcome": self.outcome,
        }

    def _get_version(self):
        """A number that grows with every scan: what was heard of a line with a smaller one is older."""
        return (
            self.env["stock.scan.event"].sudo().search([("session_id", "=", self.id)], order="id desc", limit=1).id or 0
        )

    def _can_submit(self):
        return self.state == "open"

    def _get_problems(self):
        """The scans that wait for somebody to put them right, oldest first, as far as this user may see them."""
        domain = Domain("session_id", "=", self.id) & Domain("outcome", "in", PROBLEMS)
        domain &= Domain("undone_at", "=", False) & Domain("settled_by_id", "=", False)
        # That something cannot be taken back is said once; there is nothing to put right.
        domain &= Domain("undo_uuid", "=", False)
        return self.env["stock.scan.event"].search(domain, order="id")

    # Codes

    def _get_codes(self, lines):
        """What every code that may be scanned here stands for, each with the line it belongs to."""
        products = lines.product_id
        lots = lines.lot_id | self._get_scannable_lots(products)
        packages = lines.package_id | self._get_scannable_packages(products)
        resolver = self.env["stock.scan.resolver"]
        codes = resolver._get_code_keys(products, lots, packages)
        lines_by_item = self._get_lines_by_item(lines)
        return {key: self._add_lines(entries, lines_by_item) for key, entries in codes.items()}

    def _get_lines_by_item(self, lines):
        """The lines that a product, a lot or a package on its own may mean: key → list of ids."""
        by_item = {}
        for line in lines:
            for item in {(line.product_id.id, False), (line.product_id.id, line.lot_id.id)}:
                by_item.setdefault(item, []).append(line.id)
        return by_item

    def _add_lines(self, entries, lines_by_item):
        """Each entry with the line it means, where it can mean one only."""
        result = []
        for entry in entries:
            product_id, lot_id = entry.get("product_id"), entry.get("lot_id")
            ids = lines_by_item.get((product_id, lot_id)) or lines_by_item.get((product_id, False), [])
            result.append({**entry, "line_id": ids[0] if len(ids) == 1 else False})
        return result
