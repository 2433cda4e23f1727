from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ValuationCommon

MONEY = ("cost:sum", "revenue:sum", "margin:sum")


@tagged("post_install", "-at_install")
class TestSaleCostReport(ValuationCommon):
    """E. Cost of goods sold, live: per sale order and line, delivery, product, customer, category, month; margin beside
    it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["stock.sale.cost.report"]
        cls.customer = cls.env["res.partner"].create({"name": "Ms. Buyer"})
        cls.part = cls._make_product("Part", categ_id=cls.average.id, list_price=9.0)
        cls.gear = cls._make_product("Gear", categ_id=cls.fifo.id, list_price=5.0)
        cls._receive(cls.part, 10, 5)
        cls._receive(cls.gear, 10, 2)
        cls._receive(cls.gear, 10, 3)

    def setUp(self):
        super().setUp()
        if "sale.order" not in self.env:
            self.skipTest("sales are not installed")

    def _sell(self, quantities, **vals):
        """A confirmed order: dict of product → (quantity, price)."""
        lines = [
            Command.create(
                {"product_id": product.id, "product_uom_qty": quantity, "price_unit": price, "tax_ids": False}
            )
            for product, (quantity, price) in quantities.items()
        ]
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": lines,
                **vals,
            }
        )
        order.action_confirm()
        return order

    def _ship(self, order, **quantities):
        """Deliver all, or quantities by product name; the rest waits."""
        picking = order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        for move in picking.move_ids:
            move.location_id = self.rack_a1
            move.quantity = quantities.get(move.product_id.name, move.product_uom_qty)
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def _return(self, picking, quantity, to_refund=True):
        wizard = self.env["stock.return.picking"].with_context(active_id=picking.id, active_model="stock.picking")
        wizard = wizard.create({})
        wizard.product_return_moves.write({"quantity": quantity, "to_refund": to_refund})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.button_validate()
        return back

    def _read(self, groupby, aggregates=MONEY, domain=()):
        self.env.flush_all()
        return self.report._read_group([("company_id", "=", self.company.id), *domain], groupby, aggregates)

    def test_per_order_line_delivery_customer_product_category_and_month(self):
        """2 parts of 5.00 sold for 9.00, 12 gears of 2.00 and then 3.00 sold for 4.00: cost 10 + 26, revenue 18 + 48."""
        order = self._sell({self.part: (2, 9), self.gear: (12, 4)})
        picking = self._ship(order)
        whole = (36.0, 66.0, 30.0)
        self.assertEqual(self._read(["sale_name"]), [(order.name, *whole)])
        self.assertEqual(self._read(["picking_id"]), [(picking, *whole)])
        self.assertEqual(self._read(["partner_id"]), [(self.customer, *whole)])
        by_product = {(self.part, 10.0, 18.0, 8.0), (self.gear, 26.0, 48.0, 22.0)}
        self.assertEqual(set(self._read(["product_id"])), by_product)
        self.assertEqual(
            set(self._read(["categ_id"])), {(self.average, 10.0, 18.0, 8.0), (self.fifo, 26.0, 48.0, 22.0)}
        )
        lines = {f"{order.name} · 1 · Part": 10.0, f"{order.name} · 2 · Gear": 26.0}
        self.assertEqual(dict(self._read(["sale_line_name"], MONEY[:1])), lines)
        [(month, *amounts)] = self._read(["date:month"])
        self.assertEqual((month.month, *amounts), (picking.date_done.month, *whole))

    def test_margin_of_a_group_is_of_its_sums(self):
        self._ship(self._sell({self.part: (2, 9), self.gear: (12, 4)}))
        [(percent,)] = self._read([], ["margin_percent:avg"])
        self.assertAlmostEqual(percent, 100 * 30 / 66, 6)

    def test_a_part_that_is_delivered_is_sold_for_its_share(self):
        order = self._sell({self.part: (4, 9)})
        order.order_line.discount = 10
        self._ship(order, Part=1)
        [amounts] = self._read([])
        self.assertEqual([self.currency.round(amount) for amount in amounts], [5.0, 8.1, 3.1])

    def test_what_comes_back_is_negative(self):
        picking = self._ship(self._sell({self.part: (4, 9)}))
        self._return(picking, 1)
        self.assertEqual(self._read([]), [(15.0, 27.0, 12.0)])
        self.assertEqual(self._read([], domain=[("kind", "=", "return")]), [(-5.0, -9.0, -4.0)])

    def test_what_comes_back_to_be_replaced_is_still_paid(self):
        picking = self._ship(self._sell({self.part: (4, 9)}))
        self._return(picking, 1, to_refund=False)
        self.assertEqual(self._read([]), [(15.0, 36.0, 21.0)])

    def test_unit_of_the_order(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._receive(self.part, 20, 5)
        order = self._sell({self.part: (2, 96)})
        order.action_cancel()
        order.action_draft()
        order.order_line.product_uom_id = dozen
        order.order_line.price_unit = 96
        order.action_confirm()
        self._ship(order)
        self.assertEqual(self._read([], ["quantity:sum", *MONEY]), [(24.0, 120.0, 192.0, 72.0)])

    def test_order_in_another_currency(self):
        currency = self.env["res.currency"].create({"name": "ZZZ", "symbol": "Z", "rounding": 0.01})
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "company_id": self.company.id, "name": "2020-01-01", "rate": 4.0}
        )
        pricelist = self.env["product.pricelist"].create({"name": "Z", "currency_id": currency.id})
        self._ship(self._sell({self.part: (2, 36)}, pricelist_id=pricelist.id))
        self.assertEqual(self._read([]), [(10.0, 18.0, 8.0)])

    def test_without_an_order_there_is_no_revenue(self):
        picking = self._make_delivery(self.part, 2, self.rack_a1, partner_id=self.customer.id)
        picking.button_validate()
        self.assertEqual(self._read(["partner_id"]), [(self.customer, 10.0, False, False)])
        row = self.report.search([("picking_id", "=", picking.id)])
        self.assertEqual(row.action_open_document()["res_id"], picking.id)

    def test_kit_shares_its_price_by_the_cost_of_its_parts(self):
        if "mrp.bom" not in self.env:
            self.skipTest("manufacturing is not installed")
        kit = self._make_product("Kit", list_price=30)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "company_id": self.company.id,
                "bom_line_ids": [
                    Command.create({"product_id": self.part.id, "product_qty": 1}),
                    Command.create({"product_id": self.gear.id, "product_qty": 2}),
                ],
            }
        )
        order = self._sell({kit: (2, 30)})
        self._ship(order)
        self.assertEqual(order.order_line.qty_delivered, 2)
        [(_name, cost, revenue)] = self._read(["sale_name"], MONEY[:2])
        self.assertEqual((cost, round(revenue, 6)), (18.0, 60.0))
        by_product = {product: round(revenue, 4) for product, revenue in self._read(["product_id"], ["revenue:sum"])}
        self.assertEqual(by_product, {self.part: round(60 * 10 / 18, 4), self.gear: round(60 * 8 / 18, 4)})

    def test_row_opens_its_order(self):
        order = self._sell({self.part: (2, 9)})
        self._ship(order)
        [row] = self.report.search([("sale_name", "=", order.name)])
        action = row.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))

    def test_two_currencies_and_two_units_are_not_added(self):
        self._ship(self._sell({self.part: (2, 9)}))
        kilo = self._make_product("Sand", uom_id=self.env.ref("uom.product_uom_kgm").id, categ_id=self.average.id)
        self._receive(kilo, 5, 1)
        self._ship(self._sell({kilo: (5, 2)}))
        self.assertEqual(self._read([], ["quantity:sum", "cost:sum"]), [(False, 15.0)])

    def test_who_may_read_it(self):
        self._ship(self._sell({self.part: (2, 9)}))
        self.env.flush_all()
        accountant = self._make_user("accountant", "account.group_account_manager")
        domain = [("company_id", "=", self.company.id)]
        for user in (self.manager, self.clerk, accountant):
            self.assertEqual(self.report.with_user(user).search_count(domain), 1, user.login)
        for user in (self.counter, self.worker, self.outsider):
            with self.assertRaises(AccessError):
                self.report.with_user(user).web_read_group(domain, ["kind"], ["cost:sum"])
        for right in ("write", "create", "unlink"):
            self.assertFalse(self.report.with_user(self.manager).has_access(right))

    def test_a_scan_that_ships_shows_at_once(self):
        """A scan that ships something shows in the report on its next opening."""
        if "stock.scan.session" not in self.env:
            self.skipTest("cognityv_scanning is not installed")
        order = self._sell({self.part: (1, 9)})
        order.picking_ids.move_ids.location_id = self.rack_a1
        self.part.barcode = "2050000000017"
        session = self.env["stock.scan.session"].create({"kind": "sale", "sale_id": order.id})
        event = {"client_uuid": "5f0c5a54-0000-4000-8000-000000000001", "product_id": self.part.id, "quantity": 1}
        [answer] = session.push([event])
        self.assertEqual(answer["result"], "accepted", answer)
        session.action_submit()
        if order.picking_ids.state != "done":
            order.picking_ids.button_validate()
        self.assertEqual(self._read(["sale_name"]), [(order.name, 5.0, 9.0, 4.0)])
