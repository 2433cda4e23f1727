"""What holds of the value of a validation holds whichever path it takes: these tests run once more, by sets."""

from odoo.tests import tagged

from odoo.addons.cognityv_inventory.tests.common import BySets

from . import (
    test_accounting,
    test_accounting_date,
    test_gap_value,
    test_money_adds_up,
    test_reversal_value,
    test_takeover,
)


@tagged("post_install", "-at_install")
class TestAccountingBySets(BySets, test_accounting.TestAccounting):
    pass


@tagged("post_install", "-at_install")
class TestAccountingDateBySets(BySets, test_accounting_date.TestAccountingDate):
    pass


@tagged("post_install", "-at_install")
class TestGapValueBySets(BySets, test_gap_value.TestGapValue):
    pass


@tagged("post_install", "-at_install")
class TestFifoForeseenBySets(BySets, test_gap_value.TestFifoForeseen):
    pass


@tagged("post_install", "-at_install")
class TestMoneyAddsUpBySets(BySets, test_money_adds_up.TestMoneyAddsUp):
    pass


@tagged("post_install", "-at_install")
class TestReversalValueBySets(BySets, test_reversal_value.TestReversalValue):
    pass


@tagged("post_install", "-at_install")
class TestTakeOverBySets(BySets, test_takeover.TestTakeOver):
    pass
