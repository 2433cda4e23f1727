from odoo import models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """Transfers that are validated with what was scanned."""

    _inherit = "stock.picking"

    def _validate_scanned(self, cancel_backorder):
        """Validate these transfers by Odoo's own button, with the rights of the user.

        What is not scanned at all, as it is not kept in stock, goes along.

        :param cancel_backorder: whether what is missing is called off
        :raises UserError: when Odoo asks something that scanning cannot answer
        """
        self._take_along_unscanned()
        self._check_entire_pack()
        context = {"skip_backorder": True}
        if cancel_backorder:
            self._log_called_off()
            context["picking_ids_not_to_backorder"] = self.ids
        action = self.with_context(**context).button_validate()
        if self._is_sms_question(action):
            # Nobody here can say whether messages may cost something: none is sent.
            action = self.with_context(**context, skip_sms=True).button_validate()
        self._check_validated(action)

    def _take_along_unscanned(self):
        for move in self.move_ids.filtered(lambda move: move.state not in ("done", "cancel")):
            if not move.product_id.is_storable:
                move.quantity = move.product_uom_qty
                move.picked = True

    def _log_called_off(self):
        """Tell who waits for it what will not come, as Odoo does when somebody decides against a back-order."""
        self.env["stock.backorder.confirmation"]._check_less_quantities_than_expected(self)

    def _is_sms_question(self, action):
        return isinstance(action, dict) and action.get("res_model") == "confirm.stock.sms"

    def _check_validated(self, action):
        """
        :raises UserError: when these are not done
        """
        if waiting := self.filtered(lambda picking: picking.state != "done")[:1]:
            message = self.env._(
                "Transfer %(transfer)s cannot be validated by scanning, as Odoo asks “%(question)s” first; validate it "
                "there.",
                transfer=waiting.name,
                question=(isinstance(action, dict) and action.get("name")) or waiting.picking_type_id.name,
            )
            raise UserError(message)

    def _get_validated_sentence(self):
        """What validating these did: which they are, what comes next, and where the rest is."""
        parts = [self.env._("Validated: %(transfers)s.", transfers=", ".join(self.mapped("name")))]
        if backorders := self.backorder_ids.filtered(lambda picking: picking.state not in ("done", "cancel")):
            parts.append(self.env._("The rest waits in %(transfers)s.", transfers=", ".join(backorders.mapped("name"))))
        if following := self._get_next_transfers().filtered(lambda picking: picking.state not in ("done", "cancel")):
            parts.append(self.env._("Next step: %(transfers)s.", transfers=", ".join(following.mapped("name"))))
        return " ".join(parts)
