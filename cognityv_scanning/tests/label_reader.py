"""Reads labels back: paper as a scanner sees it, and ZPL as a printer does."""

import io
import itertools
import math
import random
import re
import subprocess
import tempfile
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter
from pyzbar.pyzbar import ZBarSymbol, decode

from ..tools.label.layout import Symbol

# The share of a code's words, of eight modules each, that each level can repair.
REPAIRED = {"L": 0.07, "M": 0.15, "Q": 0.25, "H": 0.30}


def read_codes(picture, *symbols):
    """Text and place of the codes in a picture."""
    return decode(picture, symbols=list(symbols or [ZBarSymbol.QRCODE]))


def read_text(picture, *symbols):
    """The text of the one code in a picture, None when there is none or several."""
    codes = read_codes(picture, *symbols)
    return codes[0].data.decode() if len(codes) == 1 else None


def render_pdf(content, dpi):
    """The pages of a PDF file as pictures."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        command = ["pdftoppm", "-r", str(dpi), "-gray", "-png", file.name]
        out = subprocess.run(command, capture_output=True, check=True).stdout
    return [Image.open(io.BytesIO(part)) for part in re.split(rb"(?=\x89PNG\r\n)", out) if part]


def cut_labels(pages, label_format, dpi):
    """The pictures of all places for labels on the pages, in order."""
    scale = dpi / 25.4
    for page, position in itertools.product(pages, range(label_format.per_page)):
        left, top = label_format.get_corner(position)
        box = (left, top, left + label_format.width, top + label_format.height)
        yield page.crop([round(side * scale) for side in box])


# What happens to a label in a warehouse


def blur(picture, module):
    return picture.filter(ImageFilter.GaussianBlur(module * 0.35))


def tilt(picture, _module, degrees=17):
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def look_from_the_side(picture, _module):
    """The left edge is nearer than the right one, and the upper one a little than the lower one."""
    width, height = picture.size
    corners = [(0, 0), (0, height), (width, height * 0.9), (width * 0.95, height * 0.1)]
    return picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        _solve(corners, picture.size),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )


def _solve(corners, size):
    """The eight numbers that Pillow wants to bring a picture's corners to others."""
    width, height = size
    rows = []
    for (x, y), (u, v) in zip(corners, [(0, 0), (0, height), (width, height), (width, 0)], strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for index in range(8):
        pivot = max(range(index, 8), key=lambda row, index=index: abs(rows[row][index]))
        rows[index], rows[pivot] = rows[pivot], rows[index]
        rows[index] = [value / rows[index][index] for value in rows[index]]
        for row in range(8):
            if row != index:
                factor = rows[row][index]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[index], strict=True)]
    return [row[8] for row in rows]


def soil(picture, symbol, level, dpi, seed):
    """Random dark and light blots on the code: they turn three quarters as many modules as the level can repair words, as
    a blot also turns parts of those beside it.

    None on the three squares by which a code is found, which no level can repair.
    """
    chance, picture = random.Random(seed), picture.copy()
    draw, count, module = ImageDraw.Draw(picture), len(symbol.rows), symbol.module_width * dpi / 25.4
    budget = 0.75 * REPAIRED[level] * count**2 / 8
    while True:
        column, row, radius = chance.uniform(0, count), chance.uniform(0, count), chance.uniform(0.4, 1.1)
        is_dark = chance.random() < 0.5
        if _touches_finder(column, row, radius, count):
            continue
        budget -= _count_turned(symbol.rows, column, row, radius, is_dark)
        if budget < 0:
            return picture
        x, y = symbol.x * dpi / 25.4 + column * module, symbol.y * dpi / 25.4 + row * module
        size = radius * module
        draw.ellipse((x - size, y - size, x + size, y + size), fill=0 if is_dark else 255)


def _count_turned(rows, column, row, radius, is_dark):
    """How many modules a blot makes light or dark that were not."""
    near = itertools.product(range(int(row) - 2, int(row) + 3), range(int(column) - 2, int(column) + 3))
    return sum(
        rows[y][x] != is_dark
        for y, x in near
        if 0 <= y < len(rows) and 0 <= x < len(rows) and math.hypot(x + 0.5 - column, y + 0.5 - row) < radius + 0.3
    )


def _touches_finder(column, row, radius, count):
    reach = 9 + radius
    near_left, near_top = column < reach, row < reach
    near_right, near_bottom = column > count - reach, row > count - reach
    return (near_left and (near_top or near_bottom)) or (near_right and near_top)


def get_qr(elements):
    return next(element for element in elements if isinstance(element, Symbol) and len(element.rows) > 1)


# A small printer


@dataclass
class PrintedLabel:
    picture: Image.Image
    copies: int
    # (x, baseline, size, text)
    texts: list


def print_zpl(source):
    """What a printer makes of the ZPL that we write: list of `PrintedLabel`.

    Anything else, and whatever lies outside the label, is an error.
    """
    assert source.isascii(), "ZPL should be plain ASCII"
    labels = re.findall(r"\^XA\n(.*?)\n\^XZ\n", source, re.DOTALL)
    assert "".join(f"^XA\n{label}\n^XZ\n" for label in labels) == source
    return [_print_label(label.split("\n")) for label in labels]


def _print_label(lines):
    assert lines[:2] == ["^CI28", "^LH0,0"]
    width, height = int(lines[2].removeprefix("^PW")), int(lines[3].removeprefix("^LL"))
    label = PrintedLabel(Image.new("1", (width, height), 1), int(lines[-1].removeprefix("^PQ")), [])
    for line in lines[4:-1]:
        if graphic := re.fullmatch(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),([0-9A-Yg-z,:]+)\^FS", line):
            *numbers, data = graphic.groups()
            _print_graphic(label.picture, *map(int, numbers), data)
        else:
            x, y, size, width, text = re.fullmatch(
                r"\^FT(\d+),(\d+)\^A0N,(\d+),(\d+)\^FH\^FD([^^~]*)\^FS", line
            ).groups()
            assert size == width
            raw = re.sub(r"_([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), text)
            label.texts.append((int(x), int(y), int(size), raw.encode("latin-1").decode()))
    return label


def _print_graphic(picture, x, y, total, total_again, row_bytes, data):
    assert total == total_again
    rows = unpack(data, row_bytes * 2)
    graphic = Image.frombytes("1", (row_bytes * 8, len(rows)), bytes.fromhex("".join(rows)))
    assert len(rows) * row_bytes == total
    dark = graphic.getbbox()
    assert dark is None or (x + dark[2] <= picture.width and y + dark[3] <= picture.height), "outside the label"
    picture.paste(0, (x, y), graphic)


def unpack(data, digits):
    """Rows of hexadecimal digits from Zebra's shortened form."""
    rows, row, times = [], "", 0
    for letter in data:
        if letter == ":":
            rows.append(rows[-1])
        elif letter == ",":
            row = row.ljust(digits, "0")
        elif "G" <= letter <= "Y":
            times += ord(letter) - ord("G") + 1
        elif "g" <= letter <= "z":
            times += 20 * (ord(letter) - ord("g") + 1)
        else:
            row, times = row + letter * (times or 1), 0
        if len(row) == digits:
            rows.append(row)
            row = ""
        assert len(row) < digits
    assert not row and not times
    return rows
