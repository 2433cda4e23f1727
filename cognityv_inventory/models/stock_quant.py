from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .stock_adjustment_mixin import QUANT_IDENTITY

# What may only change by a move.
STOCK_FIELDS = {*QUANT_IDENTITY, "quantity"}


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        quants.filtered("quantity")._check_not_written_while_counted()
        return quants

    def write(self, vals):
        if vals.keys() & STOCK_FIELDS:
            self._check_not_written_while_counted()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counted(self):
        self.filtered("quantity")._check_not_written_while_counted()

    def _check_not_written_while_counted(self):
        """Odoo's own code changes quants as superuser, by moves, which are checked; a user may write them by hand.

        :raises UserError: when the place of one is being counted
        """
        if self.env.su:
            return
        if sheet := self.location_id._get_counting_sheets()[:1]:
            message = self.env._(
                "Stock in %(location)s is being counted on inventory sheet %(sheet)s and cannot be changed; wait until "
                "that sheet is validated or cancelled.",
                location=self.location_id[:1].display_name,
                sheet=sheet.name,
            )
            raise UserError(message)

    def _get_reserve_quantity(
        self,
        product_id,
        location_id,
        quantity,
        uom_id=None,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
    ):
        """New reservations leave alone what is being counted: they take from elsewhere, or wait.

        What Odoo gathers to reserve from is told by the context, as it gathers in a method of its own.
        """
        quants = self
        if quantity > 0 and (sheets := location_id._get_counting_sheets_around()):
            quants = self.with_context(reservable_domain=sheets._get_reservable_domain(product_id), quants_cache=None)
        return super(StockQuant, quants)._get_reserve_quantity(
            product_id,
            location_id,
            quantity,
            uom_id=uom_id,
            lot_id=lot_id,
            package_id=package_id,
            owner_id=owner_id,
            strict=strict,
        )

    def _get_gather_domain(self, *args, **kwargs):
        domain = super()._get_gather_domain(*args, **kwargs)
        reservable = self.env.context.get("reservable_domain")
        return domain & reservable if isinstance(reservable, Domain) else domain

    def _get_inventory_identity(self):
        return tuple(self[name].id for name in QUANT_IDENTITY)

    def _compute_last_count_date(self):
        """Odoo looks at the moves of inventories; a count without a gap makes none, but it was a count."""
        result = super()._compute_last_count_date()
        counted = self._get_last_sheet_dates()
        for quant in self:
            dates = [quant.last_count_date, counted.get(quant._get_inventory_identity())]
            quant.last_count_date = max(filter(None, dates), default=False)
        return result

    def _get_last_sheet_dates(self):
        """The day of the last validated count by product, place, lot, package and owner (ids)."""
        domain = [
            ("sheet_id.state", "=", "validated"),
            ("is_counted", "=", True),
            ("product_id", "in", self.product_id.ids),
            ("location_id", "in", self.location_id.ids),
        ]
        groups = self.env["stock.inventory.sheet.line"].sudo()._read_group(domain, [*QUANT_IDENTITY, "sheet_id"])
        dates = {}
        for *key, sheet in groups:
            ids = tuple(record.id for record in key)
            dates[ids] = max(filter(None, [dates.get(ids), sheet.validated_at.date()]))
        return dates
