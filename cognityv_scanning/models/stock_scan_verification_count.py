from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, format_list

from odoo.addons.cognityv_inventory.models.stock_inventory_sheet import CLOSED_STATES, COUNTED_USAGES

from ..tools.quantity_text import number_text
from .scan_batch_verification import VerificationBatch

# So many places are named where an item is besides here.
LISTED_PLACES = 3


class StockScanSession(models.Model):
    """What is counted in a place: the lines of the sheet there, and what was found of each."""

    _inherit = "stock.scan.session"

    def _get_batch(self, inputs, clock):
        return VerificationBatch(self, inputs, clock) if self._is_for_place() else super()._get_batch(inputs, clock)

    def _get_closed_reason(self):
        return super()._get_closed_reason() or self._get_sheet_closed_reason()

    def _get_sheet_closed_reason(self):
        """Why nothing can be counted on the sheet any more; empty while it can."""
        if not self._is_for_place() or self.sheet_id.state == "in_progress":
            return ""
        states = dict(self.sheet_id._fields["state"]._description_selection(self.env))
        return self.env._(
            "Sheet %(sheet)s is %(state)s, so nothing can be counted on it any more; ask an inventory manager to reopen it.",
            sheet=self.sheet_id.name,
            state=states[self.sheet_id.state],
        )

    def _lock(self):
        """Also keep the sheets in their state: see `stock.scan.session._lock`.

        Shared, as people count in several places of a sheet at once; whoever changes its state meanwhile fails to
        serialize, or makes this fail.
        """
        result = super()._lock()
        if sheets := self.sheet_id:
            sheets.flush_recordset(["state"])
            query = SQL("SELECT FROM stock_inventory_sheet WHERE id IN %s ORDER BY id FOR SHARE", tuple(sheets.ids))
            self.env.cr.execute(query)
            sheets.sudo().fetch(sheets._get_fields_for_count())
        return result

    # Places

    def _get_place_domain(self):
        """The places that this session counts: its own and, where the sheet counts them, those in it."""
        operator = "child_of" if self.sheet_id.include_sublocations else "in"
        return Domain("id", operator, self.location_id.ids) & self.sheet_id._get_location_domain()

    def _get_places_query(self):
        return self.env["stock.location"].sudo().with_context(active_test=False)._search(self._get_place_domain())

    def _get_visits(self, user):
        """Where a user was when in this session, as list of (time, place), oldest first."""
        domain = Domain("session_id", "=", self.id) & Domain("user_id", "=", user.id)
        domain &= Domain("outcome", "=", "accepted") & Domain("undone_at", "=", False)
        domain &= Domain("product_id", "=", False) & Domain("location_id", "!=", False)
        events = self.env["stock.scan.event"].sudo().search(domain, order="seen_at, id")
        return [(event.seen_at, event.location_id.sudo(self.env.su)) for event in events]

    # Lines

    def _sync_lines(self):
        """Mirror the lines that the sheet has here, by one INSERT … SELECT, as a place may have thousands of them."""
        result = super()._sync_lines()
        if self._is_for_place():
            self._mirror(
                SQL(
                    "line.sheet_id = %s AND line.location_id IN %s",
                    self.sheet_id.id,
                    self._get_places_query().subselect(),
                )
            )
        return result

    def _mirror(self, condition):
        """
        :param condition: SQL over `line`, which inventory lines to mirror
        """
        self.env.flush_all()
        query = SQL(
            """
            INSERT INTO stock_scan_session_line
                   (session_id, company_id, product_id, lot_id, package_id, location_id, inventory_line_id,
                    create_uid, write_uid, create_date, write_date)
            SELECT %(session)s, %(company)s, product_id, lot_id, package_id, location_id, id,
                   %(user)s, %(user)s, %(now)s, %(now)s
              FROM stock_inventory_sheet_line line
             WHERE %(condition)s
               AND NOT EXISTS (SELECT FROM stock_scan_session_line mine
                                WHERE mine.session_id = %(session)s AND mine.inventory_line_id = line.id)
          ORDER BY location_id, product_id, lot_id, id
       ON CONFLICT DO NOTHING
            """,
            session=self.id,
            company=self.company_id.id,
            user=self.env.uid,
            now=self.env.cr.now(),
            condition=condition,
        )
        self.env.cr.execute(query)
        if self.env.cr.rowcount:
            self.invalidate_recordset(["line_ids"])

    def _get_lines_of(self, inventory_lines):
        """The lines of inventory lines, those that are missing made.

        :return: dict of inventory line → line
        """
        found = self._find_lines_of(inventory_lines)
        if len(found) < len(inventory_lines):
            self._mirror(SQL("line.id IN %s", tuple(inventory_lines.ids)))
            found = self._find_lines_of(inventory_lines)
        return {inventory_line: found[inventory_line.id] for inventory_line in inventory_lines}

    def _find_lines_of(self, inventory_lines):
        domain = [("session_id", "=", self.id), ("inventory_line_id", "in", inventory_lines.ids)]
        # Read without rules: whoever may use the session, which was asked, may see its lines.
        lines = self.env["stock.scan.session.line"].sudo().search_fetch(domain, ["inventory_line_id"])
        return {line.inventory_line_id.id: line.sudo(self.env.su) for line in lines}

    def _get_line_quantities(self, lines):
        if not self._is_for_place():
            return super()._get_line_quantities(lines)
        return {line: line._get_counted_quantities() for line in lines}

    def _is_blind(self):
        return self.sheet_id.hides_current_qty if self._is_for_place() else super()._is_blind()

    # Codes

    def _get_codes(self, lines):
        """Also the places that may be scanned on the way."""
        codes = super()._get_codes(lines)
        if self._is_for_place() and self.sheet_id.include_sublocations:
            for place in self.env["stock.location"].browse(self._get_places_query()):
                if place.barcode:
                    entry = {
                        "location_id": place.id,
                        "place": place.display_name,
                        "product_id": False,
                        "line_id": False,
                    }
                    codes.setdefault(f"text:{place.barcode}", []).append(entry)
        return codes

    # Others who look at the same session

    def _notify_lines(self, lines):
        """Also those who count the same from another session: the aisle, while this one is for a rack in it."""
        result = super()._notify_lines(lines)
        if lines and self.sheet_id.include_sublocations:
            counted = self.env["stock.scan.session.line"].browse(list(lines)).inventory_line_id
            for session, same in self._find_lines_elsewhere(counted).grouped("session_id").items():
                super(StockScanSession, session)._notify_lines(session._get_lines_payload(same.ids))
        return result

    def _find_lines_elsewhere(self, inventory_lines):
        """The lines of other open sessions that mirror the same inventory lines."""
        domain = Domain("inventory_line_id", "in", inventory_lines.ids) & Domain("session_id", "!=", self.id)
        lines = self.env["stock.scan.session.line"].sudo().search(domain & Domain("session_id.state", "=", "open"))
        return lines.sudo(self.env.su)

    def _may_broadcast_lines(self):
        if not self._is_for_place():
            return super()._may_broadcast_lines()
        return not (self.sheet_id.blind or self.sheet_id.counts_apart or self._is_blind_elsewhere())

    def _is_blind_elsewhere(self):
        """Whether somebody counts this place blind on another sheet, and so must not learn what it has from this one."""
        place = self.location_id.sudo()
        domain = Domain("blind", "=", True) & Domain("state", "not in", CLOSED_STATES)
        within = Domain("location_id.parent_path", "=like", f"{place.parent_path}%")
        domain &= Domain("location_id", "in", list(place._get_ids_upwards())) | within
        return bool(self.env["stock.inventory.sheet"].sudo().search_count(domain, limit=1))


class StockScanSessionLine(models.Model):
    _inherit = "stock.scan.session.line"

    def _get_counted_quantities(self):
        """What the sheet has of this line, for this user: where people count apart, what they found themselves."""
        line = self.inventory_line_id
        true_line = line.sudo()
        required = true_line.counted_on_hand if true_line.last_counted_at else true_line.current_qty
        compares = line.sheet_id._compares()
        found = line.own_qty if compares else line.real_qty
        is_counted = line.own_counted if compares else line.is_counted
        values = self._prepare_quantities(self.product_id, required, 0.0, found)
        return {
            **values,
            "scanned": line.own_qty if line.counts_apart else line.real_qty,
            "counted": line.own_counted if line.counts_apart else line.is_counted,
            "status": False
            if self.hides_current_qty
            else self._get_counted_status(values["status"], required, is_counted),
        }

    def _get_counted_status(self, status, required, is_counted):
        """Nothing is missing where nothing is expected."""
        if self.uom_id.compare(required, 0) <= 0 and status == "missing":
            return "match" if is_counted and self.uom_id.is_zero(required) else False
        return status

    # Elsewhere

    def _get_elsewhere(self):
        """Where the system has what was not expected here.

        :return: dict of line → text, of those that are somewhere else, as far as this user may know
        """
        unexpected = self.filtered(
            lambda line: line.status == "extra" and not line.hides_current_qty and line.uom_id.is_zero(line.required)
        )
        if not unexpected:
            return {}
        quants = self.env["stock.quant"].search(unexpected._get_elsewhere_domain(), order="quantity desc, id")
        texts = {line: line._describe_quants(quants.filtered(line._is_elsewhere)) for line in unexpected}
        return {line: text for line, text in texts.items() if text}

    def _get_elsewhere_domain(self):
        domain = Domain("product_id", "in", self.product_id.ids) & Domain("quantity", ">", 0)
        domain &= Domain("location_id.usage", "in", COUNTED_USAGES)
        return domain & Domain("company_id", "in", [*self.company_id.ids, False])

    def _is_elsewhere(self, quant):
        return (
            quant.product_id == self.product_id
            and quant.location_id != self.location_id
            and (not self.lot_id or quant.lot_id == self.lot_id)
        )

    def _describe_quants(self, quants):
        by_place = quants.grouped("location_id")
        if not by_place or self.inventory_line_id.lot_name:
            return ""
        texts = [
            self.env._(
                "%(place)s (%(quantity)s %(unit)s)",
                place=place.display_name,
                quantity=number_text(self.env, self.uom_id.round(sum(here.mapped("quantity")))),
                unit=self.uom_id.name,
            )
            for place, here in list(by_place.items())[:LISTED_PLACES]
        ]
        more = len(by_place) - len(texts)
        return format_list(self.env, texts) + (self.env._(" and %(count)s more places", count=more) if more > 0 else "")
