from odoo.tests import tagged

from .common_flows import ProductionCommon


@tagged("post_install", "-at_install")
class TestScanStart(ProductionCommon):
    """What a code opens that is scanned while nothing is open."""

    def _find(self, code, user=None):
        starts = self.env["stock.scan.session"].with_user(user or self.clerk).find_starts(code)
        return [(start["kind"], start["model"], start["res_id"]) for start in starts]

    def _make_order(self):
        return self.env["sale.order"].create({"partner_id": self.customer.id, "company_id": self.company.id})

    def test_place(self):
        """A place is verified by who may count, else looked at."""
        self.rack_a1.barcode = "RACK-A1"
        self.assertEqual(self._find("RACK-A1", self.manager), [("verification", "stock.location", self.rack_a1.id)])
        self.assertEqual(self._find("RACK-A1"), [("item", "stock.location", self.rack_a1.id)])

    def test_place_without_stock(self):
        self.customers.barcode = "CUSTOMERS"
        self.assertEqual(self._find("CUSTOMERS", self.manager), [("item", "stock.location", self.customers.id)])

    def test_sheet(self):
        sheet = self._make_sheet()
        [start] = self.env["stock.scan.session"].with_user(self.manager).find_starts(sheet.name)
        self.assertEqual((start["kind"], start["sheet_id"]), ("verification", sheet.id))
        self.assertEqual(self._find(sheet.name), [])

    def test_sale(self):
        order = self._make_order()
        [start] = self.env["stock.scan.session"].with_user(self.clerk).find_starts(order.name)
        self.assertEqual((start["kind"], start["res_id"], start["detail"]), ("sale", order.id, "Deco"))
        self.assertEqual(self._find(order.name, self.counter), [])

    def test_transfer_of_a_sale(self):
        order = self._make_order()
        delivery = self._make_delivery(self.bolt, 1, self.rack_a1, sale_id=order.id)
        self.assertEqual(self._find(delivery.name), [("sale", "sale.order", order.id)])
        other = self._make_delivery(self.bolt, 1, self.rack_a1)
        self.assertEqual(self._find(other.name), [])

    def test_production_and_the_serial_number_that_it_makes(self):
        self.table.tracking = "serial"
        run = self._make_run(1)
        run.lot_producing_ids = self._make_lot(self.table, "TABLE-1")
        found = [("production", "mrp.production", run.id)]
        self.assertEqual(self._find(run.name), found)
        self.assertEqual(self._find("TABLE-1"), found)
        run.action_cancel()
        self.assertEqual(self._find("TABLE-1"), [("item", "stock.lot", run.lot_producing_ids.id)])

    def test_item(self):
        self.assertEqual(self._find("BOLT"), [("item", "product.product", self.bolt.id)])
        package = self.env["stock.package"].create({"name": "PACK-1"})
        self.assertEqual(self._find("PACK-1"), [("item", "stock.package", package.id)])

    def test_several_things(self):
        """A lot name that two products have: the person chooses."""
        lots = self._make_lot(self.glue, "L-7") + self._make_lot(self.paint, "L-7")
        self.assertCountEqual(self._find("L-7"), [("item", "stock.lot", lot.id) for lot in lots])

    def test_nothing(self):
        self.assertEqual(self._find("NOTHING-AT-ALL"), [])

    def test_suggestions(self):
        starts = self.env["stock.scan.session"].with_user(self.clerk).suggest_starts("Bol")
        self.assertIn(("item", self.bolt.id), [(start["kind"], start["res_id"]) for start in starts])
