from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from .common import AccountingCommon

QUANTITIES = st.integers(1, 40)
PRICES = st.decimals("0.001", "99.999", places=3).map(float)
# What happens to a product before it is counted: receipts at a price, deliveries, in two racks.
EVENTS = st.one_of(
    st.tuples(st.just("receive"), QUANTITIES, PRICES, st.booleans()),
    st.tuples(st.just("deliver"), QUANTITIES, st.just(0.0), st.booleans()),
)
PRODUCTS = st.tuples(
    st.sampled_from(["standard", "average", "fifo"]),
    st.booleans(),  # valued lot by lot
    PRICES,  # standard price
    st.lists(EVENTS, min_size=1, max_size=5),
    st.tuples(st.integers(-15, 15), st.integers(-15, 15)),  # the gaps in the two racks
    st.one_of(st.just(0.0), PRICES),  # unit cost entered
    PRICES,  # what a unit costs after the sheet
)


@tagged("post_install", "-at_install")
class TestMoneyAddsUp(AccountingCommon):
    """Invariant 7: with the basis *cost*, the gap values on the sheet are the values of its moves, to the currency's last
    digit: line by line and together, whatever has happened before and after, for every cost method."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.categories = {
            (method, valuation): cls._make_booked_category(method, valuation)
            for method in ("standard", "average", "fifo")
            for valuation in ("periodic", "real_time")
        }

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(PRODUCTS, min_size=1, max_size=3),
        st.sampled_from(["periodic", "real_time"]),
        st.sampled_from([0.01, 0.05, 1.0]),
    )
    def test_gap_values_are_the_values_of_the_moves(self, recipes, valuation, rounding):
        with self._undone():
            self.currency.rounding = rounding
            products = [self._make_counted_product(recipe, valuation) for recipe in recipes]
            sheet = self._count_products(products, recipes)
            sheet.action_complete()
            sheet.action_validate()
            self._assert_adds_up(sheet)
            for product, recipe in zip(products, recipes, strict=True):
                self._change_price(product, recipe[-1])
            self._assert_adds_up(sheet)
            sheet.action_reverse()
            self._assert_adds_up(sheet)
            self.assertEqual(
                self.currency.round(sum(sheet.move_ids.mapped("value"))),
                self.currency.round(sum(sheet.reversal_move_ids.mapped("value"))),
            )

    def _make_counted_product(self, recipe, valuation):
        method, by_lot, price, events, _gaps, _cost, _later = recipe
        product = self._make_product(
            "Thing",
            categ_id=self.categories[method, valuation].id,
            tracking="lot" if by_lot else "none",
            lot_valuated=by_lot,
        )
        product.with_company(self.company).standard_price = price
        lot = self._make_lot(product, "L") if by_lot else None
        for kind, quantity, paid, is_far in events:
            rack = self.rack_a2 if is_far else self.rack_a1
            if kind == "receive":
                self._receive(product, quantity, paid, rack, lot)
            else:
                there = self._on_hand(product, rack, lot)
                if there > 0:
                    self._deliver(product, min(quantity, there), rack, lot)
        return product

    def _count_products(self, products, recipes):
        sheet = self._make_sheet(fill=False)
        line_model = self.env["stock.inventory.sheet.line"]
        for product, recipe in zip(products, recipes, strict=True):
            method, gaps, cost = recipe[0], recipe[4], recipe[5]
            lot = self.env["stock.lot"].search([("product_id", "=", product.id)])
            for rack, gap in zip((self.rack_a1, self.rack_a2), gaps, strict=True):
                line_model.create(
                    {
                        "sheet_id": sheet.id,
                        "product_id": product.id,
                        "location_id": rack.id,
                        "lot_id": lot.id,
                        "real_qty": max(0, self._on_hand(product, rack, lot) + gap),
                        # A standard price is not a sheet's to change.
                        "unit_cost": 0.0 if method == "standard" else cost,
                    }
                )
        return sheet

    def _change_price(self, product, price):
        """What Odoo would work moves out with again."""
        lots = self.env["stock.lot"].search([("product_id", "=", product.id)])
        for holder in (product, *lots):
            holder.with_company(self.company).standard_price = price

    def _assert_adds_up(self, sheet):
        self.env.flush_all()
        self.env.invalidate_all()
        for line in sheet.line_ids:
            moves = sheet.move_ids.filtered(lambda move, line=line: move.inventory_sheet_line_id == line)
            value = sum(move.value if move.is_in else -move.value for move in moves)
            self.assertEqual(line.gap_value, value)
            self.assertEqual(line.account_gap_value, value)
            self.assertEqual(self.currency.round(value), value, "a value has no digit that the currency has not")
        self.assertFalse(
            self.currency.compare_amounts(sheet.gap_value, sum(sheet.line_ids.mapped("gap_value"))), "the total"
        )
        self._assert_entries_add_up(sheet)

    def _assert_entries_add_up(self, sheet):
        for moves, sign in ((sheet.move_ids, 1), (sheet.reversal_move_ids, -1)):
            entry = moves.account_move_id
            if not entry:
                continue
            debit, credit = (self.currency.round(sum(entry.line_ids.mapped(side))) for side in ("debit", "credit"))
            self.assertEqual(debit, credit)
            lost = entry.line_ids.filtered(lambda line: line.account_id == self.loss_account)
            self.assertFalse(self.currency.compare_amounts(-sum(lost.mapped("balance")), sign * sheet.gap_value))

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(["average", "fifo"]), st.lists(EVENTS, min_size=1, max_size=5), st.integers(-10, 10))
    def test_the_stock_account_is_worth_the_stock(self, method, events, gap):
        """Before and after, perpetual, where Odoo itself loses nothing to rounding (see the manual)."""
        with self._undone():
            category = self.categories[method, "real_time"]
            recipe = (method, False, 5.0, events, (gap, 0), 0.0, 0.0)
            product = self._make_counted_product(recipe, "real_time")
            if self._get_stock_value(category) != self._get_stock_balance(category):
                self._close()
            before = self._get_stock_value(category)
            self.assertEqual(self._get_stock_balance(category), before)
            sheet = self._make_sheet(product_ids=[Command.set(product.ids)])
            sheet.action_fill()
            self._count_all_as_expected(sheet)
            if line := self._line(sheet, product):
                line.real_qty = max(0, line.current_qty + gap)
            sheet.action_complete()
            sheet.action_validate()
            after = self._get_stock_value(category)
            self.assertAlmostEqual(self._get_stock_balance(category), after, delta=0.011)
            self.assertAlmostEqual(before + sheet.gap_value, after, delta=0.011)
