from odoo import api, fields, models

from .stock_inventory_path import DEFAULT_PATH, PARAMETER, PATHS


class ResConfigSettings(models.TransientModel):
    """How inventory sheets are validated, in all companies of the database."""

    _inherit = "res.config.settings"

    inventory_validation_path = fields.Selection(
        PATHS, "Validation of inventory sheets", config_parameter=PARAMETER, default=DEFAULT_PATH
    )
    inventory_path_culprits = fields.Text("Not proven with", compute="_compute_inventory_path_culprits")

    @api.depends("inventory_validation_path")
    def _compute_inventory_path_culprits(self):
        path = self.env["stock.inventory.path"]
        culprits = [*path._get_culprits(), *path._get_culprits_of_counts()]
        self.inventory_path_culprits = "\n".join(dict.fromkeys(culprits))
