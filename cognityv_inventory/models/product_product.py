from odoo import api, fields, models
from odoo.fields import Domain

from .product_template import ABC_CLASSES


class ProductProduct(models.Model):
    """ABC classes; and on hand figures, which are what the user may read of the quants: what superuser code worked out
    is not theirs."""

    _inherit = "product.product"

    count_class_ids = fields.One2many("product.count.class", "product_id", "ABC classes", readonly=True)
    abc_class = fields.Selection(
        ABC_CLASSES, "ABC class", compute="_compute_abc_class", search="_search_abc_class", compute_sudo=True
    )

    @api.depends("count_class_ids.abc_class", "is_storable")
    @api.depends_context("company")
    def _compute_abc_class(self):
        domain = [("product_id", "in", self.ids), ("company_id", "=", self.env.company.id)]
        classes = {row.product_id: row.abc_class for row in self.env["product.count.class"].search(domain)}
        for product in self:
            product.abc_class = product.is_storable and classes.get(product._origin, "C")

    def _search_abc_class(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_abc_class_domain(value, self.env.company)

    @api.model
    def _get_abc_class_domain(self, classes, company):
        """The products of one of `classes` in a company. What did not move is C; what is not in stock has no class."""

        def classed(letters):
            row = Domain("company_id", "=", company.id) & Domain("abc_class", "in", letters)
            return Domain("count_class_ids", "any", row)

        known = [letter for letter in ("A", "B") if letter in classes]
        domain = classed(known)
        if "C" in classes:
            domain |= ~classed(["A", "B"])
        domain &= Domain("is_storable", "=", True)
        return domain | Domain("is_storable", "=", False) if False in classes else domain

    @api.depends_context("uid")
    def _compute_quantities(self):
        return super()._compute_quantities()


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.depends_context("uid")
    def _compute_quantities(self):
        return super()._compute_quantities()
