from odoo import models
from odoo.exceptions import UserError

from ..tools.quantity_text import quantity_text

# What a run may be while components are logged for it.
SCANNABLE_STATES = ("confirmed", "progress", "to_close")


class MrpProduction(models.Model):
    """A production run whose components are logged by scanning."""

    _name = "mrp.production"
    _inherit = ["mrp.production", "stock.scan.document.mixin"]

    def _check_scannable(self):
        """
        :raises UserError: when no component can be logged for this run
        """
        self.ensure_one()
        if message := self._get_scan_obstacle():
            raise UserError(message)

    def _get_scan_obstacle(self):
        """Why no component can be logged for this run: a sentence, or None."""
        names = {"run": self.name, "product": self.product_id.display_name}
        if self.state == "draft":
            return self.env._("Production %(run)s is a draft; confirm it first.", **names)
        if self.state == "cancel":
            return self.env._("Production %(run)s is cancelled; nothing can be logged for it.", **names)
        if self.state not in SCANNABLE_STATES:
            return self.env._("Production %(run)s is done; nothing can be logged for it any more.", **names)
        if self.bom_id.type == "subcontract":
            return self.env._(
                "%(product)s of production %(run)s is made by a subcontractor; log the components with the receipt.",
                **names,
            )
        if not self._get_scannable_moves():
            return self.env._("Production %(run)s has no components to log.", **names)
        return None

    def _get_scan_title(self):
        return self.name

    def _get_scan_subtitle(self):
        return self.product_id.display_name

    def _get_scannable_moves(self):
        return self.move_raw_ids.filtered(lambda move: move.state != "cancel")

    # What is needed

    def _get_scan_requirements(self):
        """The components: asked for in all, and used already.

        :return: list of dicts `product`, `lot` (empty), `quantity`, `done`, in the unit of the product
        """
        return [
            {
                "product": product,
                "lot": self.env["stock.lot"],
                "quantity": self._get_component_demand(moves),
                "done": self._get_component_done(moves),
            }
            for product, moves in self._get_scannable_moves().grouped("product_id").items()
        ]

    def _get_component_demand(self, moves):
        """What a run needs of a component in all, in the unit of the product: while some of it is open, that and what was
        used is all; else what was planned."""
        open_moves = moves.filtered(lambda move: move.state != "done")
        if open_moves:
            return self._get_component_done(moves) + sum(open_moves.mapped("product_qty"))
        return sum(moves.mapped("product_qty"))

    def _get_component_done(self, moves):
        return moves.filtered(lambda move: move.state == "done")._get_line_quantity()

    def _get_scan_done_lots(self):
        return self.move_raw_ids.filtered(lambda move: move.state == "done").move_line_ids.lot_id

    def _get_scan_places(self):
        return self.location_src_id

    # One scan

    def _check_scan(self, product, lot, package, quantity):
        """
        :raises UserError: when the item is not a component of this run, or cannot be taken where it is
        """
        self._check_scannable()
        self._check_scanned([{"product": product, "lot": lot, "package": package, "quantity": quantity}])

    def _check_scanned(self, scanned):
        """
        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        :raises UserError: for the first one that cannot be logged
        """
        totals = self._get_scanned_totals(scanned)
        moves = self._get_scannable_moves().filtered(lambda move: move.product_id in totals)
        by_product = moves.grouped("product_id")
        for product, quantity in totals.items():
            if product not in by_product:
                raise UserError(self._get_wrong_item_message(product))
            self._check_not_over_strict(product, by_product[product], quantity)
        moves._check_scanned_items(scanned)

    def _get_wrong_item_message(self, item):
        return self.env._(
            "%(item)s is not a component of production %(run)s of %(product)s; put it back.",
            item=item.display_name,
            run=self.name,
            product=self.product_id.display_name,
        )

    def _get_scanned_totals(self, scanned):
        """
        :return: dict of product → quantity in its unit
        """
        totals = {}
        for item in scanned:
            totals[item["product"]] = totals.get(item["product"], 0.0) + item["quantity"]
        return totals

    def _check_not_over_strict(self, product, moves, quantity):
        """
        :raises UserError: when the bill of materials allows no more, and the user is not one who may close the run with
            more, either
        """
        if self.consumption != "strict" or not self.bom_id or self.env.user.has_group("mrp.group_mrp_manager"):
            return
        allowed = product.uom_id.round(self._get_component_demand(moves) - self._get_component_done(moves))
        if product.uom_id.compare(quantity, allowed) > 0:
            message = self.env._(
                "The bill of materials of production %(run)s allows no more than %(quantity)s; ask a manufacturing "
                "manager to log more.",
                run=self.name,
                quantity=quantity_text(product, max(allowed, 0)),
            )
            raise UserError(message)

    # Submit

    def _submit_scanned(self, scanned, choices):
        """Post what was scanned as consumed now; the run goes on.

        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        :return: a sentence that says what was consumed, and what remains
        :raises UserError: when something of it cannot be consumed; nothing has changed then
        """
        self.check_access("write")
        self._check_scannable()
        self._check_scanned(scanned)
        self._post_scanned(scanned)
        sentence = self._get_submit_sentence(scanned)
        self._post_scan_log(sentence)
        return sentence

    def _get_submit_sentence(self, scanned):
        used = ", ".join(quantity_text(*total) for total in self._get_scanned_totals(scanned).items())
        remaining = ", ".join(quantity_text(*left) for left in self._get_remaining_components())
        if remaining:
            return self.env._(
                "%(run)s has used %(used)s. Remaining: %(remaining)s.", run=self.name, used=used, remaining=remaining
            )
        return self.env._("%(run)s has used %(used)s. No component remains.", run=self.name, used=used)

    def _get_remaining_components(self):
        """
        :return: list of tuples of product and what remains of it, in its unit
        """
        needs = [(need["product"], need["quantity"] - need["done"]) for need in self._get_scan_requirements()]
        return [(product, left) for product, left in needs if product.uom_id.compare(left, 0) > 0]
