from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_flows import ProductionCommon


@tagged("post_install", "-at_install")
class TestProductionLogging(ProductionCommon):
    """What may be scanned for a production run."""

    def _check(self, run, product, quantity=1, lot=None, package=None):
        run.with_user(self.clerk)._check_scan(**self._item(product, quantity, lot, package))

    def test_component(self):
        run = self._make_run(10)
        self._check(run, self.leg, 6)
        self._check(run, self.leg, 60)
        self._check(run, self.paint, 5, self.paint_lots[1])
        self.assertEqual(run._get_scan_title(), run.name)
        self.assertEqual(run._get_scan_subtitle(), "Table")

    def test_not_a_component(self):
        run = self._make_run(10)
        with self.assertRaisesRegex(UserError, rf"Bolt is not a component of production {run.name} of Table"):
            self._check(run, self.bolt)

    def test_numbers(self):
        run = self._make_run(10)
        varnish = self._make_lot(self._make_product("Varnish", tracking="lot"), "V1")
        with self.assertRaisesRegex(UserError, "has tracking numbers; scan the number"):
            self._check(run, self.paint)
        with self.assertRaisesRegex(UserError, "V1 is a tracking number of Varnish, not of Paint"):
            self._check(run, self.paint, 1, varnish)
        with self.assertRaisesRegex(UserError, "P9 is not in .*; take another one"):
            self._check(run, self.paint, 1, self._make_lot(self.paint, "P9"))

    def test_lot_in_another_place(self):
        run = self._make_run(10, location_src_id=self.rack_a1.id)
        with self.assertRaisesRegex(UserError, rf"P1 is in {self.stock.display_name}, but is taken from"):
            self._check(run, self.paint, 1, self.paint_lots[0])

    def test_component_used_up_is_looked_for_where_it_was(self):
        run = self._make_run(10)
        run._post_scanned([self._item(self.paint, 20, self.paint_lots[0])])
        self._check(run, self.paint, 1, self.paint_lots[0])
        with self.assertRaisesRegex(UserError, "P9 is not in"):
            self._check(run, self.paint, 1, self._make_lot(self.paint, "P9"))

    def test_place_being_counted(self):
        run = self._make_run(10)
        sheet = self._make_sheet(location_id=self.stock.id)
        with self.assertRaisesRegex(UserError, f"being counted on inventory sheet {sheet.name}"):
            self._check(run, self.leg)
        with self.assertRaisesRegex(UserError, f"being counted on inventory sheet {sheet.name}"):
            run.with_user(self.clerk)._submit_scanned([self._item(self.leg, 1)], {})

    def test_states(self):
        run = self._make_run(10, confirm=False)
        with self.assertRaisesRegex(UserError, "is a draft; confirm it first"):
            run._check_scannable()
        run.action_confirm()
        run._check_scannable()
        self._close(run)
        with self.assertRaisesRegex(UserError, "is done"):
            run.with_user(self.clerk)._submit_scanned([self._item(self.leg, 1)], {})
        run = self._make_run(10)
        run.action_cancel()
        with self.assertRaisesRegex(UserError, "is cancelled"):
            self._check(run, self.leg)

    def test_no_components(self):
        run = self._make_run(10, self._make_bom(self.table, []))
        with self.assertRaisesRegex(UserError, "has no components"):
            run._check_scannable()

    def test_component_that_is_not_stored(self):
        """It is no stock, but it is used, and may be said to be."""
        tape = self._make_product("Tape", is_storable=False)
        run = self._make_run(10, self._make_bom(self.table, [(self.leg, 4), (tape, 1)]))
        run.with_user(self.clerk)._submit_scanned([self._item(tape, 3)], {})
        self._close(run)
        self.assertEqual(self._used(tape), 10)

    def test_component_added_by_hand(self):
        run = self._make_run(10)
        run.move_raw_ids = [Command.create({"product_id": self.bolt.id, "product_uom_qty": 5})]
        run.with_user(self.clerk)._submit_scanned([self._item(self.bolt, 2)], {})
        self._close(run)
        self.assertEqual(self._moved(self.bolt, self.rack_a1, run.production_location_id), 5)

    def test_package(self):
        package = self.env["stock.package"].create({"name": "PACK1"})
        self._put(self.leg, 5, self.stock, package_id=package)
        run = self._make_run(10)
        self._check(run, self.leg, 5, package=package)
        run.with_user(self.clerk)._submit_scanned([self._item(self.leg, 5, package=package)], {})
        self.assertFalse(package.quant_ids.filtered("quantity"))

    def test_subcontracted(self):
        vendor = self.env["res.partner"].create({"name": "Subcontractor"})
        self._make_bom(self.table, [(self.leg, 4)], type="subcontract", subcontractor_ids=vendor.ids)
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": vendor.id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.table.id,
                            "product_uom_qty": 5,
                            "location_id": self.suppliers.id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        run = receipt.move_ids.move_orig_ids.production_id
        self.assertTrue(run)
        with self.assertRaisesRegex(UserError, "is made by a subcontractor"):
            run._check_scannable()

    def test_codes_that_may_be_scanned(self):
        run = self._make_run(10)
        package = self.env["stock.package"].create({"name": "PACK1"})
        self._put(self.leg, 5, self.stock, package_id=package)
        elsewhere = self._make_lot(self.paint, "P3")
        self._put(self.paint, 5, self.warehouse.wh_input_stock_loc_id, lot_id=elsewhere)
        products = run.move_raw_ids.product_id
        self.assertEqual(run._get_scan_lots(products), self.paint_lots)
        self.assertEqual(run._get_scan_packages(products), package)

    def test_rights_are_those_of_odoo(self):
        run = self._make_run(10)
        for user in (self.worker, self.counter, self.outsider):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                run.with_user(user)._submit_scanned([self._item(self.leg, 1)], {})
        self.assertEqual(self._used(self.leg), 0)
