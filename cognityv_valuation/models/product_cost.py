from odoo import models
from odoo.fields import Domain

from odoo.addons.cognityv_inventory.tools.average_cost import RunningAverage


class ProductProduct(models.Model):
    """Odoo's averages and FIFO stacks, where an inventory sheet that had found goods was reversed.

    A reversal takes out what the sheet had put in, at exactly that value. Odoo lets everything leave at the average, or
    oldest first, so that after price changes its stock value and the accounts would differ by what the prices changed.
    """

    _inherit = "product.product"

    def _get_gain_reversal_domain(self, at_date=None, lot=None):
        """The moves that took out again what a sheet had put in."""
        domain = Domain("product_id", "in", self.ids) & Domain("reversed_sheet_id", "!=", False)
        domain &= Domain("is_out", "=", True) & Domain("company_id", "=", self.env.company.id)
        if lot:
            domain &= Domain("move_line_ids.lot_id", "in", lot.ids)
        return domain & Domain("date", "<=", at_date) if at_date else domain

    def _get_gain_reversals(self, at_date=None, lot=None):
        return self.env["stock.move"].search(self._get_gain_reversal_domain(at_date, lot))

    # Average

    def _run_avco(self, at_date=None, lot=None, method="realtime"):
        self.ensure_one()
        if self._get_gain_reversals(at_date, lot):
            stock = self._replay_average(at_date, lot)
            return stock.average, stock.value
        return super()._run_avco(at_date=at_date, lot=lot, method=method)

    def _replay_average(self, at_date=None, lot=None):
        """What Odoo's `_run_avco` does, but for reversals of gains, which leave at the value that they came in with.

        :return: RunningAverage
        """
        stock = RunningAverage()
        prices = list(self._get_own_prices(at_date, lot))
        for move in self._get_average_moves(at_date, lot):
            while prices and prices[0].date <= move.date:
                stock.revalue(prices.pop(0).value)
            share = self._get_lot_share(move, lot)
            quantity = move._get_valued_qty() * share
            if move.is_in or move.is_dropship:
                stock.receive(quantity, move._get_value_at(at_date) * share)
            if move.is_out or move.is_dropship:
                stock.issue(quantity, move.value * share if move._reverses_gain() else None)
        for price in prices:
            stock.revalue(price.value)
        return stock

    def _get_lot_share(self, move, lot):
        quantity = move._get_valued_qty()
        return move._get_valued_qty(lot) / quantity if lot and quantity else 1.0

    def _get_average_moves(self, at_date, lot):
        """The moves that make the average, oldest first."""
        domain = Domain("product_id", "=", self.id) & Domain("company_id", "=", self.env.company.id)
        domain &= Domain("is_in", "=", True) | Domain("is_out", "=", True) | Domain("is_dropship", "=", True)
        if lot:
            domain &= Domain("move_line_ids.lot_id", "in", lot.ids)
        if at_date:
            domain &= Domain("date", "<=", at_date)
        return self.env["stock.move"].search(domain, order="date, id")

    def _get_own_prices(self, at_date, lot):
        """The prices that were set by hand, oldest first."""
        domain = Domain("product_id", "=", self.id) & Domain("move_id", "=", False)
        domain &= Domain("lot_id", "in", [lot.id, False] if lot else [False])
        if at_date:
            domain &= Domain("date", "<=", at_date)
        return self.env["product.value"].sudo().search(domain, order="date, id")

    def _get_price_at(self, moment):
        """What one unit was worth at a moment, by Odoo's own rules for standard and average cost."""
        if self.cost_method == "standard":
            return self.sudo()._get_standard_price_at_date(moment)
        return self._run_avco(at_date=moment)[0]

    def _update_average_prices(self):
        """Work out again what products, and their lots, valued at average cost are worth, as their past has changed."""
        products = self.filtered(lambda product: product.cost_method == "average")
        products._update_standard_price()
        valued_by_lot = products.filtered("lot_valuated")
        self.env["stock.lot"].search([("product_id", "in", valued_by_lot.ids)])._update_standard_price()

    # FIFO

    def _run_fifo_get_stack(self, lot=None, at_date=None, location=None):
        """The layers that are left. What a sheet put in and its reversal took out again is none."""
        reversals = self._get_gain_reversals(at_date, lot) if not location else self.env["stock.move"]
        if not reversals:
            return super()._run_fifo_get_stack(lot=lot, at_date=at_date, location=location)
        undone = reversals.origin_returned_move_id
        left = self._get_fifo_quantity(lot, at_date)
        domain = Domain("product_id", "=", self.id) & Domain("company_id", "=", self.env.company.id)
        domain &= Domain("is_in", "=", True) & Domain("id", "not in", undone.ids)
        if lot:
            domain &= Domain("move_line_ids.lot_id", "in", lot.ids)
        if at_date:
            domain &= Domain("date", "<=", at_date)
        stack, first = [], 0
        for move in self.env["stock.move"].search(domain, order="date desc, id desc"):
            if self.uom_id.compare(left, 0) <= 0:
                break
            quantity = move._get_valued_qty()
            stack.insert(0, move)
            first = min(quantity, left)
            left -= quantity
        return stack, first

    def _get_fifo_quantity(self, lot, at_date):
        """How much there is, less what leaves with the same transfer before, as Odoo has it."""
        if lot:
            there = lot.product_qty
        else:
            there = self._with_valuation_context().with_context(to_date=at_date).qty_available
        return there - (self.env.context.get("fifo_qty_already_processed") or 0)


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_value_at(self, at_date):
        """What a move that came in was worth, as Odoo's average has it."""
        return self._get_value(at_date=at_date) if at_date or self.is_dropship else self.value
