from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

# So many lines are named in a message, and how many more there are.
LISTED = 5


class StockInventorySheet(models.Model):
    """What stands between counting and completing a sheet: lines that nobody counted, serials counted twice."""

    _inherit = "stock.inventory.sheet"

    def action_ask_complete(self):
        """Complete, or ask what to do with the lines that are not counted."""
        self.ensure_one()
        if not self.env["stock.inventory.sheet.line"].search_count(self._get_uncounted_domain(), limit=1):
            return self.action_complete()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lines that are not counted"),
            "res_model": "stock.inventory.complete",
            "view_mode": "form",
            "target": "new",
            "context": {"default_sheet_id": self.id},
        }

    def action_view_uncounted(self):
        return self._get_lines_action(
            self.env._("Not counted on %(sheet)s", sheet=self.name), {"search_default_uncounted": 1}
        )

    def _get_uncounted_domain(self):
        return Domain("sheet_id", "in", self.ids) & Domain("count_status", "=", "to_count")

    def _get_uncounted_text(self):
        """The first lines that are not counted and how many more there are; empty when all are."""
        line_model = self.env["stock.inventory.sheet.line"]
        count = line_model.search_count(self._get_uncounted_domain())
        lines = line_model.search(self._get_uncounted_domain(), limit=LISTED)
        return self._list_lines(lines, count)

    def _list_lines(self, lines, count):
        names = "\n".join(f"– {line._get_description()}" for line in lines[:LISTED])
        more = count - len(lines[:LISTED])
        return names + (self.env._("\n… and %(count)s more", count=more) if more > 0 else "")

    def _settle_uncounted(self, keep_uncounted):
        count = self.env["stock.inventory.sheet.line"].search_count(self._get_uncounted_domain())
        if not count:
            return
        if not keep_uncounted:
            message = self.env._(
                "Sheet %(sheet)s has lines that are not counted; count them, set them to zero or keep them as they "
                "are:\n%(lines)s",
                sheet=self.name,
                lines=self._get_uncounted_text(),
            )
            raise UserError(message)
        self.sudo().message_post(body=self.env._("Completed; lines kept as not counted: %(count)s.", count=count))

    def action_set_uncounted_to_zero(self):
        """Count every line that is not counted as zero: nothing was found there."""
        self._check_counting()
        lines = self.env["stock.inventory.sheet.line"].search(self._get_uncounted_domain())
        lines._set_real_quantities([(line, 0.0) for line in lines])
        return True

    def _check_serials_counted_once(self):
        """
        :raises UserError: naming a serial number that was counted in more than one place of this sheet
        """
        domain = [
            ("sheet_id", "=", self.id),
            ("is_counted", "=", True),
            ("real_qty", ">", 0),
            ("product_id.tracking", "=", "serial"),
            "|",
            ("lot_id", "!=", False),
            ("lot_name", "!=", False),
        ]
        groups = self.env["stock.inventory.sheet.line"]._read_group(
            domain, ["product_id", "lot_id", "lot_name"], ["id:recordset"], having=[("real_qty:sum", ">", 1)], limit=1
        )
        for product, lot, lot_name, lines in groups:
            message = self.env._(
                "Serial number %(serial)s of %(product)s was counted in %(places)s of sheet %(sheet)s, but can be in one "
                "place only; set the others to zero.",
                serial=lot.name or lot_name,
                product=product.display_name,
                places=" + ".join(lines.mapped("location_id.display_name")),
                sheet=self.name,
            )
            raise UserError(message)
