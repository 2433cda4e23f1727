from odoo import api, models
from odoo.fields import Domain

# What the resolver finds → the method that says what the app does with it.
START_METHODS = {
    "location": "_get_location_starts",
    "sheet": "_get_sheet_starts",
    "sale": "_get_sale_starts",
    "transfer": "_get_transfer_starts",
    "production": "_get_production_starts",
    "lot": "_get_lot_starts",
    "product": "_get_item_starts",
    "package": "_get_item_starts",
}
OPEN_PRODUCTION = Domain("state", "in", ("confirmed", "progress", "to_close"))


class StockScanSession(models.Model):
    """What the app opens for a code that is scanned while nothing is open."""

    _inherit = "stock.scan.session"

    @api.model
    def find_starts(self, code):
        """What a code opens: a place its verification, an order or a run its log, an item where it is in stock.

        :param str code: as it was scanned or typed
        :return: list of dicts, best first: `kind` ("sale", "production", "verification", "item"), `model` and `res_id` of
            what it is for, `title`, `detail`, and `sheet_id` where a certain inventory sheet is meant; empty when nothing
            is known by the code
        """
        return self._get_starts(self.env["stock.scan.resolver"].resolve(code))

    @api.model
    def suggest_starts(self, text, limit=8):
        """What can be opened of what a person may mean, as of `find_starts`.

        :param str text: the beginning of a name or code
        """
        return self._get_starts(self.env["stock.scan.resolver"].suggest(text, limit=limit))

    @api.model
    def _get_starts(self, matches):
        kinds = {*self._get_allowed_kinds(), "item"}
        starts = {}
        for match in matches:
            for start in getattr(self, START_METHODS[match["kind"]])(match, kinds):
                starts.setdefault((start["kind"], start["model"], start["res_id"]), start)
        return list(starts.values())

    @api.model
    def _prepare_start(self, kind, record, detail="", **values):
        start = {
            "kind": kind,
            "model": record._name,
            "res_id": record.id,
            "title": record.display_name,
            "detail": detail,
        }
        return start | values

    @api.model
    def _get_location_starts(self, match, kinds):
        place = self.env["stock.location"].browse(match["id"])
        can_count = "verification" in kinds and place.usage in ("internal", "transit")
        return [self._prepare_start("verification" if can_count else "item", place)]

    @api.model
    def _get_sheet_starts(self, match, kinds):
        sheet = self.env["stock.inventory.sheet"].browse(match["id"])
        if "verification" not in kinds:
            return []
        return [self._prepare_start("verification", sheet, sheet.location_id.display_name, sheet_id=sheet.id)]

    @api.model
    def _get_sale_starts(self, match, kinds):
        return self._prepare_sale_starts(self.env["sale.order"].browse(match["id"]), kinds)

    @api.model
    def _get_transfer_starts(self, match, kinds):
        return self._prepare_sale_starts(self.env["stock.picking"].browse(match["id"]).sale_id, kinds)

    @api.model
    def _prepare_sale_starts(self, order, kinds):
        readable = order._filtered_access("read") if "sale" in kinds else order.browse()
        return [self._prepare_start("sale", order, order.partner_id.display_name) for order in readable]

    @api.model
    def _get_production_starts(self, match, kinds):
        return self._prepare_production_starts(self.env["mrp.production"].browse(match["id"]), kinds)

    @api.model
    def _prepare_production_starts(self, productions, kinds):
        if "production" not in kinds:
            return []
        return [
            self._prepare_start("production", production, production.product_id.display_name)
            for production in productions
        ]

    @api.model
    def _get_lot_starts(self, match, kinds):
        """The run that is making it, else where it is."""
        making = Domain("lot_producing_ids", "in", match["id"]) & OPEN_PRODUCTION
        productions = self.env["mrp.production"].search(making) if "production" in kinds else []
        return self._prepare_production_starts(productions, kinds) or self._get_item_starts(match, kinds)

    @api.model
    def _get_item_starts(self, match, kinds):
        record = self.env[match["model"]].browse(match["id"])
        detail = record.product_id.display_name if match["kind"] == "lot" else ""
        return [self._prepare_start("item", record, detail)]
