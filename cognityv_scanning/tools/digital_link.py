"""Links that say what they are on: GS1 Digital Link (ISO/IEC 18975), by biip. No database.

>>> get_path(("01", "4006381333931"), ("10", "A/7"))
'/01/04006381333931/10/A%2F7'
>>> get_path(("01", "4006381333932")) is None  # the check digit is wrong
True
>>> get_path(("01", "4006381333931"), ("10", "lot 7")) is None  # GS1 knows no blank
True
"""

import re
from urllib.parse import urlsplit

from biip import ParseError
from biip.gln import Gln
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString, GS1ElementStrings
from biip.gtin import Gtin
from biip.sscc import Sscc

# biip does not look at the check digit of an element string.
CHECKED = {
    "00": lambda value: Sscc.parse(value).value,
    "01": lambda value: Gtin.parse(value).as_gtin_14(),
    "414": lambda value: Gln.parse(value).as_gln(),
}
IS_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f.]*:[0-9a-f:.]+")


def get_path(*elements):
    """The path of a Digital Link, percent-encoded.

    :param elements: pairs of application identifier and value, the primary one first; a GTIN has 8, 12, 13 or 14 digits
    :return: text that begins with a slash, or None when GS1 does not know such a value
    """
    strings = _parse(elements)
    return strings and urlsplit(GS1DigitalLinkURI.from_element_strings(strings).value).path


def get_element_string(*elements):
    """The same elements as one text without brackets, as in a GS1-128; the last one alone may be of variable length.

    >>> get_element_string(("01", "4006381333931"), ("10", "A/7"))
    '010400638133393110A/7'
    """
    strings = _parse(elements)
    return strings and "".join(element.ai.ai + element.value for element in strings)


def _parse(elements):
    if not all(value and value.isascii() and value == value.strip() for _key, value in elements):
        return None
    try:
        return GS1ElementStrings(GS1ElementString.parse(key + CHECKED.get(key, str)(value)) for key, value in elements)
    except ParseError:
        return None


def normalize_domain(text):
    """The beginning of a link: scheme, host and port, in plain ASCII, without a slash at the end.

    >>> normalize_domain("https://Bücher.example/")
    'https://xn--bcher-kva.example'

    :raises ValueError: when the text is none of that, or more
    """
    parts = urlsplit(text.strip())
    if (
        parts.scheme not in ("http", "https")
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ValueError(text)
    host = parts.hostname or ""
    host = host if ":" in host else host.encode("idna").decode()
    if not IS_HOST.fullmatch(host):
        raise ValueError(text)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}:{parts.port}" if parts.port else f"{parts.scheme}://{host}"
