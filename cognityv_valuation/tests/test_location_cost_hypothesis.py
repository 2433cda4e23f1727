from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .location_cost import LocationCostCommon

CENT = Decimal("0.01")
SETTINGS = {"max_examples": 20, "deadline": None, "suppress_health_check": list(HealthCheck)}

PLACE = st.integers(0, 2)
QUANTITY = st.integers(1, 1200).map(lambda hundredths: Decimal(hundredths) / 100)
# Odoo takes no manual value of zero.
VALUE = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
PICK = st.integers(0, 100)
OPERATIONS = st.one_of(
    st.tuples(st.just("receive"), PLACE, QUANTITY, VALUE),
    st.tuples(st.just("receive_dozens"), PLACE, st.integers(1, 3), VALUE),
    st.tuples(st.just("produce"), PLACE, QUANTITY, VALUE),
    st.tuples(st.just("issue"), PLACE, QUANTITY),
    st.tuples(st.just("consume"), PLACE, QUANTITY),
    st.tuples(st.just("lose"), PLACE, QUANTITY),
    st.tuples(st.just("find"), PLACE, QUANTITY),
    st.tuples(st.just("transfer"), PLACE, st.integers(1, 2), QUANTITY),
    st.tuples(st.just("give_back"), PLACE, PICK, st.sampled_from([1, 2])),
    st.tuples(st.just("revalue"), PICK, VALUE),
    st.tuples(st.just("recount"), PICK, QUANTITY),
    st.tuples(st.just("reprice"), VALUE),
)


def rounded(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


class Replay:
    """What should be, by decimal numbers from the first move on: written without a look at what is tested."""

    def __init__(self):
        self.quantity, self.value = defaultdict(Decimal), defaultdict(Decimal)
        self.left = {}

    def worth(self, place, quantity, price):
        if self.quantity[place] == 0:
            return rounded(price * quantity)
        return rounded(self.value[place] * quantity / self.quantity[place])

    def take(self, place, quantity, price, name=None):
        value = self.worth(place, quantity, price)
        self.quantity[place] -= quantity
        self.value[place] -= value
        self.tidy(place)
        if name is not None:
            self.left[name] = [quantity, value]
        return value

    def put(self, place, quantity, value):
        if self.quantity[place] < 0:
            self.quantity[place] += quantity
            self.value[place] = rounded(value * self.quantity[place] / quantity)
        else:
            self.quantity[place] += quantity
            self.value[place] += value
        self.tidy(place)

    def tidy(self, place):
        if self.quantity[place] == 0 or self.quantity[place] * self.value[place] < 0:
            self.value[place] = Decimal(0)

    def give_back(self, place, quantity, name, otherwise):
        rest = self.left[name]
        if rest[0] <= 0:
            return self.put(place, quantity, otherwise)
        value = rounded(rest[1] * quantity / rest[0])
        self.left[name] = [rest[0] - quantity, rest[1] - value]
        return self.put(place, quantity, value)

    def run(self, happened):
        for name, (what, *details) in enumerate(happened):
            if what == "put":
                self.put(*details)
            elif what == "find":
                place, quantity, price = details
                self.put(place, quantity, self.worth(place, quantity, price))
            elif what == "take":
                self.take(*details, name)
            elif what == "transfer":
                source, destination, quantity, price = details
                self.put(destination, quantity, self.take(source, quantity, price))
            elif what == "give_back":
                self.give_back(*details)
            else:
                for place, quantity in self.quantity.items():
                    self.value[place] = rounded(details[0] * quantity)
        return {
            place: (quantity, self.value[place])
            for place, quantity in self.quantity.items()
            if quantity or self.value[place]
        }


class TestReplay(LocationCostCommon):
    """Section D: exact against an independent replay from the first move, to the last digit, after every operation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = [cls.rack_a1, cls.rack_a2, cls.stock]
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    @settings(**SETTINGS)
    @given(st.lists(OPERATIONS, min_size=1, max_size=14))
    def test_what_is_kept_is_what_a_replay_gives(self, operations):
        with self._undone():
            self.happened, self.moves, self.changed_later = [], {}, False
            for what, *details in operations:
                getattr(self, f"_do_{what}")(*details)
                self.env.cr.flush()
                self._check_kept()
            self._check_history()
            self._check_rebuild()

    def _check_kept(self):
        should_be = Replay().run(self.happened)
        kept = {cost.location_id: self._exact(cost.quantity, cost.value) for cost in self._costs()}
        self.assertEqual({place: state for place, state in kept.items() if any(state)}, should_be)
        total = sum((value for _quantity, value in should_be.values()), Decimal(0))
        self.assertEqual(sum((value for _quantity, value in kept.values()), Decimal(0)), total)

    def _check_history(self):
        """What each row says is afterwards is what it was before and the row's own; the last says what is kept."""
        sums = {}
        for row in self._history():
            quantity, value = sums.get(row.location_id, (Decimal(0), Decimal(0)))
            came, worth, adjustment = (Decimal(str(number)) for number in (row.quantity, row.value, row.adjustment))
            sums[row.location_id] = (quantity + came, value + worth + adjustment)
            self.assertEqual(sums[row.location_id], self._exact(row.quantity_after, row.value_after))
        self.assertEqual(sums, {cost.location_id: self._exact(cost.quantity, cost.value) for cost in self._costs()})

    def _check_rebuild(self):
        """A check finds nothing; starting over gives what is kept, and the same history but for what was changed later."""
        kept, told = self._tell(self._costs()), self._tell(self._history())
        self.assertFalse(self._rebuild("check").rows)
        self._rebuild("restart")
        again = self._tell(self._history())
        there = {state for state in kept if state[1]}
        self.assertEqual({state for state in self._tell(self._costs()) if state[1]}, there)
        if not self.changed_later:
            self.assertEqual(again, told)

    def _rebuild(self, mode):
        run = self.env["stock.location.cost.rebuild"].create({"company_id": self.company.id, "mode": mode})
        journal = run._rebuild(self.pin.ids)
        run.unlink()
        return journal

    def _tell(self, records):
        if records._name == "stock.location.cost":
            return {(cost.location_id.id, cost.quantity, cost.value) for cost in records}
        names = (
            "kind",
            "quantity",
            "unit_cost",
            "value",
            "adjustment",
            "quantity_after",
            "average_after",
            "value_after",
        )
        return [(row.location_id, row.move_id, row.value_id, *(row[name] for name in names)) for row in records]

    def _costs(self):
        return self.env["stock.location.cost"].search([("product_id", "=", self.pin.id)])

    def _exact(self, quantity, value):
        return Decimal(str(round(quantity, 2))), Decimal(str(value))

    def _product_cost(self):
        """By Odoo, after what was done just now."""
        return Decimal(repr(self.pin.standard_price))

    def _happen(self, move, *what):
        self.moves[len(self.happened)] = move
        self.happened.append(what)

    def _pick(self, number, *kinds):
        """One of the operations so far, or None."""
        numbers = [index for index, what in enumerate(self.happened) if what[0] in kinds and self.moves[index]]
        return numbers[number % len(numbers)] if numbers else None

    def _come(self, source, place, quantity, value):
        move = self._move(source, self.places[place], float(quantity), value=float(value))
        self._happen(move, "put", self.places[place], quantity, value)

    def _do_receive(self, place, quantity, value):
        self._come(self.suppliers, place, quantity, value)

    def _do_produce(self, place, quantity, value):
        self._come(self.production, place, quantity, value)

    def _do_receive_dozens(self, place, dozens, value):
        line = {"quantity": dozens, "product_uom_id": self.dozen.id}
        move = self._move(
            self.suppliers,
            self.places[place],
            dozens,
            value=float(value),
            product_uom=self.dozen.id,
            lines=[line],
        )
        self._happen(move, "put", self.places[place], Decimal(12 * dozens), value)

    def _go(self, place, destination, quantity):
        move = self._move(self.places[place], destination, float(quantity))
        self._happen(move, "take", self.places[place], quantity, Decimal(str(move.value)) / quantity)

    def _do_issue(self, place, quantity):
        self._go(place, self.customers, quantity)

    def _do_consume(self, place, quantity):
        self._go(place, self.production, quantity)

    def _do_lose(self, place, quantity):
        self._go(place, self.loss, quantity)

    def _do_find(self, place, quantity):
        move = self._move(self.loss, self.places[place], float(quantity))
        self._happen(False, "find", self.places[place], quantity, Decimal(str(move.value)) / quantity)

    def _do_transfer(self, place, distance, quantity):
        destination = self.places[(place + distance) % 3]
        self._move(self.places[place], destination, float(quantity))
        self._happen(False, "transfer", self.places[place], destination, quantity, self._product_cost())

    def _do_give_back(self, place, pick, parts):
        number = self._pick(pick, "take")
        if number is None:
            return
        quantity = rounded(self.happened[number][2] / parts) or CENT
        move = self._move(
            self.customers,
            self.places[place],
            float(quantity),
            origin_returned_move_id=self.moves[number].id,
        )
        value = Decimal(str(move.value))
        self._happen(False, "give_back", self.places[place], quantity, number, value)

    def _do_revalue(self, pick, value):
        number = self._pick(pick, "put")
        if number is not None:
            self.moves[number].value_manual = float(value)
            self._change(number, 3, value)

    def _do_recount(self, pick, quantity):
        number = self._pick(pick, "put", "take")
        if number is not None and self.moves[number].product_uom == self.pin.uom_id:
            self.moves[number].move_line_ids.quantity = float(quantity)
            self._change(number, 2, quantity)
            if self.happened[number][0] == "take":
                self._change(number, 3, Decimal(str(self.moves[number].value)) / quantity)

    def _do_reprice(self, value):
        if value and value != Decimal(str(self.pin.standard_price)):
            self.pin.standard_price = float(value)
            self._happen(False, "price", value)
            # Odoo values what was found, or came back from nowhere, at the new price too.
            self.changed_later |= any(what[0] in ("find", "give_back") for what in self.happened)

    def _change(self, number, index, new):
        self.changed_later = True
        what = list(self.happened[number])
        what[index] = new
        self.happened[number] = tuple(what)
