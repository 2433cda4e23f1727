import base64
import io

import qrcode

from odoo import models

from ..tools.paging import count_text_lines, get_paper_zoom, paginate

# Of a page, in pixels: see report/stock_inventory_sheet_templates.xml, which has the same figures.
PAGE_HEIGHT, HEAD_HEIGHT, TABLE_HEAD_HEIGHT, SIGNATURE_HEIGHT = 1040, 118, 36, 90
TEXT_HEIGHT, LEAST_ROW_HEIGHT, ROW_PADDING, CELL_PADDING, CHARACTER_WIDTH = 14, 32, 7, 10, 6.7
# The columns of texts, in pixels; that of the product has the rest.
PRODUCT_WIDTH, PLACE_WIDTH, LOT_WIDTH, UNIT_WIDTH = 248, 78, 92, 52
# What is said above the lines has room beside the QR code.
NOTE_WIDTH = 560


def _get_text_height(text, width):
    return TEXT_HEIGHT * count_text_lines(text or "", int((width - CELL_PADDING) / CHARACTER_WIDTH))


class StockInventorySheet(models.Model):
    """The count sheet on paper."""

    _inherit = "stock.inventory.sheet"

    def _get_paper_zoom(self):
        return get_paper_zoom()

    def _get_report_pages(self):
        """The lines cut into pages, as the PDF program can repeat neither headers nor table heads by itself.

        :return: list of dicts with the `lines` of a page, and whether people sign there (`is_signed`): on the last one
        """
        lines = self.env["stock.inventory.sheet.line"].search([("sheet_id", "=", self.id)])
        rows = [line._get_height_on_paper(self) for line in lines] or [LEAST_ROW_HEIGHT]
        blocks = [(self._get_notes_height(), []), (TABLE_HEAD_HEIGHT, rows), (SIGNATURE_HEIGHT, [])]
        pages = []
        for parts in paginate(blocks, PAGE_HEIGHT - HEAD_HEIGHT):
            ranges = {index: slice(start, end) for index, start, end in parts}
            pages.append({"lines": lines[ranges.get(1, slice(0))], "is_signed": 2 in ranges})
        return pages

    def _get_notes_height(self):
        """Of what only the first page says above the lines."""
        notes = [self.description, ", ".join(self.counter_ids.mapped("name"))]
        return sum(_get_text_height(note, NOTE_WIDTH) for note in notes if note)

    def _get_place_on_paper(self, location):
        """The place as seen from the sheet's own, which the page names once."""
        prefix = f"{self.location_id.complete_name}/"
        return location.complete_name.removeprefix(prefix)

    def _get_qr_data_uri(self):
        """A QR code of the sheet's reference as a PNG picture of whole pixels a module, which scanners read at any
        size; Odoo's own pictures are blurred at some sizes."""
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=6, border=4)
        code.add_data(self.name)
        out = io.BytesIO()
        code.make_image().save(out, "PNG")
        return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    def _get_note_on_paper(self):
        """What is said below the product."""
        return " ".join(filter(None, [self.package_id.name, self.owner_id.name, self.description]))

    def _get_height_on_paper(self, sheet):
        note = self._get_note_on_paper()
        product = _get_text_height(self.product_id.display_name, PRODUCT_WIDTH)
        heights = [
            product + (_get_text_height(note, PRODUCT_WIDTH) if note else 0),
            _get_text_height(sheet._get_place_on_paper(self.location_id), PLACE_WIDTH),
            _get_text_height(self.lot_id.name or self.lot_name, LOT_WIDTH),
            _get_text_height(self.uom_id.name, UNIT_WIDTH),
        ]
        return max(LEAST_ROW_HEIGHT, max(heights) + ROW_PADDING)
