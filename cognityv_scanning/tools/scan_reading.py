"""The ways to understand a code: which texts to look for in which fields, without a database."""

from dataclasses import dataclass, field

from .scan_code import get_gtin_texts

# Where a text that means nothing by itself can stand.
ANYWHERE = ("barcode", "reference", "lot", "package", "location_barcode", "location", "document")


@dataclass(frozen=True)
class Reading:
    """One way to understand a code.

    :ivar wanted: which texts are looked for, by the place where they can stand (`wanted` of the resolver's look-ups)
    :ivar carried: what the code says besides, as a match gives it
    """

    wanted: dict[str, tuple[str, ...]]
    carried: dict = field(default_factory=dict)


def get_readings(scan):
    """The readings of a ScanCode, best first: as it stands, then what GS1 says it is, from the most to the least
    particular."""
    carried = get_carried(scan)
    as_it_stands = Reading(dict.fromkeys(ANYWHERE, (scan.text,)), carried if scan.certain else {})
    wanted = (
        {"package": _get_sscc_texts(scan)},
        _get_lot_of_product(scan, scan.serial),
        _get_lot_of_product(scan, scan.lot),
        {"barcode": _get_product_texts(scan)},
        {"barcode": get_gtin_texts(scan.upc_e) if scan.upc_e else ()},
        {"location_barcode": _get_gln_texts(scan)},
        {"reference": _keep_filled(scan.additional_id, scan.customer_part)},
        {"document": _keep_filled(scan.order), "customer_order": _keep_filled(scan.order)},
        # A tracking number means nothing beside a product that is not known.
        {"lot": () if _get_product_texts(scan) else _keep_filled(scan.serial, scan.lot)},
    )
    return [as_it_stands, *(Reading(texts, carried) for texts in wanted if any(texts.values()))]


def _keep_filled(*texts):
    return tuple(filter(None, texts))


def _get_sscc_texts(scan):
    return (scan.sscc, f"00{scan.sscc}") if scan.sscc else ()


def _get_product_texts(scan):
    """What the barcode of the product, or of what is in the package, may be."""
    gtin = scan.gtin or scan.content_gtin
    return get_gtin_texts(gtin) if gtin else _keep_filled(scan.product_number)


def _get_lot_of_product(scan, name):
    products = _get_product_texts(scan)
    return {"lot_of_product": (name,), "product_of_lot": products} if name and products else {}


def _get_gln_texts(scan):
    gln, extension = scan.gln, scan.gln_extension
    if gln and extension:
        return (f"{gln}{extension}", f"414{gln}254{extension}", f"(414){gln}(254){extension}")
    return (gln, f"414{gln}", f"(414){gln}") if gln else ()


def get_carried(scan):
    """What a code says besides what it stands for: see `resolve`."""
    carried = {
        "gtin": scan.gtin,
        "sscc": scan.sscc,
        "content_gtin": scan.content_gtin,
        "lot_name": scan.lot or scan.serial,
        "serial": scan.serial,
        "count": scan.count,
        "content_count": scan.content_count,
        **{name: _to_text(getattr(scan, name)) for name in ("produced", "best_before", "expiry")},
        "measures": {name: float(number) for name, number in scan.measures},
        "elements": [list(pair) for pair in scan.elements],
    }
    return {name: value for name, value in carried.items() if value not in ("", None, {}, [])}


def _to_text(date):
    return date and date.isoformat()
