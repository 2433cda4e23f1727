from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .stock_adjustment_mixin import QUANT_IDENTITY
from .stock_inventory_sheet import BLOCKING_STATES, COUNTED_USAGES

# What the overview lists of each kind; the rest is behind a click.
LISTED = 8
DUE_WITHIN_DAYS = 7


class StockInventoryCoverage(models.Model):
    """What is in stock, and when it was last counted: a row for each product, place, tracking number, package and
    owner of which there is something, less than nothing included.

    A count is a counted line, with or without a gap, of a sheet that was validated and not reversed. It counts from
    when it was seen and not from when the sheet was validated: what was counted in December belongs to that year.
    """

    _name = "stock.inventory.coverage"
    _description = "Count Coverage"
    _auto = False
    _order = "counted_this_year, last_counted_at, id"
    _rec_name = "product_id"
    _depends = {
        "stock.quant": [*QUANT_IDENTITY, "quantity"],
        "stock.location": ["usage", "company_id"],
        "product.template": ["is_storable", "categ_id"],
        "stock.inventory.sheet": ["state", "reversed_at"],
        "stock.inventory.sheet.line": [*QUANT_IDENTITY, "is_counted", "last_counted_at"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product category", readonly=True)
    location_id = fields.Many2one("stock.location", readonly=True)
    lot_id = fields.Many2one("stock.lot", "Tracking number", readonly=True)
    package_id = fields.Many2one("stock.package", readonly=True)
    owner_id = fields.Many2one("res.partner", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    abc_class = fields.Selection(related="product_id.abc_class")
    quantity = fields.Float("On hand", digits="Product Unit", readonly=True)
    last_counted_at = fields.Datetime("Last counted on", readonly=True)
    counted_this_year = fields.Boolean("Counted this year", readonly=True)
    days_since_count = fields.Integer("Days since counted", readonly=True, aggregator="avg")
    missing_count = fields.Integer("Not counted this year", readonly=True)
    counted_percent = fields.Float("Counted this year (%)", readonly=True, aggregator="avg", digits=(5, 1))

    @property
    def _table_query(self):
        """SQL, as it compares sums of quants with the lines of sheets by five columns of which three may be missing."""
        return SQL(
            """
            SELECT stock.id, stock.product_id, template.categ_id, stock.location_id, stock.lot_id, stock.package_id,
                   stock.owner_id, location.company_id, stock.quantity, counted.counted_at AS last_counted_at,
                   (counted.counted_at >= year.start) IS TRUE AS counted_this_year,
                   %(today)s - counted.counted_at::date AS days_since_count,
                   CASE WHEN counted.counted_at >= year.start THEN 0 ELSE 1 END AS missing_count,
                   CASE WHEN counted.counted_at >= year.start THEN 100.0 ELSE 0.0 END AS counted_percent
              FROM (%(stock)s) stock
              JOIN product_product product ON product.id = stock.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_storable
              JOIN stock_location location ON location.id = stock.location_id AND location.usage IN %(usages)s
              JOIN (VALUES %(years)s) year (company_id, start)
                ON year.company_id = COALESCE(location.company_id, %(company)s)
         LEFT JOIN (%(last_counts)s) counted ON %(same)s
            """,
            today=fields.Date.today(),
            stock=self._get_stock_query(),
            usages=COUNTED_USAGES,
            years=self._get_year_starts(),
            company=self.env.company.id,
            last_counts=self._get_last_counts_query(),
            same=self._get_identity_condition(SQL("counted"), SQL("stock")),
        )

    @api.model
    def _get_stock_query(self):
        """What there is: Odoo may keep more than one quant of the same, and empty ones, for a while."""
        return SQL(
            """SELECT MIN(id) AS id, product_id, location_id, lot_id, package_id, owner_id, SUM(quantity) AS quantity
                 FROM stock_quant
             GROUP BY product_id, location_id, lot_id, package_id, owner_id
               HAVING ROUND(SUM(quantity), %s) <> 0""",
            self.env["decimal.precision"].precision_get("Product Unit"),
        )

    @api.model
    def _get_year_starts(self):
        companies = self.env["res.company"].sudo().with_context(active_test=False).search([])
        rows = [SQL("(%s, %s::timestamp)", company.id, company._get_count_year_start()) for company in companies]
        return SQL(", ").join(rows)

    @api.model
    def _get_counts_query(self):
        """Everything that counts as counted, with when it was seen."""
        return SQL(
            """SELECT line.product_id, line.location_id, line.lot_id, line.package_id, line.owner_id,
                      line.last_counted_at AS counted_at
                 FROM stock_inventory_sheet_line line
                 JOIN stock_inventory_sheet sheet ON sheet.id = line.sheet_id
                WHERE sheet.state = 'validated' AND sheet.reversed_at IS NULL AND line.is_counted"""
        )

    @api.model
    def _get_last_counts_query(self):
        return SQL(
            """SELECT product_id, location_id, lot_id, package_id, owner_id, MAX(counted_at) AS counted_at
                 FROM (%s) counts
             GROUP BY product_id, location_id, lot_id, package_id, owner_id""",
            self._get_counts_query(),
        )

    @api.model
    def _get_identity_condition(self, left, right):
        """Whether two rows are of the same stock. Written so that PostgreSQL can join by hash."""
        return SQL(
            """%(left)s.product_id = %(right)s.product_id AND %(left)s.location_id = %(right)s.location_id
               AND COALESCE(%(left)s.lot_id, 0) = COALESCE(%(right)s.lot_id, 0)
               AND COALESCE(%(left)s.package_id, 0) = COALESCE(%(right)s.package_id, 0)
               AND COALESCE(%(left)s.owner_id, 0) = COALESCE(%(right)s.owner_id, 0)""",
            left=left,
            right=right,
        )

    # The overview

    @api.model
    def get_overview(self):
        """The figures that a manager of counts sees first, for the companies they have chosen.

        :return: dict of `year`, `sheets` (by kind: a count), `coverage` and, per location with something missing,
            `places` (counts of stock records, percent rounded down), `open_sheets`, `plans`
        :raises AccessError: for anyone but an inventory manager
        """
        self.check_access("read")
        by_place = self._get_coverage_by_place()
        total = sum(total for _place, total, _missing in by_place)
        missing = sum(missing for _place, _total, missing in by_place)
        return {
            "year": fields.Date.context_today(self).year,
            "sheets": self._get_sheet_counts(),
            "coverage": self._prepare_share(total, missing),
            "places": self._prepare_places(by_place),
            "open_sheets": self._get_open_sheets(),
            "plans": self._get_next_plans(),
        }

    @api.model
    def _get_company_domain(self):
        return Domain("company_id", "in", self.env.companies.ids)

    @api.model
    def _get_sheet_domains(self):
        """The kinds of sheets that the overview counts."""
        soon = fields.Datetime.add(fields.Datetime.now(), days=DUE_WITHIN_DAYS)
        return {
            "late": Domain("is_late", "=", True),
            "due": Domain("state", "in", ("draft", "planned")) & Domain("planned_start", "<=", soon),
            "in_progress": Domain("state", "=", "in_progress"),
            "completed": Domain("state", "=", "completed"),
        }

    @api.model
    def _get_sheet_counts(self):
        sheet_model = self.env["stock.inventory.sheet"]
        company = self._get_company_domain()
        return {
            kind: {"count": sheet_model.search_count(domain & company), "domain": list(domain & company)}
            for kind, domain in self._get_sheet_domains().items()
        }

    @api.model
    def _get_coverage_by_place(self):
        """List of (location, stock records, those not counted this year): one look at all stock, as that takes long."""
        return self._read_group(
            self._get_company_domain() | Domain("company_id", "=", False),
            ["location_id"],
            ["__count", "missing_count:sum"],
            order="missing_count:sum DESC",
        )

    @api.model
    def _prepare_share(self, total, missing):
        """Rounded down: 100 % means that nothing is missing."""
        counted = total - missing
        percent = counted * 100 // total if total else 100
        return {"total": total, "counted": counted, "missing": missing, "percent": percent}

    @api.model
    def _prepare_places(self, by_place):
        """Those with most missing."""
        return [
            {"id": place.id, "name": place.display_name, **self._prepare_share(total, missing)}
            for place, total, missing in by_place[:LISTED]
            if missing
        ]

    @api.model
    def _get_open_sheets(self):
        domain = self._get_company_domain() & Domain("state", "in", ("draft", "planned", *BLOCKING_STATES))
        sheets = self.env["stock.inventory.sheet"].search(domain, order="planned_end, id", limit=LISTED)
        states = dict(sheets._fields["state"]._description_selection(self.env))
        return [
            {
                "id": sheet.id,
                "name": sheet.name,
                "place": sheet.location_id.display_name,
                "state": sheet.state,
                "state_name": states[sheet.state],
                "is_late": sheet.is_late,
                "until": self._format_day(sheet.planned_end),
                "line_count": sheet.line_count,
                "counted_line_count": sheet.counted_line_count,
                "percent": int(sheet.counted_percent),
            }
            for sheet in sheets
        ]

    @api.model
    def _get_next_plans(self):
        plans = self.env["stock.count.plan"].search(self._get_company_domain(), order="next_date, id", limit=LISTED)
        return [
            {
                "id": plan.id,
                "name": plan.name,
                "place": plan.location_id.display_name,
                "date": format_date(self.env, plan.next_date),
                "problem": plan.problem,
            }
            for plan in plans
        ]

    @api.model
    def _format_day(self, moment):
        return moment and format_date(self.env, fields.Datetime.context_timestamp(self, moment).date())
