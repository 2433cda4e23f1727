#!/usr/bin/env python3
# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measures how long the reports of values take to answer: valuation.py ROOT CONF [options].

A database with 1,000,000 done moves and the quants that they leave (see location_cost.py: 20,000 products, 3 places each),
in a scratch copy that is dropped at the end. Each reading of the stock value is what the web client asks for when it
opens a view; it is repeated, each time in a transaction of its own, and the median is what counts. Required for the stock
value of today is 1 s. Then a workbook of all of it, with the memory that it takes; and a moment in the middle of the moves:
how long it takes to work the value out, once for each cost method, and to read what was worked out. The report has to say
what Odoo says of a hundred products, now and then, or the benchmark fails.
"""

import argparse
import random
import statistics
import sys
import time
from datetime import datetime

from comparison.apart import run_apart, write_results
from comparison.databases import Failure, transaction, vacuum
from comparison.machine import time_of_loop
from comparison.processes import in_child, peak_mb, resident_mb
from location_cost import scratch_database, seed

from odoo.modules.registry import Registry
from odoo.tools import SQL

LIMIT_SECONDS = 1.0
CHECKED_PRODUCTS = 100
COST_METHODS = ("standard", "average", "fifo")
PAST = datetime(2024, 1, 26, 12)
MONEY = ["quantity:sum", "value:sum"]
FIELDS = {name: {} for name in ("product_id", "location_id", "quantity", "unit_value", "value")}
# What is read, by name.
READINGS = {
    "stock value, total": lambda env: env["stock.valuation.report"].formatted_read_group([], [], MONEY),
    "… by location": lambda env: env["stock.valuation.report"].formatted_read_group([], ["location_id"], MONEY),
    "… by category": lambda env: env["stock.valuation.report"].formatted_read_group([], ["categ_id"], MONEY),
    "… by product": lambda env: env["stock.valuation.report"].web_read_group([], ["product_id"], MONEY, limit=80),
    "… list": lambda env: env["stock.valuation.report"].web_search_read([], FIELDS, limit=80),
    "goods sold by month": lambda env: env["stock.sale.cost.report"].formatted_read_group(
        [], ["date:month"], ["cost:sum"]
    ),
    "dashboard": lambda env: env["stock.value.dashboard"].get_dashboard(),
}


def measure(database, repetitions):
    """The body of a process of its own.

    :return: dict of reading → list of seconds, after one that warms up
    """
    Registry(database)
    seconds = {name: [] for name in READINGS}
    for repetition in range(repetitions + 1):
        for name, read in READINGS.items():
            with transaction(database) as env:
                started = time.perf_counter()
                read(env)
                if repetition:
                    seconds[name].append(round(time.perf_counter() - started, 4))
    return seconds


def measure_workbook(database):
    """The body of a process of its own: the stock value as a workbook, a row for each place of each product.

    :return: seconds, and megabytes of memory above what there was before
    """
    Registry(database)
    with transaction(database) as env:
        READINGS["stock value, total"](env)
        before, started = resident_mb(), time.perf_counter()
        content = env["stock.valuation.report"].export_xlsx([])
        return {
            "seconds": round(time.perf_counter() - started, 2),
            "memory_mb": round(peak_mb() - before, 1),
            "file_mb": round(len(content) / 1e6, 1),
        }


def measure_past(database, method):
    """The body of a process of its own: the stock value of a past moment, of products of one cost method.

    :return: dict of what was done → seconds
    """
    Registry(database)
    with transaction(database) as env:
        # The products have no category; as SQL, since Odoo would work out the cost of each anew.
        env.execute_query(SQL("UPDATE res_company SET cost_method = %s WHERE id = %s", method, env.company.id))
    seconds = {}
    with transaction(database) as env:
        started = time.perf_counter()
        snapshot = env["stock.valuation.snapshot"].create({"moment": PAST})
        context = snapshot.action_open()["context"]
        seconds[f"past, {method}: work out"] = round(time.perf_counter() - started, 4)
        for name in ("… by location", "… by product", "… list"):
            started = time.perf_counter()
            READINGS[name](env(context={**env.context, **context}))
            seconds[f"past, {method}: read {name[2:]}"] = round(time.perf_counter() - started, 4)
        check_products(env(context={**env.context, **context}), PAST)
    return seconds


def check(database):
    """The report has to be equal to Odoo's own value, product by product.

    :return: how many products were looked at
    """
    with transaction(database) as env:
        return check_products(env, None)


def check_products(env, moment):
    products = env["product.product"].with_context(to_date=moment)
    products = products.search([("is_storable", "=", True), ("qty_available", ">", 0)])
    products = products.browse(random.Random(1).sample(products.ids, min(CHECKED_PRODUCTS, len(products))))
    rows = env["stock.valuation.report"]._read_group(
        [("product_id", "in", products.ids)], ["product_id"], ["value:sum"]
    )
    if len(rows) != len(products):
        raise Failure(f"The report has {len(rows)} of {len(products)} products that are in stock.")
    for product, value in rows:
        total = product.with_context(to_date=moment).total_value
        if env.company.currency_id.compare_amounts(value, total):
            raise Failure(f"{product.display_name} is worth {total} to Odoo, and {value} in the report.")
    return len(rows)


def run_all(cluster, options):
    with scratch_database(cluster, options.template) as database:
        with transaction(database) as env:
            seed(env, options.moves)
        vacuum(database)
        seconds = in_child(measure, database, options.repetitions)
        with transaction(database) as env:
            quants = env["stock.quant"].search_count([])
        checked = in_child(check, database)
        say(seconds, options.moves, quants, checked)
        workbook = in_child(measure_workbook, database)
        print(f"  workbook of {quants:,} rows: {workbook['seconds']} s, {workbook['memory_mb']} MB more memory")
        past = {}
        for method in options.methods:
            past |= in_child(measure_past, database, method)
        say_past(past)
    return {
        "seconds": seconds,
        "workbook": workbook,
        "past_seconds": past,
        "quants": quants,
        "checked_products": checked,
    }


def say_past(past):
    for name, seconds in past.items():
        print(f"  {name:<38}{seconds:>10.3f}")


def say(seconds, moves, quants, checked):
    print(f"\n{f'{moves:,} moves, {quants:,} quants':<40}{'median s':>10}{'least':>10}{'most':>10}")
    for name, values in seconds.items():
        print(f"  {name:<38}{statistics.median(values):>10.3f}{min(values):>10.3f}{max(values):>10.3f}")
    print(f"  Equal to Odoo's own value: {checked} of {checked} products.")
    slow = [name for name, values in seconds.items() if statistics.median(values) > LIMIT_SECONDS]
    if slow:
        print(f"  Required for the stock value is {LIMIT_SECONDS:.0f} s; slower: {', '.join(slow)}.")


def main():
    parser = argparse.ArgumentParser(prog="bench --valuation", description="How long the reports of values take.")
    parser.add_argument("root", help="the repository")
    parser.add_argument("conf", help="Odoo's configuration file")
    parser.add_argument("--valuation", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--repetitions", type=int, default=7, help="how often each reading is measured (7)")
    parser.add_argument("--moves", type=int, default=1_000_000, help="moves of the database (1000000)")
    parser.add_argument(
        "--methods", nargs="*", default=COST_METHODS, choices=COST_METHODS, help="cost methods of the past value (all)"
    )
    parser.add_argument("--template", default="cognityv_template", help="the database to copy (cognityv_template)")
    options = parser.parse_args()
    if (results := run_apart(options, run_all)) is None:
        return 1
    results["machine"]["loop_seconds_after"] = time_of_loop()
    settings = {"moves": options.moves, "repetitions": options.repetitions}
    write_results(options.root, "valuation", settings, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
