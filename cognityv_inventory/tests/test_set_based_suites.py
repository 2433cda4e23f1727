"""What holds of a validation holds whichever path it takes: these tests run once more, by sets."""

from odoo.tests import tagged

from ..models.stock_inventory_path import PARAMETER
from . import (
    test_changed_stock,
    test_hypothesis,
    test_last_count,
    test_races_validate,
    test_roll_forward,
    test_serials,
    test_validate,
)
from .common import BySets
from .race import connection


@tagged("post_install", "-at_install")
class TestValidateBySets(BySets, test_validate.TestValidate):
    pass


@tagged("post_install", "-at_install")
class TestGeneratedCountsBySets(BySets, test_hypothesis.TestGeneratedCounts):
    pass


@tagged("post_install", "-at_install")
class TestSerialsBySets(BySets, test_serials.TestSerials):
    pass


@tagged("post_install", "-at_install")
class TestLastCountBySets(BySets, test_last_count.TestLastCount):
    pass


@tagged("post_install", "-at_install")
class TestRollForwardBySets(BySets, test_roll_forward.TestRollForward):
    pass


@tagged("post_install", "-at_install")
class TestChangedStockBySets(BySets, test_changed_stock.TestChangedStock):
    pass


@tagged("post_install", "-at_install")
class TestRacesBySets(test_races_validate.TestRacesValidate):
    """On connections of their own, for which the choice is committed, and taken back."""

    def setUp(self):
        super().setUp()
        before = self._choose("set_based")
        self.addCleanup(self._choose, before)

    def _choose(self, path):
        with connection(self.env.cr.dbname) as env:
            before = env["ir.config_parameter"].get_param(PARAMETER)
            env["ir.config_parameter"].set_param(PARAMETER, path)
            env.cr.commit()
        return before
