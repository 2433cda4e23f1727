from odoo.exceptions import ValidationError

from odoo.addons.cognityv_inventory.models.count_file_reader import CountFileReader
from odoo.addons.cognityv_inventory.tools.quantity import parse_quantity


class UnitCostMixin:
    """Reads the unit cost of a row."""

    def _get_unit_cost(self, row):
        """The unit cost of a row, 0.0 when it says none.

        :raises ValidationError: with what is wrong with it
        """
        value = row.get("unit_cost")
        if value in (None, ""):
            return 0.0
        try:
            cost = parse_quantity(value, self.decimal_point)
        except ValueError as error:
            if error.args[0] == "ambiguous":
                message = self.env._(
                    "“%(value)s” can be read in two ways; write it without a thousands separator.", value=value
                )
            else:
                message = self.env._("“%(value)s” is no unit cost; write it as a number.", value=value)
            raise ValidationError(message) from None
        if cost < 0:
            raise ValidationError(self.env._("the unit cost %(value)s is negative; write zero or more.", value=value))
        return cost


class ValuedCountFileReader(UnitCostMixin, CountFileReader):
    """A count file that may have unit costs, of what comes into stock."""

    def _get_details(self, row):
        details = super()._get_details(row)
        if cost := self._get_unit_cost(row):
            details["unit_cost"] = cost
        return details

    def apply(self):
        """Count, and enter the unit costs of all lines at once."""
        costs = {line: details.pop("unit_cost") for line, details in self.details.items() if "unit_cost" in details}
        self.details = {line: details for line, details in self.details.items() if details}
        result = super().apply()
        self.env["stock.inventory.sheet.line"].union(*costs)._set_unit_costs(costs)
        return result
