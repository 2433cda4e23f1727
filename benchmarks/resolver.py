#!/usr/bin/env python3
# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measures how long the server takes to say what a code is: resolver.py ROOT CONF [options].

A scratch database gets 100,000 products and 1,000,000 lots, and packagings, packages, places and documents beside them,
each copied from one that Odoo made. Then codes of every kind are resolved, all kinds in turn, each code another one:

* every call is a transaction of its own with an empty record cache, as a request is; what a server that runs has (the
  registry, the rights and rules of the user) is there, as each kind is called a few times before, unmeasured;
* by an inventory manager, and by a counter without any stock rights;
* found has to be what the code is of, or the benchmark fails.

Then suggestions are asked for what a person may have typed, in the same way.

The time is that of `resolve` or `suggest`, from the first statement to the list of matches; the way to the server and back
is not in it. Compare it with `resolve nothing`, which finds nothing, and with the statements sent.
"""

import argparse
import random
import statistics
import sys
import time

from comparison.apart import run_apart, write_results
from comparison.databases import Failure, transaction, vacuum
from comparison.seeding import copy_rows

from odoo.modules.registry import Registry
from odoo.tools import SQL

WARM_UP_CALLS = 5
LIMIT_MS = 20.0
USERS = ("manager", "counter")
# How many of each there are with the default of 100,000 products.
PER_PRODUCT = {
    "lot": 10,
    "package": 1,
    "packaging": 0.5,
    "location": 0.1,
    "sale": 0.5,
    "transfer": 1,
    "production": 0.2,
}


def check_digit(payload, length):
    """SQL of the GS1 check digit of a text of so many digits."""
    return SQL(
        """(SELECT (10 - SUM(SUBSTR(%s, i, 1)::int * CASE WHEN (%s - i) %% 2 = 0 THEN 3 ELSE 1 END) %% 10) %% 10
              FROM GENERATE_SERIES(1, %s) i)::text""",
        payload,
        length,
        length,
    )


def gtin_13(prefix):
    """SQL of a GTIN-13 from the number n."""
    payload = SQL("%s || LPAD(n::text, 12 - LENGTH(%s), '0')", prefix, prefix)
    return SQL("%s || %s", payload, check_digit(payload, 12))


# ---------------------------------------------------------------------------------------
# Seeding
# ---------------------------------------------------------------------------------------


def seed(env, products):
    """Make everything there is to find, each table by one statement."""
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    product, lots = seed_products(env, products)
    seed_stock(env, warehouse, products)
    seed_documents(env, warehouse, product, products)
    env.invalidate_all()
    return lots


def seed_products(env, products):
    record = env["product.product"].create({"name": "Item", "default_code": "ITEM-0", "is_storable": True})
    record.tracking = "lot"
    env.flush_all()
    code = SQL("'ITEM-' || n")
    name = SQL("jsonb_build_object('en_US', 'Item number ' || n)")
    template = copy_rows(env, record.product_tmpl_id, products, name=name, default_code=code)
    base = copy_rows(
        env, record, products, product_tmpl_id=SQL("%s + n", template), default_code=code, barcode=gtin_13("40")
    )
    packaging = env["product.uom"].create(
        {"product_id": record.id, "uom_id": env.ref("uom.product_uom_dozen").id, "barcode": "box"}
    )
    env.flush_all()
    copy_rows(env, packaging, count_of("packaging", products), product_id=SQL("%s + n", base), barcode=gtin_13("41"))
    lot = env["stock.lot"].create({"product_id": record.id, "name": "LOT-0"})
    env.flush_all()
    lots = count_of("lot", products)
    # Every tenth name is that of two lots.
    number = SQL("n - CASE WHEN n %% 10 = 0 THEN 1 ELSE 0 END")
    copy_rows(env, lot, lots, name=SQL("'LOT-' || %s", number), product_id=SQL("%s + 1 + n %% %s", base, products))
    return record, lots


def seed_stock(env, warehouse, products):
    package = env["stock.package"].create({"name": "PACK-0"})
    place = env["stock.location"].create({"name": "PLACE-0", "location_id": warehouse.lot_stock_id.id})
    place.barcode = "PLACE-0"
    env.flush_all()
    name = SQL("'PACK-' || n")
    copy_rows(env, package, count_of("package", products), name=name, complete_name=name)
    copy_rows(
        env,
        place,
        count_of("location", products),
        name=SQL("'PLACE-' || n"),
        barcode=SQL("'BIN-' || n"),
        complete_name=SQL("%s || '/PLACE-' || n", warehouse.lot_stock_id.complete_name),
    )


def seed_documents(env, warehouse, product, products):
    partner = env["res.partner"].create({"name": "Customer"})
    sale = env["sale.order"].create({"partner_id": partner.id, "name": "SALE-0", "client_order_ref": "THEIRS-0"})
    transfer = env["stock.picking"].create(
        {"picking_type_id": warehouse.int_type_id.id, "location_id": warehouse.lot_stock_id.id, "name": "MOVE-0"}
    )
    production = env["mrp.production"].create({"product_id": product.id, "name": "MAKE-0"})
    env.flush_all()
    theirs = SQL("'THEIRS-' || n")
    copy_rows(env, sale, count_of("sale", products), name=SQL("'SALE-' || n"), client_order_ref=theirs)
    copy_rows(env, transfer, count_of("transfer", products), name=SQL("'MOVE-' || n"))
    copy_rows(env, production, count_of("production", products), name=SQL("'MAKE-' || n"))


def count_of(kind, products):
    return max(int(PER_PRODUCT[kind] * products), 1)


def make_users(env):
    """:return: dict of the names in USERS → ids"""
    groups = {
        "manager": "cognityv_inventory.group_manager,sales_team.group_sale_salesman_all_leads,mrp.group_mrp_user",
        "counter": "cognityv_inventory.group_counter",
    }
    users = {}
    for name in USERS:
        ids = [env.ref(group).id for group in groups[name].split(",")]
        users[name] = env["res.users"].create({"name": name, "login": f"bench_{name}", "group_ids": [(6, 0, ids)]}).id
    return users


# ---------------------------------------------------------------------------------------
# The codes
# ---------------------------------------------------------------------------------------


def make_codes(env, products, calls):
    """So many codes of every kind, at random places of the tables.

    :return: dict of kind → list of (code, set of (model, id) that is to be found)
    """
    chance = random.Random(4)
    numbers = chance.sample(range(1, products), calls)
    codes = {"nothing": [(f"NOTHING-{number}", set()) for number in numbers]}
    samples = Samples(env, chance, calls)
    items = samples.take("product.product", "ITEM-", products)
    codes["barcode"] = [(item.barcode, {item}) for item in items]
    codes["reference"] = [(item.default_code, {item}) for item in items]
    codes["reference in small letters"] = [(item.default_code.lower(), {item}) for item in items]
    boxes = env["product.uom"].search([("barcode", "=like", "41%")], limit=calls)
    codes["packaging"] = [(box.barcode, {box.product_id}) for box in boxes]
    lots = samples.take("stock.lot", "LOT-", count_of("lot", products), step=10, offset=3)
    codes["lot"] = [(lot.name, {lot}) for lot in lots]
    codes["element string with lot"] = [(f"]C101{get_gtin(lot)}1730123110{lot.name}", {lot}) for lot in lots]
    codes["link with lot"] = [(f"https://example.com/01/{get_gtin(lot)}/10/{lot.name}", {lot}) for lot in lots]
    codes["link with new lot"] = [
        (f"https://example.com/01/{get_gtin(lot)}/10/NEW-{lot.id}", {lot.product_id}) for lot in lots
    ]
    twins = samples.take("stock.lot", "LOT-", count_of("lot", products), step=10, offset=9)
    codes["lot of two products"] = [
        (name, set(found)) for name, found in twins.grouped("name").items() if len(found) == 2
    ]
    short = env["stock.scan.code"]._get_codes(lots)
    codes["short code"] = [(f"https://example.com/q/{code}", {lot}) for lot, code in short.items()]
    for kind, model, prefix, field in (
        ("package", "stock.package", "PACK-", "name"),
        ("place", "stock.location", "PLACE-", "barcode"),
        ("place by its name", "stock.location", "PLACE-", "complete_name"),
        ("sale", "sale.order", "SALE-", "name"),
        ("transfer", "stock.picking", "MOVE-", "name"),
        ("production", "mrp.production", "MAKE-", "name"),
    ):
        total = count_of({"place": "location", "place by its name": "location"}.get(kind, kind), products)
        codes[kind] = [(record[field], {record}) for record in samples.take(model, prefix, total)]
    return {kind: [(code, {(r._name, r.id) for r in found}) for code, found in pairs] for kind, pairs in codes.items()}


def get_gtin(lot):
    return f"0{lot.product_id.barcode}"


class Samples:
    """Records taken at random from those that were copied."""

    def __init__(self, env, chance, calls):
        self.env = env
        self.chance = chance
        self.calls = calls

    def take(self, model, prefix, total, step=1, offset=1):
        field = "default_code" if model == "product.product" else "name"
        chosen = self.chance.sample(range(total // step), min(self.calls, total // step))
        return self.env[model].search([(field, "in", [f"{prefix}{step * number + offset}" for number in chosen])])


# ---------------------------------------------------------------------------------------
# Measuring
# ---------------------------------------------------------------------------------------


def measure(database, user_id, code, expected=None, method="resolve"):
    """One call.

    :return: milliseconds and statements
    """
    with Registry(database).cursor() as cr:
        resolver = make_environment(cr, user_id)["stock.scan.resolver"]
        sent, started = cr.sql_log_count, time.perf_counter()
        matches = getattr(resolver, method)(code)
        milliseconds = 1000 * (time.perf_counter() - started)
        statements = cr.sql_log_count - sent
    if expected is not None and {(match["model"], match["id"]) for match in matches} != expected:
        raise Failure(f"{code} was taken for {matches}; the benchmark is wrong.")
    return {"ms": milliseconds, "statements": statements}


def make_environment(cr, user_id):
    from odoo.api import Environment

    env = Environment(cr, user_id, {})
    return env(context={"allowed_company_ids": env.user.company_ids.ids})


def measure_all(database, users, codes):
    """All kinds in turn, so that each meets the same machine.

    :return: dict of user → dict of kind → list of what `measure` returned
    """
    results = {user: {kind: [] for kind in codes} for user in USERS}
    for user, kinds in results.items():
        # What a counter may not read they do not find.
        is_checked = user == "manager"
        for number in range(max(len(pairs) for pairs in codes.values())):
            for kind, pairs in codes.items():
                if number < len(pairs):
                    code, expected = pairs[number]
                    result = measure(database, users[user], code, expected if is_checked else None)
                    kinds[kind] += [result] if number >= WARM_UP_CALLS else []
    return results


def make_texts(calls):
    """What a person has typed so far, so many of each kind; as dict of kind → list of texts."""
    numbers = [f"{number:04}" for number in range(1, calls + 1)]
    return {
        "beginning of all lots": ["LOT-"] * calls,
        "beginning of a reference": [f"ITEM-{number}" for number in numbers],
        "inside names of products": [f"number {number}" for number in numbers],
        "inside lots and references": [f"-{number}" for number in numbers],
        "nothing": [f"NOTHING {number}" for number in numbers],
    }


def measure_suggestions(database, users, calls):
    """:return: as `measure_all`"""
    return {
        user: {
            kind: [measure(database, users[user], text, method="suggest") for text in texts][WARM_UP_CALLS:]
            for kind, texts in make_texts(calls + WARM_UP_CALLS).items()
        }
        for user in USERS
    }


def summarize(results):
    return {user: {kind: summarize_runs(runs) for kind, runs in kinds.items()} for user, kinds in results.items()}


def summarize_runs(runs):
    times = sorted(run["ms"] for run in runs)
    return {
        "calls": len(runs),
        "median": round(statistics.median(times), 2),
        "p95": round(times[int(0.95 * (len(times) - 1))], 2),
        "max": round(times[-1], 2),
        "statements": max(run["statements"] for run in runs),
    }


def say_summary(summary):
    say_table(summary)
    worst = max(values["p95"] for kinds in summary.values() for values in kinds.values())
    print(f"\n  The slowest kind takes {worst:.1f} ms at the 95th percentile; required are {LIMIT_MS:.0f} ms or less.")


def say_table(summary):
    for user, kinds in summary.items():
        print(f"\nAs {user:<25}{'calls':>8}{'median ms':>11}{'p95':>9}{'max':>9}{'statements':>12}")
        for kind, values in kinds.items():
            print(
                f"  {kind:<26}{values['calls']:>8}{values['median']:>11.2f}{values['p95']:>9.2f}{values['max']:>9.2f}"
                f"{values['statements']:>12}"
            )


def run_all(cluster, options):
    with cluster.scratch(options.template) as (database, _seed):
        Registry(database)
        started = time.perf_counter()
        with transaction(database) as env:
            seed(env, options.products)
        vacuum(database)
        print(f"Seeded in {time.perf_counter() - started:.0f} s.", flush=True)
        with transaction(database) as env:
            users = make_users(env)
            codes = make_codes(env, options.products, options.calls + WARM_UP_CALLS)
        return {
            "summary": summarize(measure_all(database, users, codes)),
            "suggestions": summarize(measure_suggestions(database, users, options.calls)),
        }


def main():
    parser = argparse.ArgumentParser(prog="bench --resolver", description="How long it takes to say what a code is.")
    parser.add_argument("root", help="the repository")
    parser.add_argument("conf", help="Odoo's configuration file")
    parser.add_argument("--resolver", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--products", type=int, default=100_000, help="how many products; ten times as many lots (100000)"
    )
    parser.add_argument("--calls", type=int, default=200, help="how many codes of each kind (200)")
    parser.add_argument("--template", default="cognityv_template", help="the database to copy (cognityv_template)")
    options = parser.parse_args()
    if (results := run_apart(options, run_all)) is None:
        return 1
    say_summary(results["summary"])
    print("\nSuggestions while a person types")
    say_table(results["suggestions"])
    settings = {"products": options.products, "lots": count_of("lot", options.products), "calls": options.calls}
    write_results(options.root, "resolver", settings, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
