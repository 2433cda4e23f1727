"""Money in SQL, rounded as Odoo rounds it in Python."""

from odoo.tools import SQL
from odoo.tools.float_utils import float_invert

# By which part of itself Odoo lifts a number before it rounds it half up.
TIE = 2.0**-50


def round_money_sql(value, currency):
    """An amount as Odoo's `float_round` makes it of a number: in floating point, and half up, where what is just below a
    half by the noise of floating point counts as one.

    :param value: SQL of a float8
    """
    is_fine = currency.rounding < 1
    units = float_invert(currency.rounding) if is_fine else currency.rounding
    scaled = SQL("(%s * %s::float8)" if is_fine else "(%s / %s::float8)", value, units)
    rounded = SQL("ROUND(%s + %s * %s::float8)", scaled, scaled, TIE)
    result = SQL("%s / %s::float8" if is_fine else "%s * %s::float8", rounded, units)
    return SQL("ROUND((%s)::numeric, %s)", result, currency.decimal_places)
