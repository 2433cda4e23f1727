from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# So many are looked at of each kind: more than a person can choose from.
MATCHES_PER_LOOKUP = 80


class Lookup(NamedTuple):
    """Where a text can stand: one line of the resolver's table."""

    kind: str
    model: str
    field: str
    # Which texts of the code are looked for there: a key of what `_get_wanted` returns.
    wanted: str
    # Whether capitals and small letters are the same, if nothing is found as it is written.
    any_case: bool = False
    # The field that holds the product's id.
    product_field: str = "id"


class StockScanResolver(models.AbstractModel):
    """Says what a code is, whatever a scanner, a camera or a person gives."""

    _name = "stock.scan.resolver"
    _description = "Code Resolver"

    @api.model
    @api.readonly
    def resolve(self, code):
        """What a code stands for, with the rights of the user.

        :param str code: as it was scanned or typed
        :return: list of matches, best first, empty when nothing is known by it; each a dict of `kind` (`product`, `lot`,
            `package`, `location`, `sale`, `transfer`, `production`, `sheet`), `model`, `id`, `display_name` and, where the
            code or the record says it, `product_id`, `lot_id`, `lot_name`, `package_id`
        """
        wanted = self._get_wanted(code.strip())
        rows = self._find_rows(wanted)
        return self._make_matches(self._keep_best(rows))

    # What is looked for, and where

    @api.model
    def _get_lookups(self):
        """The table of all look-ups, best first; another add-on adds its own lines."""
        return [
            Lookup("product", "product.product", "barcode", "barcode"),
            Lookup("product", "product.product", "default_code", "reference", any_case=True),
            Lookup("lot", "stock.lot", "name", "lot", any_case=True, product_field="product_id"),
            Lookup("package", "stock.package", "name", "package", any_case=True),
            Lookup("location", "stock.location", "barcode", "location_barcode"),
            Lookup("location", "stock.location", "complete_name", "location", any_case=True),
            Lookup("location", "stock.location", "name", "location", any_case=True),
            Lookup("sheet", "stock.inventory.sheet", "name", "document", any_case=True),
            Lookup("sale", "sale.order", "name", "document", any_case=True),
            Lookup("transfer", "stock.picking", "name", "document", any_case=True),
            Lookup("production", "mrp.production", "name", "document", any_case=True),
        ]

    @api.model
    def _get_wanted(self, text):
        names = ("barcode", "reference", "lot", "package", "location_barcode", "location", "document")
        return dict.fromkeys(names, [text]) if text else {}

    # One statement for all look-ups

    @api.model
    def _find_rows(self, wanted):
        """All look-ups in one statement.

        :return: list of (lookup, id, text found, product id, archived)
        """
        lookups = [lookup for lookup in self._get_lookups() if wanted.get(lookup.wanted) and self._may_read(lookup)]
        selects = [self._get_select(number, lookup, wanted[lookup.wanted]) for number, lookup in enumerate(lookups)]
        selects = [select for select in selects if select]
        if not selects:
            return []
        rows = self.env.execute_query(SQL(" UNION ALL ").join(selects))
        return [(lookups[number], *row) for number, *row in rows]

    @api.model
    def _may_read(self, lookup):
        return self.env[lookup.model].has_access("read")

    @api.model
    def _get_select(self, number, lookup, texts):
        """The ORM's own query of one look-up, with the user's record rules; None when these let nothing through."""
        model = self.env[lookup.model]
        query = model._search(self._get_domain(lookup, texts), limit=MATCHES_PER_LOOKUP, active_test=False)
        if query.is_empty():
            return None
        field = model._field_to_sql(model._table, lookup.field, query)
        product = model._field_to_sql(model._table, lookup.product_field, query)
        active = model._field_to_sql(model._table, "active", query) if model._active_name else SQL("TRUE")
        # What is spelled as it was scanned is not cut off by what is spelled otherwise.
        query.order = SQL("%s DESC, %s", SQL("%s IN %s", field, tuple(texts)), SQL.identifier(model._table, "id"))
        select = query.select(
            SQL("%s AS lookup", number),
            SQL.identifier(model._table, "id"),
            SQL("%s AS text", field),
            SQL("%s AS product_id", product),
            SQL("NOT COALESCE(%s, TRUE) AS archived", active),
        )
        return SQL("(%s)", select)

    @api.model
    def _get_domain(self, lookup, texts):
        if not lookup.any_case:
            return Domain(lookup.field, "in", texts)

        def in_any_case(model, alias, query):
            field = model._field_to_sql(alias, lookup.field, query)
            return SQL("lower(%s) IN (%s)", field, SQL(", ").join(SQL("lower(%s)", text) for text in texts))

        return Domain.custom(to_sql=in_any_case)

    # What is made of it

    @api.model
    def _keep_best(self, rows):
        """The rows that match best: those in use before archived ones, those spelled as scanned before others."""
        best = min((row[-1] for row in rows), default=False)
        return [row for row in rows if row[-1] == best]

    @api.model
    def _make_matches(self, rows):
        ids = defaultdict(list)
        for lookup, record_id, *_rest in rows:
            ids[lookup.model].append(record_id)
        records = {model: self.env[model].browse(found) for model, found in ids.items()}
        matches = {}
        for lookup, record_id, _text, product_id, archived in rows:
            record = self.env[lookup.model].browse(record_id).with_prefetch(records[lookup.model].ids)
            match = self._make_match(lookup, record, product_id) | ({"archived": True} if archived else {})
            matches.setdefault((lookup.model, record_id), match)
        return list(matches.values())

    @api.model
    def _make_match(self, lookup, record, product_id):
        match = {"kind": lookup.kind, "model": record._name, "id": record.id, "display_name": record.display_name}
        if lookup.kind == "product":
            return match | {"product_id": record.id}
        if lookup.kind == "lot":
            return match | {"product_id": product_id, "lot_id": record.id, "lot_name": record.name}
        if lookup.kind == "package":
            return match | {"package_id": record.id}
        return match
