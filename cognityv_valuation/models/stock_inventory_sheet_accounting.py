from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write

from .stock_move_value import MOMENT_KEY


class ResCompany(models.Model):
    """When the books are open for what an inventory adjusts."""

    _inherit = "res.company"

    def _check_inventory_date(self, date, document):
        """
        :param document: the name of the sheet or the correction, for the message
        :raises UserError: when the date is to come, or in a period that one of the company's lock dates closes
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        values = {"document": document, "date": format_date(self.env, date), "company": self.name}
        if date > today:
            raise UserError(
                self.env._("%(document)s has an accounting date to come, %(date)s; choose today or earlier.", **values)
            )
        company = self.sudo()
        journal = company.account_stock_journal_id
        if locks := company._get_violated_lock_dates(date, company._has_taxed_inventory_accounts(), journal):
            message = self.env._(
                "%(document)s cannot be booked on %(date)s: the books of %(company)s are closed by %(locks)s. Choose a "
                "later accounting date, or ask an accountant to open the period.",
                locks=company._format_lock_dates(locks),
                **values,
            )
            raise UserError(message)

    def _has_taxed_inventory_accounts(self):
        """Whether entries of inventories would have taxes, as their accounts have some: then the tax return counts."""
        losses = [("usage", "=", "inventory"), ("company_id", "=", self.id), ("valuation_account_id", "!=", False)]
        places = self.env["stock.location"].search(losses)
        return bool((places.valuation_account_id | self.account_stock_valuation_id).tax_ids)

    def _get_inventory_moment(self, date):
        """The moment at which what is dated back happened: the last one of that day in the company's time which is on
        the same day in UTC, too, since Odoo's stock values of a day end with it. None for today, which is now."""
        if date >= fields.Date.context_today(self):
            return None
        zone = timezone(self._get_count_timezone())
        local_end = zone.localize(datetime.combine(date + timedelta(days=1), time.min)).astimezone(utc)
        utc_end = datetime.combine(date + timedelta(days=1), time.min)
        return min(local_end.replace(tzinfo=None), utc_end) - timedelta(seconds=1)


class StockInventorySheet(models.Model):
    """What a sheet does to the books: its moves and entries are dated with its accounting date, are refused in a closed
    period, and give its lines the value that the accounts got."""

    _inherit = "stock.inventory.sheet"

    accounting_date = fields.Date(
        copy=False,
        tracking=True,
        help="The day of the moves and the entries that Validate makes. Empty: the day of validation.",
    )
    entry_count = fields.Integer("Journal entries", compute="_compute_entry_count")

    @api.depends("move_ids.account_move_id", "reversal_move_ids.account_move_id")
    def _compute_entry_count(self):
        for sheet in self:
            sheet.entry_count = len(sheet._get_entries())

    def _get_entries(self):
        """The journal entries of the sheet's moves, and of their reversal."""
        return (self.sudo().move_ids | self.sudo().reversal_move_ids).account_move_id

    def action_view_entries(self):
        """The journal entries of the sheet."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal entries of %(sheets)s", sheets=", ".join(self.mapped("name"))),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self._get_entries().ids)],
            "context": {"create": False},
        }

    def _get_posting_date(self):
        """The accounting date of what is moved now; a reversal is of its own day."""
        today = fields.Date.context_today(self)
        return today if self.state == "validated" else self.accounting_date or today

    def _adjust_stock(self):
        date = self._get_posting_date()
        if self._has_gaps():
            self.company_id._check_inventory_date(date, self.name)
        result = super()._adjust_stock()
        as_own_write(self.sudo()).write({"accounting_date": date})
        self._keep_move_values()
        return result

    def _has_gaps(self):
        domain = [("sheet_id", "=", self.id), ("gap_qty", "!=", 0)]
        return bool(self.env["stock.inventory.sheet.line"].sudo().search_count(domain, limit=1))

    def _do_moves(self, vals_list):
        date = self._get_posting_date()
        context = {"force_period_date": date, MOMENT_KEY: self.company_id._get_inventory_moment(date)}
        moves = super(StockInventorySheet, self.with_context(**context))._do_moves(vals_list)
        # What leaves at another value than the average leaves another one behind.
        taken_out = moves.filtered(lambda move: move.reversed_sheet_id and move.is_out)
        taken_out.product_id.with_company(self.company_id)._update_average_prices()
        return moves

    def _keep_move_values(self, moves=None):
        """The lines say what the accounts got for them; by one statement, as a sheet has many.

        A line without a move of its own, as that of a serial number that was found elsewhere on the sheet, has none.

        :param moves: only the lines of these moves; all by default
        """
        if not self:
            return
        self.env.flush_all()
        condition = SQL("line.sheet_id IN %s", tuple(self.ids))
        if moves is not None:
            condition = SQL("line.id IN %s", tuple(moves.inventory_sheet_line_id.ids))
        query = SQL(
            """
            UPDATE stock_inventory_sheet_line target
               SET account_gap_value = line.value,
                   gap_value = CASE WHEN line.valuation_basis = 'cost' THEN line.value ELSE target.gap_value END
              FROM (
                SELECT line.id, sheet.valuation_basis,
                       COALESCE(SUM(CASE WHEN move.is_in THEN move.value WHEN move.is_out THEN -move.value END), 0) AS value
                  FROM stock_inventory_sheet_line line
                  JOIN stock_inventory_sheet sheet ON sheet.id = line.sheet_id
             LEFT JOIN stock_move move ON move.inventory_sheet_line_id = line.id AND move.state = 'done'
                 WHERE %s
              GROUP BY line.id, sheet.id
              ) line
             WHERE target.id = line.id
               AND (target.account_gap_value IS DISTINCT FROM line.value
                    OR line.valuation_basis = 'cost' AND target.gap_value IS DISTINCT FROM line.value)
            """,
            condition,
        )
        self.env.execute_query(query)
        self.env["stock.inventory.sheet.line"].invalidate_model(["gap_value", "account_gap_value"])

    def _reverse_stock(self):
        """Move back what the sheet moved, at the values that it had: so the accounts are as if it had never been."""
        if self.move_ids:
            self.company_id._check_inventory_date(self._get_posting_date(), self.name)
        return super()._reverse_stock()


class StockCorrection(models.Model):
    """A correction is of the day of its validation."""

    _inherit = "stock.correction"

    def _move_gaps(self):
        today = fields.Date.context_today(self)
        for company, corrections in self.grouped("company_id").items():
            company._check_inventory_date(today, corrections[0].name)
        result = super()._move_gaps()
        self.sudo()._keep_move_values()
        return result

    def _do_moves(self, vals_list):
        context = {"force_period_date": fields.Date.context_today(self), MOMENT_KEY: None}
        return super(StockCorrection, self.with_context(**context))._do_moves(vals_list)

    def _keep_move_values(self):
        """Corrections say what the accounts got for them; by one statement, as many may be validated at once."""
        if not self:
            return
        self.env.flush_all()
        basis_is_cost = self.filtered(lambda correction: correction._get_valuation_basis() == "cost")
        query = SQL(
            """
            UPDATE stock_correction correction
               SET account_gap_value = moved.value,
                   gap_value = CASE WHEN correction.id = ANY(%s) THEN moved.value ELSE correction.gap_value END
              FROM (
                SELECT correction.id,
                       COALESCE(SUM(CASE WHEN move.is_in THEN move.value WHEN move.is_out THEN -move.value END), 0) AS value
                  FROM stock_correction correction
             LEFT JOIN stock_move move ON move.correction_id = correction.id
                 WHERE correction.id = ANY(%s)
              GROUP BY correction.id
                ) moved
             WHERE correction.id = moved.id
            """,
            basis_is_cost.ids,
            self.ids,
        )
        self.env.cr.execute(query)
        self.invalidate_model(["gap_value", "account_gap_value"])
