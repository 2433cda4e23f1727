from operator import itemgetter
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.rpc_value import printable
from ..tools.scan_code import parse
from ..tools.scan_reading import Reading, get_readings

# So many are looked at of each kind: more than a person can choose from.
MATCHES_PER_LOOKUP = 80
# The rank of what was typed in another case.
LAST = float("inf")
# In which unit a code gives a measure that can be the quantity of a product.
MEASURE_UNITS = {
    "net_weight_kg": "uom.product_uom_kgm",
    "length_m": "uom.product_uom_meter",
    "area_m2": "uom.product_uom_square_meter",
    "net_volume_l": "uom.product_uom_litre",
    "net_volume_m3": "uom.product_uom_cubic_meter",
}


class Lookup(NamedTuple):
    """Where a text can stand: one line of the resolver's table."""

    kind: str
    model: str
    field: str
    # Which texts are looked for there: a key of `Reading.wanted`.
    wanted: str
    # Whether capitals and small letters are the same, if nothing is found as it is written.
    any_case: bool = False
    # The field with the product of what is found.
    product_field: str = ""
    # The method that narrows the look-up down: it takes the texts of all keys and returns a domain.
    narrow: str = ""


class Row(NamedTuple):
    """What a look-up found: the best is the smallest."""

    archived: bool
    rank: float
    lookup: Lookup
    id: int
    product_id: int
    reading: object
    # The packaging (product.uom) whose barcode it is found by, or stands beside it in the code.
    packaging_id: int = 0

    @property
    def model(self):
        """A packaging is found as the product in it."""
        return "product.product" if self.lookup.model == "product.uom" else self.lookup.model


class StockScanResolver(models.AbstractModel):
    """Says what a code is, whatever a scanner, a camera or a person gives."""

    _name = "stock.scan.resolver"
    _description = "Code Resolver"

    @api.model
    @api.readonly
    def resolve(self, code):
        """What a code stands for, with the rights of the user: what they may not read is not found.

        What matches in its exact spelling, as it stands, comes before what is found by the meaning of a GS1 code, then
        by the barcode nomenclature of the company, then in another case, then archived: only what matches in the best
        of these ways is returned. So there are several only where the person has to choose.

        :param str code: as it was scanned or typed
        :return: list of matches, best first, empty when nothing is known by it. Each is a dict of

            * `kind` (`product`, `lot`, `package`, `location`, `sale`, `transfer`, `production`, `sheet`), `model`, `id`,
              `display_name`, and `archived` (True) when it is
            * where the record says it: `product_id` with `product` (name) and `tracking`, `lot_id`, `package_id`,
              `uom` (the name of the packaging that the barcode is of)
            * where the code says it: `quantity` in the product's unit, `lot_name` (also of a lot that is not known yet),
              `serial`, `gtin` (14 digits), `sscc`, `expiry`, `best_before`, `produced` (ISO dates), `content_gtin`,
              `content_count`, `count`, `measures` (dict, see MEASURES), `price`, `elements` (pairs of GS1 identifier
              and value, the unknown ones too)
        :raises UserError: when the code is no text
        """
        if not isinstance(code, str):
            raise UserError(self.env._("%(code)s is no code; scan one, or type its text.", code=printable(code)))
        self.env.user._fetch_for_scan()
        scan = parse(code)
        if record := self.env["stock.scan.code"]._find(scan.short_code or scan.text):
            return self._make_matches([self._make_row_of(record)])
        rows = self._find_rows(self._get_readings(scan)) if scan.text else []
        return self._make_matches(self._add_packagings(self._keep_best(rows), rows))

    # What is looked for, and where

    @api.model
    def _get_readings(self, scan):
        """The ways to understand a code, best first; another add-on may add some."""
        return get_readings(scan)

    @api.model
    def _get_lookups(self):
        """The table of all look-ups, best first; another add-on adds its own lines."""
        return [
            Lookup("product", "product.product", "barcode", "barcode", product_field="id"),
            Lookup("product", "product.uom", "barcode", "barcode", product_field="product_id"),
            Lookup("product", "product.product", "default_code", "reference", any_case=True, product_field="id"),
            Lookup("lot", "stock.lot", "name", "lot", any_case=True, product_field="product_id"),
            Lookup(
                *("lot", "stock.lot", "name", "lot_of_product"),
                any_case=True,
                product_field="product_id",
                narrow="_get_product_of_lot_domain",
            ),
            Lookup("package", "stock.package", "name", "package", any_case=True),
            Lookup("location", "stock.location", "barcode", "location_barcode"),
            Lookup("location", "stock.location", "complete_name", "location", any_case=True),
            Lookup("location", "stock.location", "name", "location", any_case=True),
            Lookup("sheet", "stock.inventory.sheet", "name", "document", any_case=True),
            Lookup("sale", "sale.order", "name", "document", any_case=True),
            Lookup("sale", "sale.order", "client_order_ref", "customer_order", any_case=True),
            Lookup("transfer", "stock.picking", "name", "document", any_case=True),
            Lookup("production", "mrp.production", "name", "document", any_case=True),
        ]

    @api.model
    def _get_product_of_lot_domain(self, wanted):
        """The lots of the products with these barcodes; two subqueries, as each has an index and one OR has none."""
        barcodes = Domain("barcode", "in", wanted["product_of_lot"])
        products = self.env["product.product"]._search(barcodes, active_test=False)
        packagings = self.env["product.uom"]._search(barcodes)
        return Domain("product_id", "in", products) | Domain(
            "product_id", "in", packagings.subselect(SQL.identifier("product_uom", "product_id"))
        )

    # One statement for all look-ups

    @api.model
    def _find_rows(self, readings):
        """All look-ups of all readings in one statement: it costs less than several, and the same whatever is scanned.

        :return: list of Row
        """
        wanted = {}
        for reading in readings:
            for key, texts in reading.wanted.items():
                wanted[key] = (*wanted.get(key, ()), *texts)
        lookups = [lookup for lookup in self._get_lookups() if wanted.get(lookup.wanted)]
        found = self._run_lookups(lookups, lambda lookup: self._get_query(lookup, wanted))
        return [self._make_row(*values, readings) for values in found]

    @api.model
    def _run_lookups(self, lookups, get_query):
        """Those of the look-ups whose model the user may read, in one statement.

        :param get_query: gives the ORM's own query of a look-up, with the user's record rules
        :return: list of (lookup, id, text, product id, archived), in the order of the look-ups
        """
        lookups = [lookup for lookup in lookups if self.env[lookup.model].has_access("read")]
        queries = [(number, get_query(lookup)) for number, lookup in enumerate(lookups)]
        selects = [
            self._get_select(number, lookups[number], query) for number, query in queries if not query.is_empty()
        ]
        if not selects:
            return []
        found = sorted(self.env.execute_query(SQL(" UNION ALL ").join(selects)), key=itemgetter(0))
        return [(lookups[number], *values) for number, *values in found]

    @api.model
    def _get_query(self, lookup, wanted):
        model = self.env[lookup.model]
        query = model._search(self._get_domain(lookup, wanted), limit=MATCHES_PER_LOOKUP, active_test=False)
        field = model._field_to_sql(model._table, lookup.field, query)
        # What is spelled as it was scanned is not cut off by what is spelled otherwise.
        query.order = SQL("%s IN %s DESC, %s", field, wanted[lookup.wanted], SQL.identifier(model._table, "id"))
        return query

    @api.model
    def _get_select(self, number, lookup, query):
        model = self.env[lookup.model]
        select = query.select(
            SQL("%s AS lookup", number),
            SQL.identifier(model._table, "id"),
            SQL("%s AS text", model._field_to_sql(model._table, lookup.field, query)),
            SQL("%s AS product_id", self._get_product_sql(lookup, query)),
            SQL("%s AS archived", self._get_archived_sql(lookup, query)),
        )
        return SQL("(%s)", select)

    @api.model
    def _get_domain(self, lookup, wanted):
        texts = wanted[lookup.wanted]
        domain = _in_any_case(lookup.field, texts) if lookup.any_case else Domain(lookup.field, "in", texts)
        return domain & getattr(self, lookup.narrow)(wanted) if lookup.narrow else domain

    @api.model
    def _get_product_sql(self, lookup, query):
        model = self.env[lookup.model]
        return model._field_to_sql(model._table, lookup.product_field, query) if lookup.product_field else SQL("0")

    @api.model
    def _get_archived_sql(self, lookup, query):
        """A lot or a packaging is as archived as its product."""
        model = self.env[lookup.model]
        if lookup.product_field == "product_id":
            product = query.left_join(model._table, "product_id", "product_product", "id", "product_id")
            active = self.env["product.product"]._field_to_sql(product, "active", query)
        else:
            active = model._field_to_sql(model._table, "active", query) if model._active_name else SQL("TRUE")
        return SQL("NOT COALESCE(%s, TRUE)", active)

    # The best of what is found

    @api.model
    def _make_row(self, lookup, record_id, text, product_id, archived, readings):
        """A row with the best reading of those that looked for this text there."""
        # Where PostgreSQL takes for one letter what Python takes for two, none may have.
        ranks = {LAST: readings[0]}
        for number, reading in enumerate(readings):
            texts = reading.wanted.get(lookup.wanted, ())
            if text in texts:
                ranks[number] = reading
            elif text.lower() in map(str.lower, texts):
                # What GS1 says is meant in another case, too, before it is taken for something else; what is typed
                # only when it is nothing else.
                ranks[number + 0.5 if number else LAST] = reading
        return self._make_row_of_lookup(lookup, record_id, product_id, archived, min(ranks), ranks[min(ranks)])

    @api.model
    def _make_row_of_lookup(self, lookup, record_id, product_id, archived, rank, reading):
        if lookup.model == "product.uom":
            return Row(archived, rank, lookup, product_id, product_id, reading, packaging_id=record_id)
        return Row(archived, rank, lookup, record_id, product_id, reading)

    @api.model
    def _make_row_of(self, record):
        """The row of a record that was found by its short code."""
        lookup = next(lookup for lookup in self._get_lookups() if lookup.model == record._name)
        product = record.product_id if lookup.product_field == "product_id" else record
        archived = any(found._active_name and not found.active for found in (record, product))
        return Row(archived, 0, lookup, record.id, product.id if lookup.product_field else 0, Reading({}))

    @api.model
    def _keep_best(self, rows):
        best = min((row[:2] for row in rows), default=None)
        return [row for row in rows if row[:2] == best]

    @api.model
    def _add_packagings(self, best, rows):
        """A lot is in the packaging whose barcode stands beside it in the code."""
        packagings = {row.product_id: row.packaging_id for row in rows if row.packaging_id}
        return [
            row._replace(packaging_id=packagings.get(row.product_id, 0))
            if row.lookup.wanted == "lot_of_product"
            else row
            for row in best
        ]

    # What is made of it

    @api.model
    def _make_matches(self, rows):
        """The matches of these rows; each model is fetched once, and only what a match shows."""
        records = self._fetch_records(rows)
        matches = {}
        for row in rows:
            matches.setdefault((row.model, row.id), self._make_match(row, records))
        return list(matches.values())

    @api.model
    def _fetch_records(self, rows):
        """The records of these rows by model, and their products and packagings.

        As superuser: the look-ups found what the user may read, and a lot tells the name of its product.
        """
        ids = {"product.product": {row.product_id for row in rows}, "product.uom": {row.packaging_id for row in rows}}
        for row in rows:
            ids.setdefault(row.model, set()).add(row.id)
        records = {model: self.env[model].sudo().browse(found - {0}) for model, found in ids.items()}
        products, packagings = records["product.product"], records["product.uom"]
        packagings.fetch(["uom_id"])
        self._fetch_products(products)
        if packagings:
            (packagings.uom_id | products.uom_id).fetch(["display_name", "factor"])
        for model in records.keys() - {"product.product", "product.uom"}:
            records[model].fetch(["display_name"])
        return records

    @api.model
    def _fetch_products(self, products):
        """Read what a scan asks of products, and no more."""
        products.fetch(["display_name"])
        products.product_tmpl_id.fetch(["name", "tracking", "uom_id", "list_price", "company_id"])

    @api.model
    def _make_match(self, row, records):
        def get(model, id_):
            return records[model].browse(id_ or ()).with_prefetch(records[model].ids)

        record, product = get(row.model, row.id), get("product.product", row.product_id)
        packaging = get("product.uom", row.packaging_id).uom_id
        match = dict(row.reading.carried)
        if product:
            match |= self._get_product_vals(product, packaging, match)
        if row.lookup.kind == "lot":
            match |= {"lot_id": record.id, "lot_name": record.name}
        if row.lookup.kind == "package":
            match |= {"package_id": record.id}
        match |= {"kind": row.lookup.kind, "model": row.model, "id": row.id, "display_name": record.display_name}
        return match | ({"archived": True} if row.archived else {})

    @api.model
    def _get_product_vals(self, product, packaging, carried):
        vals = {"product_id": product.id, "product": product.display_name, "tracking": product.tracking}
        if product.tracking == "serial" and "lot_name" in carried:
            vals["lot_name"] = carried.get("serial", carried["lot_name"])
            # One serial number is one, whatever box its label is on.
            packaging = packaging.browse()
        if packaging:
            vals["uom"] = packaging.display_name
        if (quantity := self._get_quantity(product, packaging, carried)) is not None:
            vals["quantity"] = quantity
        return vals

    @api.model
    def _get_quantity(self, product, packaging, carried):
        """How much of the product the code is, in the product's unit; None when it says nothing of that."""
        if "count" in carried:
            return float(carried["count"])
        if "quantity" in carried:
            return product.uom_id.round(carried["quantity"])
        if packaging or "content_count" in carried:
            unit = packaging or product.uom_id
            return unit._compute_quantity(carried.get("content_count", 1), product.uom_id, rounding_method="HALF-UP")
        return self._get_measured_quantity(product, carried.get("measures", {}))

    @api.model
    def _get_measured_quantity(self, product, measures):
        for name, unit_id in MEASURE_UNITS.items():
            unit = name in measures and self.env.ref(unit_id, raise_if_not_found=False)
            if unit and unit._has_common_reference(product.uom_id):
                return unit._compute_quantity(measures[name], product.uom_id, rounding_method="HALF-UP")
        return None


def _in_any_case(field, texts):
    """A domain of what has one of these texts, in capitals or small letters, as the indexes on lower(…) find it."""

    def to_sql(model, alias, query):
        texts_sql = SQL(", ").join(SQL("lower(%s)", text) for text in texts)
        return SQL("lower(%s) IN (%s)", model._field_to_sql(alias, field, query), texts_sql)

    return Domain.custom(to_sql=to_sql)
