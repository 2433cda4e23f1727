from odoo.fields import Command
from odoo.tests import tagged

from .common_flows import ProductionCommon


class CostCommon(ProductionCommon):
    """The same production, once in Odoo's own way and once with components logged by scanning."""

    def _set_cost_method(self, method, **vals):
        self.average.write({"property_cost_method": method, **vals})

    def _compare(self, produce, scans, *ways):
        """Make sure that scanning changes neither stock nor value.

        :param produce: function that makes a run and closes it, given what to do before; returns all its parts
        :param scans: list of postings, each a list of items
        """
        results = []
        for postings in ([], scans):
            with self._undone():
                parts = produce(lambda run, postings=postings: [run._post_scanned(items) for items in postings])
                results.append(self._get_result(parts))
        self.assertEqual(*results)

    def _get_result(self, parts):
        self.env.flush_all()
        products = self.leg | self.paint | self.table
        production = parts[0].production_location_id
        return {
            "on hand": products.mapped("qty_available"),
            "used": [self._moved(product, self.stock, production) for product in products],
            "made": [self._value(part) for part in parts],
            "pieces": [part.move_finished_ids.mapped("quantity") for part in parts],
            "cost": self.table.standard_price,
            "total": [round(value, 2) for value in products.mapped("total_value")],
            "accounts": self._get_balances(),
        }

    def _get_balances(self):
        lines = self.env["account.move.line"].search([("company_id", "=", self.company.id)])
        groups = lines.grouped("account_id")
        return {account: round(sum(lines.mapped("balance")), 2) for account, lines in groups.items()}


@tagged("post_install", "-at_install")
class TestProductionCost(CostCommon):
    def _scans(self):
        return [
            [self._item(self.leg, 6), self._item(self.paint, 5, self.paint_lots[0])],
            [self._item(self.leg, 3)],
        ]

    def _produce(self, *amounts, **vals):
        def produce(post):
            run = self._make_run(10, **vals)
            post(run)
            for amount in amounts:
                part = run.production_group_id.production_ids.sorted("id")[-1]
                self._close(part, amount)
            return run.production_group_id.production_ids.sorted("id")

        return produce

    def test_average(self):
        self._buy(self.leg, 50, 8)
        self._compare(self._produce(10), self._scans())
        self._compare(self._produce(4, 6), self._scans())
        self._compare(self._produce(1, 1, 8), self._scans())

    def test_first_in_first_out(self):
        self._set_cost_method("fifo")
        self._buy(self.leg, 50, 8)
        self._compare(self._produce(10), self._scans())
        self._compare(self._produce(4, 6), self._scans())

    def test_layers_are_those_of_the_moment(self):
        """What is logged before a price changes costs what it cost then."""
        self._set_cost_method("fifo")
        run = self._make_run(10)
        run._post_scanned([self._item(self.leg, 40), self._item(self.paint, 20, self.paint_lots[0])])
        self._buy(self.leg, 50, 80)
        self._close(run)
        self.assertEqual(self._value(run), 340)

    def test_standard(self):
        self._set_cost_method("standard")
        self.table.standard_price = 50
        self._compare(self._produce(10), self._scans())
        self._compare(self._produce(4, 6), self._scans())

    def test_by_lot(self):
        self._set_cost_method("average")
        self.paint.lot_valuated = True
        self._compare(self._produce(10), self._scans())
        self._compare(self._produce(4, 6), self._scans())

    def _make_accounts(self, names):
        types = {"Production": "asset_current", "Stock": "asset_current", "Variation": "expense", "Expense": "expense"}
        return {
            name: self.env["account.account"].create(
                {"name": name, "code": f"10{number}", "account_type": types[name], "company_ids": self.company.ids}
            )
            for number, name in enumerate(names)
        }

    def _use_real_time(self):
        accounts = self._make_accounts(("Production", "Stock", "Variation", "Expense"))
        journal = self.env["account.journal"].create(
            {"name": "Stock", "type": "general", "code": "STK", "company_id": self.company.id}
        )
        self.company.account_stock_journal_id = journal
        self._set_cost_method(
            "average",
            property_valuation="real_time",
            property_stock_valuation_account_id=accounts["Stock"].id,
            property_stock_journal=journal.id,
        )
        production = self.table.with_company(self.company).property_stock_production
        production.valuation_account_id = accounts["Production"]
        return accounts

    def test_real_time(self):
        accounts = self._use_real_time()
        self._compare(self._produce(10), self._scans())
        self._compare(self._produce(4, 6), self._scans())
        run = self._make_run(10)
        run._post_scanned([self._item(self.leg, 30), self._item(self.paint, 20, self.paint_lots[0])])
        self.assertEqual(self._get_balances()[accounts["Production"]], 30 * 5 + 20 * 7)
        self._close(run, 4)
        self._close(run.production_group_id.production_ids - run)
        self.assertEqual(self._get_balances()[accounts["Production"]], 0)

    def test_by_products_and_labour(self):
        saw = self._make_product("Sawdust", categ_id=self.average.id)
        center = self.env["mrp.workcenter"].create({"name": "Bench", "costs_hour": 60, "company_id": self.company.id})
        self.bom.write(
            {
                "byproduct_ids": [Command.create({"product_id": saw.id, "product_qty": 1, "cost_share": 20})],
                "operation_ids": [
                    Command.create({"name": "Assemble", "workcenter_id": center.id, "time_cycle_manual": 3})
                ],
            }
        )
        self._compare(self._produce(10), self._scans())
        self._compare(self._produce(4, 6), self._scans())

    def test_extra_cost(self):
        self._compare(self._produce(10, extra_cost=3), self._scans())
        self._compare(self._produce(4, 6, extra_cost=3), self._scans())

    def test_handed_over_value_is_whole(self):
        """What is divided among back-orders keeps its value to the last cent."""
        self._buy(self.leg, 50, 3.33)
        run = self._make_run(10)
        [move] = run._post_scanned([self._item(self.leg, 31)])
        value = move.value
        self._close(run, 3)
        self._close(run.production_group_id.production_ids - run, 3)
        parts = run.production_group_id.production_ids
        moves = parts.move_raw_ids.filtered(lambda move: move.state == "done" and move.product_id == self.leg)
        self.assertAlmostEqual(sum(moves.mapped("value")), value, places=2)
        self.assertEqual(sum(moves.mapped("quantity")), 31)
