from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon

from ..models.stock_scan_resolver import StockScanResolver

GTIN_13 = "4006381333931"
GTIN_14 = f"0{GTIN_13}"
CASE_GTIN = "14006381333938"
SSCC = "106141412345678908"
GLN = "9506000111315"
FNC1 = "\x1d"


class ResolverCommon(InventoryCommon):
    """A bolt and a box of 12 of it with barcodes, glue with a lot, a drill with a serial number, a package, a rack with a
    barcode; glue has a GTIN, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.resolver = cls.env["stock.scan.resolver"].with_user(cls.manager)
        cls.bolt.barcode = GTIN_13
        cls.glue.barcode = "036000291452"
        cls.drill.barcode = "96385074"
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.packaging = cls.env["product.uom"].create(
            {"product_id": cls.bolt.id, "uom_id": cls.dozen.id, "barcode": CASE_GTIN, "company_id": cls.company.id}
        )
        cls.lot = cls._make_lot(cls.glue, "G-77")
        cls.serial = cls._make_lot(cls.drill, "SN1")
        cls.package = cls.env["stock.package"].create({"name": "PACK-1"})
        cls.rack_a1.barcode = "RACK-A1"

    def _found(self, code, resolver=None):
        """What a code stands for, as pairs of kind and id."""
        resolver = self.resolver if resolver is None else resolver
        return [(match["kind"], match["id"]) for match in resolver.resolve(code)]

    def _assert_match(self, code, record, kind, **carried):
        """The one match of a code, and some of what it carries; None for what it must not."""
        [match] = self.resolver.resolve(code)
        self.assertEqual((match["kind"], match["model"], match["id"]), (kind, record._name, record.id), code)
        self.assertEqual({name: match.get(name) for name in carried}, carried, code)


@tagged("post_install", "-at_install")
class TestResolver(ResolverCommon):
    # Plain texts

    def test_products(self):
        self._assert_match(GTIN_13, self.bolt, "product", product_id=self.bolt.id, quantity=None, gtin=GTIN_14)
        self._assert_match("BOLT", self.bolt, "product", product="[BOLT] Bolt", tracking="none", lot_name=None)

    def test_packaging_has_its_quantity(self):
        self._assert_match(CASE_GTIN, self.bolt, "product", product_id=self.bolt.id, quantity=12, uom="Dozens")

    def test_lots_and_packages(self):
        self._assert_match("G-77", self.lot, "lot", product_id=self.glue.id, lot_id=self.lot.id, lot_name="G-77")
        self._assert_match("SN1", self.serial, "lot", product_id=self.drill.id, tracking="serial")
        self._assert_match("PACK-1", self.package, "package", package_id=self.package.id)

    def test_locations(self):
        for code in ("RACK-A1", self.rack_a1.complete_name, "A1"):
            self._assert_match(code, self.rack_a1, "location")

    def test_documents(self):
        partner = self.env["res.partner"].create({"name": "Customer"})
        sale = self.env["sale.order"].create(
            {"partner_id": partner.id, "company_id": self.company.id, "client_order_ref": "PO-9"}
        )
        transfer = self._make_delivery(self.bolt, 1, self.rack_a1)
        production = self.env["mrp.production"].create({"product_id": self.nut.id, "company_id": self.company.id})
        sheet = self._make_sheet(start=False)
        resolver = self.env["stock.scan.resolver"].with_company(self.company)
        for record, kind in ((sale, "sale"), (transfer, "transfer"), (production, "production"), (sheet, "sheet")):
            self.assertEqual(self._found(record.name, resolver), [(kind, record.id)])
            self.assertEqual(self._found(record.name.lower(), resolver), [(kind, record.id)])
        self.assertEqual(self._found("(400)PO-9", resolver), [("sale", sale.id)])

    def test_blanks_around_it_do_not_matter(self):
        self._assert_match(" BOLT \r\n", self.bolt, "product")

    def test_nothing_found(self):
        for code in ("nothing like that", "  ", "", f"(01){GTIN_14[:-1]}9(10)A", "https://example.com/01/x", "10G-77"):
            self.assertEqual(self.resolver.resolve(code), [], code)

    def test_what_is_no_text_is_refused(self):
        for code in (None, 7, ["BOLT"], {}):
            with self.assertRaisesRegex(UserError, "is no code"):
                self.resolver.resolve(code)

    @settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
    @given(st.one_of(st.text(), st.text("0123456789()\x1d#/:?=qQAlthps%_\\'\"")))
    def test_no_text_raises(self, text):
        self.assertIsInstance(self.resolver.resolve(text), list)

    # Several

    def test_a_lot_name_of_two_products_gives_both(self):
        paint = self._make_product("Paint", tracking="lot")
        other = self._make_lot(paint, "G-77")
        matches = self.resolver.resolve("G-77")
        self.assertEqual([match["id"] for match in matches], [self.lot.id, other.id])
        self.assertEqual([match["product"] for match in matches], ["[GLUE] Glue", "Paint"])

    def test_the_same_text_in_several_kinds_gives_all(self):
        self.package.name = "BOLT"
        self.assertEqual(self._found("BOLT"), [("product", self.bolt.id), ("package", self.package.id)])

    def test_a_place_found_by_two_of_its_fields_is_there_once(self):
        self.rack_a1.barcode = "A1"
        self._assert_match("A1", self.rack_a1, "location")

    def test_places_of_one_name_in_two_racks(self):
        bins = self.env["stock.location"].create(
            [{"name": "Bin", "location_id": rack.id} for rack in (self.rack_a1, self.rack_a2)]
        )
        self.assertEqual(self._found("Bin"), [("location", place.id) for place in bins])

    # In another case

    def test_another_case_counts_where_nothing_is_spelled_so(self):
        self._assert_match("bolt", self.bolt, "product")
        self._assert_match("g-77", self.lot, "lot")
        self._assert_match("a1", self.rack_a1, "location")
        small = self._make_product("Small", default_code="bolt")
        self._assert_match("bolt", small, "product")
        self._assert_match("BOLT", self.bolt, "product")
        self.assertEqual(self._found("Bolt"), [("product", self.bolt.id), ("product", small.id)])

    def test_a_barcode_in_another_case_is_another_one(self):
        self.bolt.barcode = "abc-XYZ"
        self.assertEqual(self.resolver.resolve("ABC-xyz"), [])

    def test_letters_that_are_no_pattern(self):
        self._make_product("Percent", default_code="50%_X")
        self.assertEqual(self.resolver.resolve("50AAX"), [])
        self.assertEqual(len(self.resolver.resolve("50%_x")), 1)

    # Archived

    def test_archived_only_when_nothing_else_matches(self):
        self.nut.active = False
        self._assert_match("NUT", self.nut, "product", archived=True)
        self._make_product("New nut", default_code="nut")
        [match] = self.resolver.resolve("NUT")
        self.assertNotEqual(match["id"], self.nut.id)
        self.assertNotIn("archived", match)

    def test_lots_and_packagings_of_an_archived_product(self):
        (self.bolt | self.glue).active = False
        self._assert_match("G-77", self.lot, "lot", archived=True)
        self._assert_match(CASE_GTIN, self.bolt, "product", archived=True, quantity=12)

    # GTIN

    def test_gtin_stored_with_more_or_fewer_zeros(self):
        for stored, scanned in (
            (GTIN_14, GTIN_13),
            (GTIN_13, GTIN_14),
            ("036000291452", "0036000291452"),
            ("0036000291452", "036000291452"),
            ("96385074", "00000096385074"),
            ("00000096385074", "96385074"),
            ("04252614", "042100005264"),
            ("042100005264", "04252614"),
        ):
            with self.subTest(stored=stored, scanned=scanned):
                (self.bolt | self.glue | self.drill).barcode = False
                self.nut.barcode = stored
                self._assert_match(scanned, self.nut, "product")

    def test_the_digits_as_they_stand_come_first(self):
        self.nut.barcode = GTIN_14
        self._assert_match(GTIN_13, self.bolt, "product")
        self._assert_match(GTIN_14, self.nut, "product")

    # GS1

    def test_product_with_a_known_lot_is_the_lot(self):
        for code in (
            "01000360002914521725123110G-77",
            f"]C10100036000291452{FNC1}10G-77",
            "(01)00036000291452(10)G-77",
            "https://example.com/01/00036000291452/10/G-77",
            "https://other.example/p/01/036000291452/10/g-77",
        ):
            self._assert_match(code, self.lot, "lot", product_id=self.glue.id, lot_name="G-77", gtin="00036000291452")

    def test_a_lot_is_that_of_the_product_scanned(self):
        paint = self._make_product("Paint", tracking="lot", barcode=CASE_GTIN[1:13] + "5")
        paint.barcode = "9501101530003"
        other = self._make_lot(paint, "G-77")
        self._assert_match("010003600029145210G-77", self.lot, "lot")
        self._assert_match("010950110153000310G-77", other, "lot", product_id=paint.id)
        self.assertEqual(len(self.resolver.resolve("]C110G-77")), 2)

    def test_a_lot_of_a_packaging(self):
        self.env["product.uom"].create(
            {"product_id": self.glue.id, "uom_id": self.dozen.id, "barcode": "9501101530003"}
        )
        self._assert_match(
            "010950110153000310G-77", self.lot, "lot", product_id=self.glue.id, quantity=12, uom="Dozens"
        )
        self._assert_match(f"0209501101530003372{FNC1}10G-77", self.lot, "lot", quantity=24)
        self._assert_match("010950110153000310NEW", self.glue, "product", lot_name="NEW", quantity=12)
        self._assert_match("010003600029145210G-77", self.lot, "lot", quantity=None, uom=None)

    def test_a_serial_number_is_one_in_any_packaging(self):
        self.env["product.uom"].create(
            {"product_id": self.drill.id, "uom_id": self.dozen.id, "barcode": "9501101530003"}
        )
        self._assert_match("9501101530003", self.drill, "product", quantity=12)
        self._assert_match("010950110153000321SN1", self.serial, "lot", quantity=None)
        self._assert_match("010950110153000321SN9", self.drill, "product", lot_name="SN9", quantity=None)

    def test_unknown_lot_of_a_known_product_is_the_product_with_its_name(self):
        self._assert_match(
            "010003600029145210NEW",
            self.glue,
            "product",
            lot_id=None,
            lot_name="NEW",
            tracking="lot",
            product_id=self.glue.id,
        )

    def test_serial_and_lot_in_one_code(self):
        code = f"]d20100000096385074{{}}10BATCH{FNC1}21SN{{}}"
        self._assert_match(code.format("", 1), self.serial, "lot", lot_name="SN1", serial="SN1")
        self._assert_match(code.format("", 2), self.drill, "product", lot_name="SN2", serial="SN2")
        self._assert_match(f"010003600029145210G-77{FNC1}211", self.lot, "lot", lot_name="G-77", serial="1")
        self._assert_match(f"010003600029145210NEW{FNC1}211", self.glue, "product", lot_name="NEW", serial="1")

    def test_lot_beside_an_unknown_product_is_nothing(self):
        self.assertEqual(self.resolver.resolve("010950110153000310G-77"), [])

    def test_what_else_a_code_says_is_carried(self):
        self._assert_match(
            f"]C10104006381333931112501311526013117260228305{FNC1}99own",
            self.bolt,
            "product",
            gtin=GTIN_14,
            produced="2025-01-31",
            best_before="2026-01-31",
            expiry="2026-02-28",
            quantity=5,
            count=5,
            elements=[
                ["01", GTIN_14],
                ["11", "250131"],
                ["15", "260131"],
                ["17", "260228"],
                ["30", "5"],
                ["99", "own"],
            ],
        )

    def test_number_with_a_wrong_check_digit_is_a_number_of_somebodys_own(self):
        self.nut.barcode = "04006381333930"
        self._assert_match("]C10104006381333930", self.nut, "product", gtin=None)

    def test_content_of_a_package(self):
        self._assert_match(
            f"02{GTIN_14}3724", self.bolt, "product", quantity=24, content_gtin=GTIN_14, content_count=24
        )
        self._assert_match(f"02{CASE_GTIN}373", self.bolt, "product", quantity=36, uom="Dozens")
        self._assert_match(f"0200036000291452377{FNC1}10G-77", self.lot, "lot", quantity=7)

    def test_package_by_its_sscc(self):
        for name in (SSCC, f"00{SSCC}"):
            self.package.name = name
            for code in (SSCC, f"00{SSCC}", f"(00){SSCC}(02){GTIN_14}(37)24", f"https://example.com/00/{SSCC}"):
                self._assert_match(code, self.package, "package", sscc=SSCC, quantity=None)
        # Not known here: what is in it.
        self.package.name = "other"
        self._assert_match(f"(00){SSCC}(02){GTIN_14}(37)24", self.bolt, "product", quantity=24, sscc=SSCC)

    def test_measures_are_a_quantity_in_the_products_unit(self):
        gram, kilogram = self.env.ref("uom.product_uom_gram"), self.env.ref("uom.product_uom_kgm")
        self._assert_match(
            f"01{GTIN_14}3103001250", self.bolt, "product", quantity=None, measures={"net_weight_kg": 1.25}
        )
        for unit, quantity in ((gram, 1250), (kilogram, 1.25)):
            cheese = self._make_product(f"Cheese by {unit.name}", uom_id=unit.id, barcode="9501101530003")
            self._assert_match("01095011015300033103001250", cheese, "product", quantity=quantity)
            cheese.barcode = False

    def test_places_by_gln(self):
        self.rack_a2.barcode = GLN
        self._assert_match(f"414{GLN}", self.rack_a2, "location")
        self.assertEqual(self.resolver.resolve(f"414{GLN}254A1"), [])
        for barcode in (f"{GLN}A1", f"414{GLN}254A1"):
            self.rack_a1.barcode = barcode
            self._assert_match(f"414{GLN}254A1", self.rack_a1, "location")
            self._assert_match(f"https://example.com/414/{GLN}/254/A1", self.rack_a1, "location")

    def test_other_numbers_of_a_product(self):
        self._assert_match("(01)09501101530003(240)BOLT", self.bolt, "product")
        self._assert_match("(241)NUT", self.nut, "product")

    def test_what_only_might_be_gs1(self):
        """A reference that begins like an identifier is not the lot of another product, unless the company says so."""
        self.assertEqual(self.resolver.resolve("10G-77"), [])
        self.company.nomenclature_id = self.env.ref("barcodes_gs1_nomenclature.default_gs1_nomenclature")
        self._assert_match("10G-77", self.lot, "lot")
        product = self._make_product("Ten", default_code="10G-77")
        self._assert_match("10G-77", product, "product", lot_name=None)

    # Short codes

    def test_short_codes(self):
        for record, kind in (
            (self.bolt, "product"),
            (self.lot, "lot"),
            (self.package, "package"),
            (self.rack_a2, "location"),
        ):
            code = self.env["stock.scan.code"]._get_codes(record)[record]
            for text in (f"https://example.com/q/{code}", f"HTTPS://EXAMPLE.COM/Q/{code}", code, code.lower()):
                self._assert_match(text, record, kind)
        self._assert_match(self.env["stock.scan.code"]._get_codes(self.lot)[self.lot], self.lot, "lot", lot_name="G-77")

    def test_short_code_of_what_is_archived(self):
        code = self.env["stock.scan.code"]._get_codes(self.lot)[self.lot]
        self.glue.active = False
        self._assert_match(code, self.lot, "lot", archived=True)

    # Nomenclatures

    def _set_nomenclature(self, *rules):
        self.company.nomenclature_id = self.env["barcode.nomenclature"].create(
            {"name": "Own", "rule_ids": [Command.create({"name": rule["pattern"], **rule}) for rule in rules]}
        )

    def test_weight_in_a_barcode(self):
        self._set_nomenclature({"type": "weight", "encoding": "ean13", "pattern": "21.....{NNDDD}"})
        cheese = self._make_product("Cheese", barcode="2112345000000", uom_id=self.env.ref("uom.product_uom_kgm").id)
        cheese.barcode = self.env["barcode.nomenclature"].sanitize_ean("2112345000000")
        scanned = self.env["barcode.nomenclature"].sanitize_ean("2112345015000")
        self._assert_match(scanned, cheese, "product", quantity=1.5)

    def test_price_in_a_barcode(self):
        self.assertNotIn("price", dict(self.env["barcode.rule"]._fields["type"].selection), "only with point of sale")
        ham = self._make_product("Ham", list_price=20)
        carried = {"price": 5.0}
        self.assertEqual(self.resolver._get_quantity(ham, self.env["uom.uom"], carried), 0.25)
        ham.list_price = 0
        self.assertIsNone(self.resolver._get_quantity(ham, self.env["uom.uom"], carried))

    def test_alias(self):
        self._set_nomenclature(
            {"type": "alias", "pattern": "OLD-1", "alias": GTIN_13, "sequence": 1},
            {"type": "product", "pattern": ".*", "sequence": 2},
        )
        self._assert_match("OLD-1", self.bolt, "product")
        self._set_nomenclature({"type": "alias", "pattern": "OLD-1", "alias": "G-77"})
        self._assert_match("OLD-1", self.lot, "lot")

    def test_rules_for_lots_packages_and_places(self):
        self._set_nomenclature({"type": "lot", "pattern": "LOT"}, {"type": "location", "pattern": "LOC"})
        self._assert_match("G-77", self.lot, "lot")

    def test_own_identifier_of_a_gs1_nomenclature(self):
        nomenclature = self.env.ref("barcodes_gs1_nomenclature.default_gs1_nomenclature").copy()
        nomenclature.rule_ids = [
            Command.create(
                {
                    "name": "Own lot",
                    "encoding": "gs1-128",
                    "type": "lot",
                    "gs1_content_type": "alpha",
                    "pattern": r"(91)([!\"%-/0-9:-?A-Z_a-z]{0,20})",
                }
            )
        ]
        self.company.nomenclature_id = nomenclature
        self._assert_match("91G-77", self.lot, "lot")

    def test_a_rule_that_fails_loses_nothing_else(self):
        self._set_nomenclature({"type": "weight", "encoding": "any", "pattern": "2{ND}"})
        self.nut.default_code = "21x"
        self._assert_match("21x", self.nut, "product")
        self.assertEqual(self.resolver.resolve("21y"), [])

    def test_rfid_numbers(self):
        self.glue.barcode = "00614141123452"
        self._assert_match("urn:epc:id:sgtin:0614141.012345.G-77", self.lot, "lot")
        self.assertEqual(self.resolver.resolve("urn:epc:id:sgtin:x"), [])

    # Rights

    def test_kinds_that_a_user_may_not_read_are_left_out(self):
        counter = self.env["stock.scan.resolver"].with_user(self.counter)
        transfer = self._make_delivery(self.bolt, 1, self.rack_a1)
        self.assertEqual(self._found(transfer.name), [("transfer", transfer.id)])
        self.assertEqual(self._found(transfer.name, counter), [])
        self.assertEqual(self._found("BOLT", counter), [("product", self.bolt.id)])
        self.assertEqual(self._found("G-77", counter), [("lot", self.lot.id)])
        self.assertEqual(self._found("RACK-A1", counter), [("location", self.rack_a1.id)])

    def test_portal_user_finds_nothing(self):
        portal = new_test_user(self.env, "portal_scanner", groups="base.group_portal")
        self.assertEqual(self.env["stock.scan.resolver"].with_user(portal).resolve("G-77"), [])

    def test_record_rules_hide(self):
        sheet = self._make_sheet(start=False)
        counter = self.env["stock.scan.resolver"].with_user(self.counter)
        self.assertEqual(self._found(sheet.name, counter), [])
        sheet.counter_ids = self.counter
        self.assertEqual(self._found(sheet.name, counter), [("sheet", sheet.id)])

    def test_other_companies_hide(self):
        other = self.env["res.company"].create({"name": "Other"})
        product = self._make_product("Foreign", default_code="FOREIGN", tracking="lot", company_id=other.id)
        self.env["stock.lot"].create({"name": "FOREIGN-LOT", "product_id": product.id, "company_id": other.id})
        stock = self.env["stock.warehouse"].search([("company_id", "=", other.id)]).lot_stock_id
        for code in ("FOREIGN", "FOREIGN-LOT", stock.complete_name):
            self.assertEqual(self.resolver.resolve(code), [], code)

    # Statements

    def _count_statements(self, code):
        """How many statements a request sends: to find, and to name what it has found."""
        self.env.flush_all()
        self.env.invalidate_all()
        resolver = self.resolver
        # Any request has read this before.
        resolver.env.user._fetch_for_scan()
        keep_best, counts = StockScanResolver._keep_best, []

        def count(rows):
            counts.append(self.env.cr.sql_log_count)
            return keep_best(resolver, rows)

        before = self.env.cr.sql_log_count
        with patch.object(StockScanResolver, "_keep_best", side_effect=count):
            resolver.resolve(code)
        after = self.env.cr.sql_log_count
        return counts[0] - before, after - counts[0]

    def test_one_statement_finds_whatever_is_scanned(self):
        twin = self._make_lot(self._make_product("Paint", tracking="lot"), "G-77")
        transfer = self._make_delivery(self.bolt, 1, self.rack_a1)
        codes = (
            *(
                "BOLT",
                "bolt",
                GTIN_13,
                CASE_GTIN,
                twin.name,
                "PACK-1",
                "RACK-A1",
                self.rack_a1.complete_name,
                transfer.name,
            ),
            *("0100036000291452" + "10G-77", "(01)00036000291452(10)NEW", f"00{SSCC}", f"414{GLN}", "nothing"),
            *("https://example.com/01/00036000291452/10/G-77", "https://example.com/shop", "x" * 1000),
        )
        for code in codes:
            self.resolver.resolve(code)
        self.assertEqual({code: self._count_statements(code)[0] for code in codes}, dict.fromkeys(codes, 1))

    def test_naming_what_is_found_costs_the_same_for_many(self):
        products = self.env["product.product"].create(
            [{"name": f"Paint {n}", "tracking": "lot", "is_storable": True} for n in range(20)]
        )
        self.env["stock.lot"].create([{"name": "MANY", "product_id": product.id} for product in products])
        for code in ("MANY", "G-77"):
            self.resolver.resolve(code)
        self.assertEqual(len(self.resolver.resolve("MANY")), 20)
        self.assertEqual(self._count_statements("MANY"), self._count_statements("G-77"))

    def test_naming_never_takes_more_than_six(self):
        transfer = self._make_delivery(self.bolt, 1, self.rack_a1)
        for code in ("nothing", "PACK-1", "RACK-A1", "BOLT", "G-77", CASE_GTIN, transfer.name):
            self.resolver.resolve(code)
            self.assertLessEqual(self._count_statements(code)[1], 6, code)

    def test_a_code_that_no_rule_adds_to_reads_no_nomenclature(self):
        self._set_nomenclature(
            {"type": "weight", "encoding": "ean13", "pattern": "21.....{NNDDD}"},
            {"type": "alias", "pattern": "OLD", "alias": "NEW"},
            {"type": "lot", "pattern": "10"},
        )
        nomenclature = self.resolver._get_nomenclature(self.company.id)
        for code, is_read in (("2112345015002", True), ("OLD-1", True), ("211234501500", False), ("10G-77", False)):
            self.assertEqual(nomenclature.may_know(code), is_read, code)
        self.company.nomenclature_id.rule_ids.unlink()
        self.assertFalse(self.resolver._get_nomenclature(self.company.id).may_know("OLD-1"))
