from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.blind_field import _Blind


class StockInventoryBlindMixin(models.AbstractModel):
    """For models with blind fields: who may read them on which record."""

    _name = "stock.inventory.blind.mixin"
    _description = "Figures Hidden from Who Counts Blind"

    hides_current_qty = fields.Boolean(compute="_compute_hides_current_qty")

    @api.depends_context("uid")
    def _compute_hides_current_qty(self):
        self.hides_current_qty = False

    def _fetch_query(self, query, fields):
        """Fetch blind fields for someone who counts blind too: the fields themselves guard what is read of them."""
        blind = [field for field in fields if isinstance(field, _Blind)]
        if self.env.su or not blind or not self.env.user._get_blind_sheets():
            return super()._fetch_query(query, fields)
        records = super()._fetch_query(query, [field for field in fields if field not in blind])
        if records:
            found = records.sudo()
            super(StockInventoryBlindMixin, found)._fetch_query(found._as_query(ordered=False), blind)
        return records


class StockInventoryBlindPlaceMixin(models.AbstractModel):
    """For Odoo's models that tell what is in a place: their records of places that the user counts blind.

    A record rule keeps those from the user; its search method gives nothing to do for anybody else.
    """

    _name = "stock.inventory.blind.place.mixin"
    _description = "Stock in Places that the User Counts Blind"

    is_counted_blind = fields.Boolean(
        "I count this blind", compute="_compute_is_counted_blind", search="_search_is_counted_blind"
    )

    @api.depends_context("uid")
    def _compute_is_counted_blind(self):
        hidden = self.filtered_domain(self._get_counted_blind_domain())
        for record in self:
            record.is_counted_blind = record in hidden

    @api.model
    def _search_is_counted_blind(self, operator, value):
        return self._get_counted_blind_domain() if operator == "in" else NotImplemented

    @api.model
    def _get_counted_blind_domain(self):
        places = self.env.user._get_blind_places()
        return Domain.FALSE if places is None else self._get_place_domain(places)

    @api.model
    def _get_place_domain(self, places):
        """The records that tell what is in `places`, a query of locations."""
        raise NotImplementedError


class StockInventoryBlindHistoryMixin(models.AbstractModel):
    """For stock moves and their lines: what was moved adds up to what is there.

    Whoever counts blind gets no lists, exports, sums, pivots or graphs of what was done in the places they count.
    Nothing is hidden from Odoo's own code, nor in a single transfer: stock users need those to work, and procurement
    would order what was delivered already if its own moves were missing.
    """

    _name = "stock.inventory.blind.history.mixin"
    _inherit = ["stock.inventory.blind.place.mixin"]
    _description = "Stock Moves of Places that the User Counts Blind"

    @api.model
    def _get_place_domain(self, places):
        touches = Domain("location_id", "in", places) | Domain("location_dest_id", "in", places)
        return Domain("state", "=", "done") & touches

    @api.model
    def _leave_out_counted_blind(self, domain):
        return Domain(domain or Domain.TRUE) & (Domain.TRUE if self.env.su else ~self._get_counted_blind_domain())

    @api.model
    def search_read(self, domain=None, *args, **kwargs):
        return super().search_read(self._leave_out_counted_blind(domain), *args, **kwargs)

    @api.model
    def web_search_read(self, domain, *args, **kwargs):
        return super().web_search_read(self._leave_out_counted_blind(domain), *args, **kwargs)

    @api.model
    @api.deprecated("Since 19.0, as Odoo's own; still a door.")
    def read_group(self, domain, *args, **kwargs):
        return super().read_group(self._leave_out_counted_blind(domain), *args, **kwargs)

    @api.model
    def formatted_read_group(self, domain, *args, **kwargs):
        return super().formatted_read_group(self._leave_out_counted_blind(domain), *args, **kwargs)

    @api.model
    def formatted_read_grouping_sets(self, domain, *args, **kwargs):
        return super().formatted_read_grouping_sets(self._leave_out_counted_blind(domain), *args, **kwargs)

    def export_data(self, fields_to_export):
        hidden = self.browse() if self.env.su else self.filtered_domain(self._get_counted_blind_domain())
        return super(StockInventoryBlindHistoryMixin, self - hidden).export_data(fields_to_export)
