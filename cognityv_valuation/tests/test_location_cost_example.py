import re
from pathlib import Path

from .location_cost import LocationCostCommon

MANUAL = Path(__file__).parents[2] / "docs" / "valuation.md"
ROW = re.compile(r"^\|[^|]*\|[^|]*\| (A1|A2) \|(.*)\|$", re.MULTILINE)


class TestExample(LocationCostCommon):
    """The example of docs/valuation.md, line by line: what the manual says is what is done."""

    def test_the_example_of_the_manual(self):
        self._run_example()
        places = {"A1": self.rack_a1, "A2": self.rack_a2}
        told = [
            (
                row.location_id,
                row.quantity,
                row.value,
                row.adjustment,
                row.quantity_after,
                round(row.average_after, 2),
                row.value_after,
            )
            for row in self._history()
        ]
        written = [(places[place], *map(self._read_number, rest.split("|"))) for place, rest in self._read_rows()]
        self.assertEqual(told, written)

    def _read_rows(self):
        section = MANUAL.read_text().partition("### An example\n")[2].partition("\n### ")[0]
        return ROW.findall(section)

    def _read_number(self, cell):
        return float(cell.strip() or 0)

    def _run_example(self):
        first = self._receive(10, 100, self.rack_a1)
        self._receive(5, 72.50, self.rack_a2)
        self._transfer(4, self.rack_a1, self.rack_a2)
        delivery = self._issue(3, self.rack_a2)
        self._receive(3, 10, self.rack_a1)
        self._issue(2, self.rack_a1)
        self._count(8)
        self._issue(10, self.rack_a1)
        self._receive(5, 50, self.rack_a1)
        first.value_manual = 110
        self.env.cr.flush()
        self._move(self.customers, self.rack_a2, 3, origin_returned_move_id=delivery.id)
        self.pin.standard_price = 12

    def _count(self, found):
        sheet = self._make_sheet(location_id=self.rack_a1.id, product_ids=[self.pin.id])
        self._line(sheet, self.pin).real_qty = found
        sheet.action_complete()
        sheet.action_validate()
        self.env.cr.flush()
