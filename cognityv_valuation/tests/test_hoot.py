from odoo.tests import tagged

from odoo.addons.cognityv_inventory.tests.hoot import HootCase


@tagged("post_install", "-at_install")
class TestHoot(HootCase):
    """The unit tests of the web components."""

    def test_components(self):
        self._run_hoot()
