# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The stock that is counted: the first product made by Odoo, the others copies of its rows."""

from odoo.tools import SQL

from .databases import transaction, vacuum
from .scenarios import ON_HAND, PLAIN

RACKS = 50


def seed_areas(database, sizes, products=PLAIN):
    """Make one area of each size.

    :param sizes: numbers of lines
    :param products: what they are like
    :return: dict of number of lines → id of the area's location
    """
    with transaction(database) as env:
        areas = {size: make_area(env, size, products) for size in sizes}
    keep_average_prices(database)
    vacuum(database)
    return areas


def keep_average_prices(database):
    """Work out the average prices of what was copied, as the add-on did when it was installed or as Odoo's moves do."""
    with transaction(database) as env:
        if "stock.location.cost.rebuild" not in env:
            return
        run_id = env["stock.location.cost.rebuild"]._start(env.company, "begin").id
    with transaction(database) as env:
        env["stock.location.cost.rebuild"].sudo().browse(run_id)._go_on()


def make_area(env, size, products):
    """A location with racks in it, and `size` products with a quant each.

    :return: the id of the location
    """
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    location = env["stock.location"]
    area = location.create({"name": f"Area of {size}", "location_id": warehouse.lot_stock_id.id})
    racks = location.create([{"name": f"R{n:02}", "location_id": area.id} for n in range(min(size, RACKS))])
    product = make_product(env, f"Item {size}", products)
    move = receive_product(env, warehouse, racks[0], product)
    env.flush_all()
    copy_product(env, move, racks, size - 1)
    env.invalidate_all()
    return area.id


def make_product(env, name, products):
    category = env["product.category"].create({"name": name, "property_cost_method": products.cost_method})
    return env["product.product"].create(
        {
            "name": name,
            "default_code": f"{name}-0",
            "is_storable": True,
            "tracking": products.tracking,
            "categ_id": category.id,
            "standard_price": 7.0,
        }
    )


def receive_product(env, warehouse, rack, product):
    """Receive ON_HAND units of a product into `rack`.

    :return: the move
    """
    places = {"location_id": env.ref("stock.stock_location_suppliers").id, "location_dest_id": rack.id}
    quantity = {"product_id": product.id, **places}
    line = {**quantity, "product_uom_id": product.uom_id.id, "quantity": ON_HAND}
    if product.tracking == "lot":
        line["lot_id"] = env["stock.lot"].create({"name": product.default_code, "product_id": product.id}).id
    move = env["stock.move"].create(
        {
            **quantity,
            "product_uom": product.uom_id.id,
            "product_uom_qty": ON_HAND,
            "warehouse_id": warehouse.id,
            "picked": True,
            "move_line_ids": [(0, 0, line)],
        }
    )
    move._action_done()
    return move


def copy_product(env, move, racks, count):
    """Copy the product of `move`, with the move, the lot and the quants it has, `count` times, spread over `racks`."""
    product = move.product_id
    code = SQL("%s || '-' || n", product.name)
    name = SQL("jsonb_build_object('en_US', %s)", code)
    template = copy_rows(env, product.product_tmpl_id, count, name=name, default_code=code)
    copy = copy_rows(env, product, count, product_tmpl_id=SQL("%s + n", template), default_code=code)
    same = {"product_id": SQL("%s + n", copy)}
    rack = SQL("(%s)[n %% %s + 1]", racks.ids, len(racks))
    of_lot = dict(same)
    if lot := move.move_line_ids.lot_id:
        of_lot["lot_id"] = SQL("%s + n", copy_rows(env, lot, count, **same, name=code, location_id=rack))
    moves = copy_rows(env, move, count, **same, location_dest_id=rack)
    copy_rows(env, move.move_line_ids, count, **of_lot, move_id=SQL("%s + n", moves), location_dest_id=rack)
    for quant in env["stock.quant"].sudo().search([("product_id", "=", product.id)]):
        place = rack if quant.location_id == racks[0] else SQL("%s", quant.location_id.id)
        copy_rows(env, quant, count, **of_lot, location_id=place)
    if "product.value" in env:
        for value in env["product.value"].sudo().search([("product_id", "=", product.id)]):
            copy_rows(env, value, count, **same)


def copy_rows(env, record, count, **expressions):
    """Copy the row of `record` `count` times by one statement.

    :param expressions: SQL over n (1 to count) for the columns that differ
    :return: the number that the id of copy n is above n
    """
    table = record._table
    base, sequence = env.execute_query(
        SQL("SELECT nextval(sequence), sequence FROM pg_get_serial_sequence(%s, 'id') sequence", table)
    )[0]
    env.execute_query(SQL("SELECT setval(%s, %s)", sequence, base + count))
    columns = env.execute_query(
        SQL(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
            table,
        )
    )
    expressions["id"] = SQL("%s + n", base)
    names = [name for (name,) in columns]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) n WHERE %s.id = %s",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(name) for name in names),
            SQL(", ").join(expressions.get(name) or SQL.identifier(table, name) for name in names),
            SQL.identifier(table),
            count,
            SQL.identifier(table),
            record.id,
        )
    )
    return base
