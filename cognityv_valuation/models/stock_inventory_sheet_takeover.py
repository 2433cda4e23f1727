import math

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.cognityv_inventory.models.stock_inventory_sheet import OPEN_FOR_LINES
from odoo.addons.cognityv_inventory.tools.own_write import as_own_write, is_own_write

from .res_company import VALUE_GROUP


class StockInventorySheet(models.Model):
    """Stock take-over: what comes into stock without a cost gets one on the line, now or, on purpose, later."""

    _inherit = "stock.inventory.sheet"

    price_later = fields.Boolean(
        copy=False,
        tracking=True,
        help="What comes into stock and has no cost is taken in at zero, and priced by a cost import afterwards.",
    )
    unpriced_line_count = fields.Integer(
        "Lines without a cost", compute="_compute_unpriced_line_count", groups=VALUE_GROUP
    )

    shows_unit_cost = fields.Boolean(compute="_compute_unpriced_line_count", groups=VALUE_GROUP)

    @api.depends("line_ids.gap_qty", "line_ids.unit_cost", "line_ids.account_unit_value", "state")
    @api.depends_context("uid")
    def _compute_unpriced_line_count(self):
        line_model = self.env["stock.inventory.sheet.line"].sudo()
        for sheet in self:
            shown = self._get_shown_line_domain()
            sheet.unpriced_line_count = line_model.search_count(sheet._get_unpriced_domain() & shown)
            priced = Domain("sheet_id", "=", sheet._origin.id) & Domain("unit_cost", ">", 0)
            sheet.shows_unit_cost = bool(sheet.unpriced_line_count or line_model.search_count(priced, limit=1))

    def _get_unpriced_domain(self):
        """The lines that bring something into the company's stock and had no cost at Start, nor have been given one."""
        own = [False, self.company_id.partner_id.id]
        return (
            Domain("sheet_id", "=", self._origin.id)
            & Domain("gap_qty", ">", 0)
            & Domain("unit_cost", "=", 0)
            & Domain("account_unit_value", "=", 0)
            & Domain("owner_id", "in", own)
            & Domain("location_id.company_id", "!=", False)
        )

    def _get_unpriced_lines(self):
        """The same, but for what has got a cost since. None where the company keeps no books of its stock."""
        line_model = self.env["stock.inventory.sheet.line"].sudo()
        if not self.company_id.sudo().account_stock_journal_id:
            return line_model
        lines = line_model.search(self._get_unpriced_domain())
        costs = self.env["stock.inventory.price"]._get_unit_values("cost", lines, self.company_id)
        unpriced = [line.id for line, (_value, cost) in zip(lines, costs, strict=True) if not cost]
        return line_model.browse(unpriced)

    # Asking

    def action_ask_complete(self):
        """Complete; then say what comes in without a cost, to those who may see costs."""
        result = super().action_ask_complete()
        if result is True and self._asks_for_costs():
            return self._get_unpriced_action()
        return result

    def action_ask_validate(self):
        """Validate, or ask first for the costs of what comes in without one."""
        self.ensure_one()
        self._check_manager()
        if self._asks_for_costs():
            return self._get_unpriced_action(then_validate=True)
        return super().action_ask_validate()

    def _asks_for_costs(self):
        may_know = self.env.user.has_group(VALUE_GROUP) and not self.hides_current_qty
        return may_know and not self.price_later and bool(self._get_unpriced_lines())

    def _get_unpriced_action(self, then_validate=False):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What comes into stock without a cost"),
            "res_model": "stock.inventory.unpriced",
            "view_mode": "form",
            "target": "new",
            "context": {"default_sheet_id": self.id, "default_then_validate": then_validate},
        }

    def action_view_unpriced(self):
        """The lines to enter unit costs on."""
        name = self.env._("Without a cost on %(sheet)s", sheet=self.name)
        return {**self._get_lines_action(name, {"show_unit_cost": True}), "domain": list(self._get_unpriced_domain())}

    def action_price_later(self):
        """What has no cost is taken in at zero, on purpose."""
        self._check_manager()
        self.price_later = True
        return True

    # Validation

    def action_validate(self):
        """Completed → Validated, with a cost for all that comes in, unless it is priced later on purpose."""
        self._check_manager()
        for sheet in self:
            sheet._check_unit_costs()
        return super().action_validate()

    def _check_unit_costs(self):
        """
        :raises UserError: naming the lines that come into stock without a cost
        """
        if self.price_later or not (lines := self._get_unpriced_lines()):
            return
        message = self.env._(
            "Sheet %(sheet)s brings into stock what has no cost; enter the unit cost of these lines, or choose to price "
            "them later:\n%(lines)s",
            sheet=self.name,
            lines=self._list_lines(lines, len(lines)),
        )
        raise UserError(message)

    def _prepare_gap_moves(self, lines):
        self._set_first_standard_prices()
        return super()._prepare_gap_moves(lines)

    def _set_first_standard_prices(self):
        """What is valued at a standard price and has none gets it from what was entered."""
        domain = [("sheet_id", "=", self.id), ("gap_qty", ">", 0), ("unit_cost", ">", 0)]
        lines = self.env["stock.inventory.sheet.line"].sudo().search(domain)
        lines._set_standard_prices(
            {line: line.unit_cost for line in lines},
            self.env._("Unit cost entered on inventory sheet %(sheet)s", sheet=self.name),
            self.company_id._get_inventory_moment(self._get_posting_date()) or fields.Datetime.now(),
        )


class StockInventorySheetLine(models.Model):
    """The cost of what comes into stock: the value of the move, and so the average price of the product."""

    _inherit = "stock.inventory.sheet.line"

    unit_cost = fields.Float(
        min_display_digits="Product Price",
        aggregator=None,
        groups=VALUE_GROUP,
        help="What one unit cost that comes into stock here: the value that it is taken in at. Needed where the product "
        "has no cost yet.",
    )
    has_no_cost = fields.Boolean(compute="_compute_has_no_cost", groups=VALUE_GROUP)

    # The form of a sheet asks whether it has any; most have none, or few.
    _unit_cost_index = models.Index("(sheet_id) WHERE unit_cost > 0")
    _no_cost_index = models.Index("(sheet_id) WHERE account_unit_value = 0 OR account_unit_value IS NULL")
    _unit_cost_positive = models.Constraint("CHECK (unit_cost >= 0)", "A unit cost is zero or more; correct it.")

    @api.depends("gap_qty", "unit_cost", "account_unit_value")
    def _compute_has_no_cost(self):
        for line in self:
            line.has_no_cost = bool(line.gap_qty > 0 and not line.unit_cost and not line.account_unit_value)

    @api.depends("unit_cost")
    def _compute_gap_values(self):
        return super()._compute_gap_values()

    @api.depends("unit_cost")
    def _compute_real_value(self):
        return super()._compute_real_value()

    def _get_price(self):
        return super()._get_price() or self.unit_cost

    def _get_account_price(self):
        if self.gap_qty > 0 and self.unit_cost:
            return self.unit_cost
        return super()._get_account_price()

    @api.constrains("unit_cost", "product_id")
    def _check_unit_cost(self):
        """A product with a standard price comes in at that price."""
        for line in self.sudo().filtered("unit_cost"):
            if not math.isfinite(line.unit_cost):
                raise ValidationError(self.env._("%(cost)s is no unit cost; type a number.", cost=line.unit_cost))
            cost = line._get_standard_price()
            if cost and line.currency_id.compare_amounts(cost, line.unit_cost):
                message = self.env._(
                    "%(product)s is valued at its standard price; change that on the product, or leave the unit cost of "
                    "%(line)s empty.",
                    product=line.product_id.display_name,
                    line=line._get_description(),
                )
                raise ValidationError(message)

    def _get_standard_price(self):
        """The standard price of what is valued at one, 0 for all else."""
        product = self.product_id.with_company(self.company_id)
        if product.cost_method != "standard":
            return 0.0
        holder = self.lot_id.with_company(self.company_id) if product.lot_valuated and self.lot_id else product
        return holder.standard_price

    def write(self, vals):
        """Change lines. The unit cost may be written until the sheet is validated."""
        if "unit_cost" not in vals or is_own_write(self.env):
            return super().write(vals)
        self._set_unit_costs(dict.fromkeys(self, vals["unit_cost"]))
        rest = {name: value for name, value in vals.items() if name != "unit_cost"}
        return super().write(rest) if rest else True

    def _set_unit_costs(self, costs):
        """Enter the unit costs of these lines.

        :param costs: dict of line → unit cost
        """
        self._check_unit_cost_writable()
        for cost, lines in as_own_write(self).grouped(costs.__getitem__).items():
            lines.write({"unit_cost": cost})

    def _check_unit_cost_writable(self):
        """
        :raises UserError: when a sheet is settled
        """
        self.sheet_id._check_counter()
        self.sheet_id._lock_shared()
        for sheet in self.sheet_id:
            if sheet.state not in (*OPEN_FOR_LINES, "completed"):
                message = self.env._(
                    "Sheet %(sheet)s is settled; correct the costs of what it took in by a cost import.",
                    sheet=sheet.name,
                )
                raise UserError(message)

    # Standard prices

    def _set_standard_prices(self, costs, reason, moment):
        """Give products that are valued at a standard price, and have none, the average of what was entered for them;
        where lots are valued one by one, each lot.

        :param costs: dict of line → unit cost
        :param reason: for the history of prices
        :param moment: since when the price holds
        """
        entered = {}
        for line in self:
            product = line.product_id.with_company(line.company_id)
            if product.cost_method == "standard" and not line._get_standard_price():
                holder = line.lot_id.with_company(line.company_id) if product.lot_valuated else product
                quantity, value = entered.get(holder, (0.0, 0.0))
                entered[holder] = (quantity + line.gap_qty, value + line.gap_qty * costs[line])
        vals_list = []
        for holder, (quantity, value) in entered.items():
            holder.with_context(disable_auto_revaluation=True).standard_price = value / quantity
            if holder._name == "product.product":
                vals_list.append(self._prepare_price_vals(holder, reason, moment))
        self.env["product.value"].sudo().create(vals_list)

    @api.model
    def _prepare_price_vals(self, product, reason, moment):
        """The row of the history of a product's standard price."""
        return {
            "product_id": product.id,
            "company_id": product.env.company.id,
            "value": product.standard_price,
            "date": moment,
            "description": reason,
        }


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_given_cost(self):
        """The unit cost that was entered for what this move brings in, unless it has a standard price: 0 for none."""
        line = self.inventory_sheet_line_id.sudo()
        if not line.unit_cost or line.gap_qty <= 0 or self.product_id.cost_method == "standard":
            return 0.0
        return line.unit_cost

    def _has_given_value(self):
        return bool(self._get_given_cost())

    def _get_value_from_std_price(self, quantity, std_price=False, at_date=None):
        """What was entered on the sheet is what it cost."""
        cost = 0.0 if self.is_value_settled else self._get_given_cost()
        if not cost:
            return super()._get_value_from_std_price(quantity, std_price, at_date)
        description = self.env._("Unit cost entered on inventory sheet %(sheet)s", sheet=self.inventory_sheet_id.name)
        return self._prepare_value(cost * self._get_valued_qty(), quantity, description)
