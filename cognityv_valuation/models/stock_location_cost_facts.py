"""What happened to products, read from Odoo's own tables: the same way for one transfer and for a whole database."""

from collections import defaultdict, deque
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ..tools.location_average import Event, Scale, share
from .stock_location_cost_history import MOVEMENT_KINDS

INCOMING = {"production": "production", "inventory": "correction", "customer": "reversal"}
OUTGOING = {"production": "consumption", "inventory": "correction", "supplier": "reversal"}
MOVEMENTS = tuple(kind for kind, _label in MOVEMENT_KINDS)
# Quantities are exact to at least so many decimals, whatever precision is set: quants are binary fractions.
LEAST_DIGITS = 6


class Movement(NamedTuple):
    """What one move brought from one place to another; a place that is not valued is None."""

    product_id: int
    move_id: int
    date: object
    value: float | None
    origin_id: int | None
    reverses: bool
    is_priced: bool
    source_id: int | None
    destination_id: int | None
    source_usage: str
    destination_usage: str
    quantity: float


class Step(NamedTuple):
    """What happened to a product at one moment: the events of one move, one new price, or stock without a past."""

    date: object
    events: list
    move_id: int | None = None
    value_id: int | None = None
    cost: float = 0.0


class StockLocationCost(models.Model):
    _inherit = "stock.location.cost"

    @api.model
    def _get_scale(self, company):
        """Between money and quantities of this company and the integers that are calculated with."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return Scale(company.currency_id.rounding, max(digits, LEAST_DIGITS))

    # Reading

    @api.model
    def _get_valued_places(self, company):
        """A query of the places whose stock has a value, by stock_account's own rule; archived ones too."""
        places = self.env["stock.location"].sudo().with_context(active_test=False)
        return places._search([("is_valued_internal", "=", True), ("company_id", "=", company.id)])

    @api.model
    def _read_movements(self, company, condition):
        """The movements of done moves in and out of valued places, in the order of their dates.

        :param condition: SQL, of `line` (stock.move.line)
        :return: list of Movement, those of one product together, and in it those of one move
        """
        return [Movement(*row) for row in self.env.execute_query(self._get_movements_query(company, condition))]

    @api.model
    def _get_movements_query(self, company, condition):
        """SQL of the rows of Movement, by the names of its fields, in the order of `_read_movements`.

        SQL, for one statement for all products and lines. What belongs to others than the company has no value. Places
        are looked up in a hash, whatever PostgreSQL expects of moves that were just made: a company has thousands.
        """
        return SQL(
            """
            WITH valued AS MATERIALIZED (%(places)s)
            SELECT line.product_id, move.id AS move_id, move.date, move.value, move.origin_returned_move_id AS origin_id,
                   move.reversed_sheet_id IS NOT NULL AS reverses,
                   source.usage = 'inventory' AND EXISTS (SELECT FROM product_value WHERE move_id = move.id) AS is_priced,
                   CASE WHEN source.id IN (SELECT id FROM valued) THEN source.id END AS source_id,
                   CASE WHEN destination.id IN (SELECT id FROM valued) THEN destination.id END AS destination_id,
                   source.usage AS source_usage, destination.usage AS destination_usage,
                   SUM(line.quantity_product_uom) AS quantity
              FROM stock_move_line line
              JOIN stock_move move ON move.id = line.move_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_storable
              JOIN stock_location source ON source.id = line.location_id
              JOIN stock_location destination ON destination.id = line.location_dest_id
             WHERE line.state = 'done' AND source.id != destination.id
               AND (source.id IN (SELECT id FROM valued) OR destination.id IN (SELECT id FROM valued))
               AND (line.owner_id IS NULL OR line.owner_id = %(owner)s)
               AND %(condition)s
             GROUP BY line.product_id, move.id, source.id, destination.id
            HAVING SUM(line.quantity_product_uom) != 0
             ORDER BY line.product_id, move.date, move.id, MIN(line.id)
            """,
            places=self._get_valued_places(company).select(),
            owner=company.partner_id.id,
            condition=condition,
        )

    @api.model
    def _read_prices(self, company, product_ids):
        """The prices that were set by hand for all stock of a product, which only average cost takes over.

        :return: list of (product id, id of the product.value, its date, the price)
        """
        query = SQL(
            """SELECT product_id, id, date, value FROM product_value
                WHERE product_id = ANY(%s) AND company_id = %s AND move_id IS NULL AND lot_id IS NULL
                ORDER BY product_id, date, id""",
            product_ids,
            company.id,
        )
        return self.env.execute_query(query)

    @api.model
    def _read_recorded(self, company, product_ids):
        """What the history has of movements, new prices and stock without a past.

        :return: list of (product id, move id, product.value id, place id, id of the first row, date, quantity, value,
            the product's cost then), in its order
        """
        query = SQL(
            """SELECT product_id, move_id, value_id, CASE WHEN kind = 'opening' THEN row.location_id END,
                      MIN(row.id), MIN(date), MIN(quantity), MIN(value), MIN(product_cost)
                 FROM stock_location_cost_history row
                 JOIN stock_location place ON place.id = row.location_id
                WHERE product_id = ANY(%s) AND place.company_id = %s
                  AND ((kind IN %s AND move_id IS NOT NULL) OR value_id IS NOT NULL OR kind = 'opening')
                GROUP BY product_id, move_id, value_id, 4, CASE WHEN kind = 'opening' THEN row.id END
                ORDER BY 5""",
            product_ids,
            company.id,
            MOVEMENTS,
        )
        return self.env.execute_query(query)

    @api.model
    def _read_on_hand(self, company, product_ids):
        """What quants say is there.

        :return: dict of product id → dict of place id → quantity
        """
        query = SQL(
            """SELECT product_id, location_id, COALESCE(SUM(quantity), 0) FROM stock_quant
                WHERE product_id = ANY(%s) AND location_id IN (%s) AND (owner_id IS NULL OR owner_id = %s)
                GROUP BY product_id, location_id""",
            product_ids,
            self._get_valued_places(company).select(),
            company.partner_id.id,
        )
        on_hand = defaultdict(dict)
        for product_id, place_id, quantity in self.env.execute_query(query):
            on_hand[product_id][place_id] = quantity
        return on_hand

    @api.model
    def _get_product_costs(self, company, product_ids):
        """Odoo's own cost of a unit of each product now; by one statement, where the ORM reads a thousand at a time."""
        query = SQL(
            "SELECT product.id, COALESCE(%s, 0) FROM product_product product WHERE product.id = ANY(%s)",
            self._get_product_cost_sql(company),
            list(product_ids),
        )
        self.env["product.product"].flush_model(["standard_price"])
        return dict(self.env.execute_query(query))

    @api.model
    def _get_product_cost_sql(self, company):
        """The cost in a company of `product`."""
        return self.env["product.product"].sudo().with_company(company)._field_to_sql("product", "standard_price")

    @api.model
    def _get_average_cost_products(self, company, product_ids):
        """The ids of those of them that Odoo values at average cost; by one statement, too."""
        if not product_ids:
            return set()
        query = SQL(
            """
            SELECT product.id
              FROM product_product product
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN product_category category ON category.id = template.categ_id
             WHERE product.id = ANY(%s) AND %s = 'average'
            """,
            list(product_ids),
            company._get_cost_method_sql(),
        )
        for model in ("product.product", "product.template", "product.category", "res.company"):
            self.env[model].flush_model()
        return {product_id for [product_id] in self.env.execute_query(query)}

    # Events

    @api.model
    def _make_steps(self, scale, movements, costs):
        """The steps of movements, a step for each move.

        :param movements: list of Movement of one product, those of one move together
        :param costs: dict of move id → the product's cost then, the cost for all others under None
        """
        steps = []
        for move_id, parts in groupby(movements, lambda movement: movement.move_id):
            cost = costs.get(move_id, costs[None])
            steps.append(Step(parts[0].date, self._make_events(scale, parts, cost), move_id=move_id, cost=cost))
        return steps

    @api.model
    def _make_events(self, scale, parts, cost):
        """The events of the parts of one move; what comes in shares the move's value by quantity, so does what leaves."""
        if len(parts) == 1:
            value = parts[0].value if not (parts[0].source_id and parts[0].destination_id) else None
            return [self._make_event(scale, parts[0], cost, None if value is None else scale.money(value))]
        incoming = [part for part in parts if not part.source_id]
        outgoing = [part for part in parts if not part.destination_id]
        values = {**self._share_value(scale, incoming), **self._share_value(scale, outgoing)}
        return [self._make_event(scale, part, cost, values.get(part)) for part in parts]

    @api.model
    def _share_value(self, scale, parts):
        """dict of part → what Odoo says that it is worth; empty when Odoo says nothing"""
        if not parts or parts[0].value is None:
            return {}
        quantities = [scale.quantity(part.quantity) for part in parts]
        return dict(zip(parts, share(scale.money(parts[0].value), quantities), strict=True))

    @api.model
    def _make_event(self, scale, part, cost, value):
        """
        :param cost: the product's, of one unit
        :param value: what Odoo says that the part is worth; None for what stays in the company
        """
        quantity = scale.quantity(part.quantity)
        fallback = scale.worth(cost, quantity) if value is None else value
        if part.source_id and part.destination_id:
            return Event("transfer", quantity, part.source_id, part.destination_id, fallback=fallback)
        common = {"key": part.move_id, "undoes": part.origin_id, "undoes_exactly": part.reverses}
        if part.source_id:
            kind = "reversal" if part.reverses else OUTGOING.get(part.destination_usage, "issue")
            return Event(kind, quantity, part.source_id, fallback=fallback, **common)
        kind = "reversal" if part.reverses else INCOMING.get(part.source_usage, "receipt")
        # What is found costs what the rest there costs, unless someone gave it a price.
        own_value = None if part.source_usage == "inventory" and not part.is_priced else fallback
        return Event(kind, quantity, None, part.destination_id, own_value, fallback, **common)

    # The whole past of products

    @api.model
    def _get_timelines(self, company, product_ids, scale, recorded=None):
        """All that happened to products, in the order in which it happened.

        What the history has is in its order. Of the rest only the dates are known.

        :param recorded: what `_read_recorded` returned
        :return: dict of product id → list of Step
        """
        movements = self._read_movements(company, SQL("line.product_id = ANY(%s)", product_ids))
        by_product = defaultdict(list)
        for movement in movements:
            by_product[movement.product_id].append(movement)
        prices = defaultdict(list)
        for product_id, *price in self._read_prices(company, product_ids):
            prices[product_id].append(price)
        known = defaultdict(list)
        for product_id, *row in recorded or ():
            known[product_id].append(row)
        average = self._get_average_cost_products(company, list(prices))
        costs = self._get_product_costs(company, product_ids)
        timelines = {}
        for product_id in product_ids:
            timelines[product_id] = self._make_timeline(
                scale,
                by_product[product_id],
                prices[product_id],
                known[product_id],
                costs[product_id],
                product_id in average,
            )
        return timelines

    @api.model
    def _make_timeline(self, scale, movements, prices, recorded, cost, takes_prices):
        costs = {move_id: then for move_id, _value, place, *_rest, then in recorded if move_id and not place}
        steps = self._make_steps(scale, movements, costs | {None: cost})
        priced = {value_id for _move, value_id, *_rest in recorded}
        steps += [
            Step(date, [Event("price", price=scale.price(price))], value_id=value_id)
            for value_id, date, price in prices
            if takes_prices or value_id in priced
        ]
        known, openings = {}, []
        for move_id, value_id, place_id, row_id, date, quantity, value, _cost in recorded:
            if place_id:
                event = self._make_opening_event(scale.quantity(quantity), place_id, abs(scale.money(value)))
                openings.append((row_id, Step(date, [event])))
            else:
                known[move_id, value_id] = (row_id, date)
        return self._merge(steps, known, openings)

    @api.model
    def _merge(self, steps, known, openings):
        """Steps that the history has in its order, the others between them by their dates.

        :param known: dict of (move id, product.value id) → (id of the history's row, its date)
        :param openings: list of (id of the history's row, Step)
        """
        ordered, loose = list(openings), []
        for step in steps:
            row = known.get((step.move_id, step.value_id))
            if row:
                ordered.append((row[0], step._replace(date=row[1])))
            else:
                loose.append(step)
        # At the same second a new price was there first, as in Odoo's own average cost.
        loose = deque(sorted(loose, key=lambda step: (step.date, step.move_id is not None)))
        timeline = []
        for _row_id, step in sorted(ordered, key=lambda pair: pair[0]):
            while loose and (loose[0].date, loose[0].move_id is not None) < (step.date, True):
                timeline.append(loose.popleft())
            timeline.append(step)
        return [*timeline, *loose]

    @api.model
    def _make_opening_event(self, quantity, place_id, value):
        """Stock that no move explains, or that is missing although moves brought it."""
        if quantity > 0:
            return Event("opening", quantity, destination=place_id, value=value)
        return Event("opening", -quantity, place_id, fallback=value)

    @api.model
    def _make_openings(self, scale, quantities, on_hand, cost):
        """What quants have and movements do not explain.

        :param quantities: dict of place id → quantity (integer) that movements explain
        :param on_hand: dict of place id → quantity that is there
        :return: list of Event
        """
        events = []
        for place_id in sorted(quantities.keys() | on_hand.keys()):
            missing = scale.quantity(on_hand.get(place_id, 0.0)) - quantities.get(place_id, 0)
            if missing:
                events.append(self._make_opening_event(missing, place_id, scale.worth(cost, abs(missing))))
        return events

    @api.model
    def _get_moved_quantities(self, timeline):
        """dict of place id → quantity (integer) that the steps leave there"""
        quantities = defaultdict(int)
        for step in timeline:
            for event in step.events:
                if event.source:
                    quantities[event.source] -= event.quantity
                if event.destination:
                    quantities[event.destination] += event.quantity
        return quantities

    @api.model
    def _now(self):
        return fields.Datetime.now()
