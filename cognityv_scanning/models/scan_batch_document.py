from odoo.exceptions import UserError

from .scan_batch import Item, ScanBatch, Verdict


class DocumentBatch(ScanBatch):
    """Scans of what a sale order or a manufacturing order asks for."""

    def _prepare(self, scans):
        self.required = self.session._get_required_by_item()
        self.totals = self.session._get_item_totals()
        self.lines = self.session._get_or_make_lines(self.required)

    def _forget(self, event):
        self.totals = self.session._get_item_totals()

    def _narrow(self, items):
        """Of several items with the same code, those that the order asks for."""
        products = {product_id for product_id, _lot in self.required}
        return [item for item in items if item.product.id in products] or items

    # Judgement

    def _judge_item(self, scan, item):
        if not item.product:
            return self._judge_package(scan, item.package)
        quantity = self._get_quantity(scan, item)
        outcome, message = self._judge_quantity(scan, item, quantity)
        vals = self._prepare_item_vals(item, quantity)
        if outcome == "accepted":
            self._add(scan.mode, item, quantity)
            vals["line_id"] = self._get_line(item).id
        return Verdict(outcome, message, vals)

    def _judge_quantity(self, scan, item, quantity):
        """
        :return: outcome and message
        :raises UserError: when the item cannot be taken at all
        """
        self._check_lot(item)
        total = quantity if scan.mode == "set" else self.totals.get(item.key, 0.0) + quantity
        if item.product.tracking == "serial" and item.lot and total + self._get_elsewhere_total(item) > 1:
            return self._judge_second_serial(scan, item)
        self.session._get_document()._check_scan(item.product, item.lot, item.package, total)
        if not scan.accept_over and (message := self._get_over_message(item, total)):
            return "over", message
        return "accepted", self._get_accepted_message(item, quantity)

    def _check_lot(self, item):
        if item.lot_name:
            message = self.env._(
                "%(product)s has no lot or serial number %(lot)s; look at the label again.",
                product=item.product.display_name,
                lot=item.lot_name,
            )
            raise UserError(message)

    def _get_elsewhere_total(self, item):
        """How much of this lot was scanned as part of another package, or of none."""
        return sum(
            quantity for key, quantity in self.totals.items() if key[:2] == item.key[:2] and key[2] != item.key[2]
        )

    def _judge_second_serial(self, scan, item):
        message = self.env._(
            "Serial number %(serial)s of %(product)s was scanned already; it is there once.",
            serial=item.lot.name,
            product=item.product.display_name,
        )
        if scan.accept_over:
            raise UserError(message)
        return "over", message

    def _get_over_message(self, item, total):
        """What to ask when there would be more of an item than the order asks for; empty when there is not."""
        line_item = self._get_line_item(item)
        required, done = self.required.get(line_item, (0.0, 0.0))
        found = done + self._get_line_total(line_item) - self.totals.get(item.key, 0.0) + total
        if item.product.uom_id.compare(found, required) <= 0:
            return ""
        return self.env._(
            "%(product)s: this makes %(found)s %(unit)s, but %(required)s are asked for; confirm it, or put it back.",
            product=item.product.display_name,
            found=self._format(found),
            unit=item.product.uom_id.name,
            required=self._format(required),
        )

    def _get_line_item(self, item):
        """A lot has a line of its own only where the order asks for that lot."""
        lot_item = (item.product.id, item.lot.id)
        return lot_item if lot_item in self.required else (item.product.id, False)

    def _get_line_total(self, line_item):
        return sum(
            quantity
            for (product_id, lot_id, _package), quantity in self.totals.items()
            if line_item == ((product_id, lot_id) if (product_id, lot_id) in self.required else (product_id, False))
        )

    def _get_line(self, item):
        line_item = self._get_line_item(item)
        if line_item not in self.lines:
            self.lines |= self.session._get_or_make_lines([line_item])
        return self.lines[line_item]

    def _add(self, mode, item, quantity):
        before = self.totals.get(item.key, 0.0) if mode == "add" else 0.0
        self.totals[item.key] = before + quantity

    # Packages

    def _judge_package(self, scan, package):
        """A package is all that is in it, and all of it or nothing."""
        vals = {"package_id": package.id, "quantity": 0.0}
        items, totals = self._get_content_items(package), dict(self.totals)
        for item in items:
            outcome, message = self._judge_quantity(scan._replace(mode="add"), item, item.quantity)
            if outcome != "accepted":
                self.totals = totals
                return Verdict(outcome, message, vals)
            self._add("add", item, item.quantity)
        message = self.env._("Package %(package)s: %(count)s items", package=package.display_name, count=len(items))
        return Verdict("accepted", message, vals, content=[self._prepare_content_vals(item) for item in items])

    def _prepare_content_vals(self, item):
        return self._prepare_item_vals(item, item.quantity) | {"mode": "add", "line_id": self._get_line(item).id}

    def _get_content_items(self, package):
        """What the system has in a package.

        :raises UserError: when it is empty, or all of it was scanned before
        """
        quants = self._get_package_quants(package)
        items = [Item(quant.product_id, quant.lot_id, quant.package_id, quant.quantity) for quant in quants]
        if all(item.product.uom_id.compare(self.totals.get(item.key, 0.0), item.quantity) >= 0 for item in items):
            message = self.env._("Package %(package)s was scanned already.", package=package.display_name)
            raise UserError(message)
        return items
