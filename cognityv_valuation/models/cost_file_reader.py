from collections import defaultdict

from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.cognityv_inventory.models.count_file_reader import CountFileReader

from .valued_count_file_reader import UnitCostMixin


class CostFileReader(UnitCostMixin, CountFileReader):
    """Reads a file of costs for what validated sheets took into stock: product, tracking number, location, unit cost; or
    the exported count file of a sheet, whose line ids are taken then.

    `problems` holds a sentence for each bad row, `costs` the unit cost of each line that the file is about.
    """

    def __init__(self, sheets, content):
        self.sheets = sheets
        self.env = sheets.env
        self.problems = []
        self.costs = {}  # line → unit cost
        self.rows_by_target = {}
        self.decimal_point = sheets._get_decimal_point()
        rows = self._read(content)
        if rows:
            self._index(rows)
            for number, row in rows:
                self._take_row(number, row)

    # From cells to rows

    def _get_header_problem(self, keys):
        label = self.sheets._get_column_labels()
        if "unit_cost" in keys and {"id", "product_code", "product_name"} & set(keys):
            return None
        return self.env._(
            "Row 1: the columns %(cost)s and %(code)s (or %(id)s) are missing; name them as the exported count sheet does.",
            cost=label["unit_cost"],
            code=label["product_code"],
            id=label["id"],
        )

    def _is_filled(self, row):
        return row.get("unit_cost") not in (None, "")

    # Records, looked up once for all rows

    def _index(self, rows):
        lines = self.env["stock.inventory.sheet.line"].search(self._get_line_domain())
        self.lines = {line.id: line for line in lines}
        loose = [row for _number, row in rows if not self._text(row, "id")]
        self.products = self._find_products(loose)
        places = Domain("company_id", "=", self.sheets.company_id.id)
        self.locations = self._find_by_name("stock.location", loose, "location", ["complete_name", "barcode"], places)
        self.lines_by_product = defaultdict(list)
        for line in lines:
            self.lines_by_product[line.product_id].append(line)

    def _get_line_domain(self):
        """The lines that took something into stock."""
        own = [False, self.sheets.company_id.partner_id.id]
        return Domain("sheet_id", "in", self.sheets.ids) & Domain("gap_qty", ">", 0) & Domain("owner_id", "in", own)

    # One row

    def _take_row(self, number, row):
        try:
            cost = self._get_unit_cost(row)
            for line in self._get_lines(row):
                self._check_not_repeated(number, line)
                if line.unit_cost != cost:
                    line._check_cost_correctable(cost)
                self.costs[line] = cost
        except ValidationError as error:
            self.problems.append(self.env._("Row %(number)s: %(problem)s", number=number, problem=error.args[0]))

    def _get_lines(self, row):
        """The lines that a row prices.

        :raises ValidationError: when there is none
        """
        if self._text(row, "id"):
            return [self._get_line_by_id(row)]
        product = self._get_product(row)
        lot = self._text(row, "lot")
        place = self._get_named(self.locations, row, "location", self.env["stock.location"])
        lines = [
            line
            for line in self.lines_by_product[product]
            if (not lot or line.lot_id.name == lot) and (not place or line.location_id._is_below(place))
        ]
        if not lines:
            message = self.env._(
                "%(sheets)s took nothing of this product, tracking number and location into stock.",
                sheets=", ".join(self.sheets.mapped("name")),
            )
            raise ValidationError(message)
        return lines

    def _get_unknown_line_text(self, line_id):
        return self.env._(
            "line id %(id)s took nothing into stock on %(sheets)s; leave its cost empty.",
            id=line_id,
            sheets=", ".join(self.sheets.mapped("name")),
        )

    def _check_not_repeated(self, number, target):
        if target in self.rows_by_target:
            message = self.env._(
                "it prices %(line)s, as row %(other)s does; keep one of them.",
                line=target._get_description(),
                other=self.rows_by_target[target],
            )
            raise ValidationError(message)
        self.rows_by_target[target] = number
