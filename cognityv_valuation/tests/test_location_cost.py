from odoo.exceptions import AccessError
from odoo.fields import Command, Datetime
from odoo.tests import new_test_user

from .location_cost import LocationCostCommon


class TestMovements(LocationCostCommon):
    """Section D: receipts enter at their cost, transfers carry the source's average, issues leave at the average; the
    history says what changed a place and why."""

    def test_receipts_enter_at_their_cost(self):
        self._receive(10, 100)
        self._receive(10, 200)
        self.assertRecordValues(
            self._cost(),
            [{"quantity": 20, "value": 300, "average_cost": 15, "company_id": self.company.id}],
        )
        self.assertEqual(self._told(), [("receipt", 10, 100, 0, 10, 100), ("receipt", 10, 200, 0, 20, 300)])

    def test_transfers_carry_the_average_of_where_they_come_from(self):
        self._receive(10, 100, self.rack_a1)
        self._receive(10, 300, self.rack_a2)
        move = self._transfer(5)
        self.assertEqual((self._state(self.rack_a1), self._state(self.rack_a2)), ((5, 50), (15, 350)))
        self.assertRecordValues(
            self._history()[2:],
            [
                {"kind": "transfer_out", "location_id": self.rack_a1.id, "value": -50, "move_id": move.id},
                {"kind": "transfer_in", "location_id": self.rack_a2.id, "value": 50, "move_id": move.id},
            ],
        )

    def test_issues_leave_at_the_average_of_their_place(self):
        self._receive(3, 10)
        self._issue(1)
        self._issue(1)
        self.assertEqual(self._told()[1:], [("issue", -1, -3.33, 0, 2, 6.67), ("issue", -1, -3.34, 0, 1, 3.33)])

    def test_what_leaves_last_takes_the_rest_of_the_cents(self):
        self._receive(3, 10)
        for _piece in range(3):
            self._issue(1)
        self.assertEqual(self._state(), (0, 0))
        self.assertEqual(self._told()[-1], ("issue", -1, -3.33, 0, 0, 0))

    def test_the_parts_of_a_receipt_cost_what_the_receipt_costs(self):
        self._move(
            self.suppliers,
            self.stock,
            3,
            value=100,
            lines=[{"quantity": 1, "location_dest_id": place.id} for place in (self.rack_a1, self.rack_a2, self.stock)],
        )
        states = [self._state(place) for place in (self.rack_a1, self.rack_a2, self.stock)]
        self.assertEqual(states, [(1, 33.33), (1, 33.33), (1, 33.34)])

    def test_other_units_count_as_the_products_own(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._receive(2, 48, product_uom=dozen.id, lines=[{"quantity": 2, "product_uom_id": dozen.id}])
        self.assertEqual(self._state(), (24, 48))
        self.assertEqual(self._cost().average_cost, 2)

    def test_production_enters_at_its_cost_and_consumption_leaves_at_the_average(self):
        self._receive(10, 50)
        self._move(self.rack_a1, self.production, 4)
        self._move(self.production, self.rack_a1, 2, value=70)
        self.assertEqual(self._told()[1:], [("consumption", -4, -20, 0, 6, 30), ("production", 2, 70, 0, 8, 100)])

    def test_what_is_found_costs_what_the_rest_there_costs(self):
        self._receive(10, 100)
        self._move(self.loss, self.rack_a1, 2)
        self.assertEqual(self._told()[-1], ("correction", 2, 20, 0, 12, 120))

    def test_what_is_found_in_an_empty_place_costs_what_the_product_costs(self):
        self._move(self.loss, self.rack_a1, 2)
        self.assertEqual(self._told(), [("correction", 2, 6, 0, 2, 6)])

    def test_what_is_found_with_a_price_of_its_own_costs_that(self):
        self._receive(10, 100)
        self._move(self.loss, self.rack_a1, 2, value=50)
        self.assertEqual(self._told()[-1], ("correction", 2, 50, 0, 12, 150))

    def test_losses_and_scrap_leave_at_the_average(self):
        self._receive(10, 100)
        self._receive(10, 50)
        self._move(self.rack_a1, self.loss, 4)
        self.assertEqual(self._told()[-1], ("correction", -4, -30, 0, 16, 120))

    def test_lots_share_the_average_of_their_place(self):
        one, two = self._make_lot(self.glue, "ONE"), self._make_lot(self.glue, "TWO")
        self._receive(1, 10, product=self.glue, lines=[{"lot_id": one.id}])
        self._receive(1, 30, product=self.glue, lines=[{"lot_id": two.id}])
        self._issue(1, product=self.glue, lines=[{"lot_id": one.id}])
        self.assertEqual(self._state(product=self.glue), (1, 20))

    def test_stock_of_others_has_no_value(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self._receive(5, 50, lines=[{"owner_id": owner.id}])
        self.assertFalse(self._cost())
        own = self.company.partner_id
        self._receive(5, 50, lines=[{"owner_id": own.id}])
        self.assertEqual(self._state(), (5, 50))

    def test_places_of_no_company_are_outside(self):
        transit = self.env.ref("stock.stock_location_inter_company")
        self.assertFalse(transit.company_id)
        self._receive(10, 100)
        self._transfer(4, destination=transit)
        self.assertEqual(self._told()[-1], ("issue", -4, -40, 0, 6, 60))
        self.assertFalse(self._cost(transit))

    def test_the_transit_of_a_company_is_a_place_like_others(self):
        transit = self.company.internal_transit_location_id
        self._receive(10, 100)
        self._transfer(4, destination=transit)
        self.assertEqual((self._state(), self._state(transit)), ((6, 60), (4, 40)))

    def test_what_goes_straight_to_the_customer_is_in_no_place(self):
        self._move(self.suppliers, self.customers, 3)
        self.assertFalse(self._history())

    def test_what_is_not_kept_in_stock_has_no_average(self):
        paper = self.env["product.product"].create({"name": "Paper", "type": "consu"})
        self._receive(3, 30, product=paper)
        self.assertFalse(self._history(product=paper))

    def test_amounts_are_in_the_currency_of_the_company(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.company.currency_id = yen
        self._receive(3, 100)
        self._issue(1)
        self.assertEqual(self._state(), (2, 67))
        self.assertEqual(self._cost().currency_id, yen)

    def test_a_transaction_sees_what_it_has_moved_and_nothing_of_what_it_undid(self):
        with self._undone():
            self._receive(10, 100)
            self.assertEqual(self._state(), (10, 100))
        self.assertFalse(self._cost())
        self.env.cr.flush()
        self.assertFalse(self._cost())

    def test_the_order_is_the_one_in_which_it_was_done(self):
        self._receive(10, 100)
        late = self._issue(5)
        late.date = late.move_line_ids.date = Datetime.subtract(late.date, days=30)
        self.env.cr.flush()
        self._receive(10, 200)
        self.assertEqual([row[0] for row in self._told()], ["receipt", "issue", "receipt"])
        self.assertEqual(self._state(), (15, 250))


class TestNegative(LocationCostCommon):
    """More taken out than is there."""

    def test_what_leaves_an_empty_place_costs_what_the_product_costs(self):
        self._issue(2)
        self.assertEqual(self._told(), [("issue", -2, -6, 0, -2, -6)])
        self.assertEqual(self._cost().average_cost, 3)

    def test_more_than_there_is_leaves_at_the_average(self):
        self._receive(5, 50)
        self._issue(8)
        self.assertEqual(self._state(), (-3, -30))

    def test_the_next_receipt_settles_it(self):
        """What is left of it is worth its own price; the difference to what left too early is an adjustment."""
        self._issue(2)
        self._receive(10, 50)
        self.assertEqual(self._told()[-1], ("receipt", 10, 50, -4, 8, 40))

    def test_a_receipt_that_does_not_suffice_gives_its_price(self):
        self._issue(5)
        self._receive(2, 20)
        self.assertEqual(self._state(), (-3, -30))

    def test_nothing_left_is_worth_nothing(self):
        self._issue(2)
        self._receive(2, 20)
        self.assertEqual(self._told()[-1], ("receipt", 2, 20, -14, 0, 0))


class TestReturns(LocationCostCommon):
    """Returns and reversals."""

    def test_what_customers_return_costs_what_it_left_with(self):
        self._receive(10, 100)
        issue = self._issue(4)
        self._receive(10, 300)
        self._move(self.customers, self.rack_a1, 4, origin_returned_move_id=issue.id)
        self.assertEqual(self._told()[-1], ("reversal", 4, 40, 0, 20, 400))

    def test_returns_in_parts_lose_no_cent(self):
        self._receive(3, 10)
        issue = self._issue(3)
        for _piece in range(3):
            self._move(self.customers, self.rack_a1, 1, origin_returned_move_id=issue.id)
        self.assertEqual(self._state(), (3, 10))

    def test_what_was_never_issued_comes_back_at_what_odoo_says(self):
        self._move(self.customers, self.rack_a1, 1)
        self.assertEqual(self._told(), [("reversal", 1, 3, 0, 1, 3)])

    def test_returns_to_suppliers_leave_at_the_average(self):
        receipt = self._receive(10, 100)
        self._receive(10, 300)
        self._move(self.rack_a1, self.suppliers, 10, origin_returned_move_id=receipt.id)
        self.assertEqual(self._told()[-1], ("reversal", -10, -200, 0, 10, 200))

    def test_a_reversed_sheet_takes_back_exactly_what_it_gave(self):
        self._receive(3, 10)
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=[Command.set(self.pin.ids)])
        self._line(sheet, self.pin).real_qty = 5
        sheet.action_complete()
        sheet.action_validate()
        self.assertEqual(self._told()[-1], ("correction", 2, 6.67, 0, 5, 16.67))
        self._receive(5, 100)
        sheet.action_reverse()
        self.assertEqual(self._told()[-1], ("reversal", -2, -6.67, 0, 8, 110))

    def test_a_reversed_loss_comes_back_at_what_it_left_with(self):
        self._receive(3, 10)
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=[Command.set(self.pin.ids)])
        self._line(sheet, self.pin).real_qty = 2
        sheet.action_complete()
        sheet.action_validate()
        self._receive(5, 100)
        sheet.action_reverse()
        self.assertEqual(self._told()[-1], ("reversal", 1, 3.33, 0, 8, 110))


class TestLaterChanges(LocationCostCommon):
    """Values and quantities that change after the move was done enter as an event of their own, where the goods are."""

    def _revalue(self, move, value):
        move.value_manual = value
        self.env.cr.flush()

    def test_a_receipt_that_turns_out_dearer(self):
        receipt = self._receive(10, 100)
        self._revalue(receipt, 120)
        self.assertEqual(self._told()[-1], ("price", 0, 20, 0, 10, 120))
        self.assertEqual(self._history()[-1].move_id, receipt)

    def test_it_follows_the_goods(self):
        receipt = self._receive(10, 100)
        self._transfer(4)
        self._issue(3)
        self._revalue(receipt, 120)
        self.assertEqual((self._state(self.rack_a1), self._state(self.rack_a2)), ((3, 36), (4, 48)))
        self.assertEqual([row.kind for row in self._history()[-2:]], ["price", "price"])

    def test_the_same_value_again_is_no_event(self):
        receipt = self._receive(10, 100)
        receipt._set_value()
        self.assertEqual(len(self._history()), 1)

    def test_a_price_set_by_hand_is_that_of_all_places(self):
        self._receive(10, 100)
        self._transfer(4)
        self.pin.standard_price = 12
        self.assertEqual((self._state(self.rack_a1), self._state(self.rack_a2)), ((6, 72), (4, 48)))
        self.assertEqual(self._told()[-1], ("price", 0, 12, 0, 6, 72))
        self.assertEqual(self._history()[-1].value_id.value, 12)

    def test_it_is_the_last_word_on_what_came_before(self):
        receipt = self._receive(10, 100)
        self.pin.standard_price = 12
        self._revalue(receipt, 500)
        self.assertEqual(self._state(), (10, 120))

    def test_a_standard_price_values_only_what_odoo_values_at_it(self):
        standard = self._make_product("Standard", standard_price=2.0)
        self._receive(10, 100, product=standard)
        self._move(self.suppliers, self.rack_a2, 10, product=standard)
        standard.standard_price = 4
        self.assertEqual(self._state(product=standard), (10, 100))
        self.assertEqual(self._state(self.rack_a2, standard), (10, 40))

    def test_a_quantity_put_right_afterwards(self):
        receipt = self._receive(10, 100)
        self._issue(5)
        receipt.move_line_ids.quantity = 8
        self.assertEqual(self._state(), (3, 37.5))
        self.assertEqual(self._told()[-1], ("edit", -2, -12.5, 0, 3, 37.5))

    def test_a_place_put_right_afterwards(self):
        receipt = self._receive(10, 100)
        receipt.move_line_ids.location_dest_id = self.rack_a2
        self.assertEqual((self._state(self.rack_a1), self._state(self.rack_a2)), ((0, 0), (10, 100)))

    def test_an_issue_put_right_afterwards(self):
        self._receive(10, 100)
        issue = self._issue(5)
        issue.move_line_ids.quantity = 4
        self.assertEqual(self._told()[-1], ("edit", 1, 10, 0, 6, 60))

    def test_a_line_added_to_what_was_done(self):
        receipt = self._receive(10, 100)
        self.env["stock.move.line"].create(
            {
                "move_id": receipt.id,
                "product_id": self.pin.id,
                "quantity": 5,
                "location_id": self.suppliers.id,
                "location_dest_id": self.rack_a2.id,
            }
        )
        self.assertEqual(self._state(self.rack_a1)[0] + self._state(self.rack_a2)[0], 15)
        self.assertEqual(self._state(self.rack_a1)[1] + self._state(self.rack_a2)[1], receipt.value)

    def test_a_return_after_a_later_value_comes_back_at_the_later_one(self):
        receipt = self._receive(10, 100)
        issue = self._issue(5)
        self._revalue(receipt, 120)
        self._move(self.customers, self.rack_a1, 5, origin_returned_move_id=issue.id)
        self.assertEqual(self._state(), (10, 120))

    def test_several_moves_at_once_are_named(self):
        receipts = self._receive(10, 100) | self._receive(10, 100)
        for receipt in receipts:
            receipt.value_manual = 150
        self.assertEqual(self._told()[-1], ("price", 0, 100, 0, 20, 300))
        self.assertFalse(self._history()[-1].move_id)


class TestBeginnings(LocationCostCommon):
    """What was there before the add-on was, and stock without a past."""

    def test_stock_without_moves_says_so(self):
        self._put(self.pin, 4, self.rack_a2)
        self._issue(1)
        self.assertEqual(self._told(self.rack_a2), [("opening", 4, 12, 0, 4, 12)])
        self.assertEqual(self._state(self.rack_a1), (-1, -3))

    def test_a_product_is_begun_from_its_first_move(self):
        self._receive(10, 100)
        issue = self._issue(3)
        self._forget()
        self._receive(3, 60)
        self.assertEqual(self._state(), (10, 130))
        self.assertEqual([row.move_id for row in self._history()][1], issue)

    def test_stock_that_is_missing_although_moves_brought_it(self):
        self._receive(10, 100)
        self._put(self.pin, -4, self.rack_a1)
        self._forget()
        self._issue(1)
        self.assertEqual(self._state()[0], 5)
        self.assertEqual(self._told()[0], ("opening", -4, -40, 0, -4, -40))

    def _forget(self):
        self.env.cr.flush()
        self.env.cr.execute("DELETE FROM stock_location_cost_history WHERE product_id = %s", [self.pin.id])
        self.env.cr.execute("DELETE FROM stock_location_cost WHERE product_id = %s", [self.pin.id])
        self.env.invalidate_all()


class TestAccess(LocationCostCommon):
    """Only who may see money sees it, of their own companies, and nothing of what they count blind."""

    def setUp(self):
        super().setUp()
        self._receive(10, 100)
        self.env.cr.flush()

    def test_who_may_not_see_values_sees_none(self):
        for model in ("stock.location.cost", "stock.location.cost.history"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.worker).search([])
            self.assertTrue(self.env[model].with_user(self.manager).search([("product_id", "=", self.pin.id)]))

    def test_nobody_writes_them(self):
        cost = self._cost().with_user(self.manager)
        with self.assertRaises(AccessError):
            cost.write({"value": 1})
        with self.assertRaises(AccessError):
            cost.unlink()
        with self.assertRaises(AccessError):
            cost.create({"product_id": self.pin.id, "location_id": self.rack_a2.id, "company_id": self.company.id})

    def test_other_companies_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        groups = "cognityv_inventory.group_manager"
        stranger = new_test_user(
            self.env, "stranger", groups=groups, company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        costs = self.env["stock.location.cost"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(costs.search([("product_id", "=", self.pin.id)]))

    def test_who_counts_a_place_blind_does_not_see_it(self):
        counter = self._make_user(
            "blind_counter", "cognityv_inventory.group_counter,cognityv_valuation.group_see_value"
        )
        domain = [("product_id", "=", self.pin.id)]
        for model in ("stock.location.cost", "stock.location.cost.history"):
            self.assertTrue(self.env[model].with_user(counter).search(domain))
        self._make_sheet(location_id=self.rack_a1.id, blind=True, counter_ids=[Command.set(counter.ids)])
        for model in ("stock.location.cost", "stock.location.cost.history"):
            self.assertFalse(self.env[model].with_user(counter).search(domain))

    def test_stock_users_move_stock_without_seeing_values(self):
        delivery = self._make_delivery(self.pin, 4, self.rack_a1)
        delivery.with_user(self.worker).button_validate()
        self.assertEqual(self._state(), (6, 60))


class TestStatements(LocationCostCommon):
    """One set of statements for a whole transfer, however many lines it has."""

    def _count_statements(self, do, lines):
        """How many statements it takes to enter what `do` does to so many products."""
        products = [self._make_product(f"Of {lines}: {number}", standard_price=3.0) for number in range(lines)]
        moves = self.env["stock.move"].concat(*(self._receive(5, 50, product=product) for product in products))
        do(moves)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env["stock.location.cost"]._post_pending()
        return self.env.cr.sql_log_count - before

    def _deliver(self, moves):
        deliveries = moves.copy({"location_id": self.rack_a1.id, "location_dest_id": self.customers.id})
        for delivery in deliveries:
            delivery.quantity = 2
        deliveries.picked = True
        deliveries._action_done()

    def _revalue(self, moves):
        for move in moves:
            move.value_manual = 60

    def test_of_a_delivery(self):
        self.assertEqual(self._count_statements(self._deliver, 2), self._count_statements(self._deliver, 20))
        self.assertLess(self._count_statements(self._deliver, 3), 10)

    def test_of_values_that_change(self):
        self.assertEqual(self._count_statements(self._revalue, 2), self._count_statements(self._revalue, 20))
