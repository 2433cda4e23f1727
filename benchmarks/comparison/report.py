# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables of a file of results, in Markdown that reads well as plain text. No Odoo here."""

from .measured import Measured, divide
from .scenarios import CONTENDERS, ROWS
from .verdicts import judge

NONE = "–"


def make_report(content):
    """
    :param content: of a file of results
    :return: text
    """
    measured = Measured(content["cells"])
    parts = [f"# {content['description']}, {content['date']}", describe(content), make_verdict_table(measured)]
    parts += [table for row in ROWS if measured.sizes(row) for table in make_tables(measured, row)]
    return "\n\n".join(parts) + "\n"


def describe(content):
    """What the numbers depend on."""
    machine = content["machine"]
    postgres = machine["postgresql"]
    loops = [machine[name] for name in ("loop_seconds_before", "loop_seconds_after") if name in machine]
    counted = " and ".join(f"{seconds:.3f} s" for seconds in loops)
    return (
        f"Revision {content['revision']}. {machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB, "
        f"{machine['system']}, PostgreSQL {postgres['server_version'].split()[0]} (shared_buffers "
        f"{postgres['shared_buffers']}, fsync {postgres['fsync']}, synchronous_commit {postgres['synchronous_commit']}), "
        f"Python {machine['python']}, Odoo {machine['odoo']}. Load before: {machine['load_before']}; a count to five "
        f"million took {counted}. Medians; {count_runs(content['cells'])} a cell."
    )


def count_runs(cells):
    numbers = [len(cell["runs"]) for cell in cells if cell["runs"]] or [0]
    few, many = min(numbers), max(numbers)
    return f"{few} to {many} runs" if few != many else "1 run" if many == 1 else f"{many} runs"


def make_verdict_table(measured):
    words = {True: "met", False: "NOT met", None: NONE}
    rows = [[verdict.target, verdict.limit, verdict.measured, words[verdict.met]] for verdict in judge(measured)]
    return "## Targets\n\n" + make_table(["", "target", "measured", ""], rows)


def make_tables(measured, row):
    """The tables that are made from one row of the benchmark."""
    return TABLES[ROWS[row].kind](measured, row)


def make_validation_tables(measured, row):
    def seconds(lines, contender):
        return measured.validate_seconds(row, lines, contender)

    def ratios(lines):
        return [
            format_ratio(divide(seconds(lines, "core"), seconds(lines, "sets"))),
            format_ratio(divide(seconds(lines, "sets"), seconds(lines, "floor"))),
        ]

    heads = ["core : sets", "sets : floor"]
    tables = [make_cells_table(measured, row, "", format_time(seconds), heads, ratios)]
    if row == "each":
        tables.append(make_cells_table(measured, row, "statements to validate", format_statements(measured, row)))
        tables.append(make_cells_table(measured, row, "from begin to end", format_time(measure_all(measured, row))))
        tables.append(
            make_cells_table(measured, row, "memory in MB at most (and grown by)", format_memory(measured, row))
        )
    return tables


def make_start_tables(measured, row):
    return [
        make_cells_table(measured, row, step, format_time(measure_step(measured, row, step)))
        for step in ("fill", "start")
    ]


def make_import_tables(measured, row):
    return [make_cells_table(measured, row, "", format_time(measure_step(measured, row, "import")))]


def make_small_tables(measured, row):
    """Milliseconds an inventory of one line, and how many times as long as in one of all lines they take."""

    def text(lines, contender):
        many = measured.seconds(row, lines, contender, ["many"])
        one = measured.seconds(row, lines, contender, ["one"])
        return many and f"{many:.2f} : {one:.2f} s = {many / one:.1f}"

    return [make_cells_table(measured, row, "", text)]


def make_opening_tables(measured, row):
    def text(lines, contender):
        seconds = measured.seconds(row, lines, contender)
        return seconds and f"{seconds:.3f}"

    return [make_cells_table(measured, row, "seconds", text)]


TABLES = {
    "validation": make_validation_tables,
    "start": make_start_tables,
    "import": make_import_tables,
    "small": make_small_tables,
    "opening": make_opening_tables,
}


# Cells


def measure_step(measured, row, step):
    return lambda lines, contender: measured.seconds(row, lines, contender, [step])


def measure_all(measured, row):
    return lambda lines, contender: measured.seconds(row, lines, contender)


def format_time(seconds):
    """Seconds, and milliseconds a line."""

    def text(lines, contender):
        value = seconds(lines, contender)
        return (
            value
            and f"{value:.{2 if value >= 1 else 3}f} ({1000 * value / lines:.{2 if value >= lines / 1000 else 3}f})"
        )

    return text


def format_statements(measured, row):
    def text(lines, contender):
        value = measured.validate_statements(row, lines, contender)
        return value and f"{value:,.0f}"

    return text


def format_memory(measured, row):
    def text(lines, contender):
        peak = measured.peak(row, lines, contender)
        return peak and f"{peak:.0f} ({measured.growth(row, lines, contender):.0f})"

    return text


def format_ratio(ratio):
    return f"{ratio:.1f}" if ratio else NONE


# Tables


def make_cells_table(measured, row, subtitle, text, heads=(), more=lambda lines: []):
    """Lines down, contenders across; below it, why a cell has no number.

    :param text: gives the text of a cell for lines and contender, or nothing
    :param heads: of more columns, which `more` gives for a number of lines
    """
    table, reasons = [], {}
    for lines in measured.sizes(row):
        cells = {contender: text(lines, contender) for contender in CONTENDERS}
        for contender in (name for name, cell in cells.items() if not cell):
            why = measured.why_absent(row, lines, contender)
            if measured.runs(row, lines, contender):
                why = "has no such step of its own"
            reasons.setdefault(f"{CONTENDERS[contender].title}: {why}", []).append(lines)
        table.append([f"{lines:,}", *(cell or NONE for cell in cells.values()), *more(lines)])
    title = f"## {ROWS[row].title}{f': {subtitle}' if subtitle else ''}"
    names = ["lines", *(contender.title for contender in CONTENDERS.values()), *heads]
    unit = "seconds (ms a line)\n\n" if text.__qualname__.startswith("format_time") else ""
    return f"{title}\n\n{unit}{make_table(names, table)}{make_notes(reasons, len(table))}"


def make_notes(reasons, size_count):
    """
    :param reasons: text → numbers of lines
    :param size_count: so many sizes there are: who is absent in all needs no numbers
    """
    notes = [
        text if len(sizes) == size_count else f"{text} (at {', '.join(f'{lines:,}' for lines in sizes)})"
        for text, sizes in reasons.items()
    ]
    return f"\n\n{NONE} " + "; ".join(notes) + "." if notes else ""


def make_table(heads, rows):
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]

    def make_line(cells):
        first, *others = (cell for cell in cells)
        padded = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        return f"| {' | '.join(padded)} |"

    rule = f"|{'-' * (widths[0] + 2)}|" + "".join(f"{'-' * (width + 1)}:|" for width in widths[1:])
    return "\n".join([make_line(heads), rule, *map(make_line, rows)])
