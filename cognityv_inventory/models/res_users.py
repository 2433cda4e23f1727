from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .stock_inventory_sheet import CLOSED_STATES, COUNTER_GROUP, MANAGER_GROUP


class ResUsers(models.Model):
    """What a user counts blind, and so must not learn from elsewhere."""

    _inherit = "res.users"

    # A field only to be remembered until something of it changes: each search of stock by a counter asks for it.
    blind_sheet_ids = fields.Many2many(
        "stock.inventory.sheet",
        compute="_compute_blind_sheet_ids",
        groups=fields.NO_ACCESS,
        string="Sheets counted blind",
    )

    @api.depends("group_ids")
    def _compute_blind_sheet_ids(self):
        for user in self:
            user.blind_sheet_ids = user._find_blind_sheets()

    def _get_blind_sheets(self):
        """The sheets that this user counts blind, from the moment they are named on them until they are settled.

        A manager has none: they plan and validate, and may see everything.
        """
        self.ensure_one()
        return self.sudo().blind_sheet_ids

    def _find_blind_sheets(self):
        """SQL, as the ORM would work out who may be a counter again each time."""
        sheets = self.env["stock.inventory.sheet"].sudo()
        if not self.has_group(COUNTER_GROUP) or self.has_group(MANAGER_GROUP):
            return sheets
        sheets.flush_model(["blind", "state", "counter_ids"])
        counters = sheets._fields["counter_ids"]
        query = SQL(
            """
            SELECT sheet.id FROM stock_inventory_sheet sheet JOIN %(named)s named ON named.%(sheet)s = sheet.id
             WHERE named.%(user)s = %(user_id)s AND sheet.blind AND sheet.state NOT IN %(closed)s
          ORDER BY sheet.id
            """,
            named=SQL.identifier(counters.relation),
            sheet=SQL.identifier(counters.column1),
            user=SQL.identifier(counters.column2),
            user_id=self.id,
            closed=CLOSED_STATES,
        )
        return sheets.browse(sheet_id for [sheet_id] in self.env.execute_query(query))

    @api.model
    def _forget_blind_sheets(self):
        self.invalidate_model(["blind_sheet_ids"], flush=False)

    def _get_blind_places(self):
        """The places that this user counts blind, archived ones too, as a query; None when there are none."""
        sheets = self._get_blind_sheets()
        if not sheets:
            return None
        domain = Domain.OR(sheet._get_location_domain() for sheet in sheets)
        return self.env["stock.location"].sudo().with_context(active_test=False)._search(domain)

    def _check_not_counting_blind(self):
        """
        :raises AccessError: when this user counts blind, so that no search may tell what the system has
        """
        if sheet := self._get_blind_sheets()[:1]:
            message = self.env._(
                "You count sheet %(sheet)s blind, so nothing can be searched, sorted or grouped by what the system has; "
                "leave the current quantities and gaps out.",
                sheet=sheet.name,
            )
            raise AccessError(message)


class StockInventorySheet(models.Model):
    _inherit = "stock.inventory.sheet"

    @api.model_create_multi
    def create(self, vals_list):
        sheets = super().create(vals_list)
        self.env["res.users"]._forget_blind_sheets()
        return sheets

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"blind", "state", "counter_ids"}:
            self.env["res.users"]._forget_blind_sheets()
        return result
