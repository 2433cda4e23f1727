# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each contender does: from a stock of which all was counted to a stock that is what was counted."""

from .databases import Failure, transaction
from .floor import apply_floor

PATH_PARAMETER = "cognityv_inventory.validation_path"


def get_quants(env, area):
    return env["stock.quant"].search([("location_id", "child_of", area)])


def count_and_apply(quants, run, targets):
    """Odoo's physical inventory: write the quantity that was counted on each quant, apply all of them.

    :param quants: gives the quants in an environment
    """
    with run.step("count") as env:
        for quant in quants(env).with_context(inventory_mode=True):
            quant.inventory_quantity = targets[quant.product_id.id]
    with run.step("apply") as env:
        if quants(env).with_context(inventory_mode=True).action_apply_inventory():
            raise Failure("Odoo asks what to do about a conflict; the benchmark is wrong.")


class Core:
    """Odoo's physical inventory, without a document."""

    def choose(self, database):
        """Settings of the database, made before anything is measured."""

    def prepare(self, run):
        """All until counting begins.

        :return: the id of the document
        """

    def finish(self, run, _document, targets):
        """Count all and bring the stock to it.

        :param targets: product id → quantity
        """
        count_and_apply(lambda env: get_quants(env, run.area), run, targets)

    def count_one(self, env, product_id, place_id, quantity):
        """An inventory of one product in one place, from its beginning to its end."""
        quant = env["stock.quant"].search([("product_id", "=", product_id), ("location_id", "=", place_id)])
        quant.with_context(inventory_mode=True).inventory_quantity = quantity
        quant.with_context(inventory_mode=True).action_apply_inventory()


class Oca(Core):
    """The adjustment of OCA's `stock_inventory`: it is begun, its quants are counted and applied as Odoo's, it is done."""

    def prepare(self, run):
        with run.step("create") as env:
            document = env["stock.inventory"].create({"location_ids": [(6, 0, [run.area])]}).id
        with run.step("start") as env:
            env["stock.inventory"].browse(document).action_state_to_in_progress()
        return document

    def finish(self, run, document, targets):
        count_and_apply(lambda env: env["stock.inventory"].browse(document).stock_quant_ids, run, targets)
        with run.step("done") as env:
            env["stock.inventory"].browse(document).action_state_to_done()

    def count_one(self, env, product_id, place_id, quantity):
        chosen = {"product_selection": "one", "product_ids": [(6, 0, [product_id])]}
        document = env["stock.inventory"].create({"location_ids": [(6, 0, [place_id])], **chosen})
        document.action_state_to_in_progress()
        quants = document.stock_quant_ids.with_context(inventory_mode=True)
        quants.inventory_quantity = quantity
        quants.action_apply_inventory()
        document.action_state_to_done()


class Sheet(Core):
    """Our inventory sheet, by one of the two paths of its validation."""

    def __init__(self, path):
        self.path = path

    def choose(self, database):
        with transaction(database) as env:
            env["ir.config_parameter"].sudo().set_param(PATH_PARAMETER, self.path)

    def prepare(self, run):
        with run.step("create") as env:
            document = env["stock.inventory.sheet"].create({"location_id": run.area}).id
        with run.step("fill") as env:
            env["stock.inventory.sheet"].browse(document).action_fill()
        with run.step("start") as env:
            sheet = env["stock.inventory.sheet"].browse(document)
            sheet.action_plan()
            sheet.action_start()
        return document

    def finish(self, run, document, targets):
        with run.step("count") as env:
            lines = env["stock.inventory.sheet"].browse(document).line_ids
            lines.fetch(["product_id"])  # Left alone, the ORM reads all columns of all lines, to find what was counted.
            lines._set_real_quantities([(line, targets[line.product_id.id]) for line in lines])
        with run.step("complete") as env:
            env["stock.inventory.sheet"].browse(document).action_complete()
        with run.step("validate") as env:
            env["stock.inventory.sheet"].browse(document).action_validate()

    def count_one(self, env, product_id, place_id, quantity):
        sheet = env["stock.inventory.sheet"].create({"location_id": place_id, "block_mode": "products"})
        line = env["stock.inventory.sheet.line"].create({"sheet_id": sheet.id, "product_id": product_id})
        sheet.action_plan()
        sheet.action_start()
        line.real_qty = quantity
        sheet.action_complete()
        sheet.action_validate()


class Floor(Core):
    """The rows themselves, by plain SQL."""

    def finish(self, run, _document, targets):
        with run.step("apply") as env:
            apply_floor(env, run.area, targets)


IMPLEMENTATIONS = {
    "core": Core(),
    "oca": Oca(),
    "sheet": Sheet("odoo"),
    "sets": Sheet("set_based"),
    "floor": Floor(),
}
