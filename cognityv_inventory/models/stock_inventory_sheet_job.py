from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

# From so many lines on, a step takes longer than a person wants to wait: some five seconds on two cores.
LONG_STEPS = {"fill": 50_000, "start": 50_000, "validate": 500, "validate by sets": 5_000, "reverse": 500}
# A count file of this size in bytes has some 5,000 rows.
LONG_FILE = 150_000
STATES_OF_STEP = {
    "fill": ("draft", "planned", "in_progress"),
    "start": ("planned",),
    "import": ("in_progress",),
    "validate": ("completed",),
    "reverse": ("validated",),
}


class StockInventorySheet(models.Model):
    """Steps that take long are done in the background: the browser may be closed, and Odoo ends no request of theirs."""

    _inherit = "stock.inventory.sheet"

    # The buttons of the form

    def action_ask_fill(self):
        """Fill, at once or in the background."""
        self._check_manager()
        return self._do_or_begin("fill", self._count_quants())

    def action_ask_start(self):
        """Start, at once or in the background."""
        self._check_manager()
        return self._do_or_begin("start", self.line_count)

    def action_ask_reverse(self):
        """Reverse, at once or in the background."""
        self._check_manager()
        return self._do_or_begin("reverse", self._count_gaps())

    def _validate_or_begin(self):
        """Validate, at once or in the background."""
        return self._do_or_begin("validate", self._count_gaps())

    def _do_or_begin(self, step, line_count):
        """Do a step now when it is short, else have it done in the background.

        :return: an action
        """
        self.ensure_one()
        if self._is_long_step(step, line_count):
            return self._begin_job(step, line_count)
        return self._get_step_methods()[step]()

    def _is_long_step(self, step, line_count):
        if line_count < LONG_STEPS[step]:
            return False
        return step != "validate" or self._is_long_validation(line_count)

    def _is_long_validation(self, gap_count):
        """By sets, ten times as many gaps are moved in the same time; some are left to Odoo all the same."""
        gaps = self._get_gaps_by_sets()
        if gap_count >= LONG_STEPS["validate by sets"] or not self.env["stock.inventory.path"]._is_set_based(gaps):
            return True
        for_odoo = Domain("product_id", "in", gaps._find_products_for_odoo())
        return self._count_gaps(for_odoo) >= LONG_STEPS["validate"]

    def _begin_job(self, step, line_count, content=False):
        """
        :return: an action that shows the work on the form
        """
        self.env["stock.inventory.job"]._begin(self, step, line_count, content)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _is_long_file(self, content):
        """
        :param content: a count file, as it was uploaded (base64)
        """
        return len(content) * 3 / 4 > LONG_FILE

    def _count_gaps(self, products=Domain.TRUE):
        return self.env["stock.inventory.sheet.line"].sudo().search_count(self._get_gap_domain() & products)

    def _count_quants(self):
        return self.env["stock.quant"].sudo().search_count([("location_id", "any", self._get_location_domain())])

    # The steps

    def _get_step_methods(self, content=False):
        """What each step is. A hook: an add-on may have steps of its own.

        :param content: a count file, as it was uploaded
        """
        return {
            "fill": self.action_fill,
            "start": self.action_start,
            "validate": self.action_validate,
            "reverse": self.action_reverse,
            "import": lambda: self._get_import_text(self.import_counts(content)),
        }

    def _do_step(self, step, content=False):
        """Do a step in the transaction of a job.

        :return: a sentence about what came of it, or an empty text
        """
        self.ensure_one()
        result = self._get_step_methods(content)[step]()
        if isinstance(result, dict):
            result = result.get("params", {}).get("message")
        return result if isinstance(result, str) else ""

    # What the form shows

    def get_job(self):
        """The background work on this sheet that is under way, or came to its end as the last one.

        What came of it is told to managers and to who asked for it: it may name quantities.

        :return: dict as of `stock.inventory.job._get_info`; empty when there was none
        """
        self.ensure_one()
        self.check_access("read")
        job = self._get_last_job()
        if not job or (job.state == "failed" and not self._may_do(job.step)):
            return {}
        info = job._get_info()
        return info if self._is_manager() or job.user_id == self.env.user else {**info, "message": ""}

    def _get_last_job(self):
        return self.env["stock.inventory.job"].sudo().search([("sheet_id", "=", self.id)], limit=1)

    def _may_do(self, step):
        """Whether a step makes sense in the state of the sheet: what has failed is of no interest afterwards."""
        return self.state in STATES_OF_STEP[step] and not (step == "reverse" and self.reversed_at)

    def run_job_again(self):
        """Have the background work that was not done tried once more, by who asked for it or a manager.

        :raises UserError: when there is nothing to be done again
        """
        self.ensure_one()
        self.check_access("read")
        job = self._get_last_job()
        if job.state != "failed" and not job.interrupted:
            raise UserError(self.env._("Nothing of sheet %(sheet)s waits to be run again.", sheet=self.name))
        if job.user_id != self.env.user:
            self._check_manager()
        job._run_again()
        return True
