from datetime import datetime

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import ValidationError

ABC_SETTINGS = {
    "inventory_abc_basis",
    "inventory_abc_months",
    "inventory_abc_a_percent",
    "inventory_abc_b_percent",
}


class ResCompany(models.Model):
    """How a company plans its counts."""

    _inherit = "res.company"

    inventory_abc_basis = fields.Selection(
        [("value", "Value moved"), ("moves", "Number of moves")], "ABC by", required=True, default="value"
    )
    inventory_abc_months = fields.Integer("ABC period in months", required=True, default=12)
    inventory_abc_a_percent = fields.Float("A up to (%)", required=True, default=80.0)
    inventory_abc_b_percent = fields.Float("B up to (%)", required=True, default=95.0)
    inventory_low_stock_check = fields.Boolean("Offer a count of places that a transfer left empty or low")
    inventory_low_stock_quantity = fields.Float(
        "Low below", digits="Product Unit", help="In the product's unit. Zero: only places that are empty."
    )

    @api.constrains(*ABC_SETTINGS)
    def _check_abc_settings(self):
        for company in self:
            if company.inventory_abc_months < 1:
                message = self.env._(
                    "The ABC period of %(company)s must be a month or more; type 1 or more.", company=company.name
                )
                raise ValidationError(message)
            for percent in (company.inventory_abc_a_percent, company.inventory_abc_b_percent):
                if not 0 < percent <= 100:
                    message = self.env._(
                        "The ABC limits of %(company)s must be above 0 %% and 100 %% at most.", company=company.name
                    )
                    raise ValidationError(message)

    @api.constrains("inventory_low_stock_quantity")
    def _check_low_stock_quantity(self):
        for company in self:
            if company.inventory_low_stock_quantity < 0:
                message = self.env._(
                    "The low stock limit of %(company)s must not be negative; type zero or more.", company=company.name
                )
                raise ValidationError(message)

    def write(self, vals):
        before = {company: company._get_abc_settings() for company in self} if vals.keys() & ABC_SETTINGS else {}
        result = super().write(vals)
        for company, settings in before.items():
            if company._get_abc_settings() != settings:
                self.env["product.count.class"]._update_classes(company)
        return result

    def _get_abc_settings(self):
        return [self[name] for name in sorted(ABC_SETTINGS)]

    def _get_count_timezone(self):
        """In which time the days of counts begin."""
        return self.sudo().resource_calendar_id.tz or self.env.user.tz or "UTC"

    def _get_count_year_start(self):
        """The moment, in UTC, since which everything has to be counted once: 1 January in the company's time.

        The calendar year, and not Odoo's annual inventory day: that one says when people mean to count, and may be
        in a quiet month of a company that closes its books in December.
        """
        zone = timezone(self._get_count_timezone())
        first_day = datetime(utc.localize(fields.Datetime.now()).astimezone(zone).year, 1, 1)
        return zone.localize(first_day).astimezone(utc).replace(tzinfo=None)
