"""What a piece of code writes into a database, to be compared with what another one writes.

Rows that were there before are known by their id. A new row is known by what is in it: a column that points to another new
row is replaced by that row's own content, so that ids do not matter, and the order in which rows are made neither.
"""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

from odoo.tools import SQL

# Of a new row, what says nothing about it.
LOG_TIMES = {"create_date", "write_date"}


class Written:
    """The rows of the tables that one of the paths wrote, taken at its end."""

    def __init__(self, env, tables, before):
        """
        :param before: dict of table → set of ids that were there before
        """
        self.env, self.before = env, before
        self.references = get_references(env)
        self.rows = {table: self._read(table) for table in tables}
        self._known = {}

    def _read(self, table):
        self.env.cr.execute(SQL("SELECT * FROM %s", SQL.identifier(table)))
        rows = self.env.cr.dictfetchall()
        return {row.get("id", index): row for index, row in enumerate(rows)}

    def get_content(self, allowed):
        """Counter of (table, id or None, row) for all rows.

        :param allowed: set of (table, column) that are not looked at
        """
        self._allowed = allowed
        return {table: Counter(self._get_label(table, row_id) for row_id in rows) for table, rows in self.rows.items()}

    def _get_label(self, table, row_id):
        key = (table, row_id)
        if key not in self._known:
            self._known[key] = ("in itself",)
            row = self.rows[table][row_id]
            columns = tuple(
                (name, self._get_value(table, row, name, value))
                for name, value in sorted(row.items())
                if name != "id" and name not in LOG_TIMES and (table, name) not in self._allowed
            )
            self._known[key] = (row_id if row_id in self.before.get(table, ()) else None, columns)
        return self._known[key]

    def _get_value(self, table, row, name, value):
        target = self.references.get((table, name))
        if name == "res_id" and (model := row.get("model") or row.get("res_model")) in self.env:
            target = self.env[model]._table
        if target in self.rows and value in self.rows[target] and value not in self.before.get(target, ()):
            return self._get_label(target, value)
        return simplify(value)


def simplify(value):
    """A value without the noise of floating point, and such that it can be compared."""
    if isinstance(value, Decimal | float) and not isinstance(value, bool):
        return f"{float(value) + 0.0:.11g}"
    if isinstance(value, dict):
        # What is 7 in one JSON is 7.0 in another.
        return tuple(sorted((key, simplify(float(item) if type(item) is int else item)) for key, item in value.items()))
    if isinstance(value, list):
        return tuple(map(simplify, value))
    if isinstance(value, date | datetime):
        return str(value)
    return value


def get_references(env):
    """dict of (table, column) → table that it points to"""
    env.cr.execute(
        """
        SELECT conrelid::regclass::text, attname, confrelid::regclass::text
          FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f'
        """
    )
    return {(table, column): target for table, column, target in env.cr.fetchall()}


def get_written_tables(env):
    """How many rows of each table this transaction has written so far: dict of table → number."""
    env.cr.execute(
        "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
    )
    return dict(env.cr.fetchall())


def get_ids(env, tables):
    ids = {}
    for table in tables:
        env.cr.execute(SQL("SELECT * FROM %s LIMIT 0", SQL.identifier(table)))
        if "id" in [column.name for column in env.cr.description]:
            ids[table] = {row_id for [row_id] in env.execute_query(SQL("SELECT id FROM %s", SQL.identifier(table)))}
    return ids
