import doctest
import re

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon

from ..tools import digital_link

GTIN = "4006381333931"
SSCC = "106141412345678908"
GLN = "4012345500004"


class LinkCommon(InventoryCommon):
    """Records of every kind, those with a number of GS1's and those without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("cognityv_scanning.link_domain", "https://odoo.example.com")
        cls.glue.barcode = GTIN
        cls.drill.barcode = "96385074"  # a GTIN of 8 digits
        cls.nut.barcode = "4006381333932"  # the check digit is wrong
        cls.lot = cls._make_lot(cls.glue, "A/7#2")
        cls.serial = cls._make_lot(cls.drill, "SN0042")
        cls.package = cls.env["stock.package"].create({"name": "PACK7"})
        cls.pallet = cls.env["stock.package"].create({"name": SSCC})
        cls.rack_a1.barcode = "WH-A1"
        cls.rack_a2.barcode = GLN
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})
        cls.order = cls.env["sale.order"].create({"partner_id": cls.customer.id})
        cls.production = cls.env["mrp.production"].create({"product_id": cls.bolt.id, "product_qty": 1})
        cls.sheet = cls._make_sheet(start=False, counter_ids=[Command.link(cls.counter.id)])
        cls.records = [
            *(cls.bolt, cls.nut, cls.glue, cls.drill, cls.lot, cls.serial, cls.package, cls.pallet),
            *(cls.rack_a1, cls.rack_a2, cls.order, cls.production, cls.sheet),
        ]

    def _link(self, record):
        return record._get_scan_links()[record]

    def _short_link(self, record):
        return f"https://odoo.example.com/q/{self.env['stock.scan.code']._get_codes(record)[record]}"


@tagged("post_install", "-at_install")
class TestScanLink(LinkCommon):
    """What is in the code on a label."""

    def test_examples_of_the_documentation(self):
        self.assertEqual(doctest.testmod(digital_link).failed, 0)

    def test_digital_links(self):
        for record, path in (
            (self.glue, f"/01/0{GTIN}"),
            (self.drill, "/01/00000096385074"),
            (self.lot, None),  # GS1 knows no #
            (self.serial, "/01/00000096385074/21/SN0042"),
            (self.pallet, f"/00/{SSCC}"),
            (self.rack_a2, f"/414/{GLN}"),
        ):
            with self.subTest(record=record.display_name):
                expected = f"https://odoo.example.com{path}" if path else self._short_link(record)
                self.assertEqual(self._link(record), expected)

    def test_reserved_characters_are_encoded(self):
        lot = self._make_lot(self.glue, 'A/B%C?"+')
        self.assertEqual(self._link(lot), f"https://odoo.example.com/01/0{GTIN}/10/A%2FB%25C%3F%22%2B")

    def test_short_links_of_what_gs1_has_no_number_for(self):
        for record in (self.bolt, self.nut, self.package, self.rack_a1, self.order, self.production, self.sheet):
            with self.subTest(record=record.display_name):
                self.assertEqual(self._link(record), self._short_link(record))

    def test_lots_that_gs1_cannot_write(self):
        for name in ("lot 7", "Los Ä", "L" * 21, "~"):
            with self.subTest(name=name):
                lot = self._make_lot(self.glue, name)
                self.assertEqual(self._link(lot), self._short_link(lot))

    def test_no_short_code_is_made_for_a_digital_link(self):
        self._link(self.glue)
        self.assertFalse(self.env["stock.scan.code"]._get_existing_codes(self.glue))

    def test_links_are_plain_ascii(self):
        for record in self.records:
            self.assertRegex(self._link(record), r"\A[!-~]+\Z")

    def test_links_of_many_in_few_queries(self):
        lots = self.env["stock.lot"].create(
            [{"name": f"L{number}", "product_id": self.bolt.id} for number in range(40)]
        )
        lots[:1]._get_scan_links()
        with self.assertQueryCount(12):
            self.assertEqual(len(lots._get_scan_links()), 40)

    def test_odoos_own_barcodes(self):
        for record, barcode in (
            (self.glue, GTIN),
            (self.bolt, False),
            (self.lot, "A/7#2"),
            (self.package, "PACK7"),
            (self.pallet, f"00{SSCC}"),
            (self.rack_a1, "WH-A1"),
            (self.order, self.order.name),
            (self.production, self.production.name),
            (self.sheet, self.sheet.name),
        ):
            with self.subTest(record=record.display_name):
                self.assertEqual(record._get_odoo_barcode(), barcode)

    def test_odoos_own_barcodes_with_gs1s_nomenclature(self):
        nomenclature = self.env.ref("barcodes_gs1_nomenclature.default_gs1_nomenclature")
        self.env.company.nomenclature_id = nomenclature
        glue_lot, bolt_lot = self._make_lot(self.glue, "L7"), self._make_lot(self.bolt, "L8")
        for lot, barcode, value in (
            (glue_lot, f"010{GTIN}10L7", {"product": f"0{GTIN}", "lot": "L7"}),
            (bolt_lot, "10L8", {"lot": "L8"}),
            (self.serial, "010000009638507421SN0042", {"product": "00000096385074", "lot": "SN0042"}),
        ):
            with self.subTest(lot=lot.name):
                self.assertEqual(lot._get_odoo_barcode(), barcode)
                parsed = nomenclature.parse_barcode(barcode)
                self.assertEqual({part["type"]: part["value"] for part in parsed}, value)
        self.assertEqual(self.lot._get_odoo_barcode(), "A/7#2", "GS1 knows no #")

    def _set_domain(self, domain):
        self.env["res.config.settings"].create({"scan_link_domain": domain}).execute()

    def test_own_domain(self):
        self._set_domain(" HTTPS://Bücher.example:8443/ ")
        self.assertTrue(self._link(self.glue).startswith("https://xn--bcher-kva.example:8443/01/"))

    def test_without_own_domain_the_servers_address(self):
        self._set_domain(False)
        base = self.env["ir.config_parameter"].get_param("web.base.url")
        self.assertEqual(self._link(self.glue), f"{base}/01/0{GTIN}")

    def test_what_is_no_domain_is_refused(self):
        for domain in ("odoo.example.com", "ftp://a.b", "https://a.b/odoo", "https://a.b?x", "https://", "https://a b"):
            with self.subTest(domain=domain), self.assertRaisesRegex(UserError, re.escape(f"“{domain}” cannot be")):
                self._set_domain(domain)
        self.assertTrue(self._link(self.glue).startswith("https://odoo.example.com/"))
