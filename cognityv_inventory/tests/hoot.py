import re
import sys
from pathlib import Path

from odoo.tests import HttpCase, no_retry

# A test may stand in a `describe` and carry tags.
TEST = re.compile(r"^\s*test(\.tags\([^)]*\))?\(", re.M)


def hoot_id(suite):
    """The id that hoot gives a suite: a 32-bit hash of its name."""
    number = 0
    for char in suite:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@no_retry
class HootCase(HttpCase):
    """Runs the unit tests of the web components of the add-on that a test stands in."""

    def _run_hoot(self):
        module = type(self).__module__
        add_on = module.split(".")[2]
        # An id that matches no suite runs every test of every module: ours have to be all that ran.
        with self.assertLogs(module, "INFO") as logs:
            self.browser_js(
                f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={hoot_id(f'@{add_on}')}",
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=lambda message: "[HOOT]" not in message,
            )
        self.assertIn(f"Passed {self._count_tests(module)} tests", "".join(logs.output))

    def _count_tests(self, module):
        folder = Path(sys.modules[module].__file__).parent.parent / "static/tests"
        return sum(len(TEST.findall(path.read_text())) for path in folder.rglob("*.test.js"))
