# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a file of results says. No Odoo here."""

import statistics

from .scenarios import CONTENDERS, ROWS


class Measured:
    """Medians by row, number of lines and contender.

    :param cells: list of dict with `row`, `lines`, `contender`, `runs` and, when it did not succeed, `failure`
    """

    def __init__(self, cells):
        self.cells = {(cell["row"], cell["lines"], cell["contender"]): cell for cell in cells}

    def runs(self, row, lines, contender):
        return self.cells.get((row, lines, contender), {}).get("runs", [])

    def sizes(self, row):
        """The numbers of lines in which anybody was measured."""
        return sorted({lines for name, lines, _contender in self.cells if name == row})

    def total(self, unit, row, lines, contender, steps=None):
        """The median of the runs; None when there is none, or none has such a step.

        :param unit: seconds or statements
        :param steps: names of the steps to add up; all by default
        """
        totals = [
            sum(step[unit] for name, step in run["steps"].items() if steps is None or name in steps)
            for run in self.runs(row, lines, contender)
            if steps is None or set(steps) & run["steps"].keys()
        ]
        return statistics.median(totals) if totals else None

    def seconds(self, row, lines, contender, steps=None):
        return self.total("seconds", row, lines, contender, steps)

    def validate_seconds(self, row, lines, contender):
        """Of the steps that bring the stock to what was counted."""
        return self.seconds(row, lines, contender, CONTENDERS[contender].validate)

    def validate_statements(self, row, lines, contender):
        return self.total("statements", row, lines, contender, CONTENDERS[contender].validate)

    def growth(self, row, lines, contender, step=None):
        """How far memory grew until the end of a step, or of all, in MB: the largest of the runs; None without any."""
        runs = self.runs(row, lines, contender)
        found = [(run["steps"].get(step, {}) if step else run).get("growth_mb") for run in runs]
        return max((growth for growth in found if growth is not None), default=None)

    def peak(self, row, lines, contender):
        return max((run["peak_mb"] for run in self.runs(row, lines, contender)), default=None)

    def why_absent(self, row, lines, contender):
        """Why there is no number."""
        if contender in ROWS[row].absent:
            return ROWS[row].absent[contender]
        if failure := self.cells.get((row, lines, contender), {}).get("failure"):
            return f"failed: {failure}"
        if lines > CONTENDERS[contender].limit:
            return f"up to {CONTENDERS[contender].limit:,} lines"
        return "not measured"


def divide(numerator, denominator):
    """A ratio, None when one of the two is not known."""
    return numerator / denominator if numerator is not None and denominator else None
