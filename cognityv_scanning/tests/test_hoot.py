import re
from pathlib import Path

from odoo.tests import HttpCase, no_retry, tagged

from odoo.addons.cognityv_inventory.tests.test_hoot import hoot_id

LOGGER = "odoo.addons.cognityv_scanning.tests.test_hoot"
# A test may stand in a `describe` and carry tags.
TEST = re.compile(r"^\s*test(\.tags\([^)]*\))?\(", re.M)


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """The unit tests of the web components."""

    @no_retry
    def test_components(self):
        # An id that matches no suite runs every test of every module: ours have to be all that ran.
        with self.assertLogs(LOGGER, "INFO") as logs:
            self.browser_js(
                f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={hoot_id('@cognityv_scanning')}",
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=lambda message: "[HOOT]" not in message,
            )
        self.assertIn(f"Passed {self._count_tests()} tests", "".join(logs.output))

    def _count_tests(self):
        folder = Path(__file__).parent.parent / "static/tests"
        return sum(len(TEST.findall(path.read_text())) for path in folder.rglob("*.test.js"))
