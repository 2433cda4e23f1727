"""Where things are on a label. Millimetres from its upper left corner."""

from dataclasses import dataclass
from unicodedata import normalize

from .fonts import Font, choose_font
from .symbols import BARS_QUIET, QR_QUIET, choose_level, fit_module, make_bars, make_qr

MM_PER_POINT = 25.4 / 72
# Of the height of a letter, as DejaVu has them: a line of text, and what of it is above the base line.
LINE, ASCENT = 1.17, 0.93
SMALLEST_TEXT, SMALL_TEXT, EASY_TEXT, LARGEST_TEXT = (points * MM_PER_POINT for points in (5.5, 6, 6.5, 28))
# The code and the tracking number are a little smaller than the name.
SECOND_SIZE = 0.88
LARGEST_QR = 70.0
ELLIPSIS = "…"
# A bar of a Code 128 is between these; thinner ones are not read reliably, thicker ones need no more room.
THINNEST_BAR, THICKEST_BAR = 0.25, 0.5


@dataclass(frozen=True)
class Content:
    """What is on a label."""

    name: str
    qr: str
    code: str = ""
    tracking: str = ""
    # A Code 128 below, when there is room.
    bars: str = ""


@dataclass(frozen=True)
class Symbol:
    """A code: rows of modules of one size."""

    x: float
    y: float
    module_width: float
    module_height: float
    rows: tuple


@dataclass(frozen=True)
class Text:
    """A line of text; y is its base line, size its font's."""

    x: float
    y: float
    size: float
    text: str
    font: Font


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


def lay_out(label_format, content, dot):
    """Place everything on a label.

    The text stands below the code; on flat labels, where the code would shrink to half its size, beside it.

    :param dot: mm of a dot of the printer; what must be read by a scanner is made of whole dots
    :return: list of `Symbol` and `Text`
    :raises DoesNotFit: when the code does not fit on the label
    """
    bars = _lay_out_bars(label_format, content.bars, dot)
    box = Box(0, 0, label_format.width, bars[0].y - 0.5 if bars else label_format.height)
    is_flat = box.width >= 1.3 * box.height
    qr = _lay_out_qr(box, content.qr, dot, is_flat)
    text_box = _get_box_beside(box, qr) if is_flat else _get_box_below(box, qr)
    return [qr, *_lay_out_texts(text_box, content, centred=not is_flat), *bars]


def _lay_out_qr(box, text, dot, is_flat):
    """The code, with its light border, at the left in the middle, or at the top in the middle."""
    if is_flat:
        side = min(box.height, box.width * (0.55 if box.width < 35 else 0.5), LARGEST_QR)
    else:
        side = min(box.width, box.height * 0.62, LARGEST_QR)
    level, module = choose_level(text, side, dot)
    rows = make_qr(text, level)
    border, side = QR_QUIET * module, len(rows) * module
    x, y = (border, (box.height - side) / 2) if is_flat else ((box.width - side) / 2, border)
    return Symbol(_to_dots(x, dot), _to_dots(y, dot), module, module, rows)


def _get_box_beside(box, qr):
    left, margin = qr.x + (len(qr.rows) + QR_QUIET) * qr.module_width, _get_margin(box)
    return Box(left, margin, box.width - left - margin, box.height - 2 * margin)


def _get_box_below(box, qr):
    top, margin = qr.y + (len(qr.rows) + QR_QUIET) * qr.module_height, _get_margin(box)
    return Box(margin, top, box.width - 2 * margin, box.height - top - margin)


def _get_margin(box):
    return 1.0 if min(box.width, box.height) < 22 else 1.5


def fits_bars(label_format, content, dot):
    """Whether there is room for the label's Code 128."""
    return bool(_lay_out_bars(label_format, content.bars, dot))


def _lay_out_bars(label_format, text, dot):
    """A Code 128 with its text at the bottom; nothing when it does not fit."""
    rows = make_bars(text) if text and label_format.has_room_for_bars else None
    if not rows:
        return []
    modules = len(rows[0])
    module = min(fit_module(label_format.width, modules + 2 * BARS_QUIET, dot), int(THICKEST_BAR / dot + 1e-6) * dot)
    if module < THINNEST_BAR - 1e-3:
        return []
    height = min(max(label_format.height * 0.2, 6.5), 15.0)
    font, size = choose_font(text), 6.5 * MM_PER_POINT
    x = (label_format.width - modules * module) / 2
    baseline = label_format.height - _get_margin(label_format) - (LINE - ASCENT) * size
    y = baseline - ASCENT * size - 0.3 - height
    symbol = Symbol(_to_dots(x, dot), _to_dots(y, dot), module, _to_dots(height, dot), rows)
    text = _cut(text, font, size, label_format.width)
    return [symbol, Text((label_format.width - font.measure(text, size)) / 2, baseline, size, text, font)]


def _to_dots(length, dot):
    return round(length / dot) * dot


# Text


def _lay_out_texts(box, content, centred):
    """Name, code and tracking number, as large as they fit whole, in the middle of the box's height."""
    lines = _fit_lines(box, _get_entries(content))
    y = box.y + (box.height - sum(LINE * size for _text, _font, size in lines)) / 2
    placed = []
    for text, font, size in lines:
        indent = (box.width - font.measure(text, size)) / 2 if centred else 0
        placed.append(Text(box.x + indent, y + ASCENT * size, size, text, font))
        y += LINE * size
    return placed


def _get_entries(content):
    """:return: list of (text, font, size in proportion to the name's)"""
    entries = [(content.name, True, 1.0), (content.code, False, SECOND_SIZE), (content.tracking, False, SECOND_SIZE)]
    texts = [(normalize("NFC", " ".join((text or "").split())), bold, scale) for text, bold, scale in entries]
    return [(text, choose_font(text, bold), scale) for text, bold, scale in texts if text]


def _fit_lines(box, entries):
    """The lines of all entries, as large as they fit.

    Best is what can be read easily, with the code and the tracking number on a line each and the name on two at most; then
    two lines each, in smaller letters; then words broken anywhere; in the end, what is too long is cut.

    :return: list of (text, font, size)
    """
    for most_lines, smallest, breaks_words in ((1, EASY_TEXT, False), (2, SMALL_TEXT, False), (2, SMALLEST_TEXT, True)):
        size = min(LARGEST_TEXT, box.height / 6)
        while size >= smallest:
            parts = [_break_text(*entry, size, box.width, breaks_words) for entry in entries]
            lines = _flatten(entries, parts, size)
            fits = sum(LINE * line_size for _text, _font, line_size in lines) <= box.height
            if fits and all(0 < len(lines) <= (most_lines if index else 2) for index, lines in enumerate(parts)):
                return lines
            size *= 0.95
    parts = [_cut_lines(*entry, SMALLEST_TEXT, box.width) for entry in entries]
    return _flatten(entries, parts, SMALLEST_TEXT)


def _flatten(entries, parts, size):
    return [
        (part, font, size * scale) for (_text, font, scale), parts in zip(entries, parts, strict=True) for part in parts
    ]


def _break_text(text, font, scale, size, width, breaks_words):
    """Lines no wider than `width`, broken after words and parts of paths; if words may be broken, anywhere, where a line
    would otherwise be more than half empty.

    :return: list of texts, empty when a word is too wide
    """
    lines = []
    while text:
        length = _count_fitting(text, font, size * scale, width)
        if length < len(text):
            breaks = [end for end in range(length // 2 if breaks_words else 1, length + 1) if _may_break(text, end)]
            if not breaks and not breaks_words:
                return []
            length = max(breaks, default=length)
        lines.append(text[:length].rstrip())
        text = text[length:].lstrip()
    return lines


def _cut_lines(text, font, scale, size, width):
    """Two lines at most, the second one cut if that is not enough."""
    first, *others = _break_text(text, font, scale, size, width, breaks_words=True)
    return [first, _cut(text[len(first) :].lstrip(), font, size * scale, width)] if others else [first]


def _may_break(text, position):
    return text[position] == " " or text[position - 1] in "/-"


def _cut(text, font, size, width):
    """The text, or its beginning and an ellipsis, no wider than `width`."""
    if font.measure(text, size) <= width:
        return text
    length = _count_fitting(text, font, size, width - font.measure(ELLIPSIS, size))
    return text[:length].rstrip() + ELLIPSIS


def _count_fitting(text, font, size, width):
    """How many letters fit, one at least."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.measure(text[:middle], size) <= width else (low, middle - 1)
    return low
