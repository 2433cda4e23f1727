from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from .common_flows import ProductionCommon

PRICES = (5, 7)
# How much of what remains is posted: more than 1 is more than needed.
SHARES = st.sampled_from([0.0, 0.1, 0.33, 0.5, 0.75, 1.0])
OVER_SHARES = st.sampled_from([0.5, 1.0, 1.25, 2.0])


def productions(shares):
    """A run in parts: what each closes, the components of a piece, and what is posted before each part is closed."""
    parts = st.lists(st.integers(1, 3), min_size=1, max_size=3)
    components = st.tuples(*[st.tuples(st.sampled_from([0.25, 1.0, 2.0, 3.0]), st.booleans())] * 2)
    posting = st.tuples(st.integers(0, 1), st.integers(0, 1), shares)
    postings = st.lists(st.lists(posting, max_size=3), min_size=3, max_size=3)
    return st.tuples(parts, components, postings)


@tagged("post_install", "-at_install")
class TestProductionHypothesis(ProductionCommon):
    """Whatever is posted when, and however a run is closed: stock and value are those of Odoo's own way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls._buy(cls.leg, 900, 5)
        for lot in cls.paint_lots:
            cls._buy(cls.paint, 900, 7, lot)

    def _run(self, parts, components):
        bom = self._make_bom(self.table, [])
        bom.bom_line_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "product_qty": quantity,
                    "product_uom_id": (self.dozen if by_dozen else product.uom_id).id,
                }
            )
            for product, (quantity, by_dozen) in zip(self.leg | self.paint, components, strict=True)
        ]
        return self._make_run(sum(parts), bom)

    def _post(self, run, component, lot, share):
        """Post a share of what remains.

        :return: how much more that is than what was needed
        """
        product = (self.leg | self.paint)[component]
        [need] = [need for need in run._get_scan_requirements() if need["product"] == product]
        remaining = max(need["quantity"] - need["done"], 0)
        quantity = product.uom_id.round(remaining * share) or (product.uom_id.round(share) if share > 1 else 0)
        if quantity:
            run._post_scanned([self._item(product, quantity, self.paint_lots[lot] if component else None)])
        return max(quantity - remaining, 0)

    def _produce(self, parts, components, postings):
        """
        :return: the parts of the run, and how much more was posted of each component than was needed
        """
        run = part = self._run(parts, components)
        over = [0.0, 0.0]
        for amount, posted in zip(parts, postings, strict=False):
            for component, lot, share in posted:
                over[component] += self._post(part, component, lot, share)
            self._close(part, amount)
            part = run.production_group_id.production_ids.sorted("id")[-1]
        return run.production_group_id.production_ids.sorted("id"), over

    def _get_result(self, runs):
        self.assertEqual(set(runs.mapped("state")), {"done"})
        return {
            "used": [round(self._used(product), 2) for product in self.leg | self.paint],
            "values": [round(self._value(run), 2) for run in runs],
            "lots": [round(self._on_hand(self.paint, self.stock), 2), round(self._on_hand(self.leg, self.stock), 2)],
            "cost": round(self.table.standard_price, 2),
        }

    def _try(self, *production):
        with self._undone():
            runs, over = self._produce(*production)
            for run in runs:
                lines = run.move_finished_ids.move_line_ids
                self.assertEqual(lines.consume_line_ids, run.move_raw_ids.move_line_ids)
            return self._get_result(runs), over

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(productions(SHARES))
    @example(([1, 3, 2], ((3.0, True), (0.25, False)), [[(0, 0, 0.75), (1, 1, 1.0)], [(0, 0, 0.33)], [(0, 0, 1.0)]]))
    def test_as_in_odoo(self, production):
        parts, components, postings = production
        result, over = self._try(parts, components, postings)
        plain, _none = self._try(parts, components, [[]] * len(parts))
        self.assertEqual(over, [0, 0])
        self.assertEqual(result, plain)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(productions(OVER_SHARES))
    def test_more_than_needed(self, production):
        """What is posted beyond all need is used once, and is in the value of what was made once."""
        parts, components, postings = production
        result, over = self._try(parts, components, postings)
        plain, _none = self._try(parts, components, [[]] * len(parts))
        for used, expected, more in zip(result["used"], plain["used"], over, strict=True):
            self.assertAlmostEqual(used, expected + more, places=2)
        value = sum(used * price for used, price in zip(result["used"], PRICES, strict=True))
        self.assertAlmostEqual(sum(result["values"]), value, delta=0.02 * len(parts))
