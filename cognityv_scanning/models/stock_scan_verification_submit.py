from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.cognityv_inventory.models.stock_inventory_sheet_passes import WAITING


class StockScanSession(models.Model):
    """Handing in what was counted in a place: the sheet is completed, and validated, as far as that is possible."""

    _inherit = "stock.scan.session"

    makes_sheet = fields.Boolean(
        "Made its sheet",
        readonly=True,
        copy=False,
        help="The sheet was made for this session, and is cancelled with it.",
    )

    # What differs

    def _get_differing_lines(self):
        if not self._is_for_place():
            return super()._get_differing_lines()
        missed = self._get_missed_lines()
        return self.line_ids.filtered(
            lambda line: line.status in ("missing", "partial", "extra") or line.inventory_line_id in missed
        )

    def _get_inventory_line_domain(self):
        return Domain("sheet_id", "=", self.sheet_id.id) & Domain("location_id", "in", self._get_places_query())

    def _get_uncounted_lines(self):
        """The inventory lines here that wait for this user's count and have none."""
        domain = self._get_inventory_line_domain() & Domain("count_status", "in", ("to_count", *WAITING))
        lines = self.env["stock.inventory.sheet.line"].search(domain)
        passes = lines._get_passes()
        return lines.filtered(lambda line: self._may_count_now(line, passes[line.id]))

    def _get_missed_lines(self):
        """The uncounted lines that are asked about: where nothing is expected, and nobody has found anything, there is
        nothing to be missed. Who counts blind is asked about all, and so does not learn what is expected."""
        return self._get_uncounted_lines().filtered(
            lambda line: (
                line.hides_current_qty or line.count_status in WAITING or not line.uom_id.is_zero(line.current_qty)
            )
        )

    def _may_count_now(self, line, passes):
        try:
            return line._assign_pass({}, passes) != passes.last_of(self.env.user)
        except UserError:
            return False

    def _get_choices(self):
        if not self._is_for_place() or not (missed := self._get_missed_lines()):
            return super()._get_choices()
        options = [
            {
                "value": "zero",
                "label": self.env._("They are not there"),
                "help": self.env._("Each of them is counted as zero."),
            },
            {
                "value": "keep",
                "label": self.env._("Leave them as they are"),
                "help": self.env._("They stay not counted, and their stock does not change."),
            },
        ]
        question = self.env._("Items that were not scanned: %(count)s. What of them?", count=len(missed))
        # Nobody empties half a shelf by one tap: it has to be said.
        return [{"name": "missing", "question": question, "options": options, "default": False}]

    def _get_summary(self, differing):
        """Who counts blind is told what they have not scanned; whether the rest differs is not for them to know."""
        if not self._is_blind():
            return super()._get_summary(differing)
        count = len(self.line_ids)
        if not differing:
            return self.env._("Everything was scanned: %(count)s items.", count=count)
        return self.env._("%(missed)s of %(count)s items were not scanned.", missed=len(differing), count=count)

    def _get_warnings(self, problems):
        warnings = super()._get_warnings(problems)
        if not self._is_for_place():
            return warnings
        if others := self._get_others_counting():
            warnings.append(
                self.env._(
                    "Other people count on this sheet, too: %(names)s.", names=", ".join(others.sudo().mapped("name"))
                )
            )
        if count := self._count_left_elsewhere():
            warnings.append(self.env._("Lines of this sheet to be counted in other places: %(count)s.", count=count))
        elif self.sheet_id._is_manager():
            warnings.append(
                self.env._("Stock becomes what was found, as far as tolerance and your approval limit allow.")
            )
        return warnings

    def _get_others_counting(self):
        domain = Domain("session_id.sheet_id", "=", self.sheet_id.id) & Domain("session_id.state", "=", "open")
        domain &= Domain("user_id", "!=", self.env.uid) & Domain("outcome", "=", "accepted")
        groups = self.env["stock.scan.event"].sudo()._read_group(domain, ["user_id"])
        return self.env["res.users"].union(*(user for [user] in groups))

    def _count_left_elsewhere(self):
        """How many lines of the sheet in other places nobody has counted."""
        domain = Domain("sheet_id", "=", self.sheet_id.id) & Domain("count_status", "=", "to_count")
        domain &= Domain("location_id", "not in", self._get_places_query())
        return self.env["stock.inventory.sheet.line"].search_count(domain)

    # Submit

    def _submit(self, choices):
        """Settle what was not scanned, complete the sheet if nothing else of it is left, and validate it if this
        person may.

        :raises UserError: when it has to be said first what becomes of what was not scanned
        """
        if not self._is_for_place():
            return super()._submit(choices)
        missed = self._get_missed_lines()
        if missed and "missing" not in choices:
            message = self.env._(
                "Items in %(place)s were not scanned: %(count)s. Say whether they are not there or stay as they are.",
                place=self.location_id.display_name,
                count=len(missed),
            )
            raise UserError(message)
        if choices.get("missing") == "zero":
            # Also what was not to be expected there.
            uncounted = self._get_uncounted_lines()
            uncounted._set_real_quantities([(line, 0.0) for line in uncounted], source="scan")
        return self._complete_sheet()

    def _complete_sheet(self):
        """
        :return: a sentence that says how far the sheet is now
        """
        sheet = self.sheet_id
        if count := self._count_left_elsewhere():
            return self.env._(
                "What you found in %(place)s is on sheet %(sheet)s. Lines to be counted in other places: %(count)s.",
                place=self.location_id.display_name,
                sheet=sheet.name,
                count=count,
            )
        sheet._ask_for_recounts()
        if count := self.env["stock.inventory.sheet.line"].search_count(sheet._get_recount_domain()):
            return self.env._(
                "What you found is on sheet %(sheet)s. Lines that wait for somebody else's count: %(count)s.",
                sheet=sheet.name,
                count=count,
            )
        sheet.action_complete(keep_uncounted=True)
        return self._validate_sheet()

    def _validate_sheet(self):
        sheet = self.sheet_id
        if not sheet._is_manager():
            return self.env._("Sheet %(sheet)s is completed; an inventory manager validates it.", sheet=sheet.name)
        try:
            with self.env.cr.savepoint():
                sheet.action_validate()
        except UserError as error:
            return self.env._(
                "Sheet %(sheet)s is completed, but not validated: %(reason)s", sheet=sheet.name, reason=error.args[0]
            )
        return self.env._("Sheet %(sheet)s is validated: stock is what was found.", sheet=sheet.name)

    # Cancel

    def _cancel(self):
        """Withdraw what was counted here, and give the places free again of a sheet that was made for this session.

        :raises UserError: when others have counted here as well, for anyone but an inventory manager
        """
        super()._cancel()
        if not self._is_for_place() or self.sheet_id.state != "in_progress":
            return
        domain = [("session_id", "=", self.id), ("outcome", "=", "accepted"), ("undone_at", "=", False)]
        events = self.env["stock.scan.event"].sudo().search(domain)
        is_manager = self.sheet_id._is_manager()
        if not is_manager and (others := events.user_id - self.env.user):
            message = self.env._(
                "%(users)s counted here as well, so only an inventory manager can cancel this.",
                users=", ".join(others.mapped("name")),
            )
            raise UserError(message)
        self._withdraw_counts(events)
        if self.makes_sheet and is_manager:
            self.sheet_id.action_cancel()

    def _withdraw_counts(self, events):
        """Take back the counts of accepted events.

        :raises UserError: naming a line whose count this user may not withdraw any more
        """
        counts = events.count_id
        lines = counts.line_id.sudo(self.env.su)
        self.sheet_id._check_counting()
        lines._lock_for_count()
        if stays := counts - lines._get_withdrawable_counts():
            message = self.env._(
                "The count of %(line)s by %(user)s stays; ask an inventory manager to withdraw it.",
                line=stays[0].line_id._get_description(),
                user=stays[0].user_id.name,
            )
            raise UserError(message)
        counts._withdraw()
        events._set_undone()

    # Home

    def _get_progress(self):
        if not self._is_for_place():
            return super()._get_progress()
        lines = self.env["stock.inventory.sheet.line"]
        domain = self._get_inventory_line_domain()
        return self.env._(
            "%(done)s of %(count)s items",
            done=lines.search_count(domain & self._get_counted_domain()),
            count=lines.search_count(domain),
        )

    def _get_counted_domain(self):
        """The inventory lines that are counted, as far as this user may know."""
        if self.sheet_id._compares():
            mine = Domain("user_id", "=", self.env.uid) & Domain("superseded", "=", False)
            return Domain("count_ids", "any", mine)
        return Domain("is_counted", "=", True)
