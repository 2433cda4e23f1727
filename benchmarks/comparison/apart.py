# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the other benchmarks have in common with this one: a database to measure in, and a file of results."""

import datetime
import json
import sys

from odoo.tools import config

from .databases import Cluster, Failure
from .machine import describe_machine, describe_revision
from .results import get_free_path


def run_apart(options, run):
    """Run a benchmark of its own.

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


def write_results(root, description, settings, results):
    """Write benchmarks/results/<date>-<description>.json."""
    path = get_free_path(root, description)
    content = {"date": datetime.date.today().isoformat(), "settings": settings, **results}
    path.write_text(json.dumps(content, indent=1) + "\n")
    print(f"Results: {path.relative_to(root)}", flush=True)
