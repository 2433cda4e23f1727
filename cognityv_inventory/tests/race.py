import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase


@contextmanager
def connection(database):
    """An environment on a connection of its own, closed without a commit."""
    with db_connect(database).cursor() as cr:
        try:
            yield api.Environment(cr, SUPERUSER_ID, {})
        finally:
            cr.rollback()


class ConnectionCase(TransactionCase):
    """A test that commits, on connections of its own."""

    def _connection(self):
        return connection(self.env.cr.dbname)


class RaceCase(ConnectionCase):
    """Two real connections at once. What is made here is committed, and removed at the end."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            # With a cost: where stock is valued, what comes in needs one.
            product, newcomer = env["product.product"].create(
                [{"name": name, "is_storable": True, "standard_price": 1.0} for name in ("Raced", "Newcomer")]
            )
            place = env["stock.location"].create(
                {"name": "Race", "location_id": env["stock.warehouse"].search([], limit=1).lot_stock_id.id}
            )
            env["stock.quant"]._update_available_quantity(product, place, 10)
            sheet = env["stock.inventory.sheet"].create({"location_id": place.id})
            sheet.action_fill()
            sheet.action_plan()
            self.product_id, self.place_id, self.sheet_id = product.id, place.id, sheet.id
            self.newcomer_id = newcomer.id
            self.sheet_ids = [sheet.id]
            env.cr.commit()
        self.addCleanup(self._remove_everything)

    def _remove_everything(self):
        with self._connection() as env:
            product, place = (self.product_id, self.newcomer_id), (self.place_id,)
            sheet = tuple(self.sheet_ids)
            cr = env.cr
            cr.execute("UPDATE stock_location SET last_inventory_sheet_id = NULL WHERE id IN %s", [place])
            cr.execute("DELETE FROM stock_move_line WHERE product_id IN %s", [product])
            cr.execute("DELETE FROM stock_move WHERE product_id IN %s", [product])
            cr.execute("DELETE FROM stock_inventory_count WHERE sheet_id IN %s", [sheet])
            cr.execute("DELETE FROM stock_inventory_sheet_line WHERE sheet_id IN %s", [sheet])
            env["mail.message"].search(
                [("model", "=", "stock.inventory.sheet"), ("res_id", "in", self.sheet_ids)]
            ).unlink()
            cr.execute("DELETE FROM stock_inventory_sheet WHERE id IN %s", [sheet])
            cr.execute("DELETE FROM stock_quant WHERE product_id IN %s", [product])
            env["product.product"].browse(product).product_tmpl_id.unlink()
            env["stock.location"].browse(place).unlink()
            env.cr.commit()

    def _sheet(self, env):
        return env["stock.inventory.sheet"].browse(self.sheet_id)

    def _advance(self, *actions):
        with self._connection() as env:
            for action in actions:
                getattr(self._sheet(env), action)()
            env.cr.commit()

    def _move(self, env, quantity, product_id=None):
        """Receive a quantity in the raced place, or deliver a negative one."""
        suppliers, place = env.ref("stock.stock_location_suppliers").id, self.place_id
        move = env["stock.move"].create(
            {
                "product_id": product_id or self.product_id,
                "product_uom_qty": abs(quantity),
                "quantity": abs(quantity),
                "picked": True,
                "location_id": suppliers if quantity > 0 else place,
                "location_dest_id": place if quantity > 0 else env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_done()
        env.flush_all()
        return move

    def _start(self, env):
        self._sheet(env).action_start()
        env.flush_all()

    def _quantities(self):
        """What is on hand in the raced place now, and the number of quants, by product id."""
        with self._connection() as env:
            groups = env["stock.quant"]._read_group(
                [("location_id", "=", self.place_id)], ["product_id"], ["quantity:sum", "__count"]
            )
            return {product.id: (quantity, count) for product, quantity, count in groups}

    def _lines(self):
        """The current quantities of the sheet's lines, by product id."""
        with self._connection() as env:
            return {line.product_id.id: line.current_qty for line in self._sheet(env).line_ids}

    def _in_thread(self, method, *args):
        """Run `method(env, *args)` as Odoo runs a request: on a connection of its own, tried again when it cannot
        serialize. Wait until it is done or waits for a lock.

        :return: a Future; a result is the number of tries
        """
        tries, pids = [], []

        def request():
            with self._connection() as env:
                env.cr.execute("SELECT pg_backend_pid()")
                pids.append(env.cr.fetchone()[0])
                env.cr.rollback()

                def attempt():
                    tries.append(1)
                    method(env, *args)

                with patch("odoo.service.model.random.uniform", lambda _low, _high: 0.05):
                    retrying(attempt, env)
            return len(tries)

        executor = ThreadPoolExecutor(1)
        self.addCleanup(executor.shutdown)
        future = executor.submit(request)
        with self._connection() as env:
            while not future.done() and not (pids and self._waits(env, pids[0])):
                time.sleep(0.02)
        return future

    def _waits(self, env, pid):
        env.cr.rollback()
        env.cr.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return env.cr.fetchone()[0]
