from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from .common import ValuationCommon

AMOUNTS = st.integers(1, 9999).map(lambda cents: cents / 100)
QUANTITIES = st.integers(1, 6)
# What happens, in this order: receipts at a price, sales at a price, returns and counts in between.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), QUANTITIES, AMOUNTS),
        st.tuples(st.just("sell"), QUANTITIES, AMOUNTS),
        st.tuples(st.just("return"), QUANTITIES, st.booleans()),
        st.tuples(st.just("correct"), QUANTITIES, st.none()),
    ),
    min_size=2,
    max_size=8,
)


@tagged("post_install", "-at_install")
class TestSaleCostHypothesis(ValuationCommon):
    """Whatever is received, sold, returned and corrected: the report adds up to what the moves and the orders say, and
    the stock value to what Odoo says."""

    def setUp(self):
        super().setUp()
        if "sale.order" not in self.env:
            self.skipTest("sales are not installed")
        self.customer = self.env["res.partner"].create({"name": "Ms. Buyer"})
        self.reason = self.env["stock.correction.reason"].create({"name": "Fell down", "code": "FELL"})

    @given(steps=STEPS, method=st.sampled_from(("standard", "average", "fifo")))
    @settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
    def test_sums(self, steps, method):
        with self._undone():
            self.part = self._make_product("Part", categ_id=getattr(self, method).id, standard_price=2.5)
            self._receive(self.part, 20, 2.5)
            self.sold = []
            self.revenue = 0.0
            for kind, quantity, detail in steps:
                getattr(self, f"_do_{kind}")(quantity, detail)
            self.env.flush_all()
            self._check_costs()
            self._check_stock()

    def _do_receive(self, quantity, price):
        self._receive(self.part, quantity, price)

    def _do_sell(self, quantity, price):
        line = {"product_id": self.part.id, "product_uom_qty": quantity, "price_unit": price, "tax_ids": False}
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [Command.create(line)],
            }
        )
        order.action_confirm()
        move = order.picking_ids.move_ids
        move.write({"location_id": self.rack_a1.id, "quantity": quantity, "picked": True})
        order.picking_ids.with_context(skip_backorder=True).button_validate()
        self.sold.append((order, move, price))
        self.revenue += quantity * price

    def _do_return(self, quantity, to_refund):
        if not self.sold:
            return
        _order, move, price = self.sold.pop()
        quantity = min(quantity, move.quantity)
        wizard = self.env["stock.return.picking"].with_context(
            active_id=move.picking_id.id, active_model="stock.picking"
        )
        wizard = wizard.create({})
        wizard.product_return_moves.write({"quantity": quantity, "to_refund": to_refund})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.button_validate()
        if to_refund:
            self.revenue -= quantity * price

    def _do_correct(self, quantity, _detail):
        self.env["stock.correction"].create(
            {
                "product_id": self.part.id,
                "location_id": self.rack_a1.id,
                "reason_id": self.reason.id,
                "real_qty": self._on_hand(self.part, self.rack_a1) + quantity,
            }
        ).action_validate()

    def _check_costs(self):
        """Against the moves one by one."""
        moves = self.env["stock.move"].search([("product_id", "=", self.part.id), ("state", "=", "done")])
        out = sum(move.value for move in moves if move.location_dest_id.usage == "customer")
        back = sum(move.value for move in moves if move.location_id.usage == "customer")
        [(cost, revenue, margin)] = self.env["stock.sale.cost.report"]._read_group(
            [("product_id", "=", self.part.id)], [], ["cost:sum", "revenue:sum", "margin:sum"]
        )
        self.assertAlmostEqual(cost or 0.0, out - back, 6)
        self.assertAlmostEqual(revenue or 0.0, self.revenue, 6)
        self.assertAlmostEqual(margin or 0.0, self.revenue - (out - back), 6)

    def _check_stock(self):
        [(value,)] = self.env["stock.valuation.report"]._read_group(
            [("product_id", "=", self.part.id)], [], ["value:sum"]
        )
        self.env.invalidate_all()
        self.assertEqual(self.currency.round(value or 0.0), self.part.with_company(self.company).total_value)
