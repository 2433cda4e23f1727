from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_resolver import CASE_GTIN, GTIN_13, ResolverCommon


@tagged("post_install", "-at_install")
class TestSuggest(ResolverCommon):
    def _suggest(self, text, user=None, **options):
        resolver = self.resolver if user is None else self.resolver.with_user(user)
        return [(match["kind"], match["id"], match["text"]) for match in resolver.suggest(text, **options)]

    def test_beginnings(self):
        for text, expected in (
            ("bol", ("product", self.bolt.id, "BOLT")),
            (GTIN_13[:6], ("product", self.bolt.id, GTIN_13)),
            (CASE_GTIN[:8], ("product", self.bolt.id, CASE_GTIN)),
            ("g-", ("lot", self.lot.id, "G-77")),
            ("pack", ("package", self.package.id, "PACK-1")),
            ("rack-", ("location", self.rack_a1.id, "RACK-A1")),
            (self.rack_a2.complete_name[:-1], ("location", self.rack_a2.id, self.rack_a2.complete_name)),
        ):
            self.assertIn(expected, self._suggest(text), text)

    def test_documents(self):
        transfer = self._make_delivery(self.bolt, 1, self.rack_a1)
        self.assertIn(("transfer", transfer.id, transfer.name), self._suggest(transfer.name[:-2].lower()))

    def test_parts_of_names(self):
        product = self._make_product("Long hexagon screw", default_code="X1")
        self.assertEqual(self._suggest("hexag"), [("product", product.id, "Long hexagon screw")])
        self.assertEqual(self._suggest("SCREW long"), [("product", product.id, "Long hexagon screw")])
        self.assertEqual(self._suggest("ng"), [], "too short to look inside")
        serial = self._make_lot(self.drill, "SN-2026-0815")
        self.assertEqual(self._suggest("0815"), [("lot", serial.id, "SN-2026-0815")])

    def test_matches_are_those_of_resolve(self):
        [match] = self.resolver.suggest("G-7")
        self.assertEqual(match, {**self.resolver.resolve("G-77")[0], "text": "G-77"})
        [match] = self.resolver.suggest(CASE_GTIN[:10])
        self.assertEqual((match["quantity"], match["uom"]), (12, "Dozens"))

    def test_each_once(self):
        self.bolt.default_code = "Bolt"
        self.assertEqual(self._suggest("Bolt"), [("product", self.bolt.id, "Bolt")])

    def test_of_each_kind_some(self):
        self.env["product.product"].create([{"name": f"N{n}", "default_code": f"ZZ{n}"} for n in range(20)])
        lot, place = self._make_lot(self.glue, "ZZ-LOT"), self.rack_a2
        place.name = "ZZ-RACK"
        found = self._suggest("zz", limit=6)
        self.assertEqual([kind for kind, _id, _text in found], ["product"] * 4 + ["lot", "location"])
        self.assertIn(("lot", lot.id, "ZZ-LOT"), found)
        self.assertEqual(len(self._suggest("zz", limit=100)), 22)
        self.assertEqual([kind for kind, *_rest in self._suggest("zz", kinds=["location"])], ["location"])
        self.assertEqual(self._suggest("zz", limit=0), [])
        self.assertEqual(self._suggest("zz", limit=-3), [])

    def test_in_the_order_of_the_alphabet(self):
        for name in ("ZZ-3", "zz-1", "ZZ-2"):
            self._make_lot(self.glue, name)
        self.assertEqual([text for _kind, _id, text in self._suggest("zz", limit=2)], ["zz-1", "ZZ-2"])

    def test_archived_are_none(self):
        (self.bolt | self.glue).active = False
        for text in ("BOL", "G-7", CASE_GTIN[:10]):
            self.assertEqual(self._suggest(text), [], text)

    def test_letters_that_are_no_pattern(self):
        self._make_product("Percent", default_code="50%_X\\1")
        for text in ("50%", "50%_", "50%_x\\"):
            self.assertEqual(len(self._suggest(text)), 1, text)
        for text in ("%", "_", "5_%", "\\"):
            self.assertEqual(self._suggest(text), [], text)

    def test_rights(self):
        transfer = self._make_delivery(self.bolt, 1, self.rack_a1)
        self.assertEqual(self._suggest(transfer.name, user=self.counter), [])
        self.assertIn("lot", [kind for kind, *_rest in self._suggest("G-7", user=self.counter)])
        other = self.env["res.company"].create({"name": "Other"})
        self._make_product("Foreign", default_code="FOREIGN", company_id=other.id)
        self.assertEqual(self._suggest("FOREI"), [])

    def test_rubbish(self):
        for arguments in ((None,), (7,), ("a", "product"), ("a", 7), ("a", None, "8"), ("a", None, True)):
            with self.assertRaisesRegex(UserError, "Suggestions need"):
                self.resolver.suggest(*arguments)
        self.assertEqual(self.resolver.suggest("  "), [])
        self.assertEqual(self.resolver.suggest("BOLT" * 100), [])
        self.assertEqual(self.resolver.suggest("BOLT", kinds=[["product"], {}, "x"]), [])

    @settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.one_of(st.text(), st.text("%_\\'\"0123()#\x1d")))
    def test_no_text_raises(self, text):
        self.assertIsInstance(self.resolver.suggest(text), list)

    def test_one_statement_finds(self):
        def count(text):
            self.env.flush_all()
            self.env.invalidate_all()
            self.resolver.env.user.company_ids.mapped("name")
            before = self.env.cr.sql_log_count
            self.resolver.suggest(text)
            return self.env.cr.sql_log_count - before

        count("BOLT")
        self.assertEqual(count("nothing like that"), 1)
        self.env["stock.lot"].create([{"name": f"MANY-{n}", "product_id": self.glue.id} for n in range(9)])
        self.assertEqual(count("MANY-"), count("G-7"))
