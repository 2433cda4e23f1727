import sys
from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.models import BaseModel
from odoo.tests import Form, tagged

from ..models.stock_inventory_path import PARAMETER
from ..models.stock_inventory_sheet_job import LONG_STEPS
from ..tools import proven_path
from .common import InventoryCommon

# The ORM's own steps: how often they are needed depends on what is in the cache.
ORM = ("<", "_add_to_cache", "_compute_field_value", "_message", "_read_group", "_search", "_track")
OWN_MODULES = {"cognityv_inventory", "cognityv_scanning", "cognityv_valuation"}


@contextmanager
def watched():
    """The methods that are called meanwhile for some record, or for a model, as a dict of (model, name) → module that has
    them."""
    called = {}

    def note(frame, event, _argument):
        module = frame.f_globals.get("__name__", "")
        record = frame.f_locals.get("self")
        if event == "call" and module.startswith("odoo.addons.") and isinstance(record, BaseModel):
            name = frame.f_code.co_name
            if record._ids or getattr(getattr(type(record), name, None), "_api_model", False):
                called.setdefault((record._name, name), module.split(".")[2])

    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)


class WatchesPaths:
    """Mixin of tests of what goes by sets."""

    def _watch(self, path, act):
        """The methods that are called meanwhile, with their modules; what was done is undone."""
        with self._undone():
            self.env.registry.clear_all_caches()  # of a parameter that was set and undone
            self.env["ir.config_parameter"].set_param(PARAMETER, path)
            self.env.flush_all()
            self.env.invalidate_all()
            with watched() as called:
                act()
                self.env.flush_all()
        return called

    def _check_left_out_are_looked_at(self, act):
        odoo, by_sets = self._watch("odoo", act), self._watch("set_based", act)
        left_out = odoo.keys() - by_sets.keys()
        self.assertIn(("stock.move", "_do_adjustments"), left_out)
        missing = {
            f"{model}.{name} ({odoo[model, name]})"
            for model, name in left_out
            if odoo[model, name] not in OWN_MODULES
            and not name.startswith(ORM)
            and name not in proven_path.METHODS.get(model, {name})
        }
        self.assertFalse(missing)


@tagged("post_install", "-at_install")
class TestSetBasedPath(WatchesPaths, InventoryCommon):
    """Which path a validation takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lot = cls._make_lot(cls.glue, "L1")
        cls._put(cls.glue, 3, cls.rack_a1, lot_id=cls.lot)
        cls.env["product.product"].search([]).filtered(lambda product: not product.standard_price).standard_price = 1.0
        cls.paths = cls.env["stock.inventory.path"]

    def _choose(self, path):
        self.env["ir.config_parameter"].set_param(PARAMETER, path)

    def _make_completed(self):
        sheet = self._make_sheet()
        for number, line in enumerate(sheet.line_ids):
            line.real_qty = line.current_qty + (2 if number % 2 else -1)
        sheet.action_complete()
        return sheet

    def _get_insertions(self, sheet):
        """Validate it.

        :return: the tables that were written by sets
        """
        tables = []
        by_sets = self.env.registry["stock.adjustment.by.sets"]
        insert = by_sets._insert

        def note(adjustment, table, *args):
            tables.append(table)
            return insert(adjustment, table, *args)

        self.patch(by_sets, "_insert", note)
        sheet.action_validate()
        self.assertEqual(sheet.state, "validated")
        self.assertEqual(len(sheet.move_ids), len(sheet.line_ids))
        return tables

    # Choosing

    def test_nothing_here_is_strange(self):
        """With all three add-ons and what they bring along; another module of Odoo that has not been read is named."""
        strange = {line.split(":")[0] for line in self.paths._get_culprits()}
        self.assertFalse(strange & (proven_path.MODULES | OWN_MODULES | {"changed at run time", "custom field"}))

    def test_each_choice(self):
        for path, is_by_sets in (("odoo", False), ("set_based", True)):
            with self.subTest(path), self._undone():
                self._choose(path)
                self.assertEqual("stock_move" in self._get_insertions(self._make_completed()), is_by_sets)

    def test_automatic_is_by_sets_without_culprits(self):
        self._choose("automatic")
        self.patch(self.env.registry["stock.inventory.path"], "_get_culprits", lambda _self: [])
        self.assertIn("stock_move", self._get_insertions(self._make_completed()))

    # Culprits

    def _check_falls_back(self, culprit):
        self._choose("automatic")
        self.assertIn(culprit, self.paths._get_culprits())
        self.assertFalse(self._get_insertions(self._make_completed()))
        with self.assertLogs("odoo.addons.cognityv_inventory.models.stock_inventory_path", "WARNING") as log:
            self.paths._register_hook()
        self.assertIn(culprit, log.output[0])
        self.assertIn(culprit, self.env["res.config.settings"].create({}).inventory_path_culprits)

    def test_a_parent_that_an_add_on_brought_in(self):
        """Its methods are in a module that is proven, but not of this model."""
        move_class = self.env.registry["stock.move"]
        self.patch(move_class, "_inherit_module", {**move_class._inherit_module, "rating.mixin": "strange_addon"})
        self._check_falls_back("strange_addon: stock.move inherits rating.mixin")

    def test_an_override_of_what_is_left_out(self):
        move_class = self.env.registry["stock.move"]
        action_done = move_class._action_done

        def count(moves, *args, **kwargs):
            self.overridden = True
            return action_done(moves, *args, **kwargs)

        self.patch(move_class, "_action_done", count)
        self._check_falls_back("changed at run time: stock.move._action_done")
        self.assertTrue(self.overridden, "the override was called")

    def test_a_field_of_somebody_else(self):
        model = self.env["ir.model"]._get("stock.move.line")
        self.env["ir.model.fields"].create(
            {"name": "x_weight_seen", "model_id": model.id, "ttype": "float", "field_description": "Weight"}
        )
        self.addCleanup(self._forget_custom_fields)
        self._check_falls_back("custom field: stock.move.line.x_weight_seen")

    def test_a_field_that_follows_from_moves(self):
        model = self.env["ir.model"]._get("product.product")
        self.env["ir.model.fields"].create(
            {
                "name": "x_moved_on",
                "model_id": model.id,
                "ttype": "integer",
                "field_description": "Moves",
                "store": True,
                "depends": "stock_move_ids.state",
                "compute": "for product in self: product['x_moved_on'] = len(product.stock_move_ids)",
            }
        )
        self.addCleanup(self._forget_custom_fields)
        self._check_falls_back("custom field: product.product.x_moved_on")

    def _forget_custom_fields(self):
        self.env.registry.reset_changes()

    def test_default_values(self):
        """Of a user, or of the context: only who creates records one by one heeds them."""
        self._choose("set_based")
        self.assertFalse(self._get_insertions(self._make_completed().with_context(default_priority="1")))

    def test_default_values_of_the_company(self):
        self._choose("set_based")
        self.env["ir.default"].set("stock.move", "sequence", 7)
        sheet = self._make_completed()
        self.assertFalse(self._get_insertions(sheet))
        self.assertEqual(set(sheet.move_ids.mapped("sequence")), {7})

    # What is left out

    def test_all_methods_that_are_left_out_are_looked_at(self):
        """Both paths are watched: what only Odoo's calls is on the list of what may not be overridden."""
        self._check_left_out_are_looked_at(self._make_completed().action_validate)

    # Rights

    def test_a_rule_of_access_refuses_it_as_in_odoo(self):
        self.env["ir.rule"].create(
            {
                "name": "No moves of nuts",
                "model_id": self.env["ir.model"]._get("stock.move").id,
                "domain_force": f"[('product_id', '!=', {self.nut.id})]",
                "groups": [Command.set(self.env.ref("stock.group_stock_user").ids)],
            }
        )
        sheet = self._make_completed().with_user(self.manager)
        sentences = set()
        for path in ("odoo", "set_based"):
            self._choose(path)
            with self.assertRaises(Exception) as refused, self.env.cr.savepoint():
                sheet.action_validate()
                sheet.env.flush_all()
            sentences.add((type(refused.exception), str(refused.exception).split("\n")[0]))
            self.env.transaction.clear()
        self.assertEqual(len(sentences), 1, sentences)

    def test_settings(self):
        with Form(self.env["res.config.settings"]) as form:
            form.inventory_validation_path = "automatic"
        form.record.execute()
        self.assertEqual(self.paths._get_chosen(), "automatic")

    # In the background

    def test_what_is_long_depends_on_the_path(self):
        """A sheet by sets may be ten times as large; what is left to Odoo counts as before."""
        self._check_long_steps(self._make_completed(), "validate")

    def test_what_is_long_of_a_reversal(self):
        sheet = self._make_completed()
        sheet.action_validate()
        self._check_long_steps(sheet, "reverse")

    def _check_long_steps(self, sheet, step):
        long_steps = {step: 2, "by sets": 4}
        for path, gap_count, is_long in (
            ("odoo", 1, False),
            ("odoo", 2, True),
            ("set_based", 3, False),
            ("set_based", 4, True),
        ):
            self._choose(path)
            with self.subTest(path=path, gaps=gap_count), patch.dict(LONG_STEPS, long_steps):
                self.assertEqual(sheet._is_long_step(step, gap_count), is_long)

    def test_what_odoo_moves_is_long_by_sets_too(self):
        """Packages are left to Odoo."""
        self._choose("set_based")
        package = self.env["stock.package"].create({"name": "Box"})
        for product in self.bolt | self.nut:
            self._put(product, 3, self.rack_a2, package_id=package)
        sheet = self._make_completed()
        with patch.dict(LONG_STEPS, {"validate": 2, "reverse": 2, "by sets": 100}):
            self.assertTrue(sheet._is_long_step("validate", 5))
            sheet.action_validate()
            self.assertTrue(sheet._is_long_step("reverse", 5))

    # Statements

    def test_statements_do_not_grow_with_the_sheet(self):
        self._choose("set_based")
        self._count_statements(3)  # what any server has loaded
        counts = {number: self._count_statements(number) for number in (5, 45)}
        self.assertEqual(counts[5], counts[45])

    def _count_statements(self, number):
        with self._undone():
            vals = {"is_storable": True, "standard_price": 2.0, "categ_id": self.category.id}
            products = self.env["product.product"].create([{"name": f"Many {n}", **vals} for n in range(number)])
            rows = [{"product_id": product.id, "location_id": self.rack_a2.id, "quantity": 5} for product in products]
            self.env["stock.quant"].sudo().create(rows)
            sheet = self._make_sheet(fill=False, start=False)
            sheet.product_ids = products
            sheet.action_fill()
            sheet.action_plan()
            sheet.action_start()
            sheet.line_ids.real_qty = 6
            sheet.action_complete()
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.cr.execute("SELECT 1")
            before = self.env.cr.sql_log_count
            sheet.action_validate()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before
