from odoo import models

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


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "stock.scan.code.mixin"]

    def _get_digital_link_path(self):
        return get_path(("01", self.barcode))

    def _get_odoo_barcode(self):
        return self.barcode

    def _get_label_texts(self):
        name = self.with_context(display_default_code=False).display_name
        return {**super()._get_label_texts(), "name": name, "code": self.default_code}


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


class MrpProduction(models.Model):
    _name = "mrp.production"
    _inherit = ["mrp.production", "stock.scan.code.mixin"]

    def _get_odoo_barcode(self):
        return self.name

    def _get_label_texts(self):
        lots = ", ".join(self.lot_producing_ids.mapped("name"))
        return {"name": self.name, "code": self.product_id.display_name, "tracking": lots}


class StockInventorySheet(models.Model):
    _name = "stock.inventory.sheet"
    _inherit = ["stock.inventory.sheet", "stock.scan.code.mixin"]

    def _get_odoo_barcode(self):
        return self.name

    def _get_label_texts(self):
        return {**super()._get_label_texts(), "name": self.name, "code": self.location_id.complete_name}
