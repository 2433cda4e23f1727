from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class StockInventorySheet(models.Model):
    """Filling a sheet with what should be in its places."""

    _inherit = "stock.inventory.sheet"

    accounting_family_id = fields.Many2one("product.accounting.family")
    product_categ_id = fields.Many2one("product.category", "Product category", help="With its sub-categories.")
    product_ids = fields.Many2many("product.product", string="Products", domain=[("is_storable", "=", True)])
    exclude_out_of_stock = fields.Boolean("Exclude out of stock products", help="Leave out what should not be there.")
    include_obsolete = fields.Boolean(
        "Include obsolete products", help="Also products past their obsolete date, and archived ones."
    )
    rack_from = fields.Char("From rack", help="Only places whose name comes at or after this one.")
    rack_to = fields.Char("To rack", help="Only places whose name comes at or before this one, or starts with it.")
    refill_at_start = fields.Boolean(
        "Fill again at Start",
        copy=False,
        help="Start adds what has come into stock since the sheet was filled. Deleting a line switches this off.",
    )

    def action_fill(self):
        """Add a line for everything that the system has in the sheet's places and that meets the criteria.

        Lines that are there already are not touched, so filling again adds what is missing.

        :return: a notification that says how many lines were added
        """
        self._check_manager()
        self._check_open_for_lines()
        self._refresh_lines_before_start()
        added = sum(sheet._fill() for sheet in self)
        self.refill_at_start = True
        self._check_no_overlap_while_counted()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if added else "info",
                "message": self.env._("Lines added: %(count)s.", count=added)
                if added
                else self.env._("Nothing to add: everything in stock there that meets the criteria has its line."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _refresh_lines_before_start(self):
        """Lines that were filled some time ago say what the system has today, as those that are added now do."""
        not_started = self.filtered(lambda sheet: sheet.state in ("draft", "planned"))
        line_model = self.env["stock.inventory.sheet.line"]
        if line_model.search_count([("sheet_id", "in", not_started.ids)], limit=1):
            line_model._refresh_current_qty(not_started)

    def _add_what_has_come_since_fill(self):
        for sheet in self.filtered("refill_at_start"):
            sheet._fill()

    def _get_fill_product_domain(self):
        """The products that a fill considers."""
        self.ensure_one()
        domain = Domain("is_storable", "=", True) & self._get_fill_count_type_domain()
        if self.accounting_family_id:
            domain &= Domain("accounting_family_id", "=", self.accounting_family_id.id)
        if self.product_categ_id:
            domain &= Domain("categ_id", "child_of", self.product_categ_id.id)
        if self.product_ids:
            domain &= Domain("id", "in", self.product_ids.ids)
        if not self.include_obsolete:
            day = fields.Date.to_date(self.planned_end) or fields.Date.context_today(self)
            domain &= Domain("obsolete_date", "=", False) | Domain("obsolete_date", ">", day)
            domain &= Domain("active", "=", True)
        return domain

    def _get_fill_count_type_domain(self):
        return Domain("count_type", "in", [self.count_type, False])

    def _get_fill_location_domain(self):
        """The places that a fill considers: those of the sheet, within its range of racks."""
        domain = self._get_location_domain()
        if self.rack_from:
            domain &= Domain.custom(to_sql=self._rack_from_to_sql)
        if self.rack_to:
            domain &= Domain.custom(to_sql=self._rack_to_to_sql)
        return domain

    def _rack_from_to_sql(self, model, alias, query):
        name = model._field_to_sql(alias, "name", query)
        return SQL('LOWER(%s) COLLATE "C" >= LOWER(%s)', name, self.rack_from.strip())

    def _rack_to_to_sql(self, model, alias, query):
        """Up to "B" means all of rack B, "B-07" too: only as many letters as were given are compared."""
        name, last = model._field_to_sql(alias, "name", query), self.rack_to.strip()
        return SQL('LEFT(LOWER(%s), %s) COLLATE "C" <= LOWER(%s)', name, len(last), last)

    def _fill(self):
        """Add the missing lines of one sheet by one INSERT … SELECT, as a sheet has up to some 100,000 lines.

        :return: the number of lines added
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO stock_inventory_sheet_line
                       (sheet_id, company_id, product_id, location_id, lot_id, package_id, owner_id,
                        current_qty, real_qty, gap_qty, is_counted, count_status,
                        create_uid, write_uid, create_date, write_date)
                SELECT %(sheet)s, %(company)s, product_id, location_id, lot_id, package_id, owner_id,
                       COALESCE(SUM(quantity), 0), 0, 0, FALSE, 'to_count',
                       %(user)s, %(user)s, %(now)s, %(now)s
                  FROM (%(stock)s) stock
              GROUP BY product_id, location_id, lot_id, package_id, owner_id
                %(having)s
              ORDER BY location_id, product_id, lot_id
           ON CONFLICT DO NOTHING
                """,
                sheet=self.id,
                company=self.company_id.id,
                user=self.env.uid,
                now=self.env.cr.now(),
                stock=SQL(" UNION ALL ").join(self._get_fill_queries()),
                having=SQL("HAVING SUM(quantity) <> 0") if self.exclude_out_of_stock else SQL(),
            )
        )
        added = self.env.cr.rowcount
        self.invalidate_recordset(["line_ids", "line_count", "counted_percent"])
        return added

    def _get_fill_queries(self):
        """SELECTs of product, place, lot, package, owner and quantity, to be filled with."""
        products = self._get_fill_products_query()
        locations = self.env["stock.location"].with_context(active_test=False)._search(self._get_fill_location_domain())
        queries = [self._get_quant_query(products.subselect(), locations.subselect())]
        if not self.exclude_out_of_stock:
            queries.append(self._get_out_of_stock_query(products.subselect(), locations.subselect()))
            if self.product_ids:
                queries.append(self._get_chosen_query(products.subselect(), locations.subselect()))
        return queries

    def _get_fill_products_query(self):
        product_model = self.env["product.product"].with_context(active_test=False)
        return product_model._search(self._get_fill_product_domain())

    @api.model
    def _get_quant_query(self, products, locations):
        return SQL(
            """SELECT product_id, location_id, lot_id, package_id, owner_id, quantity
                 FROM stock_quant WHERE product_id IN %s AND location_id IN %s""",
            products,
            locations,
        )

    @api.model
    def _get_out_of_stock_query(self, products, locations):
        """What was once in a place and is there no longer. Tracked products are left out: a line for each serial
        number that ever passed would hide the others."""
        return SQL(
            """SELECT line.product_id, line.location_dest_id, NULL::integer, NULL::integer, NULL::integer, 0
                 FROM stock_move_line line
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE line.state = 'done' AND template.tracking = 'none'
                  AND line.product_id IN %s AND line.location_dest_id IN %s
                  AND NOT EXISTS (SELECT FROM stock_quant quant
                                   WHERE quant.product_id = line.product_id
                                     AND quant.location_id = line.location_dest_id)""",
            products,
            locations,
        )

    def _get_chosen_query(self, products, locations):
        """Products that were named are counted even if they were never there."""
        return SQL(
            """SELECT product.id, %(location)s, NULL::integer, NULL::integer, NULL::integer, 0
                 FROM product_product product
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE template.tracking = 'none' AND product.id IN %(products)s AND %(location)s IN %(locations)s
                  AND NOT EXISTS (SELECT FROM stock_quant quant
                                   WHERE quant.product_id = product.id AND quant.location_id IN %(locations)s)""",
            products=products,
            locations=locations,
            location=self.location_id.id,
        )
