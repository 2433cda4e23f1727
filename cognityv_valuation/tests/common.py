from odoo.tools import SQL

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon


class ValuationCommon(InventoryCommon):
    """The stock of InventoryCommon, which has no value, and a category for each cost method. Besides the manager and
    the counter, who sees no values, there is `clerk`: a counter who does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.company.currency_id
        cls.average = cls._make_category("Average", "average")
        cls.fifo = cls._make_category("FIFO", "fifo")
        cls.standard = cls._make_category("Standard", "standard")
        cls.clerk = cls._make_user(
            "inventory_clerk", "cognityv_inventory.group_counter,cognityv_valuation.group_see_value"
        )

    @classmethod
    def _make_category(cls, name, method, valuation="periodic"):
        return (
            cls.env["product.category"]
            .with_company(cls.company)
            .create({"name": name, "property_cost_method": method, "property_valuation": valuation})
        )

    @classmethod
    def _receive(cls, product, quantity, price, location=None, lot=None):
        """A receipt from a vendor at a price per unit; Odoo values what was bought without an order by hand."""
        return cls._move(product, quantity, cls.suppliers, location or cls.rack_a1, lot, value=quantity * price)

    @classmethod
    def _deliver(cls, product, quantity, location=None, lot=None):
        return cls._move(product, quantity, location or cls.rack_a1, cls.customers, lot)

    @classmethod
    def _move(cls, product, quantity, source, target, lot=None, value=None, owner=None, uom=None):
        uom = uom or product.uom_id
        common = {
            "product_id": product.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "company_id": cls.company.id,
        }
        line = {
            **common,
            "quantity": quantity,
            "lot_id": lot and lot.id,
            "owner_id": owner and owner.id,
            "product_uom_id": uom.id,
        }
        move = cls.env["stock.move"].create(
            {
                **common,
                "product_uom_qty": quantity,
                "product_uom": uom.id,
                "picked": True,
                "move_line_ids": [(0, 0, line)],
            }
        )
        if value is not None:
            move.value_manual = value
        move._action_done()
        return move

    @classmethod
    def _stock_parts_and_gears(cls):
        """In each rack 10 `part` at 5.00, valued at average cost, and 20 `gear` at 2.50, valued first in, first out."""
        cls.part = cls._make_product("Part", categ_id=cls.average.id)
        cls.gear = cls._make_product("Gear", categ_id=cls.fifo.id)
        for rack in (cls.rack_a1, cls.rack_a2):
            cls._receive(cls.part, 10, 5, location=rack)
            cls._receive(cls.gear, 20, 2.5, location=rack)

    def _find_gaps(self, place, quantities):
        """A validated count of parts and gears in a place.

        :param quantities: dict of product → what was found
        """
        sheet = self._make_sheet(location_id=place.id, product_ids=(self.part | self.gear).ids)
        for product, quantity in quantities.items():
            self._line(sheet, product, place).real_qty = quantity
        self._validate(sheet)
        self.env.flush_all()
        return sheet

    def _hide_values(self):
        """Let nobody see what stock is worth, whatever else they may do."""
        see_value = self.env.ref("cognityv_valuation.group_see_value")
        for group in self.env["res.groups"].search([("implied_ids", "in", see_value.ids)]):
            group.implied_ids -= see_value

    def _count(self, sheet, quantities):
        """Count products of a sheet: dict of product → real quantity, in rack A1."""
        for product, quantity in quantities.items():
            self._line(sheet, product).real_qty = quantity

    def _validate(self, sheet):
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        sheet.action_validate()
        return sheet


class AccountingCommon(ValuationCommon):
    """The same with a chart of accounts, and an account of its own for what is lost and found.

    Each category made by `_make_booked_category` has its own stock account, so that one can be looked at alone.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"]._load("generic_coa", cls.company, install_demo=False)
        cls.loss_account = cls._make_account("Shrinkage", "659000", "expense")
        cls.loss = cls.bolt.with_company(cls.company).property_stock_inventory
        cls.loss.valuation_account_id = cls.loss_account
        AccountingCommon.stock_accounts = 0

    @classmethod
    def _make_account(cls, name, code, account_type):
        return (
            cls.env["account.account"]
            .with_company(cls.company)
            .create({"name": name, "code": code, "account_type": account_type})
        )

    @classmethod
    def _make_booked_category(cls, method, valuation):
        AccountingCommon.stock_accounts += 1
        category = cls._make_category(f"{method} {valuation}", method, valuation)
        account = cls._make_account(
            f"Stock {category.name}", f"1999{AccountingCommon.stock_accounts:02}", "asset_current"
        )
        variation = cls.company.account_stock_valuation_id.account_stock_variation_id
        account.account_stock_variation_id = variation or cls.company.expense_account_id
        category.property_stock_valuation_account_id = account
        return category

    def _close(self):
        """Odoo's closing entry: what brings the accounts to the value of the stock. All that was moved is of the day
        before then: Odoo tells by the time what it has closed already, and here it stands still."""
        self.env.invalidate_all()
        self.company.with_company(self.company).action_close_stock_valuation(auto_post=True)
        self._let_pass(1)

    @classmethod
    def _let_pass(cls, days):
        """Let all that was moved and priced be older than it is."""
        cls.env.flush_all()
        for table in ("stock_move", "stock_move_line", "product_value"):
            cls.env.cr.execute(SQL("UPDATE %s SET date = date - %s * INTERVAL '1 day'", SQL.identifier(table), days))
        cls.env.invalidate_all()

    def _get_stock_value(self, category):
        """What Odoo says that the stock of a category is worth."""
        self.env.invalidate_all()
        products = self.env["product.product"].with_company(self.company).search([("categ_id", "=", category.id)])
        return self.currency.round(sum(products.mapped("total_value")))

    def _get_balance(self, account):
        lines = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        return self.currency.round(sum(self.env["account.move.line"].search(lines).mapped("balance")))

    def _get_stock_balance(self, category):
        return self._get_balance(category.with_company(self.company).property_stock_valuation_account_id)

    def _assert_books_are_right(self, category):
        """The stock account says what the stock is worth."""
        self.assertEqual(self._get_stock_balance(category), self._get_stock_value(category), category.name)
