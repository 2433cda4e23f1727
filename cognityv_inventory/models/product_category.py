from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    count_points = fields.Float(
        "Count points per unit",
        default=1.0,
        help="How much a missing unit weighs where a gap is measured in points, money left aside: 100 for engines, "
        "0.01 for screws.",
    )

    _count_points_positive = models.Constraint(
        "CHECK (count_points >= 0)", "Count points are zero or more; correct them on the product category."
    )
