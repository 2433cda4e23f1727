import logging
import tempfile
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.cognityv_inventory.tests.race import ConnectionCase

from .scan_stress import Server, find_faults, make_scene, read_scene, remove_scene, run_scanners

_logger = logging.getLogger(__name__)

SCANNERS, SCANS = 20, 2000


@tagged("post_install", "-at_install")
class TestScanStress(ConnectionCase):
    """Twenty scanners on one sheet and on the same product, over a bad network, and workers die: every scan counts once.

    Everything is real: a server with two workers, requests, commits, SIGKILL. `./cognityv bench --scans` is the same with
    20,000 scans.
    """

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self.scene = make_scene(env)
            env.cr.commit()
        self.addCleanup(self._remove_scene)

    def _remove_scene(self):
        with self._connection() as env:
            remove_scene(env, self.scene)
            env.cr.commit()

    def test_every_scan_counts_once(self):
        log = Path(self.enterContext(tempfile.TemporaryDirectory())) / "odoo.log"
        with Server(config["config"], self.env.cr.dbname, log) as server:
            run = run_scanners(self.scene, server, SCANNERS, SCANS)
        threads = run["scanners"]
        numbers = {name: sum(getattr(thread, name) for thread in threads) for name in ("requests", "repeats")}
        _logger.runbot("%s scans in %.1f s, %s, workers killed %s", SCANS, run["seconds"], numbers, run["killed"])
        self.assertTrue(run["killed"] and numbers["repeats"], "both should have happened, or nothing was tested")
        with self._connection() as env:
            self.assertEqual(find_faults(threads, read_scene(env, self.scene)), {})
