"""The arithmetic of passes: what several acts of counting one line add up to. Knows no records and no database."""

from typing import NamedTuple


class CountRow(NamedTuple):
    """One act of counting, or several that add up the same, as far as the arithmetic needs it."""

    pass_number: int
    user_id: object
    mode: str  # "set" or "add"
    quantity: float
    # Of the last one of them.
    counted_at: object = None
    on_hand_qty: float = 0.0


def sum_counts(counts):
    """The last quantity that was set, and all that was added since.

    >>> sum_counts([CountRow(1, "Ann", "set", 3), CountRow(1, "Ann", "add", 2)])
    5.0
    """
    total = 0.0
    for count in counts:
        total = count.quantity if count.mode == "set" else total + count.quantity
    return float(total)


def sum_by_person(counts):
    """What people who split a place found together: the total of each person's own counts.

    >>> sum_by_person([CountRow(1, "Ann", "set", 3), CountRow(1, "Bob", "set", 5), CountRow(1, "Ann", "set", 4)])
    9.0
    """
    by_person = {}
    for count in counts:
        by_person.setdefault(count.user_id, []).append(count)
    return sum(map(sum_counts, by_person.values()), 0.0)


class LinePasses:
    """The passes of one line: its counts that were not withdrawn, oldest first."""

    def __init__(self, counts=()):
        self._by_number = {}
        for count in counts:
            self.add(count)

    def __bool__(self):
        return bool(self._by_number)

    def __len__(self):
        return len(self._by_number)

    def add(self, count):
        self._by_number.setdefault(count.pass_number, []).append(count)

    @property
    def numbers(self):
        return sorted(self._by_number)

    @property
    def last(self):
        """The number of the last pass; 0 when nothing was counted."""
        return max(self._by_number, default=0)

    def counts(self, number):
        return self._by_number.get(number, [])

    def people(self, number):
        return {count.user_id for count in self.counts(number)}

    def people_before(self, number):
        """Those who made a pass before pass `number`."""
        return set().union(*(self.people(other) for other in self._by_number if other < number))

    def last_of(self, person):
        """The number of the last pass that a person made; 0 when they made none."""
        return max((number for number in self._by_number if person in self.people(number)), default=0)

    def are_finished(self):
        """Whether nobody adds up still: a quantity that is set is final, one that is added to may grow."""
        return all(counts[-1].mode == "set" for counts in self._by_number.values())
