from odoo.exceptions import ConcurrencyError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .race import RaceCase


@tagged("post_install", "-at_install")
class TestRacesValidate(RaceCase):
    """What a validation writes is locked at its beginning: who comes meanwhile waits for a moment, and nobody makes a
    long validation fail at its end. The cases are those of the comparison with another add-on, which loses both."""

    def setUp(self):
        super().setUp()
        self.other_place_ids = []

    def _remove_everything(self):
        with self._connection() as env:
            pickings = env["stock.move"].search([("product_id", "=", self.product_id)]).picking_id
            env["mail.message"].search([("model", "=", "stock.picking"), ("res_id", "in", pickings.ids)]).unlink()
            moves = ("stock_move_line", "stock_move")
            for table in moves:
                env.cr.execute(f"DELETE FROM {table} WHERE product_id = %s", [self.product_id])
            env.cr.execute("DELETE FROM stock_picking WHERE id IN %s", [tuple(pickings.ids) or (0,)])
            env.cr.execute("UPDATE stock_location SET last_inventory_sheet_id = NULL")
            env.cr.commit()
        result = super()._remove_everything()
        with self._connection() as env:
            env["stock.location"].browse(self.other_place_ids).unlink()
            env.cr.commit()
        return result

    def _complete(self, env, sheet, found):
        sheet.action_start()
        sheet.line_ids.real_qty = found
        sheet.action_complete()
        env.cr.commit()

    def _complete_raced(self, found=7, block_mode="location"):
        with self._connection() as env:
            self._sheet(env).block_mode = block_mode
            self._complete(env, self._sheet(env), found)

    def _make_completed_sheet(self, found):
        """A sheet of the same product in another place, which has 10 of it, too."""
        with self._connection() as env:
            place = env["stock.location"].create(
                {"name": "Race too", "location_id": env["stock.location"].browse(self.place_id).location_id.id}
            )
            env["stock.quant"]._update_available_quantity(env["product.product"].browse(self.product_id), place, 10)
            sheet = env["stock.inventory.sheet"].create({"location_id": place.id})
            sheet.action_fill()
            sheet.action_plan()
            self._complete(env, sheet, found)
            self.other_place_ids.append(place.id)
            self.sheet_ids.append(sheet.id)
            return sheet.id

    def _validate(self, env, sheet_id=None):
        env["stock.inventory.sheet"].browse(sheet_id or self.sheet_id).action_validate()
        env.flush_all()

    def _make_delivery(self, env, quantity):
        ends = {"location_id": self.place_id, "location_dest_id": env.ref("stock.stock_location_customers").id}
        move = {"product_id": self.product_id, "product_uom_qty": quantity, **ends}
        picking_type = env["stock.warehouse"].search([], limit=1).out_type_id
        picking = env["stock.picking"].create(
            {"picking_type_id": picking_type.id, "move_ids": [Command.create(move)], **ends}
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def _reserve(self, env, quantity=3):
        self._make_delivery(env, quantity)
        env.flush_all()

    def _commit_when_called(self, method, *args):
        """Do it with its own commit on another connection, as somebody does while this transaction is at work."""
        with self._connection() as env:
            method(env, *args)
            env.cr.commit()

    def _get_state(self):
        """On hand and reserved in the raced place, and the state of its sheet."""
        with self._connection() as env:
            quants = env["stock.quant"].search([("location_id", "=", self.place_id)])
            return sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity")), self._sheet(env).state

    @mute_logger("odoo.sql_db")
    def test_s9_a_sale_reserves_while_a_validation_is_at_work(self):
        """The sale waits and is reserved from what was found; the validation is not tried again."""
        self._complete_raced(block_mode="none")
        with self._connection() as manager:
            self._validate(manager)
            sale = self._in_thread(self._reserve)
            self.assertFalse(sale.done(), "the sale should wait for the validation")
            manager.cr.commit()
            sale.result(timeout=60)
        self.assertEqual(self._get_state(), (7, 3, "validated"))

    @mute_logger("odoo.sql_db")
    def test_s9_a_validation_finds_at_its_beginning_that_a_sale_was_reserved(self):
        """It looks at a snapshot from before: it begins again before it has done anything, and stock is held for it."""
        self._complete_raced(block_mode="none")
        with self._connection() as manager:
            self._sheet(manager).read(["state"])  # takes the snapshot
            self._commit_when_called(self._reserve)
            with self.assertRaises(ConcurrencyError):
                self._validate(manager)
            self.assertFalse(self._sheet(manager).move_ids, "nothing was done in vain")
            with self._connection() as sale, self.assertRaises(ConcurrencyError):
                self._reserve(sale)
            manager.cr.rollback()
            manager.transaction.reset()
            self._validate(manager)
            manager.cr.commit()
        self.assertEqual(self._get_state(), (7, 3, "validated"))

    @mute_logger("odoo.sql_db")
    def test_s10_two_sheets_with_the_same_products(self):
        """Both write the same inventory loss: the second waits at its beginning, begins again, and both get through."""
        self._complete_raced(7)
        other_id = self._make_completed_sheet(14)
        with self._connection() as first:
            self._validate(first)
            second = self._in_thread(self._validate, other_id)
            self.assertFalse(second.done(), "the second should wait for the first")
            first.cr.commit()
            self.assertEqual(second.result(timeout=60), 2)
        with self._connection() as env:
            sheets = env["stock.inventory.sheet"].browse(self.sheet_ids)
            self.assertEqual(set(sheets.mapped("state")), {"validated"})
            loss = env["stock.quant"].search(
                [("product_id", "=", self.product_id), ("location_id.usage", "=", "inventory")]
            )
            self.assertEqual(loss.mapped("quantity"), [-1], "one quant, with what both have taken and given")

    @mute_logger("odoo.sql_db")
    def test_two_batches_of_sheets_in_opposite_order(self):
        """Who validates several sheets takes what all of them change in one order, whatever the order of the sheets."""
        self._complete_raced(7)
        other_id = self._make_completed_sheet(14)
        third_id, fourth_id = self._make_completed_sheet(9), self._make_completed_sheet(11)

        def validate_both(env, ids):
            env["stock.inventory.sheet"].browse(ids).action_validate()
            env.flush_all()

        with self._connection() as first:
            validate_both(first, [other_id, self.sheet_id])
            second = self._in_thread(validate_both, [third_id, fourth_id])
            first.cr.commit()
            self.assertEqual(second.result(timeout=60), 2)
        self.assertEqual(self._get_state(), (7, 0, "validated"))

    @mute_logger("odoo.sql_db")
    def test_a_sale_reserves_while_a_reversal_is_at_work(self):
        self._complete_raced()
        self._advance("action_validate")
        with self._connection() as manager:
            self._sheet(manager).action_reverse()
            manager.flush_all()
            sale = self._in_thread(self._reserve)
            self.assertFalse(sale.done(), "the sale should wait for the reversal")
            manager.cr.commit()
            sale.result(timeout=60)
        self.assertEqual(self._get_state(), (10, 3, "validated"))
