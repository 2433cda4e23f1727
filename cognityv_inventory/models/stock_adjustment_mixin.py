from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare

from .stock_inventory_sheet import COUNTED_USAGES

# What makes a stock record (quant): one quantity per combination of these.
QUANT_IDENTITY = ("product_id", "location_id", "lot_id", "package_id", "owner_id")


class StockAdjustmentMixin(models.AbstractModel):
    """A quantity of something in a place that is to become what was found there: a line of an inventory sheet, a
    stock correction.

    Such a model has the fields of QUANT_IDENTITY, `company_id`, `uom_id`, `tracking`, `gap_qty` and `reason_id`.
    """

    _name = "stock.adjustment.mixin"
    _description = "Stock Adjustment"

    def _get_inventory_identity(self):
        """What makes a quantity or a quant: ids of product, place, lot, package and owner."""
        return tuple(self[name]._origin.id or self[name].id for name in QUANT_IDENTITY)

    def _get_on_hand(self, measure="quantity:sum"):
        """What the system has now, by product, location, lot, package and owner (ids)."""
        domain = [
            ("product_id", "in", self.product_id._origin.ids),
            ("location_id", "in", self.location_id._origin.ids),
        ]
        groups = self.env["stock.quant"].sudo()._read_group(domain, QUANT_IDENTITY, [measure])
        return defaultdict(float, {tuple(record.id for record in key): quantity for *key, quantity in groups})

    def _get_serial_quants(self):
        """The quants that hold the serial numbers of these records, in any place of any company."""
        domain = [
            ("lot_id", "in", self.lot_id.ids),
            ("quantity", ">", 0),
            ("location_id.usage", "in", COUNTED_USAGES),
        ]
        return self.env["stock.quant"].sudo().search(domain)

    def _is_of_own_company(self, quant):
        return quant.company_id in (self.company_id, self.env["res.company"])

    # Checks

    def _check_product(self):
        if not self.product_id.is_storable:
            message = self.env._(
                "%(product)s is not kept in stock (it is a service or its stock is not tracked); choose another product.",
                product=self.product_id.display_name,
            )
            raise ValidationError(message)

    def _get_quantity_problem(self, quantity):
        """What is wrong with a quantity, and what to do; None when nothing is."""
        if quantity is None:
            return self.env._("type a number.")
        if quantity < 0:
            return self.env._("type zero or more.")
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if float_compare(self._round_quantity(quantity), quantity, precision_digits=digits + 6):
            return self.env._(
                "%(unit)s has at most %(digits)s decimals; round it.", unit=self.uom_id.name, digits=digits
            )
        if self._is_one_serial_number() and quantity > 1:
            return self.env._("a serial number is there once or not at all; type 0 or 1.")
        return None

    def _round_quantity(self, quantity):
        """To what the unit allows. Whole numbers are it already, without a look at the unit: most are."""
        return quantity if float(quantity).is_integer() else self.uom_id.round(quantity)

    def _is_one_serial_number(self):
        return bool(self.lot_id) and self.tracking == "serial"

    # Moves

    def _get_inventory_loss(self):
        """Where gaps come from and go to: the place of the reason, if it has one, or else that of the product.

        :raises UserError: when the product has no such place in this company
        """
        if loss := self.reason_id.with_company(self.company_id).loss_location_id:
            return loss
        if loss := self.product_id.with_company(self.company_id).property_stock_inventory:
            return loss
        message = self.env._(
            "%(product)s has no inventory loss location in %(company)s, so its stock cannot be adjusted; set one on the "
            "product.",
            product=self.product_id.display_name,
            company=self.company_id.name,
        )
        raise UserError(message)

    def _prepare_gap_move_vals(self):
        """The move between this place and the inventory loss that closes the gap."""
        loss = self._get_inventory_loss()
        if self.gap_qty > 0:
            return self._prepare_move_vals(self.gap_qty, loss, self.location_id, result_package_id=self.package_id.id)
        return self._prepare_move_vals(-self.gap_qty, self.location_id, loss, package_id=self.package_id.id)

    def _prepare_move_vals(self, quantity, source, destination, **packages):
        common = {
            "product_id": self.product_id.id,
            "company_id": self.company_id.id,
            "location_id": source.id,
            "location_dest_id": destination.id,
        }
        move_line = {
            "product_uom_id": self.uom_id.id,
            "quantity": quantity,
            "lot_id": self.lot_id.id,
            "owner_id": self.owner_id.id,
            **packages,
        }
        return {
            **common,
            "product_uom": self.uom_id.id,
            "product_uom_qty": quantity,
            "state": "confirmed",
            "restrict_partner_id": self.owner_id.id,
            "is_inventory": True,
            "picked": True,
            "correction_reason_id": self.reason_id.id,
            "move_line_ids": [fields.Command.create(common | move_line)],
            **self._prepare_move_link_vals(),
        }

    def _prepare_move_link_vals(self):
        """What a move says of the document that it comes from."""
        raise NotImplementedError
