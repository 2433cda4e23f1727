from odoo.tests import tagged

from .common import BySets, InventoryCommon

# (products, places, lines): more of one of them, or of all.
SMALL = (20, 20, 40)
LARGE = [(300, 20, 300), (20, 300, 300), (300, 300, 600)]
STEPS = ("action_fill", "action_plan", "action_start", "action_complete", "action_validate", "action_reverse")


@tagged("post_install", "-at_install")
class TestStatements(BySets, InventoryCommon):
    """How many statements the steps of a sheet take does not depend on how many lines, products and places it has."""

    def _make_stock(self, products, places, lines):
        """
        :return: the place that the stock is in
        """
        ground = self.env["stock.location"].create({"name": "Ground", "location_id": self.stock.id})
        bins = self.env["stock.location"].create(
            [{"name": f"Bin {n}", "location_id": ground.id, "cyclic_inventory_frequency": n % 3} for n in range(places)]
        )
        vals = {"is_storable": True, "standard_price": 2.0, "categ_id": self.category.id}
        things = self.env["product.product"].create([{"name": f"Thing {n}", **vals} for n in range(products)])
        pairs = [(things[n % products], bins[(n + n // products) % places]) for n in range(lines)]
        self.env["stock.quant"].sudo().create(
            [{"product_id": thing.id, "location_id": place.id, "quantity": 5} for thing, place in pairs]
        )
        return ground

    def _count_statements(self, step):
        self._settle()
        # What PostgreSQL believes of these tables comes from tests that were rolled back: nothing is in them, it may say.
        self.env.cr.execute("ANALYZE stock_move, stock_move_line, stock_quant, stock_inventory_sheet_line, stock_lot")
        before = self.env.cr.sql_log_count
        step()
        self._settle()
        return self.env.cr.sql_log_count - before

    def _settle(self):
        """As between two requests."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
        self.env.invalidate_all()

    def _count_of_steps(self, steps, *size):
        """
        :return: dict of step → number of statements
        """
        counts = {}
        with self._undone():
            sheet = self._make_sheet(fill=False, start=False, location_id=self._make_stock(*size).id)
            for step in steps:
                if step == "action_complete":
                    lines = enumerate(sheet.line_ids)
                    sheet.line_ids._set_real_quantities([(line, 4 + 2 * (number % 2)) for number, line in lines])
                counts[step] = self._count_statements(getattr(sheet, step))
            self.assertEqual(len(sheet.line_ids), size[-1])
            self.assertEqual(len(sheet.move_ids), size[-1] if "action_validate" in steps else 0)
        return counts

    def _check_same_counts(self, steps):
        self._count_of_steps(steps, *SMALL)  # what any server has loaded
        expected = self._count_of_steps(steps, *SMALL)
        for size in LARGE:
            with self.subTest(size=size):
                self.assertEqual(self._count_of_steps(steps, *size), expected)

    def test_from_fill_to_reversal(self):
        self._check_same_counts(STEPS)

    def test_given_up(self):
        self._check_same_counts((*STEPS[:3], "action_cancel", "action_reset_to_draft"))

    def _count_with_new_lots(self, number):
        with self._undone():
            sheet = self._make_sheet(fill=False)
            common = {"sheet_id": sheet.id, "product_id": self.glue.id, "location_id": self.rack_a1.id, "real_qty": 2}
            lines = self.env["stock.inventory.sheet.line"].create(
                [{**common, "lot_name": f"New {n}"} for n in range(number)]
            )
            sheet.action_complete()
            count = self._count_statements(sheet.action_validate)
            self.assertEqual(len(lines.lot_id), number)
            self.assertEqual(len(sheet.move_ids), number)
        return count

    def test_new_lots_are_made_by_the_hundred(self):
        """The ORM inserts and updates a hundred records at once: lots, what their history says of it, and the lines."""
        self._count_with_new_lots(10)
        self.assertLess(self._count_with_new_lots(300) - self._count_with_new_lots(100), 2 * 5)
