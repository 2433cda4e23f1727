"""Labels as PDF, by reportlab's canvas.

Not by wkhtmltopdf: Debian's build makes a millimetre of CSS come out as 0.77 to 1, the patched one as 1, and on a sheet of
65 labels an error of one percent is three millimetres at the bottom. Codes are drawn as one path of rectangles: no picture
that a viewer could smooth, and no seams between modules, as a path is filled at once.
"""

import io

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from .fonts import load_embedded
from .layout import Text, lay_out
from .picture import draw_text

# Office printers have 600 dots an inch or a multiple; what is drawn as a picture has as many.
SHEET_DPI = 600


def make_pdf(label_format, labels, dpi=SHEET_DPI, start=0, title=""):
    """A PDF file of labels in their true size.

    :param labels: pairs of `Content` and number of copies
    :param dpi: of the printer
    :param start: how many labels of the first sheet are used up
    :raises DoesNotFit: when a code does not fit on the label
    """
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=[side * mm for side in label_format.page_size])
    canvas.setTitle(title)
    # Otherwise viewers shrink a page to the printer's margins.
    canvas.setViewerPreference("PrintScaling", "None")
    position = start if label_format.is_sheet else 0
    for number, (content, copies) in enumerate(labels):
        _define_label(canvas, f"label{number}", label_format, lay_out(label_format, content, 25.4 / dpi))
        for _copy in range(copies):
            if position == label_format.per_page:
                canvas.showPage()
                position = 0
            _place_label(canvas, f"label{number}", label_format, position)
            position += 1
    canvas.save()
    return file.getvalue()


def _define_label(canvas, name, label_format, elements):
    """Draw a label once, however many copies of it are placed."""
    canvas.beginForm(name, 0, 0, label_format.width * mm, label_format.height * mm)
    for element in elements:
        draw = _draw_text if isinstance(element, Text) else _draw_symbol
        draw(canvas, label_format.height, element)
    canvas.endForm()


def _place_label(canvas, name, label_format, position):
    left, top = label_format.get_corner(position)
    canvas.saveState()
    canvas.translate(left * mm, (label_format.page_size[1] - top - label_format.height) * mm)
    canvas.doForm(name)
    canvas.restoreState()


def _draw_symbol(canvas, height, symbol):
    path = canvas.beginPath()
    for row_number, row in enumerate(symbol.rows):
        bottom = height - symbol.y - (row_number + 1) * symbol.module_height
        for start, length in find_runs(row):
            left = symbol.x + start * symbol.module_width
            path.rect(left * mm, bottom * mm, length * symbol.module_width * mm, symbol.module_height * mm)
    canvas.drawPath(path, stroke=0, fill=1)


def find_runs(row):
    """Where dark modules of a row begin, and how many of them there are side by side."""
    start = None
    for position, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = position
        elif not is_dark and start is not None:
            yield start, position - start
            start = None


def _draw_text(canvas, height, text):
    if text.font.is_drawn:
        _draw_text_picture(canvas, height, text)
        return
    font = load_embedded(text.font)
    pdfmetrics.registerFont(font)
    canvas.setFont(font.fontName, text.size * mm)
    canvas.drawString(text.x * mm, (height - text.y) * mm, text.text)


def _draw_text_picture(canvas, height, text):
    picture, left, top = draw_text(text, SHEET_DPI)
    scale = 25.4 / SHEET_DPI * mm
    bottom = height * mm - (top + picture.height) * scale
    canvas.drawImage(
        ImageReader(picture), left * scale, bottom, picture.width * scale, picture.height * scale, mask=None
    )
