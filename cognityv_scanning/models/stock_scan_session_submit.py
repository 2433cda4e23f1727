from odoo import models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write

from ..tools.rpc_value import printable


class StockScanSession(models.Model):
    """Looking at it once more, and handing it in."""

    _inherit = "stock.scan.session"

    def get_review(self):
        """What a person looks at before they submit.

        :return: dict of `lines` (payloads of those that differ), `summary` (a sentence), `choices` (dicts `name`,
            `question`, `options`, `default`: False where the person has to choose), `warnings` (sentences) and
            `problems` (number of scans that wait to be put right)
        """
        self.ensure_one()
        self.check_access("read")
        differing = self._get_differing_lines()
        problems = self._get_problems()
        return {
            "lines": differing._get_payloads(),
            "summary": self._get_summary(differing),
            "choices": self._get_choices(),
            "warnings": self._get_warnings(problems),
            "problems": len(problems),
        }

    def _get_differing_lines(self):
        return self.line_ids.filtered(lambda line: line.status in ("missing", "partial", "extra"))

    def _get_summary(self, differing):
        count = len(self.line_ids)
        if not differing:
            return self.env._("Everything is as it should be: %(count)s items.", count=count)
        return self.env._("%(differing)s of %(count)s items differ.", differing=len(differing), count=count)

    def _get_warnings(self, problems):
        if not problems:
            return []
        return [self.env._("Scans that could not be taken wait to be put right: %(count)s.", count=len(problems))]

    def action_submit(self, choices=None):
        """Hand in what was scanned. `outcome` says afterwards what that did.

        :param dict choices: name → value, of what `get_review` asks
        :raises UserError: when it cannot be submitted as it is, with what to do; nothing has changed then
        """
        self.ensure_one()
        self._check_open()
        outcome = self._submit(self._read_choices(choices))
        self._set_submitted(outcome)
        self._pass_note_on()
        self._pass_problems_on()
        self._notify({"lines": [], "state": self.state})
        return True

    def _read_choices(self, choices):
        """
        :raises UserError: when a choice is none of those that there are
        """
        choices = choices or {}
        asked = {choice["name"]: {option["value"] for option in choice["options"]} for choice in self._get_choices()}
        if not isinstance(choices, dict):
            raise UserError(self.env._("Choices come as names with values; open the review again."))
        for name, value in choices.items():
            if name in asked and not (isinstance(value, str) and value in asked[name]):
                message = self.env._(
                    "“%(value)s” is no choice for %(name)s; open the review again.", value=printable(value), name=name
                )
                raise UserError(message)
        return {name: value for name, value in choices.items() if name in asked}

    def _pass_note_on(self):
        """The document keeps what was noted while scanning for it."""
        if self.note:
            # As superuser: who counts on a sheet may not write in its log.
            self._get_document().sudo().message_post(body=plaintext2html(self.note))

    def _pass_problems_on(self):
        """What could not be taken, and nobody put right, is told in the log of the document: something without a label
        that was found is what whoever goes on with it has to know."""
        # As superuser: those of other people on this session, too.
        if problems := self.sudo()._get_problems():
            told = "\n".join(f"– {problem.user_id.name}: {problem.message}" for problem in problems)
            text = self.env._("Scans that could not be taken, and were not put right:")
            self._get_document().sudo().message_post(body=plaintext2html(f"{text}\n{told}"))

    def action_cancel(self):
        """Give a session up. Its scans stay on record.

        :raises UserError: when it is closed already
        """
        self.ensure_one()
        self.check_access("write")
        self._lock()
        if self.state != "open":
            raise UserError(self._get_closed_reason())
        self._cancel()
        as_own_write(self.sudo()).write({"state": "cancelled"})
        self._notify({"lines": [], "state": self.state})
        return True
