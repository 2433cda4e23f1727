import base64
import binascii
from collections import defaultdict

from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import count_file
from ..tools.quantity import parse_quantity
from .stock_inventory_sheet_line import PART


class CountFileReader:
    """Reads a count file for a sheet: `problems` holds a sentence for each bad row, `apply()` counts the good ones."""

    def __init__(self, sheet, content):
        sheet._check_counting()
        self.sheet = sheet
        self.env = sheet.env
        self.problems = []
        self.counts = {}  # line → quantity
        self.additions = []  # values of new lines, with their real quantity
        self.details = {}  # line → other values of it that the file changes
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
        """The rows that say something, as (row number, dict by column key)."""
        try:
            rows = count_file.read_rows(base64.b64decode(content))
        except (count_file.UnreadableFile, binascii.Error):
            self.problems.append(
                self.env._("This is neither an XLSX nor a CSV file; export the sheet and fill that file.")
            )
            return []
        if not rows:
            self.problems.append(self.env._("The file is empty."))
            return []
        (_number, header), *body = rows
        keys = self._recognize(header)
        if problem := self._get_header_problem(keys):
            self.problems.append(problem)
            return []
        known = [key for key in keys if key]
        if len(known) != len(set(known)):
            self.problems.append(self.env._("Row 1: a column is there twice; keep one of them."))
            return []
        table = [(number, dict(zip(keys, cells, strict=False))) for number, cells in body]
        return [(number, row) for number, row in table if self._is_filled(row)]

    def _get_header_problem(self, keys):
        """What is wrong with the columns; None when nothing is."""
        if "real_qty" in keys and {"id", "product_code", "product_name"} & set(keys):
            return None
        label = self.sheet._get_column_labels()
        return self.env._(
            "Row 1: the columns %(real)s and %(id)s (or %(code)s) are missing; export the sheet and fill that file.",
            real=label["real_qty"],
            id=label["id"],
            code=label["product_code"],
        )

    def _is_filled(self, row):
        """Whether a row has a real quantity."""
        return row.get("real_qty") not in (None, "")

    def _recognize(self, header):
        """The column keys of a header in any language that is installed.

        Numbers are read as the language of the header writes them; that of the reader comes first, as some headers
        are the same in several languages.
        """
        cells = [str(cell or "").strip().casefold() for cell in header]
        codes = sorted(
            (code for code, _name in self.env["res.lang"].get_installed()), key=lambda code: code != self.env.lang
        )
        best = []
        for code in codes:
            labels = self.sheet.with_context(lang=code)._get_column_labels()
            by_label = {label.casefold(): key for key, label in labels.items()}
            keys = [by_label.get(cell) for cell in cells]
            if sum(map(bool, keys)) > sum(map(bool, best)):
                best = keys
                self.decimal_point = self.sheet._get_decimal_point(code)
        return best

    # Records, looked up once for all rows

    def _index(self, rows):
        line_model = self.env["stock.inventory.sheet.line"]
        lines = line_model.search([("sheet_id", "=", self.sheet.id)])
        self.lines = {line.id: line for line in lines}
        loose = [row for _number, row in rows if not row.get("id")]
        self.products = self._find_products(loose)
        self.locations = self._find_by_name(
            "stock.location", loose, "location", ["complete_name", "barcode"], self.sheet._get_location_domain()
        )
        self.packages = self._find_by_name("stock.package", loose, "package", ["name"])
        self.reasons = self._find_by_name(
            "stock.correction.reason",
            [row for _number, row in rows],
            "reason",
            ["name", "code"],
            Domain("active", "=", True),
        )
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

    def _find_by_name(self, model, rows, key, names, domain=None):
        """The records by each of the texts of a column; a text may be the name of several."""
        texts = {self._text(row, key) for row in rows} - {""}
        found = defaultdict(self.env[model].browse)
        if texts:
            by_name = Domain.OR([(name, "in", list(texts))] for name in names)
            mine = Domain("company_id", "in", [self.sheet.company_id.id, False])
            for record in self.env[model].search(by_name & (domain or mine)):
                for name in names:
                    found[record[name]] |= record
        return found

    def _get_line_key(self, line):
        lot = line.lot_id.name or line.lot_name or ""
        return (line.product_id.id, line.location_id.id, lot, line.package_id.id, line.owner_id.id)

    # One row

    def _take_row(self, number, row):
        """Sort a row into what to count, what to add and what is wrong."""
        try:
            quantity = self._get_quantity(row)
            details = self._get_details(row)
            line, vals = self._get_target(row)
            self._check_not_repeated(number, self._get_line_key(line))
            if problem := line._get_quantity_problem(quantity):
                raise ValidationError(problem)
        except ValidationError as error:
            self.problems.append(self.env._("Row %(number)s: %(problem)s", number=number, problem=error.args[0]))
            return
        if vals:
            self.additions.append({**vals, **details, "real_qty": quantity})
        else:
            self._take_line(line, quantity, details)

    def _get_details(self, row):
        """What a row says of its line besides the count: values of the line, without those that are not filled in.

        :raises ValidationError: with what is wrong
        """
        details = {"description": self._text(row, "description"), "reason_id": self._get_reason(row).id}
        return {name: value for name, value in details.items() if value}

    def _get_reason(self, row):
        return self._get_named(self.reasons, row, "reason", self.env["stock.correction.reason"])

    def _take_line(self, line, quantity, details):
        if line._is_counted_as(quantity):
            self.unchanged += 1
        else:
            self.counts[line] = quantity
        known = line._convert_to_write({name: line[name] for name in details})
        if changed := {name: value for name, value in details.items() if value != known[name]}:
            self.details[line] = changed

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
        expected = {
            "product_code": (line.default_code,),
            "lot": (line.lot_id.name or line.lot_name,),
            "location": (line.location_id.complete_name, line.location_id.barcode),
            "package": (line.package_id.name, line.package_id.display_name),
            "owner": (line.owner_id.name, line.owner_id.display_name),
        }
        for key, values in expected.items():
            if self._text(row, key) and self._text(row, key) not in values:
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
        label = self.sheet._get_column_labels()[key]
        if not records[text]:
            raise ValidationError(self.env._("there is no %(column)s “%(text)s”.", column=label, text=text))
        if len(records[text]) > 1:
            message = self.env._(
                "“%(text)s” is the name of several records (%(column)s); write the line id instead, or count that row on "
                "the sheet.",
                text=text,
                column=label,
            )
            raise ValidationError(message)
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
        self._count([*self.counts.items(), *zip(added, quantities, strict=True)])
        for line, details in self.details.items():
            line.write(details)
        return {"counted": len(self.counts), "unchanged": self.unchanged, "added": len(added)}

    def _count(self, counts):
        """Count lines part by part, so that one can see how far it has come; by id, as all lock them in one order.

        :param counts: list of (line, quantity)
        """
        counts.sort(key=lambda count: count[0].id)
        for begin in range(0, len(counts), PART):
            self.env["stock.inventory.job"]._report(begin, len(counts))
            part = counts[begin : begin + PART]
            self.env["stock.inventory.sheet.line"]._set_real_quantities(part, source="import")
            self.env.flush_all()
