"""Moves of components that are consumed before their run is closed."""

from odoo import api, models
from odoo.fields import Command

from .mrp_production_consumption import SHARE_KEY


class StockMove(models.Model):
    _inherit = "stock.move"

    # Consuming some of a component

    def _set_scanned_components(self, stock, shares):
        """Let moves of components take scanned items, and leave what else they ask for to others.

        :param stock: ScanStock that has the items
        :param shares: dict of move → list of dicts `lot`, `package`, `quantity` in the unit of the product
        """
        moves = self.browse().union(*shares)
        moves._use_product_unit()
        before = {move: move._get_state_before_split() for move in moves}
        self._set_scanned(stock, shares)
        remainders = moves._split_components()
        self.env["stock.move.line"].create(
            [
                vals
                for move, remainder in remainders.items()
                for vals in remainder._prepare_taken_over(move, before[move])
            ]
        )
        for move, remainder in remainders.items():
            remainder._take_over(before[move])

    def _use_product_unit(self):
        """What is scanned is whole in the unit of the product, and may not be so in that of a move: 5 pieces are no whole
        hundredth of a dozen."""
        for move in self.with_context(do_not_unreserve=True, no_procurement=True):
            unit = move.product_id.uom_id
            if move.product_uom != unit:
                move.write({"product_uom": unit.id, "product_uom_qty": move.product_qty})

    def _get_state_before_split(self):
        """What whoever goes on where this move leaves off has to know: what was reserved, whether it was picked, and what
        closing the run was to consume, None while that is open."""
        return {
            "reserved": self._get_reserved_by_place(),
            "picked": self.picked,
            "entered": self._get_line_quantity() if self._has_entered_quantity() else None,
        }

    def _has_entered_quantity(self):
        """Whether the quantity of this move is what closing the run will consume, and not just what is reserved."""
        production = self.raw_material_production_id
        return self.picked or not production.product_uom_id.is_zero(production.qty_producing)

    def _split_components(self):
        """Other moves for what is asked for beyond what these take.

        :return: dict of move → new move, where there is something left
        """
        vals_list, split = [], self.browse()
        for move in self.with_context(no_procurement=True):
            rest = move.product_id.uom_id.round(move.product_qty - move._get_line_quantity())
            if move.product_id.uom_id.compare(rest, 0) > 0:
                vals_list += [vals | move._prepare_remainder_vals() for vals in move._split(rest)]
                split |= move
        return dict(zip(split, self.create(vals_list), strict=True))

    def _prepare_remainder_vals(self):
        return {
            "state": "confirmed",
            "reservation_date": self.reservation_date,
            "workorder_id": self.workorder_id.id,
        }

    def _prepare_taken_over(self, move, before):
        """Values of lines for what was reserved for `move`, and is not taken by it; no more than this move asks for."""
        taken = move._get_reserved_by_place()
        limit = self.product_qty if before["entered"] is None else before["entered"] - move._get_line_quantity()
        vals_list = []
        for place, quantity in before["reserved"].items():
            if (quantity := min(quantity - taken[place], limit)) > 0:
                vals_list.append(self._prepare_place_line_vals(place, quantity))
                limit -= quantity
        return vals_list

    def _take_over(self, before):
        """Go on where another move has left off."""
        self.picked = before["picked"]
        self._recompute_state()
        if before["entered"] is None and (before["reserved"] or self._should_assign_at_confirm()):
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

    def _compute_should_consume_qty(self):
        result = super()._compute_should_consume_qty()
        for move in self:
            if (left := move._get_left_to_consume()) is not None:
                move.should_consume_qty = left
        return result

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
        result = super()._compute_forecast_information()
        for move in self.filtered(lambda move: move.state == "done" and move.raw_material_production_id):
            move.forecast_availability = move.product_qty
        return result

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
