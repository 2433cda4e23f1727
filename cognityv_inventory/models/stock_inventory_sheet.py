from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.own_write import as_own_write, is_own_write, without_defaults
from .product_template import COUNT_TYPES
from .res_company import BLOCK_MODES, SHEET_SEQUENCE

STATES = [
    ("draft", "Draft"),
    ("planned", "Planned"),
    ("in_progress", "In progress"),
    ("completed", "Completed"),
    ("validated", "Validated"),
    ("cancelled", "Cancelled"),
]
# The only ways between the states: target → the states it can be reached from.
TRANSITIONS = {
    "planned": ("draft",),
    "in_progress": ("planned", "completed"),
    "completed": ("in_progress",),
    "validated": ("completed",),
    "cancelled": ("draft", "planned", "in_progress", "completed"),
    "draft": ("cancelled",),
}
# What can hold stock of ours, and so be counted.
COUNTED_USAGES = ("internal", "transit")
OPEN_FOR_LINES = ("draft", "planned", "in_progress")
CLOSED_STATES = ("validated", "cancelled")
BLOCKING_STATES = ("in_progress", "completed")
STAMPS = ("started", "completed", "validated", "reversed")
PROTECTED = {
    "name",
    "state",
    "move_ids",
    "reversal_move_ids",
    "count_plan_id",
    "plan_date",
    *(f"{stamp}_at" for stamp in STAMPS),
    *(f"{stamp}_by_id" for stamp in STAMPS),
}
# What is counted and what is blocked is settled once the sheet is started.
SCOPE = {"company_id", "location_id", "include_sublocations", "count_type", "block_mode", "count_method"}
# What a counter may write of a sheet: its lines, within their own rules, and how to export it.
COUNTER_FIELDS = {"line_ids", "export_format"}
COUNTER_GROUP = "cognityv_inventory.group_counter"
MANAGER_GROUP = "cognityv_inventory.group_manager"


class StockInventorySheet(models.Model):
    """The document of a physical inventory.

    This file holds the header, the states and who may do what; beside it `stock_inventory_sheet_fill` fills a sheet,
    `_complete` settles what was not counted, `_block` keeps stock still, `_locks` and `_stock` hold what changes it, and
    `_file` count sheets out and in.
    """

    _name = "stock.inventory.sheet"
    _description = "Inventory Sheet"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "planned_start desc, id desc"
    _check_company_auto = True

    name = fields.Char("Reference", required=True, readonly=True, copy=False, default="New", index="trigram")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    location_id = fields.Many2one(
        "stock.location",
        "Stock location (parent)",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        ondelete="restrict",
        domain=[("usage", "in", COUNTED_USAGES)],
        default=lambda self: self._default_location_id(),
    )
    include_sublocations = fields.Boolean("Include sub-locations", default=True)
    planned_start = fields.Datetime("Planned start date", required=True, default=fields.Datetime.now, tracking=True)
    planned_end = fields.Datetime(
        "Planned end date", tracking=True, default=lambda self: fields.Datetime.now() + timedelta(days=1)
    )
    count_type = fields.Selection(
        COUNT_TYPES,
        "Type",
        required=True,
        default="yearly",
        help="Products meant for the other type only are left out when the sheet is filled.",
    )
    description = fields.Char()
    state = fields.Selection(
        STATES, "Status", required=True, readonly=True, copy=False, default="draft", index=True, tracking=True
    )
    line_ids = fields.One2many("stock.inventory.sheet.line", "sheet_id", "Inventory lines", copy=False)
    counter_ids = fields.Many2many(
        "res.users", string="Counters", check_company=True, domain=lambda self: list(self._get_counter_domain())
    )
    blind = fields.Boolean(
        "Blind count",
        help="From the moment they are named until the sheet is settled, its counters learn neither the current "
        "quantities and gaps nor what Odoo shows of the stock in its places: on hand, lots, packages, forecasts, lists of "
        "moves. Not hidden from stock users are the single transfers they work with and what those could reserve: let "
        "somebody count who has no such rights.",
    )
    block_mode = fields.Selection(
        BLOCK_MODES,
        "Blocked while counting",
        required=True,
        default=lambda self: self.env.company.inventory_block_mode,
        help="Moves in or out of what is blocked are refused from Start until the sheet is validated or cancelled. When "
        "nothing is blocked, each line is compared with what the system had at the moment it was counted.",
    )
    started_at = fields.Datetime("Started on", readonly=True, copy=False)
    started_by_id = fields.Many2one("res.users", "Started by", readonly=True, copy=False)
    completed_at = fields.Datetime("Completed on", readonly=True, copy=False)
    completed_by_id = fields.Many2one("res.users", "Completed by", readonly=True, copy=False)
    validated_at = fields.Datetime("Validated on", readonly=True, copy=False)
    validated_by_id = fields.Many2one("res.users", "Validated by", readonly=True, copy=False)
    reversed_at = fields.Datetime("Reversed on", readonly=True, copy=False)
    reversed_by_id = fields.Many2one("res.users", "Reversed by", readonly=True, copy=False)
    move_ids = fields.One2many("stock.move", "inventory_sheet_id", "Stock moves", readonly=True, copy=False)
    reversal_move_ids = fields.One2many("stock.move", "reversed_sheet_id", "Reversing moves", readonly=True, copy=False)
    move_count = fields.Integer("Number of moves", compute="_compute_move_count")
    user_is_manager = fields.Boolean(compute="_compute_user_is_manager")
    hides_current_qty = fields.Boolean(compute="_compute_hides_current_qty")
    has_serials_elsewhere = fields.Boolean(compute="_compute_has_serials_elsewhere")
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")

    _counted_location_index = models.Index(
        "(location_id) WHERE state IN ('in_progress', 'completed')",
    )

    # Defaults and computes

    def _default_location_id(self):
        return self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1).lot_stock_id

    def _get_shown_line_domain(self):
        """The lines whose current quantity the user may know."""
        user = self.env.user
        if self.env.su or not (sheets := user._get_blind_sheets()):
            return Domain.TRUE
        return Domain("sheet_id", "not in", sheets.ids) & Domain("location_id", "not in", user._get_blind_places())

    @api.depends("move_ids", "reversal_move_ids")
    def _compute_move_count(self):
        moves = self.env["stock.move"].sudo()
        for sheet in self:
            sheet.move_count = moves.search_count(sheet._get_move_domain())

    @api.depends_context("uid")
    def _compute_user_is_manager(self):
        self.user_is_manager = self._is_manager()

    @api.depends("blind", "state")
    @api.depends_context("uid")
    def _compute_hides_current_qty(self):
        for sheet in self:
            sheet.hides_current_qty = sheet._is_blind_now() and not self._is_manager()

    @api.depends("line_ids.serial_elsewhere", "hides_current_qty")
    @api.depends_context("uid")
    def _compute_has_serials_elsewhere(self):
        line_model = self.env["stock.inventory.sheet.line"]
        for sheet in self:
            # Which lines these are tells what they have, so they are looked up as superuser and asked as the user.
            lines = line_model.sudo().search(sheet._get_unknown_serial_domain()).sudo(self.env.su)
            sheet.has_serials_elsewhere = any(lines.mapped("serial_elsewhere"))

    def _get_unknown_serial_domain(self):
        """The lines of serial numbers that are not known to be where they are counted."""
        return (
            Domain("sheet_id", "=", self._origin.id)
            & Domain("lot_id", "!=", False)
            & Domain("current_qty", "<=", 0)
            & Domain("product_id.tracking", "=", "serial")
        )

    @api.depends("state", "planned_end")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for sheet in self:
            sheet.is_late = sheet._is_open() and bool(sheet.planned_end) and sheet.planned_end < now

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        open_states = ("draft", "planned", *BLOCKING_STATES)
        return Domain("state", "in", open_states) & Domain("planned_end", "<", fields.Datetime.now())

    def _is_open(self):
        return self.state not in CLOSED_STATES

    # Create, write, delete

    @api.model
    def default_get(self, fields):
        first = {"name": "New", "state": "draft"}
        return without_defaults(super().default_get(fields), self._get_protected_fields()) | {
            name: value for name, value in first.items() if name in fields
        }

    @api.model
    def _get_protected_fields(self):
        """What only the add-on's own code writes. A hook: an add-on adds its own fields of that kind."""
        return PROTECTED

    @api.model_create_multi
    def create(self, vals_list):
        if not is_own_write(self.env):
            for vals in vals_list:
                # A form sends the status and the reference of a new sheet as it got them.
                given = {name: value for name, value in vals.items() if (name, value) != ("state", "draft")}
                self._check_not_protected(given, self._get_protected_fields() - {"name"})
        for vals in vals_list:
            company = vals.get("company_id") or self.env.company.id
            vals["name"] = self.env["ir.sequence"].with_company(company).next_by_code(SHEET_SEQUENCE)
        return super().create(vals_list)

    def write(self, vals):
        if not is_own_write(self.env):
            self._check_not_protected(vals, self._get_protected_fields())
            for sheet in self:
                sheet._check_writable(vals)
        return super().write(vals)

    def _check_not_protected(self, vals, protected):
        touched = protected & vals.keys()
        if touched:
            message = self.env._(
                "%(fields)s of an inventory sheet cannot be written; use its buttons.",
                fields=", ".join(sorted(touched)),
            )
            raise UserError(message)

    def _check_writable(self, vals):
        """A validated sheet is never edited, and what is counted is settled at Start."""
        own_fields = (
            vals.keys() - self.env["mail.thread"]._fields.keys() - self.env["mail.activity.mixin"]._fields.keys()
        )
        if own_fields - COUNTER_FIELDS:
            self._check_manager()
        if self.state == "validated" and own_fields:
            raise UserError(
                self.env._("Sheet %(sheet)s is validated and stays as it is; reverse it to undo it.", sheet=self.name)
            )
        if self.state not in ("draft", "planned") and vals.keys() & SCOPE:
            message = self.env._(
                "Sheet %(sheet)s has been started: its place, type and blocking stay; cancel it and make another one.",
                sheet=self.name,
            )
            raise UserError(message)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_counted(self):
        for sheet in self:
            if sheet.state not in ("draft", "planned", "cancelled") or sheet._has_counts():
                message = self.env._(
                    "Sheet %(sheet)s has been started and is kept as evidence; cancel it instead of deleting it.",
                    sheet=sheet.name,
                )
                raise UserError(message)

    def _has_counts(self):
        return bool(self.env["stock.inventory.count"].sudo().search_count([("sheet_id", "in", self.ids)], limit=1))

    def copy_data(self, default=None):
        now = fields.Datetime.now()
        return [
            {**vals, "planned_start": now, "planned_end": now + timedelta(days=1)}
            for vals in super().copy_data(default)
        ]

    @api.constrains("planned_start", "planned_end")
    def _check_dates(self):
        for sheet in self:
            if sheet.planned_end and sheet.planned_end < sheet.planned_start:
                message = self.env._(
                    "Sheet %(sheet)s ends before it starts; choose a planned end date after its start.",
                    sheet=sheet.name,
                )
                raise ValidationError(message)

    @api.constrains("location_id", "company_id", "include_sublocations")
    def _check_location(self):
        for sheet in self:
            sheet._check_location_usage()
            sheet._check_location_company()
            sheet._check_lines_inside()

    def _check_lines_inside(self):
        """
        :raises ValidationError: naming a line that is outside the sheet's places
        """
        inside = self.env["stock.location"].sudo().with_context(active_test=False)._search(self._get_location_domain())
        domain = [("sheet_id", "=", self.id), ("location_id", "not in", inside)]
        if line := self.env["stock.inventory.sheet.line"].search(domain, limit=1):
            message = self.env._(
                "%(line)s is on sheet %(sheet)s, but not in its places; remove such lines first, or make another sheet.",
                line=line._get_description(),
                sheet=self.name,
            )
            raise ValidationError(message)

    def _get_counter_domain(self):
        # The ORM asks for this at every search through counters, so without the query of env.ref().
        group_id = self.env["ir.model.data"]._xmlid_to_res_id(COUNTER_GROUP)
        return Domain("all_group_ids", "in", group_id) & Domain("share", "=", False)

    @api.constrains("counter_ids")
    def _check_counters(self):
        for sheet in self:
            if others := sheet.counter_ids - sheet.counter_ids.filtered_domain(self._get_counter_domain()):
                message = self.env._(
                    "%(user)s may not count: give them the right Counter first, or take them off sheet %(sheet)s.",
                    user=others[0].name,
                    sheet=sheet.name,
                )
                raise ValidationError(message)

    def _check_location_usage(self):
        if self.location_id.usage not in COUNTED_USAGES:
            message = self.env._(
                "%(location)s cannot hold stock of ours; choose an internal or transit location for sheet %(sheet)s.",
                location=self.location_id.display_name,
                sheet=self.name,
            )
            raise ValidationError(message)

    def _check_location_company(self):
        if self.location_id.company_id not in (self.company_id, self.env["res.company"]):
            message = self.env._(
                "%(location)s belongs to %(other)s; choose a location of %(company)s for sheet %(sheet)s.",
                location=self.location_id.display_name,
                other=self.location_id.company_id.name,
                company=self.company_id.name,
                sheet=self.name,
            )
            raise ValidationError(message)

    # Places

    def _get_location_domain(self):
        """The places that this sheet counts: internal and transit ones of its company."""
        operator = "child_of" if self.include_sublocations else "in"
        return (
            Domain("id", operator, self.location_id.ids)
            & Domain("usage", "in", COUNTED_USAGES)
            & Domain("company_id", "in", [self.company_id.id, False])
        )

    def _covers(self, location):
        """Whether a place is one of those that this sheet counts or blocks."""
        if location == self.location_id:
            return True
        return self.include_sublocations and (location.parent_path or "").startswith(
            self.location_id.parent_path or "-"
        )

    # States

    def action_plan(self):
        """Draft → Planned, with an activity for each counter."""
        self._check_manager()
        self._lock_for("planned")
        self._set_state("planned")
        self.env["stock.inventory.sheet.line"]._refresh_current_qty(self)
        self._schedule_activities(self.env._("Inventory count planned"), "planned_start")
        return True

    def action_start(self):
        """Planned → In progress: current quantities are read again and the places are blocked.

        :raises UserError: when another sheet that is open holds the same product in the same place
        """
        self._check_manager()
        self._lock_for("in_progress", from_states=("planned",))
        self._hold_places()
        for sheet in self:
            sheet._check_lines_inside()
        self._add_what_has_come_since_fill()
        self._check_no_overlap()
        self._set_state("in_progress", "started")
        self.env["stock.inventory.sheet.line"]._refresh_current_qty(self)
        self._finish_activities()
        self._schedule_activities(self.env._("Count this inventory"), "planned_end")
        return True

    def action_complete(self, keep_uncounted=False):
        """In progress → Completed, by a counter of the sheet or a manager.

        :param keep_uncounted: leave lines that were not counted as they are: recorded as not counted, without a gap
        :raises UserError: naming the first lines that are not counted, unless they are kept
        """
        self._check_counter()
        self._lock_for("completed")
        for sheet in self:
            sheet._check_serials_counted_once()
            sheet._settle_uncounted(keep_uncounted)
        self._set_state("completed", "completed")
        self._refresh_moving_stock()
        self._finish_activities()
        return True

    def action_reopen(self):
        """Completed → In progress. Every count stays."""
        self._check_manager()
        self._lock_for("in_progress", from_states=("completed",))
        self._set_state("in_progress", completed_at=False, completed_by_id=False)
        self._schedule_activities(self.env._("Count this inventory"), "planned_end")
        return True

    def action_validate(self):
        """Completed → Validated: stock is moved to what was found, and the places are free again."""
        self._check_manager()
        self._lock_for("validated")
        self._hold_what_changes()
        for sheet in self:
            sheet._adjust_stock()
        self._set_state("validated", "validated")
        self._remember_last_count()
        self._reserve_what_waited()
        return True

    def action_cancel(self):
        """→ Cancelled from any state before validation: the places are free again and every count is kept."""
        self._check_manager()
        self._lock_for("cancelled")
        counting = self.filtered(lambda sheet: sheet.state in BLOCKING_STATES)
        self._set_state("cancelled")
        self._finish_activities()
        counting._reserve_what_waited()
        return True

    def action_reset_to_draft(self):
        """Cancelled → Draft. Counts that were made stay on record, withdrawn, as the stock may be another one now."""
        self._check_manager()
        self._lock_for("draft")
        stamps = {f"{stamp}_{part}": False for stamp in STAMPS for part in ("at", "by_id")}
        self._set_state("draft", **stamps)
        self.env["stock.inventory.count"].search([("sheet_id", "in", self.ids), ("superseded", "=", False)])._withdraw()
        self.env["stock.inventory.sheet.line"]._refresh_current_qty(self)
        return True

    def action_reverse(self):
        """Undo validated sheets by the opposite moves, each linked with the move it reverses.

        :raises UserError: when a sheet is reversed already, or what was found has left its place since
        """
        self._check_manager()
        self._lock()
        for sheet in self:
            sheet._check_reversible()
        self._hold_what_changes()
        for sheet in self:
            sheet._reverse_stock()
        as_own_write(self).write({"reversed_at": fields.Datetime.now(), "reversed_by_id": self.env.uid})
        return True

    def _set_state(self, state, stamp=None, **vals):
        if stamp:
            vals |= {f"{stamp}_at": fields.Datetime.now(), f"{stamp}_by_id": self.env.uid}
        as_own_write(self.sudo()).write({"state": state, **vals})

    def _lock(self):
        """Keep others from changing these sheets until the transaction ends, and see what they did before.

        :raises UserError: when somebody is changing one at this moment, or when one is named twice: its stock would
            be moved twice
        """
        if len(set(self._ids)) < len(self):
            raise UserError(self.env._("A sheet is named twice among these; name each one once."))
        self._check_all_locked(self.try_lock_for_update())
        self.invalidate_recordset(["state"])

    def _lock_shared(self):
        """Keep these sheets in their state while somebody counts, beside others who count.

        Without it, a count that began before a validation ended would land on the validated sheet. SQL, since the
        ORM has no shared lock. What was read of the sheets is still true then: a row that was changed since this
        transaction began cannot be locked in it.

        :raises UserError: when somebody is changing one at this moment
        """
        if not self:
            return
        self.flush_recordset(["state"])
        query = SQL("SELECT id FROM stock_inventory_sheet WHERE id IN %s FOR SHARE SKIP LOCKED", tuple(self.ids))
        self._check_all_locked(self.browse(row[0] for row in self.env.execute_query(query)))

    def _check_all_locked(self, locked):
        if busy := self - locked:
            message = self.env._(
                "Somebody else is changing sheet %(sheet)s at this moment; try again when they are done.",
                sheet=busy[0].name,
            )
            raise UserError(message)

    def _lock_for(self, target, from_states=None):
        self._lock()
        from_states = from_states or TRANSITIONS[target]
        labels = dict(self._fields["state"]._description_selection(self.env))
        for sheet in self:
            if sheet.state not in from_states:
                message = self.env._(
                    "Sheet %(sheet)s is %(state)s; only a sheet that is %(wanted)s can become %(target)s.",
                    sheet=sheet.name,
                    state=labels[sheet.state],
                    wanted=" / ".join(labels[state] for state in from_states),
                    target=labels[target],
                )
                raise UserError(message)

    def _check_reversible(self):
        if self.state != "validated":
            raise UserError(
                self.env._("Sheet %(sheet)s is not validated, so there is nothing to reverse.", sheet=self.name)
            )
        if self.reversed_at:
            raise UserError(self.env._("Sheet %(sheet)s is reversed already; make a new sheet.", sheet=self.name))

    # Who may do what

    def _is_manager(self):
        return self.env.su or self.env.user.has_group(MANAGER_GROUP)

    def _check_manager(self):
        """
        :raises AccessError: for anyone but an inventory manager
        """
        self.check_access("write")
        if not self._is_manager():
            raise AccessError(
                self.env._(
                    "Only an inventory manager can do this with sheet %(sheet)s; ask one of them.", sheet=self[:1].name
                )
            )

    def _check_counter(self):
        """
        :raises AccessError: for anyone but a counter of these sheets or an inventory manager
        """
        self.check_access("read")
        if self._is_manager():
            return
        # With those who left: to leave them out, each is read.
        for sheet in self.sudo().with_context(active_test=False):
            if self.env.user not in sheet.counter_ids:
                raise AccessError(
                    self.env._(
                        "You are not a counter of sheet %(sheet)s; ask an inventory manager to add you.",
                        sheet=sheet.name,
                    )
                )

    def _check_counting(self):
        """Whether this user may count on these sheets now.

        :raises UserError: when one is not in progress
        """
        self._check_counter()
        self._lock_shared()
        for sheet in self:
            if sheet.state != "in_progress":
                message = self.env._(
                    "Sheet %(sheet)s is not in progress, so nothing can be counted on it; start or reopen it first.",
                    sheet=sheet.name,
                )
                raise UserError(message)

    def _check_may_add_lines(self):
        """A manager adds lines until the sheet is completed, a counter what they find while they count."""
        self._check_open_for_lines()
        for sheet in self:
            if sheet.state != "in_progress":
                sheet._check_manager()

    def _check_open_for_lines(self):
        self._lock_shared()
        for sheet in self:
            if sheet.state not in OPEN_FOR_LINES:
                message = self.env._(
                    "The lines of sheet %(sheet)s are settled; reopen it to change them.", sheet=sheet.name
                )
                raise UserError(message)

    def _check_not_settled(self):
        self._lock_shared()
        for sheet in self:
            if sheet.state in CLOSED_STATES:
                message = self.env._(
                    "Sheet %(sheet)s is settled, and its lines stay as they are; make a new sheet or a stock correction.",
                    sheet=sheet.name,
                )
                raise UserError(message)

    # Activities

    def _schedule_activities(self, summary, deadline_field):
        """A to-do for each counter."""
        for sheet in self:
            deadline = sheet[deadline_field] or fields.Datetime.now()
            for counter in sheet.counter_ids:
                sheet.activity_schedule(
                    "mail.mail_activity_data_todo", deadline.date(), summary=summary, user_id=counter.id
                )

    def _finish_activities(self):
        self.sudo().activity_feedback(["mail.mail_activity_data_todo"])

    # Buttons of the form

    def action_view_lines(self):
        return self._get_lines_action(self.env._("Lines of %(sheet)s", sheet=self.name), {})

    def _get_lines_action(self, name, context):
        """With its views, as a menu of the web client calls it and not a button, for which Odoo would add them."""
        self.ensure_one()
        kinds = ("list", "pivot", "graph", "form") if self._is_manager() else ("list", "form")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "stock.inventory.sheet.line",
            "views": [(False, kind) for kind in kinds],
            "domain": [("sheet_id", "=", self.id)],
            "context": {"default_sheet_id": self.id, **context},
        }

    def _get_move_domain(self):
        return Domain("inventory_sheet_id", "in", self.ids) | Domain("reversed_sheet_id", "in", self.ids)

    def action_view_moves(self):
        """Tools → Show stock moves: what validation moved, and what a reversal moved back."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock moves of %(sheets)s", sheets=", ".join(self.mapped("name"))),
            "res_model": "stock.move",
            "views": [
                (self.env.ref("cognityv_inventory.view_move_list").id, "list"),
                (False, "form"),
                (False, "pivot"),
            ],
            "domain": list(self._get_move_domain()),
            "context": {"create": False},
        }
