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

        What can be looked into has the `domain` of what is behind it.

        :return: dict of `currency_id`, `company`, `gaps` and `stock` (domains of all that is added up), `totals`, `months`
            (oldest first, None where nothing was counted), `locations` and `products` (worst first, by absolute gap
            value), `categories` (value of the stock, largest first) and `due` (None for who plans no counts)
        :raises AccessError: for who may not see values
        """
        self.env["stock.inventory.gap.report"].check_access("read")
        domain = self._get_gap_domain()
        categories = self._get_categories()
        return {
            "company": self.env.company.name,
            "currency_id": self.env.company.currency_id.id,
            "gaps": list(domain),
            "stock": list(self._get_stock_domain()),
            "totals": {**self._get_totals(domain), "stock_value": sum(category["value"] for category in categories)},
            "months": self._get_months(domain),
            "locations": self._get_worst(domain, "location_id"),
            "products": self._get_worst(domain, "product_id"),
            "categories": self._add_up_the_rest(categories),
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
            self._prepare_month(domain, day, found.get((day.year, day.month)))
            for day in (first + relativedelta(months=number) for number in range(MONTHS))
        ]

    @api.model
    def _prepare_month(self, domain, day, values):
        shrinkage, accuracy, gap = values or (None, None, None)
        in_month = Domain("date", ">=", str(day)) & Domain("date", "<", str(day + relativedelta(months=1)))
        return {
            "label": format_date(self.env, day, date_format="MMM yy"),
            "name": format_date(self.env, day, date_format="MMMM yyyy"),
            "domain": list(domain & in_month),
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
            {
                "id": record.id,
                "name": record.sudo().with_context(display_default_code=False).display_name,
                "domain": list(domain & Domain(name, "=", record.id)),
                "absolute": absolute,
                "net": net,
            }
            for record, absolute, net in rows
        ]

    # Stock

    @api.model
    def _get_stock_domain(self):
        return Domain("company_id", "=", self.env.company.id)

    @api.model
    def _get_categories(self):
        rows = self.env["stock.valuation.report"]._read_group(
            self._get_stock_domain(), ["categ_id"], ["value:sum"], order="value:sum DESC"
        )
        none = self.env._("No category")
        return [
            self._prepare_category(categ.id, categ.display_name or none, value, Domain("categ_id", "=", categ.id))
            for categ, value in rows
        ]

    @api.model
    def _prepare_category(self, key, name, value, condition):
        domain = list(self._get_stock_domain() & condition)
        return {"id": key, "name": name, "value": value or 0.0, "domain": domain}

    @api.model
    def _add_up_the_rest(self, categories):
        """Those that have no room in the chart, together."""
        if len(categories) <= SHOWN:
            return categories
        shown, others = categories[: SHOWN - 1], categories[SHOWN - 1 :]
        value = sum(category["value"] for category in others)
        condition = Domain("categ_id", "in", [category["id"] for category in others])
        return [*shown, self._prepare_category(None, self.env._("Others"), value, condition)]

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
