# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long the web client takes to open a sheet of many lines, beside one of few."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .contenders import IMPLEMENTATIONS
from .databases import Failure, transaction
from .measuring import Run

sys.path.append(str(Path(__file__).resolve().parents[2] / "cognityv_scanning" / "tests"))
from scan_stress import HOST, Server

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def measure_opening(ground, sizes, python, runs):
    """
    :param sizes: numbers of lines of the sheets
    :param python: which has the tools
    :return: dict of lines → list of runs, as `measuring` has them
    :raises Failure: when the browser does not get there
    """
    ground.reset()
    sheets = [[ground.call(make_sheet, lines), lines] for lines in sizes]
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(ground.cluster.conf, ground.name, Path(folder) / "odoo.log") as server,
    ):
        address = f"http://{HOST}:{server.port}"
        task = {"address": address, "database": ground.name, "sheets": sheets, "runs": runs}
        found = open_in_browser(python, task | {"chromium": find_browser()})
    return {size: [make_run(seconds) for lines, seconds in found if lines == size] for size in sizes}


def make_sheet(database, areas, lines):
    """A sheet that is being counted.

    :return: its name
    """
    run = Run(database, areas[lines])
    document = IMPLEMENTATIONS["sets"].prepare(run)
    with transaction(database) as env:
        return env["stock.inventory.sheet"].browse(document).name


def find_browser():
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise Failure("There is no Chromium.")


def open_in_browser(python, task):
    command = [str(python), "-m", "comparison.browser"]
    folder = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise Failure(f"The browser did not open the sheets: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout)


def make_run(seconds):
    return {"steps": {"open": {"seconds": seconds, "statements": 0}}}
