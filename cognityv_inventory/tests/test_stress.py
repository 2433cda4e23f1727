import json
import logging
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from psycopg2 import OperationalError

from odoo.exceptions import ConcurrencyError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from .race import ConnectionCase
from .stress_worker import quick_retries

_logger = logging.getLogger(__name__)

WORKERS = 4
SECONDS = 60


@tagged("post_install", "-at_install")
class TestStress(ConnectionCase):
    """Four processes move stock while sheets start and validate (issue A). Everything is real: processes, commits."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove_everything)
        with self._connection() as env:
            stock = env["stock.warehouse"].search([], limit=1).lot_stock_id
            category = env["product.category"].create({"name": "Stress"})
            parent = env["stock.location"].create({"name": "Stress", "location_id": stock.id})
            places = env["stock.location"].create([{"name": f"S{n}", "location_id": parent.id} for n in range(4)])
            # With a cost: where stock is valued, what comes in needs one.
            vals = {"is_storable": True, "categ_id": category.id, "standard_price": 1.0}
            products = env["product.product"].create([{"name": f"Stressed {n}", **vals} for n in range(8)])
            self.scene = {
                "parent": parent.id,
                "places": places.ids,
                "products": products.ids,
                "category": category.id,
                "suppliers": env.ref("stock.stock_location_suppliers").id,
                "customers": env.ref("stock.stock_location_customers").id,
            }
            env.cr.commit()

    def _remove_everything(self):
        with self._connection() as env:
            cr, places = env.cr, (self.scene["parent"], *self.scene["places"])
            templates = env["product.template"].search([("categ_id", "=", self.scene["category"])])
            products = tuple(templates.product_variant_ids.ids)
            sheets = env["stock.inventory.sheet"].search([("location_id", "in", places)])
            cr.execute("UPDATE stock_location SET last_inventory_sheet_id = NULL WHERE id IN %s", [places])
            for table in ("stock_move_line", "stock_move", "stock_quant"):
                cr.execute(f"DELETE FROM {table} WHERE product_id IN %s", [products])
            for table in ("stock_inventory_count", "stock_inventory_sheet_line"):
                cr.execute(f"DELETE FROM {table} WHERE sheet_id IN %s", [tuple(sheets.ids)])
            env["mail.message"].search([("model", "=", sheets._name), ("res_id", "in", sheets.ids)]).unlink()
            cr.execute("DELETE FROM stock_inventory_sheet WHERE id IN %s", [tuple(sheets.ids)])
            templates.unlink()
            env["stock.location"].browse(places[1:]).unlink()
            env["stock.location"].browse(places[0]).unlink()
            env["product.category"].browse(self.scene["category"]).unlink()
            env.cr.commit()

    # The people who count

    def _request(self, method, *args):
        """As Odoo runs a request; counts what had to be tried again."""
        with self._connection() as env:

            def attempt():
                try:
                    result = method(env, *args)
                    env.flush_all()
                except (ConcurrencyError, OperationalError) as error:
                    self.errors[type(error).__name__] += 1
                    raise
                return result

            with quick_retries():
                return retrying(attempt, env)

    def _make_sheet(self, env, location_id, block_mode):
        sheet = env["stock.inventory.sheet"].create({"location_id": location_id, "block_mode": block_mode})
        sheet.action_fill()
        sheet.action_plan()
        return sheet.id

    def _do(self, env, sheet_id, action):
        getattr(env["stock.inventory.sheet"].browse(sheet_id), action)()

    def _count(self, env, sheet_id):
        """Find what is expected, one more, one less, or nothing."""
        lines = env["stock.inventory.sheet.line"].search([("sheet_id", "=", sheet_id)])
        for line in lines:
            found = max(0, line.current_qty) + random.choice((0, 0, 1, -1))
            line.real_qty = max(0, random.choice((found, found, found, 0)))

    def _get_lines(self, sheet_id):
        """The lines of a sheet: (product, place) → (current, gap, moved since)."""
        with self._connection() as env:
            lines = env["stock.inventory.sheet.line"].search([("sheet_id", "=", sheet_id)])
            return {
                (line.product_id.id, line.location_id.id): (line.current_qty, line.gap_qty, line.moved_qty)
                for line in lines
            }

    def _get_on_hand(self, location_id):
        with self._connection() as env:
            groups = env["stock.quant"]._read_group(
                [("location_id", "child_of", location_id)], ["product_id", "location_id"], ["quantity:sum"]
            )
            return {(product.id, place.id): quantity for product, place, quantity in groups if quantity}

    def _check_stands_still(self, sheet_id, location_id):
        """What the sheet says is what is there, nothing is there that is not on it, and it stays so."""
        current = {key: quantities[0] for key, quantities in self._get_lines(sheet_id).items() if quantities[0]}
        self.assertEqual(current, self._get_on_hand(location_id))
        time.sleep(0.2)
        self.assertEqual(current, self._get_on_hand(location_id))

    def _count_one_place(self):
        location_id = random.choice([self.scene["parent"], *self.scene["places"]])
        block_mode = random.choice(("location", "location", "none"))
        sheet_id = self._request(self._make_sheet, location_id, block_mode)
        self._request(self._do, sheet_id, "action_start")
        if block_mode == "location":
            self._check_stands_still(sheet_id, location_id)
        self._request(self._count, sheet_id)
        self._request(self._do, sheet_id, "action_complete")
        if block_mode == "location":
            before = self._get_on_hand(location_id)
        self._request(self._do, sheet_id, "action_validate")
        if block_mode == "location":
            for key, (current, _gap, moved) in self._get_lines(sheet_id).items():
                self.assertEqual((before.get(key, 0), moved), (current, 0))
        return sheet_id

    # The processes that move

    def _start_worker(self, seed):
        command = [sys.executable, str(Path(__file__).with_name("stress_worker.py")), config["config"]]
        command += [self.env.cr.dbname, str(seed), str(SECONDS), json.dumps(self.scene)]
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(worker.kill)
        return worker

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_stock_moves_while_sheets_start_and_validate(self):
        self.errors = Counter()
        workers = [self._start_worker(seed) for seed in range(WORKERS)]
        for worker in workers:
            self.assertEqual(worker.stdout.readline().strip(), "ready")
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        end = time.monotonic() + SECONDS
        sheets = []
        while time.monotonic() < end:
            sheets.append(self._count_one_place())
        results = [json.loads(worker.communicate()[0]) for worker in workers]
        self._report(sheets, results)
        self._check(sheets, results)

    def _report(self, sheets, results):
        errors = sum((Counter(result["errors"]) for result in results), self.errors)
        counts = {name: sum(len(result[name]) for result in results) for name in ("done", "refused", "gave_up")}
        _logger.runbot("%s sheets validated, moves %s, tried again %s", len(sheets), counts, dict(errors))

    def _check(self, sheets, results):
        done = {label for result in results for label in result["done"]}
        refused = {label for result in results for label in result["refused"]}
        self.assertGreater(len(sheets), 3)
        self.assertTrue(done and refused, "both should have happened, or nothing was tested")
        self.assertNotIn("DeadlockDetected", [name for result in results for name in result["gave_up"]])
        with self._connection() as env:
            moves = env["stock.move"].search([("origin", "in", list(refused))])
            self.assertFalse(moves, "a refused move leaves no trace")
            self.assertEqual(self._get_on_hand(self.scene["parent"]), self._replay(env))
            self.assertFalse(env["stock.inventory.sheet"].browse(sheets).filtered(lambda s: s.state != "validated"))

    def _replay(self, env):
        """On hand as the done moves make it, from the first one."""
        on_hand = Counter()
        domain = [("state", "=", "done"), ("product_id.categ_id", "=", self.scene["category"])]
        for line in env["stock.move.line"].search(domain):
            on_hand[line.product_id.id, line.location_id.id] -= line.quantity_product_uom
            on_hand[line.product_id.id, line.location_dest_id.id] += line.quantity_product_uom
        places = {self.scene["parent"], *self.scene["places"]}
        return {key: quantity for key, quantity in on_hand.items() if quantity and key[1] in places}
