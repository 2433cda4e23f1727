from odoo import fields, models

# Who sees money; counters do not.
VALUE_GROUP = "cognityv_valuation.group_see_value"
# What a gap is worth: by which price. An add-on that knows another one adds it here and to `stock.inventory.price`.
VALUATION_BASES = [
    ("cost", "Accounting value (Odoo's own cost)"),
    ("average", "Weighted average price"),
    ("sale", "Sale price"),
    ("purchase", "Purchase price"),
    ("location_average", "Weighted average price of the stock location"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    inventory_valuation_basis = fields.Selection(
        VALUATION_BASES,
        "Inventory sheets are valued at",
        required=True,
        default="cost",
        help="What the gaps of inventory sheets are shown to be worth. What the accounts get is always Odoo's own cost.",
    )
