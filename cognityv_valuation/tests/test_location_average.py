import doctest
from fractions import Fraction

from hypothesis import HealthCheck, settings
from hypothesis import given as given_by_hypothesis
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import location_average
from ..tools.location_average import Event, LocationAverage, Scale, divide, share

PLACES = ("A", "B", "C")


def given(*strategies):
    """No test depends on how quick the machine is."""

    def decorate(test):
        return settings(deadline=None, suppress_health_check=list(HealthCheck))(given_by_hypothesis(*strategies)(test))

    return decorate


quantities = st.integers(1, 50)


@st.composite
def events(draw):
    """One thing that may happen to a product; receipts and issues are named by their number, to be undone later."""
    kind = draw(st.sampled_from(["receipt", "issue", "transfer", "found", "price"]))
    quantity, place = draw(quantities), draw(st.sampled_from(PLACES))
    if kind == "price":
        return Event("price", price=Fraction(draw(st.integers(0, 999)), draw(st.integers(1, 7))))
    if kind == "receipt":
        return Event("receipt", quantity, destination=place, value=draw(st.integers(0, 10_000)))
    if kind == "found":
        return Event("correction", quantity, destination=place, fallback=draw(st.integers(0, 10_000)))
    if kind == "issue":
        return Event("issue", quantity, source=place, fallback=draw(st.integers(0, 10_000)))
    other = draw(st.sampled_from([name for name in PLACES if name != place]))
    return Event("transfer", quantity, source=place, destination=other, fallback=draw(st.integers(0, 10_000)))


@tagged("post_install", "-at_install")
class TestLocationAverage(BaseCase):
    """The calculation itself: exact integers, nothing lost."""

    def test_examples_in_the_documentation_of_the_module(self):
        result = doctest.testmod(location_average)
        self.assertGreater(result.attempted, 5)
        self.assertEqual(result.failed, 0)

    @given(st.lists(events(), max_size=40))
    def test_values_and_adjustments_add_up_to_what_is_there(self, happened):
        average, sums = LocationAverage(), dict.fromkeys(PLACES, (0, 0))
        for event in happened:
            for entry in average.apply(event):
                quantity, value = sums[entry.place]
                sums[entry.place] = (quantity + entry.quantity, value + entry.value + entry.adjustment)
                self.assertEqual(sums[entry.place], (entry.quantity_after, entry.value_after))
        self.assertEqual({place: state for place, state in sums.items() if any(state)}, self._there(average))

    @given(st.lists(events(), max_size=40))
    def test_nothing_is_worth_nothing_and_something_never_less(self, happened):
        average = LocationAverage()
        for event in happened:
            average.apply(event)
            for quantity, value in average.states.values():
                self.assertTrue(quantity * value >= 0)
                self.assertFalse(value and not quantity)

    @given(st.lists(events(), max_size=40))
    def test_a_transfer_takes_along_what_it_takes_out(self, happened):
        average = LocationAverage()
        for event in happened:
            entries = average.apply(event)
            if event.kind == "transfer":
                self.assertEqual([entry.kind for entry in entries], ["transfer_out", "transfer_in"])
                self.assertEqual(entries[0].value, -entries[1].value)

    @given(st.lists(st.tuples(quantities, st.integers(0, 10_000), st.floats(0, 1)), min_size=1, max_size=30))
    def test_it_is_the_exact_average_but_for_the_rounding_of_each_issue(self, receipts):
        """Beside fractions that are never rounded."""
        average, quantity, worth, rounded = LocationAverage(), 0, Fraction(0), 0
        for received, value, part in receipts:
            average.apply(Event("receipt", received, destination="A", value=value))
            quantity, worth = quantity + received, worth + value
            issued = int(quantity * part)
            if issued:
                average.apply(Event("issue", issued, source="A"))
                worth -= worth * issued / quantity
                quantity -= issued
                rounded += 1
            self.assertEqual(average.states["A"][0], quantity)
            self.assertLessEqual(abs(average.states["A"][1] - worth), Fraction(rounded, 2))

    @given(quantities, st.integers(0, 10_000), st.lists(st.integers(1, 10), min_size=1, max_size=8))
    def test_what_comes_back_in_parts_is_what_left(self, more, value, parts):
        average = LocationAverage()
        quantity = sum(parts)
        average.apply(Event("receipt", quantity + more, destination="A", value=value))
        [issue] = average.apply(Event("issue", quantity, source="A", key=1))
        returns = [
            average.apply(Event("reversal", part, destination="B", value=0, key=2 + number, undoes=1))[0]
            for number, part in enumerate(parts)
        ]
        self.assertEqual(sum(entry.value for entry in returns), -issue.value)
        self.assertEqual(sum(value for _quantity, value in average.states.values()), value)

    @given(st.integers(0, 10**9), st.lists(quantities, min_size=1, max_size=9))
    def test_shares_add_up(self, value, parts):
        shares = share(value, parts)
        self.assertEqual(sum(shares), value)
        for part, amount in list(zip(parts, shares, strict=True))[:-1]:
            self.assertEqual(amount, divide(value * part, sum(parts)))

    def test_a_positive_stock_of_negative_value_is_put_to_nothing(self):
        """A reversal gives back a price that was higher than everything that is left."""
        average = LocationAverage()
        average.apply(Event("correction", 10, destination="A", value=1000, key=1))
        average.apply(Event("receipt", 10, destination="A", value=0))
        average.apply(Event("issue", 5, source="A"))
        [entry] = average.apply(Event("reversal", 10, source="A", undoes=1, undoes_exactly=True))
        self.assertEqual((entry.value, entry.adjustment, entry.value_after), (-1000, 250, 0))

    def test_scales_of_currencies(self):
        for rounding, amount, money in [(0.01, 12.34, 1234), (1.0, 12, 12), (0.05, 1.15, 23), (0.001, 1.234, 1234)]:
            scale = Scale(rounding, 2)
            self.assertEqual((scale.money(amount), scale.amount(money)), (money, amount))

    @given(st.integers(-(10**14), 10**14), st.sampled_from([0.01, 0.05, 1.0, 0.001]))
    def test_amounts_come_back_as_they_were(self, money, rounding):
        scale = Scale(rounding, 2)
        self.assertEqual(scale.money(scale.amount(money)), money)

    @given(st.integers(-(10**14), 10**14))
    def test_quantities_come_back_as_they_were(self, quantity):
        scale = Scale(0.01, 6)
        self.assertEqual(scale.quantity(scale.pieces(quantity)), quantity)

    def _there(self, average):
        return {place: state for place, state in average.states.items() if any(state)}
