from datetime import timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import InventoryCommon
from .test_hypothesis import SETTINGS

MOVED = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 4000).map(lambda cents: cents / 100), st.integers(0, 3)),
    min_size=1,
    max_size=8,
)


def pareto(amounts, limit_a, limit_b):
    """The classes of products that moved `amounts` (of (measure, other measure)), by the definition, one by one."""
    order = sorted(range(len(amounts)), key=lambda i: (-amounts[i][0], -amounts[i][1], i))
    total, before, classes = sum(amount for amount, _other in amounts), Fraction(0), {}
    for index in order:
        amount = amounts[index][0]
        if amount == 0:
            classes[index] = "C"
        elif before < total * limit_a / 100:
            classes[index] = "A"
        else:
            classes[index] = "B" if before < total * limit_b / 100 else "C"
        before += amount
    return classes


@tagged("post_install", "-at_install")
class TestAbcClasses(InventoryCommon):
    """Issue D, Planning: ABC classes worked out from the value or number of moves in a period."""

    def _move(self, product, quantity, times=1, source=None, target=None, **vals):
        """Done moves as the classes see them."""
        for _time in range(times):
            move = self.env["stock.move"].create(
                {
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "location_id": (source or self.suppliers).id,
                    "location_dest_id": (target or self.rack_a1).id,
                    "company_id": self.company.id,
                    **vals,
                }
            )
            move._action_confirm()
            move.write({"quantity": quantity, "picked": True})
            move._action_done()
        return move

    def _update(self):
        self.env["product.count.class"]._update_classes(self.company)

    def _priced(self, name, cost):
        return self._make_product(name, standard_price=cost)

    def test_the_product_that_crosses_the_limit_belongs_to_the_higher_class(self):
        """100 units: 79 | 10 crosses 80 % | 6 reaches 95 % exactly | 5 begins there."""
        products = [self._priced(f"P{amount}", 1) for amount in (6, 79, 5, 10)]
        for product, amount in zip(products, (6, 79, 5, 10), strict=True):
            self._move(product, amount)
        self._update()
        self.assertEqual([product.abc_class for product in products], ["B", "A", "C", "A"])

    def test_value_or_number_of_moves(self):
        dear, busy = self._priced("Dear", 1000), self._priced("Busy", 1)
        self._move(dear, 1)
        self._move(busy, 1, times=9)
        self._update()
        self.assertEqual((dear.abc_class, busy.abc_class), ("A", "C"))
        self.company.inventory_abc_basis = "moves"
        self.assertEqual((dear.abc_class, busy.abc_class), ("B", "A"), "worked out again by itself")

    def test_what_counts_as_a_move(self):
        old, corrected, dropped, still = (self._priced(name, 1) for name in ("Old", "Corrected", "Dropped", "Still"))
        service = self.env["product.product"].create({"name": "Consumable", "type": "consu", "standard_price": 9})
        moved = self._priced("Moved", 1)
        self._move(old, 5).move_line_ids.date = fields.Datetime.now() - timedelta(days=400)
        self._move(corrected, 5, is_inventory=True)
        self._move(dropped, 5, target=self.customers)
        self._move(service, 5)
        self._move(moved, 5)
        self._update()
        rows = self.env["product.count.class"].search([("company_id", "=", self.company.id)])
        self.assertEqual(rows.product_id, moved)
        self.assertEqual((moved.abc_class, rows.moved_value, rows.move_count, rows.share), ("A", 5, 1, 100))
        for product in old | corrected | dropped | still:
            self.assertEqual(product.abc_class, "C", product.name)
        self.assertFalse(service.abc_class)

    def test_quantities_are_in_the_products_unit(self):
        dozen = self._priced("By the dozen", 1)
        self._move(dozen, 2, product_uom=self.env.ref("uom.product_uom_dozen").id)
        self._update()
        self.assertEqual(dozen.count_class_ids.moved_value, 24)

    def test_each_company_has_its_classes(self):
        other = self.env["res.company"].create({"name": "Other"})
        product = self._priced("Shared", 1)
        self._move(product, 5)
        self._update()
        self.env["product.count.class"]._update_classes(other)
        self.assertEqual(product.abc_class, "A")
        self.assertEqual(product.with_company(other).abc_class, "C")
        found = self.env["product.product"].with_company(other).search([("abc_class", "=", "A")])
        self.assertNotIn(product, found)

    def test_what_moves_no_longer_loses_its_class(self):
        product = self._priced("Past", 1)
        move = self._move(product, 5)
        self._update()
        move.move_line_ids.date = fields.Datetime.now() - timedelta(days=400)
        self._update()
        self.assertFalse(product.count_class_ids)
        self.assertEqual(product.abc_class, "C")

    def test_search_and_product_form(self):
        a, b = self._priced("First", 1), self._priced("Second", 1)
        self._move(a, 90)
        self._move(b, 10)
        self._update()
        own = [("id", "in", (a | b | self.bolt).ids)]
        product_model = self.env["product.product"]
        for abc_class, expected in (("A", a), ("B", b), ("C", self.bolt)):
            self.assertEqual(product_model.search([*own, ("abc_class", "=", abc_class)]), expected)
            templates = self.env["product.template"].search(
                [("id", "in", (a | b | self.bolt).product_tmpl_id.ids), ("abc_class", "=", abc_class)]
            )
            self.assertEqual(templates, expected.product_tmpl_id)
        self.assertEqual(product_model.search([*own, ("abc_class", "!=", "C")]), a | b)
        service = product_model.create({"name": "Service", "type": "service"})
        self.assertEqual(product_model.search([("id", "in", service.ids), ("abc_class", "=", False)]), service)
        form = Form(a.product_tmpl_id)
        self.assertEqual(form.abc_class, "A")
        with self.assertRaises(AssertionError):
            form.abc_class = "C"

    def test_only_managers_work_them_out_and_nobody_writes_them(self):
        self._move(self.bolt, 1)
        class_model = self.env["product.count.class"]
        class_model.with_user(self.manager).action_update()
        row = class_model.search([("product_id", "=", self.bolt.id)])
        with self.assertRaises(AccessError):
            class_model.with_user(self.counter).action_update()
        for user in (self.counter, self.manager):
            with self.assertRaises(AccessError):
                row.with_user(user).write({"abc_class": "A"})
        self.assertEqual(self.bolt.with_user(self.outsider).abc_class, row.abc_class)
        with self.assertRaises(AccessError):
            row.with_user(self.outsider).read(["moved_value"])

    def test_the_cron_works_them_out(self):
        self._move(self.bolt, 1)
        with self.enter_registry_test_mode():
            self.env.ref("cognityv_inventory.ir_cron_update_abc_classes").method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(self.bolt.count_class_ids)

    def test_settings(self):
        for vals in ({"inventory_abc_months": 0}, {"inventory_abc_a_percent": 0}, {"inventory_abc_b_percent": 101}):
            with self.assertRaises(ValidationError):
                self.company.write(vals)
        settings_model = self.env["res.config.settings"].with_company(self.company)
        with self.assertRaisesRegex(ValidationError, "must not be below"):
            settings_model.create({"inventory_abc_a_percent": 90, "inventory_abc_b_percent": 85})
        settings_model.create({"inventory_abc_a_percent": 96, "inventory_abc_b_percent": 99})
        self.assertEqual((self.company.inventory_abc_a_percent, self.company.inventory_abc_b_percent), (96, 99))


@tagged("post_install", "-at_install")
class TestGeneratedAbcClasses(InventoryCommon):
    """Any costs, quantities and numbers of moves, ties and zeros included, against the definition."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = cls.env["product.product"].create(
            [{"name": f"Generated {index}", "is_storable": True} for index in range(8)]
        )

    def _insert_done_moves(self, product, quantity, times):
        """As done moves are in the database; SQL, for many examples in little time."""
        values = {
            "product": product.id,
            "company": self.company.id,
            "unit": product.uom_id.id,
            "source": self.suppliers.id,
            "target": self.rack_a1.id,
            "quantity": quantity,
            "times": times,
        }
        self.env.cr.execute(
            """
            WITH moves AS (
                INSERT INTO stock_move (product_id, company_id, product_uom, location_id, location_dest_id, state,
                                        product_uom_qty, date, procure_method)
                SELECT %(product)s, %(company)s, %(unit)s, %(source)s, %(target)s, 'done', 1, now(), 'make_to_stock'
                  FROM generate_series(1, %(times)s) RETURNING id)
            INSERT INTO stock_move_line (move_id, product_id, company_id, product_uom_id, location_id,
                                         location_dest_id, state, quantity, quantity_product_uom, date)
            SELECT id, %(product)s, %(company)s, %(unit)s, %(source)s, %(target)s, 'done', %(quantity)s,
                   %(quantity)s, now() FROM moves
            """,
            values,
        )

    @settings(**SETTINGS)
    @given(MOVED, st.sampled_from([(80, 95), (50, 50), (20, 100), (33.3, 66.6)]), st.sampled_from(["value", "moves"]))
    def test_generated_against_the_definition(self, moved, limits, basis):
        with self._undone():
            self._check_classes(moved, limits, basis)

    def _check_classes(self, moved, limits, basis):
        names = ("inventory_abc_basis", "inventory_abc_a_percent", "inventory_abc_b_percent")
        self.company.write(dict(zip(names, (basis, *limits), strict=True)))
        amounts = {}
        for product, (cost, quantity, times) in zip(self.products, moved, strict=False):
            product.with_company(self.company).standard_price = cost
            self._insert_done_moves(product, quantity, times)
            if times:
                value = Fraction(str(quantity)) * times * cost
                amounts[product] = (value, times) if basis == "value" else (times, value)
        self.env["product.count.class"]._update_classes(self.company)
        expected = pareto(list(amounts.values()), *(Fraction(str(limit)) for limit in limits))
        self.assertEqual([product.abc_class for product in amounts], [expected[i] for i in range(len(amounts))])
        still = self.products - self.env["product.product"].concat(*amounts)
        self.assertEqual(set(still.mapped("abc_class")) - {"C"}, set())
