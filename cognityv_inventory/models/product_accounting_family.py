from odoo import api, fields, models


class ProductAccountingFamily(models.Model):
    _name = "product.accounting.family"
    _description = "Accounting Family"
    _order = "name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL",
        "Another accounting family has this code already; choose another one.",
    )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for family in self:
            family.display_name = f"[{family.code}] {family.name}" if family.code else family.name
