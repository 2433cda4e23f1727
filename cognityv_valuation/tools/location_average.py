"""The weighted average price of one product, place by place: events in, quantities and values out.

Nothing here knows Odoo or a database. All numbers are integers, money in the currency's smallest unit and quantities in
the smallest quantity, so that sums are exact and what leaves one place is what reaches the other; `Scale` converts.
The average itself is never stored or rounded: it is value / quantity.

>>> place = LocationAverage()
>>> _ = place.apply(Event("receipt", 10, destination="A", value=1000))
>>> _ = place.apply(Event("receipt", 10, destination="A", value=2000))
>>> _ = place.apply(Event("transfer", 5, source="A", destination="B"))
>>> [entry] = place.apply(Event("issue", 15, source="A"))
>>> entry.value, place.states
(-2250, {'A': (0, 0), 'B': (5, 750)})

What happens where the average says nothing:

* Something leaves a place that has none of it: at the product's cost (`fallback`), and the place is negative. More
  leaves a negative place at its average. The next that comes in settles it, as in Odoo's own average cost: what is left
  of it is worth its own price, and the difference to what was taken out too early is an `adjustment`.
* Nothing is left: the value is zero, so what leaves last takes the rest of the cents with it.
* A place with some of it never has a value below zero; what is missing is an `adjustment`.

So in each place the values and adjustments of its entries add up to its value, always.
"""

from fractions import Fraction
from typing import NamedTuple


def divide(numerator, denominator):
    """The quotient rounded to the nearest integer, halves away from zero, as Odoo rounds money.

    >>> divide(5, 2), divide(-5, 2), divide(5, -2), divide(7, 3)
    (3, -3, -3, 2)
    """
    quotient = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def share(value, quantities):
    """Divide a value by quantities; the last gets what rounding leaves, so that nothing is lost.

    >>> share(1000, [1, 1, 1])
    [333, 333, 334]
    """
    total, shares = sum(quantities), []
    for quantity in quantities[:-1]:
        shares.append(divide(value * quantity, total))
    return [*shares, value - sum(shares)]


class Scale:
    """Between amounts and quantities as people write them and the integers used here.

    :param rounding: the smallest amount of the currency, for instance 0.01
    :param digits: decimals of quantities

    >>> scale = Scale(0.01, 2)
    >>> scale.money(12.34), scale.quantity(2.5), scale.amount(1234), scale.worth(0.333, 250)
    (1234, 250, 12.34, 83)
    """

    def __init__(self, rounding, digits):
        # As exact decimals, for whoever calculates elsewhere.
        self.rounding, self.piece = str(rounding), 10**digits
        self._rounding = rounding
        self._decimals = max(0, len(f"{rounding:.12f}".rstrip("0").partition(".")[2]))
        self._digits = digits
        self._piece = 10**digits
        self._exact_rounding = Fraction(str(rounding))
        self._prices = {}

    def money(self, amount):
        return round(amount / self._rounding)

    def quantity(self, quantity):
        return round(quantity * self._piece)

    def amount(self, money):
        return round(money * self._rounding, self._decimals)

    def pieces(self, quantity):
        return round(quantity / self._piece, self._digits)

    def price(self, price):
        """A price of one piece, as money per quantity: exact."""
        if price not in self._prices:
            self._prices[price] = Fraction(repr(float(price))) / self._exact_rounding / self._piece
        return self._prices[price]

    def worth(self, price, quantity):
        """What a quantity (integer) costs at a price of one piece: money."""
        return multiply(self.price(price), quantity)

    def average(self, money, quantity):
        """The price of one piece; 0 where there is nothing."""
        return money * self._rounding * self._piece / quantity if quantity else 0.0


def multiply(price, quantity):
    """
    >>> multiply(Fraction(1, 3), 10)
    3
    """
    return divide(price.numerator * quantity, price.denominator)


class Event(NamedTuple):
    """Something that happened to a product.

    Goods come in (only `destination`), leave (only `source`), or go from one place to another (both); a new price
    (`price`) is for what is in all places.
    """

    kind: str
    quantity: int = 0
    source: object = None
    destination: object = None
    # What comes in is worth this; None: what the place's average says.
    value: int | None = None
    # What it is worth when the average says nothing.
    fallback: int = 0
    # What names the movement, and the movement that it undoes: it comes back at what that left with. What undoes a
    # coming-in leaves at what that came in with if it `undoes_exactly`, else at the average as everything does.
    key: object = None
    undoes: object = None
    undoes_exactly: bool = False
    price: Fraction | None = None


class Entry(NamedTuple):
    """What an event did to one place: `value` goes with the goods, `adjustment` is what does not."""

    kind: str
    place: object
    quantity: int
    value: int
    adjustment: int
    quantity_after: int
    value_after: int


class LocationAverage:
    """The quantities and values of one product, which events change one after the other.

    :param states: dict of place → (quantity, value), to go on from
    """

    def __init__(self, states=()):
        self.states = dict(states)
        # What may still be undone, by key: [quantity, value].
        self._left = {}
        self._entered = {}

    def apply(self, event):
        """Carry out one event.

        :return: list of Entry, one for each place that it concerns
        """
        if event.price is not None:
            return self._reprice(event)
        if event.source is None:
            return [self._come_in(event)]
        if event.destination is None:
            return [self._go_out(event)]
        leaving = self._leave(f"{event.kind}_out", event.source, event, None)
        return [leaving, self._enter(f"{event.kind}_in", event.destination, event.quantity, -leaving.value)]

    def _come_in(self, event):
        value = self._undo(self._left, event)
        if value is None:
            value = event.value
        if value is None:
            value = self._get_average_worth(event.destination, event)
        self._remember(self._entered, event, value)
        return self._enter(event.kind, event.destination, event.quantity, value)

    def _go_out(self, event):
        value = self._undo(self._entered, event) if event.undoes_exactly else None
        entry = self._leave(event.kind, event.source, event, value)
        self._remember(self._left, event, -entry.value)
        return entry

    def _enter(self, kind, place, quantity, value):
        before, worth = self.states.get(place, (0, 0))
        after = before + quantity
        new_worth = divide(value * after, quantity) if before < 0 else worth + value
        return self._settle(kind, place, quantity, value, after, new_worth)

    def _leave(self, kind, place, event, value):
        if value is None:
            value = self._get_average_worth(place, event)
        before, worth = self.states.get(place, (0, 0))
        return self._settle(kind, place, -event.quantity, -value, before - event.quantity, worth - value)

    def _get_average_worth(self, place, event):
        quantity, worth = self.states.get(place, (0, 0))
        return divide(worth * event.quantity, quantity) if quantity else event.fallback

    def _settle(self, kind, place, quantity, value, after, new_worth):
        """Nothing is worth nothing, and something is never worth less than nothing."""
        if after == 0 or (after > 0) != (new_worth > 0):
            new_worth = 0
        adjustment = new_worth - self.states.get(place, (0, 0))[1] - value
        self.states[place] = (after, new_worth)
        return Entry(kind, place, quantity, value, adjustment, after, new_worth)

    def _reprice(self, event):
        """An entry for each place with stock, also where nothing changes: the price was set there, and when."""
        entries = []
        for place, (quantity, worth) in sorted(self.states.items()):
            if quantity:
                new_worth = multiply(event.price, quantity)
                self.states[place] = (quantity, new_worth)
                entries.append(Entry(event.kind, place, 0, new_worth - worth, 0, quantity, new_worth))
        return entries

    @staticmethod
    def _remember(moved, event, value):
        if event.key is not None:
            quantity, total = moved.get(event.key, (0, 0))
            moved[event.key] = (quantity + event.quantity, total + value)

    @staticmethod
    def _undo(moved, event):
        """What the movement that is undone was worth, for as much of it as comes back; None when it is not known."""
        quantity, value = moved.get(event.undoes, (0, 0))
        if quantity <= 0:
            return None
        undone = divide(value * event.quantity, quantity)
        moved[event.undoes] = (quantity - event.quantity, value - undone)
        return undone
