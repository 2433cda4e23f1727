import base64
import io
import random
import secrets
import zipfile
from unittest.mock import patch

from PIL import Image
from pyzbar.pyzbar import ZBarSymbol

from odoo.tests import tagged

from ..tools.label.formats import FORMATS, ROLLS, SHEETS
from ..tools.label.layout import Symbol, lay_out
from ..tools.label.pdf import SHEET_DPI, make_pdf
from ..tools.label.picture import make_picture
from ..tools.label.symbols import LEVELS, SMALLEST_MODULE, make_qr
from .label_reader import (
    blur,
    cut_labels,
    get_qr,
    look_from_the_side,
    print_zpl,
    read_codes,
    read_text,
    render_pdf,
    soil,
    tilt,
)
from .test_scan_link import LinkCommon

# The sizes in which a code has least room.
SMALLEST = ("a4_65", "roll_30x20")


class ReadBackCommon(LinkCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The same codes in each run, so that dirt is in the same places of them.
        cls.startClassPatcher(patch.object(secrets, "choice", random.Random(4).choice))
        cls.nut.name = "Гайка шестигранная ISO 4032 M8, оцинкованная, класс прочности 8 (нержавеющая)"
        # The longest that GS1 allows, and all of it has to be encoded.
        cls.longest = cls._make_lot(cls.glue, "/%" * 10)
        cls.records = [*cls.records, cls.longest]

    def _contents(self, **options):
        return self.env["stock.scan.label"]._get_contents(self.records, **options)

    def _dpi(self, label_format):
        return SHEET_DPI if label_format.is_sheet else 203

    def _pdf(self, label_format, contents):
        return make_pdf(label_format, [(content, 1) for content in contents], self._dpi(label_format))

    def _level(self, content, symbol):
        """The level of a code on a label, told by what it looks like."""
        return next(level for level in LEVELS if make_qr(content.qr, level) == symbol.rows)


@tagged("post_install", "-at_install")
class TestLabelsReadBack(ReadBackCommon):
    """Issue 4, A. Labels: each kind of record on each kind of label is printed, and its code read back."""

    def test_pdf_at_the_printers_resolution(self):
        contents = self._contents()
        for label_format in FORMATS.values():
            dpi = 300 if label_format.is_sheet else 203
            pages = render_pdf(self._pdf(label_format, contents), dpi)
            pictures = list(cut_labels(pages, label_format, dpi))
            for record, content, picture in zip(self.records, contents, pictures, strict=False):
                with self.subTest(size=label_format.key, record=record.display_name):
                    self.assertEqual(read_text(picture), content.qr)
            for picture in pictures[len(contents) :]:
                self.assertFalse(read_codes(picture), "only as many labels as there are records")

    def test_blurred_tilted_from_the_side_and_dirty(self):
        """As a phone sees it: eight pixels a module."""
        contents = self._contents()
        for key in (*SMALLEST, "a4_24", "roll_100x50"):
            pages = render_pdf(self._pdf(FORMATS[key], contents), 600)
            for record, content, picture in zip(
                self.records, contents, cut_labels(pages, FORMATS[key], 600), strict=False
            ):
                symbol = get_qr(lay_out(FORMATS[key], content, 25.4 / self._dpi(FORMATS[key])))
                with self.subTest(size=key, record=record.display_name):
                    self._check_damaged(picture, content, symbol)

    def _check_damaged(self, picture, content, symbol):
        dpi = 8 * 25.4 / symbol.module_width
        picture = picture.resize([round(side * dpi / 600) for side in picture.size], Image.Resampling.BICUBIC)
        for damage in (blur, tilt, look_from_the_side):
            self.assertEqual(read_text(damage(picture, 8)), content.qr, damage.__name__)
        for seed in range(5):
            dirty = soil(picture, symbol, self._level(content, symbol), dpi, seed)
            self.assertEqual(read_text(dirty), content.qr, f"dirty {seed}")

    def test_dirt_is_more_than_the_weakest_level_bears(self):
        """The test above would notice if labels were printed with less correction than they have room for."""
        content = self._contents()[0]
        label_format = FORMATS["a4_24"]
        symbol = get_qr(lay_out(label_format, content, 25.4 / SHEET_DPI))
        self.assertEqual(self._level(content, symbol), "H")
        weak = Symbol(symbol.x, symbol.y, symbol.module_width, symbol.module_width, make_qr(content.qr, "L"))
        picture = Image.new("L", (400, 400), 255)
        for row, modules in enumerate(weak.rows):
            for column, is_dark in enumerate(modules):
                picture.paste(0 if is_dark else 255, [24 + column * 6, 24 + row * 6, 30 + column * 6, 30 + row * 6])
        placed = Symbol(24, 24, 6, 6, weak.rows)
        self.assertEqual(read_text(picture), content.qr)
        read = [read_text(soil(picture, placed, "H", 25.4, seed)) == content.qr for seed in range(10)]
        self.assertLess(sum(read), 3)

    def test_zpl(self):
        contents = self._contents(with_bars=True)
        for dpi in (203, 300):
            for label_format in ROLLS:
                self._check_zpl(label_format, contents, dpi)

    def _check_zpl(self, label_format, contents, dpi):
        wizard = self._wizard(output="zpl", roll_format=label_format.key, dpi=str(dpi), with_bars=True)
        labels = print_zpl(self._download(wizard).decode("ascii"))
        for record, content, label in zip(self.records, contents, labels, strict=True):
            with self.subTest(size=label_format.key, dpi=dpi, record=record.display_name):
                self.assertEqual(read_text(label.picture.convert("L")), content.qr)
                self.assertEqual(label.picture.width, round(label_format.width * dpi / 25.4))

    def test_png(self):
        for key in ("a4_65", "roll_30x20", "roll_102x152"):
            for dpi in (203, 300, 600):
                for record, content in zip(self.records, self._contents(), strict=True):
                    with self.subTest(size=key, dpi=dpi, record=record.display_name):
                        self.assertEqual(read_text(make_picture(FORMATS[key], content, dpi)), content.qr)

    def test_png_files(self):
        wizard = self._wizard(output="png", dpi="300")
        with zipfile.ZipFile(io.BytesIO(self._download(wizard))) as archive:
            pictures = [Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()]
        self.assertEqual([read_text(picture) for picture in pictures], [content.qr for content in self._contents()])
        self.assertEqual({round(picture.info["dpi"][0]) for picture in pictures}, {300})

    def test_odoos_barcode_beside_the_link(self):
        contents = self._contents(with_bars=True)
        read = 0
        for key in ("a4_24", "a4_21", "a4_14", "a4_12", "a4_8", "roll_57x32", "roll_89x36", "roll_100x50"):
            pages = render_pdf(self._pdf(FORMATS[key], contents), 300)
            for record, content, picture in zip(
                self.records, contents, cut_labels(pages, FORMATS[key], 300), strict=False
            ):
                has_bars = len([e for e in lay_out(FORMATS[key], content, 25.4 / 600) if isinstance(e, Symbol)]) == 2
                with self.subTest(size=key, record=record.display_name):
                    expected = content.bars if has_bars else None
                    self.assertEqual(read_text(picture, ZBarSymbol.CODE128), expected)
                    self.assertEqual(read_text(picture), content.qr)
                read += has_bars
        self.assertGreater(read, 60)

    def test_what_odoos_own_app_reads_in_the_qr_code(self):
        contents = self._contents(use_link=False)
        for key in SMALLEST:
            pages = render_pdf(self._pdf(FORMATS[key], contents), 300)
            for record, picture in zip(self.records, cut_labels(pages, FORMATS[key], 300), strict=False):
                with self.subTest(size=key, record=record.display_name):
                    self.assertEqual(read_text(picture), record._get_odoo_barcode() or self._link(record))

    def test_labels_lie_where_the_sheet_has_them(self):
        """Not a tenth of a millimetre off, at the last label of the sheet."""
        content = self._contents()[0]
        for label_format in SHEETS:
            with self.subTest(size=label_format.key):
                content_pdf = make_pdf(label_format, [(content, 1)], start=label_format.per_page - 1)
                page = render_pdf(content_pdf, 300)[0]
                self.assertEqual(page.size, (2481, 3508), "A4")
                symbol = get_qr(lay_out(label_format, content, 25.4 / SHEET_DPI))
                left, top = label_format.get_corner(label_format.per_page - 1)
                corner = page.crop([round(side * 300 / 25.4) for side in (left, top, left + symbol.x + 10, 297)])
                box = corner.point(lambda value: 255 * (value < 128)).getbbox()
                self.assertAlmostEqual(box[0] * 25.4 / 300, symbol.x, delta=0.1)
                self.assertAlmostEqual(box[1] * 25.4 / 300, symbol.y, delta=0.1)

    def test_modules_are_large_enough(self):
        """Also on the smallest labels, but for the longest links, for which there is no room."""
        for label_format in FORMATS.values():
            for record, content in zip(self.records, self._contents(), strict=True):
                symbol = get_qr(lay_out(label_format, content, 25.4 / self._dpi(label_format)))
                with self.subTest(size=label_format.key, record=record.display_name):
                    smallest = 0.25 if record == self.longest and label_format.key in SMALLEST else SMALLEST_MODULE
                    self.assertGreaterEqual(symbol.module_width, smallest)

    def _wizard(self, **vals):
        """The wizard of the first record, made to print all."""
        wizard = self.env["stock.scan.label.wizard"].create(
            {"res_model": "product.product", "res_ids": self.bolt.ids, **vals}
        )
        self.patch(type(wizard), "_get_records", lambda _self: self.records)
        return wizard

    def _download(self, wizard):
        action = wizard.action_print()
        self.assertEqual(action["tag"], "cognityv_scanning.download_labels")
        return base64.b64decode(wizard.file)
