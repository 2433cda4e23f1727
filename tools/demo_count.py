# Runs in `odoo shell` on the demo database: one whole count, from an empty sheet to validated stock, told on the screen.
import base64
import os
import sys
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

# Not as superuser: the demo may do what an inventory manager may.
env = env(user=env.ref("base.user_admin"))

FOLDER = Path(os.environ["COGNITYV_DEMO_FOLDER"])
COUNTS = Path(os.environ["COGNITYV_DEMO_CSV"])
DESCRIPTION = "The count that ./cognityv demo makes"


def step(text):
    print(f"\n▸ {text}", flush=True)


def show_features():
    """What the demo data use: places, lots, packages and owners; and a user who only counts."""
    groups = ("stock.group_stock_multi_locations", "stock.group_production_lot", "stock.group_tracking_lot")
    for group in (*groups, "stock.group_tracking_owner"):
        env.ref("base.group_user").implied_ids |= env.ref(group)
    counter = env["res.users"].search([("login", "=", "counter")])
    return counter or env["res.users"].create(
        {
            "name": "Carla Counter",
            "login": "counter",
            "password": "counter",
            "group_ids": [Command.link(env.ref("cognityv_inventory.group_counter").id)],
        }
    )


def undo_last_demo():
    """A second run shows the same gaps as the first: what the last one corrected is put back."""
    done = env["stock.inventory.sheet"].search(
        [("description", "=", DESCRIPTION), ("state", "=", "validated"), ("reversed_at", "=", False)]
    )
    for sheet in done:
        sheet.action_reverse()
        print(f"  (sheet {sheet.name} of an earlier run is reversed)")


def make_sheet(location, counter):
    now = fields.Datetime.now()
    return env["stock.inventory.sheet"].create(
        {
            "location_id": location.id,
            "description": DESCRIPTION,
            "planned_end": now + timedelta(days=1),
            "counter_ids": [Command.set([counter.id, env.uid])],
        }
    )


def try_delivery(location):
    """A delivery out of the place that is being counted. It has to be refused."""
    product = env["product.product"].search([("default_code", "=", "E-COM07")], limit=1)
    warehouse = location.warehouse_id
    customers = env.ref("stock.stock_location_customers")
    move = {"product_id": product.id, "product_uom_qty": 1, "quantity": 1, "picked": True}
    places = {"location_id": location.id, "location_dest_id": customers.id}
    picking = env["stock.picking"].create(
        {"picking_type_id": warehouse.out_type_id.id, "move_ids": [Command.create(move | places)], **places}
    )
    try:
        with env.cr.savepoint():
            picking.button_validate()
    except UserError as error:
        print(f"  refused: {error.args[0]}")
    else:
        sys.exit("The delivery was not refused: the block does not work.")
    picking.action_cancel()


def print_lines(sheet):
    print(f"  {'product':<42} {'tracking number':<16} {'current':>9} {'real':>9} {'gap':>7}")
    for line in sheet.line_ids:
        product = line.product_id.display_name[:42]
        lot = (line.lot_id.name or "")[:16]
        real = f"{line.real_qty:9.2f}" if line.is_counted else "        –"
        gap = f"{line.gap_qty:+7.2f}" if line.gap_qty else "       "
        print(f"  {product:<42} {lot:<16} {line.current_qty:9.2f} {real} {gap}")


def write_files(sheet):
    """The sheet as PDF and XLSX; without wkhtmltopdf there is no PDF, and we say so."""
    target = FOLDER / sheet._get_export_file_name("xlsx")
    target.write_bytes(sheet.export_xlsx())
    print(f"  {target}")
    report = env["ir.actions.report"].with_context(force_report_rendering=True)
    if env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
        print("  no PDF: wkhtmltopdf is not installed")
        return
    content, _kind = report._render_qweb_pdf("cognityv_inventory.report_inventory_sheet", sheet.ids)
    target = FOLDER / sheet._get_export_file_name("pdf")
    target.write_bytes(content)
    print(f"  {target}")


def run():
    counter = show_features()
    undo_last_demo()
    location = env.ref("stock.stock_location_stock")
    sheet = make_sheet(location, counter)
    step(f"Sheet {sheet.name} for {location.display_name}: Draft")
    print(f"  fill: {sheet.action_fill()['params']['message']}")
    sheet.action_plan()
    step("Planned; the counters have an activity")
    sheet.action_start()
    step("In progress: the places are blocked")
    try_delivery(location)
    step(f"Counts from {COUNTS.name}")
    result = sheet.import_counts(base64.b64encode(COUNTS.read_bytes()))
    print("  " + ", ".join(f"{count} {name}" for name, count in result.items()))
    sheet.action_complete(keep_uncounted=True)
    step("Completed")
    sheet.action_validate()
    step(f"Validated: {len(sheet.move_ids)} stock moves")
    print_lines(sheet)
    env.cr.commit()
    step("The count sheet on paper and as a spreadsheet")
    write_files(sheet)
    print("\n  Log in as counter / counter to see what a person sees who only counts.")


try:
    run()
except UserError as error:
    sys.exit(f"\n{error.args[0]}")
