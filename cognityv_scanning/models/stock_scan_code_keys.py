from collections import defaultdict

from odoo import api, models

from ..tools.scan_code import to_gtin


class StockScanResolver(models.AbstractModel):
    """What a phone keeps to know codes without network."""

    _inherit = "stock.scan.resolver"

    @api.model
    def _get_code_keys(self, products, lots, packages):
        """What every code of these records stands for: what `resolve` would find among them, for a phone to look up.

        The keys are `text:` and a barcode (of the product or a packaging), an internal reference, or the name of a lot or
        package; `gtin:` and 14 digits, with `|lot:` and its name for a lot of that product; `q:` and a short code. Short
        codes only where there are some: none is made.

        :return: dict of key → list of dicts `product_id`, `lot_id`, `package_id` (ids or False) and `quantity` in the
            product's unit; several where the person has to choose
        """
        keys = _Keys()
        products |= lots.product_id
        packagings = self._get_packagings(products)
        for product in products:
            self._add_product_keys(keys, product, packagings[product])
        for lot in lots:
            self._add_lot_keys(keys, lot, packagings[lot.product_id])
        for package in packages:
            keys.add(f"text:{package.name}", package_id=package.id)
            if package.valid_sscc:
                keys.add(f"text:00{package.name}", package_id=package.id)
        self._add_short_code_keys(keys, products, lots, packages)
        return dict(keys.entries)

    @api.model
    def _get_packagings(self, products):
        """The barcodes of the packagings of these products, with how much is in each: product → list of pairs."""
        result = defaultdict(list)
        for packaging in self.env["product.uom"].search([("product_id", "in", products.ids)]):
            product = packaging.product_id
            quantity = packaging.uom_id._compute_quantity(1, product.uom_id, rounding_method="HALF-UP")
            result[product].append((packaging.barcode, quantity))
        return result

    @api.model
    def _add_product_keys(self, keys, product, packagings):
        for barcode, quantity in self._get_barcodes(product, packagings):
            for key in filter(None, (f"text:{barcode}", _get_gtin_key(barcode))):
                keys.add(key, product_id=product.id, quantity=quantity)
        if product.default_code:
            keys.add(f"text:{product.default_code}", product_id=product.id)

    @api.model
    def _add_lot_keys(self, keys, lot, packagings):
        item = {"product_id": lot.product_id.id, "lot_id": lot.id}
        keys.add(f"text:{lot.name}", **item)
        is_serial = lot.product_id.tracking == "serial"
        for barcode, quantity in self._get_barcodes(lot.product_id, packagings):
            if key := _get_gtin_key(barcode):
                keys.add(f"{key}|lot:{lot.name}", **item, quantity=1.0 if is_serial else quantity)

    @api.model
    def _get_barcodes(self, product, packagings):
        return [(product.barcode, 1.0), *packagings] if product.barcode else packagings

    @api.model
    def _add_short_code_keys(self, keys, products, lots, packages):
        find = self.env["stock.scan.code"]._get_existing_codes
        for product, code in find(products).items():
            keys.add(f"q:{code}", product_id=product.id)
        for lot, code in find(lots).items():
            keys.add(f"q:{code}", product_id=lot.product_id.id, lot_id=lot.id)
        for package, code in find(packages).items():
            keys.add(f"q:{code}", package_id=package.id)


class _Keys:
    """Entries by key, each once."""

    def __init__(self):
        self.entries = defaultdict(list)

    def add(self, key, product_id=False, lot_id=False, package_id=False, quantity=1.0):
        entry = {"product_id": product_id, "lot_id": lot_id, "package_id": package_id, "quantity": quantity}
        if entry not in self.entries[key]:
            self.entries[key].append(entry)


def _get_gtin_key(barcode):
    gtin = to_gtin(barcode)
    return gtin and f"gtin:{gtin}"
