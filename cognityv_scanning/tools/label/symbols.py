"""Codes as rows of dark and light modules."""

import math
from functools import lru_cache
from string import ascii_lowercase

import qrcode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from reportlab.graphics.barcode.code128 import Code128

# The light border that the standards ask for, in modules.
QR_QUIET = 4
BARS_QUIET = 10
# Three dots of a printer with 203 dpi. GS1 asks for 0.396 mm at least where goods are scanned; phones and hand scanners
# read from about 0.33 mm, and below they have to come so near that the camera no longer focuses.
SMALLEST_MODULE = 0.375
# A code with smaller ones is not printed: no phone reads it.
TINIEST_MODULE = 0.2
# From the strongest to the weakest: 30, 25, 15 and 7 % of the code may be dirty or torn.
LEVELS = {"H": ERROR_CORRECT_H, "Q": ERROR_CORRECT_Q, "M": ERROR_CORRECT_M, "L": ERROR_CORRECT_L}


class DoesNotFit(Exception):
    """A text is too long for a QR code of the label's size, or for any; its argument is the text."""


def choose_level(text, side, dot):
    """How much error correction a QR code of a given size bears.

    More correction means more modules, hence smaller ones. A code whose modules are too small is not read at all, a dirty
    one only sometimes: the strongest level whose modules are large enough is taken; if none is, that with the largest.

    :param side: mm that the code may take, its light border included
    :param dot: mm of a printer's dot; a module is a whole number of them
    :return: level, size of a module in mm
    :raises DoesNotFit: when the modules would be too small for any reader
    """
    sizes = {level: fit_module(side, _count_modules(text, level) + 2 * QR_QUIET, dot) for level in LEVELS}
    readable = [level for level, size in sizes.items() if size >= SMALLEST_MODULE]
    level = readable[0] if readable else max(sizes, key=sizes.get)
    if sizes[level] < TINIEST_MODULE:
        raise DoesNotFit(text)
    return level, sizes[level]


def fit_module(length, modules, dot):
    """The largest module of whole dots of which `modules` are not longer than `length`; 0 when not even one dot is."""
    # A dot is a fraction of an inch, a length one of a metre: do not lose a dot to rounding.
    return int(length / modules / dot + 1e-6) * dot


@lru_cache(maxsize=256)
def _count_modules(text, level):
    code = qrcode.QRCode(error_correction=LEVELS[level])
    code.add_data(text)
    try:
        return 17 + 4 * code.best_fit()
    except (DataOverflowError, ValueError):  # the library's ways to say that there is no version so large
        return math.inf


@lru_cache(maxsize=256)
def make_qr(text, level):
    """A QR code without its light border: tuple of rows of booleans, dark is true."""
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(row) for row in code.get_matrix())


def make_bars(text):
    """A Code 128 without its light border: one row of booleans, dark is true; None when the text is not plain ASCII."""
    if not text or not all(" " <= letter <= "~" for letter in text):
        return None
    code = Code128(text)
    code.validate()
    code.encode()
    row = []
    for element in code.decompose():
        is_space = element in ascii_lowercase
        row += [not is_space] * (ord(element.lower()) - ord("a") + 1)
    return (tuple(row),)
