from odoo import fields, models

COUNT_TYPES = [("yearly", "Yearly"), ("cycle", "Cycle counting")]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    accounting_family_id = fields.Many2one("product.accounting.family", index="btree_not_null")
    count_type = fields.Selection(
        COUNT_TYPES,
        help="The inventory sheets that count this product: yearly ones, cycle counts, or both when empty.",
    )
    obsolete_date = fields.Date(
        help="From this day on, inventory sheets leave the product out unless they include obsolete products.",
    )
