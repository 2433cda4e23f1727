# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Draws what a line costs against the size of the inventory: python -m comparison.plot RESULTS.json PICTURE.svg

Runs in the environment of the benchmark's tools, which has matplotlib and no Odoo.
"""

import json
import sys

import matplotlib

from .measured import Measured
from .scenarios import CONTENDERS, ROWS

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.ticker import FuncFormatter, NullFormatter

# Blue is ours, grey is what nobody can be below; others that colour-blind people tell apart.
STYLES = {
    "core": {"color": "#D55E00", "marker": "s"},
    "oca": {"color": "#CC79A7", "marker": "^"},
    "sheet": {"color": "#56B4E9", "marker": "o", "linestyle": "--"},
    "sets": {"color": "#0072B2", "marker": "o", "linewidth": 2.5},
    "floor": {"color": "#777777", "marker": "v", "linestyle": ":"},
}
# A text in the picture stays a text, and the same results give the same file.
pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "cognityv", "font.size": 10})


def draw(content):
    """
    :param content: of a file of results
    :return: the figure, with one field for each row of validations
    """
    measured = Measured(content["cells"])
    rows = [row for row in ROWS if ROWS[row].kind == "validation" and measured.sizes(row)]
    across = min(2, len(rows))
    down = -(-len(rows) // across)
    figure, fields = pyplot.subplots(
        down, across, figsize=(5.5 * across, 3.6 * down + 0.9), sharex=True, sharey=True, squeeze=False
    )
    for row, field in zip(rows, fields.flat, strict=False):
        draw_row(field, measured, row)
    for field in fields.flat[len(rows) :]:
        field.set_visible(False)
    return finish(figure, fields, content)


def draw_row(field, measured, row):
    for contender, style in STYLES.items():
        points = [(lines, measured.validate_seconds(row, lines, contender)) for lines in measured.sizes(row)]
        points = [(lines, 1000 * seconds / lines) for lines, seconds in points if seconds]
        if points:
            field.plot(*zip(*points, strict=True), label=CONTENDERS[contender].title, **style)
    field.set_title(ROWS[row].title, loc="left", fontsize=10)
    field.set(xscale="log", yscale="log")
    field.grid(which="major", color="#DDDDDD")
    for axis in (field.xaxis, field.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())


def finish(figure, fields, content):
    for field in fields[-1]:
        field.set_xlabel("lines")
    for field in fields[:, 0]:
        field.set_ylabel("milliseconds a line")
    names = {}
    for field in fields.flat:
        names |= {name: line for line, name in zip(*field.get_legend_handles_labels(), strict=True)}
    ordered = [contender.title for contender in CONTENDERS.values() if contender.title in names]
    figure.suptitle(f"Time to validate ({content['date']}, revision {content['revision']})", x=0.01, ha="left")
    figure.legend([names[name] for name in ordered], ordered, loc="lower center", ncols=len(ordered), frameon=False)
    figure.tight_layout(rect=(0, 0.3 / figure.get_figheight(), 1, 1))
    return figure


def main():
    source, target = sys.argv[1:]
    with open(source) as file:
        content = json.load(file)
    if any(ROWS[cell["row"]].kind == "validation" for cell in content["cells"]):
        draw(content).savefig(target, metadata={"Date": None} if target.endswith(".svg") else None)


if __name__ == "__main__":
    main()
