"""Moves of components that are consumed before their run is closed."""

from odoo import api, models
from odoo.fields import Command

from .mrp_production_consumption import SHARE_KEY


class StockMove(models.Model):
    _inherit = "stock.move"

    # Consuming some of a component

    def _set_scanned_component(self, items):
        """Let this move take scanned items, and leave what else it asks for to another one.

        :param items: list of dicts `lot`, `package`, `quantity` in the unit of the product
        """
        self._use_product_unit()
        before = {
            "picked": self.picked,
            "entered": self._get_line_quantity() if self._has_entered_quantity() else None,
            "assigned": bool(self.move_line_ids),
        }
        reserved = self._set_scanned(items)
        taken = self._get_line_quantity()
        rest = self.product_id.uom_id.round(self.product_qty - taken)
        if self.product_id.uom_id.compare(rest, 0) > 0:
            self._split_component(rest)._take_over(reserved, taken, **before)

    def _use_product_unit(self):
        """What is scanned is whole in the unit of the product, and may not be so in that of this move: 5 pieces are no
        whole hundredth of a dozen."""
        unit = self.product_id.uom_id
        if self.product_uom != unit:
            move = self.with_context(do_not_unreserve=True, no_procurement=True)
            move.write({"product_uom": unit.id, "product_uom_qty": self.product_qty})

    def _has_entered_quantity(self):
        """Whether the quantity of this move is what closing the run will consume, and not just what is reserved."""
        production = self.raw_material_production_id
        return self.picked or not production.product_uom_id.is_zero(production.qty_producing)

    def _split_component(self, quantity):
        """Another move for what is asked for still.

        :param quantity: in the unit of the product
        """
        vals_list = self.with_context(no_procurement=True)._split(quantity)
        for vals in vals_list:
            vals |= {
                "state": "confirmed",
                "reservation_date": self.reservation_date,
                "workorder_id": self.workorder_id.id,
            }
        return self.create(vals_list)

    def _take_over(self, reserved, taken, picked, entered, assigned):
        """Go on where another move has left off.

        :param reserved: dict of ScanPlace → quantity: what it had reserved and does not take
        :param taken: what it takes
        :param picked: whether it was picked
        :param entered: what closing the run was to consume; None when that is open yet
        :param assigned: whether it had reserved anything
        """
        limit = self.product_qty if entered is None else entered - taken
        vals_list = []
        for place, quantity in reserved.items():
            if (quantity := min(quantity, limit)) > 0:
                vals_list.append(self._prepare_place_line_vals(place, quantity))
                limit -= quantity
        self.env["stock.move.line"].create(vals_list)
        self.picked = picked
        self._recompute_state()
        if entered is None and (assigned or self._should_assign_at_confirm()):
            self._action_assign()

    def _prepare_component_vals(self, uom, demand):
        """Values of one more move of a component like this one.

        :param demand: in `uom`
        """
        return {
            "product_uom": uom.id,
            "product_uom_qty": demand,
            "state": "draft",
            "workorder_id": self.workorder_id.id,
            "move_orig_ids": [Command.set(self.move_orig_ids.ids)],
        }

    # Closing the run

    def _set_quantity_done(self, qty):
        """Of a component that was posted in part, producing some consumes what is left for that."""
        if self.env.context.get(SHARE_KEY) and (left := self._get_left_to_consume()) is not None:
            qty = left
        return super()._set_quantity_done(qty)

    @api.depends("raw_material_production_id.move_raw_ids.state", "raw_material_production_id.move_raw_ids.quantity")
    def _compute_should_consume_qty(self):
        super()._compute_should_consume_qty()
        for move in self:
            if (left := move._get_left_to_consume()) is not None:
                move.should_consume_qty = left

    def _get_left_to_consume(self):
        """What producing what is being produced still takes of this move, in its own unit; None when nothing of the
        component was posted, or this move is done."""
        production = self.raw_material_production_id
        if not production or not self.product_uom or self.state in ("done", "cancel"):
            return None
        balance = production._get_component_balance(self.product_id)
        if balance is None:
            return None
        left = production._get_left_to_consume(self.product_id, balance)
        share = self.product_qty / balance[0] if balance[0] else 0
        quantity = self.product_id.uom_id._compute_quantity(left * share, self.product_uom, round=False)
        return self.product_uom.round(quantity)

    def _share_demand(self, quantity):
        """Ask for a quantity of the component in all, shared by these moves as they have it now.

        :param quantity: in the unit of the product
        """
        total = sum(self.mapped("product_qty"))
        for move in self:
            share = quantity * (move.product_qty / total if total else 1 / len(self))
            demand = move.product_id.uom_id._compute_quantity(share, move.product_uom, rounding_method="HALF-UP")
            if move.product_uom.compare(demand, move.product_uom_qty):
                assigned = bool(move.move_line_ids)
                move.product_uom_qty = demand
                if assigned:
                    move._action_assign()

    def _action_done(self, cancel_backorder=False):
        finished = self.filtered(lambda move: move.state not in ("done", "cancel"))
        finished.production_id._price_with_posted()
        return super()._action_done(cancel_backorder=cancel_backorder)

    @api.depends("raw_material_production_id")
    def _compute_forecast_information(self):
        """What was consumed already does not make a run wait for components."""
        super()._compute_forecast_information()
        for move in self.filtered(lambda move: move.state == "done" and move.raw_material_production_id):
            move.forecast_availability = move.product_qty

    # Handing over what was posted

    def _take_done(self, quantity):
        """Some of these done moves of one product; one is divided where that is needed.

        :param quantity: in the unit of the product
        :return: tuple of the moves that have so much, and the others
        """
        uom = self.product_id.uom_id
        taken = others = self.browse()
        for move in self:
            held = move._get_line_quantity()
            if uom.compare(quantity, 0) <= 0:
                others |= move
            else:
                taken |= move
                if uom.compare(held, quantity) > 0:
                    others |= move._split_done(uom.round(held - quantity))
            quantity = uom.round(quantity - held)
        return taken, others

    def _split_done(self, quantity):
        """Divide a done move, its value included. No stock moves: it is only said of some of it what it was for.

        :param quantity: in the unit of the product
        :return: the new move; none when serial numbers cannot be divided so finely
        """
        held = self._get_line_quantity()
        if not (lines := self._split_done_lines(quantity)):
            return self.browse()
        share = sum(lines.mapped("quantity_product_uom")) / held
        vals = self._prepare_done_part_vals(share)
        new = self.create(vals)
        self.with_context(no_procurement=True).write(
            {"product_uom_qty": self.product_uom_qty - vals["product_uom_qty"], "value": self.value - vals["value"]}
        )
        lines.move_id = new
        return new

    def _prepare_done_part_vals(self, share):
        return self.copy_data(
            {
                "state": "done",
                "picked": True,
                "date": self.date,
                "product_uom_qty": self.product_uom.round(self.product_uom_qty * share),
                "value": self.company_currency_id.round(self.value * share),
                "account_move_id": self.account_move_id.id,
                "move_orig_ids": [Command.set(self.move_orig_ids.ids)],
            }
        )[0]

    def _split_done_lines(self, quantity):
        """Lines of this done move that have `quantity` in the unit of the product, from the last one on."""
        uom = self.product_id.uom_id
        lines = self.env["stock.move.line"]
        for line in reversed(self.move_line_ids.sorted("id")):
            if uom.compare(quantity, 0) > 0:
                lines |= line if uom.compare(line.quantity_product_uom, quantity) <= 0 else line._split_done(quantity)
                quantity = uom.round(quantity - line.quantity_product_uom)
        return lines

    def _belong_to(self, production):
        """Say of what was consumed that it was for `production`."""
        moves = self.filtered(lambda move: move.raw_material_production_id != production)
        moves.write({"raw_material_production_id": production.id, "workorder_id": False})
        moves.move_line_ids.write({"production_id": production.id, "workorder_id": False})
