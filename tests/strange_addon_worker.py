"""A server with an add-on that nobody has looked at: validates one sheet as the settings say, and one by sets.

Called with: path of the configuration, database and folders of add-ons. Says in one line of JSON what came of it.
"""

import json
import sys

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SETTING = "cognityv_inventory.validation_path"


def validate_sheet(env):
    """
    :return: what the add-on's override has left on the move
    """
    stock = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).lot_stock_id
    place = env["stock.location"].create({"name": "Strange", "location_id": stock.id})
    product = env["product.product"].create({"name": "Strange", "is_storable": True, "standard_price": 1.0})
    env["stock.quant"]._update_available_quantity(product, place, 5)
    sheet = env["stock.inventory.sheet"].create({"location_id": place.id})
    sheet.action_fill()
    sheet.action_plan()
    sheet.action_start()
    sheet.line_ids.real_qty = 7
    sheet.action_complete()
    sheet.action_validate()
    return sheet.move_ids.mapped("strange_weight")


def main(config, database, addons):
    odoo.tools.config.parse_config(["-c", config, "-d", database, "--addons-path", addons, "--log-level=warn"])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        seen = {"shown": env["res.config.settings"].create({}).inventory_path_culprits}
        for path in ("automatic", "set_based"):
            env["ir.config_parameter"].set_param(SETTING, path)
            seen[path] = validate_sheet(env)
        sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
