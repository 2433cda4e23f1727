from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .stock_adjustment_mixin import QUANT_IDENTITY
from .stock_inventory_sheet import COUNTED_USAGES


class StockPicking(models.Model):
    """Offers a count of the places that a transfer left empty or low: there is never less to count than then."""

    _inherit = "stock.picking"

    low_stock_place_count = fields.Integer("Places empty or low", compute="_compute_low_stock_place_count")

    @api.depends("state", "picking_type_code", "company_id")
    def _compute_low_stock_place_count(self):
        low = self._get_low_stock()
        for picking in self:
            picking.low_stock_place_count = len({identity[1] for identity in low.get(picking._origin.id, [])})

    def action_request_low_stock_count(self):
        """Make a planned cycle sheet of the places that these transfers left empty or low, and nothing else.

        Whoever may do transfers may ask for it: they stand in front of the place. The sheet is made by the system,
        with the user as its counter if they may count; a manager starts it.

        :raises UserError: when there is nothing to count any more
        """
        self.ensure_one()
        self.check_access("write")
        low = self._get_low_stock().get(self.id)
        if not low:
            message = self.env._(
                "Transfer %(transfer)s left no place that is empty or low and not being counted already.",
                transfer=self.name,
            )
            raise UserError(message)
        sheets = self.sudo()._make_low_stock_sheets(low)
        return self._get_low_stock_action(sheets)

    def _make_low_stock_sheets(self, low):
        """One sheet of the place that the transfer took from, and one of each other place."""
        lines_by_place = {}
        for identity in low:
            location = self.env["stock.location"].browse(identity[1])
            lines_by_place.setdefault(self._get_low_stock_sheet_place(location), []).append(identity)
        vals_list = [self._prepare_low_stock_sheet_vals(place, lines) for place, lines in lines_by_place.items()]
        sheets = self.env["stock.inventory.sheet"].create(vals_list)
        sheets.action_plan()
        return sheets

    def _get_low_stock_sheet_place(self, location):
        source = self.location_id
        covers = source.usage in COUNTED_USAGES and location.parent_path.startswith(source.parent_path)
        return source if covers else location

    def _prepare_low_stock_sheet_vals(self, place, identities):
        counter = (
            self.env.user if self.env.user.has_group("cognityv_inventory.group_counter") else self.env["res.users"]
        )
        return {
            "company_id": self.company_id.id,
            "location_id": place.id,
            "count_type": "cycle",
            "block_mode": "products",
            "description": self.env._(
                "Empty or low after %(transfer)s, asked for by %(user)s", transfer=self.name, user=self.env.user.name
            ),
            "counter_ids": [fields.Command.set(counter.ids)],
            "line_ids": [
                fields.Command.create(dict(zip(QUANT_IDENTITY, identity, strict=True))) for identity in identities
            ],
        }

    def _get_low_stock_action(self, sheets):
        names = ", ".join(sheets.mapped("name"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Count planned: %(sheets)s.", sheets=names),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_low_stock(self):
        """What these done transfers took last from a place of ours and is empty or low there now.

        Left out is what is being counted or waits for it on an open sheet, and what has been counted since. SQL, as
        move lines are compared with quants and lines of sheets by five columns, of which three may be missing.

        :return: dict of picking id → list of (product, location, lot, package, owner) ids
        """
        pickings = self.filtered(lambda picking: picking._checks_low_stock())
        low = defaultdict(list)
        if pickings:
            self.env.flush_all()
            for picking_id, *identity in self.env.execute_query(pickings._get_low_stock_query()):
                low[picking_id].append(tuple(identity))
        return self._without_places_being_counted(low)

    def _get_low_stock_query(self):
        coverage_model = self.env["stock.inventory.coverage"]
        identity = SQL("taken.product_id, taken.location_id, taken.lot_id, taken.package_id, taken.owner_id")
        left = SQL("ROUND(COALESCE(SUM(quant.quantity), 0), %s)", self._get_quantity_digits())
        return SQL(
            """
            SELECT taken.picking_id, %(identity)s
              FROM (%(taken)s) taken
         LEFT JOIN stock_quant quant ON %(same_quant)s
             WHERE NOT EXISTS (SELECT FROM stock_inventory_sheet_line line
                                 JOIN stock_inventory_sheet sheet ON sheet.id = line.sheet_id
                                WHERE line.product_id = taken.product_id AND line.location_id = taken.location_id
                                  AND sheet.state NOT IN ('validated', 'cancelled'))
               AND NOT EXISTS (SELECT FROM (%(counts)s) counted
                                WHERE %(same_counted)s AND counted.counted_at >= taken.date_done)
          GROUP BY taken.picking_id, taken.low_quantity, %(identity)s
            HAVING %(left)s <= 0 OR %(left)s < taken.low_quantity
          ORDER BY taken.picking_id, taken.location_id, taken.product_id, taken.lot_id
            """,
            identity=identity,
            taken=self._get_taken_query(),
            same_quant=coverage_model._get_identity_condition(SQL("quant"), SQL("taken")),
            counts=coverage_model._get_counts_query(),
            same_counted=coverage_model._get_identity_condition(SQL("counted"), SQL("taken")),
            left=left,
        )

    def _get_quantity_digits(self):
        return self.env["decimal.precision"].precision_get("Product Unit")

    def _get_taken_query(self):
        """What these transfers took from places of ours. A tracked product whose number nobody knows cannot be on a
        sheet."""
        return SQL(
            """
            SELECT DISTINCT line.picking_id, line.product_id, line.location_id, line.lot_id, line.package_id,
                   line.owner_id, picking.date_done, company.inventory_low_stock_quantity::numeric AS low_quantity
              FROM stock_move_line line
              JOIN stock_picking picking ON picking.id = line.picking_id
              JOIN res_company company ON company.id = picking.company_id
              JOIN stock_location location ON location.id = line.location_id AND location.usage = 'internal'
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_storable
             WHERE line.picking_id IN %s AND line.state = 'done' AND line.quantity > 0
               AND (template.tracking = 'none' OR line.lot_id IS NOT NULL)
            """,
            tuple(self.ids),
        )

    def _without_places_being_counted(self, low):
        """A sheet may hold a whole place, whatever its lines are."""
        place_ids = {location_id for identities in low.values() for _product, location_id, *_rest in identities}
        places = self.env["stock.location"].browse(place_ids)
        sheets = places._get_counting_sheets()
        held = {place.id for place in places if any(sheet._covers(place) for sheet in sheets)}
        free = {
            picking_id: [identity for identity in identities if identity[1] not in held]
            for picking_id, identities in low.items()
        }
        return {picking_id: identities for picking_id, identities in free.items() if identities}

    def _checks_low_stock(self):
        return (
            self.state == "done"
            and self.picking_type_code in ("outgoing", "internal")
            and self.sudo().company_id.inventory_low_stock_check
        )
