from odoo import api, fields, models


class StockInventoryCostImportWizard(models.TransientModel):
    """Takes a file of costs and shows what is wrong with it, row by row."""

    _name = "stock.inventory.cost.import"
    _description = "Import Costs"

    sheet_ids = fields.Many2many(
        "stock.inventory.sheet",
        string="Inventory sheets",
        required=True,
        domain=[("state", "=", "validated"), ("reversed_at", "=", False)],
        default=lambda self: self._default_sheet_ids(),
    )
    file = fields.Binary("Cost file (XLSX or CSV)", required=True, attachment=False)
    file_name = fields.Char()
    reason = fields.Char(required=True, help="Kept with each price, beside your name.")
    accounting_date = fields.Date(
        required=True, default=fields.Date.context_today, help="The day of the entries for what changes in value."
    )
    problem_count = fields.Integer(readonly=True)
    problems = fields.Text(readonly=True)

    @api.model
    def _default_sheet_ids(self):
        if self.env.context.get("active_model") != "stock.inventory.sheet":
            return self.env["stock.inventory.sheet"]
        return self.env["stock.inventory.sheet"].browse(self.env.context.get("active_ids", []))

    def action_import(self):
        """Price from the file, or show all its bad rows and change nothing."""
        self.ensure_one()
        reader = self.sheet_ids._read_cost_file(self.file)
        self.write({"problem_count": len(reader.problems), "problems": "\n".join(reader.problems)})
        if reader.problems:
            return self._get_form_action()
        return self._notify(self.sheet_ids._set_costs(reader.costs, self.reason, self.accounting_date))

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import costs"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _notify(self, result):
        message = self.env._("Lines priced: %(priced)s, unchanged: %(unchanged)s.", **result)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }
