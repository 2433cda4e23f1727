from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from . import test_set_based_equal
from .common import BySets
from .test_correction import CorrectionCommon
from .test_set_based_path import WatchesPaths

# Odoo's tests keep none otherwise.
WITH_CHATTER = {"tracking_disable": False, "mail_notrack": False}


@tagged("post_install", "-at_install")
class TestCorrectionsBySetsEqual(test_set_based_equal.TestSetBasedEqual):
    """Corrections by sets write exactly what Odoo's own path writes, in the same situations as sheets: what is found there
    is the actual quantity of a correction each, some of them in another company."""

    document = "stock.correction"

    def _build(self, situation):
        """:return: the drafts"""
        self.number = 0
        products = [self._make_item(item) for item in situation["items"]]
        self.drafts = {}
        for product, item in zip(products, situation["items"], strict=True):
            if item["has_loss_before"]:
                self._add_quant(product, product.property_stock_inventory, item["has_loss_before"], {})
            for stock in item["stocks"]:
                self._add_line(None, product, item, stock)
            # The manager is of one company only.
            if item["received_next_door"] and not item["has_company"] and not situation["by_manager"]:
                self._add_next_door(product)
        if situation["has_other_sheet"]:
            self._make_other_sheet(products[0])
        corrections = self.env["stock.correction"].create(list(self.drafts.values()))
        # What has no difference is refused.
        corrections -= corrections.filtered(lambda correction: not correction.gap_qty)
        for product, item in zip(products, situation["items"], strict=True):
            self._make_late(product, item)
        if situation["archives_place"]:
            self.rack_a2.active = False
        self.env.flush_all()
        return corrections

    def _add_line(self, sheet, product, item, stock):
        identity = self._get_identity(product, item, stock)
        if name := identity.pop("lot_name", None):
            identity["lot_id"] = self._make_lot(product, name).id
        place = self.places[stock["place"]]
        on_hand, found = self._get_quantities(item, stock)
        self._put_stock(product, place, stock, on_hand, identity)
        self._reserve_stock(product, place, stock, on_hand)
        if found in ("same", "not counted"):
            return
        key = (product, place, *identity.values())
        self.drafts[key] = {
            "product_id": product.id,
            "location_id": place.id,
            "real_qty": found,
            "reason_id": self.reasons[stock["reason"] or "plain"].id,
            **identity,
        }

    def _add_next_door(self, product):
        place = self.warehouse_next_door.lot_stock_id
        vals = {"product_id": product.id, "location_id": place.id, "reason_id": self.reasons["loss next door"].id}
        self.drafts[product, place] = {**vals, "real_qty": 2.0}


@tagged("post_install", "-at_install")
class TestCorrectionsBySets(WatchesPaths, BySets, CorrectionCommon):
    """What corrections by sets need, and what they leave to Odoo."""

    def _make_drafts(self, number):
        vals = {"is_storable": True, "standard_price": 2.0, "categ_id": self.category.id}
        products = self.env["product.product"].create([{"name": f"Many {n}", **vals} for n in range(number)])
        rows = [{"product_id": product.id, "location_id": self.rack_a2.id, "quantity": 5} for product in products]
        self.env["stock.quant"].sudo().create(rows)
        corrections = self.env["stock.correction"].create(
            [
                {
                    "product_id": product.id,
                    "location_id": self.rack_a2.id,
                    "real_qty": 5 + (1 if index % 2 else -1),
                    "reason_id": self.error.id,
                }
                for index, product in enumerate(products)
            ]
        )
        self._end_transaction()
        return corrections

    def _end_transaction(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()

    def test_all_methods_that_are_left_out_are_looked_at(self):
        self._check_left_out_are_looked_at(self._make_drafts(4).action_validate)

    def test_statements_do_not_grow_with_the_corrections(self):
        """Up to a hundred, which Odoo's ORM writes at once."""
        correction_model = self.env["stock.correction"].with_context(**WITH_CHATTER)
        self._count_statements(correction_model, 3)  # what any server has loaded
        counts = {self._count_statements(correction_model, number) for number in (20, 80)}
        self.assertEqual(len(counts), 1, counts)

    def _count_statements(self, correction_model, number):
        with self._undone():
            corrections = correction_model.browse(self._make_drafts(number).ids)
            self.env.invalidate_all()
            self.env.cr.execute("SELECT 1")
            before = self.env.cr.sql_log_count
            corrections.action_validate()
            self._end_transaction()
            count = self.env.cr.sql_log_count - before
            self.assertEqual(len(corrections.move_ids), number)
        return count

    def _count_moves_by_odoo(self, corrections):
        """Validate them.

        :return: how many moves were left to Odoo
        """
        left = []
        do_moves = type(corrections)._do_moves

        def note(corrections, vals_list):
            left.extend(vals_list)
            return do_moves(corrections, vals_list)

        with patch.object(self.env.registry["stock.correction"], "_do_moves", note):
            corrections.action_validate()
        return len(left)

    def test_each_says_in_its_chatter_what_became_of_it(self):
        corrections = self._make_drafts(3).with_context(**WITH_CHATTER)
        before = {correction: correction.message_ids for correction in corrections}
        corrections.action_validate()
        self._end_transaction()
        for correction in corrections:
            message = correction.message_ids - before[correction]
            self.assertEqual(len(message), 1)
            tracking = message.sudo().tracking_value_ids
            self.assertEqual((tracking.old_value_char, tracking.new_value_char), ("Draft", "Validated"))

    def test_a_package_is_left_to_odoo(self):
        corrections = self._make_drafts(3)
        package = self.env["stock.package"].create({"name": "Box"})
        self._put(self.nut, 3, self.rack_a2, package_id=package)
        corrections |= self._make_correction(self.nut, self.rack_a2, package_id=package.id, real_qty=1)
        self.assertEqual(self._count_moves_by_odoo(corrections), 1)
        self.assertEqual(self._on_hand(self.nut, self.rack_a2, package=package), 1)

    def test_who_waits_gets_what_is_found(self):
        corrections = self._make_drafts(3)
        product = corrections[1].product_id
        picking = self._make_delivery(product, 6, self.rack_a2)
        picking.move_ids.picked = False
        picking.do_unreserve()
        picking.action_assign()
        self.assertEqual(picking.move_ids.state, "partially_available")
        corrections.action_validate()
        self.assertEqual(picking.move_ids.state, "assigned")

    def test_the_same_stock_twice_is_refused(self):
        first = self._make_correction(real_qty=8)
        with self.assertRaisesRegex(UserError, "was not corrected"):
            (first | self._make_correction(real_qty=9)).action_validate()

    def test_what_is_being_counted_is_refused_with_odoos_sentence(self):
        corrections = self._make_drafts(3)
        sheet = self._make_sheet(location_id=self.rack_a2.id)
        with self.assertRaisesRegex(UserError, f"being counted on inventory sheet {sheet.name}"):
            corrections.action_validate()
