import hashlib
import io
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime, formatLang, html2plaintext

from ..tools.paging import count_text_lines, paginate

BATCH = 2000
# A PDF of more lines and counts than this takes minutes and nobody turns its pages: they are in the workbook only.
ROWS_ON_PAPER = 10_000
# Of a page on paper, in pixels: see report/stock_inventory_audit_templates.xml, which has the same figures.
PAGE_HEIGHT, PAGE_WIDTH = 1000, 718
TEXT_HEIGHT, ROW_PADDING, TITLE_HEIGHT, CELL_PADDING, CHARACTER_WIDTH = 15, 5, 38, 8, 6.7
SIGNATURE_HEIGHT = 130
NUMBER = "number"
LINE_FIELDS = [
    "product_id",
    "location_id",
    "lot_id",
    "lot_name",
    "package_id",
    "owner_id",
    "is_counted",
    "current_qty",
    "real_qty",
    "moved_qty",
    "gap_qty",
    "reason_id",
    "description",
    "last_counted_by_id",
    "last_counted_at",
]
COUNT_FIELDS = [
    "line_id",
    "pass_number",
    "mode",
    "quantity",
    "on_hand_qty",
    "user_id",
    "counted_at",
    "create_date",
    "source",
    "code",
    "superseded",
]


@dataclass
class Table:
    """One table of the pack.

    :param key: names the table
    :param columns: list of (label, width in characters, "number" or None)
    :param rows: list, or for tables of a whole sheet an iterator, of lists of values
    :param note: a sentence above the rows
    :param empty: what is said when there is no row
    """

    key: str
    title: str
    columns: list
    rows: object
    note: str = ""
    empty: str = ""
    widths: list = field(init=False)

    def __post_init__(self):
        total = sum(width for _label, width, _kind in self.columns)
        self.widths = [100 * width / total for _label, width, _kind in self.columns]


class AuditPack:
    """All that an auditor asks of a sheet, as tables: on paper with `get_pages()`, as a workbook with `get_xlsx()`."""

    def __init__(self, sheet):
        sheet.ensure_one()
        sheet._check_audit_pack()
        self.sheet = sheet
        self.env = sheet.env
        self.line_domain = Domain("sheet_id", "=", sheet.id)
        self.names = defaultdict(dict)  # model → id → name
        self.units = {}  # product id → name of its unit
        self.texts = {}  # value → text
        count_model = self.env["stock.inventory.count"]
        self.modes = self._get_labels(count_model, "mode")
        self.sources = self._get_labels(count_model, "source")
        self.fits_on_paper = self._count_rows() <= ROWS_ON_PAPER

    def _count_rows(self):
        models = ("stock.inventory.sheet.line", "stock.inventory.count")
        return sum(self.env[model].search_count(self.line_domain) for model in models)

    # The tables

    def _get_summary_tables(self):
        return [
            self._get_header_table(),
            self._get_states_table(),
            self._get_accuracy_table(),
            self._get_cut_off_table(),
            self._get_releases_table(),
            self._get_log_table(),
        ]

    def _get_header_table(self):
        sheet = self.sheet
        rows = [
            [self.env._("Reference"), sheet.name],
            [self.env._("Company"), sheet.company_id.name],
            [self.env._("Place"), self._get_place_text()],
            [self.env._("Type"), self._get_label(sheet, "count_type")],
            [self.env._("Blocked while counting"), self._get_label(sheet, "block_mode")],
            [self.env._("Blind count"), self.env._("Yes") if sheet.blind else self.env._("No")],
            [self.env._("Counters"), ", ".join(sheet.counter_ids.mapped("name"))],
            [self.env._("Description"), sheet.description or ""],
            [self.env._("Planned"), sheet.planned_start],
            [self.env._("Fingerprint (SHA-256)"), self._get_fingerprint()],
            [self.env._("Made on"), fields.Datetime.now()],
            [self.env._("Made by"), self.env.user.name],
            [self.env._("Times are in"), self.env.user.tz or "UTC"],
        ]
        columns = [("", 28, None), ("", 90, None)]
        return Table("header", self.env._("Sheet"), columns, rows, note=self._get_paper_note())

    def _get_place_text(self):
        name = self.sheet.location_id.complete_name
        if self.sheet.include_sublocations:
            return self.env._("%(place)s, with its sub-locations", place=name)
        return name

    def _get_paper_note(self):
        if self.fits_on_paper:
            return ""
        return self.env._(
            "This sheet is too long for paper: its lines, counts, places and moves are in the auditor's pack as XLSX "
            "(Tools menu of the sheet), which has the same fingerprint."
        )

    def _get_states_table(self):
        sheet = self.sheet
        stamps = [
            (self.env._("Created"), sheet.create_date, sheet.create_uid),
            (self.env._("Started"), sheet.started_at, sheet.started_by_id),
            (self.env._("Completed"), sheet.completed_at, sheet.completed_by_id),
            (self.env._("Validated"), sheet.validated_at, sheet.validated_by_id),
            (self.env._("Reversed"), sheet.reversed_at, sheet.reversed_by_id),
        ]
        rows = [[label, moment, user.name] for label, moment, user in stamps if moment]
        columns = [(self.env._("Status"), 28, None), (self.env._("On"), 30, None), (self.env._("By"), 60, None)]
        return Table("states", self.env._("Who did what, and when"), columns, rows)

    def _get_releases_table(self):
        columns = [
            (self.env._("Transfer"), 26, None),
            (self.env._("Reason"), 50, None),
            (self.env._("Released by"), 26, None),
            (self.env._("Released on"), 25, None),
            (self.env._("Moved on"), 25, None),
        ]
        rows = [
            [
                release.picking_id.name,
                release.reason,
                release.user_id.name,
                release.create_date,
                release.done_at or None,
            ]
            for release in self.sheet.release_ids.sorted("id")
        ]
        title = self.env._("Transfers let through while counting")
        return Table("releases", title, columns, rows, empty=self.env._("None."))

    def _get_log_table(self):
        columns = [(self.env._("On"), 26, None), (self.env._("By"), 26, None), (self.env._("What"), 80, None)]
        return Table(
            "log",
            self.env._("Log of the sheet"),
            columns,
            self._get_log_rows(),
            empty=self.env._("Nothing was logged."),
        )

    def _get_log_rows(self):
        """The chatter, oldest first: each change of status, and all that was noted, such as transfers let through."""
        messages = self.sheet.sudo().message_ids.sorted("id")
        rows = [[message.date, message.author_id.name or "", self._get_message_text(message)] for message in messages]
        return [row for row in rows if row[2]]

    def _get_message_text(self, message):
        changes = [
            f"{change['fieldInfo']['changedField']}: {change['oldValue'] or '–'} → {change['newValue'] or '–'}"
            for change in message.tracking_value_ids._tracking_value_format()
        ]
        return "\n".join(part for part in [html2plaintext(message.body or ""), *changes] if part)

    def _get_places_table(self):
        line_model = self.env["stock.inventory.sheet.line"]
        counts = [
            dict(line_model._read_group(self.line_domain & domain, ["location_id"], ["__count"]))
            for domain in (Domain.TRUE, Domain("is_counted", "=", True), Domain("gap_qty", "!=", 0))
        ]
        rows = [[place.complete_name, *(count.get(place, 0) for count in counts)] for place in counts[0]]
        columns = [
            (self.env._("Place"), 70, None),
            (self.env._("Lines"), 14, NUMBER),
            (self.env._("Counted"), 14, NUMBER),
            (self.env._("With a gap"), 16, NUMBER),
        ]
        return Table("places", self.env._("Places counted"), columns, sorted(rows), empty=self.env._("None."))

    def _get_accuracy_table(self):
        sheet = self.sheet
        rows = [
            [self.env._("Lines"), sheet.line_count],
            [self.env._("Lines counted"), sheet.counted_line_count],
            [self.env._("Lines not counted"), sheet.line_count - sheet.counted_line_count],
            [self.env._("Lines with too much"), sheet.over_line_count],
            [self.env._("Lines with too little"), sheet.short_line_count],
            [self.env._("Exactly right (% of the counted lines)"), round(sheet.share_exact, 1)],
            [self.env._("Within ±1 %"), round(sheet.share_within_1, 1)],
            [self.env._("Within ±3 %"), round(sheet.share_within_3, 1)],
            [self.env._("Within ±5 %"), round(sheet.share_within_5, 1)],
            [self.env._("Absolute gap"), sheet.absolute_gap_text or "0"],
        ]
        return Table("accuracy", self.env._("Accuracy"), [("", 60, None), ("", 60, None)], rows)

    def _get_cut_off_table(self):
        rows = [
            self._prepare_cut_off_row(moment, kind, picking)
            for moment, pickings in (
                (self.env._("Last before Start"), self.sheet._get_last_transfers()),
                (self.env._("First after validation"), self.sheet._get_first_transfers()),
            )
            for kind, picking in pickings.items()
        ]
        columns = [
            (self.env._("Moment"), 26, None),
            (self.env._("Operation"), 24, None),
            (self.env._("Reference"), 26, None),
            (self.env._("Date"), 25, None),
            (self.env._("Partner"), 30, None),
            (self.env._("Source document"), 22, None),
        ]
        note = self.env._(
            "Other moves in or out of these places between Start and validation: %(count)s.",
            count=self.sheet._count_moves_meanwhile(),
        )
        return Table("cut_off", self.env._("Cut-off"), columns, rows, note=note)

    def _prepare_cut_off_row(self, moment, kind, picking):
        label = dict(self.env["stock.picking.type"]._fields["code"]._description_selection(self.env))[kind]
        reference = picking.name or self.env._("none")
        return [
            moment,
            label,
            reference,
            picking.date_done or None,
            picking.partner_id.display_name or "",
            picking.origin or "",
        ]

    def _get_moves_table(self):
        columns = [
            (self.env._("Date"), 24, None),
            (self.env._("Made by"), 16, None),
            (self.env._("Product"), 40, None),
            (self.env._("Tracking number"), 20, None),
            (self.env._("From"), 26, None),
            (self.env._("To"), 26, None),
            (self.env._("Quantity"), 14, NUMBER),
            (self.env._("Unit"), 10, None),
        ]
        return Table(
            "moves", self.env._("Stock moves"), columns, self._iter_moves(), empty=self.env._("No stock was moved.")
        )

    def _iter_moves(self):
        validation, reversal = self.env._("Validation"), self.env._("Reversal")
        move_model = self.env["stock.move"]
        reversing = set(move_model.search([("reversed_sheet_id", "=", self.sheet.id)])._ids)
        domain = Domain("move_id", "any", self.sheet._get_move_domain() & Domain("state", "=", "done"))
        names = [
            "date",
            "move_id",
            "product_id",
            "lot_id",
            "location_id",
            "location_dest_id",
            "quantity",
            "product_uom_id",
        ]
        for line in self._read("stock.move.line", domain, names, "id"):
            yield [
                line["date"],
                reversal if line["move_id"] in reversing else validation,
                *(line[name] for name in ("product_id", "lot_id", "location_id", "location_dest_id")),
                line["quantity"],
                line["product_uom_id"],
            ]

    def _get_lines_table(self):
        return Table("lines", self.env._("Lines"), self._get_line_columns(), self._iter_lines())

    def _get_line_columns(self):
        return [
            (self.env._("Line id"), 10, NUMBER),
            (self.env._("Product"), 40, None),
            (self.env._("Place"), 30, None),
            (self.env._("Tracking number"), 20, None),
            (self.env._("Package"), 16, None),
            (self.env._("Owner"), 18, None),
            (self.env._("Current"), 12, NUMBER),
            (self.env._("Real"), 12, NUMBER),
            (self.env._("Moved since counted"), 20, NUMBER),
            (self.env._("Gap"), 12, NUMBER),
            (self.env._("Unit"), 10, None),
            (self.env._("Correction reason"), 20, None),
            (self.env._("Description"), 40, None),
            (self.env._("Counted by"), 22, None),
            (self.env._("Counted on"), 20, None),
        ]

    def _iter_lines(self):
        for line in self._read_lines():
            yield self._prepare_line_row(line)

    def _prepare_line_row(self, line):
        """The values of a line, in the order of `_get_line_columns`."""
        is_counted = line["is_counted"]
        return [
            line["id"],
            line["product_id"],
            line["location_id"],
            line["lot_id"] or line["lot_name"],
            line["package_id"],
            line["owner_id"],
            line["current_qty"],
            line["real_qty"] if is_counted else None,
            line["moved_qty"] if is_counted else None,
            line["gap_qty"] if is_counted else None,
            line["unit"],
            line["reason_id"],
            line["description"],
            line["last_counted_by_id"],
            line["last_counted_at"],
        ]

    def _get_counts_table(self):
        columns = [
            (self.env._("Line id"), 10, NUMBER),
            (self.env._("Count id"), 10, NUMBER),
            (self.env._("Pass"), 8, NUMBER),
            (self.env._("Mode"), 10, None),
            (self.env._("Quantity"), 12, NUMBER),
            (self.env._("In the system then"), 18, NUMBER),
            (self.env._("Counted by"), 22, None),
            (self.env._("Seen on"), 20, None),
            (self.env._("Received on"), 20, None),
            (self.env._("How"), 14, None),
            (self.env._("Code"), 24, None),
            (self.env._("Withdrawn"), 12, None),
        ]
        return Table("counts", self.env._("Counts"), columns, self._iter_counts())

    def _iter_counts(self):
        withdrawn = self.env._("Withdrawn")
        for count in self._read_counts(self.line_domain):
            yield [
                count["line_id"],
                count["id"],
                count["pass_number"],
                self.modes[count["mode"]],
                count["quantity"],
                count["on_hand_qty"],
                count["user_id"],
                count["counted_at"],
                count["create_date"],
                self.sources[count["source"]],
                count["code"],
                withdrawn if count["superseded"] else "",
            ]

    def _get_paper_lines_table(self):
        """Each line with its counts below it. A row of one value goes across the page."""
        columns = [
            (self.env._("Line"), 9, NUMBER),
            (self.env._("Product"), 40, None),
            (self.env._("Place"), 22, None),
            (self.env._("Tracking number"), 16, None),
            (self.env._("Current"), 13, NUMBER),
            (self.env._("Real"), 13, NUMBER),
            (self.env._("Gap"), 12, NUMBER),
            (self.env._("Unit"), 9, None),
        ]
        return Table(
            "paper_lines",
            self.env._("Lines and their counts"),
            columns,
            self._iter_paper_lines(),
            empty=self.env._("No line."),
        )

    def _iter_paper_lines(self):
        counts_by_line = defaultdict(list)
        for count in self._read_counts(self.line_domain):
            counts_by_line[count["line_id"]].append(count)
        for line in self._read_lines():
            yield self._prepare_paper_line(line)
            if details := self._get_paper_details(line):
                yield [details]
            for count in counts_by_line[line["id"]]:
                yield [f"    {self._get_count_text(count)}"]

    def _prepare_paper_line(self, line):
        is_counted = line["is_counted"]
        return [
            line["id"],
            line["product_id"],
            self._get_place_on_paper(line["location_id"]),
            line["lot_id"] or line["lot_name"],
            line["current_qty"],
            line["real_qty"] if is_counted else self.env._("not counted"),
            line["gap_qty"] if is_counted else None,
            line["unit"],
        ]

    def _get_place_on_paper(self, name):
        """The place as seen from the sheet's own, which each page names."""
        return name.removeprefix(f"{self.sheet.location_id.complete_name}/")

    def _get_paper_details(self, line):
        """What has no column of its own on paper."""
        package = line["package_id"] and self.env._("Package: %(name)s", name=line["package_id"])
        owner = line["owner_id"] and self.env._("Owner: %(name)s", name=line["owner_id"])
        reason = line["reason_id"] and self.env._("Reason: %(name)s", name=line["reason_id"])
        note = line["description"] and self.env._("Note: %(note)s", note=line["description"])
        moved = line["moved_qty"] and self.env._(
            "Moved since it was counted: %(quantity)s", quantity=self._format(line["moved_qty"])
        )
        return " · ".join(part for part in (package, owner, moved, reason, note) if part)

    def _get_count_text(self, count):
        """A count as a line of text: what was found, by whom, when and how."""
        text = self.env._(
            "Pass %(number)s: %(mode)s %(quantity)s by %(user)s, seen on %(seen)s, received on %(received)s, %(how)s",
            number=count["pass_number"],
            mode=self.modes[count["mode"]].lower(),
            quantity=self._format(count["quantity"]),
            user=count["user_id"],
            seen=self._format(count["counted_at"]),
            received=self._format(count["create_date"]),
            how=self.sources[count["source"]].lower(),
        )
        code = count["code"] and self.env._("code %(code)s", code=count["code"])
        withdrawn = count["superseded"] and self.env._("withdrawn")
        return ", ".join(part for part in (text, code, withdrawn) if part)

    def _get_uncounted_table(self):
        columns = [
            (self.env._("Line"), 9, NUMBER),
            (self.env._("Product"), 44, None),
            (self.env._("Place"), 30, None),
            (self.env._("Tracking number"), 20, None),
            (self.env._("Current"), 13, NUMBER),
            (self.env._("Unit"), 9, None),
        ]
        return Table(
            "uncounted",
            self.env._("Lines that were not counted"),
            columns,
            self._iter_uncounted(),
            empty=self.env._("All lines were counted."),
        )

    def _iter_uncounted(self):
        for line in self._read_lines(Domain("is_counted", "=", False)):
            place = self._get_place_on_paper(line["location_id"])
            lot = line["lot_id"] or line["lot_name"]
            yield [line["id"], line["product_id"], place, lot, line["current_qty"], line["unit"]]

    # Reading

    def _read_lines(self, domain=Domain.TRUE):
        return self._read("stock.inventory.sheet.line", self.line_domain & domain, self._get_line_fields())

    def _get_line_fields(self):
        return LINE_FIELDS

    def _read_counts(self, domain):
        return self._read("stock.inventory.count", domain, COUNT_FIELDS, "line_id, counted_at, id")

    def _read(self, model, domain, names, order=None):
        """The records of a domain as dicts, read and forgotten in batches, with the names of what they link to but for
        lines and moves, of which the ids are wanted. Names are kept: many records link to the same few.

        The unit is taken from the product: the related field of the line would be computed record by record.
        """
        comodels = {
            name: self.env[model]._fields[name].comodel_name for name in names if name not in ("line_id", "move_id")
        }
        ids = self.env[model].search(domain, order=order)._ids
        for start in range(0, len(ids), BATCH):
            rows = self.env[model].browse(ids[start : start + BATCH]).read(names, load=None)
            for name, comodel in comodels.items():
                if comodel:
                    self._put_names(rows, name, comodel)
            yield from rows
            self.env.invalidate_all(flush=False)

    def _put_names(self, rows, name, comodel):
        known = self.names[comodel]
        records = self.env[comodel].browse({row[name] for row in rows if row[name]} - known.keys())
        known.update({record.id: record.display_name for record in records})
        if comodel == "product.product":
            self.units.update({product.id: product.uom_id.name for product in records})
        for row in rows:
            if comodel == "product.product":
                row["unit"] = self.units[row[name]]
            row[name] = known[row[name]] if row[name] else ""

    def _get_labels(self, record, name):
        return dict(record._fields[name]._description_selection(self.env))

    def _get_label(self, record, name):
        return self._get_labels(record, name).get(record[name], "")

    def _get_fingerprint(self):
        """SHA-256 over the lines, counts and moves as they are in the database: two packs that have the same one show
        the same evidence. SQL, since it reads a whole sheet as it is stored."""
        self.env.flush_all()
        digest = hashlib.sha256()
        queries = (
            SQL(
                """SELECT id, product_id, location_id, lot_id, lot_name, package_id, owner_id, is_counted,
                          trim_scale(current_qty::numeric), trim_scale(real_qty::numeric), trim_scale(gap_qty::numeric)
                     FROM stock_inventory_sheet_line WHERE sheet_id = %s ORDER BY id""",
                self.sheet.id,
            ),
            SQL(
                """SELECT id, line_id, pass_number, trim_scale(quantity::numeric), mode, user_id, counted_at, create_date,
                          source, code, client_uuid, superseded, trim_scale(on_hand_qty::numeric)
                     FROM stock_inventory_count WHERE sheet_id = %s ORDER BY id""",
                self.sheet.id,
            ),
            SQL(
                """SELECT id, product_id, location_id, location_dest_id, trim_scale(quantity::numeric), state
                     FROM stock_move WHERE inventory_sheet_id = %(sheet)s OR reversed_sheet_id = %(sheet)s ORDER BY id""",
                sheet=self.sheet.id,
            ),
        )
        for query in queries:
            for row in self.env.execute_query(query):
                digest.update(repr([None if value is None else str(value) for value in row]).encode())
        return digest.hexdigest()

    # On paper

    def get_pages(self):
        """The pages of the PDF, each a list of parts: dicts with a `table`, its `rows` of texts on that page and
        whether it is `continued`; the last part, without a table, is for the signatures."""
        tables = [*self._get_summary_tables()]
        if self.fits_on_paper:
            tables += [
                self._get_places_table(),
                self._get_paper_lines_table(),
                self._get_uncounted_table(),
                self._get_moves_table(),
            ]
        texts = [[[self._format(value) for value in row] for row in table.rows] for table in tables]
        blocks = [
            (self._get_head_height(table), [self._get_row_height(table, row) for row in rows])
            for table, rows in zip(tables, texts, strict=True)
        ]
        pages = paginate([*blocks, (SIGNATURE_HEIGHT, [])], PAGE_HEIGHT)
        return [[self._prepare_part(tables, texts, *part) for part in page] for page in pages]

    def _prepare_part(self, tables, texts, index, start, end):
        if index == len(tables):
            return {"table": None}
        return {"table": tables[index], "rows": texts[index][start:end], "continued": start > 0}

    def _format(self, value):
        """The text of a value. Texts of numbers and dates are kept, as the same ones come often."""
        if isinstance(value, str):
            return value
        if value is None or value is False:
            return ""
        key = (type(value), value)
        if key not in self.texts:
            self.texts[key] = self._make_text(value)
        return self.texts[key]

    def _make_text(self, value):
        if isinstance(value, datetime):
            return format_datetime(self.env, value)
        if isinstance(value, float):
            return formatLang(self.env, value, dp="Product Unit")
        return str(value)

    def _get_head_height(self, table):
        note = table.note and count_text_lines(table.note, self._get_characters(100)) * TEXT_HEIGHT + ROW_PADDING
        labels = [label for label, _width, _kind in table.columns]
        head = self._get_row_height(table, labels) if any(labels) else 0
        return TITLE_HEIGHT + (note or 0) + head

    def _get_row_height(self, table, row):
        widths = table.widths if len(row) > 1 else [100]
        lines = max(
            count_text_lines(text, self._get_characters(width)) for text, width in zip(row, widths, strict=True)
        )
        return lines * TEXT_HEIGHT + ROW_PADDING

    def _get_characters(self, percent):
        """How many characters fit into a column of so many percent of the page."""
        return max(1, int((PAGE_WIDTH * percent / 100 - CELL_PADDING) / CHARACTER_WIDTH))

    # As a workbook

    def get_xlsx(self):
        """The pack as bytes of an XLSX workbook with real numbers and dates, which are in the user's time zone."""
        out = io.BytesIO()
        workbook = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False})
        self.formats = {
            "title": workbook.add_format({"bold": True, "font_size": 13}),
            "head": workbook.add_format({"bold": True, "bg_color": "#E9ECEF", "bottom": 1}),
            "datetime": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        }
        cut_off = self._get_cut_off_table()
        summary = [table for table in self._get_summary_tables() if table.key != "cut_off"]
        self._write_worksheet(workbook, self.env._("Summary"), [*summary, self._get_places_table()])
        for table in (self._get_lines_table(), self._get_counts_table(), self._get_moves_table(), cut_off):
            self._write_worksheet(workbook, table.title, [table])
        workbook.close()
        return out.getvalue()

    def _write_worksheet(self, workbook, name, tables):
        """One table to calculate with, its head frozen; or several below each other with their titles."""
        worksheet = workbook.add_worksheet(name[:31])
        is_alone = len(tables) == 1
        for column, (_label, width, _kind) in enumerate(tables[0].columns):
            worksheet.set_column(column, column, width)
        if is_alone:
            worksheet.freeze_panes(1, 0)
        row = 0
        for table in tables:
            row = self._write_table(worksheet, table, row, with_title=not is_alone)

    def _write_table(self, worksheet, table, row, with_title):
        if with_title:
            worksheet.write_string(row, 0, table.title, self.formats["title"])
            row += 1
        labels = [label for label, _width, _kind in table.columns]
        if any(labels):
            self._write_row(worksheet, row, labels, self.formats["head"])
            row += 1
        for values in table.rows:
            self._write_row(worksheet, row, values)
            row += 1
        if table.note and table.key == "cut_off":
            worksheet.write_string(row + 1, 0, table.note)
        return row + 1

    def _write_row(self, worksheet, row, values, cell_format=None):
        for column, value in enumerate(values):
            if value in ("", None) or value is False:
                continue
            if isinstance(value, datetime):
                local = fields.Datetime.context_timestamp(self.sheet, value).replace(tzinfo=None)
                worksheet.write_datetime(row, column, local, self.formats["datetime"])
            else:
                self.sheet._write_cell(worksheet, row, column, value, cell_format)
