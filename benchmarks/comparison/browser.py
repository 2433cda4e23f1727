# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Opens inventory sheets in Chromium by turns: python -m comparison.browser, what to do as JSON on its input.

Given `address`, `database`, `sheets` (list of name and number of lines), `runs` and `chromium`; prints a list of
[lines, seconds], from the click on the sheet in the list until its first lines are shown. Runs in the environment of
the benchmark's tools, which has playwright and no Odoo.
"""

import json
import sys
import time

from playwright.sync_api import sync_playwright

LIST = "/odoo/action-cognityv_inventory.action_inventory_sheet?view_type=list"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOWN = ".o_form_view .o_data_row .o_data_cell"
TAB = ".o_form_view .o_notebook a[name=lines]:not(.active)"
PATIENCE_MS = 120_000


def open_sheet(page, address, name):
    """
    :return: seconds until its lines were shown
    """
    page.goto(address + LIST)
    cell = page.locator(".o_list_view .o_data_row td[name=name]", has_text=name)
    cell.wait_for()
    started = time.perf_counter()
    cell.click()
    page.locator(".o_form_view .o_field_widget[name=location_id]").wait_for()
    if page.locator(TAB).count():
        page.locator(TAB).click()
    page.locator(SHOWN).first.wait_for()
    seconds = time.perf_counter() - started
    if name not in page.locator(".o_breadcrumb").inner_text():
        raise SystemExit(f"{name} is not what was opened.")
    return seconds


def measure(page, task):
    """The first time of each, which loads what the browser keeps, does not count."""
    found = []
    for number in range(task["runs"] + 1):
        for name, lines in task["sheets"]:
            seconds = open_sheet(page, task["address"], name)
            if number:
                found.append([lines, seconds])
    return found


def main():
    task = json.load(sys.stdin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=task["chromium"], args=FLAGS)
        context = browser.new_context(viewport={"width": 1366, "height": 800})
        context.set_default_timeout(PATIENCE_MS)
        login = {"db": task["database"], "login": "admin", "password": "admin"}
        context.request.post(task["address"] + "/web/session/authenticate", data={"params": login})
        page = context.new_page()
        found = measure(page, task)
        if picture := task.get("picture"):
            page.screenshot(path=picture)
        browser.close()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
