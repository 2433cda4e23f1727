#!/usr/bin/env python3
# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measures an inventory sheet beside Odoo's own physical inventory: bench.py ROOT CONF [options].

Both are given the same stock and the same counts in one run, one after the other in turn:
a gap of +1 on half the lines, of -1 on 40 %, none on 10 %. The sheet is validated by Odoo's
own path (sheet) and by sets (sets), beside plain SQL without any safeguard (floor.py). Afterwards the stock in the
database is compared with the counts; a contender that did not get there is a failure.

How it is measured:

* Every run of a contender starts from its own fresh copy of the seeded database, and every
  step is a transaction that is committed, as a request to the server would be. Rolling back
  would hide what the commit costs, and would leave dead rows that slow down who comes next.
* Every run of a contender is a forked process of its own, so that its peak memory is its own.
  The registry is loaded before; each process first does all steps on a few other lines,
  which is not measured, so that caches which any server has are there.
* Each step starts with an empty record cache, as a request does.
* The user is the administrator, with the access rules that apply to them; not the superuser.
* Products are storable and untracked, valued at standard cost by default. Each was received once from
  the supplier's location and has one quant in one of the racks. PostgreSQL's statistics know
  these products and quants, and no sheet: it is the first sheet of the database.

All of it happens in scratch databases that are dropped at the end.
"""

import argparse
import configparser
import contextlib
import cProfile
import datetime
import json
import multiprocessing
import os
import platform
import pstats
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time
import traceback
from pathlib import Path

import psycopg2
from floor import apply_floor

import odoo.release
from odoo.api import Environment
from odoo.modules.registry import Registry
from odoo.sql_db import close_all
from odoo.tools import SQL, config

PREFIX = "cognityv_bench_"
RACKS = 50
ON_HAND = 10.0
WARM_UP_LINES = 10
FILL_LIMIT_SECONDS = 10.0
FORK = multiprocessing.get_context("fork")
# The steps of each contender, in their order; the last one brings the stock to what was counted.
STEPS = {
    "core": ("count", "apply"),
    "sheet": ("create", "fill", "start", "count", "complete", "validate"),
    "sets": ("create", "fill", "start", "count", "complete", "validate"),
    "floor": ("apply",),
}
PATH_PARAMETER = "cognityv_inventory.validation_path"


class Failure(Exception):
    """One sentence for the person at the keyboard."""


# ---------------------------------------------------------------------------------------
# Databases
# ---------------------------------------------------------------------------------------


class Cluster:
    """Copies and drops databases and their file stores."""

    def __init__(self, conf):
        parsed = configparser.RawConfigParser()
        parsed.read(conf)
        self.options = parsed["options"]
        self.filestore = Path(self.options["data_dir"]) / "filestore"

    def execute(self, statement):
        """The rows of one statement that cannot run in a transaction; () when it has none."""
        keys = {"host": "db_host", "port": "db_port", "user": "db_user", "password": "db_password"}
        access = {key: self.options[name] for key, name in keys.items() if self.options.get(name, "False") != "False"}
        connection = psycopg2.connect(dbname="postgres", **access)
        try:
            connection.autocommit = True
            with connection.cursor() as cr:
                cr.execute(statement)
                return cr.fetchall() if cr.description else ()
        finally:
            connection.close()

    def names(self):
        return [row[0] for row in self.execute("SELECT datname FROM pg_database")]

    def copy(self, source, name):
        """Make `name` a copy of `source`, to which nobody may be connected."""
        self.drop(name)
        version = int(self.execute("SHOW server_version_num")[0][0])
        strategy = "STRATEGY file_copy" if version >= 150000 else ""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" {strategy}')
        files = self.filestore / source
        if files.exists():
            # Files of a file store are named by their content and never change: a hard link will do.
            shutil.copytree(files, self.filestore / name, copy_function=os.link)

    def drop(self, name):
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.filestore / name, ignore_errors=True)

    def drop_stale(self):
        """Drop what runs that were killed have left."""
        for name in self.names():
            match = re.match(PREFIX + r"(\d+)", name)
            if match and not Path(f"/proc/{match.group(1)}").exists():
                self.drop(name)

    @contextlib.contextmanager
    def scratch(self, template):
        """A copy of `template` to work in, and the name of another database to keep a copy of it in."""
        name = f"{PREFIX}{os.getpid()}"
        seed = f"{name}_seed"
        try:
            self.copy(template, name)
            yield name, seed
        finally:
            close_all()
            self.drop(name)
            self.drop(seed)


# ---------------------------------------------------------------------------------------
# Child processes
# ---------------------------------------------------------------------------------------


def in_child(function, *arguments):
    """What `function` returns, called in a process of its own.

    :raises Failure: with the traceback, when it fails there
    """
    close_all()  # A connection must not be shared by two processes.
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=answer, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        succeeded, result = receiver.recv()
    except EOFError:
        raise Failure("A measuring process ended without a result; was there too little memory?") from None
    finally:
        process.terminate()
        process.join()
    if not succeeded:
        raise Failure(result)
    return result


def answer(sender, function, arguments):
    """The body of the child process."""
    try:
        sender.send((True, function(*arguments)))
    except Exception:
        sender.send((False, traceback.format_exc()))


def resident_mb():
    """Memory of this process now, in MB (10^6 bytes)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def peak_mb():
    """The most memory this process ever had, in MB (10^6 bytes); a forked one starts at what it was given."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


# ---------------------------------------------------------------------------------------
# Seeding
# ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def transaction(database):
    """An environment of the administrator; committed at the end."""
    with Registry(database).cursor() as cr:
        admin = Environment(cr, 1, {}).ref("base.user_admin")
        yield Environment(cr, admin.id, {})


def seed_areas(database, sizes, cost_method="standard"):
    """Make one area of each size.

    :param sizes: numbers of lines
    :param cost_method: of the products
    :return: dict of number of lines → id of the area's location
    """
    with transaction(database) as env:
        areas = {size: make_area(env, size, cost_method) for size in sizes}
    vacuum(database)
    return areas


def vacuum(database):
    """Let PostgreSQL know what is in the tables, as autovacuum would sooner or later."""
    with Registry(database).cursor() as cr:
        cr._cnx.rollback()
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE")
        cr._cnx.autocommit = False


def make_area(env, size, cost_method):
    """A location with racks in it, and `size` products with a quant each. The first is made by Odoo, the
    others are copies of its rows.

    :return: the id of the location
    """
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    location = env["stock.location"]
    area = location.create({"name": f"Area of {size}", "location_id": warehouse.lot_stock_id.id})
    racks = location.create([{"name": f"R{n:02}", "location_id": area.id} for n in range(min(size, RACKS))])
    move = receive_product(env, warehouse, racks[0], f"Item {size}", cost_method)
    env.flush_all()
    copy_product(env, move, racks, size - 1)
    env.invalidate_all()
    return area.id


def receive_product(env, warehouse, rack, name, cost_method):
    """A new product, ON_HAND units of which were received into `rack`.

    :return: the move
    """
    category = env["product.category"].create({"name": name, "property_cost_method": cost_method})
    product = env["product.product"].create(
        {"name": name, "default_code": f"{name}-0", "is_storable": True, "categ_id": category.id, "standard_price": 7.0}
    )
    quantity = {"product_id": product.id, "location_dest_id": rack.id}
    quantity["location_id"] = env.ref("stock.stock_location_suppliers").id
    line = {**quantity, "product_uom_id": product.uom_id.id, "quantity": ON_HAND}
    move = env["stock.move"].create(
        {
            **quantity,
            "product_uom": product.uom_id.id,
            "product_uom_qty": ON_HAND,
            "warehouse_id": warehouse.id,
            "picked": True,
            "move_line_ids": [(0, 0, line)],
        }
    )
    move._action_done()
    return move


def copy_product(env, move, racks, count):
    """Copy the product of `move`, with the move and the quants it made, `count` times, spread over `racks`."""
    product = move.product_id
    code = SQL("%s || '-' || n", product.name)
    template = copy_rows(
        env, product.product_tmpl_id, count, name=SQL("jsonb_build_object('en_US', %s)", code), default_code=code
    )
    copy = copy_rows(env, product, count, product_tmpl_id=SQL("%s + n", template), default_code=code)
    product_id = SQL("%s + n", copy)
    rack = SQL("(%s)[n %% %s + 1]", racks.ids, len(racks))
    moves = copy_rows(env, move, count, product_id=product_id, location_dest_id=rack)
    copy_rows(
        env, move.move_line_ids, count, product_id=product_id, move_id=SQL("%s + n", moves), location_dest_id=rack
    )
    for quant in env["stock.quant"].sudo().search([("product_id", "=", product.id)]):
        place = rack if quant.location_id == racks[0] else SQL("%s", quant.location_id.id)
        copy_rows(env, quant, count, product_id=product_id, location_id=place)
    if "product.value" in env:
        for value in env["product.value"].sudo().search([("product_id", "=", product.id)]):
            copy_rows(env, value, count, product_id=product_id)


def copy_rows(env, record, count, **expressions):
    """Copy the row of `record` `count` times by one statement.

    :param expressions: SQL over n (1 to count) for the columns that differ
    :return: the number that the id of copy n is above n
    """
    table = record._table
    base, sequence = env.execute_query(
        SQL("SELECT nextval(sequence), sequence FROM pg_get_serial_sequence(%s, 'id') sequence", table)
    )[0]
    env.execute_query(SQL("SELECT setval(%s, %s)", sequence, base + count))
    columns = env.execute_query(
        SQL(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
            table,
        )
    )
    expressions["id"] = SQL("%s + n", base)
    names = [name for (name,) in columns]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) n WHERE %s.id = %s",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(name) for name in names),
            SQL(", ").join(expressions.get(name) or SQL.identifier(table, name) for name in names),
            SQL.identifier(table),
            count,
            SQL.identifier(table),
            record.id,
        )
    )
    return base


# ---------------------------------------------------------------------------------------
# The contenders
# ---------------------------------------------------------------------------------------


class Run:
    """One run of a contender in one area: what each step took."""

    def __init__(self, database, area, profiled=None):
        self.database = database
        self.area = area
        self.profiled = profiled
        self.profile = None
        self.steps = {}

    @contextlib.contextmanager
    def step(self, name):
        """An environment for one step. Its time, in seconds, runs until it is committed."""
        profile = cProfile.Profile() if name == self.profiled else None
        with transaction(self.database) as env:
            sent, started = env.cr.sql_log_count, time.perf_counter()
            with profile or contextlib.nullcontext():
                yield env
                env.flush_all()
                env.cr.commit()
            seconds = time.perf_counter() - started
            self.steps[name] = {"seconds": seconds, "statements": env.cr.sql_log_count - sent}
        self.profile = profile or self.profile

    def targets(self):
        """What is counted, by product id: by the product's place in the row a gap of +1, -1 or none."""
        with transaction(self.database) as env:
            products = get_quants(env, self.area).product_id.sorted("id").ids
        return {product: ON_HAND + get_gap(position) for position, product in enumerate(products)}

    def check(self, targets):
        """
        :raises Failure: when the stock is not what was counted
        """
        with transaction(self.database) as env:
            found = {quant.product_id.id: quant.quantity for quant in get_quants(env, self.area)}
        wrong = sum(found.get(product) != quantity for product, quantity in targets.items())
        if wrong or len(found) != len(targets):
            raise Failure(f"The stock of {wrong} of {len(targets)} products is not what was counted.")


def get_gap(position):
    """+1 on half the lines, -1 on 40 %, none on 10 %."""
    digit = position % 10
    return 1.0 if digit < 5 else -1.0 if digit < 9 else 0.0


def get_quants(env, area):
    return env["stock.quant"].search([("location_id", "child_of", area)])


def run_core(run, targets):
    """Odoo's physical inventory: write the quantity that was counted on each quant, apply all of them."""
    with run.step("count") as env:
        for quant in get_quants(env, run.area).with_context(inventory_mode=True):
            quant.inventory_quantity = targets[quant.product_id.id]
    with run.step("apply") as env:
        conflict = get_quants(env, run.area).with_context(inventory_mode=True).action_apply_inventory()
        if conflict:
            raise Failure("Odoo asks what to do about a conflict; the benchmark is wrong.")


def run_sheet(run, targets):
    """An inventory sheet from its creation to its validation."""
    sheet_id = make_filled_sheet(run)

    def sheet_in(env):
        return env["stock.inventory.sheet"].browse(sheet_id)

    with run.step("start") as env:
        sheet_in(env).action_plan()
        sheet_in(env).action_start()
    with run.step("count") as env:
        lines = sheet_in(env).line_ids
        lines._set_real_quantities([(line, targets[line.product_id.id]) for line in lines])
    with run.step("complete") as env:
        sheet_in(env).action_complete()
    with run.step("validate") as env:
        sheet_in(env).action_validate()


def make_filled_sheet(run):
    """The first two steps of a sheet.

    :return: the id of the sheet
    """
    with run.step("create") as env:
        sheet_id = env["stock.inventory.sheet"].create({"location_id": run.area}).id
    with run.step("fill") as env:
        env["stock.inventory.sheet"].browse(sheet_id).action_fill()
    return sheet_id


def run_sheet_by(path):
    """A sheet that is validated by one of the paths, which is chosen before and not measured."""

    def run_chosen(run, targets):
        with transaction(run.database) as env:
            env["ir.config_parameter"].sudo().set_param(PATH_PARAMETER, path)
            env.cr.commit()
        run_sheet(run, targets)

    return run_chosen


def run_floor(run, targets):
    """The rows themselves, by plain SQL."""
    with run.step("apply") as env:
        apply_floor(env, run.area, targets)


CONTENDERS = {
    "core": run_core,
    "sheet": run_sheet_by("odoo"),
    "sets": run_sheet_by("set_based"),
    "floor": run_floor,
}


# ---------------------------------------------------------------------------------------
# Measuring; what follows runs in child processes
# ---------------------------------------------------------------------------------------


def warm_up(database, contender, area):
    """Do everything once on a few lines, so that what a server has loaded and cached is there."""
    run = Run(database, area)
    CONTENDERS[contender](run, run.targets())


def measure(database, contender, area, warm_up_area):
    """One run of a contender.

    :return: dict of steps (seconds and statements of each) and of memory in MB
    """
    warm_up(database, contender, warm_up_area)
    run = Run(database, area)
    targets = run.targets()
    before = resident_mb()
    CONTENDERS[contender](run, targets)
    memory = {"peak_mb": peak_mb(), "growth_mb": max(0.0, peak_mb() - before)}
    run.check(targets)
    return {"steps": run.steps, **memory}


def measure_fill(database, area, warm_up_area):
    """Fill one sheet, once.

    :return: as `measure`, of the steps create and fill
    """
    warm_up(database, "sheet", warm_up_area)
    run = Run(database, area)
    before = resident_mb()
    sheet_id = make_filled_sheet(run)
    memory = {"peak_mb": peak_mb(), "growth_mb": max(0.0, peak_mb() - before)}
    with transaction(database) as env:
        lines = env["stock.inventory.sheet"].browse(sheet_id).line_count
    return {"steps": run.steps, "lines": lines, **memory}


def measure_small(database, area, warm_up_area):
    """A sheet of one line for each product, one after the other, each validated by sets.

    :return: as `measure`, with one step for all of them
    """
    warm_up(database, "sets", warm_up_area)
    run = Run(database, area)
    targets = run.targets()
    before, started, statements = resident_mb(), time.perf_counter(), 0
    with transaction(database) as env:
        places = {quant.product_id.id: quant.location_id.id for quant in get_quants(env, area)}
    for product_id, quantity in targets.items():
        with transaction(database) as env:
            sent = env.cr.sql_log_count
            validate_one(env, product_id, places[product_id], quantity)
            env.flush_all()
            env.cr.commit()
            statements += env.cr.sql_log_count - sent
    step = {"seconds": time.perf_counter() - started, "statements": statements}
    memory = {"peak_mb": peak_mb(), "growth_mb": max(0.0, peak_mb() - before)}
    run.check(targets)
    return {"steps": {"total": step}, **memory}


def validate_one(env, product_id, place_id, quantity):
    sheet = env["stock.inventory.sheet"].create({"location_id": place_id, "block_mode": "products"})
    line = env["stock.inventory.sheet.line"].create({"sheet_id": sheet.id, "product_id": product_id})
    sheet.action_plan()
    sheet.action_start()
    line.real_qty = quantity
    sheet.action_complete()
    sheet.action_validate()


def print_profile(database, contender, step, area, warm_up_area):
    """Print where one step of a contender spends its time, by total and by own time."""
    warm_up(database, contender, warm_up_area)
    run = Run(database, area, profiled=step)
    CONTENDERS[contender](run, run.targets())
    stats = pstats.Stats(run.profile).strip_dirs()
    stats.sort_stats("cumulative").print_stats(45)
    stats.sort_stats("tottime").print_stats(25)
    sys.stdout.flush()


# ---------------------------------------------------------------------------------------
# The whole benchmark
# ---------------------------------------------------------------------------------------


def say(text):
    print(text, flush=True)


def run_all(cluster, options):
    """Seed, measure everything that was asked for.

    :return: dict of sizes and fill, for the results file
    """
    with cluster.scratch(options.template) as (name, seed):
        started = time.perf_counter()
        Registry(name)
        profiled = [options.profile] if options.profile else []
        small = [options.small] if options.small else []
        sizes = sorted({WARM_UP_LINES, *options.sizes, *profiled, *small})
        areas = in_child(seed_areas, name, sizes, options.cost_method)
        close_all()
        cluster.copy(name, seed)
        say(f"Database with {sum(areas):,} quants seeded in {time.perf_counter() - started:.0f} s.")

        def in_fresh_copy(function, *arguments):
            close_all()
            cluster.copy(seed, name)
            return in_child(function, name, *arguments)

        if options.profile:
            step = options.profile_step
            contender = "sets" if step in STEPS["sets"] else "core"
            in_fresh_copy(print_profile, contender, step, areas[options.profile], areas[WARM_UP_LINES])
        sizes = [measure_size(in_fresh_copy, size, options.runs, areas) for size in options.sizes]
        small = measure_small_sheets(in_fresh_copy, options.small, areas) if options.small else None
        fill = measure_large_fill(in_fresh_copy, options.fill, areas) if options.fill else None
    return {"sizes": sizes, "small": small, "fill": fill}


def measure_size(in_fresh_copy, size, runs, areas):
    """Let the contenders take turns at one size; who is first changes from run to run.

    :return: the summary, printed as well
    """
    results = {contender: [] for contender in CONTENDERS}
    for number in range(runs):
        order = list(CONTENDERS) if number % 2 == 0 else list(reversed(CONTENDERS))
        for contender in order:
            result = in_fresh_copy(measure, contender, areas[size], areas[WARM_UP_LINES])
            results[contender].append(result)
            seconds = sum(step["seconds"] for step in result["steps"].values())
            say(f"  · {size:,} lines, run {number + 1} of {runs}, {contender}: {seconds:.2f} s")
    summary = summarize_size(size, results)
    say_size(summary)
    return summary


def measure_small_sheets(in_fresh_copy, lines, areas):
    """One sheet of many lines against as many sheets of one line, once, both from their creation to their validation.

    :return: both, printed as well
    """
    warm_up_area = areas[WARM_UP_LINES]
    one = in_fresh_copy(measure, "sets", areas[lines], warm_up_area)
    many = in_fresh_copy(measure_small, areas[lines], warm_up_area)
    seconds = sum(step["seconds"] for step in one["steps"].values())
    ratio = round(many["steps"]["total"]["seconds"] / seconds, 1)
    say(
        f"\nOne sheet of {lines:,} lines: {seconds:.2f} s; {lines:,} sheets of one line: "
        f"{many['steps']['total']['seconds']:.2f} s, {ratio} times as long."
    )
    return {"lines": lines, "one_sheet": one, "many_sheets": many, "many_to_one": ratio}


def measure_large_fill(in_fresh_copy, lines, areas):
    """Fill a sheet of many lines, once, in a database that has them.

    :return: the summary, printed as well
    """
    result = in_fresh_copy(seed_and_fill, lines, areas[WARM_UP_LINES])
    fill = result["steps"]["fill"]
    verdict = "within" if fill["seconds"] <= FILL_LIMIT_SECONDS else "NOT within"
    say(
        f"\nFill of {result['lines']:,} lines: {fill['seconds']:.2f} s ({verdict} {FILL_LIMIT_SECONDS:.0f} s), "
        f"{fill['statements']} statements, memory grows by {result['growth_mb']:.1f} MB."
    )
    return result


def seed_and_fill(database, lines, warm_up_area):
    """Seed and measure in processes of their own, so that seeding takes no part in the peak memory."""
    area = in_child(seed_areas, database, [lines])[lines]
    return measure_fill(database, area, warm_up_area)


# ---------------------------------------------------------------------------------------
# Results
# ---------------------------------------------------------------------------------------


def summarize_size(size, results):
    """
    :param results: dict of contender → list of what `measure` returned
    :return: dict with the summaries of both, how many times core's time is the sheet's, and every run
    """
    contenders = {contender: summarize_contender(contender, size, runs) for contender, runs in results.items()}

    def ratio(slow, slow_step, quick, quick_step):
        def median(contender, step):
            return contenders[contender]["steps"][step]["seconds"]["median"]

        return round(median(slow, slow_step) / median(quick, quick_step), 2)

    ratios = {
        "core to sheet, total": ratio("core", "total", "sheet", "total"),
        "core to sheet, apply to validate": ratio("core", "apply", "sheet", "validate"),
        "core to sets, total": ratio("core", "total", "sets", "total"),
        "core to sets, apply to validate": ratio("core", "apply", "sets", "validate"),
        "sets to floor, validate to apply": ratio("sets", "validate", "floor", "apply"),
    }
    return {"lines": size, "ratios": ratios, "contenders": contenders, "runs": results}


def summarize_contender(contender, size, runs):
    """Steps and their total: seconds (median, min, max), ms a line, statements; memory in MB (the largest)."""
    for run in runs:
        run["steps"]["total"] = {
            unit: sum(run["steps"][step][unit] for step in STEPS[contender]) for unit in ("seconds", "statements")
        }
    steps = {step: summarize_step(size, [run["steps"][step] for run in runs]) for step in (*STEPS[contender], "total")}
    memory = {name: round(max(run[name] for run in runs), 1) for name in ("peak_mb", "growth_mb")}
    return {"steps": steps, **memory}


def summarize_step(size, measured):
    seconds = [step["seconds"] for step in measured]
    median, statements = statistics.median(seconds), statistics.median(step["statements"] for step in measured)
    return {
        "seconds": {"median": round(median, 4), "min": round(min(seconds), 4), "max": round(max(seconds), 4)},
        "ms_a_line": round(1000 * median / size, 4),
        "statements": statements,
        "statements_a_line": round(statements / size, 3),
    }


def say_size(summary):
    """Print the table of one size."""
    title = f"{summary['lines']:,} lines"
    say(f"\n{title:<18}{'seconds':>11}{'(min – max)':>18}{'ms a line':>11}{'statements':>12}{'a line':>8}")
    for contender, result in summary["contenders"].items():
        for name, step in result["steps"].items():
            seconds = step["seconds"]
            span = f"({seconds['min']:.2f} – {seconds['max']:.2f})"
            say(
                f"  {contender:<6}{name:<10}{seconds['median']:>11.2f}{span:>18}{step['ms_a_line']:>11.3f}"
                f"{step['statements']:>12,.0f}{step['statements_a_line']:>8.2f}"
            )
        say(f"  {contender:<6}memory    {result['peak_mb']:>8.0f} MB at most, grown by {result['growth_mb']:.0f} MB")
    for name, ratio in summary["ratios"].items():
        say(f"  {name}: {ratio:.2f}")
    say("")


def describe_machine(cluster):
    """What the numbers depend on; nothing that says whose machine it is."""
    settings = ("server_version", "shared_buffers", "fsync", "synchronous_commit")
    postgres = {name: cluster.execute(f"SHOW {name}")[0][0] for name in settings}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    model = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "cores": os.cpu_count(),
        "processor": model.group(1) if model else platform.machine(),
        "memory_gb": round(memory / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "loop_seconds_before": time_of_loop(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "postgresql": postgres,
        "python": platform.python_version(),
        "odoo": odoo.release.version,
    }


def time_of_loop():
    """Seconds that Python takes to count to five million: how fast the machine is at this moment."""
    started = time.perf_counter()
    for _number in range(5_000_000):
        pass
    return round(time.perf_counter() - started, 3)


def describe_revision(root):
    """The commit that was measured, with a + when files of the add-ons differ from it."""

    def git(*arguments):
        return subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True).stdout.strip()

    revision = git("rev-parse", "--short", "HEAD")
    return revision + ("+" if git("status", "--porcelain", "--", "cognityv_*") else "")


def write_results(root, description, settings, results):
    """Write benchmarks/results/<date>-<description>.json; a name that is taken gets a number."""
    folder = Path(root) / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    today = datetime.date.today().isoformat()
    stem = f"{today}-{description}"
    path, number = folder / f"{stem}.json", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.json"
    content = {"date": today, "settings": settings, **results}
    path.write_text(json.dumps(content, indent=1) + "\n")
    say(f"Results: {path.relative_to(root)}")


# ---------------------------------------------------------------------------------------
# Command line
# ---------------------------------------------------------------------------------------


def run_apart(options, run):
    """Run another benchmark than the one beside core.

    :param options: with `conf` and `root`
    :param run: takes the cluster and the options, gives a dict
    :return: that dict with the revision and the machine; None when it failed, which was said
    """
    config.parse_config(["-c", options.conf, "--no-http", "--log-level=error"])
    cluster = Cluster(options.conf)
    cluster.drop_stale()
    about = {"revision": describe_revision(options.root), "machine": describe_machine(cluster)}
    try:
        return about | run(cluster, options)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return None


def sizes_from(text):
    """ "100,1000" as a list of numbers of lines, at least 2 each."""
    sizes = [int(part) for part in text.split(",")]
    if min(sizes) < 2 or WARM_UP_LINES in sizes:
        raise argparse.ArgumentTypeError(f"a size is a number from 2, and not {WARM_UP_LINES}")
    return sizes


def description_from(text):
    if not re.fullmatch(r"[a-z0-9-]+", text):
        raise argparse.ArgumentTypeError("a description has small letters, digits and - only")
    return text


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="bench", description="An inventory sheet beside Odoo's own physical inventory."
    )
    parser.add_argument("root", help="the repository")
    parser.add_argument("conf", help="Odoo's configuration file")
    parser.add_argument("--sizes", type=sizes_from, help="numbers of lines, with commas between (100,1000,10000)")
    parser.add_argument("--runs", type=int, help="how often each contender runs at each size (3)")
    parser.add_argument("--fill", type=int, help="also fill a sheet of so many lines; 0: do not (100000)")
    parser.add_argument(
        "--small", type=int, help="also one sheet of so many lines against as many of one; 0: do not (1000)"
    )
    parser.add_argument("--quick", action="store_true", help="100 and 1,000 lines, one run, no large fill")
    parser.add_argument("--profile", type=int, metavar="LINES", help="only print where one step spends its time")
    steps = sorted({step for names in STEPS.values() for step in names})
    parser.add_argument("--profile-step", choices=steps, default="validate", help="which step (validate)")
    parser.add_argument("--template", default="cognityv_template", help="the database to copy (cognityv_template)")
    parser.add_argument("--description", type=description_from, default="sheet-beside-core", help="for the file's name")
    options = parser.parse_args()
    defaults = {"sizes": [100, 1000, 10000], "runs": 3, "small": 1000, "fill": 100000}
    if options.quick:
        defaults = {"sizes": [100, 1000], "runs": 1, "small": 0, "fill": 0}
    if options.profile:
        defaults = {"sizes": [], "runs": 0, "small": 0, "fill": 0}
    for name, value in defaults.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def main():
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))
    options = parse_arguments()
    config.parse_config(["-c", options.conf, "--no-http", "--log-level=error"])
    cluster = Cluster(options.conf)
    try:
        if options.template not in cluster.names():
            raise Failure(f"There is no database {options.template}; ./cognityv bench makes it.")
        cluster.drop_stale()
        about = {"revision": describe_revision(options.root), "machine": describe_machine(cluster)}
        results = run_all(cluster, options)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the scratch databases are dropped.", file=sys.stderr)
        return 130
    if not options.profile:
        about["machine"]["loop_seconds_after"] = time_of_loop()
        settings = {"sizes": options.sizes, "runs": options.runs, "small": options.small, "fill": options.fill}
        settings["cost_method"] = options.cost_method
        write_results(options.root, options.description, settings, about | results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
