from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .stock_inventory_sheet import MANAGER_GROUP

MAXIMA = {"percent": "max_percent", "quantity": "max_qty", "points": "max_points"}
# So many people are named in a message.
LISTED_PEOPLE = 5


class StockInventoryApprovalLimit(models.Model):
    """How great a gap the members of a group may accept by validating a sheet or a correction. Who belongs to several
    groups may what one of them may; who belongs to none with a limit is not limited."""

    _name = "stock.inventory.approval.limit"
    _description = "Approval Limit of Inventory Gaps"
    _rec_name = "group_id"
    _order = "company_id, max_qty, id"

    group_id = fields.Many2one("res.groups", "User group", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", default=lambda self: self.env.company, help="Empty: all companies."
    )
    max_percent = fields.Float("Gap up to (%)", help="Of the current quantity of a line. Zero: no limit.")
    max_qty = fields.Float(
        "Gap up to (quantity)", digits="Product Unit", help="Of a line, in the unit of its product. Zero: no limit."
    )
    max_points = fields.Float(
        "Gap up to (points)",
        help="Of a line: units of gap, each weighed by the count points of its product category. Zero: no limit.",
    )

    _group_unique = models.UniqueIndex(
        "(group_id, COALESCE(company_id, 0))", "This user group has a limit in this company already; change that one."
    )
    _maxima_positive = models.Constraint(
        "CHECK (max_percent >= 0 AND max_qty >= 0 AND max_points >= 0)",
        "A limit is zero (no limit) or more; correct it.",
    )

    @api.model
    def _get_limits_of(self, user, company):
        """The limits of a user's groups."""
        domain = [("group_id", "in", user.sudo().all_group_ids.ids), ("company_id", "in", [company.id, False])]
        return self.sudo().search(domain)

    def _get_maxima(self):
        """
        :return: dict of measure → greatest gap, of what is limited
        """
        return {measure: self[name] for measure, name in MAXIMA.items() if self[name]}

    def _get_beyond(self, adjustments):
        """Those of `adjustments` (lines of sheets, or corrections) whose gap none of these limits allows; none when
        there is no limit."""
        if not self:
            return adjustments.browse()
        maxima = [limit._get_maxima() for limit in self]

        def is_allowed(adjustment):
            gap, expected = adjustment.gap_qty, adjustment._get_expected_qty()
            return any(adjustment._is_gap_within(gap, expected, limits) for limits in maxima)

        return adjustments.filtered(lambda adjustment: not is_allowed(adjustment))

    @api.model
    def _get_approvers_text(self, adjustments, company):
        """The managers who may accept the gaps of `adjustments`."""
        managers = self.env["res.users"].search(
            [("all_group_ids", "in", self.env.ref(MANAGER_GROUP).id), ("company_ids", "in", company.id)]
        )
        able = managers.filtered(lambda user: not self._get_limits_of(user, company)._get_beyond(adjustments))
        if not able:
            return self.env._("nobody yet (an administrator has to raise an approval limit)")
        return format_list(self.env, able[:LISTED_PEOPLE].sudo().mapped("name"), style="or")


class StockInventorySheet(models.Model):
    _inherit = "stock.inventory.sheet"

    def action_validate(self):
        """Completed → Validated, by somebody who may accept gaps of that size."""
        self._check_manager()
        for sheet in self:
            sheet._check_approval_limit()
        return super().action_validate()

    def _check_approval_limit(self):
        """
        :raises UserError: naming the lines whose gap this user may not accept, and who may
        """
        limit_model = self.env["stock.inventory.approval.limit"]
        limits = limit_model._get_limits_of(self.env.user, self.company_id)
        if not limits:
            return
        lines = self.env["stock.inventory.sheet.line"].search([("sheet_id", "=", self.id), ("gap_qty", "!=", 0)])
        if beyond := limits._get_beyond(lines):
            message = self.env._(
                "Sheet %(sheet)s has gaps greater than you may accept; %(people)s can validate it:\n%(lines)s",
                sheet=self.name,
                people=limit_model._get_approvers_text(beyond, self.company_id),
                lines=self._list_lines(beyond, len(beyond)),
            )
            raise UserError(message)


class StockCorrection(models.Model):
    _inherit = "stock.correction"

    def _get_expected_qty(self):
        return self.seen_qty

    def action_validate(self):
        """Draft → Validated, by somebody who may accept differences of that size."""
        self.check_access("write")
        for company, corrections in self.grouped("company_id").items():
            corrections._check_approval_limit(company)
        return super().action_validate()

    def _check_approval_limit(self, company):
        """
        :raises UserError: naming a correction whose difference this user may not accept, and who may
        """
        limit_model = self.env["stock.inventory.approval.limit"]
        if beyond := limit_model._get_limits_of(self.env.user, company)._get_beyond(self)[:1]:
            message = self.env._(
                "Correction %(correction)s of %(product)s is greater than you may accept; %(people)s can validate it.",
                correction=beyond.name,
                product=beyond.product_id.display_name,
                people=limit_model._get_approvers_text(beyond, company),
            )
            raise UserError(message)
