from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.blind_field import BlindFloat
from .stock_inventory_sheet import BLOCKING_STATES


class StockInventorySheet(models.Model):
    """Counting while stock goes on moving (roll-forward): each line is compared with what the system had at the
    moment it was counted, so that a move afterwards neither hides nor makes a gap."""

    _inherit = "stock.inventory.sheet"

    def _refresh_moving_stock(self):
        """Read the current quantities of those of these sheets that block nothing."""
        moving = self.filtered(lambda sheet: sheet.block_mode == "none")
        self.env["stock.inventory.sheet.line"]._refresh_current_qty(moving)


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    moved_in_qty = BlindFloat(
        "In since counted", digits="Product Unit", compute="_compute_moved_in_out", compute_sudo=True
    )
    moved_out_qty = BlindFloat(
        "Out since counted", digits="Product Unit", compute="_compute_moved_in_out", compute_sudo=True
    )

    @api.depends("last_counted_at", "current_qty")
    def _compute_moved_in_out(self):
        moments = [(line._origin.id, line.last_counted_at) for line in self if line.last_counted_at]
        moved = self._get_moved_since(moments)
        for line in self:
            line.moved_in_qty, line.moved_out_qty = moved.get((line._origin.id, line.last_counted_at), (0.0, 0.0))

    @api.model
    def _get_on_hand_at(self, moments):
        """What the system had of lines when they were seen.

        What is seen now is compared with what is on hand in this very transaction, as the dates of moves have whole
        seconds only. What was seen before and arrives late is rolled back by the moves done since. A sheet that
        blocks its places compares with the quantity it was started with, which moves released by hand have followed.

        :param moments: list of (line id, datetime in UTC)
        :return: list of quantities in the unit of the product, in the same order
        """
        lines = self.browse(line_id for line_id, _seen in moments)
        self._refresh_moving_lines(lines)
        now = fields.Datetime.now()
        # Nothing was counted before the sheet was started, whatever a wrong clock says.
        seen = {
            (line.id, at): max(at, line.sheet_id.started_at or at)
            for line, (_id, at) in zip(lines, moments, strict=True)
        }
        moved = self._get_moved_since([(line_id, at) for (line_id, _at), at in seen.items() if at < now])
        quantities = []
        for line, moment in zip(lines, moments, strict=True):
            moved_in, moved_out = moved.get((line.id, seen[moment]), (0.0, 0.0))
            quantities.append(line.current_qty - moved_in + moved_out)
        return quantities

    @api.model
    def _refresh_moving_lines(self, lines):
        moving = lines.filtered(lambda line: line.sheet_id.block_mode == "none")
        if moving:
            self._read_current_qty(SQL("line.id IN %s", tuple(moving.ids)))

    @api.model
    def _get_moved_since(self, moments):
        """What came in and went out of lines after a moment, from the done moves.

        SQL, since each line has a moment of its own, and three of the five columns that match it may be missing.

        :param moments: list of (line id, datetime in UTC)
        :return: dict of (line id, datetime) → (in, out), in the unit of the product; without those where nothing moved
        """
        if not moments:
            return {}
        self._flush_for_sql()
        self.env["stock.move.line"].flush_model()
        query = SQL(
            """
            SELECT seen.line_id, seen.at,
                   COALESCE(SUM(moved.quantity_product_uom) FILTER (
                       WHERE moved.location_dest_id = line.location_id
                         AND COALESCE(moved.result_package_id, 0) = COALESCE(line.package_id, 0)), 0),
                   COALESCE(SUM(moved.quantity_product_uom) FILTER (
                       WHERE moved.location_id = line.location_id
                         AND COALESCE(moved.package_id, 0) = COALESCE(line.package_id, 0)), 0)
              FROM UNNEST(%s, %s::timestamp[]) AS seen (line_id, at)
              JOIN stock_inventory_sheet_line line ON line.id = seen.line_id AND line.lot_name IS NULL
              JOIN stock_move_line moved
                ON moved.product_id = line.product_id
               AND moved.state = 'done'
               AND moved.date > seen.at
               AND line.location_id IN (moved.location_id, moved.location_dest_id)
               AND COALESCE(moved.lot_id, 0) = COALESCE(line.lot_id, 0)
               AND COALESCE(moved.owner_id, 0) = COALESCE(line.owner_id, 0)
          GROUP BY seen.line_id, seen.at
            """,
            [line_id for line_id, _at in moments],
            [at for _line_id, at in moments],
        )
        return {
            (line_id, at): (float(moved_in), float(moved_out))
            for line_id, at, moved_in, moved_out in self.env.execute_query(query)
        }


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _is_adjustment(self):
        """Whether this says what is there, as a correction does; Odoo takes moves from place to place for inventory
        ones, too."""
        usages = (self.location_id.usage, self.location_dest_id.usage)
        return self.move_id.is_inventory and ("inventory" in usages or bool(self._get_adjusting_sheet()))

    def _check_not_adjusted_twice(self):
        """An adjustment says what is there, as a count does: after a count that is not posted yet, it would be taken
        for a move, and the same difference would be posted twice.

        :raises UserError: naming the sheet that blocks nothing and has counted what one of these lines adjusts
        """
        lines = self.sudo()
        domain = [
            ("sheet_id.state", "in", BLOCKING_STATES),
            ("sheet_id.block_mode", "=", "none"),
            ("sheet_id", "not in", lines.move_id.inventory_sheet_id.ids),
            ("count_status", "!=", "to_count"),
            ("product_id", "in", lines.product_id.ids),
            ("location_id", "in", (lines.location_id | lines.location_dest_id).ids),
        ]
        counted = self.env["stock.inventory.sheet.line"].sudo().search(domain) if lines else ()
        adjusted = {(line.product_id, place) for line in lines for place in line.location_id | line.location_dest_id}
        for line in counted:
            if (line.product_id, line.location_id) in adjusted:
                message = self.env._(
                    "%(product)s in %(location)s has been counted on inventory sheet %(sheet)s, so adjusting it now would "
                    "post the same difference twice; count it again on that sheet, or validate or cancel the sheet first.",
                    product=line.product_id.display_name,
                    location=line.location_id.display_name,
                    sheet=line.sheet_id.name,
                )
                raise UserError(message)
