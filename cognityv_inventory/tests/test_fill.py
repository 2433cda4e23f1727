from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InventoryCommon


@tagged("post_install", "-at_install")
class TestFill(InventoryCommon):
    def _filled(self, **vals):
        sheet = self._make_sheet(start=False, **vals)
        return sorted((line.product_id.name, line.location_id.name, line.current_qty) for line in sheet.line_ids)

    def test_everything_in_the_location_and_below(self):
        everything = [("Bolt", "A1", 10), ("Bolt", "A2", 5), ("Nut", "A1", 4)]
        self.assertEqual(self._filled(), everything)
        self.assertEqual(self._filled(include_sublocations=False), [])
        self.assertEqual(self._filled(location_id=self.rack_a2.id), [("Bolt", "A2", 5)])

    def test_by_product_category_and_family(self):
        self.assertEqual(self._filled(product_ids=[Command.set(self.nut.ids)]), [("Nut", "A1", 4)])
        parent = self.env["product.category"].create({"name": "Metal"})
        self.category.parent_id = parent
        other = self.env["product.category"].create({"name": "Wood"})
        self.assertEqual(len(self._filled(product_categ_id=parent.id)), 3)
        self.assertEqual(self._filled(product_categ_id=other.id), [])
        family = self.env["product.accounting.family"].create({"name": "Component", "code": "C"})
        self.nut.accounting_family_id = family
        self.assertEqual(self._filled(accounting_family_id=family.id), [("Nut", "A1", 4)])

    def test_count_type(self):
        self.bolt.count_type = "cycle"
        self.nut.count_type = "yearly"
        self.assertEqual(self._filled(count_type="yearly"), [("Nut", "A1", 4)])
        self.assertEqual(self._filled(count_type="cycle"), [("Bolt", "A1", 10), ("Bolt", "A2", 5)])

    def test_rack_range(self):
        rack_b10 = self.env["stock.location"].create({"name": "b10", "location_id": self.stock.id})
        self._put(self.nut, 2, rack_b10)
        self.assertEqual(self._filled(rack_from="A2", rack_to="A9"), [("Bolt", "A2", 5)])
        self.assertEqual(self._filled(rack_from="a2", rack_to="B"), [("Bolt", "A2", 5), ("Nut", "b10", 2)])
        self.assertEqual(self._filled(rack_to="A1"), [("Bolt", "A1", 10), ("Nut", "A1", 4)])
        self.assertEqual(self._filled(rack_from="B"), [("Nut", "b10", 2)])

    def test_a_quant_without_a_quantity(self):
        """Some have none in the database, as those of the demo data that were counted and never applied."""
        quant = self.env["stock.quant"].create({"product_id": self.nut.id, "location_id": self.rack_a2.id})
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_quant SET quantity = NULL WHERE id = %s", [quant.id])
        sheet = self._make_sheet(location_id=self.rack_a2.id, start=False)
        self.env.cr.execute(
            "SELECT current_qty FROM stock_inventory_sheet_line WHERE sheet_id = %s AND product_id = %s",
            [sheet.id, self.nut.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(0,)])

    def test_out_of_stock(self):
        delivery = self._make_delivery(self.nut, 4, self.rack_a1)
        receipt = self.env["stock.move"].create(
            {
                "product_id": self.nut.id,
                "product_uom_qty": 1,
                "quantity": 1,
                "picked": True,
                "location_id": self.suppliers.id,
                "location_dest_id": self.rack_a1.id,
            }
        )
        receipt._action_done()
        delivery.button_validate()
        self._make_delivery(self.nut, 1, self.rack_a1).button_validate()
        self.env["stock.quant"]._unlink_zero_quants()
        self.assertIn(("Nut", "A1", 0), self._filled())
        self.assertNotIn("Nut", [product for product, *_rest in self._filled(exclude_out_of_stock=True)])

    def test_chosen_product_that_was_never_there(self):
        washer = self._make_product("Washer")
        self.assertEqual(self._filled(product_ids=[Command.set(washer.ids)]), [("Washer", "Stock", 0)])
        chosen = {"product_ids": [Command.set(washer.ids)], "exclude_out_of_stock": True}
        self.assertEqual(self._filled(**chosen), [])

    def test_negative_stock_is_not_out_of_stock(self):
        self._put(self.nut, -6, self.rack_a1)
        self.assertIn(("Nut", "A1", -2), self._filled(exclude_out_of_stock=True))

    def test_obsolete(self):
        self.nut.obsolete_date = fields.Date.today() - timedelta(days=1)
        self.bolt.active = False
        self.assertEqual(self._filled(), [])
        self.assertEqual(len(self._filled(include_obsolete=True)), 3)
        self.nut.obsolete_date = fields.Date.today() + timedelta(days=9)
        self.assertEqual(self._filled(), [("Nut", "A1", 4)])

    def test_lots_packages_and_owners_have_their_own_lines(self):
        lots = self._make_lot(self.glue, "L1") | self._make_lot(self.glue, "L2")
        package = self.env["stock.package"].create({"name": "P1"})
        owner = self.env["res.partner"].create({"name": "Owner"})
        for lot in lots:
            self._put(self.glue, 3, self.rack_a1, lot_id=lot)
        self._put(self.bolt, 2, self.rack_a1, package_id=package)
        self._put(self.bolt, 1, self.rack_a1, owner_id=owner)
        sheet = self._make_sheet(start=False, location_id=self.rack_a1.id)
        self.assertEqual(self._line(sheet, self.glue).lot_id, lots)
        bolts = {(line.package_id, line.owner_id): line.current_qty for line in self._line(sheet, self.bolt)}
        no_package, no_owner = package.browse(), owner.browse()
        self.assertEqual(bolts, {(no_package, no_owner): 10, (package, no_owner): 2, (no_package, owner): 1})

    def test_filling_again_adds_what_is_missing_and_touches_no_count(self):
        sheet = self._make_sheet()
        line = self._line(sheet, self.bolt)
        line.real_qty = 3
        counted = line.read(["real_qty", "current_qty", "gap_qty", "last_counted_at", "write_date"])
        glue_lot = self._make_lot(self.glue, "L9")
        self._put(self.glue, 1, self.rack_a2, lot_id=glue_lot)
        action = sheet.action_fill()
        self.assertEqual(action["params"]["message"], "Lines added: 1.")
        self.assertEqual(sheet.line_count, 4)
        line.invalidate_recordset()
        self.assertEqual(line.read(["real_qty", "current_qty", "gap_qty", "last_counted_at", "write_date"]), counted)
        self.assertIn("Nothing to add", sheet.action_fill()["params"]["message"])

    def test_not_after_completion(self):
        sheet = self._make_sheet()
        sheet.action_complete(keep_uncounted=True)
        with self.assertRaisesRegex(UserError, "settled"):
            sheet.action_fill()

    def test_other_companies_stock_is_left_out(self):
        other_company = self.env["res.company"].create({"name": "Elsewhere"})
        shared = self.env["stock.location"].create({"name": "Shared yard", "company_id": False, "location_id": False})
        theirs = self.env["stock.location"].create(
            {"name": "Theirs", "location_id": shared.id, "company_id": other_company.id}
        )
        self._put(self.nut, 9, theirs)
        self._put(self.nut, 2, shared)
        self.assertEqual(self._filled(location_id=shared.id), [("Nut", "Shared yard", 2)])

    def test_queries_do_not_grow_with_the_lines(self):
        sheet = self._make_sheet(start=False)
        sent = []
        for extra in (5, 50):
            for number in range(extra):
                self._put(self._make_product(f"Extra {extra} {number}"), 1, self.rack_a2)
            before = self.env.cr.sql_log_count
            sheet.action_fill()
            sent.append(self.env.cr.sql_log_count - before)
        self.assertEqual(sheet.line_count, 58)
        self.assertLessEqual(sent[1], sent[0])
