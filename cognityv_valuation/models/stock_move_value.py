from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write, is_own_write

# Given to the moves of an adjustment by the accounting date of their document.
MOMENT_KEY = "adjustment_moment"
PROTECTED = {"settled_value", "is_value_settled"}


class StockMove(models.Model):
    """The value of a sheet's or a correction's move is what Odoo's own rules give when it is done, and stays so.

    Odoo works out the value of what came in again whenever a price of the product changes, and of what left when the
    price of its lot does: it would rewrite what was posted long ago.
    """

    _inherit = "stock.move"

    is_value_settled = fields.Boolean("Value settled", readonly=True, copy=False)
    settled_value = fields.Monetary(
        readonly=True,
        copy=False,
        currency_field="company_currency_id",
        help="What the move was worth when it was done: its value unless somebody adjusts it.",
    )

    # Moves that a reversal has to be looked up for, whenever Odoo works out an average.
    _gain_reversal_index = models.Index("(product_id) WHERE reversed_sheet_id IS NOT NULL")

    # Protection

    @api.model
    def _check_inventory_sheet_not_forged(self, names):
        if not is_own_write(self.env) and PROTECTED & set(names):
            raise UserError(self.env._("Only the system writes what an inventory adjustment was worth."))
        return super()._check_inventory_sheet_not_forged(names)

    def write(self, vals):
        if "value" in vals and not is_own_write(self.env):
            self._check_value_not_settled()
        return super().write(vals)

    def _check_value_not_settled(self):
        """
        :raises UserError: when one of these moves is an adjustment that is done
        """
        for move in self:
            if move.is_value_settled:
                message = self.env._(
                    "The value of this move of %(product)s was settled by %(document)s; adjust its valuation instead.",
                    product=move.product_id.display_name,
                    document=move.origin,
                )
                raise UserError(message)

    # Value

    @api.model
    def _do_adjustments(self, vals_list, company):
        moves = super()._do_adjustments(vals_list, company)
        moves._date_back()
        moves._settle_values()
        return moves

    def _settle_values(self):
        """Keep what these moves were worth when they were done; by one statement, as a sheet has many."""
        if not self:
            return
        self.flush_model(["value", "is_in", "is_out", *PROTECTED])
        query = SQL(
            """UPDATE stock_move SET settled_value = COALESCE(value, 0), is_value_settled = TRUE
                WHERE id IN %s AND (is_in OR is_out)""",
            tuple(self.ids),
        )
        self.env.execute_query(query)
        self.invalidate_recordset(PROTECTED)

    def _set_value(self, correction_quantity=None):
        reversing = self.filtered(lambda move: move._reverses_gain() and not move.is_value_settled)
        settled = self.filtered(lambda move: move.is_value_settled and move.is_out)
        others = as_own_write(self - reversing - settled)
        result = super(StockMove, others)._set_value(correction_quantity=correction_quantity)
        for move in as_own_write(reversing):
            move.value = move.origin_returned_move_id.value
        others._set_values_of_their_date()
        (self - reversing - settled)._tell_their_documents()
        return result

    def _reverses_gain(self):
        """Whether this takes out again what an inventory sheet put in."""
        return bool(self.reversed_sheet_id and self.origin_returned_move_id.is_in)

    def _get_value_from_std_price(self, quantity, std_price=False, at_date=None):
        """What came in by an adjustment keeps the value that it had then."""
        if self.is_value_settled and self.is_in:
            return self._prepare_value(
                self.settled_value,
                quantity,
                self.env._("As valued by %(document)s", document=self.origin or self.inventory_name),
            )
        return super()._get_value_from_std_price(quantity, std_price, at_date)

    def _prepare_value(self, value, quantity, description):
        """A step of Odoo's `_get_value_data`.

        :param value: of all that the move brought in
        :param quantity: the part of it that has no value yet
        """
        share = quantity / self._get_valued_qty() if quantity else 0.0
        return {"value": value * share, "quantity": quantity, "description": description}

    def _tell_their_documents(self):
        """Sheets and corrections say what their moves are worth, also when somebody adjusts it later."""
        settled = self.filtered("is_value_settled")
        settled.inventory_sheet_id.sudo()._keep_move_values(settled)
        settled.correction_id.sudo()._keep_move_values()

    # Date

    def _date_back(self):
        """Let these moves, which are done, have happened on the accounting date of their document."""
        moment = self.env.context.get(MOMENT_KEY)
        if not moment or not self:
            return
        self.date = moment
        self.env["stock.location.cost"]._mark("changed", self.ids)
        self._get_with_later_prices(moment).product_id._update_average_prices()

    def _get_with_later_prices(self, moment):
        """Those of these moves whose product has come in, gone out or been given a price after a moment, not counting
        what is moved beside them now."""
        products = self.product_id
        later = [
            ("product_id", "in", products.ids),
            ("company_id", "in", self.company_id.ids),
            ("date", ">", moment),
        ]
        others = [("id", "not in", self.ids), ("inventory_sheet_id", "not in", self.inventory_sheet_id.ids)]
        valued = ["|", ("is_in", "=", True), ("is_out", "=", True)]
        moved = self.env["stock.move"].sudo()._read_group([*later, *others, *valued], ["product_id"])
        priced = self.env["product.value"].sudo()._read_group(later, ["product_id"])
        changed = {product.id for [product] in [*moved, *priced]}
        return self.filtered(lambda move: move.product_id.id in changed)

    def _set_values_of_their_date(self):
        """An adjustment that is dated back is worth what its product was worth then: Odoo's average of today would take
        away, or add, what the product cost only later.

        What is valued oldest first takes from what is there now, whatever its date: so it is in Odoo.
        """
        moment = self.env.context.get(MOMENT_KEY)
        dated = (
            self.filtered(lambda move: move._has_document() and not move.is_value_settled) if moment else self.browse()
        )
        for move in dated._get_with_later_prices(moment):
            product = move.product_id
            if product.cost_method == "fifo" or product.lot_valuated or move._has_given_value():
                continue
            if price := product._get_price_at(moment):
                move.value = price * move._get_valued_qty()

    def _has_given_value(self):
        """Whether a person said what this move is worth."""
        return False

    # Entries

    def _create_account_move(self):
        entry = super()._create_account_move()
        if entry and (documents := self.filtered(lambda move: move._has_document()).mapped("origin")):
            entry.sudo().ref = ", ".join(dict.fromkeys(documents))
        return entry

    def _has_document(self):
        """Whether an inventory sheet or a stock correction made this move."""
        return bool(self.inventory_sheet_id or self.reversed_sheet_id or self.correction_id)
