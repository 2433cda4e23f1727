"""In Odoo's shell: begin to fill a sheet in the background, and print the id of the job."""

from odoo.addons.cognityv_inventory.models import stock_inventory_sheet_job

stock_inventory_sheet_job.LONG_STEPS["fill"] = 0
env = env(user=env.ref("base.user_admin").id)  # noqa: F821 (the shell has it)
product = env["product.product"].create({"name": "Bolt", "is_storable": True})
stock = env["stock.warehouse"].search([], limit=1).lot_stock_id
env["stock.quant"]._update_available_quantity(product, stock, 10)
sheet = env["stock.inventory.sheet"].create({"location_id": stock.id})
sheet.action_ask_fill()
env.cr.commit()
print("JOB", sheet._get_last_job().id)
