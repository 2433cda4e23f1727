from odoo import models

TOGETHER = "cognityv_inventory.logs_together"


class Logs:
    """What is to be logged. RPC callers choose the context, but cannot send one of these; and no two are equal, as Odoo
    uses an environment again whose context is."""

    def __init__(self):
        self.rows = []


class StockCorrection(models.Model):
    """Many corrections may be validated at once: what changed of each is logged by one statement for all of them.
    Odoo does it record by record, which takes longer than to move their stock."""

    _inherit = "stock.correction"

    def _message_track(self, fields_iter, initial_values_dict):
        logs = Logs()
        result = super(StockCorrection, self.with_context(**{TOGETHER: logs}))._message_track(
            fields_iter, initial_values_dict
        )
        self._write_logs(logs.rows)
        return result

    def _message_log(self, *, body="", author_id=None, tracking_value_ids=False, **kwargs):
        logs = self.env.context.get(TOGETHER)
        if not isinstance(logs, Logs) or kwargs:
            return super()._message_log(body=body, author_id=author_id, tracking_value_ids=tracking_value_ids, **kwargs)
        logs.rows.append((self.id, body, author_id, tracking_value_ids or []))
        return self.env["mail.message"]

    def _write_logs(self, logs):
        """
        :param logs: list of (id, body, id of the author or None, commands that make the values of what changed)
        """
        values = {record_id: commands for record_id, _body, _author_id, commands in logs}
        for author_id in dict.fromkeys(author_id for _id, _body, author_id, _commands in logs):
            bodies = {record_id: body for record_id, body, author, _commands in logs if author == author_id}
            messages = self.browse(bodies)._message_log_batch(bodies, author_id=author_id)
            vals_list = [
                {**vals, "mail_message_id": message.id}
                for message in messages
                for _command, _id, vals in values[message.res_id]
            ]
            self.env["mail.tracking.value"].sudo().create(vals_list)
