from odoo.addons.cognityv_inventory.tests.common import InventoryCommon


class ValuationCommon(InventoryCommon):
    """The stock of InventoryCommon, which has no value, and a category for each cost method. Besides the manager and
    the counter, who sees no values, there is `clerk`: a counter who does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.company.currency_id
        cls.average = cls._make_category("Average", "average")
        cls.fifo = cls._make_category("FIFO", "fifo")
        cls.standard = cls._make_category("Standard", "standard")
        cls.clerk = cls._make_user(
            "inventory_clerk", "cognityv_inventory.group_counter,cognityv_valuation.group_see_value"
        )

    @classmethod
    def _make_category(cls, name, method, valuation="periodic"):
        return (
            cls.env["product.category"]
            .with_company(cls.company)
            .create({"name": name, "property_cost_method": method, "property_valuation": valuation})
        )

    @classmethod
    def _receive(cls, product, quantity, price, location=None, lot=None):
        """A receipt from a vendor at a price per unit; Odoo values what was bought without an order by hand."""
        return cls._move(product, quantity, cls.suppliers, location or cls.rack_a1, lot, value=quantity * price)

    @classmethod
    def _deliver(cls, product, quantity, location=None, lot=None):
        return cls._move(product, quantity, location or cls.rack_a1, cls.customers, lot)

    @classmethod
    def _move(cls, product, quantity, source, target, lot=None, value=None, owner=None, uom=None):
        uom = uom or product.uom_id
        common = {
            "product_id": product.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "company_id": cls.company.id,
        }
        line = {
            **common,
            "quantity": quantity,
            "lot_id": lot and lot.id,
            "owner_id": owner and owner.id,
            "product_uom_id": uom.id,
        }
        move = cls.env["stock.move"].create(
            {
                **common,
                "product_uom_qty": quantity,
                "product_uom": uom.id,
                "picked": True,
                "move_line_ids": [(0, 0, line)],
            }
        )
        if value is not None:
            move.value_manual = value
        move._action_done()
        return move

    def _count(self, sheet, quantities):
        """Count products of a sheet: dict of product → real quantity, in rack A1."""
        for product, quantity in quantities.items():
            self._line(sheet, product).real_qty = quantity

    def _validate(self, sheet):
        self._count_all_as_expected(sheet)
        sheet.action_complete()
        sheet.action_validate()
        return sheet
