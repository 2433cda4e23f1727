"""What holds of a validation holds whichever path it takes: these tests run once more, move by move."""

from odoo.tests import tagged

from ..models.stock_inventory_path import PARAMETER
from . import (
    test_changed_stock,
    test_correction,
    test_correction_hypothesis,
    test_correction_races,
    test_hypothesis,
    test_last_count,
    test_races_validate,
    test_roll_forward,
    test_serials,
    test_validate,
)
from .common import MoveByMove
from .race import connection


@tagged("post_install", "-at_install")
class TestValidateMoveByMove(MoveByMove, test_validate.TestValidate):
    pass


@tagged("post_install", "-at_install")
class TestGeneratedCountsMoveByMove(MoveByMove, test_hypothesis.TestGeneratedCounts):
    pass


@tagged("post_install", "-at_install")
class TestSerialsMoveByMove(MoveByMove, test_serials.TestSerials):
    pass


@tagged("post_install", "-at_install")
class TestLastCountMoveByMove(MoveByMove, test_last_count.TestLastCount):
    pass


@tagged("post_install", "-at_install")
class TestRollForwardMoveByMove(MoveByMove, test_roll_forward.TestRollForward):
    pass


@tagged("post_install", "-at_install")
class TestChangedStockMoveByMove(MoveByMove, test_changed_stock.TestChangedStock):
    pass


@tagged("post_install", "-at_install")
class TestCorrectionMoveByMove(MoveByMove, test_correction.TestCorrection):
    pass


@tagged("post_install", "-at_install")
class TestCorrectionIdentityMoveByMove(MoveByMove, test_correction.TestCorrectionIdentity):
    pass


@tagged("post_install", "-at_install")
class TestCorrectionReservedMoveByMove(MoveByMove, test_correction.TestCorrectionReserved):
    pass


@tagged("post_install", "-at_install")
class TestCorrectionBlockedMoveByMove(MoveByMove, test_correction.TestCorrectionBlocked):
    pass


@tagged("post_install", "-at_install")
class TestGeneratedCorrectionsMoveByMove(MoveByMove, test_correction_hypothesis.TestGeneratedCorrections):
    pass


class RacesMoveByMove:
    """For a test class, before its base: on connections of their own, for which the choice is committed, and taken back."""

    def setUp(self):
        super().setUp()
        before = self._choose("odoo")
        self.addCleanup(self._choose, before)

    def _choose(self, path):
        with connection(self.env.cr.dbname) as env:
            before = env["ir.config_parameter"].get_param(PARAMETER)
            env["ir.config_parameter"].set_param(PARAMETER, path)
            env.cr.commit()
        return before


@tagged("post_install", "-at_install")
class TestRacesMoveByMove(RacesMoveByMove, test_races_validate.TestRacesValidate):
    pass


@tagged("post_install", "-at_install")
class TestCorrectionRacesMoveByMove(RacesMoveByMove, test_correction_races.TestCorrectionRaces):
    pass
