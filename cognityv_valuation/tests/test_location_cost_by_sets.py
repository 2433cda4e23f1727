import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tools import SQL

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write

from ..models.stock_location_cost_by_sets import get_divided_sql
from ..tools.location_average import divide
from .location_cost import LocationCostCommon

# A situation takes a second: the one that fails is shown as it is.
SETTINGS = {
    "max_examples": int(os.environ.get("COGNITYV_EXAMPLES", "25")),
    "deadline": None,
    # A search by chance goes on for as long as one asks for; what CI does is the same each time.
    "derandomize": "COGNITYV_EXAMPLES" not in os.environ,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
}

QUANTITY = st.integers(1, 1200).map(lambda hundredths: hundredths / 100)
PRICE = st.integers(0, 10**7).map(lambda parts: parts / 10**5)
VALUE = st.integers(1, 20_000).map(lambda cents: cents / 100)
PLACE = st.integers(0, 2)
PASTS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), PLACE, QUANTITY, VALUE),
        st.tuples(st.just("issue"), PLACE, QUANTITY),
    ),
    max_size=4,
)
ADJUSTMENTS = st.lists(st.tuples(PLACE, st.booleans(), QUANTITY, st.none() | VALUE), min_size=1, max_size=3)
PRODUCTS = st.lists(st.tuples(PRICE, PASTS, ADJUSTMENTS), min_size=1, max_size=3)
# What happens between an adjustment and its reversal: also what changes what the adjustment was worth.
LATER = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), PLACE, QUANTITY, VALUE),
        st.tuples(st.just("issue"), PLACE, QUANTITY),
        st.tuples(st.just("price"), PRICE),
        st.tuples(st.just("revalue"), st.sampled_from(["first", "last"]), VALUE),
        st.tuples(st.just("return"), QUANTITY),
    ),
    max_size=2,
)
REVERSED = st.lists(
    st.tuples(PRICE, PASTS, ADJUSTMENTS, st.just([]) | LATER).filter(
        # Half of them are what reversals are: of a sheet that moved a product once in each place.
        lambda product: product[3] or len({place for place, *_rest in product[2]}) == len(product[2])
    ),
    min_size=1,
    max_size=3,
)
COLUMNS = (
    "product_id, location_id, kind, quantity, value, adjustment, quantity_after, value_after, date, move_id, value_id,"
    " product_cost, user_id, note"
)


class TestBySets(LocationCostCommon):
    """What is entered by one statement is what `LocationAverage` enters, column by column."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.costs = cls.env["stock.location.cost"].sudo()
        cls.places = cls.rack_a1 | cls.rack_a2 | cls.stock

    def setUp(self):
        super().setUp()
        type(self).plain = type(self).left_to_python = 0

    @settings(**SETTINGS)
    @given(st.sampled_from(["EUR", "JPY", "CHF"]), PRODUCTS)
    def _check_same(self, currency, products):
        with self._undone():
            self._choose_currency(currency)
            moves = self.env["stock.move"].union(*(self._make_product_moves(*product) for product in products))
            both = [self._get_outcome(moves, by_sets) for by_sets in (False, True)]
        self.assertEqual(*both)

    def test_it_is_the_same(self):
        self._check_same()
        self.assertGreater(type(self).plain, 20, "many by sets, to be a test")
        self.assertGreater(type(self).left_to_python, 5)

    def _choose_currency(self, name):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", name)])
        currency.active = True
        if name == "CHF":
            currency.rounding = 0.05
        self.company.currency_id = currency

    def _make_product_moves(self, price, past, adjustments):
        """A product with a past that is entered.

        :return: the moves of what is found or lost of it now, which are not entered yet
        """
        product = self._make_product("Thing", categ_id=self.average_category.id, standard_price=price)
        for what, *about in past:
            self._let_happen(product, what, about)
        moves = self.env["stock.move"]
        for place, is_found, quantity, value in adjustments:
            ends = (self.loss, self.places[place]) if is_found else (self.places[place], self.loss)
            moves |= self._do_unposted(product, *ends, quantity, value if is_found else None)
        return moves

    def _let_happen(self, product, what, about, adjustments=()):
        if what == "receive":
            place, quantity, value = about
            self._receive(quantity, value, self.places[place], product=product)
        elif what == "issue":
            place, quantity = about
            self._issue(quantity, self.places[place], product=product)
        elif what == "price":
            product.standard_price = about[0]
        elif what == "return":
            self._return(adjustments[0], min(about[0], adjustments[0].quantity))
        else:
            self._revalue(product, *about)
        self.env.cr.flush()

    def _return(self, move, quantity):
        """Somebody has taken back some of what a move brought."""
        origin = {"origin_returned_move_id": move.id}
        self._move(move.location_dest_id, move.location_id, quantity, product=move.product_id, **origin)

    def _revalue(self, product, which, value):
        """What the first or the last receipt was worth is put right."""
        receipts = self.env["stock.move"].search([("product_id", "=", product.id), ("is_in", "=", True)], order="id")
        for move in receipts[:1] if which == "first" else receipts[-1:]:
            move.value_manual = value

    def _make_reversals(self, price, past, adjustments, later):
        """A product, of which what was found or lost is entered.

        :return: the moves that undo it, which are not entered yet
        """
        done = self._make_product_moves(price, past, adjustments)
        self.costs._mark("done", done.ids)
        self.env.cr.flush()
        for what, *about in later:
            self._let_happen(done.product_id, what, about, done)
        sheet = self._make_sheet(fill=False, start=False)
        moves = self.env["stock.move"]
        for move in done:
            reversal = self._do_unposted(
                move.product_id,
                move.location_dest_id,
                move.location_id,
                move.quantity,
                None,
                origin_returned_move_id=move.id,
            )
            as_own_write(reversal).reversed_sheet_id = sheet
            moves |= reversal
        self.env.flush_all()
        self.env.cr.precommit.clear()
        return moves

    @settings(**SETTINGS)
    @given(st.sampled_from(["EUR", "JPY", "CHF"]), REVERSED)
    def _check_reversals_same(self, currency, products):
        with self._undone():
            self._choose_currency(currency)
            moves = self.env["stock.move"].union(*(self._make_reversals(*product) for product in products))
            both = [self._get_outcome(moves, by_sets) for by_sets in (False, True)]
        self.assertEqual(*both)

    def test_reversals_are_the_same(self):
        self._check_reversals_same()
        self.assertGreater(type(self).plain, 20, "many by sets, to be a test")
        self.assertGreater(type(self).left_to_python, 5)

    def _do_unposted(self, product, source, destination, quantity, value, **vals):
        flush, self.env.cr.flush = self.env.cr.flush, lambda: None
        try:
            move = self._move(source, destination, quantity, product=product, value=value, **vals)
        finally:
            self.env.cr.flush = flush
        self.env.flush_all()
        self.env.cr.precommit.clear()
        return move

    def _get_outcome(self, moves, by_sets):
        nothing = {"changed": moves.browse(), "prices": self.env["product.value"]}
        with self._undone():
            if by_sets:
                plain, rest = self.costs._split_by_sets(self.company, moves.ids, self.env["product.product"])
                self.assertEqual({*plain, *rest}, set(moves.ids))
                type(self).plain += len(plain)
                type(self).left_to_python += len(rest)
                self.costs._post(self.company, moves.browse(), **nothing, by_sets=moves.ids)
            else:
                self.costs._post(self.company, moves, **nothing)
            return self._read(moves.product_id.ids)

    def _read(self, product_ids):
        # The columns are a constant of this file.
        history = SQL(  # pylint: disable=sql-injection
            f"SELECT {COLUMNS} FROM stock_location_cost_history WHERE product_id = ANY(%s) ORDER BY product_id, id",
            product_ids,
        )
        kept = SQL(
            """SELECT product_id, location_id, company_id, quantity, value, average_cost FROM stock_location_cost
                WHERE product_id = ANY(%s) ORDER BY product_id, location_id""",
            product_ids,
        )
        self.env.cr.execute(history)
        rows = [row[:8] + row[9:] for row in self.env.cr.fetchall()]
        self.env.cr.execute(kept)
        return rows, self.env.cr.fetchall()

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(-(10**12), 10**12), st.integers(-(10**6), 10**6).filter(bool))
    def test_halves_are_rounded_alike(self, numerator, denominator):
        query = SQL("SELECT %s", get_divided_sql(SQL("%s::numeric", numerator), SQL("%s::numeric", denominator)))
        self.assertEqual(self.env.execute_query(query), [(divide(numerator, denominator),)])

    def test_statements_do_not_grow_with_the_sheet(self):
        counts = {self._count_statements(number) for number in (5, 60)}
        self.assertEqual(len(counts), 1)

    def _count_statements(self, number):
        with self._undone():
            moves = self.env["stock.move"]
            for _number in range(number):
                product = self._make_product("Many", categ_id=self.average_category.id, standard_price=2.0)
                self._receive(5, 10, product=product)
                moves |= self._do_unposted(product, self.loss, self.rack_a1, 1, None)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.costs._post(self.company, moves.browse(), moves.browse(), self.env["product.value"], moves.ids)
            return self.env.cr.sql_log_count - before
