from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import InventoryCommon


class CorrectionCommon(InventoryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.error = cls.env.ref("cognityv_inventory.correction_reason_stock_error")
        cls.destroyed = cls.env.ref("cognityv_inventory.correction_reason_part_destroyed")
        cls.loss = cls.bolt.with_company(cls.company).property_stock_inventory

    @classmethod
    def _make_correction(cls, product=None, location=None, **vals):
        """A draft, of the bolts in rack A1 unless it is said otherwise."""
        return cls.env["stock.correction"].create(
            {
                "product_id": (product or cls.bolt).id,
                "location_id": (location or cls.rack_a1).id,
                "reason_id": cls.error.id,
                **vals,
            }
        )

    def _reserve(self, product, quantity, location):
        """A delivery that has reserved `quantity`, and has not picked it."""
        delivery = self._make_delivery(product, quantity, location)
        delivery.move_ids.picked = False
        self.assertEqual(delivery.move_ids.quantity, quantity)
        return delivery

    def _quant(self, product, location):
        return self.env["stock.quant"].search([("product_id", "=", product.id), ("location_id", "=", location.id)])


@tagged("post_install", "-at_install")
class TestCorrection(CorrectionCommon):
    """Issue 3, C: menu, form and list; status Draft / Validated; one move that carries the reason."""

    def test_a_loss_makes_one_move_that_carries_the_reason(self):
        correction = self._make_correction(real_qty=8, reason_id=self.destroyed.id)
        self.assertRecordValues(correction, [{"state": "draft", "current_qty": 10, "gap_qty": -2}])
        correction.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)
        self.assertRecordValues(
            correction.move_ids,
            [
                {
                    "state": "done",
                    "quantity": 2,
                    "location_id": self.rack_a1.id,
                    "location_dest_id": self.loss.id,
                    "correction_reason_id": self.destroyed.id,
                    "reference": correction.name,
                    "is_inventory": True,
                }
            ],
        )

    def test_a_gain_makes_one_move_the_other_way(self):
        correction = self._make_correction(real_qty=12.5)
        correction.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 12.5)
        self.assertRecordValues(
            correction.move_ids,
            [{"quantity": 2.5, "location_id": self.loss.id, "location_dest_id": self.rack_a1.id}],
        )

    def test_the_move_is_reachable_and_back(self):
        correction = self._make_correction(real_qty=8)
        correction.action_validate()
        move = self.env["stock.move"].browse(correction.action_view_moves()["res_id"])
        self.assertEqual(move.correction_id, correction)
        arch = self.env["stock.move"].with_user(self.manager).get_view(self.env.ref("stock.view_move_form").id)["arch"]
        self.assertIn('name="correction_id"', arch)
        self.assertIn('name="correction_reason_id"', arch)

    def test_the_validation_date_is_filled_by_itself(self):
        correction = self._make_correction(real_qty=8).with_user(self.manager)
        self.assertFalse(correction.validated_at)
        correction.action_validate()
        self.assertTrue(correction.validated_at)
        self.assertEqual(correction.validated_by_id, self.manager)

    def test_the_quantity_in_database_is_live_until_validated(self):
        correction = self._make_correction(real_qty=8)
        self._put(self.bolt, 5, self.rack_a1)
        correction.invalidate_recordset()
        self.assertEqual(correction.current_qty, 15)
        correction.write({"real_qty": 8, "seen_qty": 15})
        correction.action_validate()
        self._put(self.bolt, 5, self.rack_a1)
        correction.invalidate_recordset()
        self.assertEqual((correction.current_qty, correction.gap_qty), (15, -7))

    def test_numbering_of_each_company(self):
        names = [self._make_correction(real_qty=8).name for _ in range(2)]
        self.assertTrue(all(name.startswith("CORR/") for name in names))
        self.assertEqual([int(name[-5:]) for name in names], [1, 2])

    def test_companies_that_were_there_before_get_their_numbering(self):
        self.env["ir.sequence"].search([("code", "=", "stock.correction")]).unlink()
        self.env["res.company"].create_missing_stock_correction_sequence()
        self.env["res.company"].create_missing_stock_correction_sequence()
        sequences = self.env["ir.sequence"].search([("code", "=", "stock.correction")])
        self.assertEqual(sequences.company_id, self.env["res.company"].search([]))
        self.assertEqual(len(sequences), len(sequences.company_id))

    def test_without_a_difference_it_is_refused_and_stays_a_draft(self):
        correction = self._make_correction()
        self.assertEqual(correction.real_qty, 10)
        with self.assertRaisesRegex(UserError, "already has 10.0 .*Bolt.* nothing to correct"):
            correction.action_validate()
        self.assertEqual(correction.state, "draft")
        self.assertFalse(correction.move_ids)

    def test_a_validated_correction_is_never_edited_or_deleted(self):
        correction = self._make_correction(real_qty=8)
        correction.action_validate()
        for vals in ({"comment": "x"}, {"real_qty": 3}, {"reason_id": self.destroyed.id}, {"seen_qty": 1}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "stays as it is"):
                correction.write(vals)
        for act in (correction.unlink, correction.action_validate):
            with self.subTest(act), self.assertRaisesRegex(UserError, "stays as it is"):
                act()
        with self.assertRaisesRegex(UserError, correction.name):
            correction.move_ids.move_line_ids.quantity = 5
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)

    def test_a_draft_is_deleted(self):
        correction = self._make_correction(real_qty=8)
        correction.unlink()
        self.assertFalse(correction.exists())

    def test_what_a_user_cannot_write(self):
        correction = self._make_correction(real_qty=8).with_user(self.manager)
        for vals in (
            {"state": "validated"},
            {"validated_at": "2026-01-01"},
            {"validated_by_id": self.counter.id},
            {"gap_qty": 3},
            {"name": "X"},
            {"move_ids": [Command.clear()]},
        ):
            with self.subTest(vals=vals):
                with self.assertRaisesRegex(UserError, "cannot be written"):
                    correction.write(vals)
                if "name" not in vals:
                    with self.assertRaisesRegex(UserError, "cannot be written"):
                        self._make_correction(**vals)
        forged = {"default_state": "validated", "default_validated_by_id": self.counter.id, "default_name": "X"}
        correction = self.env["stock.correction"].with_user(self.manager).with_context(**forged)
        correction = correction.create(
            {"product_id": self.bolt.id, "location_id": self.rack_a1.id, "reason_id": self.error.id}
        )
        self.assertRecordValues(correction, [{"state": "draft", "validated_by_id": False}])
        self.assertTrue(correction.name.startswith("CORR/"))

    def test_nobody_gives_a_move_a_correction(self):
        correction = self._make_correction(real_qty=8)
        move = self._make_delivery(self.bolt, 1, self.rack_a1).move_ids.with_user(self.manager)
        for vals in ({"correction_id": correction.id}, {"correction_reason_id": self.error.id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "links a move with it"):
                move.write(vals)

    def test_history_is_kept(self):
        correction = self._make_correction(real_qty=8)
        correction = correction.with_context(tracking_disable=False, mail_notrack=False)
        self.cr.flush()
        correction.real_qty = 7
        correction.action_validate()
        self.cr.flush()
        tracked = correction.message_ids.sudo().tracking_value_ids
        self.assertEqual(set(tracked.field_id.mapped("name")), {"real_qty", "state"})


@tagged("post_install", "-at_install")
class TestCorrectionIdentity(CorrectionCommon):
    """Issue 3, C: product, tracking number, package, owner; quantities that there can be."""

    def test_lot_package_and_owner(self):
        lot, other_lot = self._make_lot(self.glue, "L1"), self._make_lot(self.glue, "L2")
        package = self.env["stock.package"].create({"name": "P1"})
        owner = self.env["res.partner"].create({"name": "Owner"})
        identity = {"lot_id": lot, "package_id": package, "owner_id": owner}
        self._put(self.glue, 6, self.rack_a1, **identity)
        self._put(self.glue, 3, self.rack_a1, lot_id=other_lot)
        ids = {name: record.id for name, record in identity.items()}
        for real, expected in ((9, {"result_package_id": package.id}), (2, {"package_id": package.id})):
            correction = self._make_correction(self.glue, real_qty=real, **ids)
            correction.action_validate()
            self.assertEqual(self._on_hand(self.glue, self.rack_a1, lot, package, owner), real)
            expected |= {"lot_id": lot.id, "owner_id": owner.id}
            self.assertRecordValues(correction.move_ids.move_line_ids, [expected])
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, other_lot), 3)

    def test_impossible_things_are_refused(self):
        lot = self._make_lot(self.glue, "L1")
        service = self.env["product.product"].create({"name": "Advice", "type": "service"})
        for text, kwargs in (
            ("zero or more", {"real_qty": -1}),
            ("cannot hold stock", {"location": self.customers}),
            ("not kept in stock", {"product": service}),
            ("belongs to .*Glue", {"lot_id": lot.id}),
            ("managed by tracking number", {"product": self.glue, "real_qty": 3}),
        ):
            with self.subTest(text), self.assertRaisesRegex(ValidationError, text):
                self._make_correction(**kwargs)

    def test_stock_without_its_tracking_number_may_be_taken_out(self):
        self._put(self.glue, 6, self.rack_a1)
        self._make_correction(self.glue, real_qty=0).action_validate()
        self.assertEqual(self._on_hand(self.glue, self.rack_a1), 0)

    def test_a_new_tracking_number_is_made_on_the_form(self):
        lots = self.env["stock.lot"].with_user(self.manager).with_context(default_product_id=self.glue.id)
        lot_id, _name = lots.name_create("NEW")
        self._make_correction(self.glue, lot_id=lot_id, real_qty=3).with_user(self.manager).action_validate()
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, self.env["stock.lot"].browse(lot_id)), 3)

    def test_a_serial_number_is_there_once_or_not_at_all(self):
        serial = self._make_lot(self.drill, "S1")
        with self.assertRaisesRegex(ValidationError, "0 or 1"):
            self._make_correction(self.drill, lot_id=serial.id, real_qty=2)
        self._make_correction(self.drill, lot_id=serial.id, real_qty=1).action_validate()
        self.assertEqual(self._on_hand(self.drill, self.rack_a1, serial), 1)

    def test_a_serial_number_that_is_elsewhere_is_refused_with_its_place(self):
        serial = self._make_lot(self.drill, "S1")
        self._put(self.drill, 1, self.rack_a2, lot_id=serial)
        correction = self._make_correction(self.drill, lot_id=serial.id, real_qty=1)
        with self.assertRaisesRegex(UserError, "S1 of .*Drill is in .*A2"), self.cr.savepoint():
            correction.action_validate()
        self._make_correction(self.drill, self.rack_a2, lot_id=serial.id, real_qty=0).action_validate()
        correction.action_validate()
        self.assertEqual(self._on_hand(self.drill, self.rack_a1, serial), 1)

    def test_a_serial_number_is_not_found_in_two_places_at_once(self):
        serial = self._make_lot(self.drill, "S1")
        both = self._make_correction(self.drill, lot_id=serial.id, real_qty=1)
        both |= self._make_correction(self.drill, self.rack_a2, lot_id=serial.id, real_qty=1)
        with self.assertRaisesRegex(UserError, "S1 of .*Drill is in"), self.cr.savepoint():
            both.action_validate()
        self.assertEqual(set(both.mapped("state")), {"draft"})

    def test_negative_stock_is_put_right(self):
        self._put(self.bolt, -14, self.rack_a1)
        correction = self._make_correction(real_qty=0)
        self.assertEqual(correction.gap_qty, 4)
        correction.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 0)

    def test_something_that_the_system_does_not_have_there(self):
        self._make_correction(self.nut, self.rack_a2, real_qty=3).action_validate()
        self.assertEqual(self._on_hand(self.nut, self.rack_a2), 3)


@tagged("post_install", "-at_install")
class TestCorrectionReason(CorrectionCommon):
    """Issue 3, C: correction reasons, with their own inventory-loss location."""

    def test_two_ship(self):
        self.assertEqual((self.error.name, self.destroyed.name), ("Stock error", "Part destroyed"))
        self.assertTrue(self.error.active and self.destroyed.active)

    def test_users_add_theirs_with_a_loss_location_of_their_own(self):
        breakage = self._make_loss("Breakage")
        reason = self.env["stock.correction.reason"].with_user(self.manager).create({"name": "Dropped"})
        reason.loss_location_id = breakage
        for real in (8, 9):
            correction = self._make_correction(real_qty=real, reason_id=reason.id).with_user(self.manager)
            correction.action_validate()
            self.assertIn(breakage, correction.move_ids.location_id | correction.move_ids.location_dest_id)
        self.assertEqual(self._on_hand(self.bolt, breakage), 1)

    def test_each_company_has_its_own_loss_location(self):
        breakage = self._make_loss("Breakage")
        self.destroyed.with_company(self.company).loss_location_id = breakage
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertFalse(self.destroyed.with_company(other).loss_location_id)
        # The correction's own company decides, not the one the user happens to be in.
        correction = self._make_correction(real_qty=8, reason_id=self.destroyed.id)
        self.env.user.company_ids |= other
        correction.with_context(allowed_company_ids=[other.id, self.company.id]).action_validate()
        self.assertEqual(correction.move_ids.location_dest_id, breakage)

    def test_it_must_be_an_inventory_loss_location(self):
        with self.assertRaisesRegex(ValidationError, "A1 is not an inventory loss location"):
            self.error.loss_location_id = self.rack_a1

    def _make_loss(self, name):
        return self.env["stock.location"].create(
            {"name": name, "usage": "inventory", "company_id": self.company.id, "location_id": False}
        )


@tagged("post_install", "-at_install")
class TestCorrectionReserved(CorrectionCommon):
    """Issue 3, C: correcting below what is reserved frees reservations, and on hand is the actual quantity."""

    def test_transfers_wait_for_what_is_missing(self):
        delivery = self._reserve(self.bolt, 8, self.rack_a1)
        correction = self._make_correction(real_qty=5)
        self.assertEqual(correction.reserved_qty, 8)
        correction.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 5)
        self.assertEqual(delivery.move_ids.quantity, 5)
        self.assertEqual(delivery.move_ids.state, "partially_available")
        self.assertEqual(self._quant(self.bolt, self.rack_a1).reserved_quantity, 5)

    def test_a_gain_goes_to_those_who_wait(self):
        self._put(self.bolt, -10, self.rack_a1)
        delivery = self._make_delivery(self.bolt, 3, self.rack_a1)
        delivery.move_ids.write({"picked": False, "quantity": 0})
        self._make_correction(real_qty=4).action_validate()
        self.assertEqual(delivery.move_ids.state, "assigned")
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 4)

    def test_stock_that_would_not_become_what_was_found_is_refused(self):
        """Odoo fills up what is reserved of a lot from stock without a lot; the lot would be left with more."""
        lot = self._make_lot(self.glue, "L1")
        self._put(self.glue, 10, self.rack_a1, lot_id=lot)
        delivery = self._make_delivery(self.glue, 8, self.rack_a1)
        delivery.move_ids.picked = False
        self.assertEqual(delivery.move_ids.move_line_ids.lot_id, lot)
        self._put(self.glue, 5, self.rack_a1)
        correction = self._make_correction(self.glue, lot_id=lot.id, real_qty=2)
        with self.assertRaisesRegex(UserError, "was not corrected.*unreserve"), self.cr.savepoint():
            correction.action_validate()
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lot), 10)
        delivery.do_unreserve()
        correction.action_validate()
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lot), 2)


@tagged("post_install", "-at_install")
class TestCorrectionConflict(CorrectionCommon):
    """Issue 3, C: the second of two people is told what the stock has become, and may validate knowingly."""

    def test_the_second_is_told_and_nothing_is_written(self):
        first, second = self._make_correction(real_qty=8), self._make_correction(real_qty=9)
        first.action_validate()
        second.invalidate_recordset()
        with self.assertRaisesRegex(UserError, r"has become 8.0 .* \(it was 10.0\)"):
            second.action_validate()
        self.assertEqual((second.state, self._on_hand(self.bolt, self.rack_a1)), ("draft", 8))

    def test_a_delivery_goes_out_meanwhile(self):
        correction = self._make_correction(real_qty=9)
        self._make_delivery(self.bolt, 3, self.rack_a1)._action_done()
        correction.invalidate_recordset()
        with self.assertRaisesRegex(UserError, r"has become 7.0 .* \(it was 10.0\)"):
            correction.action_validate()

    def test_validating_knowingly(self):
        for choice, left in (("action_set_real", 9), ("action_keep_difference", 6)):
            with self.subTest(choice), self._undone():
                conflict = self._get_conflict(real_qty=9, delivered=3)
                self.assertEqual((conflict.seen_qty, conflict.current_qty, conflict.real_qty), (10, 7, 9))
                getattr(conflict, choice)()
                self.assertEqual(conflict.correction_id.state, "validated")
                self.assertEqual(self._on_hand(self.bolt, self.rack_a1), left)

    def test_it_changes_once_more_while_the_person_decides(self):
        conflict = self._get_conflict(real_qty=9, delivered=3)
        self._put(self.bolt, 1, self.rack_a1)
        again = conflict.action_set_real()
        self.assertEqual(again["res_model"], "stock.correction.conflict")
        self.assertEqual(self.env["stock.correction.conflict"].browse(again["res_id"]).current_qty, 8)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)

    def test_the_button_asks_nothing_when_nothing_changed(self):
        correction = self._make_correction(real_qty=8)
        self.assertIs(correction.action_ask_validate(), True)
        self.assertEqual(correction.state, "validated")

    def test_the_form_remembers_what_was_on_the_screen(self):
        """Not what the stock is when the form is saved."""
        form = Form(self._get_model())
        form.product_id, form.location_id, form.reason_id = self.bolt, self.rack_a1, self.error
        self.assertEqual((form.current_qty, form.real_qty), (10, 10))
        form.real_qty = 8
        self._put(self.bolt, 4, self.rack_a1)
        correction = form.save()
        self.assertEqual((correction.seen_qty, correction.current_qty), (10, 14))

    def test_entering_the_quantity_reads_the_stock_again(self):
        correction = self._make_correction(real_qty=8)
        self._put(self.bolt, 4, self.rack_a1)
        with Form(self._get_model().browse(correction.id)) as form:
            form.real_qty = 7
            self.assertEqual((form.current_qty, form.seen_qty), (14, 14))
        correction.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)

    def test_another_product_is_another_stock(self):
        with Form(self._get_model().browse(self._make_correction(real_qty=8).id)) as form:
            form.product_id = self.nut
            self.assertEqual((form.current_qty, form.seen_qty, form.real_qty), (4, 4, 4))

    def _get_model(self):
        return self.env["stock.correction"].with_user(self.manager)

    def _get_conflict(self, real_qty, delivered):
        correction = self._make_correction(real_qty=real_qty)
        self._put(self.bolt, -delivered, self.rack_a1)
        action = correction.with_user(self.manager).action_ask_validate()
        self.assertEqual(action["res_model"], "stock.correction.conflict")
        self.assertEqual(correction.state, "draft")
        return self.env["stock.correction.conflict"].with_user(self.manager).browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestCorrectionBlocked(CorrectionCommon):
    """Issue 3, C: a correction in a blocked location is refused with the sheet's name."""

    def test_refused_with_the_name_of_the_sheet(self):
        correction = self._make_correction(real_qty=8)
        self.assertFalse(correction.block_message)
        sheet = self._make_sheet()
        with self.assertRaisesRegex(UserError, sheet.name), self.cr.savepoint():
            correction.action_validate()
        self.assertEqual((correction.state, self._on_hand(self.bolt, self.rack_a1)), ("draft", 10))
        sheet.action_cancel()
        correction.action_validate()

    def test_the_form_warns_before(self):
        sheet = self._make_sheet(location_id=self.rack_a1.id)
        self.assertIn(sheet.name, self._make_correction(real_qty=8).block_message)
        self.assertFalse(self._make_correction(location=self.rack_a2, real_qty=8).block_message)
        form = Form(self.env["stock.correction"].with_user(self.manager))
        form.product_id, form.location_id = self.bolt, self.rack_a1
        self.assertIn(sheet.name, form.block_message)

    def test_a_sheet_of_some_products_blocks_these_only(self):
        self._make_sheet(block_mode="products", location_id=self.rack_a1.id, product_ids=[Command.set(self.bolt.ids)])
        self.assertTrue(self._make_correction(real_qty=8).block_message)
        nut = self._make_correction(self.nut, real_qty=1)
        self.assertFalse(nut.block_message)
        nut.action_validate()
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 1)


@tagged("post_install", "-at_install")
class TestCorrectionFromLocation(CorrectionCommon):
    """Issue 3, C: from the location, from the On hand list, and several at once."""

    def test_location_contents(self):
        self._put(self.nut, -4, self.rack_a1)
        place = self.rack_a1.with_user(self.manager)
        self.assertEqual(place.content_quant_ids.product_id, self.bolt)
        action = place.action_view_contents()
        self.assertEqual(self.env["stock.quant"].search(action["domain"]), place.content_quant_ids.sudo())

    def test_the_pencil_opens_a_correction_filled_in(self):
        lot = self._make_lot(self.glue, "L1")
        package = self.env["stock.package"].create({"name": "P1"})
        owner = self.env["res.partner"].create({"name": "Owner"})
        self._put(self.glue, 6, self.rack_a1, lot_id=lot, package_id=package, owner_id=owner)
        quant = self._quant(self.glue, self.rack_a1).with_user(self.manager)
        action = quant.action_correct_stock()
        model = self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        form = Form(model, view=action["views"][0][0])
        self.assertEqual(form.product_id, self.glue)
        self.assertEqual((form.location_id, form.lot_id), (self.rack_a1, lot))
        self.assertEqual((form.current_qty, form.real_qty), (6, 6))
        form.real_qty = 5
        form.reason_id = self.error
        correction = form.save()
        correction.action_ask_validate()
        self.assertRecordValues(correction, [{"package_id": package.id, "owner_id": owner.id}])
        self.assertEqual(self._on_hand(self.glue, self.rack_a1, lot, package, owner), 5)

    def test_the_lists_of_what_is_on_hand_have_the_pencil(self):
        """The one for stock administrators and the one for everybody else, of managers only."""
        stock_user = self._make_user("stock_user", "stock.group_stock_user")
        for name in ("view_stock_quant_tree", "view_stock_quant_tree_editable"):
            view = self.env.ref(f"stock.{name}")
            for user, shown in ((self.manager, True), (stock_user, False)):
                arch = self.env["stock.quant"].with_user(user).get_view(view.id)["arch"]
                with self.subTest(name, user=user.login):
                    self.assertEqual("action_correct_stock" in arch, shown)

    def test_several_at_once_with_one_reason(self):
        batch = self._get_batch(self.rack_a1.content_quant_ids | self.rack_a2.content_quant_ids)
        batch.write({"reason_id": self.destroyed.id, "comment": "Fork lift"})
        lines = {(line.product_id, line.location_id): line for line in batch.line_ids}
        self.assertEqual(len(lines), 3)
        lines[self.bolt, self.rack_a1].real_qty = 8
        lines[self.bolt, self.rack_a2].real_qty = 0
        batch.action_validate()
        corrections = self.env["stock.correction"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(corrections), 2)
        self.assertEqual(set(corrections.mapped("state")), {"validated"})
        self.assertEqual(corrections.reason_id, self.destroyed)
        self.assertEqual(set(corrections.mapped("comment")), {"Fork lift"})
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 8)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 0)
        self.assertEqual(self._on_hand(self.nut, self.rack_a1), 4)

    def test_several_are_all_or_nothing(self):
        batch = self._get_batch(self.rack_a1.content_quant_ids | self.rack_a2.content_quant_ids)
        batch.reason_id = self.error
        batch.line_ids.real_qty = 1
        sheet = self._make_sheet(location_id=self.rack_a2.id)
        with self.assertRaisesRegex(UserError, sheet.name), self.cr.savepoint():
            batch.action_validate()
        self.assertFalse(self.env["stock.correction"].search([("company_id", "=", self.company.id)]))
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 10)

    def test_several_when_one_has_changed_meanwhile(self):
        batch = self._get_batch(self.rack_a1.content_quant_ids)
        batch.reason_id = self.error
        bolts = batch.line_ids.filtered(lambda line: line.product_id == self.bolt)
        batch.line_ids.real_qty = 2
        self._put(self.bolt, -3, self.rack_a1)
        action = batch.action_validate()
        self.assertEqual((action["res_model"], action["res_id"]), (batch._name, batch.id))
        self.assertRecordValues(bolts, [{"current_qty": 7, "real_qty": 2, "has_changed": True}])
        self.assertTrue(batch.has_changed)
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 7)
        batch.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 2)

    def test_several_that_change_nothing(self):
        batch = self._get_batch(self.rack_a1.content_quant_ids)
        batch.reason_id = self.error
        with self.assertRaisesRegex(UserError, "Every actual quantity is the one in the database"):
            batch.action_validate()

    def _get_batch(self, quants):
        action = quants.with_user(self.manager).action_correct_stock()
        return self.env["stock.correction.batch"].with_user(self.manager).browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestCorrectionRights(CorrectionCommon):
    """Issue 3, C: inventory managers correct; counters do not read corrections; companies are apart."""

    def test_a_manager_needs_no_more(self):
        self.assertFalse(self.manager.has_group("stock.group_stock_manager"))
        correction = self.env["stock.correction"].with_user(self.manager)
        correction = correction.create(
            {"product_id": self.bolt.id, "location_id": self.rack_a1.id, "real_qty": 3, "reason_id": self.error.id}
        )
        correction.action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 3)

    def test_others_do_not_read_corrections(self):
        correction = self._make_correction(real_qty=8)
        stock_user = self._make_user("stock_user", "stock.group_stock_user,cognityv_inventory.group_counter")
        for user in (self.counter, stock_user, self.outsider):
            for model in ("stock.correction", "stock.correction.batch", "stock.correction.conflict"):
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                correction.with_user(user).action_validate()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._quant(self.bolt, self.rack_a1).with_user(user).action_correct_stock()
        self.assertEqual(correction.state, "draft")

    def test_counters_do_not_read_reasons_and_stock_users_do(self):
        """A stock user sees on a move why it was made."""
        stock_user = self._make_user("stock_user", "stock.group_stock_user")
        self.assertIn(self.error, self.env["stock.correction.reason"].with_user(stock_user).search([]))
        with self.assertRaises(AccessError):
            self.error.with_user(stock_user).name = "X"
        with self.assertRaises(AccessError):
            self.env["stock.correction.reason"].with_user(self.counter).search([])

    def test_companies(self):
        correction = self._make_correction(real_qty=8)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = new_test_user(
            self.env,
            "foreign_manager",
            groups="cognityv_inventory.group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        corrections = self.env["stock.correction"].with_user(foreign).with_context(allowed_company_ids=other.ids)
        self.assertFalse(corrections.search([]))
        with self.assertRaises(AccessError):
            corrections.browse(correction.id).action_validate()
        with self.assertRaises(UserError):
            corrections.create(
                {"product_id": self.bolt.id, "location_id": self.rack_a1.id, "reason_id": self.error.id, "real_qty": 1}
            )
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 10)

    def test_the_menus_of_a_manager(self):
        menus = self.env["ir.ui.menu"].with_user(self.manager)._visible_menu_ids()
        for name in ("menu_stock_correction", "menu_stock_correction_analysis", "menu_location_contents"):
            with self.subTest(name):
                self.assertIn(self.env.ref(f"cognityv_inventory.{name}").id, menus)
                menu_ids = self.env["ir.ui.menu"].with_user(self.counter)._visible_menu_ids()
                self.assertNotIn(self.env.ref(f"cognityv_inventory.{name}").id, menu_ids)


@tagged("post_install", "-at_install")
class TestCorrectionAnalysis(CorrectionCommon):
    """Issue 3, C: reason analysis by reason, location, product, user, month."""

    def test_signed_quantity_and_count(self):
        self._make_correction(real_qty=7, reason_id=self.destroyed.id).with_user(self.manager).action_validate()
        self._make_correction(real_qty=8, reason_id=self.error.id).action_validate()
        self._make_correction(self.nut, real_qty=1, reason_id=self.destroyed.id).action_validate()
        domain = [("company_id", "=", self.company.id)]
        for group, expected in (
            ("reason_id", {self.destroyed: (-6, 2), self.error: (1, 1)}),
            ("product_id", {self.bolt: (-2, 2), self.nut: (-3, 1)}),
            ("location_id", {self.rack_a1: (-5, 3)}),
            ("validated_by_id", {self.manager: (-3, 1), self.env.user: (-2, 2)}),
        ):
            groups = self.env["stock.correction"]._read_group(domain, [group], ["gap_qty:sum", "__count"])
            with self.subTest(group):
                self.assertEqual({key: (quantity, count) for key, quantity, count in groups}, expected)
        months = self.env["stock.correction"]._read_group(domain, ["validated_at:month"], ["gap_qty:sum"])
        self.assertEqual([quantity for _month, quantity in months], [-5])

    def test_quantities_that_do_not_add_up_are_no_measures(self):
        attributes = self.env["stock.correction"].fields_get(attributes=["aggregator"])
        self.assertFalse(attributes["real_qty"].get("aggregator"))
        self.assertEqual(attributes["gap_qty"]["aggregator"], "sum")
