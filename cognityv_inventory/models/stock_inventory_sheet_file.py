import csv
import io

import xlsxwriter

from odoo import fields, models
from odoo.exceptions import UserError

from .count_file_reader import CountFileReader

FORMATS = [("pdf", "PDF"), ("xlsx", "XLSX"), ("csv", "CSV")]
# The columns of a count file: key → width in an XLSX sheet.
COLUMN_WIDTHS = {
    "product_name": 36,
    "product_code": 16,
    "category": 24,
    "rack": 14,
    "lot": 18,
    "package": 16,
    "owner": 18,
    "current_qty": 16,
    "real_qty": 14,
    "unit": 10,
    "reason": 20,
    "description": 30,
    "last_inventory_date": 18,
    "location": 30,
    "id": 10,
}
# Of a column that another add-on has added.
DEFAULT_WIDTH = 14
BATCH = 2000


class StockInventorySheet(models.Model):
    """Count sheets in files, out and in."""

    _inherit = "stock.inventory.sheet"

    export_format = fields.Selection(FORMATS, "File format", default="pdf", required=True)

    # Out

    def action_export(self, file_format=None):
        """Download the count sheet.

        :param file_format: "pdf", "xlsx" or "csv"; the one chosen on the sheet by default
        """
        self.ensure_one()
        self.check_access("read")
        file_format = file_format or self.export_format
        if file_format == "pdf":
            return self.env.ref("cognityv_inventory.report_inventory_sheet").report_action(self)
        url = f"/cognityv_inventory/sheet/{self.id}/{file_format}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _get_export_file_name(self, extension):
        return f"{self.name.replace('/', '-')}.{extension}"

    def _is_blind_now(self):
        """A blind sheet shows its current quantities on no paper and in no file until it is settled."""
        return self.blind and self._is_open()

    def _get_column_labels(self):
        """The headers of a count file in the user's language, by key, in their order."""
        labels = {
            "product_name": self.env._("Product name"),
            "product_code": self.env._("Product code"),
            "category": self.env._("Product category"),
            "rack": self.env._("Rack"),
            "lot": self.env._("Tracking number"),
            "package": self.env._("Package"),
            "owner": self.env._("Owner"),
            "current_qty": self.env._("Current quantity"),
            "real_qty": self.env._("Real quantity"),
            "unit": self.env._("Unit"),
            "reason": self.env._("Correction reason"),
            "description": self.env._("Description"),
            "last_inventory_date": self.env._("Last inventory date"),
            "location": self.env._("Stock location"),
            "id": self.env._("Line id"),
        }
        if not self._is_manager():
            del labels["reason"]
        return labels

    def _get_export_columns(self):
        hidden = {"current_qty"} if self._is_blind_now() else set()
        return {key: label for key, label in self._get_column_labels().items() if key not in hidden}

    def _get_columns_to_fill(self):
        """The keys of the columns that people write into."""
        return ["real_qty"]

    def _iter_export_rows(self):
        """One dict of values by column key for each line, read in batches."""
        line_model = self.env["stock.inventory.sheet.line"]
        ids = line_model.search([("sheet_id", "=", self.id)])._ids
        for start in range(0, len(ids), BATCH):
            for line in line_model.browse(ids[start : start + BATCH]):
                yield line._prepare_export_row()
            self.env.invalidate_all()

    def export_xlsx(self):
        """The count sheet as bytes of an XLSX workbook: numbers and dates are real ones."""
        self.ensure_one()
        self.check_access("read")
        out = io.BytesIO()
        workbook = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False})
        self._write_worksheet(workbook, workbook.add_worksheet(self._get_worksheet_name()))
        workbook.close()
        return out.getvalue()

    def _get_worksheet_name(self):
        return "".join("-" if char in "[]:*?/\\" else char for char in self.name)[:31]

    def _write_worksheet(self, workbook, sheet):
        columns = self._get_export_columns()
        header = workbook.add_format({"bold": True, "bg_color": "#E9ECEF", "bottom": 1})
        to_fill = workbook.add_format({"bg_color": "#FFF9DB", "border": 1, "border_color": "#CED4DA"})
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for column, (key, label) in enumerate(columns.items()):
            sheet.set_column(column, column, COLUMN_WIDTHS.get(key, DEFAULT_WIDTH))
            sheet.write(0, column, label, header)
        sheet.freeze_panes(1, 0)
        formats = {"last_inventory_date": date, **dict.fromkeys(self._get_columns_to_fill(), to_fill)}
        for row, values in enumerate(self._iter_export_rows(), 1):
            for column, key in enumerate(columns):
                self._write_cell(sheet, row, column, values[key], formats.get(key))

    def _write_cell(self, sheet, row, column, value, cell_format):
        if value is None:
            sheet.write_blank(row, column, None, cell_format)
        elif isinstance(value, str):
            # Not write(): a text that begins with "=" is no formula.
            sheet.write_string(row, column, value, cell_format)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, cell_format)
        else:
            sheet.write_datetime(row, column, value, cell_format)

    def export_csv(self):
        """The count sheet as bytes of a CSV file that a spreadsheet of the user's country opens: UTF-8 with its
        mark, a semicolon where the comma is the decimal point."""
        self.ensure_one()
        self.check_access("read")
        decimal_point = self._get_decimal_point()
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=";" if decimal_point == "," else ",")
        columns = self._get_export_columns()
        writer.writerow(columns.values())
        for values in self._iter_export_rows():
            writer.writerow(self._format_csv_cell(values[key], decimal_point) for key in columns)
        return out.getvalue().encode("utf-8-sig")

    def _format_csv_cell(self, value, decimal_point):
        if value is None:
            return ""
        if isinstance(value, float):
            return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", decimal_point)
        return str(value)

    def _get_decimal_point(self, lang=None):
        """The decimal point of a language, by default of the user's."""
        return self.env["res.lang"]._get_data(code=lang or self.env.user.lang or "en_US").decimal_point or "."

    # In

    def import_counts(self, content):
        """Count lines from a file that `export_xlsx` or `export_csv` made, in whatever language and separator.

        Every row is checked before anything is written. Rows without a real quantity change nothing, and neither do
        rows whose line has that real quantity already; a row without a line id finds its line by product, place and
        tracking number, or adds one.

        :param content: the file, base64 encoded
        :return: dict with the numbers of lines `counted`, `unchanged` and `added`
        :raises UserError: with every bad row, its number and what is wrong with it; nothing is changed then
        """
        self.ensure_one()
        reader = self._read_count_file(content)
        if reader.problems:
            raise UserError("\n".join(reader.problems))
        return reader.apply()

    def _read_count_file(self, content):
        return CountFileReader(self, content)

    def _get_import_text(self, result):
        """What came of an import, as a sentence.

        :param result: of `import_counts`
        """
        return self.env._(
            "Lines counted: %(counted)s, added: %(added)s, unchanged: %(unchanged)s.",
            counted=result["counted"],
            added=result["added"],
            unchanged=result["unchanged"],
        )


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    def _prepare_export_row(self):
        return {
            "id": self.id,
            "product_name": self.product_id.with_context(display_default_code=False).display_name,
            "product_code": self.default_code or None,
            "category": self.categ_id.complete_name or None,
            "rack": self.location_id.name,
            "lot": self.lot_id.name or self.lot_name or None,
            "package": self.package_id.display_name or None,
            "owner": self.owner_id.display_name or None,
            "current_qty": None if self.hides_current_qty else self.current_qty,
            "real_qty": self.real_qty if self.is_counted else None,
            "unit": self.uom_id.name,
            "reason": (self.reason_id.name or None) if self.sheet_id._is_manager() else None,
            "description": self.description or None,
            "last_inventory_date": self.location_id.last_inventory_date or None,
            "location": self.location_id.complete_name,
        }
