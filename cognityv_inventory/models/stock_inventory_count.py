from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import mute_logger

from ..tools.blind_field import BlindFloat
from ..tools.own_write import as_own_write, is_own_write


class StockInventoryCount(models.Model):
    """One act of counting. Rows are only ever added: they are what an auditor asks for."""

    _name = "stock.inventory.count"
    _inherit = ["stock.inventory.blind.mixin"]
    _description = "Inventory Count"
    _order = "counted_at desc, id desc"
    _rec_name = "line_id"

    line_id = fields.Many2one("stock.inventory.sheet.line", required=True, index=True, ondelete="restrict")
    sheet_id = fields.Many2one(related="line_id.sheet_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, precompute=True)
    # As the user, not as superuser: who reads decides.
    hides_current_qty = fields.Boolean(related="line_id.hides_current_qty", related_sudo=False)
    product_id = fields.Many2one(related="line_id.product_id")
    uom_id = fields.Many2one(related="line_id.uom_id")
    pass_number = fields.Integer(
        "Pass", required=True, default=1, help="A second, independent count or a recount is another pass."
    )
    quantity = fields.Float(digits="Product Unit", required=True)
    mode = fields.Selection(
        [("set", "Set"), ("add", "Add")],
        required=True,
        default="set",
        help="Set: the quantity found. Add: found in addition to what was counted before.",
    )
    on_hand_qty = BlindFloat(
        "On hand then",
        digits="Product Unit",
        readonly=True,
        help="What the system had when it was seen: what the quantity is compared with.",
    )
    user_id = fields.Many2one("res.users", "Counted by", required=True, default=lambda self: self.env.user, index=True)
    counted_at = fields.Datetime(required=True, default=fields.Datetime.now, help="When it was seen.")
    source = fields.Selection(
        [("manual", "Typed"), ("scan", "Scanned"), ("import", "Imported"), ("count sheet", "Count sheet")],
        required=True,
        default="manual",
    )
    code = fields.Char(help="What was scanned.")
    client_uuid = fields.Char("Unique reference", copy=False, readonly=True)
    superseded = fields.Boolean("Withdrawn", readonly=True, copy=False)

    # The last counts of a line, without a look at the thousands that it may have.
    _last_index = models.Index("(line_id, counted_at)")
    _client_uuid_unique = models.UniqueIndex(
        "(client_uuid) WHERE client_uuid IS NOT NULL",
        "This count arrived already, a moment ago; nothing is lost.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Record counts. A repeated `client_uuid` is accepted and changes nothing: its first row is returned.

        :raises UserError: when a sheet is not in progress, a quantity is impossible for its product, or it is somebody
            else's turn to count a line
        """
        keys = [vals.get("client_uuid") or index for index, vals in enumerate(vals_list)]
        counts = self._get_known_by_uuid([vals["client_uuid"] for vals in vals_list if vals.get("client_uuid")])
        fresh = {}
        for key, vals in zip(keys, vals_list, strict=True):
            if key not in counts and key not in fresh:
                fresh[key] = self._prepare_create_vals(vals)
        self._check_countable(fresh.values())
        self._set_on_hand(fresh.values())
        self._assign_passes(fresh.values())
        with self._repeats_tried_again():
            created = self._store(list(fresh.values()), super().create)
        counts.update(zip(fresh, created, strict=True))
        return self.browse(counts[key].id for key in keys)

    def _store(self, vals_list, create):
        """Make counts that were checked, in the order of their values, and judge their lines.

        :param create: the ORM's
        """
        counts = create(vals_list)
        counts.line_id._judge()
        return counts

    @contextmanager
    def _repeats_tried_again(self):
        """
        Without a savepoint: the transaction ends with this, and each count would have to wait for two more statements.

        :raises ConcurrencyError: when another connection has just brought one of these; Odoo tries it again, and then it
            is a repeat. The database's own error would be told to the person instead.
        """
        message = self.env._("This count arrives twice at this very moment; try again.")
        try:
            with mute_logger("odoo.sql_db"):
                yield
        except UniqueViolation as error:
            if error.diag.constraint_name != self._client_uuid_unique.full_name(self):
                raise
            raise ConcurrencyError(message) from error

    def _get_known_by_uuid(self, uuids):
        known = self.sudo().search([("client_uuid", "in", uuids)]) if uuids else self.browse()
        return {count.client_uuid: count for count in known}

    def _prepare_create_vals(self, vals):
        """A person counts in their own name, not in the future, and cannot withdraw a count by making it."""
        if is_own_write(self.env):
            return dict(vals)
        vals = {**vals, "client_uuid": vals.get("client_uuid") or False}
        now = fields.Datetime.now()
        seen = min(fields.Datetime.to_datetime(vals.get("counted_at")) or now, now)
        return {**vals, "superseded": False, "user_id": self.env.uid, "counted_at": seen}

    def _check_countable(self, vals_list):
        lines = self.env["stock.inventory.sheet.line"].browse(
            {vals.get("line_id") for vals in vals_list} - {None, False}
        )
        if lines != lines.exists() or not all(vals.get("line_id") for vals in vals_list):
            raise UserError(self.env._("A count needs an inventory line that exists."))
        lines.check_access("read")
        lines.sheet_id._check_counting()
        self._lock_lines(lines)
        by_id = {line.id: line for line in lines}
        for vals in vals_list:
            vals["quantity"] = by_id[vals["line_id"]]._check_quantity(vals.get("quantity"))

    @api.model
    def _lock_lines(self, lines):
        lines._lock_for_count()

    def _set_on_hand(self, vals_list):
        """Give each count what the system had when it was seen, worked out for all of them at once."""
        now = fields.Datetime.now()
        moments = [(vals["line_id"], fields.Datetime.to_datetime(vals.get("counted_at")) or now) for vals in vals_list]
        on_hand = self.env["stock.inventory.sheet.line"].sudo()._get_on_hand_at(moments)
        for vals, quantity in zip(vals_list, on_hand, strict=True):
            vals["on_hand_qty"] = quantity

    def write(self, vals):
        if not is_own_write(self.env):
            raise UserError(self.env._("A count is evidence and cannot be changed; count again instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A count is evidence and cannot be deleted; count again instead."))

    def _withdraw(self):
        """Take counts back. They stay on record, without effect."""
        as_own_write(self.sudo()).write({"superseded": True})
        self.sudo().line_id._forget_decisions()
