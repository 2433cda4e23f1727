from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

from ..models import stock_inventory_sheet_job
from ..models.stock_inventory_path import PARAMETER


def all_steps_are_long():
    return patch.dict(stock_inventory_sheet_job.LONG_STEPS, dict.fromkeys(stock_inventory_sheet_job.LONG_STEPS, 0))


class InventoryCommon(BaseCommon):
    """A warehouse of its own with two racks, products of each tracking kind, a manager, a counter and an outsider.

    Racks: A1, A2 (below Stock). Stock: 10 `bolt` and 4 `nut` in A1, 5 `bolt` in A2; nothing else.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Count & Co"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.stock = cls.warehouse.lot_stock_id
        cls.rack_a1, cls.rack_a2 = cls.env["stock.location"].create(
            [{"name": name, "location_id": cls.stock.id} for name in ("A1", "A2")]
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.category = cls.env["product.category"].create({"name": "Fasteners"})
        cls.bolt = cls._make_product("Bolt", default_code="BOLT", categ_id=cls.category.id)
        cls.nut = cls._make_product("Nut", default_code="NUT", categ_id=cls.category.id)
        cls.glue = cls._make_product("Glue", default_code="GLUE", tracking="lot")
        cls.drill = cls._make_product("Drill", default_code="DRILL", tracking="serial")
        cls._put(cls.bolt, 10, cls.rack_a1)
        cls._put(cls.nut, 4, cls.rack_a1)
        cls._put(cls.bolt, 5, cls.rack_a2)
        groups = "cognityv_inventory.group_manager,stock.group_stock_multi_locations,stock.group_production_lot"
        cls.manager = cls._make_user("inventory_manager", groups)
        cls.counter = cls._make_user("inventory_counter", "cognityv_inventory.group_counter")
        cls.worker = cls._make_user("stock_worker", "stock.group_stock_user")
        cls.outsider = cls._make_user("outsider", "base.group_user")

    @classmethod
    def _make_user(cls, login, groups):
        user = new_test_user(
            cls.env, login, groups=groups, company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)]
        )
        if "odoobot_state" in user._fields:
            # Its welcome covers the screen of a phone some time after the first login, and takes what is typed.
            user.odoobot_state = "disabled"
        return user

    @classmethod
    def _make_product(cls, name, **vals):
        return cls.env["product.product"].create({"name": name, "is_storable": True, **vals})

    @classmethod
    def _make_lot(cls, product, name):
        return cls.env["stock.lot"].create({"name": name, "product_id": product.id})

    @classmethod
    def _put(cls, product, quantity, location, **identity):
        """Stock as it would be there; no move is made."""
        cls.env["stock.quant"]._update_available_quantity(product, location, quantity, **identity)

    @classmethod
    def _make_sheet(cls, fill=True, start=True, **vals):
        sheet = cls.env["stock.inventory.sheet"].create(
            {"location_id": cls.stock.id, "company_id": cls.company.id, **vals}
        )
        if fill:
            sheet.action_fill()
        if start:
            sheet.action_plan()
            sheet.action_start()
        return sheet

    @contextmanager
    def _undone(self):
        """Everything inside is rolled back, as hypothesis runs many examples in one test."""

        class Undo(Exception):
            pass

        try:
            with self.env.cr.savepoint():
                yield
                self.env.flush_all()
                raise Undo
        except Undo:
            self.env.invalidate_all()

    def _count_all_as_expected(self, sheet):
        for line in sheet.line_ids.filtered(lambda line: not line.is_counted):
            line.real_qty = line.current_qty

    def _on_hand(self, product, location, lot=None, package=None, owner=None):
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "=", location.id),
                ("lot_id", "=", lot and lot.id),
                ("package_id", "=", package and package.id),
                ("owner_id", "=", owner and owner.id),
            ]
        )
        return sum(quants.mapped("quantity"))

    def _line(self, sheet, product, location=None):
        return sheet.line_ids.filtered(
            lambda line: line.product_id == product and line.location_id == (location or self.rack_a1)
        )

    def _make_delivery(self, product, quantity, location, **vals):
        """A delivery that is ready to be validated."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": location.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": location.id,
                            "location_dest_id": self.customers.id,
                        }
                    )
                ],
                **vals,
            }
        )
        picking.action_confirm()
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        return picking


class ByPath:
    """For a test class, before its base: stock is moved by this path."""

    path = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(PARAMETER, cls.path)


class MoveByMove(ByPath):
    """Odoo's own path, and not by sets as by default."""

    path = "odoo"


class BySets(ByPath):
    """By sets, whatever is installed."""

    path = "set_based"
