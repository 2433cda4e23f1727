"""A figure that is worked out from sums, the same way in the database and in a spreadsheet. Knows nothing of records."""

from dataclasses import dataclass

from odoo.tools import SQL


@dataclass(frozen=True)
class Ratio:
    """
    :param expression: over named sums, such as "100 * %(margin)s / %(revenue)s"; SQL and spreadsheets read it alike
    :param divisor: the sum without which there is no such figure
    :param least: what it never is below
    """

    expression: str
    divisor: str
    least: int | None = None

    def get_sql(self, sums):
        """SQL of the figure, NULL where the divisor is nothing.

        :param sums: dict of name → SQL
        """
        # The expression is a constant of a report's class.
        figure = SQL(self.expression, **sums)  # pylint: disable=sql-injection
        if self.least is not None:
            figure = SQL("GREATEST(%s, %s)", self.least, figure)
        return SQL("CASE WHEN %s <> 0 THEN %s END", sums[self.divisor], figure)

    def get_formula(self, cells):
        """A spreadsheet's formula of the figure, empty where the divisor is nothing.

        :param cells: dict of name → address of a cell
        """
        figure = self.expression % cells
        if self.least is not None:
            figure = f"MAX({self.least}, {figure})"
        return f'=IF({cells[self.divisor]}=0,"",{figure})'
