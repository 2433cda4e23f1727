import datetime
from decimal import Decimal
from urllib.parse import quote

from biip.checksums import gs1_standard_check_digit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.scan_code import (
    ELEMENTS,
    FNC1,
    GTIN,
    LINK,
    SHORT_CODE,
    SSCC,
    TEXT,
    ScanCode,
    get_gtin_texts,
    parse,
)

# Pytest shares two cores with others: what is slow at drawing is no fault.
SETTINGS = settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
GTIN_14 = "09501101530003"
SSCC_18 = "106141412345678908"
GLN_13 = "9506000111315"
# The letters that GS1 allows, without brackets, which people put around identifiers, and #, which scanners type.
LETTERS = "ABCXYZabcxyz0123456789-./_+*,:;<=>?!%&'\""


def digits(length):
    return st.text("0123456789", min_size=length, max_size=length)


def checked(length):
    """Numbers with a right check digit that are not zero."""
    payload = digits(length - 1).filter(lambda text: text.strip("0"))
    return payload.map(lambda text: f"{text}{gs1_standard_check_digit(text)}")


def numbers(length):
    return st.integers(0, 10**length - 1).map(str)


DATES = st.dates(datetime.date(2000, 1, 1), datetime.date(2049, 12, 31)).map(lambda date: date.strftime("%y%m%d"))
VALUES = {
    "00": checked(18),
    "01": checked(14),
    "02": checked(14),
    "11": DATES,
    "15": DATES,
    "17": DATES,
    "10": st.text(LETTERS, min_size=1, max_size=20),
    "21": st.text(LETTERS, min_size=1, max_size=20),
    "240": st.text(LETTERS, min_size=1, max_size=30),
    "241": st.text(LETTERS, min_size=1, max_size=30),
    "254": st.text(LETTERS, min_size=1, max_size=20),
    "400": st.text(LETTERS, min_size=1, max_size=30),
    "30": numbers(8),
    "37": numbers(8),
    "414": checked(13),
    **{f"31{measure}{decimals}": digits(6) for measure in range(7) for decimals in range(6)},
}
# Identifiers that GS1 has not given away, nor said how long they are.
UNKNOWN = st.tuples(st.sampled_from(["05", "09", "29", "38", "44", "50", "66", "89"]), st.text("ABC9", min_size=1))
ELEMENT = st.sampled_from(sorted(VALUES)).flatmap(lambda ai: st.tuples(st.just(ai), VALUES[ai]))
ELEMENT_LISTS = st.lists(ELEMENT, min_size=1, max_size=6, unique_by=lambda element: element[0][:3])
FIXED = {"00", "01", "02", "11", "15", "17", "414"}
SEPARATORS = st.sampled_from([FNC1, "#", "Alt029"])


def encode(elements, separator=FNC1):
    """An element string: a separator after what has no fixed length, but not at the end."""
    parts = [f"{ai}{value}{'' if ai in FIXED or ai.startswith('31') else separator}" for ai, value in elements]
    return "".join(parts).removesuffix(separator)


def expect(elements):
    """The fields that these elements fill."""
    date = {"11": "produced", "15": "best_before", "17": "expiry"}
    text = {"10": "lot", "21": "serial", "240": "additional_id", "241": "customer_part", "254": "gln_extension"}
    text |= {"00": "sscc", "01": "gtin", "02": "content_gtin", "400": "order", "414": "gln"}
    number = {"30": "count", "37": "content_count"}
    fields = {}
    for ai, value in elements:
        if ai in date:
            fields[date[ai]] = datetime.datetime.strptime(value, "%y%m%d").date()
        elif ai in text:
            fields[text[ai]] = value
        elif ai in number:
            fields[number[ai]] = int(value)
    return fields


def read(code, names):
    return {name: getattr(code, name) for name in names}


@tagged("post_install", "-at_install")
class TestCodeParser(BaseCase):
    def _assert(self, scanned, **expected):
        self.assertEqual(read(parse(scanned), expected), expected, scanned)

    # Anything at all

    @SETTINGS
    @given(st.one_of(st.text(), st.text("0123456789()[]#\x1dAlt]CedQJ/:?=&;%"), st.text(LETTERS)))
    def test_no_text_raises(self, text):
        self.assertIsInstance(parse(text), ScanCode)

    @SETTINGS
    @given(st.text(max_size=30), st.text("0123456789qQ/?=&;%[]@:#", max_size=60))
    def test_no_link_raises(self, host, path):
        self.assertIsInstance(parse(f"https://{host}/{path}"), ScanCode)

    def test_plain_text_stays_as_it_is(self):
        for text in (
            "BOLT",
            "WH/OUT/00001",
            "S00012",
            "A1 – Büro",
            "(not) GS1",
            "https://example.com/shop",
            "0000000000000",
        ):
            self._assert(f" {text}\r\n", form=TEXT, text=text, gtin="", elements=(), certain=True)

    def test_what_no_database_stores_is_left_out(self):
        self._assert("BO\0LT\ud800", form=TEXT, text="BOLT")

    def test_a_text_longer_than_any_code_is_not_looked_into(self):
        self._assert(f"01{GTIN_14}10" + "A" * 5000, form=TEXT, gtin="")

    # Numbers

    def test_ean_upc_itf(self):
        for text, gtin in (
            ("96385074", "00000096385074"),
            ("036000291452", "00036000291452"),
            ("4006381333931", "04006381333931"),
            ("]E04006381333931", "04006381333931"),
            ("14006381333938", "14006381333938"),
            ("]I114006381333938", "14006381333938"),
            ("]E3978030640615751299", "09780306406157"),
        ):
            self._assert(text, form=GTIN, gtin=gtin, elements=())

    def test_upc_e(self):
        self._assert("04252614", form=GTIN, gtin="00042100005264")
        # Right as a GTIN-8 and as a UPC-E: both are kept.
        self._assert("01234565", form=GTIN, gtin="00000001234565", upc_e="00012345000065")

    def test_wrong_check_digit_is_text(self):
        for text in ("96385075", "036000291453", "4006381333930", "14006381333939"):
            self._assert(text, form=TEXT, text=text, gtin="", elements=())

    @SETTINGS
    @given(checked(8) | checked(12) | checked(13) | checked(14))
    def test_every_gtin_is_found_as_it_was_written(self, text):
        code = parse(text)
        self.assertEqual((code.form, code.gtin), (GTIN, text.zfill(14)))
        self.assertIn(text, get_gtin_texts(code.gtin))

    def test_texts_of_a_gtin(self):
        self.assertEqual(get_gtin_texts("14006381333938"), ("14006381333938",))
        self.assertEqual(get_gtin_texts("04006381333931"), ("04006381333931", "4006381333931"))
        self.assertEqual(
            get_gtin_texts("00042100005264"), ("00042100005264", "0042100005264", "042100005264", "04252614")
        )

    def test_sscc_alone(self):
        self._assert(SSCC_18, form=SSCC, sscc=SSCC_18)
        self._assert(SSCC_18[:-1] + "9", sscc="", certain=False)

    # Element strings

    def test_separators_as_they_arrive(self):
        for separator in (FNC1, "#", "Alt029", "<GS>", "{GS}", "␝"):
            self._assert(f"01{GTIN_14}10AB-1{separator}21XY", form=ELEMENTS, gtin=GTIN_14, lot="AB-1", serial="XY")

    def test_separator_is_not_needed_after_a_fixed_length(self):
        self._assert(f"01{GTIN_14}1725123110A", gtin=GTIN_14, expiry=datetime.date(2025, 12, 31), lot="A")
        self._assert(f"01{GTIN_14}{FNC1}17251231{FNC1}10A", gtin=GTIN_14, expiry=datetime.date(2025, 12, 31), lot="A")

    def test_symbology_prefixes(self):
        for prefix in ("]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"):
            self._assert(f"{prefix}10AB", form=ELEMENTS, symbology=prefix, lot="AB", certain=True, text="10AB")
        self._assert("]C010AB", symbology="]C0", certain=False)

    def test_first_separator_marks_gs1(self):
        self._assert(f"{FNC1}10AB", form=ELEMENTS, lot="AB", certain=True)

    def test_brackets(self):
        self._assert(f"(01) {GTIN_14} (10) A(B", form=ELEMENTS, gtin=GTIN_14, lot="A(B", certain=True)
        self._assert("(01)4006381333931(17)251200", gtin="04006381333931", expiry=datetime.date(2025, 12, 31))

    def test_day_00_is_the_end_of_the_month(self):
        self._assert("]C117240200", expiry=datetime.date(2024, 2, 29))
        self._assert("]C111250600", produced=datetime.date(2025, 6, 30))

    def test_measures(self):
        self._assert(
            f"01{GTIN_14}3103001250",
            measures=(("net_weight_kg", Decimal("1.250")),),
            elements=(("01", GTIN_14), ("3103", "001250")),
        )
        self._assert("]C13152000375", measures=(("net_volume_l", Decimal("3.75")),))
        self._assert("]C13160000000", measures=(("net_volume_m3", Decimal(0)),))

    def test_content_of_a_package(self):
        self._assert(f"00{SSCC_18}02{GTIN_14}3724", sscc=SSCC_18, content_gtin=GTIN_14, content_count=24)

    def test_place(self):
        self._assert(f"414{GLN_13}254A-1", gln=GLN_13, gln_extension="A-1", certain=True)

    def test_what_might_be_gs1_is_a_guess(self):
        for text in ("10ABC", "21-7", "1725123110A", "400PO17"):
            self._assert(text, form=ELEMENTS, certain=False)
        # Not understood to the end, or with a wrong check digit: text.
        for text in ("17991399", "10ABC#8XYZ", f"01{GTIN_14[:-1]}410A"):
            self._assert(text, form=TEXT, certain=True, lot="")

    def test_wrong_check_digit_loses_the_number_only(self):
        self._assert("]C1010950110153000410ABC", gtin="", product_number="09501101530004", lot="ABC")
        self._assert("]C1414950600011131410ABC", gln="", lot="ABC")

    def test_unknown_identifier_is_kept(self):
        code = parse(f"]C189NEW{FNC1}01{GTIN_14}10A")
        self.assertEqual(code.elements, (("89", "NEW"), ("01", GTIN_14), ("10", "A")))
        self.assertEqual((code.gtin, code.lot), (GTIN_14, "A"))

    def test_date_that_is_none_is_kept_as_it_stands(self):
        code = parse(f"01{GTIN_14}1725133110A")
        self.assertEqual(code.elements, (("01", GTIN_14), ("17", "251331"), ("10", "A")))
        self.assertEqual((code.expiry, code.lot), (None, "A"))

    @SETTINGS
    @given(ELEMENT_LISTS, SEPARATORS)
    def test_element_strings_come_back(self, elements, separator):
        code = parse("]C1" + encode(elements, separator))
        self.assertEqual(code.elements, tuple(elements))
        expected = expect(elements)
        self.assertEqual(read(code, expected), expected)

    @SETTINGS
    @given(ELEMENT_LISTS)
    def test_bracketed_texts_come_back(self, elements):
        code = parse("".join(f"({ai}){value}" for ai, value in elements))
        self.assertEqual(code.elements, tuple(elements))
        expected = expect(elements)
        self.assertEqual(read(code, expected), expected)

    @SETTINGS
    @given(ELEMENT_LISTS, UNKNOWN, st.integers(0, 6))
    def test_an_unknown_identifier_never_loses_a_known_one(self, elements, unknown, position):
        before, after = elements[:position], elements[position:]
        code = parse("]d2" + encode([*before, unknown, *after]))
        expected = expect(elements)
        self.assertEqual(read(code, expected), expected)
        self.assertEqual([value for ai, value in code.elements if ai == unknown[0]], [unknown[1]])

    # Links

    def test_digital_links(self):
        for link in (
            "https://id.gs1.org/01/09501101530003/10/ABC/21/7",
            "http://example.com/some/path/01/9501101530003/10/ABC/21/7?linkType=all",
            "HTTPS://EXAMPLE.COM/01/09501101530003/10/ABC/21/7",
            "https://example.com/gtin/9501101530003/lot/ABC/ser/7",
            "]Q1https://example.com/01/09501101530003/10/ABC/21/7#top",
            "https://example.com/01/02/01/09501101530003/10/ABC/21/7/",
            "https://example.com/01/09501101530003/99/own/10/ABC/21/7",
        ):
            self._assert(link, form=LINK, gtin=GTIN_14, lot="ABC", serial="7", certain=True)

    def test_parameters_of_a_link(self):
        code = parse(f"https://example.com/01/{GTIN_14}?17=251200&3103=000195;99=own&10=A%2FB+C&utm=1&10=no")
        self.assertEqual(code.expiry, datetime.date(2025, 12, 31))
        self.assertEqual(code.measures, (("net_weight_kg", Decimal("0.195")),))
        self.assertEqual((code.lot, ("99", "own") in code.elements), ("A/B+C", True))

    def test_links_to_packages_and_places(self):
        self._assert(f"https://example.com/00/{SSCC_18}?02={GTIN_14}&37=5", sscc=SSCC_18, content_count=5)
        self._assert(f"https://example.com/414/{GLN_13}/254/A1", gln=GLN_13, gln_extension="A1")

    def test_link_with_a_wrong_check_digit_keeps_the_rest(self):
        self._assert("https://example.com/01/09501101530004/10/ABC", form=LINK, gtin="", lot="ABC")

    def test_links_to_short_codes(self):
        for link in (
            "https://a.example/q/CFGH2345CFGH",
            "HTTPS://A.EXAMPLE/ODOO/Q/CFGH2345CFGH",
            "http://a/q/cfgh2345cfgh?x=1",
        ):
            self._assert(link, form=SHORT_CODE, short_code="CFGH2345CFGH")

    def test_other_links_are_text(self):
        for link in (
            "https://example.com",
            "https://example.com/q/",
            "https://example.com/q/a%00b%20c",
            "http://[",
            "https://x/01",
        ):
            self._assert(link, form=TEXT, text=link, elements=(), short_code="")

    @SETTINGS
    @given(
        VALUES["01"],
        st.dictionaries(st.sampled_from(["10", "21"]), st.text(LETTERS + "()#", min_size=1, max_size=20)),
        st.lists(ELEMENT, max_size=4, unique_by=lambda element: element[0]),
        st.lists(st.text("abc-01", min_size=1), max_size=3),
    )
    def test_links_come_back(self, gtin, qualifiers, parameters, prefix):
        parameters = [(ai, value) for ai, value in parameters if ai not in ("00", "01", "02", "10", "21", "414")]
        qualifiers = {ai: value.replace("#", "-") for ai, value in sorted(qualifiers.items())}
        path = "/".join([*prefix, "01", gtin, *(quote(part, safe="") for pair in qualifiers.items() for part in pair)])
        query = "&".join(f"{ai}={quote(value, safe='')}" for ai, value in parameters)
        code = parse(f"https://id.example.com/{path}?{query}")
        self.assertEqual(code.elements, (("01", gtin), *qualifiers.items(), *parameters))
        expected = expect(code.elements)
        self.assertEqual(read(code, expected), expected)
