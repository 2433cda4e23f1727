from collections import Counter

from odoo import api, models
from odoo.tools import SQL

from ..tools.own_write import is_own_write

# Fewer are stored one by one: the look at what they are costs more.
LEAST_COUNTS = 50
# What is given for a count; the sheet and the company are those of its line.
GIVEN_COLUMNS = (
    "line_id",
    "pass_number",
    "quantity",
    "mode",
    "on_hand_qty",
    "user_id",
    "counted_at",
    "source",
    "code",
    "client_uuid",
    "superseded",
)


class StockInventoryCount(models.Model):
    """Many counts stored by sets: one statement adds them, one writes what follows from them on their lines.

    What is written is what the ORM writes, column by column: `test_counts_by_sets` proves it. Counts were checked before,
    and those from which the quantity of their line does not follow by themselves are left to the ORM: where people are
    compared or added up, where a recount was asked for or may be, where a line has a later count. Everything is where
    another add-on has changed what this leaves out (see `stock.inventory.path`).
    """

    _inherit = "stock.inventory.count"

    @api.model
    def _lock_lines(self, lines):
        """Without writing them, as that is done when their results are: PostgreSQL checks all links of a row that is
        written for the second time in a transaction. SQL, since the ORM's lock does not wait."""
        if len(lines) < LEAST_COUNTS or not self._may_store_by_sets():
            return super()._lock_lines(lines)
        query = SQL(
            "SELECT FROM stock_inventory_sheet_line WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(lines.ids)
        )
        self.env.cr.execute(query)

    def _store(self, vals_list, create):
        self = self.browse()
        if len(vals_list) < LEAST_COUNTS or not self._may_store_by_sets():
            return super()._store(vals_list, create)
        defaults = self.default_get(GIVEN_COLUMNS)
        vals_list = [{**defaults, **vals} for vals in vals_list]
        decisive = self._get_decisive(vals_list)
        others = [vals for vals in vals_list if vals["line_id"] not in decisive]
        self.env["stock.inventory.sheet.line"].browse({vals["line_id"] for vals in others})._lock_for_count()
        stored = iter(super()._store(others, create) if others else self)
        by_sets = self._store_by_sets([vals for vals in vals_list if vals["line_id"] in decisive])
        return self.concat(*(by_sets.get(vals["line_id"]) or next(stored) for vals in vals_list))

    def _may_store_by_sets(self):
        return not is_own_write(self.env) and self.env["stock.inventory.path"]._stores_counts_by_sets()

    # Which

    @api.model
    def _get_decisive(self, vals_list):
        """The lines whose quantity is what is counted now, whatever was counted before: set of ids."""
        moments = {vals["line_id"]: vals["counted_at"] for vals in vals_list if self._sets_quantity(vals)}
        repeated = {line_id for line_id, number in Counter(vals["line_id"] for vals in vals_list).items() if number > 1}
        lines = self.env["stock.inventory.sheet.line"].sudo().browse(moments.keys() - repeated)
        lines = lines.filtered(lambda line: not (line.asked_pass or line.accepted_pass))
        simple = lines.sheet_id.filtered(lambda sheet: not (sheet.counts_apart or sheet._may_need_recounts()))
        ids = lines.filtered(lambda line: line.sheet_id in simple).ids
        return set(ids) - self._get_counted_later({line_id: moments[line_id] for line_id in ids})

    @api.model
    def _sets_quantity(self, vals):
        """Whether a count says alone what there is, and nothing that is not known here."""
        is_known = vals.keys() <= set(GIVEN_COLUMNS) and vals["source"] in self._fields["source"].get_values(self.env)
        return is_known and vals["mode"] == "set" and vals["pass_number"] == 1 and not vals.get("superseded")

    @api.model
    def _get_counted_later(self, moments):
        """The lines that have a count already that is of a later moment or of another pass.

        SQL, since each line has a moment of its own.

        :param moments: dict of line id → datetime in UTC
        :return: set of line ids
        """
        self.flush_model()
        query = SQL(
            """
            SELECT DISTINCT count.line_id
              FROM UNNEST(%s::int[], %s::timestamp[]) AS seen (line_id, at)
              JOIN stock_inventory_count count ON count.line_id = seen.line_id
             WHERE count.superseded IS NOT TRUE AND (count.counted_at > seen.at OR count.pass_number <> 1)
            """,
            list(moments),
            list(moments.values()),
        )
        return {line_id for [line_id] in self.env.execute_query(query)}

    # Storing

    def _store_by_sets(self, vals_list):
        """
        :param vals_list: of one count for each line
        :return: dict of line id → count
        """
        if not vals_list:
            return {}
        self.browse().check_access("create")
        sheets = self.env["stock.inventory.sheet.line"].sudo().browse(vals["line_id"] for vals in vals_list).sheet_id
        self.env.flush_all()
        ids = self._insert(vals_list)
        for sheet in sheets:
            self._write_results(list(ids.values()), sheet)
        self.env.invalidate_all()
        counts = self.browse(ids.values())
        counts.check_access("create")
        return dict(zip(ids, counts, strict=True))

    @api.model
    def _insert(self, vals_list):
        """
        :return: dict of line id → id of its count
        """
        fields = [self._fields[name] for name in GIVEN_COLUMNS]
        columns = [
            [field.convert_to_column_insert(vals.get(field.name), self) for vals in vals_list] for field in fields
        ]
        arrays = [
            SQL("%s::%s[]", column, SQL.identifier(field.column_type[0]))
            for field, column in zip(fields, columns, strict=True)
        ]
        names = SQL(", ").join(map(SQL.identifier, GIVEN_COLUMNS))
        query = SQL(
            """
            INSERT INTO stock_inventory_count
                   (%(names)s, sheet_id, company_id, create_uid, create_date, write_uid, write_date)
            SELECT %(given)s, line.sheet_id, line.company_id, %(user)s, %(now)s, %(user)s, %(now)s
              FROM UNNEST(%(arrays)s) WITH ORDINALITY AS given (%(names)s, position)
              JOIN stock_inventory_sheet_line line ON line.id = given.line_id
          ORDER BY given.position
         RETURNING line_id, id
            """,
            names=names,
            given=SQL(", ").join(SQL.identifier("given", name) for name in GIVEN_COLUMNS),
            arrays=SQL(", ").join(arrays),
            user=self.env.uid,
            now=self.env.cr.now(),
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _write_results(self, count_ids, sheet):
        """Write on the lines of a sheet what their counts say."""
        results = self._get_results_sql(sheet) | {
            "write_uid": SQL("%s", self.env.uid),
            "write_date": SQL("%s", self.env.cr.now()),
        }
        query = SQL(
            """
            UPDATE stock_inventory_sheet_line line SET %s
              FROM stock_inventory_count count
             WHERE count.id = ANY(%s) AND line.id = count.line_id AND count.sheet_id = %s
            """,
            SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in results.items()),
            count_ids,
            sheet.id,
        )
        self.env.cr.execute(query)

    @api.model
    def _get_results_sql(self, sheet):
        """What a line that was counted by a set quantity has in its columns, as SQL over `line` and `count` by name.

        A hook: an add-on of ours adds the fields that follow from these, together with its tests.
        """
        return {
            "real_qty": SQL("count.quantity"),
            "is_counted": SQL("TRUE"),
            "last_counted_at": SQL("count.counted_at"),
            "last_counted_by_id": SQL("count.user_id"),
            "counted_on_hand": SQL("count.on_hand_qty"),
            "count_status": SQL("'counted'"),
            "gap_qty": SQL("count.quantity - count.on_hand_qty"),
        }
