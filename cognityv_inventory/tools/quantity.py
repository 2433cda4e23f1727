"""Quantities as people write them: in a spreadsheet, a CSV file of any country, or a form."""

import math
import re

NUMBER = re.compile(r"[+-]?\d[\d.,']*|[+-]?[.,]\d+")
SPACES = re.compile(r"[\s\u00a0\u202f]")


def parse_quantity(value, decimal_point="."):
    """A finite number from what a cell or a field holds.

    A lone separator that is not the user's own decimal point and stands before exactly three digits could be read
    both ways ("1,234"): it is refused rather than guessed, since a guess would be wrong a thousandfold.

    :param value: int, float or str
    :param decimal_point: "." or ",", of the reader's language
    :return: float
    :raises ValueError: with a reason fit for a person, as an untranslated key: "number" or "ambiguous"
    """
    if isinstance(value, bool):
        raise ValueError("number")
    try:
        number = float(value if isinstance(value, int | float) else _normalize(str(value), decimal_point))
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("number")
    return number


def _normalize(text, decimal_point):
    """The text with "." as decimal point and no thousands separators."""
    text = SPACES.sub("", text)
    if not NUMBER.fullmatch(text):
        raise ValueError("number")
    text = text.replace("'", "")
    separators = [char for char in text if char in ".,"]
    if not separators:
        return text
    last = separators[-1]
    if len(set(separators)) == 2:
        return _ungrouped(text, "," if last == "." else ".", last)
    if len(separators) > 1:
        return _ungrouped(text, last, None)
    if last != decimal_point and len(text.rpartition(last)[2]) == 3 and text.strip("+-")[0] not in "0.,":
        raise ValueError("ambiguous")
    return text.replace(",", ".")


def _ungrouped(text, thousands, decimal):
    """The text without its thousands separators, each of which must stand before three digits."""
    whole, _point, fraction = text.partition(decimal) if decimal else (text, "", "")
    groups = whole.lstrip("+-").split(thousands)
    if (
        not groups[0]
        or len(groups[0]) > 3
        or any(len(group) != 3 for group in groups[1:])
        or not (fraction or "0").isdigit()
    ):
        raise ValueError("number")
    return whole.replace(thousands, "") + (f".{fraction}" if fraction else "")
