import re
from pathlib import Path

from odoo.tests import HttpCase, no_retry, tagged


def hoot_id(suite):
    """The id that hoot gives a suite: a 32-bit hash of its name."""
    number = 0
    for char in suite:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """The unit tests of the web components."""

    @no_retry
    def test_components(self):
        # An id that matches no suite runs every test of every module: ours have to be all that ran.
        with self.assertLogs("odoo.addons.cognityv_inventory.tests.test_hoot", "INFO") as logs:
            self.browser_js(
                f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={hoot_id('@cognityv_inventory')}",
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
        return sum(len(re.findall(r"^test\(", path.read_text(), re.M)) for path in folder.rglob("*.test.js"))
