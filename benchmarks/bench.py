#!/usr/bin/env python3
# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measures an inventory sheet beside Odoo's physical inventory, OCA's add-on and plain SQL: bench.py ROOT CONF [options].

All are given the same stock and the same counts in one run, one after the other in turn. Afterwards the stock in the
database is compared with the counts; a contender that did not get there has failed.

How it is measured:

* Every run of a contender starts from its own fresh copy of the seeded database, and every
  step is a transaction that is committed, as a request to the server would be. Rolling back
  would hide what the commit costs, and would leave dead rows that slow down who comes next.
* Every run of a contender is a forked process of its own, so that its peak memory is its own.
  The registry is loaded before; each process first does all steps on a few other lines,
  which is not measured, so that caches which any server has are there.
* Each step starts with an empty record cache, as a request does.
* The user is the administrator, with the access rules that apply to them; not the superuser.
* Each product was received once from the supplier's location and has one quant in one of the racks. There are as many
  as lines, and ten others to warm up with. PostgreSQL's statistics know these products and quants, and no sheet: it is
  the first sheet of the database.

All of it happens in scratch databases that are dropped at the end. Where to find what: `comparison/__init__.py`.
"""

import argparse
import json
import re
import signal
import sys
import time
from pathlib import Path

from comparison.databases import Cluster, Failure
from comparison.extras import Extras
from comparison.grounds import open_grounds
from comparison.machine import describe_machine, describe_revision
from comparison.measuring import KINDS, print_profile
from comparison.opening import measure_opening
from comparison.results import Results
from comparison.scenarios import CONTENDERS, DEFAULT_ROWS, ROWS, WARM_UP_LINES

from odoo.tools import config

TEMPLATE, CORE_TEMPLATE = "cognityv_template", "cognityv_base"
STEPS = ("create", "fill", "start", "count", "complete", "validate", "apply", "done")
METHOD_ROWS = {"standard": "mixed", "average": "avco", "fifo": "fifo"}


def say(text):
    print(text, flush=True)


# ---------------------------------------------------------------------------------------
# The whole run
# ---------------------------------------------------------------------------------------


class OutOfTime(Exception):
    """Nothing new is begun."""


class Bench:
    """Measures all that was asked for and is not in the results yet: from small to large, so that whoever is cut off has
    whole tables of the small sizes."""

    def __init__(self, options, results, grounds):
        self.options = options
        self.results = results
        self.grounds = grounds
        self.begun = time.monotonic()
        self.failed = False

    def run(self):
        """
        :return: whether everything succeeded
        """
        rows = [row for row in self.options.rows if ROWS[row].kind != "opening"]
        kinds = list(dict.fromkeys(ROWS[row].products for row in rows))
        try:
            for lines in sorted({lines for row in rows for lines in self.options.sizes_of[row]}):
                for products in kinds:
                    chosen = [row for row in rows if ROWS[row].products == products]
                    self.measure_rows([row for row in chosen if lines in self.options.sizes_of[row]], lines, products)
            if "opening" in self.options.rows:
                self.measure_opening(self.options.sizes_of["opening"])
        except OutOfTime:
            say(f"{self.options.minutes} minutes are over; --resume {self.results.path} goes on.")
        return not self.failed

    def check_time(self):
        minutes = self.options.minutes
        if minutes and time.monotonic() - self.begun > 60 * minutes:
            raise OutOfTime

    def measure_rows(self, rows, lines, products):
        """Rows that are measured with the same stock."""
        wanted = {row: [name for name in ROWS[row].contenders if self.is_wanted(row, lines, name)] for row in rows}
        keys = {CONTENDERS[contender].ground for contenders in wanted.values() for contender in contenders}
        for key in keys:
            self.check_time()
            self.grounds[key].seed([lines], products)
        for row, contenders in wanted.items():
            for number in range(self.options.runs):
                self.measure_in_turn(row, lines, contenders if number % 2 == 0 else contenders[::-1], number)

    def measure_in_turn(self, row, lines, contenders, number):
        """One run of each contender; who is first changes from run to run."""
        for contender in contenders:
            if len(self.results.get_runs(row, lines, contender)) == number and self.is_wanted(row, lines, contender):
                self.check_time()
                self.measure(row, lines, contender, number)

    def is_wanted(self, row, lines, contender):
        """Whether one more run of a cell is asked for. What takes long is not repeated."""
        if contender not in self.options.contenders or lines > CONTENDERS[contender].limit:
            return False
        runs = self.results.get_runs(row, lines, contender)
        return len(runs) < self.options.runs and sum(map(get_seconds, runs)) < self.options.patience

    def measure(self, row, lines, contender, number):
        what = f"{row}, {lines:,} lines, {contender}"
        ground = self.grounds[CONTENDERS[contender].ground]
        try:
            run = KINDS[ROWS[row].kind](ground, lines, contender, ROWS[row])
        except Failure as failure:
            self.fail(row, lines, contender, failure)
            return
        self.results.add_run(row, lines, contender, run)
        elapsed = (time.monotonic() - self.begun) / 60
        say(f"  · {elapsed:5.1f} min: {what}, run {number + 1} of {self.options.runs}: {get_seconds(run):.2f} s")

    def measure_opening(self, sizes):
        """All sizes by turns in one browser, each as often as it takes a median to stand still."""
        sizes = [lines for lines in sizes if not self.results.get_runs("opening", lines, "sets")]
        if not sizes or "sets" not in self.options.contenders:
            return
        self.check_time()
        ground = self.grounds["ours"]
        ground.seed(sizes, ROWS["opening"].products)
        try:
            found = measure_opening(ground, sizes, self.options.tools, self.options.openings)
        except Failure as failure:
            self.fail("opening", sizes[-1], "sets", failure)
            return
        for lines, runs in found.items():
            for run in runs:
                self.results.add_run("opening", lines, "sets", run)
            say(f"  · opening, {lines:,} lines: {', '.join(f'{get_seconds(run):.2f}' for run in runs)} s")

    def fail(self, row, lines, contender, failure):
        self.failed = True
        say(f"  ! {row}, {lines:,} lines, {contender}: {failure}")
        self.results.add_failure(row, lines, contender, str(failure).strip().splitlines()[-1])


def get_seconds(run):
    return sum(step["seconds"] for step in run["steps"].values())


def get_grounds(options):
    """The databases that are needed."""
    contenders = {name for row in options.rows for name in ROWS[row].contenders if name in options.contenders}
    return {CONTENDERS[contender].ground for contender in contenders}


def run_profile(cluster, options):
    """Print where one step spends its time, measure nothing else."""
    contender = "core" if options.profile_step == "apply" else "sets"
    key = CONTENDERS[contender].ground
    with open_grounds(cluster, options, {key}) as grounds:
        grounds[key].seed([options.profile], ROWS[options.rows[0]].products)
        grounds[key].run(print_profile, options.profile, contender, options.profile_step)


# ---------------------------------------------------------------------------------------
# Command line
# ---------------------------------------------------------------------------------------


def sizes_from(text):
    """ "100,1000" as a list of numbers of lines, at least 2 each."""
    sizes = [int(part) for part in text.split(",")]
    if min(sizes) < 2 or WARM_UP_LINES in sizes:
        raise argparse.ArgumentTypeError(f"a size is a number from 2, and not {WARM_UP_LINES}")
    return sizes


def names_from(known):
    """Names with commas between, as a list."""

    def names(text):
        found = text.split(",")
        if unknown := [name for name in found if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(known)}")
        return found

    return names


def description_from(text):
    if not re.fullmatch(r"[a-z0-9-]+", text):
        raise argparse.ArgumentTypeError("a description has small letters, digits and - only")
    return text


def make_parser():
    parser = argparse.ArgumentParser(
        prog="bench", description="An inventory sheet beside Odoo's own physical inventory, OCA's add-on and plain SQL."
    )
    add = parser.add_argument
    add("root", help="the repository")
    add("conf", help="Odoo's configuration file")
    add("--rows", type=names_from(ROWS), help=f"which rows: {', '.join(ROWS)} (all but mixed and fifo)")
    add("--contenders", type=names_from(CONTENDERS), default=list(CONTENDERS), help=f"{', '.join(CONTENDERS)} (all)")
    add("--sizes", type=sizes_from, help="numbers of lines, with commas between (100,1000,10000,100000)")
    add("--runs", type=int, help="how often each contender runs in each row, at most (3)")
    add("--patience", type=float, default=60, help="a cell is not repeated once it took so many seconds (60)")
    add("--minutes", type=float, help="begin nothing new after so many minutes")
    add("--quick", action="store_true", help="100 and 1,000 lines, one run: some five minutes")
    add("--small", type=int, help="the size of the row small; 0: without it (1000)")
    add("--fill", type=int, help="a further size of the row start")
    add("--openings", type=int, default=5, help="how often each sheet is opened in the browser (5)")
    add("--cost-method", choices=METHOD_ROWS, help="only validation, of products with this method")
    add("--resume", metavar="FILE", help="go on with a file of results: what is in it is not measured again")
    add("--report", metavar="FILE", help="only make table and plot of a file of results again")
    add("--profile", type=int, metavar="LINES", help="only print where one step spends its time")
    add("--profile-step", choices=STEPS, default="validate", help="which step (validate)")
    add("--template", default=TEMPLATE, help="the database to copy; core is measured in it too then")
    add("--description", type=description_from, default="sheets", help="for the file's name")
    return parser


def parse_arguments(arguments=None):
    options = make_parser().parse_args(arguments)
    defaults = {"sizes": [100, 1_000, 10_000, 100_000], "runs": 3, "small": 1_000}
    if options.quick:
        defaults = {"sizes": [100, 1_000], "runs": 1, "small": 100}
    for name, value in defaults.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    if options.cost_method:
        options.rows = [METHOD_ROWS[options.cost_method]]
    options.rows = options.rows or DEFAULT_ROWS
    if not options.small:
        options.rows = [row for row in options.rows if row != "small"]
    options.sizes_of = {row: get_sizes(options, row) for row in options.rows}
    options.core_template = CORE_TEMPLATE if options.template == TEMPLATE else options.template
    return options


def get_sizes(options, row):
    """The numbers of lines in which a row is measured."""
    if row == "small":
        return [options.small]
    if row == "opening":
        return sorted({min(options.sizes), max(options.sizes)})
    return sorted({*options.sizes, *([options.fill] if row == "start" and options.fill else [])})


def set_up(options):
    """Install what is missing, and tell Odoo where OCA's add-on is."""
    quiet = ["-c", options.conf, "--no-http", "--log-level=error"]
    config.parse_config(quiet)
    options.addons_path = list(config["addons_path"])
    extras = Extras(options.root, options.conf)
    options.tools = extras.ensure_tools()
    if "oca" in get_grounds(options):
        options.oca_folder = extras.ensure_oca()
        config.parse_config([*quiet, f"--addons-path={','.join([*options.addons_path, str(options.oca_folder)])}"])


def open_results(cluster, options):
    about = {"revision": describe_revision(options.root), "machine": describe_machine(cluster)}
    names = ("rows", "contenders", "sizes", "runs", "patience", "small", "openings", "template")
    settings = {name: getattr(options, name) for name in names}
    if options.resume:
        try:
            return Results.resume(options.resume, settings, about)
        except (OSError, ValueError) as error:
            raise Failure(str(error)) from None
    return Results.begin(options.root, options.description, settings, about)


def run(cluster, options):
    """
    :return: whether everything succeeded
    """
    missing = {options.template, options.core_template} - set(cluster.names())
    if missing:
        raise Failure(f"There is no database {', '.join(sorted(missing))}; ./cognityv bench makes it.")
    cluster.drop_stale()
    if options.profile:
        run_profile(cluster, options)
        return True
    results = open_results(cluster, options)
    try:
        with open_grounds(cluster, options, get_grounds(options)) as grounds:
            succeeded = Bench(options, results, grounds).run()
    except KeyboardInterrupt:
        say(f"\nInterrupted; --resume {results.path} goes on.")
        return False
    results.close()
    say("\n" + results.publish(options.tools))
    say(f"Results: {results.path}")
    return succeeded


def report_again(options):
    path = Path(options.report)
    say(Results(path, json.loads(path.read_text())).publish(options.tools))


def main():
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))
    options = parse_arguments()
    try:
        set_up(options)
        if options.report:
            report_again(options)
            return 0
        return 0 if run(Cluster(options.conf), options) else 1
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
