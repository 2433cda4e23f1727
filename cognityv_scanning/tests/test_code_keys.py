from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .test_resolver import CASE_GTIN, GTIN_14, SSCC, ResolverCommon


@tagged("post_install", "-at_install")
class TestCodeKeys(ResolverCommon):
    """What a phone looks up without network is what the server finds."""

    def _get_keys(self, products=None, lots=None, packages=None):
        return self.resolver._get_code_keys(
            products or self.env["product.product"],
            lots or self.env["stock.lot"],
            packages or self.env["stock.package"],
        )

    def _get_code(self, key):
        """A code that a phone looks up by this key."""
        kind, _colon, text = key.partition(":")
        if kind == "gtin":
            return "]C101" + text.replace("|lot:", "10")
        return f"https://example.com/q/{text}" if kind == "q" else text

    def _get_found(self, key):
        fields = ("product_id", "lot_id", "package_id")
        return [
            {**{name: match.get(name, False) for name in fields}, "quantity": match.get("quantity", 1)}
            for match in self.resolver.resolve(self._get_code(key))
        ]

    def _assert_as_resolved(self, keys):
        for key, entries in keys.items():
            self.assertCountEqual(entries, self._get_found(key), key)

    def test_keys_of_a_product(self):
        code = self.env["stock.scan.code"]._get_codes(self.bolt)[self.bolt]
        keys = self._get_keys(self.bolt)
        self._assert_as_resolved(keys)
        self.assertEqual(
            set(keys),
            {
                *(f"text:{GTIN_14[1:]}", f"gtin:{GTIN_14}", f"text:{CASE_GTIN}", f"gtin:{CASE_GTIN}", "text:BOLT"),
                f"q:{code}",
            },
        )
        self.assertEqual(
            keys[f"gtin:{CASE_GTIN}"],
            [{"product_id": self.bolt.id, "lot_id": False, "package_id": False, "quantity": 12}],
        )

    def test_keys_of_lots_and_packages(self):
        self.env["product.uom"].create(
            {"product_id": self.glue.id, "uom_id": self.dozen.id, "barcode": "9501101530003"}
        )
        sscc = self.env["stock.package"].create({"name": SSCC})
        self.env["stock.scan.code"]._get_codes(self.lot)
        self.env["stock.scan.code"]._get_codes(sscc)
        keys = self._get_keys(lots=self.lot | self.serial, packages=self.package | sscc)
        self._assert_as_resolved(keys)
        for key in ("text:G-77", "gtin:00036000291452|lot:G-77", "gtin:09501101530003|lot:G-77", "text:GLUE"):
            self.assertIn(key, keys)
        for key in ("text:PACK-1", f"text:{SSCC}", f"text:00{SSCC}", "gtin:00000096385074|lot:SN1"):
            self.assertIn(key, keys)

    def test_what_may_be_several_things_has_several_entries(self):
        paint = self._make_product("Paint", tracking="lot", default_code="G-77")
        other = self._make_lot(paint, "G-77")
        keys = self._get_keys(lots=self.lot | other)
        self.assertEqual(len(keys["text:G-77"]), 3)
        self._assert_as_resolved(keys)

    def test_no_short_code_is_made(self):
        codes = self.env["stock.scan.code"].search_count([])
        keys = self._get_keys(self.bolt | self.nut, self.lot, self.package)
        self.assertFalse([key for key in keys if key.startswith("q:")])
        self.assertEqual(self.env["stock.scan.code"].search_count([]), codes)

    def test_statements_do_not_grow(self):
        products = self.env["product.product"].create(
            [{"name": f"Item {n}", "default_code": f"IT{n}", "tracking": "lot"} for n in range(40)]
        )
        lots = self.env["stock.lot"].create([{"name": "L", "product_id": product.id} for product in products])
        counts = []
        for count in (2, 2, 40):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_keys(products[:count], lots[:count])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    @settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.text("ABab019-./ ", min_size=1, max_size=4), min_size=4, max_size=4),
        st.sampled_from(["9501101530003", "036000291452", "96385074", "X-1", False]),
    )
    def test_any_names(self, texts, barcode):
        reference, lot, other, package = (text.strip() or "A" for text in texts)
        with self._undone():
            (self.bolt | self.glue | self.drill).barcode = False
            self.nut.write({"default_code": reference, "barcode": barcode})
            self.lot.name, self.serial.name, self.package.name = lot, other, package
            keys = self._get_keys(self.nut | self.bolt, self.lot | self.serial, self.package)
            self._assert_as_resolved(keys)
