"""With an add-on that nobody has looked at, sheets are validated by Odoo's own path: it is installed, by Odoo itself."""

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CULPRITS = ["strange_addon: stock.move.strange_weight", "strange_addon: stock.move._action_done"]
SENTENCE = "Inventory sheets are validated move by move"
MODEL = """
from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    strange_weight = fields.Float()

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        moves.strange_weight = 3.0
        return moves
"""


@pytest.fixture
def addons_path(options, tmp_path):
    """The folders of add-ons, with one that has the strange add-on."""
    folder = tmp_path / "strange_addon"
    folder.mkdir()
    (folder / "__manifest__.py").write_text(
        '{"name": "Strange", "version": "19.0.1.0.0", "depends": ["stock"], "license": "LGPL-3"}'
    )
    (folder / "__init__.py").write_text("from . import stock_move\n")
    (folder / "stock_move.py").write_text(MODEL)
    return f"{options['addons_path']},{tmp_path}"


def test_an_add_on_that_nobody_has_looked_at(script, database, addons_path):
    common = ["-c", script.CONF, "-d", database, "--addons-path", addons_path]
    install = ["-i", "strange_addon", "--stop-after-init", "--no-http", "--log-level=warn"]
    run([*script.set_up().odoo_command(*common, *install)])
    worker = run([script.PYTHON, ROOT / "tests/strange_addon_worker.py", script.CONF, database, addons_path])
    seen = json.loads(worker.stdout.splitlines()[-1])
    assert seen["automatic"] == [3.0], "the override was called"
    assert seen["set_based"] == [0.0], "who forces it passes over the override"
    for culprit in CULPRITS:
        assert culprit in seen["shown"]
        assert worker.stderr.count(culprit) == 1
    assert worker.stderr.count(SENTENCE) == 1, "logged once"


def run(command):
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done
