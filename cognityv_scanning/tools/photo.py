"""Reads the codes in a photo, without a database: `read_codes(data)`.

The picture comes from anybody who is logged in, so nothing of it is believed: what it is is told by its content, how
large it becomes by its header before it is decoded.
"""

import io
import struct
import time
import zlib

from PIL import (
    Image,
    ImageFilter,
    ImageOps,
    WebPImagePlugin,  # noqa: F401 Odoo keeps Pillow from loading it when it is needed
)

from .scan_code import to_gtin

MAX_BYTES = 8 * 1024 * 1024
# More than any phone's camera has in a picture that is of use here; three bytes each in memory.
MAX_PIXELS = 50_000_000
# Pillow needs far more for a strip of one pixel by millions, and no camera makes one.
MAX_SIDE = 20_000
# The longest side in pixels that is looked at: first the smaller one, which is quick, and drops the grain of a dark photo.
SIDES = (1200, 2000)
# After so long no further attempt is begun: a person waits, and a worker of the server with them.
MAX_SECONDS = 4
# As Pillow calls them; MPO, which some phones make, is a JPEG with more behind it.
FORMATS = ("JPEG", "PNG", "WEBP")
# What a broken or hostile file makes Pillow raise.
BAD_FILE = (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, struct.error, zlib.error)
# The names of zbar's symbologies that are of use, and how they are called in an answer.
SYMBOLOGIES = {
    "QRCODE": "qr_code",
    "EAN13": "ean_13",
    "EAN8": "ean_8",
    "UPCE": "upc_e",
    "CODE128": "code_128",
    "CODE39": "code_39",
    "CODE93": "code_93",
    "I25": "itf",
}
# Last, as zbar complains on the server's error output about whatever is none.
LAST_SYMBOLOGIES = {"DATABAR": "databar", "DATABAR_EXP": "databar_expanded"}
# Without a check digit, what one line of a tilted code seems to say may be a part of it: so many have to agree.
LINES_WITHOUT_CHECK_DIGIT = {"CODE39": 4}


class PhotoError(Exception):
    """Why no code can be read: `reason` is `too_many_bytes`, `too_many_pixels`, `no_picture` or `no_zbar`."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def read_codes(data):
    """All codes in a photo, from top to bottom.

    :param bytes data: a JPEG, PNG or WebP file; of several frames the first counts
    :return: list of dicts `text` and `format` (such as qr_code, ean_13, code_128); empty when there is none
    :raises PhotoError: when the file is too large or no such picture, or zbar is not installed
    """
    zbar = _get_zbar()
    picture = _open(data)
    deadline = time.monotonic() + MAX_SECONDS
    for pictures, symbologies in _get_attempts(picture):
        codes = [code for attempt in pictures for code in _decode(zbar, attempt, symbologies)]
        if codes or time.monotonic() > deadline:
            return _order(codes)
    return []


# zbar


def _get_zbar():
    try:
        # Not at the top: without the library libzbar the import fails, and nothing else needs it.
        from pyzbar import pyzbar
    except ImportError:
        raise PhotoError("no_zbar") from None
    return pyzbar


def _decode(zbar, picture, symbologies):
    """The codes in one picture: list of (height in the picture, 0 to 1; text; format)."""
    found = zbar.decode(picture, symbols=[zbar.ZBarSymbol[name] for name in symbologies])
    return [
        (code.rect.top / picture.height, _to_text(code.data), symbologies[code.type])
        for code in found
        if _is_plausible(code)
    ]


def _to_text(data):
    """zbar gives UTF-8 where it knows the letters of a QR code, else its bytes."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _is_plausible(code):
    """Not a part of another code: interleaved 2 of 5 is read in many, and has a check digit only as an ITF-14."""
    if code.type == "I25":
        return len(code.data) == 14 and bool(to_gtin(_to_text(code.data)))
    return bool(code.data) and code.quality >= LINES_WITHOUT_CHECK_DIGIT.get(code.type, 0)


def _order(codes):
    """Each code once, from top to bottom."""
    found = {}
    for _height, text, form in sorted(codes):
        found.setdefault((text, form), {"text": text, "format": form})
    return list(found.values())


# The picture


def _open(data):
    """The picture in grey, upright, no larger than it is looked at."""
    if len(data) > MAX_BYTES:
        raise PhotoError("too_many_bytes")
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS or max(picture.size) > MAX_SIDE:
            raise PhotoError("too_many_pixels")
        return _load(picture)
    except Image.DecompressionBombError:
        raise PhotoError("too_many_pixels") from None
    except BAD_FILE:
        raise PhotoError("no_picture") from None


def _load(picture):
    # A JPEG can be decoded in grey and to a half, a quarter or an eighth right away.
    picture.draft("L", (max(SIDES), max(SIDES)))
    picture.load()
    picture = _turn_upright(picture)
    if picture.has_transparency_data:
        # Codes are dark on white: what shines through is paper.
        picture = _shrink(picture.convert("RGBA"), max(SIDES))
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return _shrink(picture.convert("L"), max(SIDES))


def _turn_upright(picture):
    try:
        return ImageOps.exif_transpose(picture)
    except BAD_FILE:
        # Notes of the camera that are broken say nothing of the picture.
        return picture


def _shrink(picture, side):
    if max(picture.size) <= side:
        return picture
    picture = picture.copy()
    picture.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=2)
    return picture


# Attempts, from what is likely and quick to what is not


def _get_attempts(picture):
    """What is looked at together, one after the other until something is found: pairs of pictures and symbologies."""
    small = _shrink(picture, SIDES[0])
    yield [small] if small is picture else [small, picture], SYMBOLOGIES
    for change in CHANGES:
        yield [change(small)], SYMBOLOGIES
    yield [small], LAST_SYMBOLOGIES
    if small is not picture:
        for change in CHANGES:
            yield [change(picture)], SYMBOLOGIES


def _sharpen(picture):
    return picture.filter(ImageFilter.UnsharpMask(radius=3, percent=250, threshold=0))


def _drop_grain(picture):
    return picture.filter(ImageFilter.MedianFilter(3))


def _halve(picture):
    return picture.reduce(2)


def _double(picture):
    """For bars hardly wider than a pixel; in a large picture there are none, and it would take too long."""
    if max(picture.size) > SIDES[0]:
        return picture
    return picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)


def _stretch(picture):
    return ImageOps.autocontrast(picture, cutoff=2)


def _tilt(degrees):
    return lambda picture: picture.rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=255)


CHANGES = (
    _stretch,
    _drop_grain,
    _sharpen,
    _halve,
    # Bars are read along the lines and the columns of a picture only.
    _tilt(45),
    _tilt(22),
    _tilt(-22),
    ImageOps.invert,
    _double,
)
