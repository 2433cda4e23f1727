import io
from dataclasses import dataclass
from itertools import islice

import xlsxwriter
from pytz import all_timezones_set, timezone, utc
from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, formatLang, groupby

from odoo.addons.cognityv_inventory.tools.paging import count_text_lines, get_paper_zoom, paginate

# Nobody turns the pages of a longer table on paper.
ROWS_ON_PAPER = 10_000
# How many rows are in memory at a time.
BATCH = 5_000
# Groups by these are dates in a workbook, shown so.
DATE_FORMATS = {"day": "yyyy-mm-dd", "month": "mmm yyyy", "year": "yyyy"}
# Of a page on paper, in pixels: see value_report_templates.xml, which has the same figures.
PAGE_HEIGHT, PAGE_WIDTH = 700, 1047
TEXT_HEIGHT, ROW_PADDING, HEAD_HEIGHT, CELL_PADDING, CHARACTER_WIDTH = 15, 5, 95, 8, 6.7
DIGIT_WIDTH = 7.7  # bold ones
# Names of groups that are longer, in characters, get no more room than these.
LONGEST_SHARE = 45
# Widths in characters, of what is grouped by and of figures.
LABEL_WIDTH, FIGURE_WIDTH = 30, 15
SUM_OF_SHOWN_CELLS = 9


@dataclass
class Row:
    """
    :param kind: detail, subtotal (of those above it) or total
    :param labels: texts or dates, one for each column that is grouped by
    :param values: dict of measure → number, None for what cannot be added up
    :param first: of a subtotal or total the number, from 0, of the first row that it adds up; the last one is before it
    """

    kind: str
    labels: list
    values: dict
    first: int | None = None


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
        self.aggregates = {name: f"{name}:{report._fields[name].aggregator}" for name in self.measures}
        self.currency = self._get_currency()
        self.zoom = get_paper_zoom()

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

    def iter_rows(self):
        """All rows in the order in which they are shown; only some of them are in memory at a time."""
        rows = self._iter_details() if len(self.groupby) < 2 else self._iter_details_with_subtotals()
        for number, row in enumerate(rows):
            if row.kind == "subtotal":
                row.first = number - row.first
            yield row
        [total] = self._read(self.domain, [])
        yield self._prepare_sum(total, "total", self.env._("Total"), first=0)

    def _iter_details(self):
        """The rows of a table of one group: without subtotals."""
        for group in self._read_in_parts(self.domain, self.groupby):
            yield self._prepare_row(group, "detail")

    def _iter_details_with_subtotals(self):
        """The rows of each first group, with its subtotal. Small groups are read together, large ones in parts."""
        for groups in self._split_by_size(self._read_in_parts(self.domain, self.groupby[:1])):
            domain = Domain(self.domain) & Domain.OR(group["__extra_domain"] for group in groups)
            if len(groups) == 1:
                yield from self._iter_group(groups[0], self._read_in_parts(domain, self.groupby))
                continue
            details = dict(groupby(self._read(domain, self.groupby), self._get_key))
            for group in groups:
                yield from self._iter_group(group, details[self._get_key(group)])

    def _iter_group(self, group, details):
        """The rows of a first group, and its subtotal, which has the number of these rows as `first`."""
        count = 0
        for count, detail in enumerate(details, 1):  # noqa: B007
            yield self._prepare_row(detail, "detail")
        name = self.env._("%(group)s, total", group=self._get_group_text(self.groupby[0], group))
        yield self._prepare_sum(group, "subtotal", name, first=count)

    def _get_key(self, group):
        return str(group[self.groupby[0]])

    def _split_by_size(self, groups):
        """Lists of groups that have no more records together than are read at a time; or a single larger one."""
        part, size = [], 0
        for group in groups:
            if part and size + group["__count"] > BATCH:
                yield part
                part, size = [], 0
            part.append(group)
            size += group["__count"]
        if part:
            yield part

    def _read_in_parts(self, domain, groupby_names):
        """All groups, read some at a time. Groups of the same name need an order, too: that of their first record."""
        offset = 0
        while groups := self._read(domain, groupby_names, offset=offset, limit=BATCH):
            yield from groups
            offset += BATCH
            if len(groups) < BATCH:
                break

    def _read(self, domain, groupby_names, **limits):
        # The names that were read for the part before.
        self.env.invalidate_all()
        order = ", ".join([*groupby_names, "id:min"]) if groupby_names else None
        return self.report.formatted_read_group(
            domain, groupby_names, ["__count", *self.aggregates.values()], order=order, **limits
        )

    def _prepare_sum(self, group, kind, name, first):
        return Row(kind, [name, *[""] * (len(self.groupby) - 1)], self._get_values(group), first)

    def _prepare_row(self, group, kind):
        return Row(kind, [self._get_group_label(spec, group) for spec in self.groupby], self._get_values(group))

    def _get_values(self, group):
        return {name: self._get_number(group[aggregate]) for name, aggregate in self.aggregates.items()}

    def _get_number(self, value):
        return None if value is None or value is False else float(value)

    def _get_group_label(self, spec, group):
        """A date for the groups that are one, or else a text."""
        name, _, part = spec.partition(":")
        if part not in DATE_FORMATS or not group[spec]:
            return self._get_group_text(spec, group)
        start = fields.Datetime.to_datetime(group[spec][0])
        zone = self.env.context.get("tz")
        if self.report._fields[name].type == "datetime" and zone in all_timezones_set:
            start = utc.localize(start).astimezone(timezone(zone))
        return start.date()

    def _get_group_text(self, spec, group):
        value = group[spec]
        if value is False or value is None:
            return self.env._("None")
        if isinstance(value, tuple | list):
            return str(value[1])
        field_ = self.report._fields[spec.partition(":")[0]]
        return dict(field_._description_selection(self.env))[value] if field_.type == "selection" else str(value)

    # As a workbook

    def get_xlsx(self):
        """Bytes of an XLSX workbook: figures and dates are such, and totals and ratios are formulas over them. Rows that
        are written are not kept in memory."""
        out = io.BytesIO()
        workbook = xlsxwriter.Workbook(out, {"constant_memory": True})
        self.sheet = workbook.add_worksheet(self.report._get_report_title()[:31])
        self._add_formats(workbook)
        self.first_number = self._write_head()
        for number, row in enumerate(self.iter_rows(), self.first_number):
            self._write_row(number, row)
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
        self.date_formats = {
            spec: workbook.add_format({"num_format": DATE_FORMATS[spec.partition(":")[2]], "align": "left"})
            for spec in self.groupby
            if spec.partition(":")[2] in DATE_FORMATS
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
        self.sheet.set_column(0, len(self.groupby) - 1, LABEL_WIDTH)
        self.sheet.set_column(len(self.groupby), len(self.groupby) + len(self.measures) - 1, FIGURE_WIDTH)
        notes = self.get_notes()
        head = len(notes) + 2
        self.sheet.freeze_panes(head + 1, len(self.groupby))
        self.sheet.write_string(0, 0, self.title, self.title_format)
        for number, note in enumerate(notes, 1):
            self.sheet.write_string(number, 0, note)
        for column, label in enumerate(self.get_labels()):
            self.sheet.write_string(head, column, label, self.head_format)
        return head + 1

    def _write_row(self, number, row):
        for column, label in enumerate(row.labels):
            self._write_label(number, column, label, row.kind)
        for name in self.measures:
            shape = self.formats[row.kind, self.number_formats[name]]
            self._write_measure(row, number, name, shape)

    def _write_label(self, number, column, label, kind):
        if isinstance(label, str):
            self.sheet.write_string(number, column, label, self.formats[kind, ""])
        else:
            self.sheet.write_datetime(number, column, label, self.date_formats[self.groupby[column]])

    def _write_measure(self, row, number, name, shape):
        column, value = self._get_column(name), row.values[name]
        if value is None:
            self.sheet.write_blank(number, column, None, shape)
        elif name in self.report._ratios:
            cells = {other: xl_rowcol_to_cell(number, self._get_column(other)) for other in self.measures}
            self.sheet.write_formula(number, column, self.report._ratios[name].get_formula(cells), shape, value)
        elif row.first is not None and self.first_number + row.first < number:
            self.sheet.write_formula(number, column, self._get_sum_formula(row.first, number, column), shape, value)
        else:
            self.sheet.write_number(number, column, value, shape)

    def _get_column(self, name):
        return len(self.groupby) + self.measures.index(name)

    def _get_sum_formula(self, first, number, column):
        """Sums of sums are not added again, nor is what a filter hides."""
        first, last = (xl_rowcol_to_cell(row, column) for row in (self.first_number + first, number - 1))
        return f"=SUBTOTAL({SUM_OF_SHOWN_CELLS},{first}:{last})"

    # On paper

    def get_pages(self):
        """The rows of each page, as texts: list of lists of dicts with `kind`, `names` of groups (a sum has one, across
        their columns) and `figures`.

        :raises UserError: when nobody would turn that many pages
        """
        rows = list(islice(self.iter_rows(), ROWS_ON_PAPER + 1))
        if len(rows) > ROWS_ON_PAPER:
            message = self.env._(
                "These are more than %(count)s rows, too many for paper; group by less, or take the XLSX file.",
                count=ROWS_ON_PAPER,
            )
            raise UserError(message)
        texts = [self._format_row(row) for row in rows]
        self.widths = self._get_widths(texts)
        heights = [self._get_row_height(row) for row in texts]
        pages = paginate([(HEAD_HEIGHT, heights)], PAGE_HEIGHT)
        return [texts[start:end] for [(_block, start, end)] in pages]

    def _get_widths(self, rows):
        """Of the columns, in percent of the page: figures have as much room as the longest needs, and the names of
        groups share the rest, more of it those that are longer."""
        first = len(self.groupby)
        labels = self.get_labels()
        words = [max(label.split(), key=len) for label in labels[first:]]
        columns = zip(words, *(row["figures"] for row in rows), strict=True)
        figures = [100 * (max(map(len, column)) * DIGIT_WIDTH + CELL_PADDING) / PAGE_WIDTH for column in columns]
        names = zip(labels[:first], *(row["names"] for row in rows if row["kind"] == "detail"), strict=True)
        shares = [min(max(map(len, column)), LONGEST_SHARE) for column in names]
        return [(100 - sum(figures)) * share / sum(shares) for share in shares] + figures

    def _format_row(self, row):
        labels = row.labels if row.kind == "detail" else row.labels[:1]
        return {
            "kind": row.kind,
            "names": [self._format_label(spec, label) for spec, label in zip(self.groupby, labels, strict=False)],
            "figures": [self._format(name, row.values[name]) for name in self.measures],
        }

    def _format_label(self, spec, label):
        if isinstance(label, str):
            return label
        pattern = {"month": "MMMM yyyy", "year": "yyyy"}.get(spec.partition(":")[2], False)
        return format_date(self.env, label, date_format=pattern)

    def _format(self, name, value):
        if value is None:
            return ""
        if name in self.report._money:
            return formatLang(self.env, value, digits=self.currency.decimal_places)
        if name in self.report._quantities:
            return formatLang(self.env, value, dp="Product Unit")
        return formatLang(self.env, value, digits=2)

    def _get_row_height(self, row):
        """Only names of groups are ever broken."""
        widths = self.widths[: len(self.groupby)]
        if row["kind"] != "detail":
            widths = [sum(widths)]
        names = zip(widths, row["names"], strict=True)
        lines = max(count_text_lines(text, self._get_characters(width)) for width, text in names)
        return lines * TEXT_HEIGHT + ROW_PADDING

    def _get_characters(self, width):
        """How many have room in a column of a width in percent."""
        return max(1, int((PAGE_WIDTH * width / 100 - CELL_PADDING) / CHARACTER_WIDTH))
