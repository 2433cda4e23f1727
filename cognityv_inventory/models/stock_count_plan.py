import logging
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError
from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.own_write import as_own_write
from .product_template import ABC_CLASSES, COUNT_TYPES
from .stock_inventory_sheet import COUNTED_USAGES

_logger = logging.getLogger(__name__)

UNITS = [("days", "Days"), ("weeks", "Weeks"), ("months", "Months")]
# How often each ABC class is counted unless somebody says otherwise.
CLASS_INTERVALS = {"A": (1, "months"), "B": (3, "months"), "C": (12, "months")}
# When people are asked to count on a day, in the company's time.
OPENS_AT, CLOSES_AT = time(8), time(18)


class StockCountPlan(models.Model):
    """What is counted again and again: a cron makes its inventory sheets ahead of time.

    Each date of a plan has one sheet at most, kept by a unique index of the sheet.
    """

    _name = "stock.count.plan"
    _description = "Count Plan"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "next_date, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
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
        default=lambda self: self.env["stock.inventory.sheet"]._default_location_id(),
    )
    include_sublocations = fields.Boolean("Include sub-locations", default=True)
    accounting_family_id = fields.Many2one("product.accounting.family", index="btree_not_null")
    product_categ_id = fields.Many2one(
        "product.category", "Product category", index="btree_not_null", help="With its sub-categories."
    )
    product_ids = fields.Many2many("product.product", string="Products", domain=[("is_storable", "=", True)])
    exclude_out_of_stock = fields.Boolean(
        "Exclude out of stock products", default=True, help="Leave out what should not be there."
    )
    abc_class = fields.Selection(ABC_CLASSES, "ABC class", tracking=True, help="Products of every class when empty.")
    count_type = fields.Selection(COUNT_TYPES, "Type", required=True, default="cycle")
    interval_number = fields.Integer(
        "Every", required=True, tracking=True, compute="_compute_interval", store=True, readonly=False, precompute=True
    )
    interval_unit = fields.Selection(
        UNITS,
        "Unit",
        required=True,
        tracking=True,
        compute="_compute_interval",
        store=True,
        readonly=False,
        precompute=True,
    )
    next_date = fields.Date("Next count on", required=True, default=fields.Date.context_today)
    days_ahead = fields.Integer(
        "Made ahead (days)", default=7, help="The sheet is made and planned so many days before the count."
    )
    make_date = fields.Date("Sheet made on", compute="_compute_make_date", store=True, index=True)
    count_days = fields.Integer("Days to count", default=1, help="The sheet is late when these days are over.")
    counter_ids = fields.Many2many(
        "res.users",
        string="Counters",
        check_company=True,
        domain=lambda self: list(self.env["stock.inventory.sheet"]._get_counter_domain()),
    )
    blind = fields.Boolean("Blind count", help="Counters do not see the current quantities, on paper either.")
    block_mode = fields.Selection(
        lambda self: self.env["stock.inventory.sheet"]._fields["block_mode"]._description_selection(self.env),
        "Blocked while counting",
        required=True,
        default=lambda self: self.env["stock.inventory.sheet"].default_get(["block_mode"]).get("block_mode"),
    )
    sheet_ids = fields.One2many("stock.inventory.sheet", "count_plan_id", "Inventory sheets", readonly=True)
    sheet_count = fields.Integer("Sheets", compute="_compute_sheets")
    last_sheet_id = fields.Many2one("stock.inventory.sheet", compute="_compute_sheets")
    problem = fields.Char(readonly=True, copy=False, help="Why the next sheet could not be made.")

    _interval_positive = models.Constraint(
        "CHECK (interval_number > 0)", "A count plan needs an interval of at least 1."
    )
    _days_ahead_range = models.Constraint(
        "CHECK (days_ahead BETWEEN 0 AND 90)", "Sheets are made 0 to 90 days ahead; choose a number between."
    )
    _count_days_range = models.Constraint(
        "CHECK (count_days BETWEEN 1 AND 366)", "A count takes 1 to 366 days; choose a number between."
    )

    @api.depends("abc_class")
    def _compute_interval(self):
        for plan in self:
            usual = CLASS_INTERVALS.get(plan.abc_class)
            now = (plan.interval_number or 1, plan.interval_unit or "months")
            plan.interval_number, plan.interval_unit = usual or now

    @api.depends("next_date", "days_ahead")
    def _compute_make_date(self):
        for plan in self:
            plan.make_date = plan.next_date and plan.next_date - timedelta(days=plan.days_ahead)

    @api.depends("sheet_ids")
    def _compute_sheets(self):
        groups = self.env["stock.inventory.sheet"]._read_group(
            [("count_plan_id", "in", self.ids)], ["count_plan_id"], ["__count", "id:max"]
        )
        by_plan = {plan.id: (count, last) for plan, count, last in groups}
        for plan in self:
            plan.sheet_count, plan.last_sheet_id = by_plan.get(plan._origin.id, (0, False))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_sheets(self):
        for plan in self.filtered("sheet_count"):
            message = self.env._(
                "Sheets were made from count plan %(plan)s, so it stays on record; archive it instead.", plan=plan.name
            )
            raise UserError(message)

    # The cron

    @api.model
    def _cron_make_sheets(self):
        """Make the sheets that are due, plan after plan, each in a transaction of its own.

        A plan that fails says so on itself and does not keep the others from their sheets.
        """
        plans = self.search(self._get_due_domain())
        self.env["ir.cron"]._commit_progress(remaining=len(plans))
        for plan in plans:
            plan._try_to_make_due_sheets()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _get_due_domain(self):
        return [("make_date", "<=", fields.Date.today())]

    def _try_to_make_due_sheets(self):
        try:
            self._make_due_sheets()
            self.env.flush_all()
        except OperationalError:
            # Another worker is at this plan, or has just been: what is left to do is found at the next run.
            self.env.cr.rollback()
            _logger.info("Count plan %s: somebody else makes its sheets", self.id)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("Count plan %s: no sheet could be made", self.id)
            self._report_problem(error)

    def _make_due_sheets(self):
        """Make every sheet that is due by now, unless somebody else is doing so."""
        sheets = self.env["stock.inventory.sheet"]
        if self._try_lock():
            while self.make_date <= fields.Date.today():
                sheets |= self._make_next_sheet()
        return sheets

    def _try_lock(self):
        """Whether nobody else makes sheets of this plan until the transaction ends; see what they did before."""
        locked = self.try_lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        return bool(locked) and self.active

    def _report_problem(self, error):
        """Keep why for the form, and tell those who follow the plan: once, and not every night."""
        if not self.exists():
            return
        if not self.problem:
            self._say(
                self.env._("The sheet of %(date)s could not be made: %(problem)s", date=self._get_day(), problem=error)
            )
        self.problem = str(error)

    def _say(self, body):
        self.message_post(body=body, subtype_xmlid="mail.mt_comment")

    def _get_day(self):
        return format_date(self.env, self.next_date)

    # Making a sheet

    def _make_next_sheet(self):
        """Make, fill and plan the sheet of the next date, and move on to the date after it.

        :return: the sheet; none when there is nothing to count, which the plan then says
        """
        self.ensure_one()
        sheet_model = self.env["stock.inventory.sheet"]
        sheet = sheet_model.browse(as_own_write(sheet_model).create(self._prepare_sheet_vals()).id)
        if sheet._fill():
            sheet.action_plan()
        else:
            self._say(self.env._("Nothing to count on %(date)s: no sheet was made.", date=self._get_day()))
            sheet.unlink()
        self.write({"next_date": self._get_date_after_next(), "problem": False})
        return sheet.exists()

    def _prepare_sheet_vals(self):
        """A date that was missed is counted from today on."""
        first_day = max(self.next_date, fields.Date.today())
        last_day = first_day + timedelta(days=self.count_days - 1)
        return {
            "count_plan_id": self.id,
            "plan_date": self.next_date,
            "refill_at_start": True,
            "description": self.name,
            "company_id": self.company_id.id,
            "location_id": self.location_id.id,
            "include_sublocations": self.include_sublocations,
            "count_type": self.count_type,
            "planned_start": self._to_utc(first_day, OPENS_AT),
            "planned_end": self._to_utc(last_day, CLOSES_AT),
            "counter_ids": [fields.Command.set(self.counter_ids.ids)],
            "blind": self.blind,
            "block_mode": self.block_mode,
            "accounting_family_id": self.accounting_family_id.id,
            "product_categ_id": self.product_categ_id.id,
            "product_ids": [fields.Command.set(self.product_ids.ids)],
            "exclude_out_of_stock": self.exclude_out_of_stock,
            "abc_class": self.abc_class,
        }

    def _to_utc(self, day, hour):
        zone = timezone(self.company_id._get_count_timezone())
        return zone.localize(datetime.combine(day, hour)).astimezone(utc).replace(tzinfo=None)

    def _get_date_after_next(self):
        """The first date after the next one that is not over yet: dates that were missed are not made up for."""
        date = self._get_date_after(self.next_date)
        while date < fields.Date.today():
            date = self._get_date_after(date)
        return date

    def _get_date_after(self, date):
        """One interval later. The last day of a month stays the last day, as 31 January + 1 month + 1 month would
        end up on the 28th for ever."""
        is_last_of_month = (date + timedelta(days=1)).day == 1
        later = date + relativedelta(**{self.interval_unit: self.interval_number})
        return later + relativedelta(day=31) if self.interval_unit == "months" and is_last_of_month else later

    # Buttons

    def action_make_sheet(self):
        """Make the next sheet now, however many days before its date.

        :raises UserError: when somebody else is doing so at this moment
        """
        self.ensure_one()
        self.check_access("write")
        if not self._try_lock():
            message = self.env._(
                "Sheets of count plan %(plan)s are being made at this moment, or it is archived; look at its sheets.",
                plan=self.name,
            )
            raise UserError(message)
        sheet = self._make_next_sheet()
        return self._get_sheets_action(sheet) if sheet else {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_sheets(self):
        self.ensure_one()
        return self._get_sheets_action(self.sheet_ids)

    def _get_sheets_action(self, sheets):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Sheets of %(plan)s", plan=self.name),
            "res_model": "stock.inventory.sheet",
            "domain": [("count_plan_id", "=", self.id)],
            "context": {"create": False},
        }
        if len(sheets) == 1:
            return {**action, "view_mode": "form", "res_id": sheets.id}
        return {**action, "view_mode": "list,kanban,calendar,form"}
