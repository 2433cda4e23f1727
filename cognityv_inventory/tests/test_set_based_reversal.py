from unittest.mock import patch

from odoo.tests import tagged

from ..models.stock_inventory_path import PARAMETER
from . import test_set_based_equal


@tagged("post_install", "-at_install")
class TestReversalBySetsEqual(test_set_based_equal.TestSetBasedEqual):
    """Reversal by sets writes exactly what Odoo's own path writes, in the same situations as validation: each is
    validated by Odoo's own path first."""

    def _build(self, situation):
        sheet = super()._build(situation)
        self.env["ir.config_parameter"].set_param(PARAMETER, "odoo")
        sheet.action_validate()
        self.env.flush_all()
        return sheet

    def _validate(self, sheet, path, situation):
        sheets = self.env.registry["stock.inventory.sheet"]
        with patch.object(sheets, "action_validate", sheets.action_reverse):
            return super()._validate(sheet, path, situation)
