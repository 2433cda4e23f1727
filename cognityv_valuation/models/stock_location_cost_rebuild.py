from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.service.model import retrying
from odoo.tools import SQL

from .stock_location_cost_posting import Journal

MODES = [
    ("begin", "Begin what is not kept yet"),
    ("check", "Check, and enter what differs"),
    ("restart", "Start over"),
]
# A transaction takes so many products that it runs through about so many moves.
MOVES_A_BATCH = 20_000
FIRST_PRODUCTS, MOST_PRODUCTS = 100, 5_000


class StockLocationCostRebuild(models.Model):
    """A run through all products of a company, in the background: one transaction for some products at a time, each
    product whole or not at all. It goes on where it was when it is interrupted."""

    _name = "stock.location.cost.rebuild"
    _description = "Rebuild of Average Prices per Location"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    mode = fields.Selection(MODES, "What", required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("running", "Running"), ("done", "Done"), ("cancelled", "Cancelled")],
        default="waiting",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Started by", readonly=True, ondelete="set null")
    started_at = fields.Datetime("Started", readonly=True)
    finished_at = fields.Datetime("Finished", readonly=True)
    product_count = fields.Integer("Products", readonly=True)
    done_count = fields.Integer("Products done", readonly=True)
    row_count = fields.Integer("Rows written", readonly=True, help="Of the history.")
    difference_count = fields.Integer(
        "Differences",
        readonly=True,
        help="Places that were not as their movements say, and stock that no move explains: see the history.",
    )
    last_product_id = fields.Integer("Last product", readonly=True, help="It goes on after this one.")
    progress = fields.Float("Progress (%)", compute="_compute_progress")

    # One run at a time for a company: a second one would only undo and repeat what the first does.
    _one_open = models.UniqueIndex("(company_id) WHERE state IN ('waiting', 'running')")

    @api.depends("product_count", "done_count", "state")
    def _compute_progress(self):
        for run in self:
            share = run.done_count / run.product_count if run.product_count else 0
            run.progress = 100 if run.state == "done" else 100 * share

    @api.depends("mode", "company_id")
    def _compute_display_name(self):
        labels = dict(self._fields["mode"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{labels[run.mode]} ({run.company_id.name})"

    # Starting

    def action_check(self):
        """Check the averages of the current company in the background; what differs is entered, with the reason."""
        return self._start_by_user("check")

    def action_restart(self):
        """Forget the averages of the current company and their history, and work them out from the first move again."""
        return self._start_by_user("restart")

    def action_cancel(self):
        """What is done stays done; the rest stays as it was."""
        self._check_may_start()
        open_runs = self.filtered(lambda run: run.state in ("waiting", "running"))
        open_runs.sudo().write({"state": "cancelled", "finished_at": fields.Datetime.now()})

    @api.model
    def _check_may_start(self):
        """
        :raises AccessError: when the user does not manage inventories
        """
        if not self.env.user.has_group("cognityv_inventory.group_manager"):
            message = self.env._(
                "Only an inventory manager works out average prices again; ask one, or become one under Settings > Users."
            )
            raise AccessError(message)

    @api.model
    def _start_by_user(self, mode):
        self._check_may_start()
        self._start(self.env.company, mode)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _start(self, company, mode):
        """
        :return: the new run
        :raises UserError: when there is one under way
        """
        runs = self.sudo()
        if runs.search_count([("company_id", "=", company.id), ("state", "in", ("waiting", "running"))], limit=1):
            message = self.env._(
                "The average prices of %(company)s are being worked out already; wait until that is done, or cancel it.",
                company=company.name,
            )
            raise UserError(message)
        run = runs.create({"company_id": company.id, "mode": mode, "user_id": self.env.uid})
        self.env.ref("cognityv_valuation.cron_location_cost_rebuild").sudo()._trigger()
        return run

    @api.model
    def _start_where_stock_is(self):
        """Begin in each company that had stock before this add-on."""
        valued = [("is_valued_internal", "=", True)]
        domain = [("location_id", "any", valued)]
        for [company] in self.env["stock.quant"].sudo()._read_group(domain, ["company_id"]):
            self._start(company, "begin")

    # Running

    @api.model
    def _cron_run(self):
        """Go on with the runs that are open, until they are done or the time of the cron is over."""
        domain = Domain("state", "in", ("waiting", "running"))
        while run := self.search(domain, order="id", limit=1):
            if not run._go_on():
                break

    def _go_on(self):
        """
        :return: whether there is time left for another run
        """
        cron, products = self.env["ir.cron"], FIRST_PRODUCTS
        while self.state in ("waiting", "running"):
            # Odoo tries a request again that cannot serialize, but not a cron.
            moves = retrying(partial(self._run_batch, products), self.env)
            products = max(1, min(MOST_PRODUCTS, products * MOVES_A_BATCH // max(moves, 1), products * 4))
            left = cron._commit_progress(1, remaining=1 if self.state == "running" else 0)
            # A long run must not keep every record that it has read, and must see that it was cancelled.
            self.env.invalidate_all()
            if not left:
                return False
        return True

    def _run_batch(self, limit):
        """Work out the averages of the next products, at most `limit` of them.

        :return: how many moves that were
        """
        if self.state == "waiting":
            domain = [("is_storable", "=", True)]
            count = self.env["product.product"].sudo().with_context(active_test=False).search_count(domain)
            self.write({"state": "running", "started_at": fields.Datetime.now(), "product_count": count})
        product_ids = self._get_next_products(limit)
        if not product_ids:
            self.write({"state": "done", "finished_at": fields.Datetime.now(), "done_count": self.product_count})
            return 0
        journal = self._rebuild(product_ids)
        self.write(
            {
                "last_product_id": product_ids[-1],
                "done_count": min(self.done_count + len(product_ids), self.product_count),
                "row_count": self.row_count + len(journal.rows),
                "difference_count": self.difference_count + journal.kinds["rebuild"] + journal.kinds["opening"],
            }
        )
        return journal.steps

    def _get_next_products(self, limit):
        products = self.env["product.product"].sudo().with_context(active_test=False)
        domain = [("is_storable", "=", True), ("id", ">", self.last_product_id)]
        return products.search(domain, order="id", limit=limit).ids

    def _rebuild(self, product_ids):
        """
        :return: the Journal that was written
        """
        costs, company = self.env["stock.location.cost"].sudo(), self.company_id
        journal = Journal(costs._get_scale(company))
        kept_products = costs._get_kept_products(company, product_ids)
        new_products = [product_id for product_id in product_ids if product_id not in kept_products]
        if self.mode == "restart":
            recorded = self._forget(costs, kept_products)
            costs._begin(journal, company, product_ids, recorded=recorded)
        else:
            costs._begin(journal, company, new_products)
        if self.mode == "check" and kept_products:
            costs._check(journal, company, sorted(kept_products), costs._lock(company, kept_products))
        costs._write_journal(company, journal)
        return journal

    def _forget(self, costs, product_ids):
        """Remove the averages and the history of products. SQL, as nobody may do so otherwise.

        :return: what the history had, for the order in which it happened
        """
        if not product_ids:
            return []
        costs._lock(self.company_id, product_ids)
        recorded = costs._read_recorded(self.company_id, list(product_ids))
        places = self.env["stock.location"].sudo().with_context(active_test=False)
        places = places._search([("company_id", "=", self.company_id.id)]).select()
        for table in ("stock_location_cost_history", "stock_location_cost"):
            query = SQL(
                "DELETE FROM %s WHERE product_id = ANY(%s) AND location_id IN (%s)",
                SQL.identifier(table),
                list(product_ids),
                places,
            )
            self.env.execute_query(query)
        return [row for row in recorded if row[3] is None]
