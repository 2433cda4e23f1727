from unittest.mock import patch

from lxml import etree

from odoo.tests import Form, tagged

from .common import InventoryCommon

LIMIT = "odoo.addons.cognityv_inventory.models.stock_inventory_sheet_form.FORM_LINE_LIMIT"


@tagged("post_install", "-at_install")
class TestLargeForm(InventoryCommon):
    """The form of a sheet with more lines than it is to read. Two stand for a thousand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sheet = cls._make_sheet(start=False)

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(LIMIT, 2))

    def _read(self, page=1, **spec):
        return self.sheet.web_read(
            {"name": {}, "line_count": {}, "line_ids": {"fields": {"current_qty": {}}, "limit": page, **spec}}
        )[0]

    def test_as_many_lines_as_the_limit(self):
        values = self._read()
        self.assertEqual((values["name"], values["line_count"]), (self.sheet.name, 3))
        first, second = self.sheet.line_ids[:2]
        self.assertEqual(values["line_ids"], [{"id": first.id, "current_qty": 10.0}, {"id": second.id}])

    def test_the_first_ones_are_those_of_the_list(self):
        """By place, then by product, whatever came first."""
        for product, place in ((self.nut, self.rack_a2), (self._make_product("A", default_code="A"), self.rack_a1)):
            self._put(product, 1, place)
        sheet = self._make_sheet(start=False)
        for limit in range(1, len(sheet.line_ids)):
            with self.subTest(limit=limit), patch(LIMIT, limit):
                lines = sheet.web_read({"line_ids": {"fields": {}, "limit": 1}})[0]["line_ids"]
                self.assertEqual([line["id"] for line in lines], sheet.line_ids[:limit].ids)

    def test_the_first_ones_in_the_order_asked_for(self):
        lines = self._read(page=2, order="current_qty")["line_ids"]
        self.assertEqual([line["current_qty"] for line in lines], [4.0, 5.0])

    def test_all_lines_of_a_small_sheet(self):
        self.sheet.line_ids[0].unlink()
        self.assertFalse(self.sheet.has_lines_beyond_form)
        self.assertEqual([line["id"] for line in self._read()["line_ids"]], self.sheet.line_ids.ids)

    def test_saving_keeps_the_lines_that_are_not_shown(self):
        first = self.sheet.line_ids[0]
        self.sheet.web_save({"line_ids": [[1, first.id, {"description": "wet"}]]}, {"line_ids": {"fields": {}}})
        self.assertEqual(self.sheet.line_ids.mapped("description"), ["wet", False, False])

    def test_a_change_of_the_sheet_reads_no_line(self):
        line_model = type(self.env["stock.inventory.sheet.line"])
        with (
            Form(self.sheet) as form,
            patch.object(line_model, "fetch", side_effect=AssertionError("lines are read")) as fetch,
        ):
            form.blind = not form.blind
            fetch.assert_not_called()

    def test_a_quantity_typed_asks_nothing_of_the_sheet(self):
        arch = etree.fromstring(self.env["stock.inventory.sheet"].get_view(view_type="form")["arch"])
        self.assertEqual([node.get("on_change") for node in arch.iterfind(".//field[@name='line_ids']")], ["0"])

    def test_its_numbers_of_lines_take_one_statement(self):
        self.sheet.action_plan()
        self.sheet.action_start()
        self.sheet.line_ids[0].real_qty = 3
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            numbers = self.sheet.line_count, self.sheet.counted_line_count, self.sheet.waiting_line_count
            self.assertEqual((*numbers, self.sheet.counted_percent), (3, 1, 0, 100 / 3))
