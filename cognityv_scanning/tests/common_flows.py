from odoo.fields import Command

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon

WORKER_GROUPS = "mrp.group_mrp_user,stock.group_stock_user,stock.group_production_lot,stock.group_stock_multi_locations"


class FlowsCommon(InventoryCommon):
    """A customer, and two people who may log sale orders and production runs: `clerk` and `colleague`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._make_clerk("clerk")
        cls.colleague = cls._make_clerk("colleague")
        cls.customer = cls.env["res.partner"].create({"name": "Deco", "email": "deco@example.com"})

    @classmethod
    def _make_clerk(cls, login, groups=WORKER_GROUPS):
        return cls._make_user(login, groups)

    @classmethod
    def _item(cls, product, quantity=1.0, lot=None, package=None):
        return {
            "product": product,
            "lot": lot or cls.env["stock.lot"],
            "package": package or cls.env["stock.package"],
            "quantity": quantity,
        }

    def _moved(self, product, source, destination):
        """What of a product has moved from one place to another, less what went back."""
        lines = self.env["stock.move.line"].search([("product_id", "=", product.id), ("state", "=", "done")])
        out = lines.filtered(lambda line: line.location_id == source and line.location_dest_id == destination)
        back = lines.filtered(lambda line: line.location_id == destination and line.location_dest_id == source)
        return sum(out.mapped("quantity_product_uom")) - sum(back.mapped("quantity_product_uom"))


class SaleCommon(FlowsCommon):
    """Orders of `bolt` (10 in A1, 5 in A2) and `nut` (4 in A1)."""

    @classmethod
    def _sell(cls, *lines, confirm=True, **vals):
        """
        :param lines: tuples of product, quantity and, if need be, more values of the order line
        """
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "warehouse_id": cls.warehouse.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity, **(more[0] if more else {})})
                    for product, quantity, *more in lines
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _scan(self, order, *items, **choices):
        return order.with_user(self.clerk)._submit_scanned(list(items), choices)

    def _delivered(self, order):
        return dict(order.order_line.mapped(lambda line: (line.product_id, line.qty_delivered)))

    def _needs(self, order):
        return {need["product"]: (need["quantity"], need["done"]) for need in order._get_scan_requirements()}

    def _open_pickings(self, order):
        return order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))


class ProductionCommon(FlowsCommon):
    """Runs that make `table` of 4 `leg` at 5 and 2 `paint` by lots at 7; there are 100 legs and 100 of each lot."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.average = cls.env["product.category"].create({"name": "AVCO", "property_cost_method": "average"})
        cls.table = cls._make_product("Table", categ_id=cls.average.id)
        cls.leg = cls._make_product("Leg", categ_id=cls.average.id, default_code="LEG")
        cls.paint = cls._make_product("Paint", categ_id=cls.average.id, tracking="lot")
        cls.paint_lots = cls.env["stock.lot"].create(
            [{"name": name, "product_id": cls.paint.id} for name in ("P1", "P2")]
        )
        cls._buy(cls.leg, 100, 5)
        for lot in cls.paint_lots:
            cls._buy(cls.paint, 100, 7, lot)
        cls.bom = cls._make_bom(cls.table, [(cls.leg, 4), (cls.paint, 2)])

    @classmethod
    def _buy(cls, product, quantity, price, lot=None, location=None):
        """Stock that came at a price."""
        move = cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "product_uom": product.uom_id.id,
                "location_id": cls.suppliers.id,
                "location_dest_id": (location or cls.stock).id,
                "company_id": cls.company.id,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        if lot:
            move.move_line_ids.lot_id = lot
        move.picked = True
        move._action_done()
        move.value_manual = quantity * price
        return move

    @classmethod
    def _make_bom(cls, product, lines, quantity=1, **vals):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_qty": quantity,
                "company_id": cls.company.id,
                "consumption": "flexible",
                "bom_line_ids": [
                    Command.create({"product_id": component.id, "product_qty": amount}) for component, amount in lines
                ],
                **vals,
            }
        )

    @classmethod
    def _make_run(cls, quantity, bom=None, confirm=True, **vals):
        bom = bom or cls.bom
        run = cls.env["mrp.production"].create(
            {
                "product_id": bom.product_tmpl_id.product_variant_id.id,
                "product_qty": quantity,
                "bom_id": bom.id,
                "company_id": cls.company.id,
                "location_src_id": cls.stock.id,
                "location_dest_id": cls.stock.id,
                **vals,
            }
        )
        if confirm:
            run.action_confirm()
        return run

    def _close(self, run, quantity=None, backorder=True):
        """Close a run the way that people do in Odoo, with all questions answered."""
        run = run.with_context(skip_consumption=True)
        if quantity is not None:
            run.qty_producing = quantity
            run.set_qty_producing()
        action = run.button_mark_done()
        if isinstance(action, dict) and action.get("res_model") == "mrp.production.backorder":
            wizard = self.env["mrp.production.backorder"].with_context(**action["context"]).create({})
            wizard.action_backorder() if backorder else wizard.action_close_mo()

    def _used(self, product, run=None):
        """What of a component is used up, by a run and those that were split off it."""
        return self._moved(product, self.stock, self.table.with_company(self.company).property_stock_production)

    def _value(self, run):
        """The value of what a run has made."""
        return sum(run.move_finished_ids.filtered(lambda move: move.state == "done").mapped("value"))
