"""Components that are consumed before their run is closed.

Odoo consumes when it closes a run, and looks at what was consumed before as if it were not there: it would split it
again into the back-order, leave it out of the cost and of the traceability, and take its serial numbers for used
elsewhere. Here is what makes the whole come out as if all had been consumed in the end.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.quantity_text import quantity_text

# The moves of runs whose price is to count them too, by the id of the run.
POSTED_KEY = "posted_consumption"
# Set while Odoo sets the quantities of components according to what is being produced.
SHARE_KEY = "share_posted_consumption"


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    # What is posted

    def _get_posted_moves(self):
        """What was consumed and is not part of a finished product yet."""
        return self.move_raw_ids.filtered(lambda move: move.state == "done" and not move.move_line_ids.produce_line_ids)

    def _get_open_moves(self, product):
        return self.move_raw_ids.filtered(
            lambda move: move.product_id == product and move.state not in ("done", "cancel")
        )

    def _get_component_balance(self, product):
        """What of a component is open still, and what was posted, in the unit of the product; None when nothing was."""
        posted = self._get_posted_moves().filtered(lambda move: move.product_id == product)
        if not posted:
            return None
        return (
            sum(self._get_open_moves(product).mapped("product_qty")),
            posted._get_line_quantity(),
        )

    def _get_component_balances(self):
        """The same of all components that were posted, as a dict by product."""
        return {product: self._get_component_balance(product) for product in self._get_posted_moves().product_id}

    # Posting

    def _post_scanned(self, scanned):
        """Consume scanned items now. The run goes on with what is left.

        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        :return: the moves, which are done
        """
        self.ensure_one()
        products = self.env["product.product"].union(*(item["product"] for item in scanned))
        moves = self.env["stock.move"].union(
            *(self._get_open_moves(product) or self._add_component_move(product) for product in products)
        )
        stock, shares = moves._share_scanned(scanned)
        moves._set_scanned_components(stock, shares)
        posted = moves.browse().union(*shares)
        posted.with_context(skip_mo_check=True)._action_done(cancel_backorder=True)
        return posted

    def _add_component_move(self, product, demand=0.0):
        """One more move of a component all of which was consumed already.

        :param demand: in the unit of the product
        """
        last = self.move_raw_ids.filtered(lambda move: move.product_id == product and move.state == "done")[-1:]
        vals = last.copy_data(last._prepare_component_vals(product.uom_id, demand))
        move = self.env["stock.move"].create(vals)
        move._action_confirm(merge=False)
        return move

    # Closing: how much is still to be consumed

    def _set_qty_producing(self, pick_manual_consumption_moves=True):
        """Of components that were posted in part, Odoo sets what is left (see `stock.move._set_quantity_done`)."""
        productions = self.with_context(**{SHARE_KEY: True})
        return super(MrpProduction, productions)._set_qty_producing(pick_manual_consumption_moves)

    def _get_left_to_consume(self, product, balance):
        """What producing `qty_producing` still takes of a component, some of which was posted.

        :param balance: tuple (open, posted) in the unit of the product
        """
        open_quantity, posted = balance
        share = (self.qty_producing - self.qty_produced) / ((self.product_qty - self.qty_produced) or 1)
        return max(product.uom_id.round((open_quantity + posted) * share - posted), 0)

    def _update_raw_moves(self, factor):
        """When more or less is to be produced, what was posted counts for the new quantity."""
        balances = self._get_component_balances()
        update_info = super()._update_raw_moves(factor)
        old_quantities = {move: old for move, old, _new in update_info}
        for product, (open_quantity, posted) in balances.items():
            left = max(product.uom_id.round((open_quantity + posted) * factor - posted), 0)
            if moves := self._get_open_moves(product):
                moves._share_demand(left)
            elif left:
                self._add_component_move(product, left)
        return [(move, old, move.product_uom_qty) for move, old in old_quantities.items()]

    # Closing: with a back-order

    def _split_productions(self, amounts=False, cancel_remaining_qty=False, set_consumed_qty=False):
        """What was posted stays with what is finished now, as far as that needs it; the rest goes with the others."""
        before = {production: (production.product_qty, production._get_component_balances()) for production in self}
        posted = self._get_posted_moves().filtered(lambda move: not move.additional)
        # Odoo would split them again.
        posted.additional = True
        productions = super()._split_productions(amounts, cancel_remaining_qty, set_consumed_qty)
        posted.additional = False
        for production, parts in self._group_parts(productions).items():
            quantity, balances = before[production]
            for product, balance in balances.items():
                production._share_component(product, balance, quantity, parts)
        return productions

    def _group_parts(self, productions):
        """
        :param productions: each of these runs, followed by those that were split off
        :return: dict of run → list of it and those that were split off
        """
        groups, parts = {}, []
        for production in productions:
            if production in self:
                parts = groups[production] = []
            parts.append(production)
        return groups

    def _share_component(self, product, balance, quantity, parts):
        """Share a component, some of which was posted, among the parts of this run.

        Each part needs it by its quantity. What was posted is used up by the first ones; what was posted beyond all
        that is needed is shared by quantity, too.

        :param balance: tuple (open, posted) before the split, in the unit of the product
        :param quantity: what this run was to produce then
        """
        uom = product.uom_id
        open_quantity, posted = balance
        needed = reached = 0.0
        given = []
        for part in parts:
            needed += (open_quantity + posted) * part.product_qty / quantity
            given.append(uom.round(min(needed, posted)) - sum(given))
            left = max(uom.round(needed - reached) - given[-1], 0)
            reached = uom.round(needed)
            part._get_open_moves(product).with_context(no_procurement=True)._share_demand(left)
        self._hand_over_posted(product, parts, given)

    def _hand_over_posted(self, product, parts, given):
        """Give what was posted to the parts of this run; the last one has what is left.

        :param given: for each part, in the unit of the product
        """
        moves = self._get_posted_moves().filtered(lambda move: move.product_id == product)
        for part, quantity in zip(parts[:-1], given, strict=False):
            taken, moves = moves._take_done(quantity)
            taken._belong_to(part)
        moves._belong_to(parts[-1])

    # Closing: what the bill of materials allows

    def _get_consumption_issues(self):
        """What the back-order will take over of what was posted is not consumed for what is finished now."""
        issues = super()._get_consumption_issues()
        return [issue for issue in map(self._correct_consumption_issue, issues) if issue]

    def _set_component_total(self, product, quantity):
        """Let closing the run consume so much of a component that was posted in part, in all.

        :param quantity: in the unit of the product
        :return: whether the component is one that was posted in part
        """
        balance = self._get_component_balance(product)
        if balance is None:
            return False
        own = balance[1] - self._get_handed_over_later(product)
        left = max(product.uom_id.round(quantity - own), 0)
        moves = self._get_open_moves(product)
        if left and not moves:
            moves = self._add_component_move(product, left)
        for move in moves:
            move.quantity = product.uom_id._compute_quantity(left, move.product_uom, rounding_method="HALF-UP")
            move.picked = True
            left = 0
        return True

    @api.model
    def _correct_consumption_issue(self, issue):
        production, product, consumed, expected = issue
        consumed -= production._get_handed_over_later(product)
        return (production, product, consumed, expected) if product.uom_id.compare(consumed, expected) else None

    def _get_handed_over_later(self, product):
        """How much of what was posted of a component a back-order will take over, in the unit of the product."""
        balance = self._get_component_balance(product)
        if not balance or not self._will_have_backorder():
            return 0.0
        open_quantity, posted = balance
        return max(posted - product.uom_id.round((open_quantity + posted) * self.qty_producing / self.product_qty), 0)

    def _will_have_backorder(self):
        if self.product_uom_id.is_zero(self._get_quantity_to_backorder()):
            return False
        if self.env.context.get("skip_backorder"):
            return self.id in (self.env.context.get("mo_ids_to_backorder") or [])
        return self.picking_type_id.create_backorder != "never"

    def _check_sn_uniqueness(self):
        """Odoo takes a serial number for used elsewhere once a move with it is done for a run: what was posted for this
        very run is told from that by not saying so meanwhile."""
        lines = self._get_posted_moves().move_line_ids.filtered(lambda line: line.product_id.tracking == "serial")
        lines.production_id = False
        result = super()._check_sn_uniqueness()
        lines.production_id = self
        return result

    # Closing: cost and traceability

    def _post_inventory(self, cancel_backorder=False):
        posted = {production: production._get_posted_moves() for production in self}
        ids = {production.id: moves.ids for production, moves in posted.items() if moves}
        productions = self.with_context(**{POSTED_KEY: ids}) if ids else self
        result = super(MrpProduction, productions)._post_inventory(cancel_backorder=cancel_backorder)
        for production, moves in posted.items():
            finished_lines = production.move_finished_ids.move_line_ids
            finished_lines.consume_line_ids = [Command.link(line.id) for line in moves.move_line_ids]
        return result

    def _price_with_posted(self):
        """Price what is about to be finished with all that was consumed for it.

        Odoo has priced it by what it consumes now, and add-ons that price it, such as `mrp_account`, may come before or
        after this one: so it is priced again as a whole. What is consumed is in no finished product yet.
        """
        posted = self.env.context.get(POSTED_KEY) or {}
        for production in self:
            if production.id in posted:
                production._cal_price(production._get_posted_moves())

    # Afterwards

    def write(self, vals):
        """What was consumed keeps its date when the run is planned anew."""
        posted = self._get_posted_moves() if vals.get("date_start") else self.env["stock.move"]
        dates = {move: move.date for move in posted}
        result = super().write(vals)
        for move, date in dates.items():
            move.date = date
        return result

    def copy_data(self, default=None):
        """A component that was consumed in several steps is asked for once."""
        vals_list = super().copy_data(default=default)
        for production, vals in zip(self, vals_list, strict=True):
            if vals.get("move_raw_ids"):
                vals["move_raw_ids"] = production._merge_components(vals["move_raw_ids"])
        return vals_list

    def _merge_components(self, commands):
        """
        :param commands: that create components; those of one line of the run's own bill of materials become one
        """
        merged = {}
        for _create, _id, vals in commands:
            own = vals.get("bom_line_id") in self.bom_id.bom_line_ids.ids
            key = (vals["bom_line_id"], vals["product_id"], vals["product_uom"]) if own else object()
            if key in merged:
                merged[key]["product_uom_qty"] += vals["product_uom_qty"]
            else:
                merged[key] = vals
        return [Command.create(vals) for vals in merged.values()]

    def _action_cancel(self):
        """What was consumed stays consumed, and the discussion says so."""
        result = super()._action_cancel()
        for production in self.filtered(lambda production: production.state == "cancel"):
            if posted := production._get_posted_moves():
                used = ", ".join(
                    quantity_text(product, moves._get_line_quantity())
                    for product, moves in posted.grouped("product_id").items()
                )
                production._message_log(
                    body=self.env._("Cancelled, but these were used and stay so: %(used)s.", used=used)
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_consumed(self):
        """Its moves would go with it."""
        if consumed := self.filtered(lambda production: production._get_posted_moves())[:1]:
            message = self.env._(
                "Components were consumed for production %(run)s; it cannot be deleted. It may stay cancelled.",
                run=consumed.name,
            )
            raise UserError(message)
