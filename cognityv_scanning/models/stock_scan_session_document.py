from odoo import api, models
from odoo.exceptions import UserError

from .scan_batch_document import DocumentBatch


class StockScanSession(models.Model):
    """Sessions of sale and manufacturing orders: what is asked for comes from the order, by the methods of
    `stock.scan.document.mixin`, and what there is of it from the scans."""

    _inherit = "stock.scan.session"

    def _is_for_document(self):
        return self.kind in ("sale", "production")

    def _get_title(self):
        return self._get_document()._get_scan_title() if self._is_for_document() else super()._get_title()

    def _get_subtitle(self):
        return self._get_document()._get_scan_subtitle() if self._is_for_document() else super()._get_subtitle()

    def _get_closed_reason(self):
        return super()._get_closed_reason() or self._get_unscannable_reason()

    def _get_unscannable_reason(self):
        """Why the order takes no scans any more, such as being cancelled meanwhile; empty when it does."""
        if not self._is_for_document():
            return ""
        try:
            self._get_document()._check_scannable()
        except UserError as error:
            return error.args[0]
        return ""

    def _get_batch(self, inputs, clock):
        return DocumentBatch(self, inputs, clock) if self._is_for_document() else super()._get_batch(inputs, clock)

    # Lines

    def _sync_lines(self):
        """Give everything that the order asks for its line."""
        result = super()._sync_lines()
        if self._is_for_document():
            self._get_or_make_lines(self._get_required_by_item())
        return result

    def _get_required_by_item(self):
        """What the order asks for, as dict of (product id, lot id or False) → (quantity asked for, done before)."""
        required = {}
        for need in self._get_document()._get_scan_requirements():
            item = (need["product"].id, need["lot"].id)
            quantity, done = required.get(item, (0.0, 0.0))
            required[item] = (quantity + need["quantity"], done + need["done"])
        return required

    def _get_or_make_lines(self, items):
        """The lines of items, those that are missing made with one insert.

        :param items: iterable of (product id, lot id or False)
        :return: dict of item → line
        """
        line_model = self.env["stock.scan.session.line"]
        domain = [("session_id", "=", self.id), ("product_id", "in", [product_id for product_id, _lot in items])]
        lines = {(line.product_id.id, line.lot_id.id): line for line in line_model.sudo().search(domain)}
        missing = [item for item in dict.fromkeys(items) if item not in lines]
        made = line_model.sudo().create(
            [{"session_id": self.id, "product_id": product_id, "lot_id": lot_id} for product_id, lot_id in missing]
        )
        lines.update(zip(missing, made, strict=True))
        return {item: line.sudo(self.env.su) for item, line in lines.items()}

    def _get_line_quantities(self, lines):
        if not self._is_for_document():
            return super()._get_line_quantities(lines)
        required = self._get_required_by_item()
        scanned = dict.fromkeys(lines._ids, 0.0)
        for (product_id, lot_id, _package_id), quantity in self._get_item_totals(lines.product_id).items():
            line = self._find_line(lines, required, product_id, lot_id)
            scanned[line.id] = scanned.get(line.id, 0.0) + quantity
        return {
            line: line._prepare_quantities(
                line.product_id, *required.get((line.product_id.id, line.lot_id.id), (0.0, 0.0)), scanned[line.id]
            )
            for line in lines
        }

    def _get_scannable_lots(self, products):
        if not self._is_for_document():
            return super()._get_scannable_lots(products)
        return self._get_document()._get_scan_lots(products)

    def _get_scannable_packages(self, products):
        if not self._is_for_document():
            return super()._get_scannable_packages(products)
        return self._get_document()._get_scan_packages(products)

    def _get_item_sums(self, products=None):
        return self.env["stock.scan.event"].sudo()._get_item_sums(self, products)

    def _get_item_totals(self, products=None):
        return {item: total.quantity for item, total in self._get_item_sums(products).items()}

    def _find_line(self, lines, required, product_id, lot_id):
        """The line that a scan of an item belongs to."""
        item = self._get_line_item(required, product_id, lot_id)
        return lines.filtered(lambda line: (line.product_id.id, line.lot_id.id) == item)

    @api.model
    def _get_line_item(self, required, product_id, lot_id):
        """What a line is of: a lot has its own only where the order asks for that lot."""
        return product_id, lot_id if (product_id, lot_id) in required else False

    # Submit

    def _get_scanned(self):
        """All that was scanned, by product, lot and package, as the document takes it."""
        records = {"product": "product.product", "lot": "stock.lot", "package": "stock.package"}
        return [
            {name: self.env[model].browse(id_ or ()) for (name, model), id_ in zip(records.items(), item, strict=True)}
            | {"quantity": quantity}
            for item, quantity in self._get_item_totals().items()
            if quantity
        ]

    def _get_choices(self):
        if not self._is_for_document():
            return super()._get_choices()
        return [*self._get_over_choices(), *self._get_document()._get_scan_choices(self._get_scanned())]

    def _submit(self, choices):
        if not self._is_for_document():
            return super()._submit(choices)
        scanned = self._get_scanned()
        if not scanned:
            message = self.env._(
                "Nothing was scanned for %(title)s yet, so there is nothing to submit; scan first.",
                title=self._get_title(),
            )
            raise UserError(message)
        self._check_step()
        taken = self._take_of_too_much(scanned, choices)
        sentence = self._get_document()._submit_scanned(taken, choices)
        return " ".join(filter(None, [sentence, self._get_left_out_sentence(scanned, taken)]))
