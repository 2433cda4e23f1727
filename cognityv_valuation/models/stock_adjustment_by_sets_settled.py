from odoo import api, models
from odoo.tools import SQL


class StockAdjustmentBySets(models.AbstractModel):
    """What this add-on has of moves that are made by sets."""

    _inherit = "stock.adjustment.by.sets"

    def _get_move_columns(self):
        """The value that a move is worth when it is done is settled with it."""
        columns = super()._get_move_columns()
        is_valued = self._get_is_valued_sql()
        return columns | {
            "is_value_settled": SQL("CASE WHEN %s THEN TRUE END", is_valued),
            "settled_value": columns["value"],
        }

    def _after_moves(self):
        result = super()._after_moves()
        rows = self.env.execute_query(SQL("SELECT move.id %s", self._get_moved_sql()))
        self.env["stock.location.cost"]._mark("by sets", [move_id for [move_id] in rows])
        return result

    def _get_issue_value(self, move):
        """The reversal of a sheet takes out again what the sheet put in, at that value: as `_replay_average` of a product
        does it."""
        return move.value if move.undoes_gain else super()._get_issue_value(move)


class StockInventorySheetBySets(models.AbstractModel):
    _inherit = "stock.inventory.sheet.by.sets"

    def _needs_odoo(self):
        """What is dated back is worth what its product was worth then."""
        sheet = self._get_documents()
        dated_back = sheet.company_id._get_inventory_moment(sheet._get_posting_date())
        return bool(dated_back) or super()._needs_odoo()

    def _get_gap_conditions_for_odoo(self):
        has_given_cost = SQL("line.unit_cost > 0 AND line.gap_qty > 0")
        return [*super()._get_gap_conditions_for_odoo(), has_given_cost]

    def _get_line_columns(self):
        return [*super()._get_line_columns(), "unit_cost"]


class StockInventoryReversalBySets(models.AbstractModel):
    _inherit = "stock.inventory.reversal.by.sets"

    def _get_move_value_sql(self):
        """A reversal takes out again what the sheet put in, at that value."""
        value = super()._get_move_value_sql()
        return SQL(
            "CASE WHEN line.gap_qty > 0 THEN %s ELSE %s END",
            value,
            self._get_origin_value_sql(SQL("origin.is_in"), value),
        )

    def _get_changes_average_sql(self):
        """What leaves at another value than the average leaves another one behind."""
        return SQL("TRUE")


class StockInventoryPath(models.AbstractModel):
    _inherit = "stock.inventory.path"

    @api.model
    def _get_proven_modules(self):
        return super()._get_proven_modules() | {"cognityv_valuation"}

    @api.model
    def _get_proven_columns(self):
        columns = super()._get_proven_columns()
        return columns | {"stock.move": columns["stock.move"] | {"is_value_settled", "settled_value"}}
