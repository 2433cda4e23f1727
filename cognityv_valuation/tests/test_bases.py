from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import ValuationCommon


@tagged("post_install", "-at_install")
class TestBases(ValuationCommon):
    """A. Valuation bases: what one unit is worth by each of them."""

    def _get_value(self, basis, product, lot=None):
        line = self.env["stock.inventory.sheet.line"].new(
            {"product_id": product.id, "location_id": self.rack_a1.id, "lot_id": lot and lot.id}
        )
        [(value, _cost)] = self.env["stock.inventory.price"]._get_unit_values(basis, line, self.company)
        return value

    def _make_bought(self, category, **vals):
        """Bought 10 at 2.00, sold 4, bought 2 at 6.00: weighted average (6 × 2 + 2 × 6) / 8 = 3.00."""
        product = self._make_product("Bought", categ_id=category.id, **vals)
        self._receive(product, 10, 2.0)
        self._deliver(product, 4)
        self._receive(product, 2, 6.0)
        return product

    def test_every_basis_of_the_company_has_a_price(self):
        product = self._make_bought(self.average)
        for basis, _label in self.company._fields["inventory_valuation_basis"].selection:
            with self.subTest(basis=basis):
                self.assertGreater(self._get_value(basis, product), 0)

    # Odoo's own cost

    def test_cost_is_what_odoo_has(self):
        for category, price in ((self.average, 3.0), (self.fifo, 3.0), (self.standard, 7.0)):
            product = self._make_bought(category, standard_price=7.0)
            with self.subTest(method=category.name):
                self.assertEqual(self._get_value("cost", product), product.standard_price)
                self.assertEqual(product.standard_price, price)

    def test_cost_keeps_all_its_digits(self):
        product = self._make_product("Third", categ_id=self.average.id)
        self._receive(product, 3, 10 / 3)
        self._receive(product, 4, 1 / 7)
        self.assertEqual(self._get_value("cost", product), product.standard_price)

    def test_cost_is_that_of_the_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        product = self._make_product("Shared", standard_price=2.0)
        product.with_company(other).standard_price = 5.0
        self.assertEqual(self._get_value("cost", product), 2.0)

    def test_lots_valued_one_by_one_have_their_own(self):
        product = self._make_product("Wine", categ_id=self.average.id, tracking="lot", lot_valuated=True)
        old, young = self._make_lot(product, "1990"), self._make_lot(product, "2020")
        self._receive(product, 2, 100.0, lot=old)
        self._receive(product, 2, 10.0, lot=young)
        for basis in ("cost", "average"):
            with self.subTest(basis=basis):
                self.assertEqual(self._get_value(basis, product, old), 100.0)
                self.assertEqual(self._get_value(basis, product, young), 10.0)
                self.assertEqual(self._get_value(basis, product), 55.0)

    def test_lots_valued_together_have_that_of_the_product(self):
        product = self._make_product("Paint", categ_id=self.average.id, tracking="lot")
        lot, other = self._make_lot(product, "L1"), self._make_lot(product, "L2")
        self._receive(product, 2, 100.0, lot=lot)
        self._receive(product, 2, 10.0, lot=other)
        self.assertEqual(self._get_value("cost", product, lot), 55.0)

    # Weighted average price

    def test_average_is_worked_out_for_every_cost_method(self):
        for category in (self.average, self.fifo, self.standard):
            with self.subTest(method=category.name):
                self.assertEqual(self._get_value("average", self._make_bought(category, standard_price=7.0)), 3.0)

    def test_average_is_what_odoo_would_have(self):
        """The same moves under the average method."""
        for category in (self.fifo, self.standard):
            product = self._make_bought(category)
            self._receive(product, 7, 1.37)
            self._deliver(product, 16)
            self._receive(product, 3, 0.11)
            with self.subTest(method=category.name):
                self.assertAlmostEqual(self._get_value("average", product), product._run_avco()[0])

    def test_average_of_what_never_came_in_is_its_cost(self):
        product = self._make_product("New", categ_id=self.standard.id, standard_price=7.0)
        self.assertEqual(self._get_value("average", product), 7.0)

    def test_average_ignores_the_stock_of_others(self):
        product = self._make_product("Consigned", categ_id=self.standard.id)
        owner = self.env["res.partner"].create({"name": "Owner"})
        self._receive(product, 10, 2.0)
        move = self._move(product, 10, self.suppliers, self.rack_a1, owner=owner)
        self.assertFalse(move.is_in)
        self.assertEqual(self._get_value("average", product), 2.0)

    # Sale price

    def test_sale_price_of_the_variant(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": "S"}), Command.create({"name": "L"})]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "is_storable": True,
                "list_price": 20,
                "attribute_line_ids": [
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]})
                ],
            }
        )
        small, large = template.product_variant_ids
        large.product_template_attribute_value_ids.price_extra = 2.5
        self.assertEqual(self._get_value("sale", small), 20.0)
        self.assertEqual(self._get_value("sale", large), 22.5)

    def test_sale_price_in_the_currency_of_the_company(self):
        currency = self.env["res.currency"].create({"name": "XCC", "symbol": "¤"})
        main = self.env["res.company"]._get_main_company()
        company = self.env["res.company"].create({"name": "Abroad", "currency_id": currency.id})
        self.env["res.currency.rate"].create(
            {"currency_id": main.currency_id.id, "company_id": company.id, "name": "2000-01-01", "rate": 0.25}
        )
        product = self._make_product("Shared", list_price=20)
        line = self.env["stock.inventory.sheet.line"].new({"product_id": product.id, "location_id": self.rack_a1.id})
        [(value, _cost)] = self.env["stock.inventory.price"]._get_unit_values("sale", line, company)
        today = fields.Date.today()
        self.assertEqual(main.currency_id._convert(20, currency, company, today), 80.0)
        self.assertEqual(value, 80.0)

    # Purchase price

    def test_purchase_price_is_that_of_the_last_receipt(self):
        product = self._make_bought(self.average)
        self.assertEqual(self._get_value("purchase", product), 6.0)
        self._receive(product, 4, 2.5)
        self.assertEqual(self._get_value("purchase", product), 2.5)

    def test_purchase_price_is_per_unit_of_the_product(self):
        product = self._make_product("Boxed", categ_id=self.average.id)
        dozen = self.env.ref("uom.product_uom_dozen")
        move = self._move(product, 2, self.suppliers, self.rack_a1, value=48, uom=dozen)
        self.assertEqual(move.product_uom, dozen)
        self.assertEqual(self._get_value("purchase", product), 2.0)

    def test_gains_are_no_purchases(self):
        product = self._make_bought(self.average)
        self._move(product, 1, product.property_stock_inventory, self.rack_a1, value=99)
        self.assertEqual(self._get_value("purchase", product), 6.0)

    def test_purchase_price_of_the_vendors_list(self):
        """Where nothing was received yet: in the unit of the product, less the discount, in the company's currency."""
        product = self._make_product("Listed", categ_id=self.average.id, standard_price=1.0)
        currency = self.env["res.currency"].create(
            {"name": "XCC", "symbol": "¤", "rate_ids": [Command.create({"name": "2000-01-01", "rate": 4.0})]}
        )
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        self.env["product.supplierinfo"].create(
            {
                "partner_id": vendor.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                "price": 1200,
                "discount": 50,
                "currency_id": currency.id,
            }
        )
        rate = currency._get_conversion_rate(currency, self.company.currency_id, self.company, fields.Date.today())
        self.assertAlmostEqual(self._get_value("purchase", product), 50 * rate)

    def test_purchase_price_of_what_is_made_in_house_is_its_cost(self):
        product = self._make_product("Made", categ_id=self.standard.id, standard_price=7.0)
        self.assertEqual(self._get_value("purchase", product), 7.0)

    # Weighted average price of the stock location

    def test_average_of_the_place(self):
        product = self._make_bought(self.average)  # 8 in A1 at 3.00
        self._receive(product, 4, 9.0, self.rack_a2)
        line = self.env["stock.inventory.sheet.line"].new({"product_id": product.id, "location_id": self.rack_a2.id})
        price_model = self.env["stock.inventory.price"]
        self.assertEqual(self._get_value("location_average", product), 3.0)
        self.assertEqual(price_model._get_unit_values("location_average", line, self.company), [(9.0, 5.0)])

    def test_where_nothing_is_there_the_place_has_the_cost(self):
        product = self._make_product("Elsewhere", categ_id=self.average.id)
        self._receive(product, 4, 9.0, self.rack_a2)
        self.assertEqual(self._get_value("location_average", product), 9.0)

    def test_average_of_the_place_of_lots_valued_one_by_one(self):
        product = self._make_product("Wine", categ_id=self.average.id, tracking="lot", lot_valuated=True)
        old, young = self._make_lot(product, "1990"), self._make_lot(product, "2020")
        self._receive(product, 2, 100.0, lot=old)
        self._receive(product, 2, 10.0, lot=young)
        self.assertEqual(self._get_value("location_average", product, young), 10.0)
