from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon


@tagged("post_install", "-at_install")
class TestItem(InventoryCommon):
    """Glue: 3 of lot G-1 in A1, 2 of them in PACK-1; 4 of lot G-2 in A2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bolt.barcode = "4006381333931"
        cls.lot, cls.other_lot = cls._make_lot(cls.glue, "G-1"), cls._make_lot(cls.glue, "G-2")
        cls.package = cls.env["stock.package"].create({"name": "PACK-1"})
        cls._put(cls.glue, 1, cls.rack_a1, lot_id=cls.lot)
        cls._put(cls.glue, 2, cls.rack_a1, lot_id=cls.lot, package_id=cls.package)
        cls._put(cls.glue, 4, cls.rack_a2, lot_id=cls.other_lot)
        cls.reason = cls.env["stock.correction.reason"].search([], limit=1)

    def _items(self, user=None):
        return self.env["stock.scan.item"].with_user(user or self.manager)

    def _brief(self, answer):
        """Place, tracking number, package and quantity of each row."""
        return [(row["place"], row["lot"], row["package"], row["quantity"]) for row in answer["rows"]]

    # Where something is

    def test_product(self):
        self._make_delivery(self.bolt, 4, self.rack_a1)
        answer = self._items().get_item("product.product", self.bolt.id)
        rows = answer.pop("rows")
        self.assertEqual(
            answer,
            {
                "model": "product.product",
                "id": self.bolt.id,
                "title": "[BOLT] Bolt",
                "subtitle": False,
                "code": "BOLT",
                "barcode": "4006381333931",
                "product_id": self.bolt.id,
                "lot_id": False,
                "package_id": False,
                "tracking": "none",
                "uom": "Units",
                "more": 0,
                "total": {"quantity": 15, "reserved": 4, "available": 11},
                "note": False,
                "can_correct": True,
            },
        )
        self.assertEqual(
            rows[0],
            {
                **{"location_id": self.rack_a1.id, "place": self.rack_a1.display_name},
                **{"product_id": self.bolt.id, "product": "[BOLT] Bolt", "tracking": "none"},
                **{"lot_id": False, "lot": False, "package_id": False, "package": False},
                **{"owner_id": False, "owner": False},
                **{"quantity": 10, "reserved": 4, "available": 6, "uom": "Units", "last_count": False},
            },
        )
        self.assertEqual(rows[1]["place"], self.rack_a2.display_name)

    def test_lot(self):
        answer = self._items().get_item("stock.lot", self.lot.id)
        self.assertEqual((answer["title"], answer["subtitle"], answer["lot_id"]), ("G-1", "[GLUE] Glue", self.lot.id))
        place = self.rack_a1.display_name
        self.assertEqual(self._brief(answer), [(place, "G-1", "PACK-1", 2), (place, "G-1", False, 1)])
        self.assertEqual(answer["total"]["quantity"], 3)

    def test_package(self):
        self._put(self.nut, 7, self.rack_a1, package_id=self.package)
        answer = self._items().get_item("stock.package", self.package.id)
        self.assertEqual((answer["package_id"], answer["product_id"], answer["uom"]), (self.package.id, False, False))
        self.assertEqual(
            {(row["product"], row["quantity"]) for row in answer["rows"]}, {("[GLUE] Glue", 2), ("[NUT] Nut", 7)}
        )
        self.assertFalse(answer["total"], "of two products there is none")

    def test_package_in_a_package(self):
        outer = self.env["stock.package"].create({"name": "PALLET"})
        self.package.parent_package_id = outer
        self.assertEqual([row["quantity"] for row in self._items().get_item("stock.package", outer.id)["rows"]], [2])

    def test_place_with_the_places_in_it(self):
        answer = self._items().get_place(self.stock.id)
        self.assertEqual((answer["title"], answer["subtitle"]), (self.stock.display_name, False))
        self.assertEqual(len(answer["rows"]), 6)
        self.assertFalse(answer["total"])
        self.rack_a2.barcode = "A2"
        answer = self._items().get_place(self.rack_a2.id)
        self.assertEqual(
            [(row["product"], row["quantity"]) for row in answer["rows"]], [("[BOLT] Bolt", 5), ("[GLUE] Glue", 4)]
        )
        self.assertEqual(answer["barcode"], "A2")

    def test_place_that_is_being_counted_says_so(self):
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self.assertIn(sheet.name, self._items().get_place(self.rack_a1.id)["subtitle"])

    def test_customers_and_losses_are_no_stock(self):
        self._put(self.bolt, 3, self.customers)
        self.assertEqual(self._items().get_item("product.product", self.bolt.id)["total"]["quantity"], 15)

    def test_owner(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self._put(self.nut, 1, self.rack_a2, owner_id=owner)
        rows = self._items(self.counter).get_item("product.product", self.nut.id)["rows"]
        self.assertEqual([(row["owner_id"], row["owner"]) for row in rows], [(False, False), (owner.id, "Owner")])

    def test_nowhere(self):
        answer = self._items().get_item("product.product", self.drill.id)
        self.assertEqual((answer["rows"], answer["total"], answer["more"]), ([], False, 0))

    def test_last_count(self):
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        sheet.action_validate()
        rows = self._items().get_item("product.product", self.bolt.id)["rows"]
        self.assertEqual([row["last_count"] for row in rows], [sheet.validated_at.date().isoformat(), False])

    def test_many_places(self):
        places = self.env["stock.location"].create(
            [{"name": f"Bin {n:03}", "location_id": self.rack_a2.id} for n in range(120)]
        )
        self.env["stock.quant"].create(
            [{"product_id": self.nut.id, "location_id": place.id, "quantity": 1} for place in places]
        )
        answer = self._items().get_item("product.product", self.nut.id)
        self.assertEqual((len(answer["rows"]), answer["more"], answer["total"]["quantity"]), (100, 21, 124))

    def test_statements_do_not_grow_with_rows(self):
        def count(place):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._items().get_place(place.id)
            return self.env.cr.sql_log_count - before

        few = self.env["stock.location"].create({"name": "Few", "location_id": self.stock.id})
        many = self.env["stock.location"].create({"name": "Many", "location_id": self.stock.id})
        self._put(self.glue, 1, few, lot_id=self.lot, package_id=self.env["stock.package"].create({"name": "P"}))
        for number in range(30):
            package = self.env["stock.package"].create({"name": f"P{number}"})
            self._put(self.glue, 1, many, lot_id=self._make_lot(self.glue, f"X{number}"), package_id=package)
        count(few)
        self.assertEqual(count(few), count(many))

    # Rubbish

    def test_what_cannot_be_looked_up(self):
        for model, record_id in (
            ("res.users", 2),
            ("product.product", "1"),
            ("product.product", 2**40),
            (None, None),
            ([], 1),
        ):
            with self.assertRaisesRegex(UserError, "cannot be looked up"):
                self._items().get_item(model, record_id)
        with self.assertRaisesRegex(UserError, "cannot be looked up"):
            self._items().get_place(True)
        with self.assertRaisesRegex(MissingError, "does not exist"):
            self._items().get_place(2**31 - 1)

    # Rights

    def test_counter_without_stock_rights(self):
        items = self._items(self.counter)
        answer = items.get_item("stock.lot", self.lot.id)
        self.assertEqual([row["quantity"] for row in answer["rows"]], [2, 1])
        self.assertFalse(answer["can_correct"])
        self.assertEqual(items.get_reasons(), [])
        place = items.get_place(self.rack_a1.id)
        self.assertTrue(place["rows"])
        self.assertTrue(place["can_count"])
        self.assertFalse(self._items(self.worker).get_place(self.rack_a1.id)["can_count"])

    def test_blind_counter_learns_nothing_of_the_places_they_count(self):
        self._make_sheet(location_id=self.rack_a1.id, blind=True, counter_ids=[Command.set(self.counter.ids)])
        items = self._items(self.counter)
        answer = items.get_item("product.product", self.bolt.id)
        self.assertEqual(self._brief(answer), [(self.rack_a2.display_name, False, False, 5)])
        self.assertEqual((answer["total"], answer["more"]), (False, 0))
        self.assertIn("blind", answer["note"])
        self.assertEqual(items.get_item("stock.lot", self.lot.id)["rows"], [])
        self.assertEqual(items.get_item("stock.package", self.package.id)["rows"], [])
        place = items.get_place(self.rack_a1.id)
        self.assertEqual((place["rows"], place["more"], place["total"]), ([], 0, False))
        # What they are told does not depend on what is there.
        empty = self.env["stock.location"].create({"name": "Empty", "location_id": self.rack_a1.id})
        self.assertEqual(
            {**items.get_place(empty.id), "title": 0, "id": 0}, {**place, "title": 0, "id": 0, "barcode": False}
        )
        self.assertEqual(self._items().get_item("product.product", self.bolt.id)["total"]["quantity"], 15)

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        place = self.env["stock.warehouse"].search([("company_id", "=", other.id)]).lot_stock_id
        self._put(self.bolt, 50, place)
        self.assertEqual(self._items().get_item("product.product", self.bolt.id)["total"]["quantity"], 15)
        with self.assertRaises(AccessError):
            self._items().get_place(place.id)

    def test_portal_user(self):
        portal = new_test_user(self.env, "portal_item", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self._items(portal).get_item("stock.lot", self.lot.id)

    # Corrections

    def _vals(self, **vals):
        vals = {"product_id": self.bolt.id, "location_id": self.rack_a1.id, "real_qty": 8, **vals}
        return {"reason_id": self.reason.id, **vals}

    def test_correct(self):
        answer = self._items().correct(self._vals(seen_qty=10, comment="Fell down", lot_id=False))
        correction = self.env["stock.correction"].browse(answer["correction_id"])
        self.assertRecordValues(
            correction,
            [
                {
                    "state": "validated",
                    "real_qty": 8,
                    "seen_qty": 10,
                    "comment": "Fell down",
                    "reason_id": self.reason.id,
                }
            ],
        )
        self.assertEqual(correction.validated_by_id, self.manager)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)
        self.assertEqual(answer["name"], correction.name)
        for part in (correction.name, "Bolt", self.rack_a1.display_name, "is 8 Units", "was 10."):
            self.assertIn(part, answer["message"])

    def test_correct_a_lot_in_a_package(self):
        self._items().correct(
            self._vals(product_id=self.glue.id, lot_id=self.lot.id, package_id=self.package.id, real_qty=5, seen_qty=2)
        )
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lot=self.lot, package=self.package), 5)

    def test_stock_that_has_changed_is_not_corrected(self):
        with self.assertRaisesRegex(UserError, "has become 10"):
            self._items().correct(self._vals(seen_qty=9))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 10)

    def test_correction_that_is_sent_twice_counts_once(self):
        self._items().correct(self._vals(seen_qty=10))
        with self.assertRaises(UserError):
            self._items().correct(self._vals(seen_qty=10))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)

    def test_stock_that_is_being_counted_is_not_corrected(self):
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        with self.assertRaisesRegex(UserError, sheet.name):
            self._items().correct(self._vals(seen_qty=10))

    def test_reasons(self):
        names = [reason["name"] for reason in self._items().get_reasons()]
        self.assertIn("Part destroyed", names)
        self.reason.active = False
        self.assertNotIn(self.reason.id, [reason["id"] for reason in self._items().get_reasons()])

    def test_who_may_not_correct(self):
        for user in (self.counter, self.worker, self.outsider):
            with self.assertRaisesRegex(AccessError, "may not correct stock"):
                self._items(user).correct(self._vals(seen_qty=10))

    def test_rubbish_in_every_field(self):
        ids = ("product_id", "location_id", "lot_id", "package_id", "owner_id", "reason_id")
        rubbish = dict.fromkeys(ids, (0, -1, 1.5, 2**31 - 1, 2**40))
        rubbish |= dict.fromkeys(("real_qty", "seen_qty"), ("1", float("nan"), float("inf"), -1.5e300))
        for name, values in rubbish.items():
            for value in ("x", [], {}, None, True, *values):
                with self.subTest(name=name, value=value), self.assertRaisesRegex(UserError, "is no"):
                    self._items().correct(self._vals(**{name: value}))
        for vals in (self._vals(comment=7), self._vals(state="validated"), self._vals(validated_by_id=self.counter.id)):
            with self.assertRaisesRegex(UserError, "is no"):
                self._items().correct(vals)
        for vals in (None, "x", [], {}, {"product_id": False}):
            with self.assertRaisesRegex(UserError, "is missing"):
                self._items().correct(vals)
        # Undone at the end of a request that fails; in a test by assertRaises.
        with self.assertRaises(UserError):
            self._items().correct(self._vals(real_qty=-1))
        self.assertFalse(self.env["stock.correction"].search_count([("product_id", "=", self.bolt.id)]))
