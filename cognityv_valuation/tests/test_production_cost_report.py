from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..models.ir_ui_menu import MENUS_OF_MODELS
from .common import ValuationCommon


@tagged("post_install", "-at_install")
class TestProductionCostReport(ValuationCommon):
    """E. Consumption cost per production run likewise."""

    def setUp(self):
        super().setUp()
        if "mrp.production" not in self.env:
            self.skipTest("manufacturing is not installed")
        self.report = self.env["stock.production.cost.report"]
        self.steel = self._make_product("Steel", categ_id=self.average.id)
        self.knife = self._make_product("Knife", categ_id=self.average.id)
        self._receive(self.steel, 20, 4, location=self.stock)
        self.bom = self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.knife.product_tmpl_id.id,
                "company_id": self.company.id,
                "product_qty": 1,
                "bom_line_ids": [Command.create({"product_id": self.steel.id, "product_qty": 2})],
            }
        )

    def _make(self, quantity):
        run = self.env["mrp.production"].create(
            {
                "product_id": self.knife.id,
                "product_qty": quantity,
                "bom_id": self.bom.id,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.manu_type_id.id,
                "location_src_id": self.stock.id,
                "location_dest_id": self.stock.id,
            }
        )
        run.action_confirm()
        run.qty_producing = quantity
        run.set_qty_producing()
        run.move_raw_ids.picked = True
        run.button_mark_done()
        self.assertEqual(run.state, "done")
        self.env.flush_all()
        return run

    def _read(self, groupby, aggregates):
        return self.report._read_group([("company_id", "=", self.company.id)], groupby, aggregates)

    def test_cost_of_a_run(self):
        """3 knives of 2 pieces of steel at 4.00: 24.00, 8.00 a knife."""
        first, second = self._make(3), self._make(1)
        figures = ["cost:sum", "made_qty:sum", "cost_per_unit:avg", "made_value:sum"]
        self.assertEqual(
            set(self._read(["production_name"], figures)),
            {(first.name, 24.0, 3.0, 8.0, 24.0), (second.name, 8.0, 1.0, 8.0, 8.0)},
        )
        self.assertEqual(self._read(["made_product_id"], figures), [(self.knife, 32.0, 4.0, 8.0, 32.0)])
        [(_product, quantity, cost)] = [
            row for row in self._read(["product_id"], ["quantity:sum", "cost:sum"]) if row[0] == self.steel
        ]
        self.assertEqual((quantity, cost), (8.0, 32.0))

    def test_row_opens_its_run(self):
        run = self._make(1)
        rows = self.report.search([("production_name", "=", run.name)])
        self.assertEqual(sorted(rows.mapped("kind")), ["consumed", "made"])
        for row in rows:
            self.assertEqual(row.action_open_document()["res_id"], run.id)

    def test_without_manufacturing_it_has_no_menu(self):
        """What was sold and what the stock is worth stay: without sales there is still what the goods cost."""
        name = "cognityv_valuation.menu_production_cost_report"
        menus = self.env["ir.ui.menu"].with_user(self.manager)
        others = {
            self.env.ref(f"cognityv_valuation.menu_{report}").id for report in ("sale_cost_report", "valuation_report")
        }
        seen = menus.load_menus(False).keys()
        self.assertEqual(self.env.ref(name).id in seen, "mrp.production" in self.env)
        self.assertLessEqual(others, seen)
        for model, is_there in (("res.partner", True), ("a.model.of.nobody", False)):
            with patch.dict(MENUS_OF_MODELS, {name: model}):
                self.env.registry.clear_cache()
                seen = menus.load_menus(False).keys()
            self.assertEqual(self.env.ref(name).id in seen, is_there, model)
            self.assertLessEqual(others, seen)
        self.env.registry.clear_cache()

    def test_without_manufacturing_it_is_empty(self):
        """The query that a database without it has fits the fields."""
        self.patch(type(self.report), "_flush_optional", lambda *args: False)
        self.assertFalse(self.report.search([]))
        self.assertEqual(self.report._read_group([], [], ["cost:sum"]), [(False,)])
