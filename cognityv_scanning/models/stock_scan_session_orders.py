from odoo import api, fields, models
from odoo.fields import Domain

from .mrp_production import SCANNABLE_STATES

# The states of transfers that may be waited for, or worked on.
OPEN_STATES = ("waiting", "confirmed", "assigned")


class StockScanSession(models.Model):
    """Finding the sale order or the production run to log."""

    _inherit = "stock.scan.session"

    def _pass_note_on(self):
        """Orders and runs have the note in the message that says what was logged."""
        return None if self._is_for_document() else super()._pass_note_on()

    @api.model
    def _search_sale_documents(self, text, limit):
        """Sale orders with something to ship, that this user may see; the most urgent first.

        :return: list of dicts `res_id`, `title`, `subtitle`, `detail`, `scheduled`
        """
        groups = self.env["stock.picking"]._read_group(
            self._get_sale_picking_domain(text),
            ["sale_id"],
            ["scheduled_date:min", "name:array_agg"],
            order="scheduled_date:min, sale_id",
            limit=limit,
        )
        return [self._prepare_found_sale(*group) for group in groups]

    @api.model
    def _get_sale_picking_domain(self, text):
        orders = self.env["sale.order"]._search(self._get_sale_search_domain(text))
        domain = Domain("sale_id", "in", orders) & Domain("state", "in", OPEN_STATES)
        domain &= Domain("picking_type_id.code", "in", ("outgoing", "internal"))
        return domain & Domain("move_ids.product_id.is_storable", "=", True)

    @api.model
    def _get_sale_search_domain(self, text):
        domain = Domain("state", "=", "sale") & Domain("company_id", "in", self.env.companies.ids)
        if text:
            names = ("name", "partner_id", "client_order_ref", "order_line.product_id", "picking_ids.name")
            domain &= Domain.OR(Domain(name, "ilike", text) for name in names)
        return domain

    @api.model
    def _prepare_found_sale(self, order, scheduled, transfers):
        return {
            "res_id": order.id,
            "title": order.name,
            "subtitle": order.partner_id.display_name,
            "detail": " · ".join(filter(None, [order.client_order_ref, *sorted(transfers)])),
            "scheduled": fields.Datetime.to_string(scheduled),
        }

    @api.model
    def _search_production_documents(self, text, limit):
        """Production runs that go on, that this user may see; the most urgent first.

        :return: list of dicts `res_id`, `title`, `subtitle`, `detail`, `scheduled`
        """
        runs = self.env["mrp.production"].search(
            self._get_production_search_domain(text), limit=limit, order="date_start, id"
        )
        return [self._prepare_found_production(run) for run in runs]

    @api.model
    def _get_production_search_domain(self, text):
        domain = Domain("state", "in", SCANNABLE_STATES) & Domain("company_id", "in", self.env.companies.ids)
        domain &= ~Domain("bom_id.type", "=", "subcontract")
        if text:
            names = ("name", "origin", "product_id", "lot_producing_ids.name")
            domain &= Domain.OR(Domain(name, "ilike", text) for name in names)
        return domain

    @api.model
    def _prepare_found_production(self, run):
        return {
            "res_id": run.id,
            "title": run.name,
            "subtitle": run.product_id.display_name,
            "detail": " · ".join(filter(None, [*run.lot_producing_ids.mapped("name"), run.origin])),
            "scheduled": fields.Datetime.to_string(run.date_start),
        }
