from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """A sale order whose deliveries are logged by scanning.

    What is scanned is what has to leave in one step of the delivery: of a pick-pack-ship chain the first step, seen from
    the stock, that has something ready; so nobody who picks in the racks ships by mistake.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "stock.scan.document.mixin"]

    def _check_scannable(self):
        """
        :raises UserError: when nothing can be logged for this order
        """
        self.ensure_one()
        if message := self._get_scan_obstacle():
            raise UserError(message)

    def _get_scan_obstacle(self):
        """Why nothing can be logged for this order: a sentence, or None."""
        if self.state in ("draft", "sent"):
            return self.env._("Order %(order)s is a quotation; confirm it first.", order=self.name)
        if self.state == "cancel":
            return self.env._("Order %(order)s is cancelled; nothing can be logged for it.", order=self.name)
        if self._get_scan_moves():
            return None
        return self._get_nothing_to_ship_message()

    def _get_nothing_to_ship_message(self):
        moves = self.picking_ids.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        if moves.filtered(lambda move: move._is_dropshipped()):
            return self.env._(
                "What is open of order %(order)s goes from the vendor straight to the customer; it does not pass here.",
                order=self.name,
            )
        if moves.filtered(lambda move: move._leaves_to_customer() and not move.product_id.is_storable):
            return self.env._(
                "What is open of order %(order)s is not kept in stock; validate its transfer in Odoo.", order=self.name
            )
        return self.env._(
            "Order %(order)s has nothing to ship; all of it was delivered or called off.", order=self.name
        )

    def _get_scan_title(self):
        return self.name

    def _get_scan_subtitle(self):
        transfers = self._get_scan_moves().picking_id.mapped("name")
        return " · ".join([self.partner_id.display_name, *transfers])

    # Which step of the delivery

    def _get_scan_moves(self):
        """What has to leave now: the open moves of goods kept in stock, of the step that can be worked on; what is
        planned first comes first."""
        moves = self.picking_ids.move_ids.filtered(lambda move: move._is_open_for_sale())
        ready = moves.filtered(lambda move: move.state in ("assigned", "partially_available")) or moves
        depths = {move: move._get_delivery_depth() for move in moves}
        depth = min((depths[move] for move in ready), default=0)
        step = moves.filtered(lambda move: depths[move] == depth)
        return step.sorted(lambda move: (move.picking_id.scheduled_date, move.picking_id.id, move.sequence, move.id))

    def _get_scan_done_moves(self, moves):
        """What was done before in the same step as `moves`."""
        types = moves.picking_type_id
        return self.picking_ids.move_ids.filtered(
            lambda move: move.state == "done" and move.picking_type_id in types and move._leaves_to_customer()
        )

    # What is needed

    def _get_scan_requirements(self):
        """What has to leave in this step, and what has left before.

        :return: list of dicts `product`, `lot` (empty), `quantity`, `done`, in the unit of the product
        """
        moves = self._get_scan_moves()
        return [
            self._prepare_requirement(product, product_moves)
            for product, product_moves in (moves | self._get_scan_done_moves(moves)).grouped("product_id").items()
        ]

    def _prepare_requirement(self, product, moves):
        done = moves.filtered(lambda move: move.state == "done")
        left = done._get_line_quantity()
        return {
            "product": product,
            "lot": self.env["stock.lot"],
            "quantity": left + sum((moves - done).mapped("product_qty")),
            "done": left,
        }

    def _get_scan_steps(self):
        moves = self._get_scan_moves().grouped("product_id")
        return {product: product_moves[0].picking_type_id for product, product_moves in moves.items()}

    def _get_scan_done_lots(self):
        return self._get_scan_done_moves(self._get_scan_moves()).move_line_ids.lot_id

    def _get_scan_places(self):
        return self._get_scan_moves().location_id

    # One scan

    def _check_scan(self, product, lot, package, quantity):
        """
        :raises UserError: when the item does not leave with this order now, or cannot be taken where it is
        """
        self._check_scanned([{"product": product, "lot": lot, "package": package, "quantity": quantity}])

    def _check_scanned(self, scanned):
        """
        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        :raises UserError: for the first one that does not leave now, or cannot be taken where it is
        """
        products = dict.fromkeys(item["product"] for item in scanned)
        moves = self._get_scan_moves().filtered(lambda move: move.product_id in products)
        for product in products:
            if product not in moves.product_id:
                raise UserError(self._get_scan_obstacle() or self._get_wrong_item_message(product))
        moves._check_scanned_items(scanned)

    def _get_wrong_item_message(self, product):
        names = {"item": product.display_name, "order": self.name}
        if product in self._get_scan_done_moves(self._get_scan_moves()).product_id:
            return self.env._("All of %(item)s on order %(order)s was logged before; put it back.", **names)
        if self.order_line.filtered(lambda line: line.product_id == product):
            return self._get_unscanned_line_message(product, names)
        return self.env._("%(item)s is not on order %(order)s; put it back.", **names)

    def _get_unscanned_line_message(self, product, names):
        """Why an item of the order cannot be scanned now."""
        if product.with_company(self.company_id).is_kits:
            return self.env._("%(item)s on order %(order)s is a kit; scan what it is made of.", **names)
        if not product.is_storable:
            return self.env._(
                "%(item)s on order %(order)s is not kept in stock; it goes along without being scanned.", **names
            )
        transfers = ", ".join(self._get_scan_moves().picking_id.mapped("name"))
        return self.env._(
            "%(item)s on order %(order)s does not leave with %(transfers)s; put it back.", **names, transfers=transfers
        )

    # Submit

    def _get_scan_choices(self, scanned):
        """Whether the rest is to be delivered later, asked when not all was scanned.

        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        """
        moves = self._get_scan_moves()
        _stock, shares = moves._share_scanned(scanned)
        pickings = self.env["stock.picking"].union(*(move.picking_id for move in shares))
        asking = pickings.filtered(lambda picking: picking.picking_type_id.create_backorder == "ask")
        short = moves._get_short_of_scanned(shares).filtered(lambda move: move.picking_id in asking)
        return [self._prepare_backorder_choice()] if short else []

    def _prepare_backorder_choice(self):
        return {
            "name": "backorder",
            "question": self.env._("Not everything was scanned. What happens with the rest?"),
            "options": [
                {
                    "value": "create",
                    "label": self.env._("Deliver it later"),
                    "help": self.env._("A back-order keeps what is missing."),
                },
                {
                    "value": "cancel",
                    "label": self.env._("Do not deliver it"),
                    "help": self.env._("What is missing is called off."),
                },
            ],
            "default": "create",
        }

    def _submit_scanned(self, scanned, choices):
        """Let what was scanned leave: its transfers are validated, as in Odoo.

        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        :param choices: dict with `backorder`: `create` or `cancel`
        :return: a sentence that says what was validated, what comes next and where the rest is
        :raises UserError: when something of it cannot leave; nothing has changed then
        """
        self._check_scannable()
        self._check_scanned(scanned)
        stock, shares = self._get_scan_moves()._share_scanned(scanned)
        pickings = self.env["stock.picking"].union(*(move.picking_id for move in shares))
        pickings.check_access("write")
        pickings.move_ids._set_scanned(stock, shares)
        (pickings.move_ids - self.env["stock.move"].union(*shares))._leave_behind()
        pickings._validate_scanned(cancel_backorder=choices.get("backorder") == "cancel")
        sentence = pickings._get_validated_sentence()
        self._post_scan_log(sentence, others=pickings)
        return sentence
