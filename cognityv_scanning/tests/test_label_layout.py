from dataclasses import replace
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyzbar.pyzbar import ZBarSymbol

from odoo.tests import BaseCase, tagged

from ..tools.label import fonts
from ..tools.label.fonts import Font, choose_font, get_unshown
from ..tools.label.formats import A4, FORMATS, SHEETS
from ..tools.label.layout import ASCENT, ELLIPSIS, LINE, Content, Symbol, Text, lay_out
from ..tools.label.pdf import make_pdf
from ..tools.label.picture import make_picture
from ..tools.label.symbols import (
    BARS_QUIET,
    LEVELS,
    QR_QUIET,
    SMALLEST_MODULE,
    DoesNotFit,
    choose_level,
    fit_module,
    make_bars,
    make_qr,
)
from ..tools.label.zpl import escape, make_graphic, make_zpl
from .label_reader import print_zpl, read_text, render_pdf, unpack

LINK = "https://odoo.example.com/q/CFGH23456789"
PLAIN = Content("Bolt", LINK, "BOLT")
# What people type: any letters, long ones without a blank, other scripts, marks, right to left.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cn", "Co"]), max_size=120)
CONTENTS = st.builds(
    Content, TEXTS, st.just(LINK), TEXTS, TEXTS, st.one_of(st.just(""), st.from_regex(r"[ -~]{1,30}", fullmatch=True))
)


class Area:
    """What an element of a label covers, a code with its light border."""

    def __init__(self, element):
        if isinstance(element, Text):
            self.left, self.right = element.x, element.x + element.font.measure(element.text, element.size)
            self.top, self.bottom = element.y - ASCENT * element.size, element.y + (LINE - ASCENT) * element.size
            return
        is_bars = len(element.rows) == 1
        side = (BARS_QUIET if is_bars else QR_QUIET) * element.module_width
        above = 0 if is_bars else side
        self.left, self.right = element.x - side, element.x + len(element.rows[0]) * element.module_width + side
        self.top, self.bottom = element.y - above, element.y + len(element.rows) * element.module_height + above

    def overlaps(self, other, slack=0.1):
        return (
            min(self.right, other.right) - max(self.left, other.left) > slack
            and min(self.bottom, other.bottom) - max(self.top, other.top) > slack
        )


@tagged("post_install", "-at_install")
class TestLabelLayout(BaseCase):
    """Whatever is on a label: nothing overlaps, nothing is cut off."""

    def _check(self, label_format, content, dpi):
        areas = [Area(element) for element in lay_out(label_format, content, 25.4 / dpi)]
        for index, area in enumerate(areas):
            # Half a dot is lost when codes are put on whole dots.
            self.assertGreaterEqual(min(area.left, area.top), -0.1)
            self.assertLessEqual(area.right, label_format.width + 0.1)
            self.assertLessEqual(area.bottom, label_format.height + 0.1)
            for other in areas[index + 1 :]:
                self.assertFalse(area.overlaps(other), (vars(area), vars(other)))

    @settings(max_examples=150, deadline=None)
    @given(st.sampled_from(list(FORMATS.values())), CONTENTS, st.sampled_from([203, 300, 600]))
    def test_nothing_overlaps_or_is_cut_off(self, label_format, content, dpi):
        self._check(label_format, content, dpi)

    def _lines(self, content, key="a4_65"):
        return [e.text for e in lay_out(FORMATS[key], content, 25.4 / 600) if isinstance(e, Text)]

    def test_texts(self):
        content = Content("Bolt", LINK, "B-7", "Lot 42", "4006381333931")
        self.assertEqual(self._lines(content), ["Bolt", "B-7", "Lot 42"])
        self.assertEqual(self._lines(content, "a4_24"), ["Bolt", "B-7", "Lot 42", "4006381333931"])

    def test_a_long_name_ends_with_an_ellipsis_on_its_second_line(self):
        lines = self._lines(replace(PLAIN, name="Hexagon socket screw ISO 4762 M8 galvanised, very long"))
        self.assertEqual(lines[0], "Hexagon socket")
        self.assertTrue(lines[1].startswith("screw ISO") and lines[1].endswith(ELLIPSIS))
        self.assertEqual(lines[2:], ["BOLT"])

    def test_a_name_that_fits_is_not_cut(self):
        name = "Hexagon socket screw ISO 4762 M8 galvanised"
        for key in ("a4_24", "a4_12", "roll_57x32"):
            lines = self._lines(replace(PLAIN, name=name), key)
            self.assertEqual(" ".join(lines[:-1]), name)

    def test_a_tracking_number_is_shown_whole_on_two_lines(self):
        lines = self._lines(replace(PLAIN, tracking="SN 12345678901234567890"))
        self.assertEqual("".join(lines[2:]), "SN 12345678901234567890")

    def test_nothing_but_a_code(self):
        self.assertEqual(self._lines(Content("", LINK)), [])

    def test_codes_are_whole_dots(self):
        for label_format in FORMATS.values():
            for dpi in (203, 300, 600):
                for element in lay_out(label_format, replace(PLAIN, bars="PLAIN"), 25.4 / dpi):
                    if isinstance(element, Symbol):
                        for length in (element.x, element.y, element.module_width, element.module_height):
                            dots = length * dpi / 25.4
                            self.assertAlmostEqual(dots, round(dots), 6)

    def test_labels_lie_within_the_sheet_and_apart(self):
        for label_format in SHEETS:
            corners = [label_format.get_corner(position) for position in range(label_format.per_page)]
            self.assertEqual(len(set(corners)), label_format.per_page)
            self.assertGreaterEqual(min(min(corner) for corner in corners), 0)
            self.assertLessEqual(corners[-1][0] + label_format.width, A4[0])
            self.assertLessEqual(corners[-1][1] + label_format.height, A4[1])

    def test_makers_own_measures(self):
        """Of the first label, from the makers' templates."""
        for key, corner in (
            ("a4_65", (4.75, 10.7)),
            ("a4_40", (9.7, 21.5)),
            ("a4_24", (7.25, 12.9)),
            ("a4_21", (7.25, 15.15)),
            ("a4_14", (4.65, 15.15)),
            ("a4_12", (7.25, 4.5)),
        ):
            for expected, is_found in zip(corner, FORMATS[key].get_corner(0), strict=True):
                self.assertAlmostEqual(is_found, expected, delta=0.3)


@tagged("post_install", "-at_install")
class TestLabelCodes(BaseCase):
    def test_the_strongest_level_whose_modules_are_large_enough(self):
        for text, side, level in (
            (LINK, 25, "H"),
            (LINK, 16.5, "Q"),
            (LINK, 14.5, "M"),
            (f"{LINK}?x=2345678", 14, "L"),
        ):
            found, module = choose_level(text, side, 25.4 / 203)
            self.assertEqual(found, level)
            self.assertGreaterEqual(module, SMALLEST_MODULE)

    def test_without_room_the_level_with_the_largest_modules(self):
        sizes = {level: fit_module(10, len(make_qr(LINK, level)) + 2 * QR_QUIET, 25.4 / 600) for level in LEVELS}
        self.assertLess(max(sizes.values()), SMALLEST_MODULE)
        self.assertEqual(choose_level(LINK, 10, 25.4 / 600)[1], max(sizes.values()))

    def test_what_does_not_fit_is_said(self):
        for text in ("x" * 400, "x" * 5000):
            with self.assertRaises(DoesNotFit):
                choose_level(text, 10, 25.4 / 203)

    @settings(max_examples=60, deadline=None)
    @given(st.from_regex(r"[ -~]{1,24}", fullmatch=True))
    def test_code_128_is_read(self, text):
        [row] = make_bars(text)
        picture = Image.new("L", (len(row) * 3 + 60, 80), 255)
        for number, is_dark in enumerate(row):
            picture.paste(0 if is_dark else 255, (30 + number * 3, 0, 33 + number * 3, 80))
        self.assertEqual(read_text(picture, ZBarSymbol.CODE128), text)

    def test_code_128_is_plain_ascii(self):
        for text in ("", "Ä1", "a\tb", "螺"):
            self.assertIsNone(make_bars(text))


@tagged("post_install", "-at_install")
class TestLabelFonts(BaseCase):
    """Names in any script."""

    def test_the_usual_font_shows_latin_greek_and_cyrillic(self):
        for text in ("Bolt", "Ξυλόβιδα", "Большой болт", "Čšž €", "×"):
            font = choose_font(text)
            self.assertFalse(font.is_drawn)
            self.assertIn("DejaVu", font.path)
        self.assertIn("Bold", choose_font("Bolt", bold=True).path)

    def test_from_right_to_left_is_drawn(self):
        for text in ("ברגים", "مسامير", "a\N{COMBINING RING ABOVE}\N{COMBINING TILDE}"):
            self.assertTrue(choose_font(text).is_drawn)

    def test_another_font_of_the_machine_shows_what_the_usual_one_lacks(self):
        vera = fonts.TTFOpenFile("Vera.ttf")[0]
        with patch.object(fonts, "_get_usual_path", lambda _bold: vera):
            font = choose_font("Болт")
            self.assertNotEqual(font.path, vera)
            self.assertTrue(font.is_drawn)
            self.assertEqual(get_unshown(["Болт"]), "")
            self.assertEqual(choose_font("Bolt"), Font(vera))

    def test_letters_that_no_font_has_are_named(self):
        with patch.object(fonts, "_find_font", lambda _letters, _bold: None):
            self.assertEqual(get_unshown(["Bolt", "螺 A", "丝螺"]), "螺丝")
        self.assertEqual(get_unshown(["Bolt", "Болт"]), "")

    def test_no_font_has_a_letter_that_there_is_not(self):
        self.assertEqual(get_unshown(["a\U0003fffd"]), "\U0003fffd")

    def test_without_fontconfig_the_usual_font(self):
        fonts._find_font.cache_clear()
        self.addCleanup(fonts._find_font.cache_clear)
        with patch.object(fonts.subprocess, "run", side_effect=FileNotFoundError):
            self.assertIn("DejaVu", choose_font("螺").path)

    def test_drawn_text_is_in_all_files(self):
        content = replace(PLAIN, name="مسامير")
        label_format = FORMATS["a4_24"]
        with_name = make_picture(label_format, content, 300)
        without = make_picture(label_format, replace(content, name=" "), 300)
        self.assertNotEqual(with_name.tobytes(), without.tobytes())
        [page] = render_pdf(make_pdf(label_format, [(content, 1)]), 300)
        [empty] = render_pdf(make_pdf(label_format, [(replace(content, name=" "), 1)]), 300)
        self.assertNotEqual(page.tobytes(), empty.tobytes())
        [label] = print_zpl(make_zpl(FORMATS["roll_57x32"], [(content, 1)], 203))
        self.assertEqual([text for *_place, text in label.texts], ["BOLT"])


@tagged("post_install", "-at_install")
class TestLabelZpl(BaseCase):
    @given(TEXTS)
    def test_texts_cannot_smuggle_commands_in(self, text):
        escaped = escape(text)
        self.assertTrue(escaped.isascii())
        self.assertFalse(set("^~\n\\") & set(escaped))

    def test_texts_arrive(self):
        content = Content("Ümlaut ^XZ~JA_5E\\& 100%", LINK, "ПУМ", "SN ß")
        [label] = print_zpl(make_zpl(FORMATS["roll_100x50"], [(content, 3)], 203))
        *name, tracking = [text for *_place, text in label.texts]
        self.assertEqual([" ".join(name), tracking], [content.name, content.tracking])
        self.assertEqual(label.copies, 3)

    @given(st.integers(1, 900), st.integers(1, 12), st.randoms(use_true_random=False))
    def test_pictures_arrive(self, width, height, chance):
        picture = Image.new("1", (width, height), 1)
        for _spot in range(chance.randint(0, 6)):
            left, top = chance.randrange(width), chance.randrange(height)
            picture.paste(0, (left, top, min(width, left + chance.randint(1, 500)), min(height, top + 3)))
        field = make_graphic(picture, 3, 4)
        self.assertTrue(field.startswith("^FO3,4^GFA,"))
        row_bytes = -(-width // 8)
        rows = unpack(field.split(",", 5)[5].removesuffix("^FS"), row_bytes * 2)
        bits = "".join(f"{int(row, 16):0{row_bytes * 8}b}"[:width] for row in rows)
        self.assertEqual([int(bit) for bit in bits], [int(not value) for value in picture.getdata()])
