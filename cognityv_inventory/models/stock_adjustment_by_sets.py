from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class StockAdjustmentBySets(models.AbstractModel):
    """Adjusts stock by sets: the moves of all gaps, their lines and the quants of both sides are written by one statement
    each, whatever their number.

    What is moved is said by the models that inherit from this one: the gaps of a sheet, the reversal of a sheet,
    corrections. Their records are those of their documents, of one company: a record of `stock.inventory.sheet.by.sets`
    has the id of a sheet.

    What is written is what Odoo's own path writes, column by column: `test_set_based_equal` proves it. Products of which
    a gap needs more than that (see `stock_adjustment_by_sets_products`) are left to Odoo's own path, and so is all of it
    where another add-on has changed what this path leaves out (see `stock.inventory.path`).

    SQL throughout, as this is what it is for. The statements are over `line` (a gap), `product`, `template`, `category`
    (possibly without a row), `place` and `loss` (the inventory loss); those that come after the moves are over `move` and
    `line`. All that they write was locked before, see `_hold_what_changes` of a sheet and `_hold_stock` of corrections.
    """

    _name = "stock.adjustment.by.sets"
    _description = "Stock Adjustment by Sets"

    # The model of the documents.
    _document = None

    def _get_documents(self):
        return self.env[self._document].browse(self._ids)

    def _get_company(self):
        return self._get_documents().company_id

    # What is moved: each model says it for its documents

    def _get_gaps_query(self):
        """SQL of (id, product_id, template_id, location_id, lot_id, package_id, owner_id, real_qty, gap_qty, loss_id) and
        of what `_get_document_columns` needs: a row for each move that is to be made. A hook for more columns."""
        raise NotImplementedError

    def _get_ordered_ids(self, but_product_ids):
        """The ids of those rows in the order in which Odoo's own path makes their moves.

        :param but_product_ids: the products that are left to Odoo
        """
        raise NotImplementedError

    def _get_document_columns(self):
        """What a move says of its document, as SQL over `line` by column."""
        raise NotImplementedError

    def _get_move_domain(self):
        """The moves of these documents."""
        raise NotImplementedError

    def _get_moved_sql(self):
        """The moves that were made by sets, as the FROM and WHERE of a statement over `move` and `line`, which has
        product_id, location_id, lot_id, owner_id and gap_qty: there are no others yet."""
        raise NotImplementedError

    def _prepare_moves_for_odoo(self, product_ids):
        """
        :return: the values of the moves of these products, which Odoo makes itself
        """
        raise NotImplementedError

    # Moving

    def _move(self):
        """Make the moves and carry them out; Odoo does those of some products."""
        product_ids = self._find_products_for_odoo()
        vals_list = self._prepare_moves_for_odoo(product_ids)
        if gap_ids := self._get_ordered_ids(product_ids):
            self.env.flush_all()
            self._write_by_sets(gap_ids)
            self.env.invalidate_all(flush=False)
            self._after_moves()
        if vals_list:
            self.env.invalidate_all()
            self._get_documents()._do_moves(vals_list)

    def _needs_odoo(self):
        """Whether all of it is left to Odoo's own path. A hook.

        Default values, of a user or of the context, are for whoever creates records one by one.
        """
        models = ("stock.move", "stock.move.line", "stock.quant")
        names = {f"default_{name}" for model in models for name in self.env[model]._fields}
        defaults = self.env["ir.default"].with_company(self._get_company())
        return bool(names & self.env.context.keys()) or any(map(defaults._get_model_defaults, models))

    def _write_by_sets(self, gap_ids):
        report = self.env["stock.inventory.job"]._report
        for percent, write in self._get_writes(gap_ids):
            write()
            report(percent, 100)

    def _get_writes(self, gap_ids):
        """The writes in their order, each with how much of a validation is about behind it then: in % of its time, a rough
        share as the bar showed it with 15,000 and 30,000 lines.

        :return: list of (percent, callable)
        """
        return [
            (40, lambda: self._insert_moves(gap_ids)),
            (52, self._insert_move_lines),
            # The inventory loss first: it takes over since when there was what it gets.
            (54, self._update_loss_quants),
            (62, self._insert_loss_quants),
            (68, self._update_own_quants),
            (71, self._insert_own_quants),
            (72, self._update_lot_places),
        ]

    def _after_moves(self):
        """What follows from the moves elsewhere. A hook, with an empty cache."""
        self._check_moves_allowed()
        self._free_reservations()
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
            self._get_gaps_query(),
        )

    def _get_company_field_sql(self, model, alias, name):
        """A field that has a value in each company, in that of the documents."""
        return self.env[model].sudo().with_company(self._get_company())._field_to_sql(alias, name)

    def _get_found_loss_sql(self):
        """Where what is found comes from and what is lost goes to, over `reason` and `template`: what
        `_get_inventory_loss` of a `stock.adjustment.mixin` says."""
        return SQL(
            "COALESCE(%s, %s)",
            self._get_company_field_sql("stock.correction.reason", "reason", "loss_location_id"),
            self._get_company_field_sql("product.template", "template", "property_stock_inventory"),
        )

    def _insert_moves(self, gap_ids):
        """In the order in which Odoo's own path makes them.

        Their order is asked for before: PostgreSQL knows nothing yet of lines that were just filled in, and would join
        them with themselves row by row.
        """
        source = SQL(
            "%s JOIN UNNEST(%s::int[]) WITH ORDINALITY ordered (id, position) ON ordered.id = line.id ORDER BY position",
            self._get_gap_sql(),
            gap_ids,
        )
        self._insert("stock_move", self._get_move_columns(), source)

    def _get_move_columns(self):
        """What a move has in its columns, as SQL by name; what is not here is empty. A hook."""
        columns = self._get_log_columns() | {
            "additional": SQL("FALSE"),
            "company_id": SQL("%s", self._get_company().id),
            "date": SQL("%s::timestamp", fields.Datetime.now()),
            "is_inventory": SQL("TRUE"),
            "location_id": SQL("CASE WHEN line.gap_qty > 0 THEN loss.id ELSE place.id END"),
            "location_dest_id": SQL("CASE WHEN line.gap_qty > 0 THEN place.id ELSE loss.id END"),
            "packaging_uom_id": SQL("template.uom_id"),
            "picked": SQL("TRUE"),
            "priority": SQL("'0'"),
            "procure_method": SQL("'make_to_stock'"),
            "product_id": SQL("line.product_id"),
            "product_uom": SQL("template.uom_id"),
            "propagate_cancel": SQL("TRUE"),
            "restrict_partner_id": SQL("line.owner_id"),
            "sequence": SQL("10"),
            "state": SQL("'done'"),
        }
        quantities = ("product_qty", "product_uom_qty", "quantity", "packaging_uom_qty")
        columns |= dict.fromkeys(quantities, SQL("ABS(line.gap_qty)"))
        return columns | self._get_production_columns() | self._get_document_columns()

    def _get_production_columns(self):
        """What Manufacturing has of every move."""
        if "unit_factor" not in self.env["stock.move"]._fields:
            return {}
        return {"manual_consumption": SQL("FALSE"), "unit_factor": SQL("1.0")}

    def _insert_move_lines(self):
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
        self._insert_quants(self._get_loss_changes_query(), {})

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
        """Of what was found where there was none: it is to be counted when its place is."""
        changes = SQL(
            """SELECT line.product_id, line.lot_id, line.owner_id, line.location_id, line.gap_qty AS quantity,
                      move.date AS in_date %s""",
            self._get_moved_sql(),
        )
        query = SQL("SELECT DISTINCT changed.location_id %s", self._get_new_quants_sql(changes))
        places = self.env["stock.location"].sudo().browse(place_id for [place_id] in self.env.execute_query(query))
        self._insert_quants(changes, {place.id: place._get_next_inventory_date() or None for place in places})

    def _get_new_quants_sql(self, changes):
        """
        :param changes: SQL of (product_id, lot_id, owner_id, location_id, quantity, in_date)
        :return: those that have no quant yet, as the FROM and WHERE of a statement over `changed`
        """
        return SQL(
            """
            FROM (%s) changed
           WHERE NOT EXISTS (SELECT FROM stock_quant quant WHERE quant.location_id = changed.location_id AND %s)
            """,
            changes,
            self._get_quant_match_sql("changed"),
        )

    def _insert_quants(self, changes, count_dates):
        """
        :param changes: as of `_get_new_quants_sql`
        :param count_dates: dict of place id → when it is to be counted next
        """
        names = ("product_id", "lot_id", "owner_id", "location_id", "quantity", "in_date")
        columns = self._get_log_columns() | {name: SQL.identifier("made", name) for name in names}
        columns |= {
            "company_id": SQL("place.company_id"),
            "inventory_date": SQL("planned.date"),
            "reserved_quantity": SQL("0"),
            "inventory_diff_quantity": SQL("0"),
            "inventory_quantity_set": SQL("FALSE"),
        }
        source = SQL(
            """
            FROM (SELECT changed.* %s) made
            JOIN stock_location place ON place.id = made.location_id
       LEFT JOIN UNNEST(%s::int[], %s::date[]) AS planned (place_id, date) ON planned.place_id = place.id
            """,
            self._get_new_quants_sql(changes),
            list(count_dates),
            list(count_dates.values()),
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
        moves = self._get_move_domain()
        for model, domain in {"stock.move": moves, "stock.move.line": Domain("move_id", "any", moves)}.items():
            self.env[model].check_access("create")
            rule = Domain.TRUE if self.env.su else self.env["ir.rule"]._compute_domain(model, "create")
            self.env[model].sudo().search(domain & ~rule, limit=1).sudo(self.env.su).check_access("create")

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

    def _get_awaited_moves(self):
        """Those of the moves of these documents that somebody may wait for: Odoo asks for all of them, one by one."""
        self.env.flush_all()
        query = SQL(
            """
            SELECT move.id FROM stock_move move
             WHERE move.id IN %s AND EXISTS (
                SELECT FROM stock_move waiting
                 WHERE waiting.product_id = move.product_id AND waiting.location_id = move.location_dest_id
                   AND waiting.state IN ('confirmed', 'partially_available'))
             ORDER BY move.id
            """,
            self.env["stock.move"].sudo()._search(self._get_move_domain()).subselect(),
        )
        moves = self.env["stock.move"].with_company(self._get_company())
        return moves.browse(move_id for [move_id] in self.env.execute_query(query))
