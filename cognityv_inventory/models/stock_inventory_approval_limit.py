from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .stock_inventory_sheet import MANAGER_GROUP

MAXIMA = {"percent": "max_percent", "quantity": "max_qty", "points": "max_points"}
# So many people are named in a message.
LISTED_PEOPLE = 5


class StockInventoryApprovalLimit(models.Model):
    """How great a gap the members of a group may accept by validating a sheet. Who belongs to several groups may what
    one of them may; who belongs to none with a limit is not limited."""

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

    def _get_beyond(self, lines):
        """Those of `lines` whose gap none of these limits allows; none when there is no limit."""
        if not self:
            return lines.browse()
        maxima = [limit._get_maxima() for limit in self]
        return lines.filtered(
            lambda line: not any(line._is_gap_within(line.gap_qty, line.counted_on_hand, limits) for limits in maxima)
        )


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
        limits = self.env["stock.inventory.approval.limit"]._get_limits_of(self.env.user, self.company_id)
        if not limits:
            return
        lines = self.env["stock.inventory.sheet.line"].search([("sheet_id", "=", self.id), ("gap_qty", "!=", 0)])
        if beyond := limits._get_beyond(lines):
            message = self.env._(
                "Sheet %(sheet)s has gaps greater than you may accept; %(people)s can validate it:\n%(lines)s",
                sheet=self.name,
                people=self._get_approvers_text(beyond),
                lines=self._list_lines(beyond, len(beyond)),
            )
            raise UserError(message)

    def _get_approvers_text(self, lines):
        """The managers who may accept the gaps of `lines`."""
        managers = self.env["res.users"].search(
            [("all_group_ids", "in", self.env.ref(MANAGER_GROUP).id), ("company_ids", "in", self.company_id.id)]
        )
        limit_model = self.env["stock.inventory.approval.limit"]
        able = managers.filtered(lambda user: not limit_model._get_limits_of(user, self.company_id)._get_beyond(lines))
        if not able:
            return self.env._("nobody yet (an administrator has to raise an approval limit)")
        return format_list(self.env, able[:LISTED_PEOPLE].sudo().mapped("name"), style="or")
