import io
from dataclasses import dataclass, field

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import format_datetime, formatLang, groupby

from odoo.addons.cognityv_inventory.tools.paging import count_text_lines, paginate

# Nobody turns the pages of a longer table on paper.
ROWS_ON_PAPER = 10_000
# Of a page on paper, in pixels: see value_report_templates.xml, which has the same figures.
PAGE_HEIGHT, PAGE_WIDTH = 670, 1047
TEXT_HEIGHT, ROW_PADDING, HEAD_HEIGHT, CELL_PADDING, CHARACTER_WIDTH = 15, 5, 95, 8, 6.7
DIGIT_WIDTH = 7.7  # bold ones
# Widths in characters, of what is grouped by and of figures.
LABEL_WIDTH, FIGURE_WIDTH = 30, 15
SUM_OF_SHOWN_CELLS = 9


@dataclass
class Row:
    """
    :param kind: detail, subtotal (of those above it) or total
    :param labels: texts, one for each column that is grouped by
    :param values: dict of measure → number, None for what cannot be added up
    """

    kind: str
    labels: list
    values: dict
    key: str = ""  # the first group
    details: list = field(default_factory=list)  # the rows that a subtotal or total is of


class ValueReportFile:
    """A report of values as a table: grouped as on the screen, with subtotals by the first group and a total; as a
    workbook whose totals are formulas, or as pages to print.

    Reads with the rights of the user of `report`.
    """

    def __init__(self, report, domain, groupby_names):
        self.report = report
        self.env = report.env
        self.domain = domain
        self.groupby = list(groupby_names or report._default_groupby)
        self.measures = [*report._quantities, *report._money, *report._ratios]
        self.currency = self._get_currency()

    def _get_currency(self):
        """
        :raises UserError: when there are several, which cannot be added up
        """
        currencies = [currency for [currency] in self.report._read_group(self.domain, ["currency_id"])]
        if len(currencies) > 1:
            raise UserError(
                self.env._(
                    "This report has values in several currencies (%(names)s); choose one company.",
                    names=", ".join(currency.name for currency in currencies),
                )
            )
        return currencies[0] if currencies else self.env.company.currency_id

    # The table

    @property
    def title(self):
        moment = self.report._get_report_moment()
        name = self.report._get_report_title()
        return f"{name}, {format_datetime(self.env, moment)}" if moment else name

    def get_notes(self):
        """What one has to know of the table: list of sentences."""
        return [
            self.env._(
                "%(companies)s · in %(currency)s · made on %(moment)s",
                companies=", ".join(self.env.companies.mapped("name")),
                currency=self.currency.name,
                moment=format_datetime(self.env, fields.Datetime.now()),
            )
        ]

    def get_labels(self):
        """The heads of the columns."""
        return [self._get_label(spec) for spec in (*self.groupby, *self.measures)]

    def _get_label(self, spec):
        name, _, part = spec.partition(":")
        attributes = self.report.fields_get([name], ["string", "type"])[name]
        return self.env._("Month") if part == "month" else attributes["string"]

    def get_rows(self):
        """All rows in the order in which they are shown."""
        details = self._read(self.groupby, "detail")
        total = self._read([], "total")[0]
        total.labels = [self.env._("Total"), *[""] * (len(self.groupby) - 1)]
        total.details = details
        if len(self.groupby) < 2:
            return [*details, total]
        rows = []
        members = dict(groupby(details, lambda row: row.key))
        for subtotal in self._read(self.groupby[:1], "subtotal"):
            subtotal.details = members[subtotal.key]
            subtotal.labels = [self.env._("%(group)s, total", group=subtotal.labels[0])]
            subtotal.labels += [""] * (len(self.groupby) - 1)
            rows += [*subtotal.details, subtotal]
        return [*rows, total]

    def _read(self, groupby_names, kind):
        aggregates = [f"{name}:{self.report._fields[name].aggregator}" for name in self.measures]
        order = ", ".join(groupby_names)
        groups = self.report.formatted_read_group(self.domain, groupby_names, aggregates, order=order or None)
        return [self._prepare_row(group, groupby_names, aggregates, kind) for group in groups]

    def _prepare_row(self, group, groupby_names, aggregates, kind):
        labels = [self._get_group_text(spec, group[spec]) for spec in groupby_names]
        values = {name: self._get_number(group[spec]) for name, spec in zip(self.measures, aggregates, strict=True)}
        return Row(kind, labels, values, key=str(group[groupby_names[0]]) if groupby_names else "")

    def _get_number(self, value):
        return None if value is None or value is False else float(value)

    def _get_group_text(self, spec, value):
        if value is False or value is None:
            return self.env._("None")
        if isinstance(value, tuple | list):
            return str(value[1])
        field_ = self.report._fields[spec.partition(":")[0]]
        return dict(field_._description_selection(self.env))[value] if field_.type == "selection" else str(value)

    # As a workbook

    def get_xlsx(self):
        """Bytes of an XLSX workbook: figures are numbers, and totals and ratios are formulas over them."""
        out = io.BytesIO()
        workbook = xlsxwriter.Workbook(out, {"in_memory": True})
        self.sheet = workbook.add_worksheet(self.report._get_report_title()[:31])
        self._add_formats(workbook)
        first = self._write_head()
        rows = self.get_rows()
        self.row_numbers = {id(row): first + number for number, row in enumerate(rows)}
        for row in rows:
            self._write_row(row)
        workbook.close()
        return out.getvalue()

    def _add_formats(self, workbook):
        money = "#,##0" + ("." + "0" * self.currency.decimal_places if self.currency.decimal_places else "")
        shapes = {"detail": {}, "subtotal": {"bold": True, "top": 1}, "total": {"bold": True, "top": 6}}
        self.formats = {
            (kind, number): workbook.add_format({**shape, **({"num_format": number} if number else {})})
            for kind, shape in shapes.items()
            for number in ("", money, "#,##0.00", "#,##0.####")
        }
        self.number_formats = {
            **dict.fromkeys(self.report._money, money),
            **dict.fromkeys(self.report._quantities, "#,##0.####"),
            **dict.fromkeys(self.report._ratios, "#,##0.00"),
        }
        self.title_format = workbook.add_format({"bold": True, "font_size": 14})
        self.head_format = workbook.add_format({"bold": True, "bg_color": "#E9ECEF", "bottom": 1, "text_wrap": True})

    def _write_head(self):
        """
        :return: the number of the first row of the table
        """
        self.sheet.write_string(0, 0, self.title, self.title_format)
        notes = self.get_notes()
        for number, note in enumerate(notes, 1):
            self.sheet.write_string(number, 0, note)
        head = len(notes) + 2
        for column, label in enumerate(self.get_labels()):
            self.sheet.write_string(head, column, label, self.head_format)
        self.sheet.set_column(0, len(self.groupby) - 1, LABEL_WIDTH)
        self.sheet.set_column(len(self.groupby), len(self.groupby) + len(self.measures) - 1, FIGURE_WIDTH)
        self.sheet.freeze_panes(head + 1, len(self.groupby))
        return head + 1

    def _write_row(self, row):
        number = self.row_numbers[id(row)]
        for column, label in enumerate(row.labels):
            self.sheet.write_string(number, column, label, self.formats[row.kind, ""])
        for name in self.measures:
            shape = self.formats[row.kind, self.number_formats[name]]
            self._write_measure(row, number, name, shape)

    def _write_measure(self, row, number, name, shape):
        column, value = self._get_column(name), row.values[name]
        if value is None:
            self.sheet.write_blank(number, column, None, shape)
        elif name in self.report._ratios:
            cells = {other: xl_rowcol_to_cell(number, self._get_column(other)) for other in self.measures}
            self.sheet.write_formula(number, column, self.report._ratios[name].get_formula(cells), shape, value)
        elif row.details:
            self.sheet.write_formula(number, column, self._get_sum_formula(row, column), shape, value)
        else:
            self.sheet.write_number(number, column, value, shape)

    def _get_column(self, name):
        return len(self.groupby) + self.measures.index(name)

    def _get_sum_formula(self, row, column):
        """Sums of sums are not added again, nor is what a filter hides."""
        first, last = (xl_rowcol_to_cell(self.row_numbers[id(row.details[end])], column) for end in (0, -1))
        return f"=SUBTOTAL({SUM_OF_SHOWN_CELLS},{first}:{last})"

    # On paper

    def get_pages(self):
        """The rows of each page, as texts: list of lists of dicts with `kind` and `texts`.

        :raises UserError: when nobody would turn that many pages
        """
        rows = self.get_rows()
        if len(rows) > ROWS_ON_PAPER:
            message = self.env._(
                "These are %(count)s rows, too many for paper; group by less, or take the XLSX file.", count=len(rows)
            )
            raise UserError(message)
        texts = [{"kind": row.kind, "texts": self._format_row(row)} for row in rows]
        self.widths = self._get_widths([row["texts"] for row in texts])
        heights = [self._get_row_height(row["texts"]) for row in texts]
        pages = paginate([(HEAD_HEIGHT, heights)], PAGE_HEIGHT)
        return [texts[start:end] for [(_block, start, end)] in pages]

    def _get_widths(self, texts):
        """Of the columns, in percent of the page: figures have as much room as the longest needs, and the names of
        groups share the rest."""
        first = len(self.groupby)
        words = [max(label.split(), key=len) for label in self.get_labels()[first:]]
        columns = zip(words, *(row[first:] for row in texts), strict=True)
        figures = [100 * (max(map(len, column)) * DIGIT_WIDTH + CELL_PADDING) / PAGE_WIDTH for column in columns]
        return [(100 - sum(figures)) / first] * first + figures

    def _format_row(self, row):
        return [*row.labels, *(self._format(name, row.values[name]) for name in self.measures)]

    def _format(self, name, value):
        if value is None:
            return ""
        if name in self.report._money:
            return formatLang(self.env, value, digits=self.currency.decimal_places)
        if name in self.report._quantities:
            return formatLang(self.env, value, dp="Product Unit")
        return formatLang(self.env, value, digits=2)

    def _get_row_height(self, texts):
        """Only names of groups are ever broken."""
        width = max(1, int((PAGE_WIDTH * self.widths[0] / 100 - CELL_PADDING) / CHARACTER_WIDTH))
        lines = max(count_text_lines(text, width) for text in texts[: len(self.groupby)])
        return lines * TEXT_HEIGHT + ROW_PADDING
