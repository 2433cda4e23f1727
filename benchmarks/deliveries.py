#!/usr/bin/env python3
# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measures what the add-on's block costs a delivery elsewhere: deliveries.py ROOT CONF [options].

A delivery of 100 lines, reserved and picked before, is validated and committed. Three databases take turns, in one
process, so that each round meets the same machine:

* `absent`: the add-on is not installed;
* `idle`: it is installed, and no sheet is in progress;
* `counting`: 50 sheets are in progress in places elsewhere, each with 20 places in it.

The first rounds warm up and are not measured. What is compared are medians, and the statements sent.
"""

import argparse
import contextlib
import os
import statistics
import sys
import time

from comparison.apart import write_results
from comparison.databases import PREFIX, Cluster, Failure, transaction, vacuum
from comparison.machine import describe_machine, describe_revision

from odoo.modules.registry import Registry
from odoo.sql_db import close_all
from odoo.tools import config

LINES, SHEETS, PLACES = 100, 50, 20
WARM_UP_ROUNDS = 2
TEMPLATES = {"absent": "cognityv_base", "idle": "cognityv_template", "counting": "cognityv_template"}


@contextlib.contextmanager
def scratch_databases(cluster):
    """A copy of each template: contender → name."""
    names = {contender: f"{PREFIX}{os.getpid()}_{contender}" for contender in TEMPLATES}
    try:
        for contender, template in TEMPLATES.items():
            cluster.copy(template, names[contender])
        yield names
    finally:
        close_all()
        for name in names.values():
            cluster.drop(name)


def make_stock(env):
    """The products that are delivered, and a place of their own with plenty of each.

    :return: the id of the place
    """
    stock = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).lot_stock_id
    place = env["stock.location"].create({"name": "Elsewhere", "location_id": stock.id})
    products = env["product.product"].create(
        [{"name": f"Delivered {number}", "is_storable": True} for number in range(LINES)]
    )
    for product in products:
        env["stock.quant"].sudo()._update_available_quantity(product, place, 1e6)
    return place.id


def start_sheets(env):
    """Sheets in progress, each in a place with places in it, and something to count in one of them."""
    stock = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).lot_stock_id
    product = env["product.product"].create({"name": "Counted", "is_storable": True})
    location = env["stock.location"]
    for number in range(SHEETS):
        area = location.create({"name": f"Counted {number}", "location_id": stock.id})
        places = location.create([{"name": f"P{n}", "location_id": area.id} for n in range(PLACES)])
        env["stock.quant"].sudo()._update_available_quantity(product, places[0], 5)
        sheet = env["stock.inventory.sheet"].create({"location_id": area.id})
        sheet.action_fill()
        sheet.action_plan()
        sheet.action_start()


def make_delivery(env, place_id):
    """A delivery of every product, reserved and picked.

    :return: its id
    """
    place = env["stock.location"].browse(place_id)
    picking_type = place.warehouse_id.out_type_id
    places = {"location_id": place_id, "location_dest_id": env.ref("stock.stock_location_customers").id}
    products = env["stock.quant"].search([("location_id", "=", place_id)]).product_id
    moves = [(0, 0, {"product_id": product.id, "product_uom_qty": 1, **places}) for product in products]
    picking = env["stock.picking"].create({"picking_type_id": picking_type.id, "move_ids": moves, **places})
    picking.action_confirm()
    picking.action_assign()
    picking.move_ids.picked = True
    return picking.id


def measure(database, place_id):
    """Validate one delivery; its making is not measured.

    :return: seconds, seconds of this process's processor (without PostgreSQL's, but also without other people's
        load), and statements; the commit included
    """
    with transaction(database) as env:
        picking_id = make_delivery(env, place_id)
    with transaction(database) as env:
        sent, started, worked = env.cr.sql_log_count, time.perf_counter(), time.process_time()
        env["stock.picking"].browse(picking_id).button_validate()
        env.flush_all()
        env.cr.commit()
        seconds, processor = time.perf_counter() - started, time.process_time() - worked
        if env["stock.picking"].browse(picking_id).state != "done":
            raise Failure("A delivery was not done; the benchmark is wrong.")
        return {"seconds": seconds, "processor": processor, "statements": env.cr.sql_log_count - sent}


def run_all(cluster, rounds):
    """:return: dict of contender → list of what `measure` returned"""
    with scratch_databases(cluster) as names:
        places = {}
        for contender, name in names.items():
            Registry(name)
            with transaction(name) as env:
                places[contender] = make_stock(env)
                if contender == "counting":
                    start_sheets(env)
            vacuum(name)
        results = {contender: [] for contender in names}
        for number in range(WARM_UP_ROUNDS + rounds):
            contenders = list(names) if number % 2 else list(reversed(names))
            for contender in contenders:
                result = measure(names[contender], places[contender])
                if number >= WARM_UP_ROUNDS:
                    results[contender].append(result)
    return results


def summarize(results):
    """The medians of each contender, and how many times `absent` each takes (the median of the rounds' ratios)."""
    return {contender: summarize_runs(runs, results["absent"]) for contender, runs in results.items()}


def summarize_runs(runs, absent):
    def median(unit):
        return round(statistics.median(run[unit] for run in runs), 4)

    def ratio(unit):
        return round(statistics.median(run[unit] / other[unit] for run, other in zip(runs, absent, strict=True)), 4)

    medians = {unit: median(unit) for unit in ("seconds", "processor", "statements")}
    return medians | {"seconds_to_absent": ratio("seconds"), "processor_to_absent": ratio("processor")}


def say_summary(summary):
    heads = f"{'seconds':>10}{'to absent':>11}{'processor':>11}{'to absent':>11}{'statements':>12}"
    print(f"\nDelivery of {LINES} lines  {heads}")
    for contender, values in summary.items():
        print(
            f"  {contender:<22}{values['seconds']:>10.3f}{values['seconds_to_absent']:>11.3f}"
            f"{values['processor']:>11.3f}{values['processor_to_absent']:>11.3f}{values['statements']:>12,.0f}"
        )


def main():
    parser = argparse.ArgumentParser(
        prog="bench --deliveries", description="What the block costs a delivery elsewhere."
    )
    parser.add_argument("root", help="the repository")
    parser.add_argument("conf", help="Odoo's configuration file")
    parser.add_argument("--deliveries", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=15, help="how often each is measured (15)")
    options = parser.parse_args()
    options.description = "deliveries-elsewhere"
    config.parse_config(["-c", options.conf, "--no-http", "--log-level=error"])
    cluster = Cluster(options.conf)
    about = {"revision": describe_revision(options.root), "machine": describe_machine(cluster)}
    try:
        results = run_all(cluster, options.rounds)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    summary = summarize(results)
    say_summary(summary)
    settings = {"lines": LINES, "sheets": SHEETS, "places_each": PLACES, "rounds": options.rounds}
    write_results(options.root, options.description, settings, about | {"summary": summary, "runs": results})
    return 0


if __name__ == "__main__":
    sys.exit(main())
