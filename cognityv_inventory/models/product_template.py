from odoo import api, fields, models
from odoo.fields import Domain

COUNT_TYPES = [("yearly", "Yearly"), ("cycle", "Cycle counting")]
# How much a product moves, from most to least.
ABC_CLASSES = [("A", "A"), ("B", "B"), ("C", "C")]


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
    abc_class = fields.Selection(
        ABC_CLASSES,
        "ABC class",
        compute="_compute_abc_class",
        search="_search_abc_class",
        compute_sudo=True,
        help="How much the product moves in this company, for counts by class; that of the variant that moves most.",
    )

    @api.depends("product_variant_ids.abc_class")
    @api.depends_context("company")
    def _compute_abc_class(self):
        for template in self:
            template.abc_class = min(filter(None, template.product_variant_ids.mapped("abc_class")), default=False)

    def _search_abc_class(self, operator, value):
        """A template has the best class of its variants."""
        if operator != "in":
            return NotImplemented
        product_model, company = self.env["product.product"], self.env.company
        domain, better = Domain.FALSE, []
        for letter, _label in ABC_CLASSES:
            if letter in value:
                has = Domain("product_variant_ids", "any", product_model._get_abc_class_domain([letter], company))
                has_better = Domain("product_variant_ids", "any", product_model._get_abc_class_domain(better, company))
                domain |= has & ~has_better
            better.append(letter)
        return domain | Domain("is_storable", "=", False) if False in value else domain
