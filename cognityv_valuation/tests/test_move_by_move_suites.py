"""What holds of the value of a validation holds whichever path it takes: these tests run once more, move by move."""

from odoo.tests import tagged

from odoo.addons.cognityv_inventory.tests.common import MoveByMove

from . import (
    test_accounting,
    test_accounting_date,
    test_gap_value,
    test_money_adds_up,
    test_reversal_value,
    test_takeover,
)


@tagged("post_install", "-at_install")
class TestAccountingMoveByMove(MoveByMove, test_accounting.TestAccounting):
    pass


@tagged("post_install", "-at_install")
class TestAccountingDateMoveByMove(MoveByMove, test_accounting_date.TestAccountingDate):
    pass


@tagged("post_install", "-at_install")
class TestGapValueMoveByMove(MoveByMove, test_gap_value.TestGapValue):
    pass


@tagged("post_install", "-at_install")
class TestFifoForeseenMoveByMove(MoveByMove, test_gap_value.TestFifoForeseen):
    pass


@tagged("post_install", "-at_install")
class TestMoneyAddsUpMoveByMove(MoveByMove, test_money_adds_up.TestMoneyAddsUp):
    pass


@tagged("post_install", "-at_install")
class TestReversalValueMoveByMove(MoveByMove, test_reversal_value.TestReversalValue):
    pass


@tagged("post_install", "-at_install")
class TestTakeOverMoveByMove(MoveByMove, test_takeover.TestTakeOver):
    pass
