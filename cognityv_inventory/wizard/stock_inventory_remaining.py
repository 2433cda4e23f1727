from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.stock_inventory_sheet import COUNTED_USAGES


class StockInventoryRemaining(models.TransientModel):
    """Makes a yearly sheet of everything in a place that was not counted this year."""

    _name = "stock.inventory.remaining"
    _description = "Count What Was Not Counted This Year"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    location_id = fields.Many2one(
        "stock.location",
        "Stock location (parent)",
        required=True,
        check_company=True,
        domain=[("usage", "in", COUNTED_USAGES)],
        default=lambda self: self.env["stock.inventory.sheet"]._default_location_id(),
    )
    include_sublocations = fields.Boolean("Include sub-locations", default=True)
    missing_count = fields.Integer("Not counted this year", compute="_compute_missing_count")

    @api.depends("company_id", "location_id", "include_sublocations")
    def _compute_missing_count(self):
        for wizard in self:
            domain = wizard._get_sheet()._get_uncounted_coverage_domain() if wizard.location_id else [(0, "=", 1)]
            wizard.missing_count = self.env["stock.inventory.coverage"].search_count(domain)

    def _get_sheet(self):
        return self.env["stock.inventory.sheet"].new(self._prepare_sheet_vals())

    def _prepare_sheet_vals(self):
        sheet_model = self.env["stock.inventory.sheet"]
        return {
            **sheet_model._prepare_uncounted_vals(),
            "company_id": self.company_id.id,
            "location_id": self.location_id.id,
            "include_sublocations": self.include_sublocations,
        }

    def action_make_sheet(self):
        """
        :raises UserError: when everything there has been counted this year
        """
        self.ensure_one()
        if not self.missing_count:
            message = self.env._(
                "Everything in %(location)s has been counted this year; choose another location.",
                location=self.location_id.display_name,
            )
            raise UserError(message)
        sheet = self.env["stock.inventory.sheet"].create(self._prepare_sheet_vals())
        sheet.action_fill()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.inventory.sheet",
            "view_mode": "form",
            "res_id": sheet.id,
        }
