import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.cognityv_inventory.tests.common import InventoryCommon


class SessionCase(InventoryCommon):
    """Scan sessions of a sale order that asks for 5 `bolt` and 2 `drill`, of a rule of its own: what an order does is
    somebody else's test. Counters, managers and stock are those of InventoryCommon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bolt.barcode, cls.nut.barcode = "BOLT-1", "NUT-1"
        cls.serial_1, cls.serial_2 = (cls._make_lot(cls.drill, name) for name in ("S1", "S2"))
        customer = cls.env["res.partner"].create({"name": "Customer"})
        cls.order = cls.env["sale.order"].create({"partner_id": customer.id, "company_id": cls.company.id})
        cls.required = {cls.bolt: 5.0, cls.drill: 2.0}
        cls.blocked_reason, cls.submitted = "", []
        cls._replace_order_rules()

    @classmethod
    def _replace_order_rules(cls):
        empty = cls.env["stock.lot"]
        rules = {
            "_check_scannable": lambda order: cls._raise(cls.blocked_reason),
            "_get_scan_title": lambda order: order.name,
            "_get_scan_subtitle": lambda order: order.partner_id.name,
            "_get_scan_requirements": lambda order: [
                {"product": product, "lot": empty, "quantity": quantity, "done": 0.0}
                for product, quantity in cls.required.items()
            ],
            "_check_scan": lambda order, product, lot, package, quantity: cls._raise(
                "" if product in cls.required else f"{product.name} is not on {order.name}."
            ),
            "_get_scan_lots": lambda order, products: empty.search([("product_id", "in", products.ids)]),
            "_get_scan_packages": lambda order, products: order.env["stock.package"],
            "_get_scan_choices": lambda order, scanned: [
                {
                    "name": "backorder",
                    "question": "What of the rest?",
                    "options": [
                        {"value": "create", "label": "Later", "help": ""},
                        {"value": "cancel", "label": "Never", "help": ""},
                    ],
                    "default": "create",
                }
            ],
            "_submit_scanned": lambda order, scanned, choices: cls.submitted.append((scanned, choices)) or "Delivered.",
        }
        for name, rule in rules.items():
            cls.startClassPatcher(patch.object(cls.env.registry["sale.order"], name, rule, create=True))

    @classmethod
    def _raise(cls, reason):
        if reason:
            raise UserError(reason)

    def _make_session(self, user=None, **vals):
        sessions = self.env["stock.scan.session"].with_user(user or self.worker)
        return sessions.create({"kind": "sale", "sale_id": self.order.id, **vals})

    def _event(self, code=None, **fields):
        return {"client_uuid": str(uuid.uuid4()), **({"code": code} if code else {}), **fields}

    def _push(self, session, *events, **kwargs):
        return session.push(list(events), **kwargs)

    def _push_one(self, session, code=None, **fields):
        [result] = session.push([self._event(code, **fields)])
        return result

    def _minutes_ago(self, minutes):
        return (fields.Datetime.now() - timedelta(minutes=minutes)).isoformat()

    def _make_older(self, session):
        """As if it had been opened a day ago: nothing is seen before its session."""
        self.env.cr.execute(
            "UPDATE stock_scan_session SET create_date = create_date - INTERVAL '1 day' WHERE id = %s", [session.id]
        )
        session.invalidate_recordset()

    def _scanned(self, session):
        """What a session has by product, of what there is of it."""
        session.line_ids.invalidate_recordset()
        return {line.product_id: line.scanned for line in session.line_ids if line.scanned}
