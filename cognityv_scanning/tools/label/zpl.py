r"""Labels in ZPL, the language of Zebra's and many other label printers.

Codes are sent as pictures (^GFA), not as ^BQ or ^BC: that way the printer prints the very modules that were tested and laid
out, whatever its firmware's ideas of versions, masks and offsets. Texts are sent as texts in the printer's own font, which
is sharper; those it has no letters for as pictures, too.
"""

from PIL import ImageOps

from .layout import Text, lay_out
from .picture import draw_symbol, draw_text, to_pixels

# What stands for how often the next digit is repeated: G to Y are 1 to 19, g to z are 20 to 400.
ONES, TWENTIES = "GHIJKLMNOPQRSTUVWXY", "ghijklmnopqrstuvwxyz"
# The scalable font that every printer has shows what Western European Windows shows.
PRINTER_LETTERS = "cp1252"


def make_zpl(label_format, labels, dpi):
    """All labels, one after the other; plain ASCII.

    :param labels: pairs of `Content` and number of copies
    :param dpi: of the printer: 203 or 300
    :raises DoesNotFit: when a code does not fit on the label
    """
    return "".join(
        _make_label(label_format, lay_out(label_format, content, 25.4 / dpi), copies, dpi)
        for content, copies in labels
        if copies
    )


def _make_label(label_format, elements, copies, dpi):
    width, height = to_pixels(label_format.width, dpi), to_pixels(label_format.height, dpi)
    # ^CI28: texts are UTF-8. ^LH, ^PW and ^LL: nothing is left of what was printed before.
    lines = ["^XA", "^CI28", "^LH0,0", f"^PW{width}", f"^LL{height}"]
    lines += [_make_field(element, dpi) for element in elements]
    return "\n".join([*lines, f"^PQ{copies}", "^XZ", ""])


def _make_field(element, dpi):
    if not isinstance(element, Text):
        return make_graphic(*draw_symbol(element, dpi))
    if element.font.is_drawn or not _has_letters(element.text):
        return make_graphic(*draw_text(element, dpi))
    x, y, size = (to_pixels(length, dpi) for length in (element.x, element.y, element.size))
    # The printer's letters are narrower than DejaVu's, which were measured: what fits there fits here.
    return f"^FT{x},{y}^A0N,{size},{size}^FH^FD{escape(element.text)}^FS"


def _has_letters(text):
    try:
        text.encode(PRINTER_LETTERS)
    except UnicodeEncodeError:
        return False
    return True


def escape(text):
    """The bytes of a text for ^FH^FD: commands cannot be smuggled in, and the file stays plain ASCII."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in "^~_\\" else f"_{byte:02X}" for byte in text.encode()
    )


def make_graphic(picture, left, top):
    """A picture as a field, one bit a dot, in hexadecimal digits with repetitions counted."""
    bits = ImageOps.invert(picture.convert("L")).convert("1", dither=0)
    row_bytes = (bits.width + 7) // 8
    data = bits.tobytes().hex().upper()
    rows = [data[start : start + 2 * row_bytes] for start in range(0, len(data), 2 * row_bytes)]
    packed = "".join(":" if row == before else _pack(row) for row, before in zip(rows, [None, *rows], strict=False))
    total = row_bytes * bits.height
    return f"^FO{max(left, 0)},{max(top, 0)}^GFA,{total},{total},{row_bytes},{packed}^FS"


def _pack(row):
    """One row: a comma for zeros up to its end, a count before a digit that is repeated."""
    digits = row.rstrip("0")
    packed, position = "", 0
    while position < len(digits):
        digit = digits[position]
        end = position
        while end < len(digits) and digits[end] == digit:
            end += 1
        packed += _count(end - position) + digit
        position = end
    return packed + ("," if len(digits) < len(row) else "")


def _count(times):
    """Nothing for once; the letters of the highest counts come first."""
    if times == 1:
        return ""
    letters = ""
    while times >= 400:
        letters, times = letters + TWENTIES[-1], times - 400
    if times >= 20:
        letters, times = letters + TWENTIES[times // 20 - 1], times % 20
    return letters + (ONES[times - 1] if times else "")
