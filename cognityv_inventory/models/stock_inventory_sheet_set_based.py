from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class StockInventorySheet(models.Model):
    """Validation and reversal by sets: the moves of all gaps, their lines and the quants of both sides are written by one
    statement each, whatever the size of the sheet.

    What is written is what Odoo's own path writes, column by column: `test_set_based_equal` proves it. Products of which
    a line needs more than that (see `stock_inventory_sheet_set_products`) are left to Odoo's own path, and so is the
    whole sheet where another add-on has changed what this path leaves out (see `stock.inventory.path`).

    SQL throughout, as this is what it is for. The statements are over `line` (a gap), `product`, `template`, `category`
    (possibly without a row), `place` and `loss` (the inventory loss); those that come after the moves are over `move` and
    `line`. All that they write was locked before, see `stock_inventory_sheet_locks`. What they are about, the gaps of a
    sheet or their reversal, is said by `stock_inventory_sheet_set_subject`.
    """

    _inherit = "stock.inventory.sheet"

    def _move_gaps(self):
        if not self.env["stock.inventory.path"]._is_set_based(self):
            return super()._move_gaps()
        vals_list, product_ids = self._prepare_moves_for_odoo()
        self._move_by_sets(product_ids)
        if vals_list:
            self._do_moves(vals_list)

    def _move_by_sets(self, but_product_ids):
        """
        :param but_product_ids: the products that are left to Odoo
        """
        self.env.flush_all()
        self._write_by_sets(but_product_ids)
        self.env.invalidate_all(flush=False)
        self._after_moves_by_sets()

    def _needs_odoo(self):
        """Whether the whole sheet is left to Odoo's own path. A hook.

        Default values, of a user or of the context, are for whoever creates records one by one.
        """
        models = ("stock.move", "stock.move.line", "stock.quant")
        names = {f"default_{name}" for model in models for name in self.env[model]._fields}
        defaults = self.env["ir.default"].with_company(self.company_id)
        return bool(names & self.env.context.keys()) or any(map(defaults._get_model_defaults, models))

    def _prepare_moves_for_odoo(self):
        """
        :return: the values of the moves that Odoo makes itself, and the ids of their products
        """
        product_ids = self._find_products_for_odoo()
        lines = self._get_gap_lines(Domain("product_id", "in", product_ids))
        return self._prepare_gap_moves(lines), product_ids

    def _write_by_sets(self, but_product_ids):
        self._insert_gap_moves(but_product_ids)
        self._insert_gap_move_lines()
        # The inventory loss first: it takes over since when there was what it gets.
        self._update_loss_quants()
        self._insert_loss_quants()
        self._update_own_quants()
        self._insert_own_quants()
        self._update_lot_places()

    def _after_moves_by_sets(self):
        """What follows from the moves elsewhere. A hook, with an empty cache."""
        self._check_moves_allowed()
        self._update_orderpoints()

    # Moves

    def _get_gap_sql(self):
        """The gaps, as the FROM of a statement."""
        return SQL(
            """
            FROM (%s) line
            JOIN product_product product ON product.id = line.product_id
            JOIN product_template template ON template.id = line.template_id
            LEFT JOIN product_category category ON category.id = template.categ_id
            JOIN stock_location place ON place.id = line.location_id
            LEFT JOIN stock_location loss ON loss.id = line.loss_id
            """,
            self._get_subject_query(),
        )

    def _get_company_field_sql(self, model, alias, name):
        """A field that has a value in each company, in that of the sheet."""
        return self.env[model].sudo().with_company(self.company_id)._field_to_sql(alias, name)

    def _insert_gap_moves(self, but_product_ids):
        """In the order in which Odoo's own path makes them.

        Their order is asked for before: PostgreSQL knows nothing yet of lines that were just filled in, and would join
        them with themselves row by row.
        """
        source = SQL(
            "%s JOIN UNNEST(%s::int[]) WITH ORDINALITY ordered (id, position) ON ordered.id = line.%s ORDER BY position",
            self._get_gap_sql(),
            self._get_subject_ids(but_product_ids),
            SQL.identifier(self._get_subject_key()),
        )
        self._insert("stock_move", self._get_move_columns(), source)

    def _get_move_columns(self):
        """What a move has in its columns, as SQL by name; what is not here is empty. A hook."""
        columns = self._get_log_columns() | {
            "additional": SQL("FALSE"),
            "company_id": SQL("%s", self.company_id.id),
            "date": SQL("%s::timestamp", fields.Datetime.now()),
            "inventory_name": SQL("%s", self.name),
            "is_inventory": SQL("TRUE"),
            "location_id": SQL("CASE WHEN line.gap_qty > 0 THEN loss.id ELSE place.id END"),
            "location_dest_id": SQL("CASE WHEN line.gap_qty > 0 THEN place.id ELSE loss.id END"),
            "origin": SQL("%s", self.name),
            "packaging_uom_id": SQL("template.uom_id"),
            "picked": SQL("TRUE"),
            "priority": SQL("'0'"),
            "procure_method": SQL("'make_to_stock'"),
            "product_id": SQL("line.product_id"),
            "product_uom": SQL("template.uom_id"),
            "propagate_cancel": SQL("TRUE"),
            "reference": SQL("%s", self.name),
            "restrict_partner_id": SQL("line.owner_id"),
            "sequence": SQL("10"),
            "state": SQL("'done'"),
        }
        quantities = ("product_qty", "product_uom_qty", "quantity", "packaging_uom_qty")
        columns |= dict.fromkeys(quantities, SQL("ABS(line.gap_qty)"))
        return columns | self._get_production_columns() | self._get_subject_columns()

    def _get_production_columns(self):
        """What Manufacturing has of every move."""
        if "unit_factor" not in self.env["stock.move"]._fields:
            return {}
        return {"manual_consumption": SQL("FALSE"), "unit_factor": SQL("1.0")}

    def _insert_gap_move_lines(self):
        columns = self._get_log_columns() | {
            "company_id": SQL("move.company_id"),
            "date": SQL("move.date"),
            "location_id": SQL("move.location_id"),
            "location_dest_id": SQL("move.location_dest_id"),
            "lot_id": SQL("line.lot_id"),
            "move_id": SQL("move.id"),
            "owner_id": SQL("line.owner_id"),
            "picked": SQL("TRUE"),
            "product_id": SQL("move.product_id"),
            "product_uom_id": SQL("move.product_uom"),
            "quantity": SQL("move.quantity"),
            "quantity_product_uom": SQL("move.quantity"),
            "state": SQL("move.state"),
        }
        self._insert("stock_move_line", columns, SQL("%s ORDER BY move.id", self._get_moved_sql()))

    def _get_log_columns(self):
        now = SQL("NOW() AT TIME ZONE 'UTC'")
        user = SQL("%s", self.env.uid)
        return {"create_uid": user, "create_date": now, "write_uid": user, "write_date": now}

    def _insert(self, table, columns, source):
        """
        :param columns: SQL by name of the column
        :param source: SQL, from FROM on
        """
        query = SQL(
            "INSERT INTO %s (%s) SELECT %s %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(columns.values()),
            source,
        )
        self.env.cr.execute(query)

    # Quants

    def _get_quant_match_sql(self, alias):
        """Whether `quant` is the one of these product, lot and owner that is in no package."""
        return SQL(
            """quant.product_id = %(alias)s.product_id AND quant.package_id IS NULL
               AND COALESCE(quant.lot_id, 0) = COALESCE(%(alias)s.lot_id, 0)
               AND COALESCE(quant.owner_id, 0) = COALESCE(%(alias)s.owner_id, 0)""",
            alias=SQL.identifier(alias),
        )

    def _get_loss_changes_query(self):
        """SQL of what each quant of the inventory loss gets: several lines may give to the same one. It remembers since
        when there was what it got last; what it gives comes in now."""
        return SQL(
            """
            SELECT line.product_id, line.lot_id, line.owner_id, line.loss_id AS location_id,
                   -SUM(line.gap_qty) AS quantity,
                   (ARRAY_AGG(CASE WHEN line.gap_qty > 0 THEN line.date ELSE quant.in_date END
                       ORDER BY line.move_id DESC))[1] AS in_date
              FROM (
                SELECT line.*, move.id AS move_id, move.date,
                       CASE WHEN line.gap_qty > 0 THEN move.location_id ELSE move.location_dest_id END AS loss_id %s
                ) line
         LEFT JOIN stock_quant quant ON quant.location_id = line.location_id AND %s
          GROUP BY line.product_id, line.lot_id, line.owner_id, line.loss_id
            """,
            self._get_moved_sql(),
            self._get_quant_match_sql("line"),
        )

    def _update_loss_quants(self):
        query = SQL(
            """
            UPDATE stock_quant quant
               SET quantity = COALESCE(quant.quantity, 0) + changed.quantity, in_date = changed.in_date,
                   write_uid = %s, write_date = NOW() AT TIME ZONE 'UTC'
              FROM (%s) changed
             WHERE quant.location_id = changed.location_id AND %s
            """,
            self.env.uid,
            self._get_loss_changes_query(),
            self._get_quant_match_sql("changed"),
        )
        self.env.cr.execute(query)

    def _insert_loss_quants(self):
        self._insert_quants(self._get_loss_changes_query())

    def _update_own_quants(self):
        """What was there stays the oldest; what comes in to nothing, or less, comes in now."""
        query = SQL(
            """
            UPDATE stock_quant quant
               SET quantity = COALESCE(quant.quantity, 0) + line.gap_qty,
                   in_date = CASE WHEN quant.quantity > 0 THEN LEAST(quant.in_date, line.date) ELSE line.date END,
                   write_uid = %s, write_date = NOW() AT TIME ZONE 'UTC'
              FROM (SELECT line.*, CASE WHEN line.gap_qty > 0 THEN move.date ELSE 'infinity' END AS date %s) line
             WHERE quant.location_id = line.location_id AND %s
            """,
            self.env.uid,
            self._get_moved_sql(),
            self._get_quant_match_sql("line"),
        )
        self.env.cr.execute(query)

    def _insert_own_quants(self):
        """Of what was found where there was none. When it is to be counted again is set by `_remember_last_count`."""
        self._insert_quants(
            SQL(
                """SELECT line.product_id, line.lot_id, line.owner_id, line.location_id, line.gap_qty AS quantity,
                          move.date AS in_date %s""",
                self._get_moved_sql(),
            )
        )

    def _insert_quants(self, changes):
        """
        :param changes: SQL of (product_id, lot_id, owner_id, location_id, quantity, in_date); those that have a quant
            already are passed over
        """
        names = ("product_id", "lot_id", "owner_id", "location_id", "quantity", "in_date")
        columns = self._get_log_columns() | {name: SQL.identifier("changed", name) for name in names}
        columns |= {
            "company_id": SQL("place.company_id"),
            "reserved_quantity": SQL("0"),
            "inventory_diff_quantity": SQL("0"),
            "inventory_quantity_set": SQL("FALSE"),
        }
        source = SQL(
            """
            FROM (%s) changed
            JOIN stock_location place ON place.id = changed.location_id
           WHERE NOT EXISTS (SELECT FROM stock_quant quant WHERE quant.location_id = changed.location_id AND %s)
            """,
            changes,
            self._get_quant_match_sql("changed"),
        )
        self._insert("stock_quant", columns, source)

    def _update_lot_places(self):
        """A lot knows its place while there is some of it in one place only, the inventory loss included."""
        query = SQL(
            """
            UPDATE stock_lot lot
               SET location_id = known.location_id, write_uid = %s, write_date = NOW() AT TIME ZONE 'UTC'
              FROM (
                SELECT quant.lot_id,
                       CASE WHEN COUNT(DISTINCT quant.location_id) FILTER (WHERE quant.quantity > 0) = 1
                            THEN MIN(quant.location_id) FILTER (WHERE quant.quantity > 0) END AS location_id
                  FROM stock_quant quant
                 WHERE quant.lot_id IN (SELECT line.lot_id %s)
              GROUP BY quant.lot_id
                ) known
             WHERE lot.id = known.lot_id AND lot.location_id IS DISTINCT FROM known.location_id
            """,
            self.env.uid,
            self._get_moved_sql(),
        )
        self.env.cr.execute(query)

    # Afterwards

    def _check_moves_allowed(self):
        """The user may make such moves, as Odoo's own path would find out move by move.

        :raises AccessError: when a rule of access forbids it
        """
        name = self._get_subject_link()
        for model, link in {"stock.move": name, "stock.move.line": f"move_id.{name}"}.items():
            self.env[model].check_access("create")
            rule = Domain.TRUE if self.env.su else self.env["ir.rule"]._compute_domain(model, "create")
            forbidden = Domain(link, "=", self.id) & ~rule
            self.env[model].sudo().search(forbidden, limit=1).sudo(self.env.su).check_access("create")

    def _update_orderpoints(self):
        """Reordering rules are worked out again: what to order, in the warehouses of the moves; by when, everywhere."""
        query = SQL(
            """
            SELECT orderpoint.id,
                   orderpoint.active AND BOOL_OR(
                       orderpoint.warehouse_id IN (source.warehouse_id, destination.warehouse_id)
                       OR COALESCE(source.warehouse_id, destination.warehouse_id) IS NULL)
              FROM (SELECT DISTINCT move.product_id, move.location_id, move.location_dest_id %s) move
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location destination ON destination.id = move.location_dest_id
              JOIN stock_warehouse_orderpoint orderpoint ON orderpoint.product_id = move.product_id
          GROUP BY orderpoint.id ORDER BY orderpoint.id
            """,
            self._get_moved_sql(),
        )
        rows = self.env.execute_query(query)
        orderpoints = self.env["stock.warehouse.orderpoint"].sudo()
        to_order = orderpoints.browse([orderpoint_id for orderpoint_id, is_near in rows if is_near])
        every = orderpoints.browse([orderpoint_id for orderpoint_id, _is_near in rows])
        self.env.add_to_compute(orderpoints._fields["qty_to_order_computed"], to_order)
        self.env.add_to_compute(orderpoints._fields["deadline_date"], every)
