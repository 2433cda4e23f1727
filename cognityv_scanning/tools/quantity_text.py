"""Quantities in sentences."""

from odoo.tools.misc import formatLang


def quantity_text(product, quantity):
    """A quantity of a product in words, in its own unit: “2.5 kg Steel”."""
    return f"{number_text(product.env, quantity)} {product.uom_id.name} {product.display_name}"


def number_text(env, quantity):
    """A quantity with no more digits than it needs: “2.5”."""
    digits = env["decimal.precision"].precision_get("Product Unit")
    needed = next(count for count in range(digits + 1) if round(quantity, count) == round(quantity, digits))
    return formatLang(env, quantity, digits=needed)
