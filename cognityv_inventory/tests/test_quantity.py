import math

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.quantity import parse_quantity

FINITE = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).map(lambda number: round(number, 4))


@tagged("post_install", "-at_install")
class TestQuantity(BaseCase):
    @given(FINITE)
    def test_own_format_comes_back(self, number):
        text = f"{number:.4f}"
        self.assertEqual(parse_quantity(text), number)
        self.assertEqual(parse_quantity(text.replace(".", ","), ","), number)

    @given(FINITE)
    def test_thousands_separators(self, number):
        english = f"{number:,.2f}"
        self.assertEqual(parse_quantity(english), round(number, 2))
        german = english.translate(str.maketrans(",.", ".,"))
        self.assertEqual(parse_quantity(german, ","), round(number, 2))
        french = english.replace(",", "\u202f").replace(".", ",")
        self.assertEqual(parse_quantity(french, ","), round(number, 2))

    @given(st.text(max_size=12), st.sampled_from(".,"))
    def test_any_text_is_a_finite_number_or_refused(self, text, decimal_point):
        try:
            number = parse_quantity(text, decimal_point)
        except ValueError as error:
            self.assertIn(error.args[0], ("number", "ambiguous"))
        else:
            self.assertTrue(math.isfinite(number))

    def test_what_could_be_read_in_two_ways_is_refused(self):
        for text, point in (("1,234", "."), ("12.345", ","), ("-1,000", ".")):
            with self.subTest(text), self.assertRaisesRegex(ValueError, "ambiguous"):
                parse_quantity(text, point)
        self.assertEqual(parse_quantity("1,234", ","), 1.234)
        self.assertEqual(parse_quantity("0,125", "."), 0.125)
        self.assertEqual(parse_quantity("1,5", "."), 1.5)

    def test_not_numbers(self):
        for value in ("", "ten", "1.2.3", "1,23,456.7", None, True, float("nan"), float("inf"), "1e5", "--1", "12 pcs"):
            with self.subTest(value=value), self.assertRaises(ValueError):
                parse_quantity(value)
