from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_list, plaintext2html

from ..tools.own_write import as_own_write, is_own_write
from ..tools.passes import CountRow, LinePasses, sum_by_person, sum_counts
from .stock_inventory_sheet import MANAGER_GROUP
from .stock_inventory_sheet_complete import LISTED
from .stock_inventory_sheet_tolerance import TOLERANCES

COUNT_METHODS = [
    ("single", "Once"),
    ("split", "By several people, added up"),
    ("compare", "Twice, by different people"),
]
COUNT_STATUSES = [
    ("to_count", "To count"),
    ("to_confirm", "Second pass"),
    ("to_recount", "To recount"),
    ("counted", "Counted"),
    ("accepted", "Accepted"),
]
# Counted, but no quantity is accepted yet.
WAITING = ("to_confirm", "to_recount")
# The passes that a comparison begins with; a recount is a pass after them.
COMPARED_PASSES = (1, 2)
SHEET_FIELDS_FOR_COUNT = (
    "name",
    "state",
    "company_id",
    "location_id",
    "include_sublocations",
    "blind",
    "block_mode",
    "count_method",
    "started_at",
)
LINE_FIELDS_FOR_COUNT = (
    "sheet_id",
    "company_id",
    "product_id",
    "location_id",
    "lot_id",
    "lot_name",
    "package_id",
    "owner_id",
    "asked_pass",
    "accepted_pass",
    "current_qty",
    "real_qty",
    "is_counted",
    "last_counted_at",
    "last_counted_by_id",
    "counted_on_hand",
    "count_status",
    "gap_qty",
)


class StockInventorySheet(models.Model):
    """Passes: who counts a line how often, and what waits for another pair of eyes."""

    _inherit = "stock.inventory.sheet"

    count_method = fields.Selection(
        COUNT_METHODS,
        "Each line is counted",
        required=True,
        default="single",
        help="Once: the last quantity typed counts, whoever types it.\n"
        "Added up: people split a place, and what each of them found is added.\n"
        "Twice: somebody else counts again without seeing the first count; when they differ, a third person recounts.",
    )
    counts_apart = fields.Boolean(compute="_compute_counts_apart")
    shows_count_status = fields.Boolean(compute="_compute_shows_count_status")

    @api.depends("count_method")
    def _compute_counts_apart(self):
        for sheet in self:
            sheet.counts_apart = sheet.count_method != "single"

    @api.depends("count_method", "tolerance_percent", "tolerance_qty", "tolerance_points", "waiting_line_count")
    def _compute_shows_count_status(self):
        for sheet in self:
            sheet.shows_count_status = sheet._may_need_recounts() or bool(sheet.waiting_line_count)

    def _compares(self):
        return self.count_method == "compare"

    def _may_need_recounts(self):
        """Whether a count of this sheet may not be enough."""
        return self._compares() or bool(self._get_tolerance())

    @api.model
    def _get_fields_for_count(self):
        """What is asked of a sheet when something on it is counted; a hook. Left alone, the ORM reads all its fields."""
        return [*SHEET_FIELDS_FOR_COUNT, *TOLERANCES.values()]

    def _get_recount_domain(self):
        return Domain("sheet_id", "in", self.ids) & Domain("count_status", "in", WAITING)

    def action_view_waiting(self):
        return self._get_lines_action(
            self.env._("To recount on %(sheet)s", sheet=self.name), {"search_default_waiting": 1}
        )

    def _get_lines_action(self, name, context):
        return super()._get_lines_action(name, {"counts_apart": self.counts_apart, **context})

    def action_ask_complete(self):
        """Complete, or show first what waits for another pass, then what is not counted."""
        self._check_counting()
        self._ask_for_recounts()
        if self.env["stock.inventory.sheet.line"].search_count(self._get_recount_domain(), limit=1):
            return self._get_accept_action()
        return super().action_ask_complete()

    def action_complete(self, keep_uncounted=False):
        """In progress → Completed, once every line that was counted has an accepted quantity.

        What was added up by scanning is looked at here for the first time. Lines found wanting are sent to recount,
        which must outlive the refusal, or somebody could try quantities until one passes: so the first call returns
        an action that shows them and completes nothing.

        :raises UserError: naming the lines that wait for a second pass or a recount
        """
        self._check_counter()
        if self.filtered(lambda sheet: sheet.state == "in_progress")._ask_for_recounts():
            return self[0]._get_accept_action()
        for sheet in self:
            sheet._check_nothing_waits()
        return super().action_complete(keep_uncounted=keep_uncounted)

    def _ask_for_recounts(self):
        """Look at every counted line, also where people add up still, and send to recount what has to be.

        :return: the lines that were sent now
        """
        strict = self.filtered(lambda sheet: sheet._may_need_recounts())
        domain = Domain("sheet_id", "in", self.ids) & Domain("count_status", "in", ("counted", *WAITING))
        domain &= Domain("sheet_id", "in", strict.ids) | Domain("asked_pass", ">", 0)
        return self.env["stock.inventory.sheet.line"].search(domain)._judge(finished=True)

    def _check_nothing_waits(self):
        if lines_text := self._get_waiting_text():
            message = self.env._(
                "Sheet %(sheet)s has lines that wait for somebody else's count; count them, or let an inventory manager "
                "accept what was found:\n%(lines)s",
                sheet=self.name,
                lines=lines_text,
            )
            raise UserError(message)

    def _get_waiting_text(self):
        """The first lines that wait for another pass, and how many more there are; empty when none does."""
        line_model = self.env["stock.inventory.sheet.line"]
        count = line_model.search_count(self._get_recount_domain())
        lines = line_model.search(self._get_recount_domain(), limit=LISTED)
        return self._list_lines(lines, count) if lines else ""

    def _post_about_lines(self, text, lines):
        self.sudo().message_post(body=plaintext2html(f"{text}\n{self._list_lines(lines, len(lines))}"))

    def _get_accept_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lines that wait for another count"),
            "res_model": "stock.inventory.accept",
            "view_mode": "form",
            "target": "new",
            "context": {"default_sheet_id": self.id},
        }


class StockInventorySheetLine(models.Model):
    """The passes of a line. A quantity is the real one only when its pass is accepted: by agreeing with another
    person's, by being within the tolerance, or by a manager. Until then the line has none."""

    _inherit = "stock.inventory.sheet.line"

    count_status = fields.Selection(
        COUNT_STATUSES, "Count status", compute="_compute_last_count", store=True, default="to_count"
    )
    asked_pass = fields.Integer("Pass asked for", readonly=True, help="Zero while no recount was asked for.")
    asked_at = fields.Datetime("Recount asked on", readonly=True)
    accepted_pass = fields.Integer(readonly=True, help="The pass that a manager accepted; zero for none.")
    accepted_by_id = fields.Many2one("res.users", "Accepted by", readonly=True)
    accepted_at = fields.Datetime("Accepted on", readonly=True)
    accepted_reason = fields.Char("Why accepted", readonly=True)
    counts_apart = fields.Boolean(related="sheet_id.counts_apart", related_sudo=False)
    own_qty = fields.Float(
        "My count",
        digits="Product Unit",
        compute="_compute_own_count",
        readonly=False,
        help="What you found yourself. Empty means that you have not counted the line.",
    )
    own_counted = fields.Boolean("Counted by me", compute="_compute_own_count", readonly=False)
    pass_summary = fields.Char("Passes", compute="_compute_pass_summary", groups=MANAGER_GROUP)

    @api.depends("count_ids.superseded")
    @api.depends_context("uid")
    def _compute_own_count(self):
        passes_by_line = self._get_passes()
        for line in self:
            passes = passes_by_line[line._origin.id]
            number = passes.last_of(self.env.user)
            own = [count for count in passes.counts(number) if count.user_id == self.env.user]
            line.own_qty = line.uom_id.round(sum_counts(own)) if own else 0.0
            line.own_counted = bool(own)

    @api.depends("count_ids.superseded")
    def _compute_pass_summary(self):
        passes_by_line = self._get_passes()
        for line in self:
            passes = passes_by_line[line._origin.id]
            line.pass_summary = " / ".join(line._format_total(passes, number) for number in passes.numbers)

    def _format_total(self, passes, number):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return f"{self._get_total(passes, number):.{digits}f}".rstrip("0").rstrip(".")

    def _describe_passes(self):
        """Each of these lines with what was found, and by whom, as a person would read it."""
        passes_by_line = self._get_passes()
        return "\n".join(line._describe_passes_of(passes_by_line[line._origin.id]) for line in self)

    def _describe_passes_of(self, passes):
        found = (
            self.env._(
                "pass %(number)s: %(quantity)s (%(people)s)",
                number=number,
                quantity=self._format_total(passes, number),
                people=", ".join(sorted(user.sudo().name for user in passes.people(number))),
            )
            for number in passes.numbers
        )
        return f"– {self._get_description()} – {', '.join(found)}"

    @api.model
    def _get_fields_for_count(self):
        """What is asked of a line when it is counted; a hook. Left alone, the ORM reads all its fields."""
        return list(LINE_FIELDS_FOR_COUNT)

    # Arithmetic

    def _get_passes(self):
        """The passes of each line, from its counts that were not withdrawn.

        :return: dict of line id → LinePasses
        """
        passes = defaultdict(LinePasses)
        if not self.ids:
            return passes
        self.env["stock.inventory.count"].flush_model()
        users = self.env["res.users"]
        for line_id, number, user_id, *row in self.env.execute_query(self._get_passes_query()):
            passes[line_id].add(CountRow(number, users.browse(user_id), *row))
        return passes

    def _get_passes_query(self):
        """What the counts of these lines add up to, as SQL: of each person in each pass their last set quantity, what
        they added since but before the last one that anybody set, and what they added after it. That is all that a sum
        depends on, of the whole pass or of each person.

        SQL, since a line that is scanned has thousands of counts, and is summed up again with each of them.
        """
        return SQL(
            """
            WITH own_set AS (
                     SELECT DISTINCT ON (line_id, pass_number, user_id) line_id, pass_number, user_id, counted_at, id
                       FROM stock_inventory_count
                      WHERE line_id IN %(lines)s AND mode = 'set' AND superseded IS NOT TRUE
                   ORDER BY line_id, pass_number, user_id, counted_at DESC, id DESC),
                 last_set AS (
                     SELECT DISTINCT ON (line_id, pass_number) line_id, pass_number, counted_at, id
                       FROM own_set
                   ORDER BY line_id, pass_number, counted_at DESC, id DESC),
                 sums AS (
                     SELECT count.line_id, count.pass_number, count.user_id, count.mode,
                            last_set.counted_at AS set_at, last_set.id AS set_id,
                            last_set.id IS NULL OR (count.counted_at, count.id) > (last_set.counted_at, last_set.id)
                            AS is_later,
                            SUM(count.quantity) AS quantity, MAX(count.counted_at) AS last_at
                       FROM stock_inventory_count count
                  LEFT JOIN own_set USING (line_id, pass_number, user_id)
                  LEFT JOIN last_set USING (line_id, pass_number)
                      WHERE count.line_id IN %(lines)s AND count.superseded IS NOT TRUE
                        AND (own_set.id IS NULL OR (count.counted_at, count.id) >= (own_set.counted_at, own_set.id))
                   GROUP BY count.line_id, count.pass_number, count.user_id, count.mode, set_at, set_id, is_later)
            SELECT sums.line_id, sums.pass_number, sums.user_id, sums.mode, sums.quantity::float,
                   last.counted_at, COALESCE(last.on_hand_qty, 0)::float
              FROM sums
        CROSS JOIN LATERAL (
                   SELECT count.id, count.counted_at, count.on_hand_qty
                     FROM stock_inventory_count count
                    WHERE count.line_id = sums.line_id AND count.counted_at = sums.last_at
                      AND count.pass_number = sums.pass_number AND count.user_id = sums.user_id
                      AND count.mode = sums.mode AND count.superseded IS NOT TRUE
                      AND is_later = (set_id IS NULL OR (count.counted_at, count.id) > (set_at, set_id))
                 ORDER BY count.id DESC LIMIT 1) last
          ORDER BY sums.line_id, last.counted_at, last.id
            """,
            lines=tuple(self.ids),
        )

    def _get_accepted_counts_of(self, passes):
        return passes.counts(self._get_accepted_pass(passes))

    def _sum_counts(self, counts):
        """What the counts of a pass add up to, rounded to the unit of the product."""
        total = sum_by_person(counts) if self.sheet_id.count_method == "split" else sum_counts(counts)
        return self.uom_id.round(total) if counts else 0.0

    def _get_total(self, passes, number):
        return self._sum_counts(passes.counts(number))

    def _get_pass_gap(self, passes, number):
        """What a pass found more or less than the system had at its moment: stock may move between two passes."""
        return self._get_total(passes, number) - passes.counts(number)[-1].on_hand_qty

    def _is_confirmed(self, passes):
        """Whether the last pass found what an earlier one found."""
        gap = self._get_pass_gap(passes, passes.last)
        earlier = (self._get_pass_gap(passes, number) for number in passes.numbers[:-1])
        return any(not self.uom_id.compare(gap, other) for other in earlier)

    def _get_count_status(self, passes):
        if not passes:
            return "to_count"
        if self.accepted_pass:
            return "accepted"
        if self.asked_pass > passes.last:
            return "to_recount"
        if self.sheet_id._compares() and not self._is_confirmed(passes):
            return "to_confirm" if passes.last in COMPARED_PASSES else "to_recount"
        return "counted"

    def _get_accepted_pass(self, passes):
        """The number of the pass whose counts make the real quantity; 0 for none."""
        status = self._get_count_status(passes)
        if status == "accepted":
            return self.accepted_pass
        return passes.last if status == "counted" else 0

    # Whose turn it is

    def _assign_pass(self, vals, passes):
        """The pass that a count belongs to.

        :param vals: of the count; a `pass_number` among them is taken when it is the one whose turn it is, when it is
            the next one and nothing is compared, or when the count was seen before a recount was asked for
        :raises UserError: when this person may not count the line (again)
        """
        user = self.env["res.users"].browse(vals.get("user_id") or self.env.uid)
        if self.accepted_pass:
            message = self.env._(
                "%(line)s is accepted as it was counted; ask an inventory manager for a recount first.",
                line=self._get_description(),
            )
            raise UserError(message)
        if self._is_late(vals, passes, user):
            return vals["pass_number"]
        if self._begins_recount(vals, passes):
            self._ask_another_pass({self.id: passes})
        number = self._get_open_pass(passes, user)
        if vals.get("pass_number", number) != number:
            message = self.env._(
                "%(line)s is at pass %(number)s of sheet %(sheet)s; leave the pass out, or ask an inventory manager for "
                "a recount.",
                line=self._get_description(),
                number=number,
                sheet=self.sheet_id.name,
            )
            raise UserError(message)
        return number

    def _is_late(self, vals, passes, user):
        """Whether a count was seen before the recount was asked for, in a pass that was this person's."""
        number = vals.get("pass_number") or 0
        seen = fields.Datetime.to_datetime(vals.get("counted_at")) or fields.Datetime.now()
        return (
            0 < number < self.asked_pass
            and seen < self.asked_at
            and passes.last_of(user) in (0, number)
            and (number in passes.numbers or number == 1)
            and not (self.sheet_id._compares() and passes.people(number) - {user})
        )

    def _begins_recount(self, vals, passes):
        """Whether a count recounts the line without being asked to, by naming the next pass."""
        return passes and vals.get("pass_number") == passes.last + 1 and not self.sheet_id._compares()

    def _get_open_pass(self, passes, user):
        if self.asked_pass:
            return self._get_recount_pass(passes, user)
        if self.sheet_id._compares():
            return self._get_compared_pass(passes, user)
        return 1

    def _get_compared_pass(self, passes, user):
        """One's own pass, or the one of the first two that nobody made yet."""
        own = passes.last_of(user)
        free = [number for number in COMPARED_PASSES if number not in passes.numbers]
        if own or free:
            return own or free[0]
        message = self.env._(
            "Two people have counted %(line)s already; ask an inventory manager for a recount.",
            line=self._get_description(),
        )
        raise UserError(message)

    def _get_recount_pass(self, passes, user):
        """
        :raises UserError: for those who counted before, and where a comparison has its recounter already
        """
        earlier = passes.people_before(self.asked_pass)
        if user in earlier and not self._may_recount_own(user, earlier):
            message = self.env._(
                "You have counted %(line)s on sheet %(sheet)s before, so somebody else recounts it: %(people)s.",
                line=self._get_description(),
                sheet=self.sheet_id.name,
                people=self._get_recounters_text(earlier),
            )
            raise UserError(message)
        if self.sheet_id._compares() and passes.people(self.asked_pass) - {user}:
            message = self.env._(
                "%(line)s is being recounted by %(user)s; ask an inventory manager for one more recount.",
                line=self._get_description(),
                user=", ".join(person.sudo().name for person in passes.people(self.asked_pass)),
            )
            raise UserError(message)
        return self.asked_pass

    def _may_recount_own(self, user, earlier):
        """A manager may, where no counter is left who has not counted the line."""
        return user.has_group(MANAGER_GROUP) and not self._get_recounters(earlier)

    def _get_recounters(self, earlier):
        return self.sheet_id.sudo().counter_ids.filtered("active") - self.env["res.users"].union(*earlier)

    def _get_recounters_text(self, earlier):
        names = self._get_recounters(earlier)[:LISTED].mapped("name")
        return format_list(self.env, names, style="or") if names else self.env._("an inventory manager")

    # Judgement

    def _judge(self, finished=False):
        """Send to recount the lines whose passes differ, or that are outside the tolerance.

        :param finished: also those to which somebody only added so far, and may add more
        :return: the lines that were sent now
        """
        lines = self.sudo().filtered(lambda line: line.asked_pass or line.sheet_id._may_need_recounts())
        passes = lines._get_passes()
        wanting = lines.filtered(lambda line: line._needs_another_pass(passes[line.id], finished))
        wanting._ask_another_pass(passes)
        return wanting.sudo(self.env.su)

    def _needs_another_pass(self, passes, finished):
        if not passes or self.accepted_pass or self.asked_pass > passes.last:
            return False
        if not finished and not passes.are_finished():
            return False
        if self._is_confirmed(passes):
            return False
        if self.sheet_id._compares():
            return len(passes) > 1
        last = passes.counts(passes.last)
        return not self._is_within_tolerance(self._sum_counts(last), last[-1].on_hand_qty)

    def _ask_another_pass(self, passes):
        """From now on only somebody who did not count these lines before may count them."""
        now = fields.Datetime.now()
        for number, lines in self.grouped(lambda line: passes[line.id].last + 1).items():
            as_own_write(lines).write({"asked_pass": number, "asked_at": now, **lines._prepare_no_acceptance()})

    @api.model
    def _prepare_no_acceptance(self):
        return {"accepted_pass": 0, "accepted_by_id": False, "accepted_at": False, "accepted_reason": False}

    def action_ask_recount(self):
        """A manager asks somebody else to count these lines again.

        :raises UserError: when one was not counted yet
        """
        lines = self._check_manager_decides()
        passes = lines._get_passes()
        if uncounted := lines.filtered(lambda line: not passes[line.id]):
            message = self.env._(
                "%(line)s was not counted yet, so it cannot be recounted; take it out of your selection.",
                line=uncounted[0]._get_description(),
            )
            raise UserError(message)
        lines._ask_another_pass(passes)
        for sheet, mine in lines.grouped("sheet_id").items():
            sheet._post_about_lines(self.env._("Recount asked for:"), mine)
        return True

    def action_open_accept(self):
        """Ask which pass of these lines to accept, and why."""
        return {
            **self.sheet_id[:1]._get_accept_action(),
            "name": self.env._("Accept what was counted"),
            "context": {"default_sheet_id": self.sheet_id[:1].id, "default_line_ids": self.ids},
        }

    def _accept(self, reason, number=0):
        """A manager settles lines by one of their passes, which is recorded with who, when and why.

        :param number: of the pass; 0 for the last one of each line
        :raises UserError: without a reason, or when a line has no such pass
        """
        lines = self._check_manager_decides()
        if not (reason or "").strip():
            raise UserError(self.env._("Write why you accept what was counted; the reason is recorded."))
        passes = lines._get_passes()
        if missing := lines.filtered(lambda line: not passes[line.id].counts(number or passes[line.id].last)):
            message = self.env._(
                "%(line)s has no pass %(number)s to accept; choose one that was counted.",
                line=missing[0]._get_description(),
                number=number or 1,
            )
            raise UserError(message)
        vals = {"accepted_by_id": self.env.uid, "accepted_at": fields.Datetime.now(), "accepted_reason": reason}
        for accepted, mine in lines.grouped(lambda line: number or passes[line.id].last).items():
            as_own_write(mine).write({**vals, "accepted_pass": accepted})
        for sheet, mine in lines.grouped("sheet_id").items():
            sheet._post_about_lines(self.env._("Accepted as counted (%(reason)s):", reason=reason), mine)

    def _check_manager_decides(self):
        """These lines, locked, for a manager of sheets that are in progress."""
        self.sheet_id._check_manager()
        self.sheet_id._check_counting()
        self._lock_for_count()
        return self

    # Counting for oneself

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._use_own_count(vals) for vals in vals_list])

    @api.model
    def _use_own_count(self, vals):
        """On a new line one's own count is the count; a form sends a zero also where nothing was counted."""
        rest = {name: value for name, value in vals.items() if name not in ("own_qty", "own_counted")}
        if vals.get("own_counted") or vals.get("own_qty"):
            rest |= {"real_qty": vals.get("own_qty", 0.0), "is_counted": True}
        return rest

    def write(self, vals):
        """Besides `real_qty` and `is_counted`, `own_qty` and `own_counted` count or withdraw one's own counts."""
        own = vals.keys() & {"own_qty", "own_counted"}
        if not own or is_own_write(self.env):
            return super().write(vals)
        if not vals.get("own_counted", True):
            self._withdraw_counts(own=True)
        else:
            self._set_real_quantities([(line, vals.get("own_qty", line.own_qty)) for line in self])
        rest = {name: value for name, value in vals.items() if name not in own}
        return super().write(rest) if rest else True

    def _get_withdrawable_counts(self, own=False):
        """The counts that this user may take back: a manager all, others what they counted and nobody judged yet.

        :param own: only one's own
        :raises UserError: when the quantity of a line is settled, or asked of somebody else
        """
        counts = self.env["stock.inventory.count"].sudo()
        counts = counts.search([("line_id", "in", self.ids), ("superseded", "=", False)])
        if not own and self.sheet_id._is_manager():
            return counts
        mine = counts.filtered(lambda count: count.user_id == self.env.user)
        recounted = mine.filtered(lambda count: count.pass_number < count.line_id.asked_pass).line_id
        if judged := recounted | self.filtered("accepted_pass"):
            message = self.env._(
                "What you counted of %(line)s stays on record, as it is being recounted or was accepted; ask an inventory "
                "manager to withdraw it.",
                line=judged[0]._get_description(),
            )
            raise UserError(message)
        if own:
            return mine
        return mine | counts.filtered(lambda count: not (count.line_id.asked_pass or count.sheet_id.counts_apart))

    def _forget_decisions(self):
        """Where nothing counted is left, a line is as new."""
        decided = self.filtered(lambda line: line.asked_pass or line.accepted_pass)
        passes = decided._get_passes()
        as_own_write(decided).write(self._prepare_no_acceptance())
        fresh = decided.filtered(lambda line: not passes[line.id])
        as_own_write(fresh).write({"asked_pass": 0, "asked_at": False})

    def _is_counted_as(self, quantity):
        """Whether counting `quantity` would change nothing."""
        if self.counts_apart:
            return self.own_counted and not self.uom_id.compare(self.own_qty, quantity)
        return self.is_counted and not self.uom_id.compare(self.real_qty, quantity)


class StockInventoryCount(models.Model):
    _inherit = "stock.inventory.count"

    def _assign_passes(self, vals_list):
        """Give each count its pass, the counts read once for all lines."""
        lines = self.env["stock.inventory.sheet.line"].sudo().browse({vals["line_id"] for vals in vals_list})
        named = {vals["line_id"] for vals in vals_list if vals.get("pass_number", 1) != 1}
        in_passes = lines.filtered(lambda line: line.asked_pass or line.id in named or line.sheet_id._compares())
        passes = in_passes._get_passes()
        by_id = {line.id: line for line in lines}
        for vals in vals_list:
            mine = passes[vals["line_id"]]
            # Superuser code, such as an import of old counts, knows which pass it means.
            if not (self.env.su and vals.get("pass_number")):
                vals["pass_number"] = by_id[vals["line_id"]]._assign_pass(vals, mine)
            user = self.env["res.users"].browse(vals.get("user_id") or self.env.uid)
            mine.add(CountRow(vals["pass_number"], user, vals.get("mode", "set"), vals["quantity"]))
