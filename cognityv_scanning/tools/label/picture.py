"""Labels as pictures, by Pillow."""

import io

from PIL import Image, ImageDraw

from .fonts import load_drawn
from .layout import Text, lay_out

WHITE, BLACK = 255, 0


def make_picture(label_format, content, dpi):
    """One label as a picture in shades of grey.

    :raises DoesNotFit: when the code does not fit on the label
    """
    picture = Image.new("L", [to_pixels(side, dpi) for side in (label_format.width, label_format.height)], WHITE)
    for element in lay_out(label_format, content, 25.4 / dpi):
        paste = _paste_text if isinstance(element, Text) else _paste_symbol
        paste(picture, element, dpi)
    return picture


def make_png(label_format, content, dpi):
    """One label as a PNG file that knows its size."""
    file = io.BytesIO()
    make_picture(label_format, content, dpi).save(file, "PNG", dpi=(dpi, dpi), optimize=True)
    return file.getvalue()


def to_pixels(length, dpi):
    return round(length * dpi / 25.4)


def draw_symbol(symbol, dpi):
    """A code as a picture of black and white, each module whole pixels.

    :return: picture, pixels from the label's left and top
    """
    rows = symbol.rows
    picture = Image.new("1", (len(rows[0]), len(rows)))
    picture.putdata([0 if is_dark else 1 for row in rows for is_dark in row])
    module = (to_pixels(symbol.module_width, dpi), to_pixels(symbol.module_height, dpi))
    picture = picture.resize((picture.width * module[0], picture.height * module[1]), Image.Resampling.NEAREST)
    return picture, to_pixels(symbol.x, dpi), to_pixels(symbol.y, dpi)


def draw_text(text, dpi):
    """A line of text as a picture in shades of grey, no larger than it must be.

    :return: picture, pixels from the label's left and top
    """
    font = load_drawn(text.font, to_pixels(text.size, dpi))
    left, top, right, bottom = font.getbbox(text.text, anchor="ls")
    picture = Image.new("L", (max(right - left, 1), max(bottom - top, 1)), WHITE)
    ImageDraw.Draw(picture).text((-left, -top), text.text, fill=BLACK, font=font, anchor="ls")
    return picture, to_pixels(text.x, dpi) + left, to_pixels(text.y, dpi) + top


def _paste_symbol(picture, symbol, dpi):
    code, left, top = draw_symbol(symbol, dpi)
    picture.paste(code, (left, top))


def _paste_text(picture, text, dpi):
    line, left, top = draw_text(text, dpi)
    picture.paste(line, (left, top))
