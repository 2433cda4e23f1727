"""A process of the stress test: moves stock at random until its time is over, then says what came of it.

Called with: path of the configuration, database, seed, seconds, and a JSON text of places and products. Prints one
JSON text: labels of the moves that were done and of those that were refused, and how often each error was met.
"""

import json
import random
import sys
import time
from collections import Counter
from unittest.mock import patch

from psycopg2 import OperationalError

import odoo
from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError, UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying


class Worker:
    def __init__(self, env, seed, scene):
        self.env, self.random, self.scene = env, random.Random(seed), scene
        self.seed, self.errors, self.done, self.refused, self.gave_up = seed, Counter(), [], [], []

    def run(self, seconds):
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            number += 1
            self.request(self.random.choice(self.ACTS), f"stress-{self.seed}-{number}")

    def request(self, act, label):
        """One act as Odoo runs a request: tried again when it cannot serialize, undone when it is refused."""
        state = self.random.getstate()

        def attempt():
            self.random.setstate(state)
            try:
                act(self, label)
                self.env.flush_all()
            except (OperationalError, ConcurrencyError) as error:
                self.errors[type(error).__name__] += 1
                raise

        try:
            retrying(attempt, self.env)
            self.done.append(label)
        except UserError:
            self.env.cr.rollback()
            self.refused.append(label)
        except (OperationalError, ConcurrencyError) as error:
            self.env.cr.rollback()
            self.gave_up.append(type(error).__name__)
        self.env.invalidate_all()

    def receive(self, label):
        self.do(label, self.scene["suppliers"], self.random.choice(self.scene["places"]))

    def deliver(self, label):
        self.do(label, self.random.choice(self.scene["places"]), self.scene["customers"])

    def transfer(self, label):
        self.do(label, *self.random.sample(self.scene["places"], 2))

    def receive_something_new(self, label):
        template = {"name": label, "is_storable": True, "standard_price": 1.0, "categ_id": self.scene["category"]}
        product = self.env["product.product"].create(template)
        self.do(label, self.scene["suppliers"], self.random.choice(self.scene["places"]), product.id)

    def reserve(self, label):
        """A delivery that is reserved, and perhaps done, cancelled or unreserved."""
        move = self.make(label, self.scene["parent"], self.scene["customers"])
        move._action_confirm()
        move._action_assign()
        after = self.random.choice(("done", "cancel", "unreserve", "stay"))
        if after == "done" and move.move_line_ids:
            move.picked = True
            move._action_done()
        elif after == "cancel":
            move._action_cancel()
        elif after == "unreserve":
            move._do_unreserve()

    def look_at_the_list(self, _label):
        """Odoo merges and cleans quants when a person opens their list."""
        self.env["stock.quant"]._quant_tasks()

    def do(self, label, source, destination, product_id=None):
        move = self.make(label, source, destination, product_id)
        move.write({"quantity": move.product_uom_qty, "picked": True})
        move._action_done()

    def make(self, label, source, destination, product_id=None):
        return self.env["stock.move"].create(
            {
                "product_id": product_id or self.random.choice(self.scene["products"]),
                "product_uom_qty": self.random.randint(1, 5),
                "location_id": source,
                "location_dest_id": destination,
                "origin": label,
            }
        )

    ACTS = 2 * [receive, deliver, transfer, reserve] + [receive_something_new, look_at_the_list]


def quick_retries():
    """Before it tries again, Odoo waits by chance, and longer each time: so here, ten times quicker. Who waited equally
    long would meet again."""
    uniform = random.uniform
    return patch("odoo.service.model.random.uniform", lambda low, high: uniform(low, high) / 10)


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(config, database, seed, seconds, scene):
    odoo.tools.config.parse_config(["-c", config, "-d", database, "--log-level=critical"])
    with Registry(database).cursor() as cr, quick_retries():
        worker = Worker(api.Environment(cr, SUPERUSER_ID, {}), seed, json.loads(scene))
        say("ready")
        sys.stdin.readline()
        worker.run(float(seconds))
    result = {name: getattr(worker, name) for name in ("done", "refused", "gave_up", "errors")}
    say(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
