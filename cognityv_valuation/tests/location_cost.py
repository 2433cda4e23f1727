from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon


@tagged("post_install", "-at_install")
class LocationCostCommon(InventoryCommon):
    """Two places (A1, A2) and `pin`, a product at average cost that has never moved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.average_category = cls.env["product.category"].create(
            {"name": "At average cost", "property_cost_method": "average"}
        )
        cls.pin = cls._make_product("Pin", categ_id=cls.average_category.id, standard_price=3.0)
        cls.loss = cls.pin.with_company(cls.company).property_stock_inventory
        cls.production = cls.pin.with_company(cls.company).property_stock_production

    @classmethod
    def _move(cls, source, destination, quantity, product=None, value=None, lines=(), **vals):
        """Move and be done, as a request would.

        :param value: what comes in costs altogether
        :param lines: dicts of values of move lines, in place of one line
        """
        product = product or cls.pin
        places = {"location_id": source.id, "location_dest_id": destination.id}
        move = cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "company_id": cls.company.id,
                "move_line_ids": [
                    Command.create({"product_id": product.id, "quantity": quantity, **places, **line})
                    for line in lines or [{}]
                ],
                **({} if value is None else {"value_manual": value}),
                **places,
                **vals,
            }
        )
        move._action_confirm()
        move.picked = True
        move._action_done()
        cls.env.cr.flush()
        return move

    def _receive(self, quantity, value, place=None, **vals):
        return self._move(self.suppliers, place or self.rack_a1, quantity, value=value, **vals)

    def _issue(self, quantity, place=None, **vals):
        return self._move(place or self.rack_a1, self.customers, quantity, **vals)

    def _transfer(self, quantity, source=None, destination=None, **vals):
        return self._move(source or self.rack_a1, destination or self.rack_a2, quantity, **vals)

    def _cost(self, place=None, product=None):
        """What is kept of a place."""
        return self.env["stock.location.cost"].search(
            [("product_id", "=", (product or self.pin).id), ("location_id", "=", (place or self.rack_a1).id)]
        )

    def _state(self, place=None, product=None):
        cost = self._cost(place, product)
        return cost.quantity, cost.value

    def _history(self, place=None, product=None):
        """What changed a place, oldest first."""
        domain = [("product_id", "=", (product or self.pin).id)]
        if place:
            domain.append(("location_id", "=", place.id))
        return self.env["stock.location.cost.history"].search(domain, order="id")

    def _told(self, place=None, product=None):
        return [
            (row.kind, row.quantity, row.value, row.adjustment, row.quantity_after, row.value_after)
            for row in self._history(place or self.rack_a1, product)
        ]
