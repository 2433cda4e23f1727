"""What a scanned text carries, without a database: `parse(text)`.

The grammar of GS1 is that of the library biip. What is done here is what real labels and real scanners need besides: a
separator that arrives as something else, an application identifier (AI) nobody knows, a wrong check digit. Whatever was
understood is kept, nothing raises.
"""

import datetime
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import unquote, urlsplit

from biip import EncodeError, ParseConfig, ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from biip.gs1_element_strings import GS1ElementString
from biip.gtin import Gtin
from biip.sscc import Sscc
from biip.upc import Upc

# The forms a text can have.
TEXT, GTIN, SSCC, ELEMENTS, LINK, SHORT_CODE = "text", "gtin", "sscc", "elements", "link", "short_code"

# A QR code holds 4,296 letters at most: what is longer was not scanned.
LONGEST_CODE = 4300
FNC1 = "\x1d"
# How a separator arrives when it is not sent as 0x1D: as what Odoo documents, and as what keyboard scanners type.
FNC1_AS_SENT = re.compile(r"Alt029|#|<GS>|\{GS\}|\x1d")
# Letter and digit that a scanner puts before the text to say which symbology it read (ISO/IEC 15424).
SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
GS1_SYMBOLOGIES = {"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"}
BRACKETED_AI = re.compile(r"\((\d{2,4})\)")
# Blanks around a text; not 0x1D, which Python takes for one too.
BLANKS = " \t\r\n\f\v\xa0\ufeff"

GTIN_LENGTHS = (8, 12, 13, 14)
# Identifiers that have a check digit, and so tell an element string from a number that only begins alike.
CHECKED_KEYS = {"00", "01", "02", "03", *(f"41{n}" for n in range(8))}
# Digital Link: what the path may begin with, and the names that the first editions of the standard allowed.
PRIMARY_KEYS = {
    *("00", "01", "253", "255", "401", "402", "414", "415", "417"),
    *("8003", "8004", "8006", "8010", "8013", "8017", "8018"),
}
NAMED_KEYS = {
    **{"gtin": "01", "sscc": "00", "gln": "414", "glnx": "254", "cpv": "22", "lot": "10", "ser": "21", "exp": "17"},
    **{"itip": "8006", "gmn": "8013", "cpid": "8010", "cpsn": "8011", "payTo": "415", "gsrn": "8018", "gsrnp": "8017"},
    **{"gcn": "255", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004"},
}
# Length of AI and value by the first two digits: after these no separator is needed (GS1 General Specifications 7.8.5).
FIXED_LENGTHS = {
    **{"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16},
    **{str(n): 8 for n in range(11, 20)},
    **{str(n): 10 for n in range(31, 37)},
}
# Length of an AI that is not known, by its first digits; two where nothing is said.
AI_LENGTHS = {**dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3)} | dict.fromkeys(
    ("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 4
)
# A date that does not exist loses the date, not the rest of the code.
BIIP = ParseConfig(gs1_element_strings_verify_date=False)

MEASURES = {
    "310": "net_weight_kg",
    "311": "length_m",
    "312": "width_m",
    "313": "depth_m",
    "314": "area_m2",
    "315": "net_volume_l",
    "316": "net_volume_m3",
}


@dataclass(frozen=True)
class ScanCode:
    """What one code says. Texts are empty and numbers and dates None where it says nothing.

    :ivar text: as it was read, without blanks around it and without symbology prefix
    :ivar certain: False for a plain text that could be an element string as well, such as 10ABC
    :ivar gtin: 14 digits, with a right check digit; `upc_e`: what eight digits are as a UPC-E, which may be another one
    :ivar product_number: what stands where a GTIN should, with a wrong check digit: a number of somebody's own
    :ivar elements: pairs of AI and value in the order of the code, the unknown and the wrong ones too
    :ivar measures: pairs of a name of MEASURES and a number
    """

    text: str
    form: str = TEXT
    symbology: str = ""
    certain: bool = True
    short_code: str = ""
    elements: tuple[tuple[str, str], ...] = ()
    gtin: str = ""
    upc_e: str = ""
    sscc: str = ""
    content_gtin: str = ""
    product_number: str = ""
    lot: str = ""
    serial: str = ""
    additional_id: str = ""
    customer_part: str = ""
    order: str = ""
    gln: str = ""
    gln_extension: str = ""
    count: int | None = None
    content_count: int | None = None
    produced: datetime.date | None = None
    best_before: datetime.date | None = None
    expiry: datetime.date | None = None
    measures: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True)
class Element:
    """One AI with its value, and what biip made of it: None when it is unknown or wrong."""

    ai: str
    value: str
    known: GS1ElementString | None = None

    @property
    def is_checked(self):
        """Whether a check digit says that this is what it seems."""
        return bool(self.known and self.ai in CHECKED_KEYS and _get_key(self.known))


def parse(text):
    """Whatever a scanner, a camera or a person gives, as a ScanCode. Never raises."""
    text = _clean(text)
    if len(text) > LONGEST_CODE:
        return ScanCode(text)
    match = SYMBOLOGY.match(text)
    symbology = match.group() if match and len(text) > match.end() else ""
    text = text[len(symbology) :]
    is_marked = symbology in GS1_SYMBOLOGIES or text.startswith(FNC1)
    code = text.isascii() and (
        _parse_link(text)
        or (not is_marked and _parse_number(text, symbology))
        or _parse_bracketed(text)
        or _parse_element_string(text, is_marked)
    )
    return replace(code or ScanCode(text.strip(FNC1)), symbology=symbology)


def _clean(text):
    """Without blanks around it, and without what no database stores; some scanners send a picture of the separator."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "").replace("␝", FNC1).strip(BLANKS)


# GTIN and SSCC alone


def _parse_number(text, symbology):
    """A GTIN or an SSCC by itself. Other digits as long as a GTIN are plain text, not an element string; None for those
    of any other length, and for what has more than digits in it."""
    if not text.isdigit():
        return None
    if symbology in ("]E0", "]E3") and len(text) in (15, 18):
        # A magazine's or a book's two or five digits more.
        text = text[:13]
    if gtin := to_gtin(text) or _upc_e_to_gtin(text):
        return ScanCode(text, form=GTIN, gtin=gtin, upc_e=_upc_e_to_gtin(text))
    # 18 digits may also be a GTIN behind its AI, with a count.
    if _is_sscc(text) and not _read_elements(text)[0].is_checked:
        return ScanCode(text, form=SSCC, sscc=text)
    return ScanCode(text) if len(text) in GTIN_LENGTHS else None


def to_gtin(digits):
    """A GTIN-8, -12, -13 or -14 as 14 digits; empty when it is none."""
    if not (digits.isascii() and digits.isdigit() and digits.strip("0")):
        return ""
    try:
        return Gtin.parse(digits).value.zfill(14)
    except ParseError:
        return ""


def get_gtin_texts(gtin):
    """All digits that a GTIN may be stored as: 14, and 13, 12 and 8 where it begins with zeros, and as a UPC-E.

    :param str gtin: 14 digits
    """
    texts = [gtin[-length:] for length in reversed(GTIN_LENGTHS) if not gtin[:-length].strip("0")]
    if gtin.startswith("00"):
        with suppress(EncodeError):
            texts.append(Upc.parse(gtin[2:]).as_upc_e())
    return tuple(texts)


def _upc_e_to_gtin(digits):
    try:
        return Upc.parse(digits).as_upc_a().zfill(14) if len(digits) == 8 and digits.strip("0") else ""
    except ParseError:
        return ""


def _is_sscc(digits):
    try:
        return bool(Sscc.parse(digits)) and bool(digits.strip("0"))
    except ParseError:
        return False


# Element strings


def _parse_bracketed(text):
    """What is printed below a code for people: (01)09501101530003(10)ABC."""
    parts = BRACKETED_AI.split(text)
    if parts[0].strip(BLANKS) or len(parts) < 3:
        return None
    elements = [
        _read_element(ai, value.strip(BLANKS + FNC1)) for ai, value in zip(parts[1::2], parts[2::2], strict=True)
    ]
    return _make_code(text, ELEMENTS, elements) if any(element.known for element in elements) else None


def _parse_element_string(text, is_marked):
    """An element string as a scanner sends it; None when the text is none.

    Without a mark of GS1 (a symbology prefix, a FNC1 in front or a real one inside), and without a first element that
    has a right check digit, it has to be understood to its end, and is a guess even then.
    """
    rest = FNC1_AS_SENT.sub(FNC1, text).strip(FNC1)
    elements = _read_elements(rest) if rest else []
    if not elements:
        return None
    is_marked = is_marked or FNC1_AS_SENT.match(text) or elements[0].is_checked or (FNC1 in text and elements[0].known)
    if not (any(element.known for element in elements) if is_marked else all(map(_is_sound, elements))):
        return None
    return _make_code(text, ELEMENTS, elements, certain=bool(is_marked))


def _is_sound(element):
    return element.is_checked if element.ai in CHECKED_KEYS else bool(element.known)


def _read_elements(text):
    elements = []
    while text:
        element = _extract_element(text)
        elements.append(element)
        text = text[len(element.ai) + len(element.value) :].lstrip(FNC1)
    return elements


def _extract_element(text):
    """The first element of an element string."""
    try:
        known = GS1ElementString.extract(text, config=BIIP)
    except ParseError:
        return _extract_unknown(text)
    return Element(known.ai.ai, known.value, known) if _is_plausible(known) else _extract_unknown(text)


def _extract_unknown(text):
    """An element that biip refuses: as long as its first digits say, else up to the next separator."""
    part = text.split(FNC1, 1)[0]
    part = part[: FIXED_LENGTHS.get(part[:2], len(part))]
    length = _get_ai_length(part)
    return Element(part[:length], part[length:])


def _get_ai_length(text):
    try:
        return len(GS1ApplicationIdentifier.extract(text))
    except ParseError:
        return min(AI_LENGTHS.get(text[:2], 2), len(text))


def _read_element(ai, value):
    """An element whose AI and value are told apart already; there a GTIN may be as short as it is by itself."""
    if not value.isascii():
        return Element(ai, value)
    if ai in ("01", "02") and value.isdigit() and len(value) in GTIN_LENGTHS:
        value = value.zfill(14)
    try:
        known = GS1ElementString.parse(ai + value, config=BIIP)
    except ParseError:
        return Element(ai, value)
    return Element(ai, value, known if known.ai.ai == ai and _is_plausible(known) else None)


def _is_plausible(known):
    """Whether the value is one: biip lets an empty number pass, and dates that are none as it was told to."""
    if not known.value:
        return False
    return known.ai.ai not in ("11", "12", "13", "15", "16", "17") or known.date is not None


def _get_key(known):
    """The number of an element that has a right check digit; empty when the digit is wrong."""
    valid = known.gtin or known.sscc or known.gln
    return known.value if valid and known.value.strip("0") else ""


# Links


def _parse_link(text):
    """A Digital Link of any domain, or a link to a short code of ours; None for other links and other texts."""
    if not re.match("https?://", text, re.IGNORECASE):
        return None
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    path = [segment for segment in url.path.split("/") if segment]
    if len(path) > 1 and path[-2].lower() == "q" and re.fullmatch("[0-9A-Za-z]{4,40}", path[-1]):
        return ScanCode(text, form=SHORT_CODE, short_code=path[-1].upper())
    elements = _read_path(path)
    return _make_code(text, LINK, elements + _read_query(url.query)) if elements else None


def _read_path(segments):
    """The elements of a path, after whatever prefix it has; empty when it has none.

    A prefix may look like a key itself (/shop/01/01/0950…), so the first key with a right value counts.
    """
    starts = [
        [_read_segment(*pair) for pair in zip(segments[n::2], segments[n + 1 :: 2], strict=False)]
        for n, segment in enumerate(segments[:-1])
        if _get_link_ai(segment) in PRIMARY_KEYS
    ]
    for is_right in (_is_sound, lambda element: element.known):
        for elements in starts:
            if is_right(elements[0]):
                return elements
    return []


def _read_query(query):
    """The elements among the parameters of a link, each of which is a pair of AI and value; others mean nothing here."""
    pairs = (parameter.partition("=") for parameter in re.split("[&;]", query))
    return [_read_segment(key, value) for key, _equals, value in pairs if re.fullmatch(r"\d{2,4}", _get_link_ai(key))]


def _read_segment(key, value):
    return _read_element(_get_link_ai(key), _clean(unquote(value)))


def _get_link_ai(key):
    return NAMED_KEYS.get(key, key)


# From elements to what they say


def _make_code(text, form, elements, certain=True):
    """A code with the fields that its elements fill; what stands there twice counts the first time."""
    fields, measures = {}, {}
    for element in elements:
        if not element.known:
            continue
        if name := MEASURES.get(element.ai[:3]):
            measures.setdefault(name, element.known.decimal)
        elif element.ai in FIELDS:
            name, read = FIELDS[element.ai]
            if (value := read(element.known)) != "":
                fields.setdefault(name, value)
    pairs = tuple((element.ai, element.value) for element in elements)
    if "gtin" not in fields and "content_gtin" not in fields:
        fields["product_number"] = next((value for ai, value in pairs if ai in ("01", "02")), "")
    return ScanCode(text, form=form, certain=certain, elements=pairs, measures=tuple(measures.items()), **fields)


def _get_value(known):
    return known.value


def _get_number(known):
    return int(known.value)


def _get_date(known):
    return known.date


# Which field an AI fills, and how.
FIELDS = {
    "00": ("sscc", _get_key),
    "01": ("gtin", _get_key),
    "02": ("content_gtin", _get_key),
    "10": ("lot", _get_value),
    "11": ("produced", _get_date),
    "15": ("best_before", _get_date),
    "17": ("expiry", _get_date),
    "21": ("serial", _get_value),
    "30": ("count", _get_number),
    "37": ("content_count", _get_number),
    "240": ("additional_id", _get_value),
    "241": ("customer_part", _get_value),
    "254": ("gln_extension", _get_value),
    "400": ("order", _get_value),
    "414": ("gln", _get_key),
}
