import re
from dataclasses import replace
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..tools.scan_code import ELEMENTS, FIELDS, MEASURES, ScanCode, to_gtin
from ..tools.scan_reading import ANYWHERE, Reading, get_readings

# What the rules of a nomenclature call what, and where a ScanCode has it.
FIELD_OF_TYPE = {
    "lot": "lot",
    "package": "sscc",
    "location": "gln",
    "use_date": "best_before",
    "expiration_date": "expiry",
}
PRODUCT_TYPES = ("product", "weight", "price")
# The number that a code of this type has in it, as a match carries it.
NUMBER_OF_TYPE = {"weight": "quantity", "price": "price"}
LENGTH_OF_ENCODING = {"ean8": 8, "ean13": 13, "upca": 12}


class Nomenclature(NamedTuple):
    """What a scan has to know of a company's nomenclature, without reading it each time."""

    id: int
    is_gs1: bool
    # What a code looks like of which one of its rules says more than GS1 and the text itself do.
    hints: tuple[re.Pattern, ...]

    def may_know(self, text):
        return text.startswith("urn:") or any(hint.match(text) for hint in self.hints)


class StockScanResolver(models.AbstractModel):
    """What the company's barcode nomenclature adds: codes with a weight or a price in them, aliases, rules of its own."""

    _inherit = "stock.scan.resolver"

    @api.model
    def _get_readings(self, scan):
        """With those of the nomenclature, last. A text that only might be GS1 is taken for that where the company's
        nomenclature is GS1."""
        nomenclature = self._get_nomenclature(self.env.company.id)
        if not (scan.certain or nomenclature.is_gs1):
            scan = ScanCode(scan.text)
        readings = super()._get_readings(scan)
        if nomenclature.may_know(scan.text):
            readings += self._get_nomenclature_readings(nomenclature, scan.text)
        return readings

    @api.model
    @ormcache("company_id")
    def _get_nomenclature(self, company_id):
        # Configuration, which everybody's scans depend on: a counter may not read it.
        nomenclature = self.env["res.company"].sudo().browse(company_id).nomenclature_id
        hints = filter(None, (rule._get_hint() for rule in nomenclature.rule_ids))
        return Nomenclature(nomenclature.id, nomenclature.is_gs1_nomenclature, tuple(hints))

    @api.model
    def _get_nomenclature_readings(self, nomenclature, text):
        parsed = self._parse_with_nomenclature(nomenclature, text)
        if not isinstance(parsed, dict):
            return self._read_parts([part for part in parsed or () if not _is_read_already(part.get("ai", ""))], text)
        if parsed["type"] == "error":
            # An alias that no other rule says anything of.
            alias = parsed["code"]
            return [] if alias == text else [Reading(dict.fromkeys(ANYWHERE, (alias,)))]
        number = {NUMBER_OF_TYPE[parsed["type"]]: parsed["value"]} if parsed["type"] in NUMBER_OF_TYPE else {}
        found = parsed["base_code"] if parsed["type"] in PRODUCT_TYPES else parsed["code"]
        if found == text and not number:
            return []
        return self._read_parts([{"type": parsed["type"], "value": found}], text, **number)

    @api.model
    def _parse_with_nomenclature(self, nomenclature, text):
        """What Odoo makes of a text: a dict; of GS1 and RFID a list of dicts; None when it makes nothing of it."""
        try:
            return self.env["barcode.nomenclature"].sudo().browse(nomenclature.id).parse_barcode(text)
        except (ValidationError, ValueError, IndexError, re.error):
            # A rule that does not fit, and a text that only begins like one: nothing is known by it.
            return None

    @api.model
    def _read_parts(self, parts, text, **carried):
        """The readings of what a nomenclature has found in a text.

        :param parts: list of dicts of `type` and `value`
        """
        scan = ScanCode(text, form=ELEMENTS)
        for part in parts:
            value = part["value"]
            if part["type"] in PRODUCT_TYPES:
                scan = replace(scan, gtin=to_gtin(value), product_number=value)
            elif part["type"] in FIELD_OF_TYPE:
                scan = replace(scan, **{FIELD_OF_TYPE[part["type"]]: value})
        return [replace(reading, carried=reading.carried | carried) for reading in get_readings(scan)[1:]]

    @api.model
    def _get_quantity(self, product, packaging, carried):
        """A label with a price says how much there is, where the product has a price for its unit."""
        if "price" in carried and product.lst_price:
            return product.uom_id.round(carried["price"] / product.lst_price)
        return super()._get_quantity(product, packaging, carried)


class BarcodeRule(models.Model):
    _inherit = "barcode.rule"

    def _get_hint(self):
        """What a code looks like of which this rule says more than is known without it; None when it never does."""
        if self.encoding == "gs1-128":
            identifier = re.match(r"\((\d+)", self.pattern)
            is_known = identifier and _is_read_already(identifier.group(1))
            return None if is_known or self.type not in {*PRODUCT_TYPES, *FIELD_OF_TYPE} else re.compile("")
        number = re.search(r"\{N*D*\}", self.pattern)
        if not number and self.type != "alias":
            return None
        digits = number and rf"\d{{{len(number.group()) - 2}}}"
        pattern = self.pattern.replace(number.group(), digits) if number else self.pattern
        length = LENGTH_OF_ENCODING.get(self.encoding)
        return re.compile(rf"(?=\d{{{length}}}$){pattern}" if length else pattern)

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()


class BarcodeNomenclature(models.Model):
    _inherit = "barcode.nomenclature"

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)


class ResCompany(models.Model):
    _inherit = "res.company"

    def cache_invalidation_fields(self):
        return super().cache_invalidation_fields() | {"nomenclature_id"}


def _is_read_already(ai):
    """Whether the meaning of an identifier is fixed by GS1, and was read without a nomenclature."""
    return ai in FIELDS or ai[:3] in MEASURES
