from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.scan_shelf import ScanPlace, ScanShelf


class StockMove(models.Model):
    """Moves that take what was scanned: the very lots and packages, from where they are."""

    _inherit = "stock.move"

    def _get_line_quantity(self):
        """What is on the lines of these moves of one product, in its unit."""
        quantity = sum(self.move_line_ids.mapped("quantity_product_uom"))
        return self.product_id.uom_id.round(quantity) if self else 0.0

    # Whether an item may be scanned

    def _check_scanned_item(self, lot, package, quantity):
        """Whether these moves, all of one product, may take an item.

        :param lot: empty for a product without tracking
        :param package: where it was scanned in; may be empty
        :param quantity: all that is scanned of this item, in the unit of the product
        :raises UserError: when the tracking number is missing, is that of another product or scanned twice, when the item
            is not in the place that these moves take from, or when that place is being counted
        """
        self._check_scanned_lot(lot, quantity)
        if self.product_id.is_storable:
            quants = self._find_scanned_quants(lot, package)
            if not quants and (lot or package):
                self._raise_not_in_place(lot, package)
            self._check_scanned_places(quants)

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

    def _check_scanned_places(self, quants):
        """
        :raises UserError: when all that was found is in places that are being counted, with the sheet's own message
        """
        if quants and quants == self._get_counted_quants(quants):
            mover = self.env["stock.move.line"].sudo().new(self[:1]._prepare_move_line_vals(reserved_quant=quants[0]))
            quants[0].location_id._get_counting_sheets()._check_not_blocked(mover)

    def _get_counted_quants(self, quants):
        """Those of `quants` that inventory sheets let nobody take from now."""
        sheets = quants.location_id._get_counting_sheets_around()
        if not sheets:
            return quants.browse()
        return quants - quants.filtered_domain(sheets._get_reservable_domain(self.product_id))

    # Where it is

    def _find_scanned_quants(self, lot, package):
        """What there is of an item in the places that these moves take from: loose stock first, then in the order in
        which Odoo removes it."""
        quant_model = self.env["stock.quant"].sudo()
        gathered = [quant_model._gather(self.product_id, place, lot_id=lot) for place in self.location_id]
        quants = quant_model.concat(*gathered).filtered(lambda quant: quant.quantity > 0)
        return quants._filter_scanned(lot, package).sorted(lambda quant: bool(quant.package_id))

    def _find_scanned_elsewhere(self, lot, package):
        """The places, among those that the user may see, where an item is."""
        domain = Domain("product_id", "=", self.product_id.id) & Domain("quantity", ">", 0)
        domain &= Domain("location_id.usage", "in", ("internal", "transit"))
        return self.env["stock.quant"].search(domain)._filter_scanned(lot, package).location_id[:5]

    # Taking it

    def _distribute_scanned(self, items):
        """Share scanned items out among these moves of one product: each takes what it needs, in order; what is more
        than all need goes to the last one.

        :param items: list of dicts `lot`, `package`, `quantity` in the unit of the product
        :return: dict of move → list of such dicts, of the moves that take something
        """
        uom = self.product_id.uom_id
        needed = {move: move.product_qty for move in self}
        shares = defaultdict(list)
        for item in items:
            left = item["quantity"]
            moves = self._filter_holding(item)
            for move in moves:
                taken = left if move == moves[-1] else min(left, needed[move])
                if uom.compare(taken, 0) > 0:
                    shares[move].append({**item, "quantity": taken})
                    needed[move] = max(uom.round(needed[move] - taken), 0)
                    left = uom.round(left - taken)
        return shares

    def _filter_holding(self, item):
        """Those of these moves that take from where the item is; all of them when that makes no difference."""
        if len(self.location_id) < 2:
            return self
        return self.filtered(lambda move: move._find_scanned_quants(item["lot"], item["package"])) or self

    def _set_scanned(self, items):
        """Let this move take scanned items and nothing else. What Odoo has reserved for it gives way, but is what is
        taken where it is the same.

        :param items: list of dicts `lot`, `package`, `quantity` in the unit of the product
        :return: dict of ScanPlace → quantity: what was reserved and is not taken
        """
        self.ensure_one()
        reserved, packed = self._release_reserved()
        shelf, picked = ScanShelf(self.product_id.uom_id, reserved), self._get_picked_by_place()
        vals_list = [
            self._prepare_scanned_line_vals(item, place, quantity, packed.get(place))
            for item in items
            for place, quantity in shelf.take(item["quantity"], self._get_scan_offers(item, reserved, picked)).items()
        ]
        self.env["stock.move.line"].create(vals_list)._apply_putaway_strategy()
        self.picked = True
        return shelf.get_left()

    def _release_reserved(self):
        """Take back what is reserved for this move.

        :return: two dicts of ScanPlace: what was reserved there, in the unit of the product, and the package that it
            was put in
        """
        reserved, packed = defaultdict(float), {}
        for line in self.move_line_ids:
            place = ScanPlace(*line._get_scan_place())
            reserved[place] += line.quantity_product_uom
            packed[place] = line.result_package_id
        self.move_line_ids.unlink()
        return reserved, packed

    def _get_scan_offers(self, item, reserved, picked):
        """Where an item may be taken from, best first: what was reserved for this move, what nobody has reserved, what
        is reserved for others; then what may not move, for Odoo to refuse it; at last the place of the move itself, where
        it must have been, if there is not so much of it in stock.

        :return: list of tuples of ScanPlace and how much may be taken from there in all
        """
        lot, package = item["lot"], item["package"]
        quants = self._find_scanned_quants(lot, package)
        counted = self._get_counted_quants(quants)
        by_place = {ScanPlace(*quant._get_scan_place()): quant for quant in quants - counted}
        offers = [(place, reserved[place]) for place in by_place if place in reserved]
        offers += [(place, quant.quantity - quant.reserved_quantity) for place, quant in by_place.items()]
        offers += [(place, quant.quantity - picked[place]) for place, quant in by_place.items()]
        offers += [(ScanPlace(*quant._get_scan_place()), quant.quantity) for quant in counted]
        nowhere = ScanPlace(self.location_id, lot, self.env["stock.package"], self.restrict_partner_id)
        return [*offers, (nowhere, float("inf"))]

    def _get_picked_by_place(self):
        """What of the product of this move is on its way already: Odoo takes back reservations for it, but not that.

        :return: dict of ScanPlace → quantity in the unit of the product
        """
        domain = Domain("product_id", "=", self.product_id.id) & Domain("picked", "=", True)
        domain &= Domain("state", "not in", ("done", "cancel"))
        by = ["location_id", "lot_id", "package_id", "owner_id"]
        groups = self.env["stock.move.line"].sudo()._read_group(domain, by, ["quantity_product_uom:sum"])
        return defaultdict(float, {ScanPlace(*place): quantity for *place, quantity in groups})

    def _prepare_scanned_line_vals(self, item, place, quantity, result_package):
        return self._prepare_place_line_vals(place, quantity) | {
            "lot_id": (item["lot"] or place.lot).id,
            "result_package_id": result_package and result_package.id,
            "picked": True,
        }

    def _prepare_place_line_vals(self, place, quantity):
        """Values of a line that takes `quantity` in the unit of the product from a ScanPlace."""
        return self._prepare_move_line_vals(quantity=quantity) | {
            "location_id": place.location.id,
            "lot_id": place.lot.id,
            "package_id": place.package.id,
            "owner_id": place.owner.id,
        }
