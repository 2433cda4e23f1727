"""Quantities in sentences."""

from odoo.tools.misc import formatLang


def quantity_text(product, quantity):
    """A quantity of a product in words, in its own unit: “2.5 kg Steel”."""
    env = product.env
    digits = env["decimal.precision"].precision_get("Product Unit")
    needed = next(count for count in range(digits + 1) if round(quantity, count) == round(quantity, digits))
    return f"{formatLang(env, quantity, digits=needed)} {product.uom_id.name} {product.display_name}"
