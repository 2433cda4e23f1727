from odoo import fields, models


class StockInventoryImport(models.TransientModel):
    """Takes a count file and shows what is wrong with it, row by row."""

    _name = "stock.inventory.import"
    _description = "Import Counts"

    sheet_id = fields.Many2one("stock.inventory.sheet", required=True, readonly=True)
    file = fields.Binary("Count file (XLSX or CSV)", required=True, attachment=False)
    file_name = fields.Char()
    problem_count = fields.Integer(readonly=True)
    problems = fields.Text(readonly=True)

    def action_import(self):
        """Count from the file, or show all its bad rows and change nothing; a long file in the background."""
        self.ensure_one()
        if self.sheet_id._is_long_file(self.file):
            return self.sheet_id._begin_job("import", self.sheet_id.line_count, self.file)
        reader = self.sheet_id._read_count_file(self.file)
        self.write({"problem_count": len(reader.problems), "problems": "\n".join(reader.problems)})
        if reader.problems:
            return self._get_form_action()
        return self._notify(reader.apply())

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import counts"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _notify(self, result):
        message = self.sheet_id._get_import_text(result)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }
