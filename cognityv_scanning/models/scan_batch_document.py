from odoo.exceptions import UserError

from .scan_batch import Item, ScanBatch, Verdict
from .stock_scan_event import ItemSum


class DocumentBatch(ScanBatch):
    """Scans of what a sale order or a manufacturing order asks for."""

    def _prepare(self, scans):
        self.required = self.session._get_required_by_item()
        self.lines = self.session._get_or_make_lines(self.required)
        self.sums = self.session._get_item_sums()
        self.steps = self.session._get_document()._get_scan_steps()

    def _forget(self, event):
        self.sums = self.session._get_item_sums()

    def _narrow(self, items):
        """Of several items with the same code, those that the order asks for."""
        products = {product_id for product_id, _lot in self.required}
        return [item for item in items if item.product.id in products] or items

    # Judgement

    def _judge_item(self, scan, item):
        if not item.product:
            return self._judge_package(scan, item.package)
        quantity = self._get_quantity(scan, item)
        outcome, message, confirmed = self._judge_quantity(scan, item, quantity)
        vals = self._prepare_item_vals(item, quantity) | {"confirmed_over": confirmed}
        if outcome == "accepted":
            vals["line_id"] = self._get_line(item).id
        return Verdict(outcome, message, vals)

    def _judge_quantity(self, scan, item, quantity):
        """Judge a scan and, if it is accepted, count it in.

        :return: outcome, message, and how much of it is more than is asked for, as was confirmed
        :raises UserError: when the item cannot be taken at all
        """
        self._check_lot(item)
        total = self._get_total_with(scan, item, quantity)
        if item.product.tracking == "serial" and item.lot and total + self._get_elsewhere_total(item) > 1:
            return "over", self._get_second_serial_message(scan, item), 0.0
        self.session._get_document()._check_scan(item.product, item.lot, item.package, total)
        over = 0.0 if self._is_overruled(scan, item) else self._get_over(item, total)
        if over and not scan.accept_over:
            return "over", self._get_over_message(item, over), 0.0
        self._count_in(scan, item, total)
        return "accepted", self._get_accepted_message(item, quantity), min(over, quantity)

    def _get_total_with(self, scan, item, quantity):
        """What there is of an item with one more scan, added up as `stock.scan.event` does it: in the order in which
        things were seen, which need not be that in which they arrive."""
        if self._is_overruled(scan, item):
            return self._get_total(item)
        if scan.mode == "add":
            return self._get_total(item) + quantity
        return quantity + self._get_added_after(item, self._get_seen(scan))

    def _get_sum(self, item):
        return self.sums.get(item.key, ItemSum())

    def _get_total(self, item):
        return self._get_sum(item).quantity

    def _is_overruled(self, scan, item):
        """Whether the quantity was set after this was seen."""
        return self._get_sum(item).last_set > self._get_seen(scan)

    def _get_added_after(self, item, moment):
        if self._get_sum(item).last_seen <= moment:
            return 0.0
        self._flush()
        return self.event_model._get_added_after(self.session, item.key, moment)

    def _count_in(self, scan, item, total):
        before, seen = self._get_sum(item), self._get_seen(scan)
        self.sums[item.key] = before._replace(
            quantity=total,
            last_seen=max(before.last_seen, seen),
            last_set=max(before.last_set, seen) if scan.mode == "set" else before.last_set,
        )

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
            found.quantity for key, found in self.sums.items() if key[:2] == item.key[:2] and key[2] != item.key[2]
        )

    def _get_second_serial_message(self, scan, item):
        """
        :raises UserError: when the person insists
        """
        message = self.env._(
            "Serial number %(serial)s of %(product)s was scanned already; it is there once.",
            serial=item.lot.name,
            product=item.product.display_name,
        )
        if scan.accept_over:
            raise UserError(message)
        return message

    def _get_over(self, item, total):
        """By how much there would be more of an item than the order asks for."""
        line_item = self._get_line_item(item)
        required, done = self.required.get(line_item, (0.0, 0.0))
        found = done + self._get_line_total(line_item) - self._get_total(item) + total
        return max(item.product.uom_id.round(found - required), 0.0)

    def _get_over_message(self, item, over):
        required, _done = self.required.get(self._get_line_item(item), (0.0, 0.0))
        return self.env._(
            "%(product)s: this makes %(found)s %(unit)s, but %(required)s are asked for; confirm it, or put it back.",
            product=item.product.display_name,
            found=self._format(required + over),
            unit=item.product.uom_id.name,
            required=self._format(required),
        )

    def _get_line_item(self, item):
        return self.session._get_line_item(self.required, item.product.id, item.lot.id)

    def _get_line_total(self, line_item):
        return sum(
            found.quantity
            for (product_id, lot_id, _package), found in self.sums.items()
            if line_item == self.session._get_line_item(self.required, product_id, lot_id)
        )

    def _get_line(self, item):
        line_item = self._get_line_item(item)
        if line_item not in self.lines:
            self.lines |= self.session._get_or_make_lines([line_item])
        return self.lines[line_item]

    def _prepare_item_vals(self, item, quantity):
        step = self.steps.get(item.product, self.env["stock.picking.type"])
        return super()._prepare_item_vals(item, quantity) | {"picking_type_id": step.id}

    # Packages

    def _judge_package(self, scan, package):
        """A package is all that is in it, and all of it or nothing."""
        vals = {"package_id": package.id, "quantity": 0.0}
        items, before, confirmed = self._get_content_items(package), dict(self.sums), []
        for item in items:
            outcome, message, over = self._judge_quantity(scan._replace(mode="add"), item, item.quantity)
            if outcome != "accepted":
                self.sums = before
                return Verdict(outcome, message, vals)
            confirmed.append(over)
        message = self.env._("Package %(package)s: %(count)s items", package=package.display_name, count=len(items))
        content = [self._prepare_content_vals(*both) for both in zip(items, confirmed, strict=True)]
        return Verdict("accepted", message, vals, content=content)

    def _prepare_content_vals(self, item, confirmed):
        return self._prepare_item_vals(item, item.quantity) | {
            "mode": "add",
            "confirmed_over": confirmed,
            "line_id": self._get_line(item).id,
        }

    def _get_content_items(self, package):
        """What the system has in a package.

        :raises UserError: when it is empty, or all of it was scanned before
        """
        quants = self._get_package_quants(package)
        items = [Item(quant.product_id, quant.lot_id, quant.package_id, quant.quantity) for quant in quants]
        if all(item.product.uom_id.compare(self._get_total(item), item.quantity) >= 0 for item in items):
            message = self.env._("Package %(package)s was scanned already.", package=package.display_name)
            raise UserError(message)
        return items
