from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .stock_inventory_sheet import CLOSED_STATES, COUNTER_GROUP, MANAGER_GROUP


class ResUsers(models.Model):
    """What a user counts blind, and so must not learn from elsewhere."""

    _inherit = "res.users"

    def _get_blind_sheets(self):
        """The sheets that this user counts blind, from the moment they are named on them until they are settled.

        A manager has none: they plan and validate, and may see everything. SQL, since this is asked at every search of
        stock by a counter, and the ORM would work out who may be a counter again each time.
        """
        self.ensure_one()
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
