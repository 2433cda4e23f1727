from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_flows import FlowsCommon


class SaleCommon(FlowsCommon):
    @classmethod
    def _sell(cls, *lines, confirm=True, **vals):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "warehouse_id": cls.warehouse.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity, **more})
                    for product, quantity, more in (line if len(line) == 3 else (*line, {}) for line in lines)
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _scan(self, order, *items, **choices):
        return order.with_user(self.clerk)._submit_scanned(list(items), choices)

    def _delivered(self, order):
        return dict(order.order_line.mapped(lambda line: (line.product_id, line.qty_delivered)))


@tagged("post_install", "-at_install")
class TestSaleLogging(SaleCommon):
    def test_one_step(self):
        order = self._sell((self.bolt, 6), (self.nut, 3))
        self.assertEqual(
            [(need["product"], need["quantity"], need["done"]) for need in order._get_scan_requirements()],
            [(self.bolt, 6, 0), (self.nut, 3, 0)],
        )
        sentence = self._scan(order, self._item(self.bolt, 6), self._item(self.nut, 3))
        picking = order.picking_ids
        self.assertEqual(picking.state, "done")
        self.assertEqual(sentence, f"Validated: {picking.name}.")
        self.assertEqual(self._delivered(order), {self.bolt: 6, self.nut: 3})
        self.assertEqual(self._moved(self.bolt, self.rack_a1, self.customers), 6)
        with self.assertRaisesRegex(UserError, "nothing to ship"):
            order._check_scannable()

    def test_backorder(self):
        order = self._sell((self.bolt, 6), (self.nut, 3))
        scanned = [self._item(self.bolt, 4)]
        self.assertEqual(order._get_scan_choices(scanned)[0]["name"], "backorder")
        sentence = self._scan(order, *scanned, backorder="create")
        backorder = order.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertIn(f"The rest waits in {backorder.name}.", sentence)
        self.assertEqual(self._delivered(order), {self.bolt: 4, self.nut: 0})
        self.assertEqual(
            [(need["product"], need["quantity"], need["done"]) for need in order._get_scan_requirements()],
            [(self.nut, 3, 0), (self.bolt, 6, 4)],
        )

    def test_no_backorder(self):
        order = self._sell((self.bolt, 6), (self.nut, 3))
        self._scan(order, self._item(self.bolt, 4), backorder="cancel")
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done"})
        self.assertEqual(self._delivered(order), {self.bolt: 4, self.nut: 0})
