from odoo import models
from odoo.tools import format_date

from odoo.addons.cognityv_inventory.models.inventory_audit_pack import NUMBER, AuditPack, Table

from .res_company import VALUE_GROUP
from .valued_count_file_reader import ValuedCountFileReader

LINE_VALUES = ["unit_cost", "unit_value", "gap_value", "account_gap_value", "real_value"]


class StockInventorySheet(models.Model):
    """Unit costs in count files, and money in the auditor's pack, for those who may see it."""

    _inherit = "stock.inventory.sheet"

    def _sees_values(self):
        return self.env.su or self.env.user.has_group(VALUE_GROUP)

    def _get_column_labels(self):
        labels = super()._get_column_labels()
        if not self._sees_values():
            return labels
        cost = {"unit_cost": self.env._("Unit cost")}
        rows = list(labels.items())
        place = list(labels).index("real_qty") + 1
        return {**dict(rows[:place]), **cost, **dict(rows[place:])}

    def _get_columns_to_fill(self):
        return [*super()._get_columns_to_fill(), "unit_cost"]

    def _read_count_file(self, content):
        return ValuedCountFileReader(self, content)

    def _get_audit_pack(self):
        return ValuedAuditPack(self) if self._sees_values() else super()._get_audit_pack()


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    def _prepare_export_row(self):
        row = super()._prepare_export_row()
        if self.sheet_id._sees_values():
            row["unit_cost"] = self.unit_cost or None
        return row


class ValuedAuditPack(AuditPack):
    """The auditor's pack with what lines and gaps are worth."""

    def _get_summary_tables(self):
        tables = super()._get_summary_tables()
        place = [table.key for table in tables].index("accuracy") + 1
        return [*tables[:place], self._get_value_table(), *tables[place:]]

    def _get_value_table(self):
        sheet = self.sheet
        amounts = [
            (self.env._("Value in the books"), sheet.current_value),
            (self.env._("Real valuation"), sheet.real_value),
            (self.env._("Gap value"), sheet.gap_value),
            (self.env._("Gap value (absolute)"), sheet.absolute_gap_value),
            (self.env._("Gap value in the accounts"), sheet.account_gap_value),
        ]
        rows = [
            [self.env._("Valued at"), self._get_label(sheet, "valuation_basis")],
            [self.env._("Accounting date"), format_date(self.env, sheet.accounting_date)],
            *([label, sheet.currency_id.format(amount)] for label, amount in amounts),
            [self.env._("Journal entries"), ", ".join(sheet._get_entries().mapped("name"))],
        ]
        return Table("value", self.env._("Value"), [("", 60, None), ("", 60, None)], rows)

    def _get_line_fields(self):
        return [*super()._get_line_fields(), *LINE_VALUES]

    def _get_line_columns(self):
        return [
            *super()._get_line_columns(),
            (self.env._("Unit cost entered"), 16, NUMBER),
            (self.env._("Unit value"), 14, NUMBER),
            (self.env._("Gap value"), 14, NUMBER),
            (self.env._("Gap value in the accounts"), 22, NUMBER),
            (self.env._("Real valuation"), 16, NUMBER),
        ]

    def _prepare_line_row(self, line):
        cost, *values = (line[name] for name in LINE_VALUES)
        return [*super()._prepare_line_row(line), cost or None, *(values if line["is_counted"] else [None] * 4)]

    def _get_paper_details(self, line):
        details = super()._get_paper_details(line)
        if not line["gap_value"]:
            return details
        value = self.env._("Gap value: %(value)s", value=self.sheet.currency_id.format(line["gap_value"]))
        return " · ".join(part for part in (value, details) if part)
