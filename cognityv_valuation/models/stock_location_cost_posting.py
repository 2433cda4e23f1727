"""Keeping the averages current: in the transaction that moves the stock, once at its end, for all of it together.

Odoo's own code marks what it does to moves (stock_move_location_cost.py); before the transaction commits, `_post_pending`
takes that up. By then each move has its final value, and the rows are locked all together in one order, so that two
transactions cannot wait for each other, and for milliseconds. Whoever comes second to the same product in the same place
fails to serialize, as anywhere in Odoo, which tries it again.

What was done newly is added to what is kept. What changed afterwards (a bill, a landed cost, a quantity that was put
right) is found by replaying the product: the difference to what is kept is entered, place by place, where the goods are
by now. A product that is not kept yet is begun from its first move.
"""

import io
from collections import Counter, defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..tools.location_average import Entry, LocationAverage
from .stock_location_cost_facts import MOVEMENTS, Step

PENDING = "cognityv_valuation.location_cost"
HISTORY_COLUMNS = (
    "product_id",
    "location_id",
    "kind",
    "quantity",
    "value",
    "adjustment",
    "quantity_after",
    "value_after",
    "date",
    "move_id",
    "value_id",
    "product_cost",
    "user_id",
    "note",
)
NAMED_MOVES = 5


def to_copy_text(value):
    """A value as PostgreSQL's COPY reads it."""
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")
    return "\\N" if value is None else str(value)


class Journal:
    """What is to be written for one company: rows of the history, as text for COPY, and what places have after them."""

    def __init__(self, scale, user_id=None):
        self.scale = scale
        self.rows = []
        # How many steps were run through to make them.
        self.steps = 0
        self.states = {}
        self.kinds = Counter()
        self._user_id = user_id

    def enter(self, product_id, step, entries, note=None):
        """
        :param step: Step, for its date, move, price and cost
        :param entries: list of Entry
        """
        scale = self.scale
        about = (step.date, step.move_id, step.value_id, step.cost, self._user_id, note)
        about = "\t".join(map(to_copy_text, about))
        for kind, place, quantity, value, adjustment, quantity_after, value_after in entries:
            self.kinds[kind] += 1
            self.states[product_id, place] = (quantity_after, value_after)
            self.rows.append(
                f"{product_id}\t{place}\t{kind}\t{scale.pieces(quantity)}\t{scale.amount(value)}"
                f"\t{scale.amount(adjustment)}\t{scale.pieces(quantity_after)}\t{scale.amount(value_after)}\t{about}\n"
            )


class StockLocationCost(models.Model):
    _inherit = "stock.location.cost"

    # Marking

    @api.model
    def _mark(self, what, ids):
        """Remember what this transaction did, for the end of it.

        :param what: "done" (ids of stock.move), "by sets" (ids of those that were written by sets), "changed" (ids of
            stock.move that may have been done before) or "price" (ids of product.value)
        """
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = {kind: set() for kind in ("done", "by sets", "changed", "price")}
            precommit.add(self.sudo()._post_pending)
        precommit.data[PENDING][what].update(ids)

    @api.model
    def _post_pending(self):
        """Enter what this transaction has marked so far."""
        pending = self.env.cr.precommit.data.pop(PENDING, None)
        if not pending:
            return
        self.env.flush_all()
        moves = self.env["stock.move"].sudo().browse(pending["done"] | pending["changed"]).exists()
        changed = moves.filtered(lambda move: move.id in pending["changed"])
        prices = self.env["product.value"].sudo().browse(pending["price"]).exists()
        by_sets = self._group_by_company(pending["by sets"])
        for company in moves.company_id | prices.company_id | self.env["res.company"].browse(by_sets):

            def of_company(records, company=company):
                return records.filtered(lambda record: record.company_id == company)

            sets = by_sets.get(company.id, ())
            self.sudo()._post(company, of_company(moves), of_company(changed), of_company(prices), sets)

    # Posting

    @api.model
    def _post(self, company, moves, changed, prices, by_sets=()):
        """
        :param moves: stock.move records that were done or changed
        :param changed: those of them whose value or quantities were written, perhaps after they were done
        :param prices: the product.value records that set a price for all stock of a product
        :param by_sets: ids of moves that were written by sets
        """
        plain, rest = self._split_by_sets(company, by_sets, moves.product_id | prices.product_id)
        moves |= moves.browse(rest)
        movements = self._read_movements(company, SQL("line.move_id = ANY(%s)", moves.ids)) if moves else []
        recorded = self._get_recorded_moves(moves)
        new = [movement for movement in movements if movement.move_id not in recorded]
        changed = changed.filtered(lambda move: move.id in recorded)
        repriced = self._get_average_cost_products(company, prices.product_id.ids)
        replayed = {*changed.product_id.ids, *self._get_kept_products(company, repriced)}
        # What comes back costs what it left with, which the product's past tells.
        replayed |= {movement.product_id for movement in new if movement.origin_id}
        added = [movement for movement in new if movement.product_id not in replayed]
        kept = self._lock(company, replayed, self._get_touched(added), plain)
        begun = self._get_products_to_begin(company, replayed, added, kept)
        journal = Journal(self._get_scale(company), self.env.uid)
        tail = {("move", movement.move_id) for movement in new} | {("value", price.id) for price in prices}
        self._append(journal, company, [movement for movement in added if movement.product_id not in begun], kept)
        self._begin(journal, company, sorted(begun), tail)
        self._replay(journal, company, sorted(replayed - begun), kept, tail, changed)
        self._append_by_sets(company, plain)
        self._write_journal(company, journal)

    @api.model
    def _get_recorded_moves(self, moves):
        """The ids of those of the moves that the history has."""
        query = SQL(
            "SELECT DISTINCT move_id FROM stock_location_cost_history WHERE move_id = ANY(%s) AND kind IN %s",
            moves.ids,
            MOVEMENTS,
        )
        return {move_id for [move_id] in self.env.execute_query(query)}

    @api.model
    def _get_kept_products(self, company, product_ids):
        """Those of the products whose averages are kept."""
        if not product_ids:
            return set()
        query = SQL(
            "SELECT DISTINCT product_id FROM stock_location_cost WHERE product_id = ANY(%s) AND company_id = %s",
            list(product_ids),
            company.id,
        )
        return {product_id for [product_id] in self.env.execute_query(query)}

    @api.model
    def _get_products_to_begin(self, company, replayed, added, kept):
        """The products that have no averages yet."""
        unknown = replayed | {product_id for product_id, place_id in self._get_touched(added) - kept.keys()}
        unknown -= {product_id for product_id, _place_id in kept}
        return unknown - self._get_kept_products(company, unknown)

    @api.model
    def _get_touched(self, movements):
        """set of (product id, place id)"""
        return {
            (movement.product_id, place_id)
            for movement in movements
            for place_id in (movement.source_id, movement.destination_id)
            if place_id
        }

    @api.model
    def _lock(self, company, product_ids, pairs=(), plain=()):
        """Lock all places of some products, and other pairs of product and place, in one order for everybody.

        :param plain: the ids of the moves whose places are only locked, for `_append_by_sets` to go on from
        :return: dict of (product id, place id) → (quantity, value), as integers
        """
        if not (product_ids or pairs or plain):
            return {}
        query = SQL(
            """
            SELECT cost.product_id, cost.location_id, cost.quantity, cost.value, wanted.is_plain
              FROM (
                SELECT id, BOOL_AND(is_plain) AS is_plain
                  FROM (
                    SELECT id, FALSE AS is_plain FROM stock_location_cost WHERE product_id = ANY(%(products)s)
                     UNION ALL
                    SELECT cost.id, FALSE
                      FROM unnest(%(pair_products)s::int[], %(pair_places)s::int[]) AS pair (product_id, location_id)
                      JOIN stock_location_cost cost USING (product_id, location_id)
                     UNION ALL
                    SELECT cost.id, TRUE
                      FROM stock_move move
                     CROSS JOIN UNNEST(ARRAY[move.location_id, move.location_dest_id]) AS touched (location_id)
                      JOIN stock_location_cost cost
                        ON cost.product_id = move.product_id AND cost.location_id = touched.location_id
                     WHERE move.id = ANY(%(plain)s)
                    ) found
              GROUP BY id
                ) wanted
              JOIN stock_location_cost cost ON cost.id = wanted.id
             WHERE cost.company_id = %(company)s
          ORDER BY cost.product_id, cost.location_id FOR NO KEY UPDATE OF cost
            """,
            products=list(product_ids),
            pair_products=[product_id for product_id, _place_id in pairs],
            pair_places=[place_id for _product_id, place_id in pairs],
            plain=list(plain),
            company=company.id,
        )
        scale = self._get_scale(company)
        # Odoo tries again when somebody else was quicker: no error to log.
        self.env.cr.execute(query, log_exceptions=False)
        return {
            (product_id, place_id): (scale.quantity(quantity), scale.money(value))
            for product_id, place_id, quantity, value, is_plain in self.env.cr.fetchall()
            if not is_plain
        }

    # Calculating

    @api.model
    def _append(self, journal, company, movements, kept):
        """Go on from what is kept with new movements."""
        by_product = defaultdict(list)
        for movement in movements:
            by_product[movement.product_id].append(movement)
        states = self._group_states(kept)
        costs = self._get_product_costs(company, list(by_product))
        for product_id, product_movements in by_product.items():
            steps = self._make_steps(journal.scale, product_movements, {None: costs[product_id]})
            self._run(LocationAverage(states[product_id]), self._date_now(steps), journal, product_id)

    @api.model
    def _begin(self, journal, company, product_ids, tail=frozenset(), recorded=()):
        """Enter the whole past of products, from the first move.

        :param tail: set of ("move", id) and ("value", id) of what was done just now
        :param recorded: what `_read_recorded` returned, if there was a history before
        """
        if not product_ids:
            return
        costs = self._get_product_costs(company, product_ids)
        on_hand = self._read_on_hand(company, product_ids)
        timelines = self._get_timelines(company, product_ids, journal.scale, recorded)
        journal.steps += sum(map(len, timelines.values()))
        for product_id, timeline in timelines.items():
            moved, cost = self._get_moved_quantities(timeline), costs[product_id]
            openings = self._make_openings(journal.scale, moved, on_hand[product_id], cost)
            past, present = self._split(timeline, tail)
            steps = self._open(past + present, openings, cost)
            self._run(LocationAverage(), steps, journal, product_id)

    @api.model
    def _open(self, steps, openings, cost):
        """The steps with stock that nothing explains in front of the first move."""
        first = next((index for index, step in enumerate(steps) if step.move_id), len(steps))
        date = steps[first].date if first < len(steps) else self._now()
        return [*steps[:first], Step(date, openings, cost=cost), *steps[first:]]

    @api.model
    def _replay(self, journal, company, product_ids, kept, tail, changed):
        """Enter how the places of products differ from what all that happened gives, then what was done just now.

        :param kept: dict of (product id, place id) → (quantity, value)
        :param changed: the stock.move records whose change is the reason
        """
        if not product_ids:
            return
        states, changed = self._group_states(kept), changed.grouped(lambda move: move.product_id.id)
        for product_id, timeline, cost in self._get_pasts(journal, company, product_ids):
            past, present = self._split(timeline, tail)
            average = self._run(LocationAverage(), past)
            moves = changed.get(product_id, self.env["stock.move"])
            reason = Step(self._now(), [], move_id=moves.id if len(moves) == 1 else None, cost=cost)
            note = self._name_moves(moves) if len(moves) > 1 else None
            journal.enter(product_id, reason, self._compare(states[product_id], average.states), note)
            self._run(average, present, journal, product_id)

    @api.model
    def _check(self, journal, company, product_ids, kept):
        """Enter how the places of products differ from what happened although nothing is known to have changed, and
        stock that nothing explains.

        :param kept: dict of (product id, place id) → (quantity, value)
        """
        states, on_hand = self._group_states(kept), self._read_on_hand(company, product_ids)
        for product_id, timeline, cost in self._get_pasts(journal, company, product_ids):
            average = self._run(LocationAverage(), timeline)
            reason = Step(self._now(), [], cost=cost)
            journal.enter(product_id, reason, self._compare(states[product_id], average.states, "rebuild"))
            quantities = {place_id: quantity for place_id, (quantity, _value) in average.states.items()}
            openings = self._make_openings(journal.scale, quantities, on_hand[product_id], cost)
            self._run(average, [reason._replace(events=openings)], journal, product_id)

    @api.model
    def _get_pasts(self, journal, company, product_ids):
        """list of (product id, list of Step, the product's cost now) of products that have a history"""
        recorded = self._read_recorded(company, product_ids)
        costs = self._get_product_costs(company, product_ids)
        timelines = self._get_timelines(company, product_ids, journal.scale, recorded)
        journal.steps += sum(map(len, timelines.values()))
        return [(product_id, timeline, costs[product_id]) for product_id, timeline in timelines.items()]

    @api.model
    def _run(self, average, steps, journal=None, product_id=None):
        """Apply steps to `average`, and enter what they do in the journal, if there is one."""
        for step in steps:
            for event in step.events:
                entries = average.apply(event)
                if journal:
                    journal.enter(product_id, step, entries)
        return average

    @api.model
    def _split(self, timeline, tail):
        """What was before, and what was done just now."""
        past, present = [], []
        for step in timeline:
            is_new = ("move", step.move_id) in tail or ("value", step.value_id) in tail
            (present if is_new else past).append(step)
        return past, self._date_now(present)

    @api.model
    def _date_now(self, steps):
        now = self._now()
        return [step._replace(date=now) for step in steps]

    @api.model
    def _compare(self, before, after, kind=None):
        """list of Entry for the places where two sets of states differ"""
        entries = []
        for place_id in sorted(before.keys() | after.keys()):
            old, new = before.get(place_id, (0, 0)), after.get(place_id, (0, 0))
            if old != new:
                quantity, value = new[0] - old[0], new[1] - old[1]
                entries.append(Entry(kind or ("edit" if quantity else "price"), place_id, quantity, value, 0, *new))
        return entries

    @api.model
    def _group_states(self, kept):
        states = defaultdict(dict)
        for (product_id, place_id), state in kept.items():
            states[product_id][place_id] = state
        return states

    @api.model
    def _name_moves(self, moves):
        names = list(dict.fromkeys(move.reference for move in moves if move.reference))
        return ", ".join(names[:NAMED_MOVES]) + (", …" if len(names) > NAMED_MOVES else "")

    # Writing

    @api.model
    def _write_journal(self, company, journal):
        """SQL, for one statement for all rows of each table; the history by COPY, which is the quickest for a million."""
        self._write_states(company, journal)
        if journal.rows:
            text = io.StringIO("".join(journal.rows))
            self.env.cr.copy_from(text, "stock_location_cost_history", columns=HISTORY_COLUMNS)
        self.env["stock.location.cost"].invalidate_model(flush=False)
        self.env["stock.location.cost.history"].invalidate_model(flush=False)

    @api.model
    def _write_states(self, company, journal):
        """In the order in which everybody locks them."""
        scale, rows = journal.scale, sorted(journal.states.items())
        if not rows:
            return
        query = SQL(
            """
            INSERT INTO stock_location_cost
                   (company_id, changed_at, product_id, location_id, quantity, value, average_cost)
            SELECT %s, %s, * FROM unnest(%s::int[], %s::int[], %s::numeric[], %s::numeric[], %s::float8[])
                ON CONFLICT (product_id, location_id) DO UPDATE
               SET quantity = EXCLUDED.quantity, value = EXCLUDED.value, average_cost = EXCLUDED.average_cost,
                   changed_at = EXCLUDED.changed_at
            """,
            company.id,
            self._now(),
            [product_id for (product_id, _place_id), _state in rows],
            [place_id for (_product_id, place_id), _state in rows],
            [scale.pieces(quantity) for _key, (quantity, _value) in rows],
            [scale.amount(value) for _key, (_quantity, value) in rows],
            [scale.average(value, quantity) for _key, (quantity, value) in rows],
        )
        # Odoo tries again when somebody else was quicker: no error to log.
        self.env.cr.execute(query, log_exceptions=False)
