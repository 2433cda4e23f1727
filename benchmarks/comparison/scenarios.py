# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rows of the benchmark and its contenders, by name. No Odoo here: the report is made from this."""

from typing import NamedTuple

WARM_UP_LINES = 10
ON_HAND = 10.0


class Products(NamedTuple):
    cost_method: str = "standard"
    tracking: str = "none"


PLAIN = Products()


class Contender(NamedTuple):
    """
    :param ground: the database it works in, see `grounds`
    :param validate: the steps that bring the stock to what was counted
    :param limit: it is not asked to do more lines than that
    """

    title: str
    ground: str
    validate: tuple
    limit: int


class Row(NamedTuple):
    """
    :param kind: what is measured, see `measuring`
    :param absent: contender → why it has no such row
    :param gap: a key of GAPS
    """

    title: str
    kind: str
    contenders: tuple
    absent: dict = {}
    products: Products = PLAIN
    gap: str = "each"


CONTENDERS = {
    "core": Contender("Odoo core", "odoo", ("apply",), 10_000),
    "oca": Contender("OCA stock_inventory", "oca", ("apply", "done"), 10_000),
    "sheet": Contender("ours, Odoo's path", "ours", ("validate",), 10_000),
    "sets": Contender("ours, by sets", "ours", ("validate",), 1_000_000),
    "floor": Contender("SQL floor", "ours", ("apply",), 1_000_000),
}
ALL = tuple(CONTENDERS)
NO_FLOOR = "the floor is that of moving stock"
SAME_AS_SETS = "the path matters to counts and validation only: as by sets"
ROWS = {
    "each": Row("Validate, a gap on each line", "validation", ALL),
    "tenth": Row("Validate, a gap on one line in ten", "validation", ALL, gap="tenth"),
    "lots": Row("Validate, products with lots", "validation", ALL, products=Products(tracking="lot")),
    "avco": Row("Validate, products at average cost", "validation", ALL, products=Products("average")),
    "start": Row(
        "Fill and start",
        "start",
        ("oca", "sets"),
        {"core": "quants are counted as they are, without a document", "sheet": SAME_AS_SETS, "floor": NO_FLOOR},
    ),
    "import": Row(
        "Import of the counts from an XLSX workbook",
        "import",
        ("core", "sets"),
        {"oca": "has no import of its own", "sheet": SAME_AS_SETS, "floor": NO_FLOOR},
    ),
    "small": Row(
        "As many sheets of one line against one sheet",
        "small",
        ("core", "oca", "sets"),
        {"sheet": "not measured: see core", "floor": NO_FLOOR},
    ),
    "opening": Row(
        "Open a sheet in the web client, until its lines are shown",
        "opening",
        ("sets",),
        {"core": "has no sheet", "oca": "has no lines on its form", "sheet": SAME_AS_SETS, "floor": NO_FLOOR},
    ),
    # On request only.
    "mixed": Row("Validate, +1 on half the lines, -1 on 40 %, none on 10 %", "validation", ALL, gap="mixed"),
    "fifo": Row(
        "Validate, products valued first in, first out",
        "validation",
        ("core", "oca", "sheet", "sets"),
        {"floor": "what a gap is worth is found move by move"},
        Products("fifo"),
    ),
}
DEFAULT_ROWS = [name for name in ROWS if name not in ("mixed", "fifo")]


def get_gap_on_each(position):
    return 1.0 if position % 2 else -1.0


def get_gap_on_tenth(position):
    return 0.0 if position % 10 else get_gap_on_each(position // 10)


def get_mixed_gap(position):
    digit = position % 10
    return 1.0 if digit < 5 else -1.0 if digit < 9 else 0.0


# By the place of the product in the row of all.
GAPS = {"each": get_gap_on_each, "tenth": get_gap_on_tenth, "mixed": get_mixed_gap}
