#!/usr/bin/env python3
# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measures scanning: scans.py ROOT CONF [options].

Twenty scanners count one inventory sheet, half of their scans the same product, through a real server with two worker
processes on this machine. Three parts, on one database:

* `first`: everybody scans at a human pace, each scan a request of its own. What is told is how long a scan takes until the
  phone has the answer that it is accepted.
* `storm`: 20,000 scans as fast as they go, in pieces of up to 25; a third of the requests are cut, what was answered is
  sent again, nothing comes in its order, some scans are undone, and again and again a worker is killed.
  Afterwards each scan has to be counted exactly once, and the quantities have to be right, or the benchmark fails.
* `last`: as `first`, now that the product has ten thousand counts.

The scanners are threads of this process: what they take from the processor is in the numbers.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from comparison.apart import run_apart, write_results
from comparison.databases import Failure, transaction, vacuum

from odoo.modules.registry import Registry
from odoo.sql_db import close_all

sys.path.append(str(Path(__file__).resolve().parents[1] / "cognityv_scanning" / "tests"))
from scan_stress import Server, find_faults, make_scene, read_scene, run_scanners, stroll

LIMIT_MS = 100.0


def summarize(milliseconds, failed):
    """
    :param milliseconds: of each accepted scan
    """
    cuts = statistics.quantiles(milliseconds, n=100)
    return {
        "scans": len(milliseconds),
        "failed_requests": failed,
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "max_ms": round(max(milliseconds), 1),
    }


def run_storm(scene, server, database, options):
    """
    :raises Failure: when a scan was lost, counted twice or counted wrongly
    """
    run = run_scanners(scene, server, options.scanners, options.storm)
    threads = run["scanners"]
    with transaction(database) as env:
        faults = find_faults(threads, read_scene(env, scene))
    if faults:
        raise Failure(f"Scans are not counted exactly once: {faults}")
    scans = sum(len(thread.events) for thread in threads)
    return {
        "scans": scans,
        "seconds": round(run["seconds"], 1),
        "scans_a_second": round(scans / run["seconds"], 1),
        "requests": sum(thread.requests for thread in threads),
        "repeats": sum(thread.repeats for thread in threads),
        "workers_killed": run["killed"],
    }


def run_all(cluster, options):
    """:return: dict of part → numbers"""
    with cluster.scratch(options.template) as (database, _seed), tempfile.TemporaryDirectory() as folder:
        Registry(database)
        with transaction(database) as env:
            storm_scene, scene = make_scene(env), make_scene(env)
        vacuum(database)
        # The server's processes are not to find our connections in their way.
        close_all()
        with Server(options.conf, database, Path(folder) / "odoo.log", options.workers) as server:
            stroll(scene, server, options.scanners, 5, options.pace)
            first = summarize(*stroll(scene, server, options.scanners, options.seconds, options.pace))
            storm = run_storm(storm_scene, server, database, options)
            # Killed workers have just begun again.
            time.sleep(2)
            stroll(storm_scene, server, options.scanners, 5, options.pace)
            last = summarize(*stroll(storm_scene, server, options.scanners, options.seconds, options.pace))
    return {"first": first, "storm": storm, "last": last}


def say_summary(results):
    for part in ("first", "last"):
        numbers = results[part]
        print(
            f"  {part:<6} {numbers['scans']:>6,} scans at a human pace: p50 {numbers['p50_ms']:.0f} ms, "
            f"p95 {numbers['p95_ms']:.0f} ms, p99 {numbers['p99_ms']:.0f} ms"
            f" ({'within' if numbers['p95_ms'] < LIMIT_MS else 'ABOVE'} {LIMIT_MS:.0f} ms at the 95th percentile)"
        )
    storm = results["storm"]
    print(
        f"  storm  {storm['scans']:>6,} scans in {storm['seconds']:.0f} s: {storm['scans_a_second']:.0f} a second, "
        f"{storm['requests']:,} requests, {storm['repeats']:,} repeats, {storm['workers_killed']} workers killed; each "
        "counted exactly once"
    )


def main():
    parser = argparse.ArgumentParser(prog="bench --scans", description="Twenty scanners on one sheet.")
    parser.add_argument("root", help="the repository")
    parser.add_argument("conf", help="Odoo's configuration file")
    parser.add_argument("--scans", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--storm", type=int, default=20000, help="how many scans the storm has (20000)")
    parser.add_argument("--scanners", type=int, default=20, help="how many people scan (20)")
    parser.add_argument("--pace", type=float, default=2.0, help="seconds between two scans of a person (2)")
    parser.add_argument("--seconds", type=int, default=60, help="how long they scan at that pace (60)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of the server (2)")
    parser.add_argument("--template", default="cognityv_template", help="the database that is copied")
    options = parser.parse_args()
    if (results := run_apart(options, run_all)) is None:
        return 1
    results["load_after"] = round(os.getloadavg()[0], 2)
    say_summary(results)
    names = ("storm", "scanners", "pace", "seconds", "workers")
    settings = {name: getattr(options, name) for name in names}
    write_results(options.root, "scans", settings, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
