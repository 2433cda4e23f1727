from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

MONTHS = 12
# How many bars a chart has.
SHOWN = 8


class StockValueDashboard(models.AbstractModel):
    """What the stock is worth and how right its records are: the figures behind the charts of the dashboard, for the
    company that the user has open (the first one, as money of several is not added)."""

    _name = "stock.value.dashboard"
    _description = "Dashboard of Stock Values"

    @api.model
    @api.readonly
    def get_dashboard(self):
        """All figures of the dashboard: of the last 12 months, the running one included, and of now.

        :return: dict of `currency_id`, `company`, `gap_domain` (of the gaps that are added up), `totals`, `months`
            (oldest first, None where nothing was counted), `locations` and `products` (worst first, by absolute gap
            value), `stock` (value by category, largest first) and `due` (None for who plans no counts)
        :raises AccessError: for who may not see values
        """
        self.env["stock.inventory.gap.report"].check_access("read")
        domain = self._get_gap_domain()
        stock = self._get_stock()
        return {
            "company": self.env.company.name,
            "currency_id": self.env.company.currency_id.id,
            "gap_domain": list(domain),
            "totals": {**self._get_totals(domain), "stock_value": sum(part["value"] for part in stock)},
            "months": self._get_months(domain),
            "locations": self._get_worst(domain, "location_id"),
            "products": self._get_worst(domain, "product_id"),
            "stock": self._add_up_the_rest(stock),
            "due": self._get_due(),
        }

    # Gaps

    @api.model
    def _get_first_day(self):
        return fields.Date.context_today(self).replace(day=1) - relativedelta(months=MONTHS - 1)

    @api.model
    def _get_gap_domain(self):
        domain = Domain("company_id", "=", self.env.company.id) & Domain("state", "=", "validated")
        return domain & Domain("is_reversed", "=", False) & Domain("date", ">=", str(self._get_first_day()))

    @api.model
    def _get_totals(self, domain):
        names = ["gap_value", "absolute_gap_value", "book_value", "shrinkage_percent", "accuracy_percent"]
        aggregates = [f"{name}:{'avg' if name.endswith('percent') else 'sum'}" for name in names]
        report = self.env["stock.inventory.gap.report"]
        [values] = report._read_group(domain, [], [*aggregates, "__count"])
        return dict(zip([*names, "count"], values, strict=True))

    @api.model
    def _get_months(self, domain):
        measures = ["shrinkage_percent:avg", "accuracy_percent:avg", "gap_value:sum"]
        rows = self.env["stock.inventory.gap.report"]._read_group(domain, ["date:month"], measures)
        found = {(month.year, month.month): values for month, *values in rows}
        first = self._get_first_day()
        return [
            self._prepare_month(day, found.get((day.year, day.month)))
            for day in (first + relativedelta(months=number) for number in range(MONTHS))
        ]

    @api.model
    def _prepare_month(self, day, values):
        shrinkage, accuracy, gap = values or (None, None, None)
        return {
            "label": format_date(self.env, day, date_format="MMM yy"),
            "shrinkage": shrinkage,
            "accuracy": accuracy,
            "gap_value": gap,
        }

    @api.model
    def _get_worst(self, domain, name):
        """Those with the highest absolute gap value."""
        rows = self.env["stock.inventory.gap.report"]._read_group(
            domain & Domain("gap_value", "!=", 0),
            [name],
            ["absolute_gap_value:sum", "gap_value:sum"],
            order="absolute_gap_value:sum DESC",
            limit=SHOWN,
        )
        return [
            {"id": record.id, "name": record.sudo().display_name, "absolute": absolute, "net": net}
            for record, absolute, net in rows
        ]

    # Stock

    @api.model
    def _get_stock(self):
        rows = self.env["stock.valuation.report"]._read_group(
            [("company_id", "=", self.env.company.id)], ["categ_id"], ["value:sum"], order="value:sum DESC"
        )
        none = self.env._("No category")
        return [{"id": categ.id, "name": categ.display_name or none, "value": value or 0.0} for categ, value in rows]

    @api.model
    def _add_up_the_rest(self, stock):
        if len(stock) <= SHOWN:
            return stock
        rest = sum(part["value"] for part in stock[SHOWN - 1 :])
        return [*stock[: SHOWN - 1], {"id": None, "name": self.env._("Others"), "value": rest}]

    # Counts

    @api.model
    def _get_due(self):
        """What is due for counting: sheets by kind, and the places with most that was not counted this year."""
        coverage = self.env["stock.inventory.coverage"].with_context(allowed_company_ids=self.env.company.ids)
        if not coverage.has_access("read"):
            return None
        by_place = coverage._get_coverage_by_place()
        total = sum(total for _place, total, _missing in by_place)
        missing = sum(missing for _place, _total, missing in by_place)
        return {
            "sheets": coverage._get_sheet_counts(),
            "coverage": coverage._prepare_share(total, missing),
            "places": coverage._prepare_places(by_place),
        }
