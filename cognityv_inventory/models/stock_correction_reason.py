from odoo import api, fields, models
from odoo.exceptions import ValidationError


class StockCorrectionReason(models.Model):
    """Why stock is corrected, and where what is missing is booked to."""

    _name = "stock.correction.reason"
    _description = "Stock Correction Reason"
    _order = "name, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    name = fields.Char("Reason", required=True, translate=True)
    code = fields.Char()
    active = fields.Boolean(default=True)
    loss_location_id = fields.Many2one(
        "stock.location",
        "Inventory loss location",
        company_dependent=True,
        check_company=True,
        domain="[('usage', '=', 'inventory'), '|', ('company_id', '=', False), ('company_id', '=', allowed_company_ids[0])]",
        help="Where corrections for this reason take stock from and put it, in this company, so that accounting can tell "
        "them from others. Empty: the inventory loss location of the product.",
    )

    _code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL",
        "Another stock correction reason has this code already; choose another one.",
    )

    @api.constrains("loss_location_id")
    def _check_loss_location(self):
        for reason in self:
            if reason.loss_location_id and reason.loss_location_id.usage != "inventory":
                message = self.env._(
                    "%(location)s is not an inventory loss location; choose one of that type for reason %(reason)s.",
                    location=reason.loss_location_id.display_name,
                    reason=reason.name,
                )
                raise ValidationError(message)
