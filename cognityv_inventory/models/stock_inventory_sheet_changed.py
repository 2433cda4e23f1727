from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, plaintext2html

from ..tools.own_write import as_own_write


class StockInventorySheet(models.Model):
    """What to do when the stock of lines has changed although their place was blocked: by SQL, by a backup."""

    _inherit = "stock.inventory.sheet"

    def _get_changed_lines(self):
        """The lines for which the system has another quantity now than their current quantity says."""
        blocking = self.filtered(lambda sheet: sheet.block_mode != "none")
        if not blocking:
            return self.env["stock.inventory.sheet.line"]
        return self.env["stock.inventory.sheet.line"]._get_differing_from_stock(blocking, SQL("line.current_qty"))

    def action_ask_validate(self):
        """Validate, or ask for each line whose stock has changed what to do with it."""
        self.ensure_one()
        self._check_manager()
        if not self._get_changed_lines():
            return self._validate_or_begin()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock has changed under the count"),
            "res_model": "stock.inventory.changed",
            "view_mode": "form",
            "target": "new",
            "context": {"default_sheet_id": self.id},
        }

    def settle_changed_lines(self, choices):
        """Do with each changed line what the manager has chosen, and validate unless something is to be counted again.

        A large sheet is validated in the background. Should stock change once more until then, that is refused as ever.

        :param choices: dict of line → (choice, the quantity on hand that was shown); a choice is "recount" (its counts
            are withdrawn and the sheet goes back to counting), "found" (stock becomes what was found) or "difference"
            (the gap stays and is posted to the stock of now)
        :raises UserError: when a changed line has no choice or has changed once more, or when a line has not changed
        """
        self.ensure_one()
        self._check_manager()
        self._lock_for("validated")
        self._check_choices(choices)
        self._log_choices(choices)
        lines = self.env["stock.inventory.sheet.line"].union(*choices)
        lines._read_current_qty(SQL("line.id IN %s", tuple(lines.ids)))
        for line in lines.filtered(lambda line: line.is_counted and choices[line][0] == "found"):
            as_own_write(line).counted_on_hand = line.current_qty
        recounted = lines.filtered(lambda line: choices[line][0] == "recount")
        if not recounted:
            return self._validate_or_begin()
        recounted.count_ids.filtered(lambda count: not count.superseded)._withdraw()
        return self.action_reopen()

    def _check_choices(self, choices):
        changed = self._get_changed_lines()
        chosen = self.env["stock.inventory.sheet.line"].union(*choices)
        if strange := chosen - changed:
            message = self.env._(
                "The stock of %(line)s has not changed under sheet %(sheet)s, so there is nothing to choose; press "
                "Validate again.",
                line=strange[0]._get_description(),
                sheet=self.name,
            )
            raise UserError(message)
        if missing := changed - chosen:
            message = self.env._(
                "The stock of %(line)s has changed; choose what to do with it, then validate sheet %(sheet)s.",
                line=missing[0]._get_description(),
                sheet=self.name,
            )
            raise UserError(message)
        on_hand = changed._get_on_hand()
        for line, (_choice, shown) in choices.items():
            if line.uom_id.compare(on_hand[line._get_inventory_identity()], shown):
                message = self.env._(
                    "The stock of %(line)s has just changed once more, to %(quantity)s; look at it again.",
                    line=line._get_description(),
                    quantity=on_hand[line._get_inventory_identity()],
                )
                raise UserError(message)

    def _log_choices(self, choices):
        labels = {
            "recount": self.env._("count again"),
            "found": self.env._("keep what was found"),
            "difference": self.env._("keep the difference"),
        }
        lines = [
            self.env._(
                "%(line)s: %(before)s → %(now)s, %(choice)s",
                line=line._get_description(),
                before=line.current_qty,
                now=shown,
                choice=labels[choice],
            )
            for line, (choice, shown) in choices.items()
        ]
        intro = self.env._("Stock had changed although it was blocked:")
        self.sudo().message_post(body=plaintext2html("\n".join([intro, *lines])))
