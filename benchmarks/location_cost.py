#!/usr/bin/env python3
# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measures what keeping average prices per location costs: location_cost.py ROOT CONF [options].

Two things, in scratch databases that are dropped at the end:

* A receipt of 100 lines is validated and committed, by turns with the averages kept and without: then nothing is marked,
  as if that part of the add-on were not there. Each has products of its own, at standard cost, where Odoo's own part is
  the quickest and so the ratio the worst. The first rounds warm up and are not measured.
* A database with 1,000,000 done moves (receipts, transfers, issues, gains; 50 for each of 20,000 products, 3 places each)
  and quants that fit: its averages are begun from the first move, as after the installation, in a process of its own.
  Then all of them are checked. Afterwards what is kept has to be what the quants say, without stock that no move
  explains, and the check has to find nothing; or the benchmark fails.
"""

import argparse
import contextlib
import os
import statistics
import sys
import time
from unittest.mock import patch

from comparison.apart import run_apart, write_results
from comparison.databases import PREFIX, Failure, transaction, vacuum
from comparison.machine import time_of_loop
from comparison.processes import in_child, peak_mb, resident_mb
from comparison.seeding import copy_rows

from odoo.modules.registry import Registry
from odoo.sql_db import close_all
from odoo.tools import SQL

LINES = 100
WARM_UP_ROUNDS = 2
CONTENDERS = ("without", "with")
MOVES_EACH = 50
RACKS = 50
REBUILD_LIMIT_SECONDS = 120.0
# What happens to a product, over and over: source, destination, quantity. S is the supplier, C the customer, L the
# inventory loss; 0, 1 and 2 are its places. More comes in than leaves.
PATTERN = ("S0:10", "01:4", "1C:2", "S2:6", "2C:3", "0C:3", "12:1", "L0:1", "S1:4", "20:2")


@contextlib.contextmanager
def scratch_database(cluster, template):
    name = f"{PREFIX}{os.getpid()}_averages"
    try:
        cluster.copy(template, name)
        Registry(name)
        yield name
    finally:
        close_all()
        cluster.drop(name)


# ---------------------------------------------------------------------------------------
# A receipt
# ---------------------------------------------------------------------------------------


def make_products(env):
    """:return: dict of contender → ids of its products"""
    made = {}
    for contender in CONTENDERS:
        vals = {"is_storable": True, "standard_price": 7.0}
        made[contender] = env["product.product"].create([{"name": f"Received {n}", **vals} for n in range(LINES)]).ids
    return made


def make_receipt(env, product_ids):
    """A receipt of every product, picked.

    :return: its id
    """
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    places = {
        "location_id": env.ref("stock.stock_location_suppliers").id,
        "location_dest_id": warehouse.lot_stock_id.id,
    }
    moves = [(0, 0, {"product_id": product_id, "product_uom_qty": 5, **places}) for product_id in product_ids]
    picking = env["stock.picking"].create(
        {"picking_type_id": warehouse.in_type_id.id, "move_ids": moves, **places},
    )
    picking.action_confirm()
    picking.move_ids.quantity = 5
    picking.move_ids.picked = True
    return picking.id


def measure_receipt(database, product_ids, contender):
    """Validate one receipt; its making is not measured.

    :return: seconds, seconds of this process's processor, and statements; the commit included
    """
    with transaction(database) as env:
        picking_id = make_receipt(env, product_ids)
        costs = type(env["stock.location.cost"])
    hook = (
        patch.object(costs, "_mark", lambda *_arguments: None) if contender == "without" else contextlib.nullcontext()
    )
    with transaction(database) as env, hook:
        sent, started, worked = env.cr.sql_log_count, time.perf_counter(), time.process_time()
        env["stock.picking"].browse(picking_id).button_validate()
        env.cr.commit()
        seconds, processor = time.perf_counter() - started, time.process_time() - worked
        if env["stock.picking"].browse(picking_id).state != "done":
            raise Failure("A receipt was not done; the benchmark is wrong.")
        return {"seconds": seconds, "processor": processor, "statements": env.cr.sql_log_count - sent}


def measure_receipts(database, rounds):
    """:return: dict of contender → list of what `measure_receipt` returned"""
    with transaction(database) as env:
        products = make_products(env)
    results = {contender: [] for contender in CONTENDERS}
    for number in range(WARM_UP_ROUNDS + rounds):
        for contender in CONTENDERS if number % 2 else reversed(CONTENDERS):
            result = measure_receipt(database, products[contender], contender)
            if number >= WARM_UP_ROUNDS:
                results[contender].append(result)
    check_receipts(database, products, WARM_UP_ROUNDS + rounds)
    return results


def check_receipts(database, products, rounds):
    with transaction(database) as env:
        costs = env["stock.location.cost"].search([])
        kept = {cost.product_id.id: (cost.quantity, cost.value) for cost in costs}
        if kept != dict.fromkeys(products["with"], (5.0 * rounds, 35.0 * rounds)):
            raise Failure("The averages are not what the receipts were; the benchmark is wrong.")


def summarize_receipts(results):
    """The medians of each, and of the rounds' ratios and differences a line."""

    def median(contender, unit):
        return round(statistics.median(run[unit] for run in results[contender]), 4)

    pairs = list(zip(results["with"], results["without"], strict=True))
    summary = {
        contender: {unit: median(contender, unit) for unit in ("seconds", "processor", "statements")}
        for contender in CONTENDERS
    }
    for unit in ("seconds", "processor"):
        summary[f"{unit}_ratio"] = round(statistics.median(kept[unit] / bare[unit] for kept, bare in pairs), 4)
    added = statistics.median(kept["seconds"] - bare["seconds"] for kept, bare in pairs)
    return summary | {"ms_a_line_added": round(1000 * added / LINES, 4)}


def say_receipts(summary):
    print(f"\nReceipt of {LINES} lines  {'seconds':>10}{'processor':>11}{'statements':>12}")
    for contender in CONTENDERS:
        values = summary[contender]
        print(
            f"  {contender + ' averages':<20}{values['seconds']:>10.3f}{values['processor']:>11.3f}"
            f"{values['statements']:>12,.0f}"
        )
    print(
        f"  with / without      {summary['seconds_ratio']:>10.3f}{summary['processor_ratio']:>11.3f}"
        f"   {summary['ms_a_line_added']:.3f} ms a line more"
    )


# ---------------------------------------------------------------------------------------
# A whole database
# ---------------------------------------------------------------------------------------


def seed(env, moves):
    """Moves that are done, and the quants that they leave. One of each kind is made by Odoo, the others are copies."""
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    racks = env["stock.location"].create(
        [{"name": f"Rack {n}", "location_id": warehouse.lot_stock_id.id} for n in range(RACKS)]
    )
    count = moves // MOVES_EACH
    product = env["product.product"].create({"name": "Moved", "is_storable": True, "standard_price": 7.0})
    env.flush_all()
    product_base = copy_products(env, product, count)
    for step, what in enumerate(PATTERN):
        copy_moves(env, make_move(env, product, racks, what), racks, what, step, product_base, count)
    forget_the_first(env, product)
    make_quants(env)


def copy_products(env, product, count):
    name = SQL("jsonb_build_object('en_US', 'Moved ' || n)")
    template = copy_rows(env, product.product_tmpl_id, count, name=name)
    return copy_rows(env, product, count, product_tmpl_id=SQL("%s + n", template))


def make_move(env, product, racks, what):
    outside = {
        "S": env.ref("stock.stock_location_suppliers"),
        "C": env.ref("stock.stock_location_customers"),
        "L": product.property_stock_inventory,
    }
    source, destination = (outside.get(end) or racks[int(end)] for end in what[:2])
    places = {"product_id": product.id, "location_id": source.id, "location_dest_id": destination.id}
    quantity = float(what[3:])
    move = env["stock.move"].create(
        {
            **places,
            "product_uom_qty": quantity,
            "picked": True,
            "move_line_ids": [(0, 0, {**places, "product_uom_id": product.uom_id.id, "quantity": quantity})],
        }
    )
    move._action_done()
    env.flush_all()
    return move


def copy_moves(env, move, racks, what, step, product_base, count):
    """The same for all products, several times, at other moments and values. Products have places beside each other."""
    rounds = MOVES_EACH // len(PATTERN)
    product = SQL("(n - 1) %% %s + 1", count)
    moment = SQL("timestamp '2024-01-01' + (((n - 1) / %s * %s + %s) * interval '1 day')", count, len(PATTERN), step)
    values = {"product_id": SQL("%s + %s", product_base, product), "date": moment}
    for name, end in (("location_id", what[0]), ("location_dest_id", what[1])):
        if end.isdigit():
            values[name] = SQL("(%s)[((%s) * 3 + %s) %% %s + 1]", racks.ids, product, int(end), len(racks))
    value = SQL("ROUND(stock_move.value * (1 + (n %% 7) * 0.0313), 2)")
    moves = copy_rows(env, move, rounds * count, value=value, **values)
    copy_rows(env, move.move_line_ids, rounds * count, move_id=SQL("%s + n", moves), **values)


def forget_the_first(env, product):
    """The one that Odoo made was only there to be copied."""
    for table in ("stock_location_cost_history", "stock_location_cost", "stock_move_line", "stock_move", "stock_quant"):
        env.execute_query(SQL("DELETE FROM %s WHERE product_id = %s", SQL.identifier(table), product.id))
    env.invalidate_all()


def make_quants(env):
    env.execute_query(
        SQL(
            """
            INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date)
            SELECT product_id, place, %s, SUM(quantity), 0, NOW() AT TIME ZONE 'UTC'
              FROM (SELECT product_id, location_dest_id AS place, quantity FROM stock_move_line
                    UNION ALL SELECT product_id, location_id, -quantity FROM stock_move_line) moved
              JOIN stock_location ON stock_location.id = place AND usage = 'internal'
             GROUP BY product_id, place
            """,
            env.company.id,
        )
    )


def run_rebuild(database, mode):
    """The body of a process of its own.

    :return: seconds, statements, megabytes of memory above what there was before, and what the run says
    """
    Registry(database)
    with transaction(database) as env:
        run_id = env["stock.location.cost.rebuild"]._start(env.company, mode).id
    before = resident_mb()
    with transaction(database) as env:
        run = env["stock.location.cost.rebuild"].sudo().browse(run_id)
        sent, started = env.cr.sql_log_count, time.perf_counter()
        run._go_on()
        seconds = time.perf_counter() - started
        if run.state != "done":
            raise Failure("The averages were not worked out to the end; the benchmark is wrong.")
        return {
            "seconds": round(seconds, 2),
            "statements": env.cr.sql_log_count - sent,
            "memory_mb": round(peak_mb() - before, 1),
            "rows": run.row_count,
            "differences": run.difference_count,
        }


def measure_rebuild(database, moves):
    with transaction(database) as env:
        seed(env, moves)
    vacuum(database)
    results = {mode: in_child(run_rebuild, database, mode) for mode in ("begin", "check")}
    check_rebuild(database, results)
    return results


def check_rebuild(database, results):
    """What is kept has to be what is there, explained by moves."""
    if results["begin"]["differences"] or results["check"]["rows"]:
        raise Failure("There is stock that moves do not explain; the benchmark is wrong.")
    with transaction(database) as env:
        [[wrong]] = env.execute_query(
            SQL(
                """SELECT COUNT(*) FROM stock_quant quant
                    FULL JOIN stock_location_cost cost USING (product_id, location_id)
                    JOIN stock_location place ON place.usage = 'internal'
                     AND place.id = COALESCE(quant.location_id, cost.location_id)
                   WHERE quant.quantity IS DISTINCT FROM cost.quantity::float8"""
            )
        )
    if wrong:
        raise Failure(f"{wrong} places are not kept with the quantity that is there; the benchmark is wrong.")


def say_rebuild(results, moves):
    print(f"\n{moves:,} moves{'':<14}{'seconds':>10}{'statements':>12}{'memory MB':>11}{'rows':>12}")
    for mode, values in results.items():
        print(
            f"  {mode:<22}{values['seconds']:>10.1f}{values['statements']:>12,}{values['memory_mb']:>11.1f}"
            f"{values['rows']:>12,}"
        )
    if moves >= 1_000_000 and results["begin"]["seconds"] > REBUILD_LIMIT_SECONDS:
        print(f"  Required are {REBUILD_LIMIT_SECONDS:.0f} s.")


# ---------------------------------------------------------------------------------------
# Command line
# ---------------------------------------------------------------------------------------


def run_all(cluster, options):
    results = {}
    if options.rounds:
        with scratch_database(cluster, options.template) as database:
            results["receipt_runs"] = measure_receipts(database, options.rounds)
        results["receipt"] = summarize_receipts(results["receipt_runs"])
        say_receipts(results["receipt"])
    if options.moves:
        with scratch_database(cluster, options.template) as database:
            results["rebuild"] = measure_rebuild(database, options.moves)
        say_rebuild(results["rebuild"], options.moves)
    return results


def main():
    parser = argparse.ArgumentParser(
        prog="bench --location-cost", description="What keeping average prices per location costs."
    )
    parser.add_argument("root", help="the repository")
    parser.add_argument("conf", help="Odoo's configuration file")
    parser.add_argument("--location-cost", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=15, help="how often a receipt is measured (15); 0: not")
    parser.add_argument("--moves", type=int, default=1_000_000, help="moves of the rebuild (1000000); 0: none")
    parser.add_argument("--template", default="cognityv_template", help="the database to copy (cognityv_template)")
    options = parser.parse_args()
    if (results := run_apart(options, run_all)) is None:
        return 1
    results["machine"]["loop_seconds_after"] = time_of_loop()
    settings = {"lines": LINES, "rounds": options.rounds, "moves": options.moves}
    write_results(options.root, "location-cost", settings, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
