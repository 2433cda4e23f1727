from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _get_scan_place(self):
        """The fields of a ScanPlace."""
        return self.location_id, self.lot_id, self.package_id, self.owner_id

    def _fits_scan(self, places):
        """Whether this is the one line of its move for one of `places` (ScanPlace), and so can be kept."""
        place = self._get_scan_place()
        same = self.move_id.move_line_ids.filtered(lambda line: line._get_scan_place() == place)
        return place in places and self == same[0]

    def _set_product_quantity(self, quantity):
        """
        :param quantity: in the unit of the product
        """
        unit = self.product_id.uom_id
        if unit.compare(self.quantity_product_uom, quantity):
            self.write({"quantity": quantity, "product_uom_id": unit.id})

    def _split_done(self, quantity):
        """Divide a done line. As no stock moves, what Odoo does with the stock when such a line is written or created
        must not happen: this goes straight to the ORM.

        :param quantity: of the new line, in the unit of the product
        :return: the new line; none for a serial number
        """
        if self.product_id.tracking == "serial":
            return self.browse()
        part = self.product_id.uom_id._compute_quantity(quantity, self.product_uom_id, round=False)
        vals = self.copy_data({"quantity": part, "date": self.date, "company_id": self.company_id.id})[0]
        models.BaseModel.write(self, {"quantity": self.quantity - part})
        return models.BaseModel.create(self.browse(), [vals])
