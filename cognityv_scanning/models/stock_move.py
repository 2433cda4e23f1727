from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.scan_shelf import ScanPlace
from .scan_stock import ScanStock


class StockMove(models.Model):
    """Moves that take what was scanned: the very lots and packages, from where they are."""

    _inherit = "stock.move"

    def _get_line_quantity(self):
        """What is on the lines of these moves of one product, in its unit."""
        quantity = sum(self.move_line_ids.mapped("quantity_product_uom"))
        return self.product_id.uom_id.round(quantity) if self else 0.0

    def _get_reserved_by_place(self):
        """What is on the lines of this move, as dict of ScanPlace → quantity in the unit of the product."""
        reserved = defaultdict(float)
        for line in self.move_line_ids:
            reserved[ScanPlace(*line._get_scan_place())] += line.quantity_product_uom
        return reserved

    # Whether an item may be scanned

    def _check_scanned_items(self, items):
        """Whether these moves may take scanned items.

        :param items: list of dicts `product`, `lot`, `package` and `quantity`: all that is scanned of the item, in the
            unit of the product
        :raises UserError: when a tracking number is missing, is that of another product or scanned twice, when an item
            is not in the place that these moves take from, or when that place is being counted
        """
        moves = self.grouped("product_id")
        stock = ScanStock(self, self.env["stock.lot"].union(*(item["lot"] for item in items)))
        for item in items:
            moves[item["product"]]._check_scanned_item(stock, item["lot"], item["package"], item["quantity"])

    def _check_scanned_item(self, stock, lot, package, quantity):
        self._check_scanned_lot(lot, quantity)
        if self.product_id.is_storable:
            quants = stock.find(self, lot, package)
            if not quants and (lot or package):
                self._raise_not_in_place(lot, package)
            self._check_scanned_places(quants, stock.get_counted(quants))

    def _check_scanned_lot(self, lot, quantity):
        product = self.product_id
        names = {"lot": lot.name, "product": product.display_name, "other": lot.product_id.display_name}
        if lot and lot.product_id != product:
            raise UserError(self.env._("%(lot)s is a tracking number of %(other)s, not of %(product)s.", **names))
        if product.tracking != "none" and not lot:
            raise UserError(self.env._("%(product)s has tracking numbers; scan the number of what you take.", **names))
        if product.tracking == "serial" and product.uom_id.compare(quantity, 1) > 0:
            message = self.env._(
                "Serial number %(lot)s of %(product)s was scanned already; scan the next one.", **names
            )
            raise UserError(message)

    def _raise_not_in_place(self, lot, package):
        names = {
            "item": " ".join(filter(None, [self.product_id.display_name, lot.name, package.display_name])),
            "wanted": ", ".join(self.location_id.mapped("display_name")),
            "places": ", ".join(self._find_scanned_elsewhere(lot, package).mapped("display_name")),
        }
        if names["places"]:
            message = self.env._(
                "%(item)s is in %(places)s, but is taken from %(wanted)s here; move it there first, or take another one.",
                **names,
            )
        else:
            message = self.env._(
                "%(item)s is not in %(wanted)s; take another one, or correct the stock if it is there.", **names
            )
        raise UserError(message)

    def _check_scanned_places(self, quants, counted):
        """
        :raises UserError: when all that was found is in places that are being counted, with the sheet's own message
        """
        if quants and quants == counted:
            mover = self.env["stock.move.line"].sudo().new(self[:1]._prepare_move_line_vals(reserved_quant=quants[0]))
            quants[0].location_id._get_counting_sheets()._check_not_blocked(mover)

    def _find_scanned_elsewhere(self, lot, package):
        """The places, among those that the user may see, where an item is."""
        domain = Domain("product_id", "=", self.product_id.id) & Domain("quantity", ">", 0)
        domain &= Domain("location_id.usage", "in", ("internal", "transit"))
        if lot:
            domain &= Domain("lot_id", "=", lot.id)
        if package:
            domain &= Domain("package_id", "child_of", package.ids)
        return self.env["stock.quant"].search(domain, limit=5).location_id

    # Taking it

    def _distribute_scanned(self, items, stock):
        """Share scanned items out among these moves of one product: each takes what it needs, in order; what is more
        than all need goes to the last one.

        :param items: list of dicts `lot`, `package`, `quantity` in the unit of the product
        :param stock: ScanStock, to know which moves take from where an item is
        :return: dict of move → list of such dicts, of the moves that take something
        """
        uom = self.product_id.uom_id
        needed = {move: move.product_qty for move in self}
        shares = defaultdict(list)
        for item in items:
            left = item["quantity"]
            moves = self._filter_holding(item, stock)
            for move in moves:
                taken = left if move == moves[-1] else min(left, needed[move])
                if uom.compare(taken, 0) > 0:
                    shares[move].append({**item, "quantity": taken})
                    needed[move] = max(uom.round(needed[move] - taken), 0)
                    left = uom.round(left - taken)
        return shares

    def _filter_holding(self, item, stock):
        """Those of these moves that take from where the item is; all of them when that makes no difference."""
        if len(self.location_id) < 2:
            return self
        return self.filtered(lambda move: stock.find(move, item["lot"], item["package"])) or self

    def _share_scanned(self, scanned):
        """Share scanned items out among these moves.

        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        :return: ScanStock that has them, and dict of move → what it takes, as list of such dicts
        """
        stock = ScanStock(self, self.env["stock.lot"].union(*(item["lot"] for item in scanned)))
        shares = {}
        for product, moves in self.grouped("product_id").items():
            shares |= moves._distribute_scanned([item for item in scanned if item["product"] == product], stock)
        return stock, shares

    def _set_scanned(self, stock, shares):
        """Let moves take scanned items and nothing else. What Odoo has reserved for them gives way, but is what is taken
        where it is the same.

        :param shares: dict of move → list of dicts `lot`, `package`, `quantity` in the unit of the product
        """
        vals_list, unused = [], self.env["stock.move.line"]
        plans = {move: stock.take(move, items) for move, items in shares.items()}
        for move, places in plans.items():
            unused |= move.move_line_ids.filtered(lambda line, places=places: not line._fits_scan(places))
        unused.unlink()
        for move, places in plans.items():
            missing = move._fill_lines(places)
            vals_list += [move._prepare_place_line_vals(*place) | {"picked": True} for place in missing.items()]
        self.env["stock.move.line"].create(vals_list)._apply_putaway_strategy()
        self.browse().union(*shares).picked = True

    def _fill_lines(self, places):
        """Set the lines of this move to what it takes.

        :param places: dict of ScanPlace → quantity in the unit of the product
        :return: such a dict of what has no line
        """
        missing = dict(places)
        for line in self.move_line_ids:
            line._set_product_quantity(missing.pop(ScanPlace(*line._get_scan_place())))
        return missing

    def _prepare_place_line_vals(self, place, quantity):
        """Values of a line that takes `quantity` in the unit of the product from a ScanPlace."""
        return self._prepare_move_line_vals(quantity=quantity) | {
            "location_id": place.location.id,
            "lot_id": place.lot.id,
            "package_id": place.package.id,
            "owner_id": place.owner.id,
        }
