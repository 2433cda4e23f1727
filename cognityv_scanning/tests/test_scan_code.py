import secrets
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon
from odoo.addons.cognityv_inventory.tests.race import RaceCase

from ..models.stock_scan_code import ALPHABET, IS_CODE, LENGTH, MODELS


@tagged("post_install", "-at_install")
class TestScanCode(InventoryCommon):
    """Short codes: made once, found with the user's rights, gone with their record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.codes = cls.env["stock.scan.code"]
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})

    def _code(self, record):
        return self.codes._get_codes(record)[record]

    def _count(self, record):
        return self.codes.search_count([("res_model", "=", record._name), ("res_id", "=", record.id)])

    def test_code_is_plain_and_long(self):
        code = self._code(self.bolt)
        self.assertTrue(IS_CODE.fullmatch(code))
        self.assertEqual(len(code), LENGTH)
        self.assertFalse(set("01BDILOQSUZ") & set(ALPHABET), "look-alikes")
        self.assertGreaterEqual(len(ALPHABET) ** LENGTH, 2**54)

    def test_code_is_made_once(self):
        self.assertEqual(self._code(self.bolt), self._code(self.bolt))
        self.assertEqual(self._count(self.bolt), 1)

    def test_codes_of_many_in_few_queries(self):
        products = self.env["product.product"].create([{"name": str(number)} for number in range(50)])
        self.codes._get_codes(self.bolt | products[:1])
        with self.assertQueryCount(10):
            codes = self.codes._get_codes(products)
        self.assertEqual(set(codes), set(products))
        self.assertEqual(len(set(codes.values())), 50)

    def test_only_codes_that_exist(self):
        self._code(self.bolt)
        self.assertEqual(set(self.codes._get_existing_codes(self.bolt | self.nut)), {self.bolt})

    def test_a_taken_code_is_drawn_again(self):
        taken = self._code(self.bolt)
        with patch.object(secrets, "choice", side_effect=[*taken, *"CFGHJKMNPRTV"]):
            self.assertEqual(self._code(self.nut), "CFGHJKMNPRTV")

    def test_every_model_has_a_company_and_takes_its_code_along(self):
        package = self.env["stock.package"].create({"name": "PACK7"})
        place = self.env["stock.location"].create({"name": "Gone", "location_id": self.stock.id})
        lot = self._make_lot(self.glue, "LOT7")
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        production = self.env["mrp.production"].create({"product_id": self.bolt.id, "product_qty": 1})
        sheet = self._make_sheet(fill=False, start=False)
        product = self._make_product("Gone")
        records = [product, lot, package, place, order, production, sheet]
        self.assertEqual({record._name for record in records}, set(MODELS))
        for record in records:
            with self.subTest(model=record._name):
                code = self._code(record)
                self.assertEqual(self.codes._find(code), record)
                self.assertEqual(self.codes.search([("name", "=", code)]).company_id, record.company_id)
                record.unlink()
                self.assertFalse(self.codes.search([("name", "=", code)]))
                self.assertFalse(self.codes._find(code))

    def test_other_models_have_no_code(self):
        with self.assertRaisesRegex(ValueError, "res.users"):
            self.codes._get_codes(self.manager)

    def test_found_in_any_spelling(self):
        code = self._code(self.bolt)
        self.assertEqual(self.codes._find(f" {code.lower()}\n"), self.bolt)

    def test_rubbish_is_not_found(self):
        self._code(self.bolt)
        for rubbish in (None, False, "", "BOLT", "\x00" * LENGTH, "Ü" * LENGTH, ALPHABET[0] * LENGTH, "%" * LENGTH):
            with self.subTest(code=rubbish):
                self.assertFalse(self.codes._find(rubbish))

    def test_archived_record_is_found(self):
        code = self._code(self.bolt)
        self.env["stock.quant"].search([("product_id", "=", self.bolt.id)]).sudo().unlink()
        self.bolt.action_archive()
        self.assertEqual(self.codes._find(code), self.bolt)

    def test_another_companys_record_is_not_found(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="stock.group_stock_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        code = self._code(self.rack_a1)
        self.assertEqual(self.codes.with_user(self.worker)._find(code), self.rack_a1)
        self.assertFalse(self.codes.with_user(stranger).with_context(allowed_company_ids=company.ids)._find(code))

    def test_a_company_that_is_switched_off_finds_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.worker.company_ids |= company
        code = self._code(self.rack_a1)
        codes = self.codes.with_user(self.worker)
        self.assertEqual(codes.with_company(self.company)._find(code), self.rack_a1)
        self.assertFalse(codes.with_context(allowed_company_ids=company.ids)._find(code))

    def test_whoever_may_not_read_the_record_neither_finds_it_nor_has_a_code_made(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        code = self._code(order)
        self.assertFalse(self.codes.with_user(self.outsider)._find(code))
        with self.assertRaises(AccessError):
            self.codes._get_codes(order.with_user(self.outsider))

    def test_a_counter_has_codes_made_without_rights_on_codes(self):
        place = self.rack_a2.with_user(self.counter)
        code = place.env["stock.scan.code"]._get_codes(place)[place]
        self.assertEqual(self._code(self.rack_a2), code)
        with self.assertRaises(AccessError):
            self.codes.with_user(self.counter).search([])

    def test_codes_without_record_are_swept_up(self):
        variant = self._make_product("Variant")
        orphan, kept = self._code(variant), self._code(self.bolt)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM product_template WHERE id = %s", [variant.product_tmpl_id.id])
        self.env.invalidate_all()
        self.assertFalse(self.codes._find(orphan))
        self.codes._gc_codes_without_record()
        self.assertEqual(self.codes.search([("name", "in", [orphan, kept])]).mapped("name"), [kept])


@tagged("post_install", "-at_install")
class TestScanCodeRace(RaceCase):
    """Two workers make the code of the same record at once."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove_codes)

    def _remove_codes(self):
        with self._connection() as env:
            env["stock.scan.code"].search([("res_id", "in", [self.product_id, self.newcomer_id])]).unlink()
            env.cr.commit()

    def _make_code(self, env):
        products = env["product.product"].browse([self.product_id, self.newcomer_id])
        return env["stock.scan.code"]._get_codes(products)

    def _names(self):
        with self._connection() as env:
            domain = [("res_model", "=", "product.product"), ("res_id", "in", [self.product_id, self.newcomer_id])]
            return env["stock.scan.code"].search(domain).mapped("name")

    def test_the_second_waits_and_takes_the_firsts(self):
        with self._connection() as first:
            made = self._make_code(first)
            second = self._in_thread(self._make_code)
            self.assertFalse(second.done(), "The second should wait for the first")
            first.cr.commit()
            self.assertEqual(second.result(timeout=60), 2, "It should look again, with a new snapshot")
            self.assertCountEqual(self._names(), made.values())

    def test_the_second_makes_its_own_when_the_first_gives_up(self):
        with self._connection() as first:
            self._make_code(first)
            second = self._in_thread(self._make_code)
            first.cr.rollback()
            self.assertEqual(second.result(timeout=60), 1)
        self.assertEqual(len(self._names()), 2)

    @mute_logger("odoo.sql_db")
    def test_an_older_snapshot_cannot_serialize(self):
        with self._connection() as first, self._connection() as second:
            second.cr.execute("SELECT 1")  # takes the snapshot
            self._make_code(first)
            first.cr.commit()
            with self.assertRaises(SerializationFailure):
                self._make_code(second)
