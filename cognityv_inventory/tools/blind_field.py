"""Fields that a counter on a blind sheet learns nothing of."""

from odoo import fields


class _Blind:
    """A figure of the system, hidden from whoever counts blind.

    Reading, exporting or an onchange gives nothing from a record that hides it (`hides_current_qty`, see
    `stock.inventory.blind.mixin`). Searching, sorting, grouping and adding up is refused to users who count blind,
    from whatever model the path starts, since each answer would tell something. Superuser code sees everything.

    Both are done here, where all ways to a value meet: every read of Python goes through `__get__`, every use in a
    query through `to_sql`. The cache holds the true value, as superuser code shares it.
    """

    def _is_hidden(self, record):
        return not record.env.su and record.hides_current_qty

    def __get__(self, records, owner=None):
        if records is not None and any(self._is_hidden(record) for record in records):
            # Of several records one asks for a relation: it is that of those that do not hide it.
            records = records.filtered(lambda record: not self._is_hidden(record))
        return super().__get__(records, owner)

    def convert_to_read(self, value, record, use_display_name=True):
        # Nothing, not 0: an empty cell says that it is hidden, a zero would say that there is none.
        return False if self._is_hidden(record) else super().convert_to_read(value, record, use_display_name)

    def convert_to_export(self, value, record):
        return "" if self._is_hidden(record) else super().convert_to_export(value, record)

    def to_sql(self, model, alias):
        if not model.env.su:
            model.env.user._check_not_counting_blind()
        return super().to_sql(model, alias)


class BlindFloat(_Blind, fields.Float):
    pass


class BlindMonetary(_Blind, fields.Monetary):
    pass


class BlindMany2one(_Blind, fields.Many2one):
    pass
