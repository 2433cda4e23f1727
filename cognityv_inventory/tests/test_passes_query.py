from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..tools.own_write import as_own_write
from ..tools.passes import LinePasses, sum_by_person, sum_counts
from .common import InventoryCommon

BEGIN = datetime(2026, 1, 1)
# Person, pass, mode, quantity, minute in which it was seen, withdrawn. Few of each, so that they meet.
COUNTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(1, 2),
        st.sampled_from(["add", "add", "set"]),
        st.integers(0, 400).map(lambda cents: cents / 100),
        st.integers(0, 3),
        st.integers(0, 5).map(lambda number: number == 0),
    ),
    max_size=12,
)


@tagged("post_install", "-at_install")
class TestPassesQuery(InventoryCommon):
    """What the database adds up of the counts of a line is what a plain look at each of them says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sheet = cls._make_sheet(location_id=cls.rack_a1.id)
        cls.line = cls._line(cls, cls.sheet, cls.bolt)
        cls.people = cls.manager | cls.counter | cls.worker

    def _make_counts(self, counts):
        made = as_own_write(self.env["stock.inventory.count"]).create(
            [
                {
                    "line_id": self.line.id,
                    "user_id": self.people[person].id,
                    "pass_number": number,
                    "mode": mode,
                    "quantity": quantity,
                    "counted_at": BEGIN + timedelta(minutes=minute),
                    "superseded": withdrawn,
                }
                for person, number, mode, quantity, minute, withdrawn in counts
            ]
        )
        for index, count in enumerate(made):
            count.on_hand_qty = index

    def _get_plain_passes(self):
        domain = [("line_id", "=", self.line.id), ("superseded", "=", False)]
        return LinePasses(self.env["stock.inventory.count"].search(domain, order="counted_at, id"))

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(counts=COUNTS)
    def test_passes_are_those_of_each_count(self, counts):
        with self._undone():
            self._make_counts(counts)
            found, plain = self.line._get_passes()[self.line.id], self._get_plain_passes()
            self.assertEqual((found.numbers, found.are_finished()), (plain.numbers, plain.are_finished()))
            for number in plain.numbers:
                mine, each = found.counts(number), plain.counts(number)
                self.assertAlmostEqual(sum_counts(mine), sum_counts(each))
                self.assertAlmostEqual(sum_by_person(mine), sum_by_person(each))
                self.assertEqual(found.people(number), plain.people(number))
                for name in ("counted_at", "on_hand_qty", "user_id", "mode"):
                    self.assertEqual(getattr(mine[-1], name), getattr(each[-1], name), name)
                for person in self.people:
                    own, plain_own = ([count for count in rows if count.user_id == person] for rows in (mine, each))
                    self.assertAlmostEqual(sum_counts(own), sum_counts(plain_own))
