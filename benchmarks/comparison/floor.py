# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The floor: the rows that validation makes, written by plain set-based SQL in one transaction, with no safeguard.

No lock, no check, no sheet: nobody should validate like this. It is what PostgreSQL needs for the rows that Odoo's Apply
writes (`tests/test_bench_floor.py` compares them): products in one place each, with a lot or without, in no package and
without owner, at standard price or average cost (which a gap does not change, as it is worth the average), valued
periodically.
"""

from odoo import fields

GAPS = """
    SELECT quant.id AS quant_id, quant.product_id, quant.lot_id, quant.location_id AS place_id, quant.in_date,
           template.uom_id,
           found.quantity - quant.quantity AS gap, (product.standard_price ->> %s)::numeric AS price
      FROM UNNEST(%s::int[], %s::numeric[]) AS found (product_id, quantity)
      JOIN stock_quant quant ON quant.product_id = found.product_id AND quant.location_id IN %s
      JOIN product_product product ON product.id = quant.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE found.quantity <> quant.quantity
"""


def apply_floor(env, area_id, targets):
    """
    :param targets: dict of product id → quantity that was found in the area
    """
    places = env["stock.location"].search([("id", "child_of", area_id)])
    template = env["product.template"]
    loss = template._fields["property_stock_inventory"].get_company_dependent_fallback(template)
    company, now = env.company, fields.Datetime.now()
    found = [list(targets), list(targets.values()), tuple(places.ids)]
    env.cr.execute("CREATE TEMP TABLE gap ON COMMIT DROP AS " + GAPS, [str(company.id), *found])
    values = {"loss": loss.id, "company": company.id, "user": env.uid, "now": now}
    statements = [MOVES, MOVE_LINES, LOSS, LOSS_NEW, QUANTS]
    if env["product.product"].browse(next(iter(targets))).tracking == "lot":
        statements.append(LOTS)
    for statement in statements:
        env.cr.execute(statement, values)
    env.cr.execute(PLACES, [now.date(), tuple(places.ids)])
    env.invalidate_all(flush=False)


MOVES = """
    INSERT INTO stock_move (
        additional, company_id, create_date, create_uid, date, inventory_name, is_dropship, is_in, is_inventory, is_out,
        location_dest_id, location_id, manual_consumption, origin, packaging_uom_id, packaging_uom_qty, picked, priority,
        procure_method, product_id, product_qty, product_uom, product_uom_qty, propagate_cancel, quantity, reference,
        sequence, state, to_refund, unit_factor, value, write_date, write_uid)
    SELECT FALSE, %(company)s, %(now)s, %(user)s, %(now)s, 'Floor', FALSE, gap > 0, TRUE, gap < 0,
           CASE WHEN gap > 0 THEN place_id ELSE %(loss)s END, CASE WHEN gap > 0 THEN %(loss)s ELSE place_id END, FALSE,
           'Floor', uom_id, ABS(gap), TRUE, '0', 'make_to_stock', product_id, ABS(gap), uom_id, ABS(gap), TRUE, ABS(gap),
           'Floor', 10, 'done', TRUE, 1.0, ROUND(price * ABS(gap), 2), %(now)s, %(user)s
      FROM gap
"""
MOVE_LINES = """
    INSERT INTO stock_move_line (
        company_id, create_date, create_uid, date, location_dest_id, location_id, lot_id, move_id, picked, product_id,
        product_uom_id, quantity, quantity_product_uom, state, write_date, write_uid)
    SELECT company_id, create_date, create_uid, date, location_dest_id, location_id, gap.lot_id, id, TRUE,
           move.product_id, product_uom, quantity, quantity, state, write_date, write_uid
      FROM stock_move move JOIN gap ON gap.product_id = move.product_id
     WHERE move.origin = 'Floor'
"""
LOSS = """
    UPDATE stock_quant quant
       SET quantity = quant.quantity - gap.gap, in_date = gap.in_date, write_date = %(now)s, write_uid = %(user)s
      FROM gap
     WHERE quant.product_id = gap.product_id AND quant.location_id = %(loss)s
       AND quant.lot_id IS NOT DISTINCT FROM gap.lot_id
"""
LOSS_NEW = """
    INSERT INTO stock_quant (
        company_id, create_date, create_uid, in_date, inventory_diff_quantity, inventory_quantity_set, location_id,
        lot_id, product_id, quantity, reserved_quantity, write_date, write_uid)
    SELECT %(company)s, %(now)s, %(user)s, in_date, 0, FALSE, %(loss)s, lot_id, product_id, -gap, 0, %(now)s, %(user)s
      FROM gap WHERE NOT EXISTS (
        SELECT FROM stock_quant quant
         WHERE quant.product_id = gap.product_id AND quant.location_id = %(loss)s
           AND quant.lot_id IS NOT DISTINCT FROM gap.lot_id)
"""
QUANTS = """
    UPDATE stock_quant quant SET quantity = quant.quantity + gap.gap, write_date = %(now)s, write_uid = %(user)s
      FROM gap WHERE quant.id = gap.quant_id
"""
# A lot knows its place while there is some of it in one place only, the inventory loss included.
LOTS = """
    UPDATE stock_lot lot SET location_id = known.place_id, write_date = %(now)s, write_uid = %(user)s
      FROM (
        SELECT quant.lot_id,
               CASE WHEN COUNT(DISTINCT quant.location_id) = 1 THEN MIN(quant.location_id) END AS place_id
          FROM stock_quant quant JOIN gap ON gap.lot_id = quant.lot_id
         WHERE quant.quantity > 0 GROUP BY quant.lot_id
        ) known
     WHERE lot.id = known.lot_id AND lot.location_id IS DISTINCT FROM known.place_id
"""
PLACES = """
    UPDATE stock_location place SET last_inventory_date = %s
     WHERE id IN %s AND EXISTS (SELECT FROM stock_quant quant WHERE quant.location_id = place.id)
"""
