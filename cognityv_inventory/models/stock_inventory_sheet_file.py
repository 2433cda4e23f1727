import base64
import csv
import io
from collections import defaultdict

import qrcode
import xlsxwriter

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import count_file
from ..tools.quantity import parse_quantity

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
    "description": 30,
    "last_inventory_date": 18,
    "location": 30,
    "id": 10,
}
BATCH = 2000
LINES_ON_FIRST_PAGE, LINES_ON_PAGE = 26, 28


class StockInventorySheet(models.Model):
    """Count sheets on paper and in files, out and in."""

    _inherit = "stock.inventory.sheet"

    export_format = fields.Selection(FORMATS, "File format", default="pdf", required=True)

    # Out

    def action_export(self):
        """Download the count sheet in the chosen format."""
        self.ensure_one()
        self.check_access("read")
        if self.export_format == "pdf":
            return self.env.ref("cognityv_inventory.report_inventory_sheet").report_action(self)
        url = f"/cognityv_inventory/sheet/{self.id}/{self.export_format}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _get_export_file_name(self, extension):
        return f"{self.name.replace('/', '-')}.{extension}"

    def _hides_current_qty(self):
        """A blind sheet shows its current quantities on no paper and in no file until it is settled."""
        return self.blind and self.state != "validated"

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
            "description": self.env._("Description"),
            "last_inventory_date": self.env._("Last inventory date"),
            "location": self.env._("Stock location"),
            "id": self.env._("Line id"),
        }
        return labels

    def _get_export_columns(self):
        hidden = {"current_qty"} if self._hides_current_qty() else set()
        return {key: label for key, label in self._get_column_labels().items() if key not in hidden}

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
            sheet.set_column(column, column, COLUMN_WIDTHS[key])
            sheet.write(0, column, label, header)
        sheet.freeze_panes(1, 0)
        formats = {"real_qty": to_fill, "last_inventory_date": date}
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

    def _get_decimal_point(self):
        return self.env["res.lang"]._get_data(code=self.env.user.lang or "en_US").decimal_point or "."

    def _get_report_pages(self):
        """The lines cut into pages, as the PDF program can repeat neither headers nor table heads by itself."""
        lines = self.env["stock.inventory.sheet.line"].search([("sheet_id", "=", self.id)])
        pages = [lines[:LINES_ON_FIRST_PAGE]]
        rest = lines[LINES_ON_FIRST_PAGE:]
        pages += [rest[start : start + LINES_ON_PAGE] for start in range(0, len(rest), LINES_ON_PAGE)]
        return pages

    def _get_place_on_paper(self, location):
        """The place as seen from the sheet's own, which the page names once."""
        prefix = f"{self.location_id.complete_name}/"
        return location.complete_name.removeprefix(prefix)

    def _get_qr_data_uri(self):
        """A QR code of the sheet's reference as a PNG picture of whole pixels a module, which scanners read at any
        size; Odoo's own pictures are blurred at some sizes."""
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=6, border=4)
        code.add_data(self.name)
        out = io.BytesIO()
        code.make_image().save(out, "PNG")
        return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()

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
        reader = CountFileReader(self, content)
        if reader.problems:
            raise UserError("\n".join(reader.problems))
        return reader.apply()


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    def _prepare_export_row(self):
        return {
            "id": self.id,
            "product_name": self.product_id.with_context(display_default_code=False).display_name,
            "product_code": self.default_code or None,
            "category": self.categ_id.complete_name,
            "rack": self.location_id.name,
            "lot": self.lot_id.name or self.lot_name or None,
            "package": self.package_id.display_name or None,
            "owner": self.owner_id.display_name or None,
            "current_qty": self.current_qty if self.sheet_id.state != "draft" else None,
            "real_qty": self.real_qty if self.is_counted else None,
            "unit": self.uom_id.name,
            "description": self.description or None,
            "last_inventory_date": self.location_id.last_inventory_date or None,
            "location": self.location_id.complete_name,
        }


class CountFileReader:
    """Reads a count file for a sheet: `problems` holds a sentence for each bad row, `apply()` counts the good ones."""

    def __init__(self, sheet, content):
        sheet._check_counting()
        self.sheet = sheet
        self.env = sheet.env
        self.problems = []
        self.counts = {}  # line → quantity
        self.additions = []  # values of new lines, with their real quantity
        self.descriptions = {}  # line → description
        self.unchanged = 0
        self.rows_by_target = {}
        self.decimal_point = sheet._get_decimal_point()
        rows = self._read(content)
        if rows:
            self._index(rows)
            for number, row in rows:
                self._take_row(number, row)

    # From cells to rows

    def _read(self, content):
        """The rows that carry a real quantity, as (row number, dict by column key)."""
        try:
            rows = count_file.read_rows(base64.b64decode(content))
        except count_file.UnreadableFile:
            self.problems.append(
                self.env._("This is neither an XLSX nor a CSV file; export the sheet and fill that file.")
            )
            return []
        if not rows:
            self.problems.append(self.env._("The file is empty."))
            return []
        (_number, header), *body = rows
        keys = self._recognize(header)
        if "real_qty" not in keys or not {"id", "product_code", "product_name"} & set(keys):
            label = self.sheet._get_column_labels()
            self.problems.append(
                self.env._(
                    "Row 1: the columns %(real)s and %(id)s (or %(code)s) are missing; export the sheet and fill that file.",
                    real=label["real_qty"],
                    id=label["id"],
                    code=label["product_code"],
                )
            )
            return []
        table = [(number, dict(zip(keys, cells, strict=False))) for number, cells in body]
        return [(number, row) for number, row in table if row.get("real_qty") not in (None, "")]

    def _recognize(self, header):
        """The column keys of a header in any language that is installed."""
        keys = {}
        for code, _name in self.env["res.lang"].get_installed():
            labels = self.sheet.with_context(lang=code)._get_column_labels()
            keys.update({label.casefold(): key for key, label in labels.items()})
        return [keys.get(str(cell or "").strip().casefold()) for cell in header]

    # Records, looked up once for all rows

    def _index(self, rows):
        line_model = self.env["stock.inventory.sheet.line"]
        lines = line_model.search([("sheet_id", "=", self.sheet.id)])
        self.lines = {line.id: line for line in lines}
        loose = [row for _number, row in rows if not row.get("id")]
        self.products = self._find_products(loose)
        self.locations = self._find_by_name("stock.location", loose, "location", ["complete_name", "barcode"])
        self.packages = self._find_by_name("stock.package", loose, "package", ["name"])
        self.owners = self._find_by_name("res.partner", loose, "owner", ["name", "complete_name"])
        self.lots = self.sheet._find_lots(
            self.env["product.product"].union(*self.products.values()),
            [self._text(row, "lot") for row in loose if self._text(row, "lot")],
        )
        self.lines_by_key = {self._get_line_key(line): line for line in lines} if loose else {}

    @staticmethod
    def _text(row, key):
        value = row.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a code of digits that a spreadsheet took for a number
        return str(value).strip() if value not in (None, "") else ""

    def _find_products(self, rows):
        codes = {self._text(row, "product_code") or self._text(row, "product_name") for row in rows} - {""}
        if not codes:
            return {}
        found = defaultdict(self.env["product.product"].browse)
        for product in self.env["product.product"].union(*(line.product_id for line in self.lines.values())):
            found[product.with_context(display_default_code=False).display_name] |= product
        for name in ("name", "barcode", "default_code"):
            for product in self.env["product.product"].search([(name, "in", list(codes))]):
                found[product[name]] |= product
        return found

    def _find_by_name(self, model, rows, key, names):
        texts = {self._text(row, key) for row in rows} - {""}
        if not texts:
            return {}
        records = self.env[model].search(Domain.OR([(name, "in", list(texts))] for name in names))
        return {record[name]: record for name in reversed(names) for record in records if record[name] in texts}

    def _get_line_key(self, line):
        lot = line.lot_id.name or line.lot_name or ""
        return (line.product_id.id, line.location_id.id, lot, line.package_id.id, line.owner_id.id)

    # One row

    def _take_row(self, number, row):
        """Sort a row into what to count, what to add and what is wrong."""
        try:
            quantity = self._get_quantity(row)
            line, vals = self._get_target(row)
            self._check_not_repeated(number, line or tuple(vals.items()))
            if problem := line._get_quantity_problem(quantity):
                raise ValidationError(problem)
        except ValidationError as error:
            self.problems.append(self.env._("Row %(number)s: %(problem)s", number=number, problem=error.args[0]))
            return
        if vals:
            self.additions.append({**vals, "real_qty": quantity})
        else:
            self._take_line(line, quantity, self._text(row, "description"))

    def _take_line(self, line, quantity, description):
        if line.is_counted and not line.uom_id.compare(line.real_qty, quantity):
            self.unchanged += 1
        else:
            self.counts[line] = quantity
        if description and description != (line.description or ""):
            self.descriptions[line] = description

    def _get_quantity(self, row):
        value = row["real_qty"]
        try:
            return parse_quantity(value, self.decimal_point)
        except ValueError as error:
            if error.args[0] == "ambiguous":
                message = self.env._(
                    "“%(value)s” can be read in two ways; write it without a thousands separator.", value=value
                )
            else:
                message = self.env._("“%(value)s” is not a number; write the real quantity as a number.", value=value)
            raise ValidationError(message) from None

    def _get_target(self, row):
        """The line that a row counts; or a line that is not there yet, and its values.

        :raises ValidationError: with what is wrong
        """
        if self._text(row, "id"):
            return self._get_line_by_id(row), None
        product = self._get_product(row)
        vals = {
            "sheet_id": self.sheet.id,
            "product_id": product.id,
            "location_id": self._get_named(self.locations, row, "location", self.sheet.location_id).id,
            "lot_name": self._text(row, "lot"),
            "package_id": self._get_named(self.packages, row, "package").id,
            "owner_id": self._get_named(self.owners, row, "owner").id,
            "description": self._text(row, "description"),
        }
        key = (product.id, vals["location_id"], vals["lot_name"], vals["package_id"], vals["owner_id"])
        if line := self.lines_by_key.get(key):
            return line, None
        if lot := self.lots.get((product.id, vals["lot_name"])):
            vals |= {"lot_id": lot.id, "lot_name": False}
        line = self.env["stock.inventory.sheet.line"].new(vals)
        line._check_identity()
        return line, vals

    def _get_line_by_id(self, row):
        text = self._text(row, "id")
        line = self.lines.get(int(text)) if text.isdecimal() else None
        if not line:
            raise ValidationError(
                self.env._(
                    "line id %(id)s is not on sheet %(sheet)s; leave the id empty for a new line.",
                    id=text,
                    sheet=self.sheet.name,
                )
            )
        expected = {"product_code": line.default_code, "lot": line.lot_id.name or line.lot_name}
        for key, value in expected.items():
            if self._text(row, key) and self._text(row, key) != (value or ""):
                message = self.env._(
                    "line id %(id)s is %(line)s, but the row says %(text)s; the rows may have been sorted in part.",
                    id=text,
                    line=line._get_description(),
                    text=self._text(row, key),
                )
                raise ValidationError(message)
        return line

    def _get_product(self, row):
        text = self._text(row, "product_code") or self._text(row, "product_name")
        products = self.products.get(text)
        if not products:
            message = self.env._("there is no product with code, barcode or name “%(text)s”.", text=text)
        elif len(products) > 1:
            message = self.env._("“%(text)s” is the name of several products; write the product code.", text=text)
        else:
            return products
        raise ValidationError(message)

    def _get_named(self, records, row, key, default=None):
        text = self._text(row, key)
        if not text:
            return default or self.env["res.partner"]
        if text not in records:
            label = self.sheet._get_column_labels()[key]
            raise ValidationError(self.env._("there is no %(column)s “%(text)s”.", column=label, text=text))
        return records[text]

    def _check_not_repeated(self, number, target):
        if target in self.rows_by_target:
            raise ValidationError(
                self.env._(
                    "it counts the same line as row %(other)s; keep one of them.", other=self.rows_by_target[target]
                )
            )
        self.rows_by_target[target] = number

    # Writing

    def apply(self):
        """Count and add what was read.

        :return: dict with the numbers of lines `counted`, `unchanged` and `added`
        """
        line_model = self.env["stock.inventory.sheet.line"]
        quantities = [vals.pop("real_qty") for vals in self.additions]
        added = line_model.create(self.additions)
        counts = [*self.counts.items(), *zip(added, quantities, strict=True)]
        line_model._set_real_quantities(counts, source="import")
        for line, description in self.descriptions.items():
            line.description = description
        return {"counted": len(self.counts), "unchanged": self.unchanged, "added": len(added)}
