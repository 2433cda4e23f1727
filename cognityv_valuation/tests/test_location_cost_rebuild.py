from odoo.exceptions import AccessError, UserError

from .location_cost import LocationCostCommon


class TestRebuild(LocationCostCommon):
    """Section D: rebuilt for an existing database, equal to what was kept; what has no past says so; with progress."""

    def _run(self, mode):
        run = self.env["stock.location.cost.rebuild"]._start(self.company, mode)
        with self.enter_registry_test_mode():
            self.env.ref("cognityv_valuation.cron_location_cost_rebuild").method_direct_trigger()
        self.assertEqual(run.state, "done")
        return run

    def _forget(self):
        self.env.cr.flush()
        for table in ("stock_location_cost_history", "stock_location_cost"):
            self.env.cr.execute(f"DELETE FROM {table}")  # rolled back
        self.env.invalidate_all()

    def _make_past(self):
        self._receive(3, 10)
        self._receive(7, 30)
        self._transfer(4)
        issue = self._issue(2)
        self._move(self.customers, self.rack_a2, 1, origin_returned_move_id=issue.id)
        self._move(self.loss, self.rack_a1, 1)
        self._issue(9, self.stock)
        self._receive(20, 77.77, self.stock)

    def _snapshot(self):
        rows = self._history()
        return [
            (row.location_id, row.kind, row.move_id, row.quantity, row.value, row.adjustment, row.value_after)
            for row in rows
        ]

    def _states(self):
        return {cost.location_id: (cost.quantity, cost.value) for cost in self._costs()}

    def _costs(self):
        return self.env["stock.location.cost"].search([("product_id", "=", self.pin.id)])

    def test_it_begins_what_was_there_before(self):
        self._make_past()
        kept, told = self._states(), self._snapshot()
        self._forget()
        run = self._run("begin")
        self.assertEqual((self._states(), self._snapshot()), (kept, told))
        self.assertEqual(run.row_count - run.difference_count, len(told))
        self.assertEqual((run.progress, run.done_count), (100, run.product_count))

    def test_stock_without_moves_says_so(self):
        self._run("begin")
        [opening] = self._history(self.rack_a1, self.nut)
        self.assertRecordValues(opening, [{"kind": "opening", "quantity": 4, "move_id": False, "user_id": False}])

    def test_a_quant_without_a_quantity(self):
        """Some have none in the database, as those of Odoo's demo data that were counted and never applied."""
        quant = self.env["stock.quant"].create({"product_id": self.nut.id, "location_id": self.rack_a2.id})
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_quant SET quantity = NULL WHERE id = %s", [quant.id])
        self._run("begin")
        self.assertFalse(self._history(self.rack_a2, self.nut))

    def test_a_check_of_what_is_right_enters_nothing(self):
        self._make_past()
        self._run("begin")
        told = self._snapshot()
        run = self._run("check")
        self.assertEqual(self._snapshot(), told)
        self.assertEqual((run.row_count, run.difference_count), (0, 0))

    def test_a_check_enters_what_differs(self):
        self._receive(10, 100)
        cost = self._cost()
        cost.flush_recordset()
        self.env.cr.execute("UPDATE stock_location_cost SET value = 90, quantity = 9 WHERE id = %s", [cost.id])
        run = self._run("check")
        self.assertEqual(self._told()[-1], ("rebuild", 1, 10, 0, 10, 100))
        self.assertEqual(self._state(), (10, 100))
        self.assertEqual(run.difference_count, self._count_bystanders() + 1)

    def _count_bystanders(self):
        """Stock of InventoryCommon that no move explains: 2 places of bolts, 1 of nuts."""
        return 3

    def test_a_check_finds_stock_that_no_move_brought(self):
        self._receive(10, 100)
        self._put(self.pin, 2, self.rack_a1)
        self._run("check")
        self.assertEqual(self._told()[-1], ("opening", 2, 20, 0, 12, 120))
        self._issue(2).move_line_ids.quantity = 1
        self.assertEqual(self._state(), (11, 110))

    def test_starting_over_gives_the_same(self):
        self._make_past()
        kept, told = self._states(), self._snapshot()
        self._run("restart")
        self.assertEqual((self._states(), self._snapshot()), (kept, told))

    def test_starting_over_keeps_the_order_in_which_it_was_done(self):
        receipt = self._receive(10, 100)
        self._issue(5)
        self._receive(10, 200)
        receipt.date = receipt.move_line_ids.date = "2100-01-01"
        self.env.cr.flush()
        kept = self._states()
        self._run("restart")
        self.assertEqual(self._states(), kept)
        self.assertEqual([row[0] for row in self._told()], ["receipt", "issue", "receipt"])

    def test_starting_over_takes_the_values_of_today(self):
        receipt = self._receive(10, 100)
        receipt.value_manual = 120
        self.env.cr.flush()
        self._run("restart")
        self.assertEqual(self._told(), [("receipt", 10, 120, 0, 10, 120)])

    def test_it_goes_on_where_it_was(self):
        self._make_past()
        kept = self._states()
        self._forget()
        run = self.env["stock.location.cost.rebuild"]._start(self.company, "begin")
        run._run_batch(1)
        self.assertEqual((run.state, run.done_count), ("running", 1))
        self.assertGreater(run.product_count, 1)
        while run.state == "running":
            run._run_batch(2)
        self.assertEqual(self._states(), kept)

    def test_stock_that_moves_meanwhile_is_begun_by_its_move(self):
        self._make_past()
        self._forget()
        run = self.env["stock.location.cost.rebuild"]._start(self.company, "begin")
        run._run_batch(1)
        self._issue(1, self.stock)
        kept, told = self._states(), self._snapshot()
        while run.state == "running":
            run._run_batch(100)
        self.assertEqual((self._states(), self._snapshot()), (kept, told))

    def test_one_run_at_a_time_and_it_can_be_cancelled(self):
        rebuild = self.env["stock.location.cost.rebuild"].with_user(self.manager)
        rebuild.action_check()
        with self.assertRaisesRegex(UserError, "being worked out already"):
            rebuild.action_restart()
        rebuild.search([]).action_cancel()
        rebuild.action_restart()
        self.assertEqual(rebuild.search([]).mapped("state"), ["waiting", "cancelled"])

    def test_only_managers_start_one(self):
        rebuild = self.env["stock.location.cost.rebuild"].with_user(self.worker)
        for action in ("action_check", "action_restart", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(rebuild, action)()
        with self.assertRaises(AccessError):
            rebuild.with_user(self.manager).create({"company_id": self.company.id, "mode": "check"})

    def test_installing_begins_in_each_company_with_stock(self):
        self.env["stock.location.cost.rebuild"]._start_where_stock_is()
        runs = self.env["stock.location.cost.rebuild"].search([("company_id", "=", self.company.id)])
        self.assertEqual(runs.mapped("mode"), ["begin"])


class TestDoors(LocationCostCommon):
    """From the product, the location and the list to what changed an average, and to its move."""

    def test_from_the_product_and_its_template(self):
        self._receive(10, 100)
        self._receive(10, 100, product=self.bolt)
        for product in (self.pin, self.pin.product_tmpl_id):
            action = product.action_view_location_costs()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self._cost())

    def test_from_a_place_to_its_history_and_the_move(self):
        move = self._receive(10, 100)
        self._receive(10, 100, self.rack_a2)
        action = self._cost().action_view_history()
        row = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(row.move_id, move)
        action = row.action_open_move()
        self.assertEqual((action["res_model"], action["res_id"]), ("stock.move", move.id))

    def test_from_the_history_to_the_transfer(self):
        self._receive(10, 100)
        delivery = self._make_delivery(self.pin, 4, self.rack_a1)
        delivery.button_validate()
        action = self._history(self.rack_a1)[-1].action_open_move()
        self.assertEqual((action["res_model"], action["res_id"]), ("stock.picking", delivery.id))

    def test_it_can_be_grouped_as_the_views_do(self):
        self._receive(10, 100)
        costs = self.env["stock.location.cost"].with_user(self.manager)
        for name in ("product_id", "categ_id", "accounting_family_id", "location_id", "warehouse_id", "company_id"):
            groups = costs.formatted_read_group([("product_id", "=", self.pin.id)], [name], ["value:sum"])
            self.assertEqual([group["value:sum"] for group in groups], [100], name)
