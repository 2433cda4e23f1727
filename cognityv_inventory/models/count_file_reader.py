import base64
import binascii
import functools
from collections import defaultdict

from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import count_file
from ..tools.quantity import parse_quantity
from .stock_inventory_sheet_line import IDENTITY, PART


class CountFileReader:
    """Reads a count file for a sheet: `problems` holds a sentence for each bad row, `apply()` counts the good ones.

    `sheets` are those that the file is about: one that is counted, or, for a reader of other files, several of one company.
    """

    def __init__(self, sheets, content):
        sheets.ensure_one()._check_counting()
        self.sheets = sheets
        self.env = sheets.env
        self.problems = []
        self.counts = {}  # line → quantity
        self.additions = []  # values of new lines, with their real quantity
        self.details = {}  # line → other values of it that the file changes
        self.unchanged = 0
        self.rows_by_target = {}
        self.decimal_point = sheets._get_decimal_point()
        self.row_count = 0
        self._take_rows(self._read(content))

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
        table = ((number, self._make_row(keys, cells)) for number, cells in body)
        return [(number, row) for number, row in table if self._is_filled(row)]

    @staticmethod
    def _make_row(keys, cells):
        """What is written in a row, by column key: of a wide file most cells are empty."""
        return {key: cell for key, cell in zip(keys, cells, strict=False) if key and cell not in (None, "")}

    def _get_header_problem(self, keys):
        """What is wrong with the columns; None when nothing is."""
        if "real_qty" in keys and {"id", "product_code", "product_name"} & set(keys):
            return None
        label = self.sheets._get_column_labels()
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
            labels = self.sheets.with_context(lang=code)._get_column_labels()
            by_label = {label.casefold(): key for key, label in labels.items()}
            keys = [by_label.get(cell) for cell in cells]
            if sum(map(bool, keys)) > sum(map(bool, best)):
                best = keys
                self.decimal_point = self.sheets._get_decimal_point(code)
        return best

    def _take_rows(self, rows):
        """Sort all rows, part by part, and forget between what was read for them: a large file takes no more memory for
        records than a small one."""
        self.row_count = len(rows)
        for begin in range(0, len(rows), PART):
            # As much work is still to come when all is read.
            self._report(begin, 2 * len(rows))
            part = rows[begin : begin + PART]
            self._index(part)
            for number, row in part:
                self._take_row(number, row)
            if len(rows) > PART:
                self.env.invalidate_all()

    def _report(self, done, total):
        self.env["stock.inventory.job"]._report(done, total)

    # Records, looked up once for all rows of a part

    def _index(self, rows):
        loose = [row for _number, row in rows if not row.get("id")]
        self.products = self._find_products(loose)
        self.locations = self._find_by_name(
            "stock.location", loose, "location", ["complete_name", "barcode"], self.sheets._get_location_domain()
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
        products = self.env["product.product"].union(*self.products.values())
        lot_names = {self._text(row, "lot") for row in loose} - {""}
        self.lots = self.sheets._find_lots(products, list(lot_names))
        ids = {self._text(row, "id") for _number, row in rows}
        self.lines = {
            line.id: line
            for line in self._find_lines(Domain("id", "in", [int(text) for text in ids if text.isdecimal()]))
        }
        # A product may have a line for each of thousands of lots.
        lots = self.env["stock.lot"].sudo()._search([("name", "in", list(lot_names))])
        of_lots = Domain("lot_id", "=", False) | Domain("lot_id", "in", lots)
        lines = self._find_lines(Domain("product_id", "in", products.ids) & of_lots)
        self.lines_by_key = {self._get_line_key(line): line for line in lines}

    def _find_lines(self, domain):
        """Lines of the sheet, with what is asked of each."""
        line_model = self.env["stock.inventory.sheet.line"]
        domain &= Domain("sheet_id", "=", self.sheets.id)
        return line_model.search_fetch(domain, ["sheet_id", *IDENTITY, "is_counted", "real_qty"], order="id")

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
        for name, product_ids in self.names_on_sheet.items():
            found[name] |= self.env["product.product"].browse(product_ids)
        for name in ("name", "barcode", "default_code"):
            for product in self.env["product.product"].search([(name, "in", list(codes))]):
                found[product[name]] |= product
        return found

    @functools.cached_property
    def names_on_sheet(self):
        """How the file calls those products on the sheets which nobody finds by name: variants, and what is archived. As
        dict of name → ids."""
        lines = self.env["stock.inventory.sheet.line"]._search([("sheet_id", "in", self.sheets.ids)])
        is_called_otherwise = Domain("product_template_attribute_value_ids", "!=", False) | Domain("active", "=", False)
        products = self.env["product.product"].with_context(active_test=False, display_default_code=False)
        names = defaultdict(list)
        for product in products.search(Domain("id", "in", lines.subselect("product_id")) & is_called_otherwise):
            names[product.display_name].append(product.id)
        return names

    def _find_by_name(self, model, rows, key, names, domain=None):
        """The records by each of the texts of a column; a text may be the name of several."""
        texts = {self._text(row, key) for row in rows} - {""}
        found = defaultdict(self.env[model].browse)
        if texts:
            by_name = Domain.OR([(name, "in", list(texts))] for name in names)
            mine = Domain("company_id", "in", [self.sheets.company_id.id, False])
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
            "sheet_id": self.sheets.id,
            "product_id": product.id,
            "location_id": self._get_named(self.locations, row, "location", self.sheets.location_id).id,
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
        # Its place is one of the sheet's: others were not looked for.
        line._check_product()
        line._check_tracking_number()
        return line, vals

    def _get_unknown_line_text(self, line_id):
        return self.env._(
            "line id %(id)s is not on sheet %(sheet)s; leave the id empty for a new line.",
            id=line_id,
            sheet=self.sheets.name,
        )

    def _get_line_by_id(self, row):
        text = self._text(row, "id")
        line = self.lines.get(int(text)) if text.isdecimal() else None
        if not line:
            raise ValidationError(self._get_unknown_line_text(text))
        for key in ("product_code", "lot", "location", "package", "owner"):
            if (text := self._text(row, key)) and text not in self._get_texts(line, key):
                message = self.env._(
                    "line id %(id)s is %(line)s, but the row says %(text)s; the rows may have been sorted in part.",
                    id=self._text(row, "id"),
                    line=line._get_description(),
                    text=text,
                )
                raise ValidationError(message)
        return line

    @staticmethod
    def _get_texts(line, key):
        """What a row of a line may have in a column."""
        if key == "product_code":
            return (line.product_id.default_code,)
        if key == "lot":
            return (line.lot_id.name or line.lot_name,)
        record = line[f"{key}_id"]
        return (record.complete_name, record.barcode) if key == "location" else (record.name, record.display_name)

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
        if len(found := records[text]) == 1:
            return found
        label = self.sheets._get_column_labels()[key]
        if not found:
            message = self.env._("there is no %(column)s “%(text)s”.", column=label, text=text)
        else:
            message = self.env._(
                "“%(text)s” is the name of several records (%(column)s); write the line id instead, or count that row on "
                "the sheet.",
                text=text,
                column=label,
            )
        raise ValidationError(message)

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
        self._apply_counts()
        self._apply_additions()
        self._apply_details()
        return {"counted": len(self.counts), "unchanged": self.unchanged, "added": len(self.additions)}

    def _apply_counts(self):
        """By id, as all lock them in one order."""
        counts = sorted(self.counts.items(), key=lambda count: count[0].id)
        for begin, part in self._in_parts(counts):
            self._report_applied(begin)
            self._count(part)

    def _apply_additions(self):
        for begin, part in self._in_parts(self.additions):
            self._report_applied(len(self.counts) + begin)
            vals_list = [{name: value for name, value in vals.items() if name != "real_qty"} for vals in part]
            added = self.env["stock.inventory.sheet.line"].create(vals_list)
            self._count(list(zip(added, [vals["real_qty"] for vals in part], strict=True)))

    def _apply_details(self):
        """At once for all lines of which the file says the same."""
        same = defaultdict(list)
        for line, details in self.details.items():
            same[tuple(sorted(details.items()))].append(line.id)
        for details, line_ids in same.items():
            self.env["stock.inventory.sheet.line"].browse(line_ids).write(dict(details))

    @staticmethod
    def _in_parts(items):
        for begin in range(0, len(items), PART):
            yield begin, items[begin : begin + PART]

    def _report_applied(self, done):
        """After the rows were read, which is as much work as it is to count them."""
        self._report(self.row_count + done, self.row_count + len(self.counts) + len(self.additions))

    def _count(self, counts):
        """
        :param counts: list of (line, quantity)
        """
        self.env["stock.inventory.sheet.line"]._set_real_quantities(counts, source="import")
        self.env.invalidate_all()
