# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One run of a contender in one row, each in a process of its own."""

import base64
import contextlib
import cProfile
import io
import pstats
import sys
import time

import openpyxl

from .contenders import IMPLEMENTATIONS, get_quants
from .databases import Failure, transaction
from .processes import peak_mb, resident_mb
from .scenarios import GAPS, ON_HAND, WARM_UP_LINES


class Run:
    """What each step of a contender took in one area."""

    def __init__(self, database, area, profiled=None):
        self.database = database
        self.area = area
        self.profiled = profiled
        self.profile = None
        self.steps = {}
        self.before = resident_mb()

    @contextlib.contextmanager
    def step(self, name):
        """An environment for one step. Its time, in seconds, runs until it is committed."""
        profile = cProfile.Profile() if name == self.profiled else None
        with transaction(self.database) as env:
            sent, started = env.cr.sql_log_count, time.perf_counter()
            with profile or contextlib.nullcontext():
                yield env
                env.flush_all()
                env.cr.commit()
            seconds = time.perf_counter() - started
            self.steps[name] = {"seconds": seconds, "statements": env.cr.sql_log_count - sent, **self.memory()}
        self.profile = profile or self.profile

    def memory(self):
        """In MB: how far the peak is above what the process had before the first step, so far."""
        return {"growth_mb": round(max(0.0, peak_mb() - self.before), 1)}

    def result(self):
        return {"steps": self.steps, "peak_mb": round(peak_mb(), 1), **self.memory()}

    def targets(self, gap="each"):
        """What is counted, by product id.

        :param gap: a key of GAPS
        """
        with transaction(self.database) as env:
            products = get_quants(env, self.area).product_id.sorted("id").ids
        return {product: ON_HAND + GAPS[gap](position) for position, product in enumerate(products)}

    def check(self, targets):
        """
        :raises Failure: when the stock is not what was counted
        """
        with transaction(self.database) as env:
            found = {quant.product_id.id: quant.quantity for quant in get_quants(env, self.area)}
        wrong = sum(found.get(product) != quantity for product, quantity in targets.items())
        if wrong or len(found) != len(targets):
            raise Failure(f"The stock of {wrong} of {len(targets)} products is not what was counted.")


def warm_up(database, contender, areas):
    """Do everything once on a few lines, so that what a server has loaded and cached is there.

    :return: what the contender does
    """
    does = IMPLEMENTATIONS[contender]
    does.choose(database)
    run = Run(database, areas[WARM_UP_LINES])
    does.finish(run, does.prepare(run), run.targets())
    return does


# What is measured in each kind of row: functions of the ground, the number of lines, the contender and the row.


def measure_validation(ground, lines, contender, row):
    return ground.run(validate, lines, contender, row.gap)


def validate(database, areas, lines, contender, gap):
    """An inventory from its beginning to its end."""
    does = warm_up(database, contender, areas)
    run = Run(database, areas[lines])
    targets = run.targets(gap)
    run.before = resident_mb()
    does.finish(run, does.prepare(run), targets)
    result = run.result()
    run.check(targets)
    return result


def measure_start(ground, lines, contender, _row):
    return ground.run(prepare, lines, contender)


def prepare(database, areas, lines, contender):
    """An inventory until counting begins."""
    does = warm_up(database, contender, areas)
    run = Run(database, areas[lines])
    does.prepare(run)
    return run.result()


def measure_small(ground, lines, contender, row):
    """One inventory of many lines, and as many of one line, from their creation to their end."""
    one = measure_validation(ground, lines, contender, row)
    many = ground.run(validate_one_by_one, lines, contender, row.gap)
    steps = one["steps"].values()
    total = {unit: sum(step[unit] for step in steps) for unit in ("seconds", "statements")}
    return {**many, "steps": {"one": total, **many["steps"]}}


def validate_one_by_one(database, areas, lines, contender, gap):
    does = warm_up(database, contender, areas)
    run = Run(database, areas[lines])
    targets = run.targets(gap)
    with transaction(database) as env:
        places = {quant.product_id.id: quant.location_id.id for quant in get_quants(env, areas[lines])}
    run.before, started, statements = resident_mb(), time.perf_counter(), 0
    for product_id, quantity in targets.items():
        with transaction(database) as env:
            sent = env.cr.sql_log_count
            does.count_one(env, product_id, places[product_id], quantity)
            env.flush_all()
            env.cr.commit()
            statements += env.cr.sql_log_count - sent
    run.steps["many"] = {"seconds": time.perf_counter() - started, "statements": statements}
    result = run.result()
    run.check(targets)
    return result


def measure_import(ground, lines, contender, row):
    """The workbook is made in another process: it has no part in the memory."""
    ground.reset()
    document, content = ground.call(make_workbook, lines, contender, row.gap)
    return ground.call(import_workbook, lines, contender, document, content)


def make_workbook(database, areas, lines, contender, gap):
    """
    :return: the id of the document, and the workbook with all counts
    """
    does = IMPLEMENTATIONS[contender]
    run = Run(database, areas[lines])
    targets, document = run.targets(gap), does.prepare(run)
    with transaction(database) as env:
        if contender == "core":
            return document, make_quant_workbook(get_quants(env, run.area), targets)
        sheet = env["stock.inventory.sheet"].browse(document)
        return document, fill_workbook(sheet, targets)


def make_quant_workbook(quants, targets):
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    page.append([".id", "inventory_quantity"])
    for quant in quants:
        page.append([quant.id, targets[quant.product_id.id]])
    return get_bytes(book)


def fill_workbook(sheet, targets):
    """The file that the sheet exports, its real quantities filled in."""
    book = openpyxl.load_workbook(io.BytesIO(sheet.export_xlsx()))
    page = book.active
    columns = {cell.value: cell.column for cell in page[1]}
    labels = sheet._get_column_labels()
    found = {line.id: targets[line.product_id.id] for line in sheet.line_ids}
    for row in range(2, page.max_row + 1):
        line_id = page.cell(row, columns[labels["id"]]).value
        page.cell(row, columns[labels["real_qty"]], found[line_id])
    return get_bytes(book)


def get_bytes(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def import_workbook(database, areas, lines, contender, document, content):
    run = Run(database, areas[lines])
    with run.step("import") as env:
        counted = IMPORTS[contender](env, document, content)
    if counted != lines:
        raise Failure(f"{counted} of {lines} lines were counted by the import.")
    return run.result()


def import_into_quants(env, _document, content):
    """Odoo's own import, as the dialog of the list of quants does it.

    :return: the number of lines that were counted
    """
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    values = {"res_model": "stock.quant", "file": content, "file_name": "counts.xlsx", "file_type": mimetype}
    wizard = env["base_import.import"].create(values)
    columns, options = [".id", "inventory_quantity"], {"has_headers": True, "quoting": '"', "separator": ","}
    done = wizard.with_context(inventory_mode=True).execute_import(columns, columns, options)
    return len(done.get("ids") or ())


def import_into_sheet(env, document, content):
    """
    :return: the number of lines that were counted
    """
    return env["stock.inventory.sheet"].browse(document).import_counts(base64.b64encode(content))["counted"]


IMPORTS = {"core": import_into_quants, "sets": import_into_sheet}
KINDS = {
    "validation": measure_validation,
    "start": measure_start,
    "small": measure_small,
    "import": measure_import,
}


def print_profile(database, areas, lines, contender, step):
    """Print where one step of a contender spends its time, by total and by own time."""
    does = warm_up(database, contender, areas)
    run = Run(database, areas[lines], profiled=step)
    does.finish(run, does.prepare(run), run.targets())
    stats = pstats.Stats(run.profile).strip_dirs()
    stats.sort_stats("cumulative").print_stats(45)
    stats.sort_stats("tottime").print_stats(25)
    sys.stdout.flush()
