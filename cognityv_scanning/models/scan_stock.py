from collections import defaultdict

from odoo.fields import Domain

from ..tools.scan_shelf import ScanPlace, ScanShelf


class ScanStock:
    """What there is of scanned items in the places that moves take from; read at once for all of them.

    :param moves: stock.move records
    :param lots: the tracking numbers that were scanned; of products without, all is read
    """

    def __init__(self, moves, lots):
        self.env = moves.env
        self.moves, self.lots = moves, lots
        self._quants = self._read_quants()
        self._packages = {}
        self._shelves = {}
        self._picked = self._own = self._sheets = None

    # What there is

    def _read_quants(self):
        """All quants by product, loose stock first, then in the order in which Odoo removes them."""
        quants = self.env["stock.quant"].sudo()
        groups = self.moves.grouped(
            lambda move: (move.location_id, quants._get_removal_strategy(move.product_id, move.location_id))
        )
        for (place, strategy), moves in groups.items():
            quants |= self._search_quants(moves.product_id, place, strategy)
        return quants.sorted(lambda quant: bool(quant.package_id)).grouped("product_id")

    def _search_quants(self, products, place, strategy):
        quant_model = self.env["stock.quant"].sudo()
        domain = Domain("product_id", "in", products.filtered(lambda product: product.tracking == "none").ids)
        domain |= Domain("product_id", "in", products.ids) & Domain("lot_id", "in", self.lots.ids)
        domain &= Domain("location_id", "child_of", place.ids) & Domain("quantity", ">", 0)
        quants = quant_model.search(domain, order=quant_model._get_removal_strategy_order(strategy) or None)
        if strategy == "closest":
            quants = quants.sorted(lambda quant: (quant.location_id.complete_name, -quant.id))
        return quants

    def find(self, moves, lot, package):
        """The quants of an item in the places that `moves` of its product take from.

        :param lot: may be empty
        :param package: what is in it, or in packages within; may be empty
        """
        quants = self._quants.get(moves.product_id, self.env["stock.quant"].sudo())
        return quants.filtered(
            lambda quant: (
                (not lot or quant.lot_id == lot)
                and (not package or quant.package_id in self._get_packages_within(package))
                and any(quant.location_id._child_of(place) for place in moves.location_id)
            )
        )

    def _get_packages_within(self, package):
        if package not in self._packages:
            packages = self.env["stock.package"].sudo()
            self._packages[package] = packages.search([("id", "child_of", package.ids)])
        return self._packages[package]

    def get_counted(self, quants):
        """Those of `quants`, of one product, that inventory sheets let nobody take from now."""
        if self._sheets is None:
            places = self.env["stock.quant"].concat(*self._quants.values()).location_id
            self._sheets = places._get_counting_sheets_around()
        if not self._sheets or not quants:
            return quants.browse()
        return quants - quants.filtered_domain(self._sheets._get_reservable_domain(quants.product_id))

    # Who has it

    def _get_own(self, product):
        """What is reserved for these moves themselves, as dict of ScanPlace → quantity in the unit of the product."""
        if self._own is None:
            self._own = defaultdict(lambda: defaultdict(float))
            for line in self.moves.move_line_ids:
                self._own[line.product_id][ScanPlace(*line._get_scan_place())] += line.quantity_product_uom
        return self._own[product]

    def _get_picked(self, product):
        """What others have picked, and is on its way: Odoo takes back reservations for what is scanned, but not that."""
        if self._picked is None:
            domain = Domain("product_id", "in", self.moves.product_id.ids) & Domain("picked", "=", True)
            domain &= Domain("state", "not in", ("done", "cancel")) & Domain("move_id", "not in", self.moves.ids)
            by = ["product_id", "location_id", "lot_id", "package_id", "owner_id"]
            self._picked = defaultdict(lambda: defaultdict(float))
            groups = self.env["stock.move.line"].sudo()._read_group(domain, by, ["quantity_product_uom:sum"])
            for product_, *place, quantity in groups:
                self._picked[product_][ScanPlace(*place)] = quantity
        return self._picked[product]

    # Taking it

    def take(self, move, items):
        """Where a move takes scanned items from. What is taken once is not offered again.

        :param items: list of dicts `lot`, `package`, `quantity` in the unit of the product
        :return: dict of ScanPlace → quantity
        """
        product = move.product_id
        shelf = self._shelves.setdefault(product, ScanShelf(product.uom_id))
        taken = defaultdict(float)
        for item in items:
            for place, quantity in shelf.take(item["quantity"], self._get_offers(move, item)).items():
                taken[place._replace(lot=item["lot"] or place.lot)] += quantity
        return taken

    def _get_offers(self, move, item):
        """Where an item may be taken from, best first: what is reserved for this move, what nobody else has reserved,
        what others have; then what may not move, for Odoo to refuse it; at last the place of the move itself, where it
        must have been, if there is not so much of it in stock.

        :return: list of tuples of ScanPlace and how much may be taken from there in all
        """
        own, picked = self._get_own(move.product_id), self._get_picked(move.product_id)
        quants = self.find(move, item["lot"], item["package"])
        counted = self.get_counted(quants)
        by_place = {ScanPlace(*quant._get_scan_place()): quant for quant in quants - counted}
        reserved = move._get_reserved_by_place()
        offers = [(place, reserved[place]) for place in reserved if place in by_place]
        offers += [(place, quant.quantity - quant.reserved_quantity + own[place]) for place, quant in by_place.items()]
        offers += [(place, quant.quantity - picked[place]) for place, quant in by_place.items()]
        offers += [(ScanPlace(*quant._get_scan_place()), quant.quantity) for quant in counted]
        nowhere = ScanPlace(move.location_id, item["lot"], self.env["stock.package"], move.restrict_partner_id)
        return [*offers, (nowhere, float("inf"))]
