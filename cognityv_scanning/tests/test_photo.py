import builtins
import random
import tracemalloc
import warnings
from itertools import count
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, PngImagePlugin

from odoo.http import Request
from odoo.tests import BaseCase, HttpCase, new_test_user, tagged

from ..controllers import photo as photo_controller
from ..tools import photo
from ..tools.photo import MAX_BYTES, PhotoError, read_codes
from ..tools.scan_code import parse
from .photo_maker import BARS, LINK, encode, make_bars, make_bomb, make_photo, make_qr


def grain(picture, sigma, seed=4):
    """What a camera does in the dark: every pixel a little off."""
    chance = random.Random(seed)
    values = (round(value + chance.gauss(0, sigma)) for value in picture.tobytes())
    return Image.frombytes("L", picture.size, bytes(max(0, min(255, value)) for value in values))


@tagged("post_install", "-at_install")
class TestReadCodes(BaseCase):
    """Codes in real pictures, and files that are none."""

    def setUp(self):
        super().setUp()
        # However slow the machine is.
        self.patch(photo, "MAX_SECONDS", 600)

    def _read(self, picture, **options):
        return [(code["format"], code["text"]) for code in read_codes(encode(picture, **options))]

    def _assert_refused(self, reason, data):
        with self.assertRaises(PhotoError) as caught:
            read_codes(data)
        self.assertEqual(caught.exception.reason, reason)

    # What is in it

    def test_every_kind(self):
        self.assertEqual(self._read(make_photo(make_qr())), [("qr_code", LINK)])
        for form in ("ean_13", "ean_8", "code_128", "code_39", "itf"):
            value = BARS[form][1]
            self.assertEqual(self._read(make_photo(make_bars(form))), [(form, value)])

    def test_several_in_one_from_top_to_bottom(self):
        forms = ["code_128", "ean_13", "ean_8", "code_39"]
        picture = make_photo(make_bars(forms[0]), make_qr(), *map(make_bars, forms[1:]), size=(1400, 1100))
        expected = [("code_128", "LOT-77"), ("qr_code", LINK), *((form, BARS[form][1]) for form in forms[1:])]
        self.assertEqual(self._read(picture), expected)

    def test_the_same_code_twice_is_one(self):
        self.assertEqual(self._read(make_photo(make_qr(), make_qr())), [("qr_code", LINK)])

    def test_file_formats(self):
        picture = make_photo(make_qr(), make_bars("ean_13"))
        for form in ("JPEG", "PNG", "WEBP"):
            self.assertEqual(len(self._read(picture, form=form)), 2, form)

    def test_separators_of_gs1_are_kept(self):
        [(form, text)] = self._read(make_photo(make_bars("gs1_128")))
        self.assertEqual((form, text), ("code_128", "010400638133393110AB\x1d217"))
        self.assertEqual((parse(text).gtin, parse(text).lot, parse(text).serial), ("04006381333931", "AB", "7"))

    def test_letters_beyond_ascii(self):
        self.assertEqual(self._read(make_photo(make_qr("Büro–7"))), [("qr_code", "Büro–7")])

    def test_no_code(self):
        self.assertEqual(self._read(Image.new("L", (600, 400), 200)), [])

    def test_part_of_a_tilted_code_is_none(self):
        """One line across a tilted Code 39, which has no check digit, may seem to be a shorter one."""
        whole = ("code_39", "RACK-A1")
        for degrees in range(0, 50, 7):
            picture = make_photo(make_bars("code_39")).rotate(degrees, expand=True, fillcolor=225)
            self.assertIn(self._read(picture), ([whole], []), degrees)

    # As a phone takes it

    def test_turned_and_tilted(self):
        picture = make_photo(make_qr())
        for degrees in (10, 45, 90, 180, 200):
            turned = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=225)
            self.assertEqual(self._read(turned), [("qr_code", LINK)], degrees)
        bars = make_photo(make_bars("code_128"))
        for degrees in (5, 22, 45, 68, 90):
            turned = bars.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=225)
            self.assertEqual(self._read(turned), [("code_128", "LOT-77")], degrees)

    def test_turned_by_the_notes_of_the_camera(self):
        lying = make_photo(make_bars("ean_13"), make_qr()).transpose(Image.Transpose.ROTATE_90)
        exif = Image.Exif()
        exif[0x0112] = 6
        codes = self._read(lying, exif=exif)
        self.assertEqual([form for form, _text in codes], ["ean_13", "qr_code"], "from top to bottom when upright")

    def test_broken_notes_of_the_camera(self):
        exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"
        with warnings.catch_warnings(action="ignore"):
            self.assertEqual(self._read(make_photo(make_qr()), exif=exif), [("qr_code", LINK)])

    def test_blurred(self):
        for radius in (1, 2):
            picture = make_photo(make_qr()).filter(ImageFilter.GaussianBlur(radius))
            self.assertEqual(self._read(picture), [("qr_code", LINK)], radius)

    def test_grainy(self):
        for sigma in (15, 30):
            picture = grain(make_photo(make_qr(), size=(500, 400)), sigma)
            self.assertEqual(self._read(picture), [("qr_code", LINK)], sigma)

    def test_dark_and_light_and_inverted(self):
        picture = make_photo(make_qr(), size=(500, 400))
        for name, change in {
            "dark": lambda value: value // 8,
            "faint": lambda value: 120 + value // 16,
            "inverted": lambda value: 255 - value,
        }.items():
            self.assertEqual(self._read(picture.point(change)), [("qr_code", LINK)], name)

    def test_large_and_tiny(self):
        table = Image.new("L", (4000, 3000), 210)
        table.paste(make_qr(module=16), (1500, 1200))
        self.assertEqual(self._read(table), [("qr_code", LINK)])
        self.assertEqual(self._read(make_qr(module=2)), [("qr_code", LINK)])

    def test_transparent(self):
        picture = Image.new("RGBA", (500, 400), (0, 0, 0, 0))
        code = make_qr()
        picture.paste((0, 0, 0, 255), (60, 40), code.point(lambda value: 255 - value))
        self.assertEqual(self._read(picture, form="PNG"), [("qr_code", LINK)])

    def test_animated(self):
        """The first frame counts, and no other is decoded."""
        frames = [make_photo(make_qr(f"FRAME-{number}"), size=(400, 400)).convert("RGB") for number in range(3)]
        for form in ("WEBP", "PNG"):
            data = encode(frames[0], form, save_all=True, append_images=frames[1:], duration=100, lossless=True)
            self.assertEqual(read_codes(data), [{"text": "FRAME-0", "format": "qr_code"}])
        self._assert_refused("no_picture", encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))

    def test_no_attempt_begins_when_it_has_taken_long(self):
        data = encode(Image.new("L", (2000, 1500), 200))
        # The clock goes on by 240 seconds at each look: the third is too late.
        with (
            patch.object(photo, "time") as clock,
            patch.object(photo, "_decode", side_effect=photo._decode) as decode,
        ):
            clock.monotonic.side_effect = count(0, 240)
            self.assertEqual(read_codes(data), [])
        self.assertEqual(decode.call_count, 4)

    # What is none

    def test_other_files(self):
        pictures = (encode(make_qr(), form) for form in ("BMP", "TIFF", "GIF", "ICO"))
        for data in (b"", b"BOLT", b"%PDF-1.7", b"<svg/>", b"\xff\xd8\xff", *pictures):
            self._assert_refused("no_picture", data)

    def test_cut_off(self):
        """Odoo lets Pillow take what there is of a picture; the code is in the upper half."""
        for form in ("JPEG", "PNG"):
            data = encode(make_photo(make_qr()), form)
            self.assertEqual([code["text"] for code in read_codes(data[: len(data) * 3 // 4])], [LINK], form)
            self._assert_refused("no_picture", data[:20])

    def test_too_many_bytes(self):
        self._assert_refused("too_many_bytes", encode(make_qr()) + bytes(MAX_BYTES))

    def test_decompression_bombs(self):
        """Refused by what the header says: nothing is decoded."""
        with patch.object(photo, "_load") as load, warnings.catch_warnings(action="ignore"):
            for width, height in (
                (10_000, 10_000),
                (65_000, 65_000),
                (1, 49_000_000),
                (20_001, 1),
                (2**31 - 1, 2**31 - 1),
            ):
                self._assert_refused("too_many_pixels", make_bomb(width, height))
            load.assert_not_called()

    def test_transparent_picture_is_small_before_it_is_laid_on_white(self):
        sizes, compose = [], Image.alpha_composite
        data = encode(make_photo(make_qr(), size=(3000, 3000)).convert("RGBA"), "PNG")
        with patch.object(Image, "alpha_composite", lambda paper, top: sizes.append(top.size) or compose(paper, top)):
            self.assertEqual([code["text"] for code in read_codes(data)], [LINK])
        self.assertEqual(sizes, [(2000, 2000)])

    def test_bomb_in_a_comment(self):
        """Text that unpacks to a hundred megabytes is not unpacked."""
        info = PngImagePlugin.PngInfo()
        info.add_text("note", "A" * 10**8, zip=True)
        data = encode(make_photo(make_qr(), size=(400, 400)), "PNG", pnginfo=info)
        self.assertLess(len(data), 200_000)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.assertEqual([code["text"] for code in read_codes(data)], [LINK])
        self.assertLess(tracemalloc.get_traced_memory()[1], 5 * 10**7)

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(["JPEG", "PNG", "WEBP"]),
        st.dictionaries(st.integers(0, 10_000), st.integers(0, 255), max_size=20),
    )
    def test_damaged_files(self, form, changes):
        data = bytearray(encode(make_qr("BOLT", module=2), form))
        for position, value in changes.items():
            data[position % len(data)] = value
        try:
            self.assertIsInstance(read_codes(bytes(data)), list)
        except PhotoError as error:
            self.assertIn(error.reason, ("no_picture", "too_many_pixels"))

    def test_without_zbar(self):
        real_import = builtins.__import__

        def without_zbar(name, globals_=None, locals_=None, fromlist=(), level=0):
            if name == "pyzbar" and "pyzbar" in (fromlist or ()):
                raise ImportError("Unable to find zbar shared library")
            return real_import(name, globals_, locals_, fromlist, level)

        with patch.object(builtins, "__import__", without_zbar):
            self._assert_refused("no_zbar", encode(make_qr()))


@tagged("post_install", "-at_install")
class TestPhotoEndpoint(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(cls.env, "photographer", groups="cognityv_inventory.group_counter")
        new_test_user(cls.env, "portal_photographer", groups="base.group_portal")

    def _post(self, data=None, login="photographer", **fields):
        self.authenticate(login, login)
        files = {"photo": ("photo.jpg", data, "image/jpeg")} if data is not None else None
        fields = {"csrf_token": Request.csrf_token(self), **fields}
        return self.url_open("/cognityv_scanning/photo", data=fields, files=files)

    def _assert_problem(self, response, status, part):
        self.assertEqual((response.status_code, response.json()["codes"]), (status, []))
        self.assertIn(part, response.json()["error"])

    def test_codes(self):
        response = self._post(encode(make_photo(make_qr(), make_bars("ean_13"))))
        self.assertEqual(response.status_code, 200)
        expected = [{"text": LINK, "format": "qr_code"}, {"text": "4006381333931", "format": "ean_13"}]
        self.assertEqual(response.json(), {"codes": expected})

    def test_no_code(self):
        self.assertEqual(self._post(encode(Image.new("L", (300, 200), 200))).json(), {"codes": []})

    def test_what_is_no_photo(self):
        self._assert_problem(self._post(b"BOLT"), 400, "no photo")
        self._assert_problem(self._post(), 400, "no photo")
        self._assert_problem(self._post(photo="BOLT"), 400, "no photo")

    def test_bomb(self):
        self._assert_problem(self._post(make_bomb(60_000, 60_000)), 400, "too many pixels")

    def test_large_files(self):
        self._assert_problem(self._post(bytes(MAX_BYTES + 1)), 400, "larger than 8 MB")
        with patch.object(photo_controller, "MAX_BODY_BYTES", 1000):
            self._assert_problem(self._post(bytes(2000)), 413, "larger than 8 MB")

    def test_without_zbar(self):
        with patch.object(photo, "_get_zbar", side_effect=PhotoError("no_zbar")):
            self._assert_problem(self._post(encode(make_qr())), 400, "administrator")

    def test_only_for_employees(self):
        self._assert_problem(self._post(encode(make_qr()), login="portal_photographer"), 403, "may not")

    def test_only_with_the_token_of_the_session(self):
        self.assertEqual(self._post(encode(make_qr()), csrf_token="other").status_code, 400)

    def test_only_for_who_is_logged_in(self):
        self.authenticate(None, None)
        response = self.url_open(
            "/cognityv_scanning/photo",
            data={"csrf_token": Request.csrf_token(self)},
            files={"photo": ("photo.jpg", encode(make_qr()), "image/jpeg")},
            allow_redirects=False,
        )
        self.assertIn("/web/login", response.headers["Location"])
