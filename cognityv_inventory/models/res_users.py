from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .stock_inventory_sheet import COUNTER_GROUP, MANAGER_GROUP, SETTLED_STATES


class ResUsers(models.Model):
    """What a user counts blind, and so must not learn from elsewhere."""

    _inherit = "res.users"

    def _get_blind_sheets(self):
        """The sheets that this user counts blind, from the moment they are named on them until they are settled.

        A manager has none: they plan and validate, and may see everything.
        """
        self.ensure_one()
        sheets = self.env["stock.inventory.sheet"].sudo()
        if not self.has_group(COUNTER_GROUP) or self.has_group(MANAGER_GROUP):
            return sheets
        return sheets.search(
            [("counter_ids", "in", self.ids), ("blind", "=", True), ("state", "not in", SETTLED_STATES)], order="id"
        )

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
