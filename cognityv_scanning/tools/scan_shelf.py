"""Where scanned items are taken from."""

from collections import defaultdict
from typing import Any, NamedTuple


class ScanPlace(NamedTuple):
    """What tells stock of a product from other stock of it; each a record, which may be empty."""

    location: Any
    lot: Any
    package: Any
    owner: Any


class ScanShelf:
    """What was taken of a product, and from where.

    :param uom: the unit of the product, in which all quantities are
    """

    def __init__(self, uom):
        self._uom = uom
        self._taken = defaultdict(float)

    def take(self, quantity, offers):
        """Take some of an item from the first of `offers` that still have it.

        :param offers: list of tuples of ScanPlace and how much may be taken from there in all; best first
        :return: dict of ScanPlace → quantity
        """
        places = defaultdict(float)
        for place, limit in offers:
            taken = self._uom.round(min(quantity, limit - self._taken[place]))
            if self._uom.compare(taken, 0) > 0:
                places[place] += taken
                self._taken[place] += taken
                quantity -= taken
        return places
