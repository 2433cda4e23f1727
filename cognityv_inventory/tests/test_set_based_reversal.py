from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.stock_inventory_path import PARAMETER
from . import test_set_based_equal
from .common import BySets, InventoryCommon
from .test_set_based_path import WatchesPaths


@tagged("post_install", "-at_install")
class TestReversalBySetsEqual(test_set_based_equal.TestSetBasedEqual):
    """Reversal by sets writes exactly what Odoo's own path writes, in the same situations as validation: each is
    validated by Odoo's own path first."""

    def _build(self, situation):
        sheet = super()._build(situation)
        self.env["ir.config_parameter"].set_param(PARAMETER, "odoo")
        sheet.action_validate()
        if situation["is_wanted_afterwards"]:
            for line in sheet.line_ids.filtered(lambda line: line.gap_qty > 0):
                self._reserve_for_move(line.product_id, line.location_id, line.real_qty)
        if situation["is_cleaned_up"]:
            # As Odoo does whenever a user looks at the stock.
            self.env["stock.quant"]._unlink_zero_quants()
        self.env.flush_all()
        return sheet

    def _validate(self, documents, path, situation):
        sheets = self.env.registry["stock.inventory.sheet"]
        with patch.object(sheets, "action_validate", sheets.action_reverse):
            return super()._validate(documents, path, situation)


@tagged("post_install", "-at_install")
class TestReversalBySets(WatchesPaths, BySets, InventoryCommon):
    """What a reversal by sets needs, and what it gives back."""

    def _make_validated(self, products, **vals):
        quants = [{"product_id": product.id, "location_id": self.rack_a2.id, "quantity": 5} for product in products]
        self.env["stock.quant"].sudo().create(quants)
        sheet = self._make_sheet(fill=False, start=False, **vals)
        sheet.product_ids = products
        sheet.action_fill()
        sheet.action_plan()
        sheet.action_start()
        for number, line in enumerate(sheet.line_ids):
            line.real_qty = line.current_qty + (1 if number % 2 else -1)
        sheet.action_complete()
        sheet.action_validate()
        self.env.cr.flush()
        return sheet

    def _make_products(self, number):
        vals = {"is_storable": True, "standard_price": 2.0, "categ_id": self.category.id}
        return self.env["product.product"].create([{"name": f"Many {n}", **vals} for n in range(number)])

    def test_all_methods_that_are_left_out_are_looked_at(self):
        self._check_left_out_are_looked_at(self._make_validated(self._make_products(4)).action_reverse)

    def test_a_serial_number_that_would_be_there_twice_is_refused(self):
        """Of two owners, both lost: found by a search. By sets, as by Odoo's own path."""
        ring = self._make_products(1)
        ring.tracking = "serial"
        common = {"product_id": ring.id, "location_id": self.rack_a2.id, "lot_id": self._make_lot(ring, "S1").id}
        owner = self.env["res.partner"].create({"name": "Owner"})
        self.env["stock.quant"].sudo().create(
            [common | {"quantity": 1}, common | {"quantity": 1, "owner_id": owner.id}]
        )
        sheet = self._make_sheet(location_id=self.rack_a2.id, product_ids=ring.ids)
        sheet.line_ids.real_qty = 0
        sheet.action_complete()
        sheet.action_validate()
        self.env["stock.quant"]._unlink_zero_quants()
        with self.assertRaisesRegex(ValidationError, "already been assigned"):
            sheet.action_reverse()

    def test_statements_do_not_grow_with_the_sheet(self):
        self._count_statements(3)  # what any server has loaded
        counts = {number: self._count_statements(number) for number in (50, 200)}
        self.assertEqual(counts[50], counts[200])

    def _count_statements(self, number):
        with self._undone():
            sheet = self._make_validated(self._make_products(number))
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.cr.execute("SELECT 1")
            before = self.env.cr.sql_log_count
            sheet.action_reverse()
            self.env.flush_all()
            count = self.env.cr.sql_log_count - before
            self.assertEqual(len(sheet.reversal_move_ids), number)
        return count

    def test_who_waits_gets_what_comes_back(self):
        [product] = self._make_products(1)
        sheet = self._make_validated(product)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 5,
                            "location_id": self.rack_a2.id,
                            "location_dest_id": self.customers.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        self.assertEqual(picking.move_ids.state, "partially_available")
        sheet.action_reverse()
        self.assertEqual(picking.move_ids.state, "assigned")

    def test_places_that_are_counted_are_looked_at_move_by_move(self):
        """Odoo's own path says which sheet is in the way."""
        products = self._make_products(2)
        sheet = self._make_validated(products)
        self._make_sheet(location_id=self.rack_a2.id)
        with self.assertRaisesRegex(Exception, "counted"), self.env.cr.savepoint():
            sheet.action_reverse()
        self.assertFalse(sheet.reversed_at)
