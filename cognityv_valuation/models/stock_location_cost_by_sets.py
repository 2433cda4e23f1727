"""Going on from what is kept with moves that were written by sets: by one statement, whatever their number.

It does what `_append` does with `LocationAverage`, for moves of which each is the only one of its product in its place:
`test_location_cost_by_sets` proves that it is the same. Money and quantities are the same integers, as PostgreSQL's
numeric, which is exact, too. A second move in a place begins where the first has ended: such products are left to
`_append`, and so are those that are not kept yet.
"""

from odoo import api, models
from odoo.tools import SQL

from .stock_location_cost_facts import INCOMING, OUTGOING


def get_divided_sql(numerator, denominator):
    """`divide` of LocationAverage: to the nearest integer, halves away from zero."""
    return SQL(
        "SIGN(%(above)s) * SIGN(%(below)s) * DIV(2 * ABS(%(above)s) + ABS(%(below)s), 2 * ABS(%(below)s))",
        above=numerator,
        below=denominator,
    )


def get_kind_sql(usage, kinds, otherwise):
    """
    :param kinds: dict of usage → kind
    """
    cases = [SQL("WHEN %s THEN %s", place_usage, kind) for place_usage, kind in kinds.items()]
    return SQL("CASE %s %s ELSE %s END", usage, SQL(" ").join(cases), otherwise)


class StockLocationCost(models.Model):
    _inherit = "stock.location.cost"

    @api.model
    def _group_by_company(self, move_ids):
        """
        :return: dict of company id → list of ids
        """
        query = SQL(
            "SELECT company_id, ARRAY_AGG(id) FROM stock_move WHERE id = ANY(%s) GROUP BY company_id", list(move_ids)
        )
        return dict(self.env.execute_query(query)) if move_ids else {}

    @api.model
    def _split_by_sets(self, company, move_ids, but_products):
        """Which moves are entered by sets: those of products that are kept, and are moved once in each place.

        :param but_products: the products of which something else has happened, too
        :return: two lists of move ids: those, and the others
        """
        query = SQL(
            """
            SELECT ARRAY_AGG(id) FILTER (WHERE is_plain), ARRAY_AGG(id) FILTER (WHERE NOT is_plain)
              FROM (
                SELECT UNNEST(ids) AS id,
                       is_alone AND product_id <> ALL(%(others)s::int[]) AND EXISTS (
                           SELECT FROM stock_location_cost cost
                            WHERE cost.product_id = product.product_id AND cost.company_id = %(company)s) AS is_plain
                  FROM (
                    SELECT product_id, ARRAY_AGG(id) AS ids, COUNT(*) = COUNT(DISTINCT place_id) AND NOT BOOL_OR(is_return)
                           AS is_alone
                      FROM (
                        SELECT move.id, move.product_id, move.origin_returned_move_id IS NOT NULL AS is_return,
                               CASE source.usage WHEN 'inventory' THEN move.location_dest_id ELSE source.id END AS place_id
                          FROM stock_move move
                          JOIN stock_location source ON source.id = move.location_id
                         WHERE move.id = ANY(%(moves)s)
                        ) move
                  GROUP BY product_id
                    ) product
                ) move
            """,
            company=company.id,
            others=but_products.ids,
            moves=list(move_ids),
        )
        [(plain, rest)] = self.env.execute_query(query) if move_ids else [(None, None)]
        return plain or [], rest or []

    @api.model
    def _append_by_sets(self, company, move_ids):
        """
        :param move_ids: what `_split_by_sets` has found, whose places are locked
        """
        if not move_ids:
            return
        query = SQL(
            """
            WITH %(events)s, history AS (
                INSERT INTO stock_location_cost_history
                       (product_id, location_id, kind, quantity, value, adjustment, quantity_after, value_after, date,
                        move_id, product_cost, user_id)
                SELECT product_id, place_id, kind, sign * pieces / %(piece)s, sign * amount * %(rounding)s,
                       (worth_after - worth - sign * amount) * %(rounding)s, pieces_after / %(piece)s,
                       worth_after * %(rounding)s, %(now)s, move_id, price, %(user)s
                  FROM settled ORDER BY product_id, date, move_id
                )
            INSERT INTO stock_location_cost
                   (company_id, changed_at, product_id, location_id, quantity, value, average_cost)
            SELECT %(company)s, %(now)s, product_id, place_id, pieces_after / %(piece)s, worth_after * %(rounding)s,
                   CASE WHEN pieces_after = 0 THEN 0
                        ELSE worth_after::float8 * %(rounding)s::float8 * %(piece)s::float8 / pieces_after::float8 END
              FROM settled ORDER BY product_id, place_id
                ON CONFLICT (product_id, location_id) DO UPDATE
               SET quantity = EXCLUDED.quantity, value = EXCLUDED.value, average_cost = EXCLUDED.average_cost,
                   changed_at = EXCLUDED.changed_at
            """,
            events=self._get_settled_sql(company, move_ids),
            company=company.id,
            now=self._now(),
            user=self.env.uid,
            **self._get_units_sql(company),
        )
        # Odoo tries again when somebody else was quicker: no error to log.
        self.env.cr.execute(query, log_exceptions=False)

    @api.model
    def _get_units_sql(self, company):
        """The smallest amount of money, and how many of the smallest quantity are one piece."""
        scale = self._get_scale(company)
        return {"rounding": SQL("%s::numeric", scale.rounding), "piece": SQL("%s::numeric", scale.piece)}

    @api.model
    def _get_settled_sql(self, company, move_ids):
        """The CTE `settled`, and those that it is made of: what each move does to its place.

        Step by step as in LocationAverage: what there was (`pieces_before`, `worth`), what comes (`sign` 1) or goes
        (`sign` -1), what that is worth by the average of the place, and what is there then.
        """
        return SQL(
            """
            movement AS MATERIALIZED (%(movements)s),
            event AS (
                SELECT movement.product_id, movement.move_id, movement.date, %(cost)s AS price,
                       COALESCE(source_id, destination_id) AS place_id,
                       CASE WHEN source_id IS NULL THEN 1 ELSE -1 END AS sign,
                       CASE WHEN source_id IS NULL THEN %(incoming)s ELSE %(outgoing)s END AS kind,
                       source_id IS NULL AND (is_priced OR source_usage <> 'inventory') AS has_own_value,
                       ROUND(movement.quantity::numeric * %(piece)s) AS pieces,
                       ROUND(movement.value / %(rounding)s) AS move_worth
                  FROM movement JOIN product_product product ON product.id = movement.product_id
                ),
            standing AS (
                SELECT event.*, COALESCE(ROUND(kept.quantity * %(piece)s), 0) AS pieces_before,
                       COALESCE(ROUND(kept.value / %(rounding)s), 0) AS worth,
                       COALESCE(event.move_worth, %(price_worth)s) AS fallback
                  FROM event
             LEFT JOIN stock_location_cost kept
                    ON kept.product_id = event.product_id AND kept.location_id = event.place_id
                ),
            valued AS (
                SELECT standing.*, pieces_before + sign * pieces AS pieces_after,
                       CASE WHEN has_own_value OR pieces_before = 0 THEN fallback ELSE %(average_worth)s END AS amount
                  FROM standing
                ),
            reached AS (
                SELECT valued.*,
                       CASE WHEN sign > 0 AND pieces_before < 0 THEN %(rest_worth)s ELSE worth + sign * amount END
                           AS worth_reached
                  FROM valued
                ),
            settled AS (
                SELECT reached.*,
                       CASE WHEN pieces_after = 0 OR (pieces_after > 0) <> (worth_reached > 0) THEN 0
                            ELSE worth_reached END AS worth_after
                  FROM reached
                )
            """,
            movements=self._get_movements_query(company, SQL("line.move_id = ANY(%s)", list(move_ids))),
            cost=self._get_product_cost_sql(company),
            incoming=get_kind_sql(SQL("source_usage"), INCOMING, "receipt"),
            outgoing=get_kind_sql(SQL("destination_usage"), OUTGOING, "issue"),
            price_worth=get_divided_sql(
                SQL("price * pieces"), SQL("(%(rounding)s * %(piece)s)", **self._get_units_sql(company))
            ),
            average_worth=get_divided_sql(SQL("worth * pieces"), SQL("pieces_before")),
            rest_worth=get_divided_sql(SQL("amount * pieces_after"), SQL("pieces")),
            **self._get_units_sql(company),
        )
