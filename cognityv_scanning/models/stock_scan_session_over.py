from collections import defaultdict
from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError

from ..tools.quantity_text import number_text, quantity_text


class TooMuch(NamedTuple):
    """An item of which there would be too much, in the unit of the product."""

    required: float
    done: float
    scanned: float

    @property
    def open(self):
        return max(self.required - self.done, 0.0)


class StockScanSession(models.Model):
    """More than an order asks for, although nobody said so when it was scanned: somebody else has delivered or used a part
    of it in Odoo meanwhile, or the order was changed. Who submits says what of it."""

    _inherit = "stock.scan.session"

    def _get_too_much(self):
        """What would be too much by now, without what people confirmed to be too much when they scanned it.

        :return: dict of (product id, lot id or False) → TooMuch
        """
        required = self._get_required_by_item()
        scanned, confirmed = defaultdict(float), defaultdict(float)
        for (product_id, lot_id, _package_id), total in self._get_item_sums().items():
            line_item = self._get_line_item(required, product_id, lot_id)
            scanned[line_item] += total.quantity
            confirmed[line_item] += total.confirmed_over
        found = {item: TooMuch(*required.get(item, (0.0, 0.0)), quantity) for item, quantity in scanned.items()}
        return {
            item: too_much
            for item, too_much in found.items()
            if self._get_unit(item).compare(too_much.scanned - confirmed[item], too_much.open) > 0
        }

    def _check_step(self):
        """
        :raises UserError: when the step that something was scanned for is done: what was picked is not shipped by that
        """
        steps = self.env["stock.picking.type"].union(*self._get_document()._get_scan_steps().values())
        domain = [("session_id", "=", self.id), ("outcome", "=", "accepted"), ("undone_at", "=", False)]
        domain += [("picking_type_id", "!=", False), ("picking_type_id", "not in", steps.ids)]
        if event := self.env["stock.scan.event"].sudo().search(domain, limit=1):
            message = self.env._(
                "%(product)s was scanned for %(step)s, which is done meanwhile; cancel this session, open "
                "%(title)s again and scan what comes next.",
                product=event.product_id.display_name,
                step=event.picking_type_id.name,
                title=self._get_title(),
            )
            raise UserError(message)

    def _get_unit(self, line_item):
        return self.env["product.product"].browse(line_item[0]).uom_id

    def _get_over_choices(self):
        """What of it, asked when there would be too much of something."""
        if not (too_much := self._get_too_much()):
            return []
        options = [
            {
                "value": "open",
                "label": self.env._("Only what is still open"),
                "help": self.env._("What is more than that was logged by others already, or stays here."),
            },
            {
                "value": "all",
                "label": self.env._("All that was scanned"),
                "help": self.env._("It comes on top of what was logged by others: there really is more."),
            },
        ]
        question = self.env._(
            "This has become more than is asked for: %(items)s. What is logged?", items=self._describe(too_much)
        )
        return [{"name": "over", "question": question, "options": options, "default": False}]

    def _describe(self, too_much):
        texts = []
        for (product_id, _lot_id), item in too_much.items():
            scanned = quantity_text(self.env["product.product"].browse(product_id), item.scanned)
            texts.append(
                self.env._("%(scanned)s, open: %(open)s", scanned=scanned, open=number_text(self.env, item.open))
            )
        return "; ".join(texts)

    def _take_of_too_much(self, scanned, choices):
        """What is logged of what was scanned.

        :param scanned: list of dicts as of `_get_scanned`
        :raises UserError: when it has to be said first, or nothing is left
        """
        too_much = self._get_too_much()
        if not too_much or choices.get("over") == "all":
            return scanned
        if "over" not in choices:
            message = self.env._(
                "More than is asked for was scanned by now (%(items)s); say on the review whether all of it is logged.",
                items=self._describe(too_much),
            )
            raise UserError(message)
        return self._limit_to_open(scanned, too_much)

    def _limit_to_open(self, scanned, too_much):
        """Leave out what is too much; first of all what has the tracking number of something that was done before.

        :raises UserError: when nothing is left
        """
        required, done_lots = self._get_required_by_item(), self._get_document()._get_scan_done_lots()
        left = {item: amount.open for item, amount in too_much.items()}
        taken = []
        for item in sorted(scanned, key=lambda item: item["lot"] in done_lots):
            unit = item["product"].uom_id
            line_item = self._get_line_item(required, item["product"].id, item["lot"].id)
            quantity = min(item["quantity"], left.get(line_item, item["quantity"]))
            if line_item in left:
                left[line_item] = unit.round(left[line_item] - quantity)
            if not unit.is_zero(quantity):
                taken.append({**item, "quantity": quantity})
        if not taken:
            message = self.env._(
                "All that was scanned for %(title)s was logged by others meanwhile; cancel this session.",
                title=self._get_title(),
            )
            raise UserError(message)
        return taken

    def _get_left_out_sentence(self, scanned, taken):
        """What of it was not logged; empty when all was."""
        left_out = defaultdict(float)
        for items, sign in ((scanned, 1), (taken, -1)):
            for item in items:
                left_out[item["product"]] += sign * item["quantity"]
        texts = [
            quantity_text(product, quantity)
            for product, quantity in left_out.items()
            if not product.uom_id.is_zero(quantity)
        ]
        return texts and self.env._("Not logged, as it was too much: %(items)s.", items=", ".join(texts))
