from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write

from .cost_file_reader import CostFileReader


class StockInventorySheet(models.Model):
    """Costs of what was taken into stock, known only afterwards: Odoo's own adjustment of the value of moves, for many at
    once."""

    _inherit = "stock.inventory.sheet"

    def import_costs(self, content, reason, accounting_date=None):
        """Price what these validated sheets took into stock from a file. Every row is checked before anything is written.

        :param content: the file, base64 encoded
        :param reason: kept in the history of each price, with the person
        :param accounting_date: of the entries; today by default
        :return: dict with the numbers of lines `priced` and `unchanged`; the same file again changes nothing
        :raises UserError: with every bad row, its number and what is wrong with it; nothing is changed then
        """
        reader = self._read_cost_file(content)
        if reader.problems:
            raise UserError("\n".join(reader.problems))
        return self._set_costs(reader.costs, reason, accounting_date)

    def _read_cost_file(self, content):
        self._check_costs_importable()
        return CostFileReader(self, content)

    def _check_costs_importable(self):
        """
        :raises AccessError: for who is no manager or may not see values
        :raises UserError: when one of these sheets is not validated, or undone
        """
        self._check_manager()
        if not self._sees_values():
            raise AccessError(
                self.env._("You may not see what stock is worth; ask somebody who may to import its costs.")
            )
        if len(self.company_id) != 1:
            raise UserError(self.env._("Import the costs of each company by itself; choose sheets of one company."))
        for sheet in self:
            if sheet.state != "validated" or sheet.reversed_at:
                message = self.env._(
                    "Sheet %(sheet)s is not validated, or reversed, so it has nothing to price; enter unit costs on its "
                    "lines instead.",
                    sheet=sheet.name,
                )
                raise UserError(message)

    def _set_costs(self, costs, reason, accounting_date=None):
        """Give lines their unit costs, and their moves the value of it.

        :param costs: dict of line → unit cost
        """
        self._lock()
        self._check_costs_importable()
        if not (reason or "").strip():
            raise UserError(self.env._("Write why these costs are set; the reason is kept with each price."))
        date = accounting_date or fields.Date.context_today(self)
        self.company_id._check_inventory_date(date, ", ".join(self.mapped("name")))
        changed = self.env["stock.inventory.sheet.line"].union(
            *(line for line, cost in costs.items() if line.unit_cost != cost)
        )
        changed.sudo()._apply_costs(costs, reason, date)
        if changed:
            self._log_costs(changed, reason)
        return {"priced": len(changed), "unchanged": len(costs) - len(changed)}

    def _log_costs(self, lines, reason):
        """Without the amounts: counters read the log, too."""
        for sheet, mine in lines.grouped("sheet_id").items():
            text = self.env._("Costs of %(count)s lines were set: %(reason)s", count=len(mine), reason=reason)
            sheet.sudo().message_post(body=plaintext2html(text))


class StockInventorySheetLine(models.Model):
    _inherit = "stock.inventory.sheet.line"

    def _check_cost_correctable(self, cost):
        """
        :raises ValidationError: when the product has a standard price, which is not a sheet's to change
        """
        price = self.sudo()._get_standard_price()
        if price and self.currency_id.compare_amounts(price, cost):
            message = self.env._(
                "%(product)s is valued at its standard price; change that on the product.",
                product=self.product_id.display_name,
            )
            raise ValidationError(message)

    def _apply_costs(self, costs, reason, date):
        """Value the moves of these lines anew.

        :param costs: dict of line → unit cost
        :param date: since when it holds
        """
        moment = self.company_id._get_inventory_moment(date) if self else None
        moment = moment or fields.Datetime.now()
        moves = self._get_gain_moves()
        before = {move: move.value for move in moves}
        stock_before = moves._get_stock_values_after_issues()
        for line in as_own_write(self):
            line.unit_cost = costs[line]
        self._set_standard_prices(costs, reason, moment)
        moves._adjust_values(moves._get_values_of_costs(), reason, moment)
        self.sheet_id._keep_move_values(moves)
        moves._book_value_changes(before, stock_before, date, reason)

    def _get_gain_moves(self):
        domain = Domain("inventory_sheet_line_id", "in", self.ids) & Domain("is_in", "=", True)
        moves = self.env["stock.move"].sudo().search(domain & Domain("state", "=", "done"), order="id")
        return moves.with_company(self.company_id)


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_values_of_costs(self):
        """What these moves are worth by the unit costs of their lines, or by the standard price of their product.

        :return: dict of move → value
        """
        values = {}
        for move in self:
            line = move.inventory_sheet_line_id
            cost = line._get_standard_price() or line.unit_cost
            values[move] = move.company_currency_id.round(cost * move._get_valued_qty())
        return values

    def _adjust_values(self, values, reason, moment):
        """Odoo's own adjustment of a move's value, with its history, for many moves at once.

        :param values: dict of move → value
        """
        vals_list = [
            {
                "move_id": move.id,
                "company_id": move.company_id.id,
                "value": values[move],
                "date": max(moment, move.date),
                "description": reason,
            }
            for move in self
            if move.company_currency_id.compare_amounts(values[move], move.value)
        ]
        self.env["product.value"].sudo().create(vals_list)

    # What has left the stock since

    def _get_stock_values_after_issues(self):
        """What Odoo says that the stock of the products of these moves is worth, of those of which something has left
        since: for them a new value of what came in is not all in stock.

        :return: dict of product → value
        """
        if not self:
            return {}
        domain = Domain("product_id", "in", self.product_id.ids) & Domain("company_id", "in", self.company_id.ids)
        domain &= Domain("is_out", "=", True) & Domain("date", ">=", min(self.mapped("date")))
        groups = self.env["stock.move"].sudo()._read_group(domain, ["product_id"])
        products = self.product_id & self.env["product.product"].union(*(product for [product] in groups))
        self.env.flush_all()
        products.invalidate_recordset(["total_value"])
        return {product: product.with_company(self.company_id).sudo(False).total_value for product in products}

    def _book_value_changes(self, before, stock_before, date, reason):
        """One entry for what these moves are worth more or less than was booked: into stock what is there, into expense
        what has left since. Where no entry was made for them, Odoo's closing does that.

        :param before: dict of move → value that is booked
        :param stock_before: of `_get_stock_values_after_issues`, before
        """
        stock_after = self._get_stock_values_after_issues() if stock_before else {}
        lines = []
        for product, moves in (
            self.filtered(lambda move: move._should_create_account_move()).grouped("product_id").items()
        ):
            change = sum(move.value - before[move] for move in moves)
            in_stock = stock_after[product] - stock_before[product] if product in stock_before else change
            lines += moves._prepare_value_change_lines(product, change, in_stock)
        if not lines:
            return
        entry = self.env["account.move"].sudo().with_company(self.company_id)
        entry = entry.create(
            {
                "journal_id": self.company_id.account_stock_journal_id.id,
                "date": date,
                "ref": ", ".join([*dict.fromkeys(self.mapped("origin")), reason]),
                "line_ids": [Command.create(vals) for vals in lines],
            }
        )
        entry._post()

    def _prepare_value_change_lines(self, product, change, in_stock):
        """The lines of an entry for a product that came in worth `change` more, of which `in_stock` is still there."""
        accounts = product._get_product_accounts()
        amounts = [
            (self.location_id.valuation_account_id[:1], -change),
            (accounts["stock_valuation"], in_stock),
            (accounts["expense"], change - in_stock),
        ]
        currency = self.company_id.currency_id
        return [
            {
                "account_id": account.id,
                "name": f"{self[0].reference} - {product.name}",
                "product_id": product.id,
                "debit": currency.round(max(amount, 0.0)),
                "credit": currency.round(max(-amount, 0.0)),
            }
            for account, amount in amounts
            if not currency.is_zero(amount)
        ]
