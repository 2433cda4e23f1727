"""Photos of codes, as a phone takes them."""

import io
import struct
import zlib

import qrcode
from PIL import Image
from reportlab.graphics import renderPM
from reportlab.graphics.barcode import createBarcodeDrawing

LINK = "https://example.com/01/04006381333931/10/A-1"
# reportlab's names, and what it must not add.
BARS = {
    "ean_13": ("EAN13", "4006381333931", {}),
    "ean_8": ("EAN8", "96385074", {}),
    "code_128": ("Code128", "LOT-77", {}),
    # reportlab writes FNC1 so.
    "gs1_128": ("Code128", "\xf1010400638133393110AB\xf1217", {}),
    "code_39": ("Standard39", "RACK-A1", {"checksum": 0}),
    "itf": ("I2of5", "14006381333938", {"checksum": 0}),
}


def make_qr(text=LINK, module=6):
    """A QR code in whole pixels."""
    code = qrcode.QRCode(box_size=module, border=4)
    code.add_data(text)
    return code.make_image().convert("L")


def make_bars(form):
    kind, value, options = BARS[form]
    drawing = createBarcodeDrawing(kind, value=value, barHeight=80, barWidth=2, quiet=1, **options)
    return renderPM.drawToPIL(drawing).convert("L")


def make_photo(*pictures, size=(1000, 1200)):
    """These codes one below the other on a grey table."""
    photo, top = Image.new("L", size, 225), 40
    for picture in pictures:
        photo.paste(picture, (60, top))
        top += picture.height + 40
    return photo


def encode(picture, form="JPEG", **options):
    """The picture as a file."""
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def make_bomb(width, height):
    """A PNG file of a few kB that says it is as large as this, and black all over."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(10**7), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
