"""The floor of `./cognityv bench` writes the rows that Odoo's Apply writes."""

from collections import Counter

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from benchmarks.comparison.contenders import get_quants
from benchmarks.comparison.floor import apply_floor
from benchmarks.comparison.scenarios import GAPS, ON_HAND, Products
from benchmarks.comparison.seeding import make_area

# Ids and times differ by their nature, and the texts say who it was. What was counted is asked of Odoo only.
BUT = {"id", "move_id", "date", "in_date", "create_date", "write_date", "create_uid", "write_uid"}
BUT |= {"origin", "reference", "inventory_name", "inventory_quantity", "inventory_date", "user_id"}
TABLES = ("stock_move", "stock_move_line", "stock_quant", "stock_lot", "stock_location", "product_product")


@tagged("post_install", "-at_install")
class TestFloor(TransactionCase):
    def _read_rows(self):
        self.env.flush_all()
        return {table: Counter(self._read_table(table)) for table in TABLES}

    def _read_table(self, table):
        self.env.cr.execute(SQL("SELECT * FROM %s", SQL.identifier(table)))
        for row in self.env.cr.dictfetchall():
            yield tuple((name, str(value)) for name, value in row.items() if name not in BUT and value is not None)

    def _apply(self, area, targets):
        quants = get_quants(self.env, area).with_context(inventory_mode=True)
        for quant in quants:
            quant.inventory_quantity = targets[quant.product_id.id]
        quants.action_apply_inventory()

    def _check_same(self, products, gap):
        area = make_area(self.env, 20, products)
        found = get_quants(self.env, area).product_id.sorted("id").ids
        targets = {product: ON_HAND + GAPS[gap](position) for position, product in enumerate(found)}
        before = self._read_rows()
        with self.env.cr.savepoint() as savepoint:
            self._apply(area, targets)
            by_odoo = self._read_rows()
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        apply_floor(self.env, area, targets)
        by_floor = self._read_rows()
        self.assertGreater(by_odoo["stock_move"], before["stock_move"])
        for table in TABLES:
            self.assertEqual(by_floor[table] - before[table], by_odoo[table] - before[table], table)
            self.assertEqual(before[table] - by_floor[table], before[table] - by_odoo[table], table)

    def test_standard_price(self):
        self._check_same(Products(), "each")

    def test_average_cost(self):
        self._check_same(Products("average"), "each")

    def test_lots(self):
        self._check_same(Products(tracking="lot"), "each")
