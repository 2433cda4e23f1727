from odoo import models


class StockScanDocumentMixin(models.AbstractModel):
    """What a scan session needs to know of the document that it is for: a sale order, a manufacturing order.

    Every method works with the rights of the user: nothing may be done by scanning that they may not do in Odoo.
    """

    _name = "stock.scan.document.mixin"
    _description = "Document that is Scanned"

    def _check_scannable(self):
        """
        :raises UserError: when nothing can be scanned for this document: it is cancelled, done, not confirmed yet, …
        """
        raise NotImplementedError

    def _get_scan_title(self):
        """The reference that people know the document by."""
        self.ensure_one()
        return self.display_name

    def _get_scan_subtitle(self):
        """What tells it from others: the customer, what is made."""
        return ""

    def _get_scan_requirements(self):
        """What the document asks for.

        :return: list of dicts, one per product, or per lot where only that lot will do: `product`, `lot` (may be
            empty), `quantity` asked for in all and `done`, what of it was delivered or used before this session, both in
            the unit of the product
        """
        raise NotImplementedError

    def _check_scan(self, product, lot, package, quantity):
        """Whether this item belongs to the document and can be taken where it is.

        More than what is asked for is not looked at here: the session asks the person.

        :param lot: may be empty, also for a tracked product
        :param package: may be empty
        :param quantity: all that the session has of this item, this scan included, in the unit of the product
        :raises UserError: with the reason, which is kept with the scan and shown
        """
        raise NotImplementedError

    def _get_scan_lots(self, products):
        """The lots and serial numbers of `products` that may be scanned here, so that a phone knows them without
        network."""
        return self.env["stock.lot"]

    def _get_scan_packages(self, products):
        """The packages with `products` that may be scanned here."""
        return self.env["stock.package"]

    def _get_scan_steps(self):
        """What items are scanned for now, where there are several steps: dict of product → stock.picking.type."""
        return {}

    def _get_scan_done_lots(self):
        """The lots and serial numbers that were delivered or used before."""
        return self.env["stock.lot"]

    def _get_scan_choices(self, scanned):
        """What the person decides before they submit.

        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        :return: list of dicts `name`, `question`, `options` (dicts `value`, `label`, `help`), `default`
        """
        return []

    def _submit_scanned(self, scanned, choices):
        """Do with the document what was scanned for it.

        :param scanned: list of dicts `product`, `lot`, `package`, `quantity` in the unit of the product
        :param choices: dict of name → value of what the person decided
        :return: a sentence that says what was done
        :raises UserError: when it cannot be done; nothing has changed then
        """
        raise NotImplementedError
