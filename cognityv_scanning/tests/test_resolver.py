from odoo.tests import tagged

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon


@tagged("post_install", "-at_install")
class TestResolver(InventoryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.resolver = cls.env["stock.scan.resolver"].with_user(cls.manager)
        cls.bolt.barcode = "4006381333931"
        cls.lot = cls._make_lot(cls.glue, "G-77")

    def _resolve(self, code):
        return [(match["kind"], match["id"]) for match in self.resolver.resolve(code)]

    def test_plain_texts(self):
        package = self.env["stock.package"].create({"name": "PACK-1", "company_id": self.company.id})
        self.rack_a1.barcode = "RACK-A1"
        for code, kind, record in (
            ("4006381333931", "product", self.bolt),
            ("BOLT", "product", self.bolt),
            ("G-77", "lot", self.lot),
            ("PACK-1", "package", package),
            ("RACK-A1", "location", self.rack_a1),
            (self.rack_a1.complete_name, "location", self.rack_a1),
            ("A1", "location", self.rack_a1),
        ):
            with self.subTest(code):
                self.assertEqual(self._resolve(f" {code}\n"), [(kind, record.id)])

    def test_match_of_a_lot_names_its_product(self):
        [match] = self.resolver.resolve("G-77")
        self.assertEqual(
            match,
            {
                "kind": "lot",
                "model": "stock.lot",
                "id": self.lot.id,
                "display_name": "G-77",
                "product_id": self.glue.id,
                "lot_id": self.lot.id,
                "lot_name": "G-77",
            },
        )

    def test_nothing_found(self):
        self.assertEqual(self.resolver.resolve("nothing like that"), [])
        self.assertEqual(self.resolver.resolve("  "), [])
