from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .stock_adjustment_mixin import QUANT_IDENTITY
from .stock_inventory_sheet import COUNTED_USAGES

# What may only change by a move.
STOCK_FIELDS = {*QUANT_IDENTITY, "quantity"}


class StockQuant(models.Model):
    _name = "stock.quant"
    _inherit = ["stock.quant", "stock.inventory.blind.place.mixin"]

    @api.model
    def _get_place_domain(self, places):
        """Also what came from suppliers or went to customers and losses: with all other places it adds up to zero."""
        return Domain("location_id", "in", places) | Domain("location_id.usage", "not in", COUNTED_USAGES)

    @api.model
    def _check_not_counted_blind(self, place_ids):
        """Odoo would not find the quant that the user cannot see, and set the quantity of a second one.

        :raises AccessError: when the user counts one of these places blind
        """
        sheets = self.env.user._get_blind_sheets()
        for place in self.env["stock.location"].sudo().browse(set(filter(None, place_ids))):
            if sheet := sheets.filtered(lambda sheet, place=place: sheet._covers(place))[:1]:
                message = self.env._(
                    "You count %(location)s blind on inventory sheet %(sheet)s; enter what you find there on that sheet.",
                    location=place.display_name,
                    sheet=sheet.name,
                )
                raise AccessError(message)

    def _get_quants_by_products_locations(self, *args, **kwargs):
        """What transfers take from and put to, whoever validates them: not a read that the user sees."""
        return super(StockQuant, self.sudo())._get_quants_by_products_locations(*args, **kwargs)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and self._is_inventory_mode():
            self._check_not_counted_blind([vals.get("location_id") for vals in vals_list])
        quants = super(StockQuant, self._without_empty_cache()).create(vals_list).with_env(self.env)
        quants.filtered("quantity")._check_not_written_while_counted()
        return quants

    def _without_empty_cache(self):
        """Odoo frees reservations with `quants_cache=None` in the context, and fails with a TypeError when it makes a
        quant then: as it does where another transaction has the quant locked."""
        if self.env.context.get("quants_cache", self) is not None:
            return self
        return self.with_context(quants_cache=defaultdict(self.env["stock.quant"].browse))

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

    @api.model
    def _update_reserved_quantity(self, product_id, location_id, quantity, *args, **kwargs):
        location_id._hold_for_reservation()
        return super()._update_reserved_quantity(product_id, location_id, quantity, *args, **kwargs)

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
