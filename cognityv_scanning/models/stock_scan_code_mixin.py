import math

from odoo import models
from odoo.fields import Domain

from odoo.addons.cognityv_inventory.models.stock_inventory_sheet import COUNTED_USAGES

from ..tools.digital_link import get_element_string, get_path


class StockScanCodeMixin(models.AbstractModel):
    """A record that can have a label: what is on it, in its code and in plain text.

    Its short code goes with it when it goes.
    """

    _name = "stock.scan.code.mixin"
    _description = "Record with a Label"

    def unlink(self):
        codes = self.env["stock.scan.code"].sudo()
        codes = codes.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        result = super().unlink()
        codes.unlink()
        return result

    def _get_scan_links(self):
        """The link that is in the code on each record's label: a GS1 Digital Link where GS1 has a number for it, else
        one with the short code.

        :return: dict of the records and their links, in plain ASCII
        :raises UserError: when the domain of the links is none
        """
        domain = self.env["stock.scan.link"]._get_domain()
        paths = {record: record._get_digital_link_path() for record in self}
        others = self.filtered(lambda record: not paths[record])
        paths |= {record: f"/q/{code}" for record, code in self.env["stock.scan.code"]._get_codes(others).items()}
        return {record: domain + path for record, path in paths.items()}

    def _get_digital_link_path(self):
        """The path of this record's GS1 Digital Link, or None."""
        return None

    def _get_odoo_barcode(self):
        """What Odoo's own Barcode app reads as this record, or False: what Odoo itself prints on its labels."""
        return False

    def _get_label_texts(self):
        """What stands on this record's label in plain text.

        :return: dict of `name`, `code` and `tracking`, each a text or False
        """
        return {"name": self.display_name, "code": False, "tracking": False}

    def action_print_scan_labels(self):
        """Ask how the labels of these records are to be printed."""
        return self.env["stock.scan.label.wizard"]._get_action(self)

    def _get_labelled_records(self, subject):
        """Whose labels are printed.

        :param subject: `record` for these records' own, `items` for what is on them, `places` for the places on them
        :return: list of records, each once
        """
        return list(self)

    def _get_label_copies(self, places):
        """How many labels are needed for what is on hand: one for each piece; one for what is not counted in pieces.

        :param places: count what is in and below these only, unless they are empty
        :return: dict of the records and their numbers
        """
        return dict.fromkeys(self, 1)

    def _get_pieces(self, field, places):
        """What the user may see on hand, in whole pieces.

        :param field: of `stock.quant`, which leads to these records
        """
        domain = Domain(field, "in", self.ids) & Domain("location_id.usage", "in", COUNTED_USAGES)
        if places:
            domain &= Domain("location_id", "child_of", places.ids)
        groups = self.env["stock.quant"]._read_group(domain, [field, "product_id"], ["quantity:sum"])
        unit = self.env.ref("uom.product_uom_unit")
        pieces = dict.fromkeys(self, 0)
        for record, product, quantity in groups:
            # The sum of many floats is a little above or below the whole number.
            whole = max(math.ceil(round(quantity, 6)), 0)
            pieces[record] = whole if product.uom_id._has_common_reference(unit) else min(whole, 1)
        return pieces


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "stock.scan.code.mixin"]

    def _get_digital_link_path(self):
        return get_path(("01", self.barcode))

    def _get_odoo_barcode(self):
        return self.barcode

    def _get_label_texts(self):
        name = self.with_context(display_default_code=False).display_name
        return {**super()._get_label_texts(), "name": name, "code": self.default_code or self.barcode}

    def _get_label_copies(self, places):
        return self._get_pieces("product_id", places)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def action_print_scan_labels(self):
        """Ask how the labels of these products' variants are to be printed."""
        return self.product_variant_ids.action_print_scan_labels()


class StockLot(models.Model):
    _name = "stock.lot"
    _inherit = ["stock.lot", "stock.scan.code.mixin"]

    def _get_gs1_element(self):
        return ("21" if self.product_id.tracking == "serial" else "10", self.name)

    def _get_digital_link_path(self):
        return get_path(("01", self.product_id.barcode), self._get_gs1_element())

    def _get_odoo_barcode(self):
        """The name, or the element string that Odoo prints of it where the company's nomenclature is GS1's."""
        if not self.env.company.sudo().nomenclature_id.is_gs1_nomenclature:
            return self.name
        tracking = self._get_gs1_element()
        return (
            get_element_string(("01", self.product_id.barcode), tracking) or get_element_string(tracking) or self.name
        )

    def _get_label_texts(self):
        texts = self.product_id._get_label_texts()
        if self.product_id.tracking == "serial":
            return {**texts, "tracking": self.env._("SN %(serial)s", serial=self.name)}
        return {**texts, "tracking": self.env._("Lot %(lot)s", lot=self.name)}

    def _get_label_copies(self, places):
        return self._get_pieces("lot_id", places)


class StockPackage(models.Model):
    _name = "stock.package"
    _inherit = ["stock.package", "stock.scan.code.mixin"]

    def _get_digital_link_path(self):
        return get_path(("00", self.name))

    def _get_odoo_barcode(self):
        return f"00{self.name}" if self.valid_sscc else self.name

    def _get_label_texts(self):
        # A counter may read packages, not their types.
        return {**super()._get_label_texts(), "name": self.name, "code": self.sudo().package_type_id.name}


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = ["stock.location", "stock.scan.code.mixin"]

    def _get_digital_link_path(self):
        return get_path(("414", self.barcode))

    def _get_odoo_barcode(self):
        return self.barcode

    def _get_label_texts(self):
        path = self.complete_name if self.complete_name != self.name else False
        return {**super()._get_label_texts(), "name": self.name, "code": path}


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "stock.scan.code.mixin"]

    def _get_odoo_barcode(self):
        return self.name

    def _get_label_texts(self):
        return {**super()._get_label_texts(), "name": self.name, "code": self.partner_id.display_name}

    def _get_labelled_records(self, subject):
        """Its own label, or those of the goods on it."""
        if subject != "items":
            return super()._get_labelled_records(subject)
        return list(self.order_line.product_id.filtered(lambda product: product.type == "consu"))


class MrpProduction(models.Model):
    _name = "mrp.production"
    _inherit = ["mrp.production", "stock.scan.code.mixin"]

    def _get_odoo_barcode(self):
        return self.name

    def _get_label_texts(self):
        lots = ", ".join(self.lot_producing_ids.mapped("name"))
        return {"name": self.name, "code": self.product_id.display_name, "tracking": lots}

    def _get_labelled_records(self, subject):
        """Its own label, or those of what is made: of its tracking numbers as far as they are known."""
        if subject != "items":
            return super()._get_labelled_records(subject)
        made = (item for production in self for item in production.lot_producing_ids or production.product_id)
        return list(dict.fromkeys(made))


class StockInventorySheet(models.Model):
    _name = "stock.inventory.sheet"
    _inherit = ["stock.inventory.sheet", "stock.scan.code.mixin"]

    def _get_odoo_barcode(self):
        return self.name

    def _get_label_texts(self):
        return {**super()._get_label_texts(), "name": self.name, "code": self.location_id.complete_name}

    def _get_labelled_records(self, subject):
        """Its own label, or those of its places, or of what is on its lines."""
        if subject == "places":
            return self._get_labelled_places()
        if subject == "items":
            return list(dict.fromkeys(line.lot_id or line.product_id for line in self.line_ids))
        return super()._get_labelled_records(subject)

    def _get_labelled_places(self):
        """The places on its lines; all places that it is about as long as it has none."""
        places = self.env["stock.location"]
        for sheet in self:
            places |= sheet.line_ids.location_id or sheet._get_places_in_scope()
        return list(places.sorted("complete_name"))

    def _get_places_in_scope(self):
        operator = "child_of" if self.include_sublocations else "="
        return self.env["stock.location"].search(
            [("id", operator, self.location_id.id), ("usage", "in", COUNTED_USAGES)]
        )
