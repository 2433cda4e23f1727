import logging
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models import stock_inventory_count_by_sets, stock_inventory_sheet_line
from ..models.stock_inventory_path import PARAMETER
from ..tools import proven_path
from ..tools.own_write import as_own_write
from . import test_counts, test_passes, test_races
from .common import InventoryCommon
from .database_diff import Written, get_ids, get_written_tables
from .test_set_based_equal import QUANTITIES, SETTINGS
from .test_set_based_path import ORM, OWN_MODULES, watched

_logger = logging.getLogger(__name__)

LINES = 6
PRICES = st.sampled_from([None, 0.0]) | st.integers(0, 100000).map(lambda mills: mills / 1000)
MINUTES = st.sampled_from([0, 0, 0, 5, 60])

COUNTS = st.fixed_dictionaries(
    {
        "line": st.integers(0, LINES - 1),
        "quantity": QUANTITIES | st.sampled_from([1.0, 0.0, "2.5", 3]),
    },
    optional={
        "mode": st.sampled_from(["set", "set", "add"]),
        "source": st.sampled_from(["manual", "import", "scan"]),
        "minutes": MINUTES,
        "code": st.sampled_from(["4006381333931", False]),
        "client_uuid": st.integers(0, 4).map(str),
        "pass_number": st.sampled_from([1, 1, 1, 2]),
    },
)
SITUATIONS = st.fixed_dictionaries(
    {
        "sheet": st.fixed_dictionaries(
            {
                "block_mode": st.sampled_from(["location", "none"]),
                "blind": st.booleans(),
                "count_method": st.sampled_from(["single"] * 4 + ["split", "compare"]),
                "tolerance_percent": st.sampled_from([0.0] * 4 + [20.0]),
            }
        ),
        # Of each line: in stock, and what a unit is worth by the basis, by Odoo and as it was entered.
        "lines": st.lists(
            st.tuples(QUANTITIES | st.just(-2.5), PRICES, PRICES, PRICES), min_size=LINES, max_size=LINES
        ),
        "basis": st.sampled_from(["cost", "average"]),
        "rounding": st.sampled_from([0.01, 0.01, 0.05, 1.0, 0.001]),
        "before": st.lists(COUNTS, max_size=3),
        "settled": st.sampled_from([None] * 4 + ["recount", "accept"]),
        "withdrawn": st.booleans(),
        "moved": st.booleans(),
        "now": st.lists(COUNTS, min_size=1, max_size=8, unique_by=lambda count: count["line"])
        | st.lists(COUNTS, min_size=1, max_size=8),
        "user": st.sampled_from(["manager", "counter", "superuser"]),
    }
)


@contextmanager
def all_by_sets():
    with patch.object(stock_inventory_count_by_sets, "LEAST_COUNTS", 1):
        yield


class CountsBySetsCase(InventoryCommon):
    def _choose(self, path):
        self.env["ir.config_parameter"].set_param(PARAMETER, path)

    @contextmanager
    def _insertions(self):
        """The numbers of counts that are stored by sets meanwhile."""
        counts = self.env.registry["stock.inventory.count"]
        numbers, insert = [], counts._insert

        def note(model, vals_list):
            numbers.append(len(vals_list))
            return insert(model, vals_list)

        with patch.object(counts, "_insert", note):
            yield numbers


@tagged("post_install", "-at_install")
class TestCountsBySetsEqual(CountsBySetsCase):
    """Counts stored by sets are what the ORM stores: every column of every row of every table that either writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.things = cls.env["product.product"].create(
            [{"name": f"Thing {number}", "is_storable": True} for number in range(LINES)]
        )
        cls.tables, cls.outcomes = [], Counter()
        cls.currencies = {
            rounding: cls.env["res.currency"].create({"name": f"R{number}", "symbol": "¤", "rounding": rounding})
            for number, rounding in enumerate([0.01, 0.05, 1.0, 0.001])
        }

    # The situation

    def _build(self, situation):
        """:return: the sheet, in progress, counted before"""
        self.company.currency_id = self.currencies[situation["rounding"]]
        for product, (on_hand, *_prices) in zip(self.things, situation["lines"], strict=True):
            if on_hand:
                self._put(product, on_hand, self.rack_a1)
        sheet = self._make_sheet(
            fill=False, start=False, counter_ids=[Command.set(self.counter.ids)], **situation["sheet"]
        )
        lines = self.env["stock.inventory.sheet.line"].create(
            [
                {"sheet_id": sheet.id, "product_id": product.id, "location_id": self.rack_a1.id}
                for product in self.things
            ]
        )
        sheet.action_plan()
        sheet.action_start()
        self._set_prices(lines, situation)
        with freeze_time(self.now - timedelta(minutes=30)), mute_logger("odoo.sql_db"):
            for count in situation["before"]:
                self._attempt(self.counter, lines, [count])
            self._settle(lines[0], situation["settled"])
            if situation["withdrawn"] and lines[1].is_counted:
                lines[1].is_counted = False
            if situation["moved"] and situation["sheet"]["block_mode"] == "none":
                self._put(self.things[2], 1, self.rack_a1)
        return sheet, lines

    def _set_prices(self, lines, situation):
        if "unit_cost" not in lines._fields:
            return
        self.env.invalidate_all()
        for line, (_on_hand, *prices) in zip(lines, situation["lines"], strict=True):
            query = SQL(
                """UPDATE stock_inventory_sheet_line
                      SET unit_value = %s, account_unit_value = %s, unit_cost = %s WHERE id = %s""",
                *prices,
                line.id,
            )
            self.env.cr.execute(query)
        as_own_write(lines.sheet_id).valuation_basis = situation["basis"]

    def _settle(self, line, how):
        if how == "recount" and line.is_counted:
            line.with_user(self.manager).action_ask_recount()
        elif how == "accept" and line.is_counted:
            line.with_user(self.manager)._accept("as it was")

    # Both ways

    def _attempt(self, user, lines, counts):
        """Count.

        :param user: None for the superuser
        :return: the sentence that refuses it, if there is one, or what was made
        """
        model = self.env["stock.inventory.count"]
        model = model.with_user(user).with_context(allowed_company_ids=self.company.ids) if user else model.sudo()
        vals_list = [self._prepare_vals(lines, count) for count in counts]
        try:
            with self.env.cr.savepoint():
                made = model.create(vals_list)
                model.env.flush_all()
                return made.mapped(lambda count: (lines.ids.index(count.line_id.id), count.quantity, count.mode))
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    def _prepare_vals(self, lines, count):
        vals = {name: value for name, value in count.items() if name not in ("line", "minutes")}
        vals["line_id"] = lines[count["line"]].id
        if "minutes" in count:
            vals["counted_at"] = datetime.now() - timedelta(minutes=count["minutes"])
        return vals

    def _get_outcome(self, path, lines, situation):
        user = {"manager": self.manager, "counter": self.counter, "superuser": None}[situation["user"]]
        self._choose(path)
        savepoint = self.env.cr.savepoint()
        try:
            self.env.invalidate_all()
            before, ids = get_written_tables(self.env), get_ids(self.env, self.tables)
            with freeze_time(self.now):
                answer = self._attempt(user, lines, situation["now"])
            # What is read afterwards is what was written.
            seen = [(line.real_qty, line.count_status, line.own_qty, line.sheet_id.counted_percent) for line in lines]
            after = get_written_tables(self.env)
            written = {table for table in after if after[table] != before.get(table, 0)}
            return answer, seen, Written(self.env, self.tables, ids).get_content(set()), written
        finally:
            savepoint.close(rollback=True)
            self.env.cr.precommit.clear()
            self.env.transaction.clear()

    def _compare(self, situation):
        self.now = datetime.now().replace(microsecond=0) + timedelta(hours=1)
        with self._undone(), all_by_sets():
            _sheet, lines = self._build(situation)
            self.env.flush_all()
            while not self._is_compared(lines, situation):
                pass

    def _is_compared(self, lines, situation):
        answer, seen, expected, written = self._get_outcome("odoo", lines, situation)
        with self._insertions() as numbers:
            by_sets, also_seen, actual, also_written = self._get_outcome("automatic", lines, situation)
        if missing := (written | also_written).difference(self.tables):
            self.tables.extend(sorted(missing))
            return False
        self.outcomes["refused" if isinstance(answer, str) else "stored"] += 1
        self.outcomes["by sets"] += sum(numbers)
        self.assertEqual(by_sets, answer)
        self.assertEqual(also_seen, seen)
        for table in self.tables:
            self.assertEqual(actual[table] - expected[table], expected[table] - actual[table], table)
        return True

    def test_generated_situations(self):
        with patch.object(self.env.registry["stock.inventory.path"], "_get_culprits_of_counts", lambda _self: []):
            settings(**{**SETTINGS, "max_examples": 3 * SETTINGS["max_examples"]})(given(SITUATIONS)(self._compare))()
        _logger.runbot("%s", dict(self.outcomes))
        self.assertGreater(self.outcomes["by sets"], 30, "many by sets, to be a test")
        self.assertGreater(self.outcomes["refused"], 3)
        self.assertIn("stock_inventory_sheet_line", self.tables)
        self.assertIn("stock_inventory_count", self.tables)


@tagged("post_install", "-at_install")
class TestCountsBySets(CountsBySetsCase):
    """When counts are stored by sets, and what refuses them."""

    def setUp(self):
        super().setUp()
        self.enterContext(all_by_sets())
        self._choose("automatic")
        self.sheet = self._make_sheet(counter_ids=[Command.set(self.counter.ids)])
        self.lines = self.sheet.line_ids

    def _count(self, **vals):
        """:return: how many were stored by sets"""
        with self._insertions() as numbers:
            self.env["stock.inventory.count"].create(
                [{"line_id": line.id, "quantity": 7, **vals} for line in self.lines]
            )
        self.assertEqual(set(self.lines.mapped("is_counted")), {True})
        return sum(numbers)

    def test_counts_of_two_sheets_at_once(self):
        self._put(self.nut, 3, self.rack_a2)
        self.sheet.action_cancel()
        first, second = (self._make_sheet(location_id=rack.id) for rack in (self.rack_a1, self.rack_a2))
        lines = first.line_ids | second.line_ids
        with self._insertions() as numbers:
            counts = self.env["stock.inventory.count"].create(
                [{"line_id": line.id, "quantity": number} for number, line in enumerate(lines)]
            )
        self.assertEqual(numbers, [len(lines)])
        self.assertEqual(counts.line_id, lines)
        for number, (count, line) in enumerate(zip(counts, lines, strict=True)):
            self.assertEqual((count.sheet_id, line.real_qty), (line.sheet_id, number))
            self.assertEqual(line.gap_qty, number - line.current_qty)

    def test_nothing_here_is_strange(self):
        strange = {line.split(":")[0] for line in self.env["stock.inventory.path"]._get_culprits_of_counts()}
        self.assertFalse(strange & (proven_path.MODULES | OWN_MODULES | {"changed at run time", "custom field"}))

    def test_each_choice(self):
        for path, number in (("odoo", 0), ("set_based", 3), ("automatic", 3)):
            with self.subTest(path), self._undone():
                self._choose(path)
                self.assertEqual(self._count(), number)

    def test_few_are_stored_one_by_one(self):
        with patch.object(stock_inventory_count_by_sets, "LEAST_COUNTS", 4):
            self.assertEqual(self._count(), 0)

    def test_only_what_decides_is_by_sets(self):
        first, second, third = self.lines
        first.real_qty = 4
        first.with_user(self.manager).action_ask_recount()
        count = {"line_id": second.id, "quantity": 1, "counted_at": datetime.now() - timedelta(hours=1)}
        with self._insertions() as numbers:
            counts = (
                self.env["stock.inventory.count"]
                .with_user(self.counter)
                .create(
                    [
                        {"line_id": third.id, "quantity": 3},
                        {"line_id": first.id, "quantity": 1},
                        count,
                    ]
                )
            )
        self.assertEqual(numbers, [2])
        self.assertEqual(counts.line_id.ids, [third.id, first.id, second.id], "in the order in which they came")
        self.assertEqual(first.asked_pass, 2)

    # What another add-on has changed

    def _check_falls_back(self, culprit):
        paths = self.env["stock.inventory.path"]
        self.assertIn(culprit, paths._get_culprits_of_counts())
        self.assertEqual(self._count(), 0)
        with self.assertLogs("odoo.addons.cognityv_inventory.models.stock_inventory_path", "WARNING") as log:
            paths._register_hook()
        self.assertIn(culprit, " ".join(log.output))

    def test_an_override_of_what_is_left_out(self):
        line_class = self.env.registry["stock.inventory.sheet.line"]
        compute = line_class._compute_gap_qty

        def count(lines):
            self.overridden = True
            return compute(lines)

        self.patch(line_class, "_compute_gap_qty", count)
        self._check_falls_back("changed at run time: stock.inventory.sheet.line._compute_gap_qty")

    def _add_field(self, model, name, **vals):
        self.env["ir.model.fields"].create(
            {"name": name, "model_id": self.env["ir.model"]._get(model).id, "field_description": name, **vals}
        )
        self.addCleanup(self.env.registry.reset_changes)

    def test_a_field_of_somebody_else(self):
        self._add_field("stock.inventory.count", "x_weight", ttype="float")
        self._check_falls_back("custom field: stock.inventory.count.x_weight")

    def test_a_field_that_follows_from_a_count(self):
        compute = "for line in self: line['x_double'] = 2 * line.real_qty"
        self._add_field(
            "stock.inventory.sheet.line", "x_double", ttype="float", store=True, depends="real_qty", compute=compute
        )
        self._check_falls_back("custom field: stock.inventory.sheet.line.x_double")
        self.env.flush_all()
        self.assertEqual(set(self.lines.mapped("x_double")), {14.0})

    def test_all_methods_that_are_left_out_are_looked_at(self):
        """Both ways are watched: what only the ORM's calls is on the list of what may not be overridden."""
        left_out = self._watch("odoo").keys() - self._watch("automatic").keys()
        known = self.env["stock.inventory.path"]._get_methods_left_out_by_counts()
        missing = {
            f"{model}.{name}"
            for model, name in left_out
            if model in known and name not in known[model] and not name.startswith(ORM)
        }
        self.assertFalse(missing)

    def _watch(self, path):
        with self._undone():
            self._choose(path)
            self.env.invalidate_all()
            with watched() as called:
                self._count()
                self.env.flush_all()
        return called

    # Rights

    def test_a_rule_of_access_refuses_it_as_in_odoo(self):
        self.env["ir.rule"].create(
            {
                "name": "No counts of nuts",
                "model_id": self.env["ir.model"]._get("stock.inventory.count").id,
                "domain_force": f"[('line_id.product_id', '!=', {self.nut.id})]",
                "perm_read": False,
            }
        )
        lines = self.lines.with_user(self.counter)
        for path in ("odoo", "automatic"):
            self._choose(path)
            with self.subTest(path), self.assertRaises(AccessError), self.env.cr.savepoint():
                lines._set_real_quantities([(line, 1.0) for line in lines])
                lines.env.flush_all()

    def test_who_may_not_create(self):
        counts = self.env["stock.inventory.count"].with_user(self.outsider)
        with self.assertRaises(AccessError):
            counts.create([{"line_id": line.id, "quantity": 1} for line in self.lines])

    def test_part_by_part(self):
        """Lines are counted whole though several statements are needed, in whatever order they are given."""
        with (
            patch.object(stock_inventory_count_by_sets, "LEAST_COUNTS", 2),
            patch.object(stock_inventory_sheet_line, "PART", 2),
            self._insertions() as numbers,
        ):
            self.lines._set_real_quantities([(line, line.id) for line in self.lines[::-1]], source="import")
        self.assertEqual(numbers, [2])
        self.assertEqual(self.lines.mapped("real_qty"), [float(line_id) for line_id in self.lines.ids])
        self.assertEqual(set(self.lines.count_ids.mapped("source")), {"import"})


@tagged("post_install", "-at_install")
class TestCountsAllBySets(test_counts.TestCounts):
    """What holds of counts holds of those that are stored by sets."""

    def setUp(self):
        super().setUp()
        self.enterContext(all_by_sets())


@tagged("post_install", "-at_install")
class TestPassesAllBySets(test_passes.TestPasses):
    def setUp(self):
        super().setUp()
        self.enterContext(all_by_sets())


@tagged("post_install", "-at_install")
class TestRacesAllBySets(test_races.TestRaces):
    """Who counts by sets waits for others, and is tried again, as anybody."""

    def setUp(self):
        super().setUp()
        self.enterContext(all_by_sets())
        counts = self.registry["stock.inventory.count"]
        insert = patch.object(counts, "_insert", autospec=True, side_effect=counts._insert)
        self.insert = self.enterContext(insert)

    def _count_by_uuid(self, env, product_id):
        line = self._sheet(env).line_ids.filtered(lambda line: line.product_id.id == product_id)
        env["stock.inventory.count"].create({"line_id": line.id, "quantity": 2, "client_uuid": f"race-{self.sheet_id}"})
        self.assertTrue(self.insert.called)

    def _count_as(self, env, user, quantity):
        lines = self._sheet(env).with_user(user).line_ids
        lines._set_real_quantities([(line, quantity) for line in lines])

    def test_two_people_count_one_line_at_once(self):
        self._count_at_once("single")
        self.assertGreater(self.insert.call_count, 1)
        with self._connection() as env:
            line = self._sheet(env).line_ids
            self.assertEqual((line.count_status, line.real_qty, len(line.count_ids)), ("counted", 5, 2))
