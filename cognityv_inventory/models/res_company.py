from odoo import api, fields, models

SHEET_SEQUENCE = "stock.inventory.sheet"
BLOCK_MODES = [
    ("location", "The whole location"),
    ("products", "Only the products on the sheet"),
    ("none", "Nothing, stock goes on moving"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    inventory_block_mode = fields.Selection(BLOCK_MODES, "Blocked while counting", required=True, default="location")
    # Zero is no limit: every gap is taken as it was counted.
    inventory_tolerance_percent = fields.Float("Tolerated gap (%)")
    inventory_tolerance_qty = fields.Float("Tolerated gap (quantity)", digits="Product Unit")
    inventory_tolerance_points = fields.Float("Tolerated gap (points)")

    def _create_per_company_sequences(self):
        result = super()._create_per_company_sequences()
        self._create_inventory_sheet_sequence()
        return result

    @api.model
    def create_missing_inventory_sheet_sequence(self):
        """Give each company that has none its own numbering of inventory sheets."""
        having = self.env["ir.sequence"].search([("code", "=", SHEET_SEQUENCE)]).company_id
        (self.search([]) - having)._create_inventory_sheet_sequence()

    def _create_inventory_sheet_sequence(self):
        self.env["ir.sequence"].create([company._prepare_inventory_sheet_sequence_vals() for company in self])

    def _prepare_inventory_sheet_sequence_vals(self):
        return {
            "name": self.env._("Inventory sheets of %(company)s", company=self.name),
            "code": SHEET_SEQUENCE,
            "company_id": self.id,
            "prefix": "COUNT/%(range_year)s/",
            "padding": 5,
            "use_date_range": True,
        }
