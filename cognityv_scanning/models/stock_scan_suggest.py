from itertools import chain, zip_longest

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.scan_code import parse
from ..tools.scan_reading import Reading
from .stock_scan_resolver import Lookup

MAX_SUGGESTIONS = 50
# What is longer is no beginning that a person types.
LONGEST_TEXT = 100
# How much of a name has to be typed before it is looked for inside of names, too: an index has parts of three letters,
# and those of the few letters in which tracking numbers differ are in too many of them.
INSIDE_NAME, INSIDE_LOT = 3, 4


class StockScanResolver(models.AbstractModel):
    """Suggestions while a person types."""

    _inherit = "stock.scan.resolver"

    @api.model
    @api.readonly
    def suggest(self, text, kinds=None, limit=8):
        """What a person may mean who has typed the beginning of a code, reference or name, or a part of the name of a
        product or of a tracking number. Archived records are no suggestions.

        :param str text: what is typed so far
        :param list kinds: those wanted, as of `resolve`; all of them by default
        :param int limit: how many at most, of each kind about as many
        :return: list of matches as of `resolve`, by kind, each with `text`, the code that was found
        :raises UserError: when the text is none, or the kinds are no list
        """
        if not isinstance(text, str) or not isinstance(kinds or [], list | tuple) or type(limit) is not int:
            raise UserError(
                self.env._("Suggestions need a text, a list of kinds and a number; type the beginning of a code.")
            )
        text = parse(text).text
        limit = min(max(limit, 0), MAX_SUGGESTIONS)
        if not text or not limit or len(text) > LONGEST_TEXT:
            return []
        lookups = [lookup for lookup in self._get_suggestion_lookups(text) if not kinds or lookup.kind in kinds]
        found = self._run_lookups(lookups, lambda lookup: self._get_suggestion_query(lookup, text, limit))
        rows = self._choose_suggestions([self._make_suggestion_row(*values) for values in found], limit)
        texts = {(row.model, row.id): row.reading.wanted["text"][0] for row in reversed(rows)}
        return [{**match, "text": texts[match["model"], match["id"]]} for match in self._make_matches(rows)]

    @api.model
    def _get_suggestion_lookups(self, text):
        """The look-ups of the resolver, by the beginning; and by a part of a name. `wanted` says which of them."""
        lookups = [lookup._replace(wanted="beginning") for lookup in self._get_lookups() if not lookup.narrow]
        if len(text) >= INSIDE_NAME:
            lookups.append(Lookup("product", "product.product", "name", "inside", product_field="id"))
        if len(text) >= INSIDE_LOT:
            lookups.append(Lookup("lot", "stock.lot", "name", "inside", product_field="product_id"))
        return lookups

    @api.model
    def _get_suggestion_query(self, lookup, text, limit):
        model = self.env[lookup.model]
        if lookup.wanted == "inside":
            return model._search(Domain.AND(Domain(lookup.field, "ilike", word) for word in text.split()), limit=limit)
        query = model._search(_begins_with(lookup.field, text), limit=limit)
        # As the index has them, so that only so many are read of a beginning that a million names have.
        query.order = SQL("lower(%s) USING ~<~", model._field_to_sql(model._table, lookup.field, query))
        return query

    @api.model
    def _make_suggestion_row(self, lookup, record_id, text, product_id, archived):
        return self._make_row_of_lookup(lookup, record_id, product_id, archived, 0, Reading({"text": (text,)}))

    @api.model
    def _choose_suggestions(self, rows, limit):
        """So many, of each kind in turn, each record once, in the order of the kinds."""
        by_kind = {}
        for row in rows:
            if not row.archived:
                by_kind.setdefault(row.lookup.kind, {}).setdefault((row.model, row.id), row)
        in_turn = chain.from_iterable(zip_longest(*(found.values() for found in by_kind.values())))
        chosen = [row for row in in_turn if row][:limit]
        return sorted(chosen, key=lambda row: list(by_kind).index(row.lookup.kind))


def _begins_with(field, text):
    """A domain of what begins with this text, in capitals or small letters, as the indexes on lower(…) find it."""
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

    def to_sql(model, alias, query):
        return SQL("lower(%s) LIKE lower(%s)", model._field_to_sql(alias, field, query), pattern)

    return Domain.custom(to_sql=to_sql)
