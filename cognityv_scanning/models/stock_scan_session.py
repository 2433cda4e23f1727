from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write, is_own_write, without_defaults

from ..tools.rpc_value import is_id, printable, storable

KINDS = [
    ("sale", "Sales logging"),
    ("production", "Production logging"),
    ("verification", "Inventory verification"),
]
STATES = [
    ("open", "Open"),
    ("submitted", "Submitted"),
    ("cancelled", "Cancelled"),
]
# The document of a session of each kind.
DOCUMENT_FIELDS = {"sale": "sale_id", "production": "production_id", "verification": "sheet_id"}
# Who may use a kind: whoever may do these things in Odoo without a scanner.
KIND_RIGHTS = {
    "sale": (("sale.order", "read"), ("stock.picking", "write")),
    # Odoo lets salespeople write runs, so that orders can make them: work orders are for those who work on them.
    "production": (("mrp.production", "write"), ("mrp.workorder", "write")),
    "verification": (("stock.inventory.count", "create"),),
}
# What a person chooses for a new session, and may write of one; all else is the system's.
CHOSEN = {"kind", "sale_id", "production_id", "sheet_id", "location_id", "note"}
WRITABLE = {"note"}


class StockScanSession(models.Model):
    """People scan what a document needs, or what is in a place; in the end one of them submits it.

    This file holds the header, the states and who may do what; beside it `stock_scan_session_home` finds what to open,
    `_payload` says what the app shows, `_push` takes scans in, `_submit` hands them in, `_document` is about sale and
    manufacturing orders, and `stock_scan_verification` about places.
    """

    _name = "stock.scan.session"
    _description = "Scan Session"
    _order = "id desc"
    _check_company_auto = True

    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(STATES, "Status", required=True, readonly=True, default="open", copy=False, index=True)
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, precompute=True, required=True, index=True
    )
    user_id = fields.Many2one(
        "res.users", "Opened by", required=True, readonly=True, default=lambda self: self.env.user
    )
    sale_id = fields.Many2one(
        "sale.order", "Sale order", readonly=True, ondelete="restrict", index="btree_not_null", check_company=True
    )
    production_id = fields.Many2one(
        "mrp.production",
        "Manufacturing order",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    sheet_id = fields.Many2one(
        "stock.inventory.sheet", readonly=True, ondelete="restrict", index="btree_not_null", check_company=True
    )
    location_id = fields.Many2one(
        "stock.location", "Place", readonly=True, ondelete="restrict", index="btree_not_null", check_company=True
    )
    note = fields.Text()
    event_ids = fields.One2many("stock.scan.event", "session_id", "Scans", readonly=True, copy=False)
    line_ids = fields.One2many("stock.scan.session.line", "session_id", "Items", readonly=True, copy=False)
    submitted_at = fields.Datetime("Submitted on", readonly=True, copy=False)
    submitted_by_id = fields.Many2one("res.users", "Submitted by", readonly=True, copy=False)
    outcome = fields.Text(readonly=True, copy=False, help="What submitting it did.")
    may_use = fields.Boolean(compute="_compute_may_use", search="_search_may_use")

    _sale_open_unique = models.UniqueIndex(
        "(sale_id) WHERE state = 'open'", "Somebody has just opened this sale order; open it again to join them."
    )
    _production_open_unique = models.UniqueIndex(
        "(production_id) WHERE state = 'open'",
        "Somebody has just opened this manufacturing order; open it again to join them.",
    )
    _place_open_unique = models.UniqueIndex(
        "(sheet_id, location_id) WHERE state = 'open'",
        "Somebody has just opened this place; open it again to join them.",
    )
    _document_fits_kind = models.Constraint(
        """CHECK (CASE kind
               WHEN 'sale' THEN sale_id IS NOT NULL AND COALESCE(production_id, sheet_id, location_id) IS NULL
               WHEN 'production' THEN production_id IS NOT NULL AND COALESCE(sale_id, sheet_id, location_id) IS NULL
               ELSE sheet_id IS NOT NULL AND location_id IS NOT NULL AND COALESCE(sale_id, production_id) IS NULL
           END)""",
        "A scan session is for one sale order, one manufacturing order or one place of a sheet; choose one of these.",
    )

    # Computes

    @api.depends("sale_id.company_id", "production_id.company_id", "sheet_id.company_id")
    def _compute_company_id(self):
        for session in self:
            session.company_id = session._get_document().company_id or self.env.company

    @api.depends("kind", "sale_id.name", "production_id.name", "location_id.display_name")
    def _compute_display_name(self):
        for session in self:
            session.display_name = session._get_title()

    # The rights on the document, and who counts on a sheet, are asked each time.
    @api.depends("kind", "sale_id", "production_id", "sheet_id.counter_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_may_use(self):
        usable = self.sudo().search(Domain("id", "in", self.ids) & self._get_usable_domain())
        for session in self:
            session.may_use = session._origin.id in usable._ids

    @api.model
    def _search_may_use(self, operator, value):
        return self._get_usable_domain() if operator == "in" else NotImplemented

    @api.model
    def _get_usable_domain(self):
        """The sessions of documents that the user may see, of kinds that they may use."""
        # Record rules ask this as superuser.
        as_user = self.sudo(False)
        return Domain.OR(as_user._get_usable_kind_domain(kind) for kind in as_user._get_allowed_kinds())

    @api.model
    def _get_usable_kind_domain(self, kind):
        field = DOCUMENT_FIELDS[kind]
        documents = self.env[self._fields[field].comodel_name].with_context(active_test=False)._search(Domain.TRUE)
        return Domain("kind", "=", kind) & Domain(field, "in", documents)

    @api.model
    def _get_allowed_kinds(self):
        return [kind for kind, _label in KINDS if self._may_use_kind(kind)]

    @api.model
    def _may_use_kind(self, kind):
        return all(self.env[model].has_access(operation) for model, operation in KIND_RIGHTS[kind])

    def _get_document(self):
        """The record that this session is for: a sale order, a manufacturing order or an inventory sheet."""
        return self[DOCUMENT_FIELDS[self.kind]] if self.kind else self.env["stock.inventory.sheet"]

    # Open

    @api.model
    def open_for(self, kind, res_id):
        """Join the open session of a document, or begin one.

        :param str kind: "sale", "production" or "verification"
        :param int res_id: of the sale order, the manufacturing order, or the place to verify
        :return: the payload, as of `get_payload`
        :raises UserError: when there is nothing to scan, or this person may not, with what to do
        """
        self._check_kind(kind)
        model = "stock.location" if kind == "verification" else self._get_document_model(kind)
        document = self.env[model].browse(res_id if is_id(res_id) else ()).exists()
        if not document:
            raise UserError(self.env._("What you want to open does not exist any more; search for it again."))
        if kind == "verification":
            return self._open_place(document).get_payload()
        document.check_access("read")
        return self._join_or_create({"kind": kind, DOCUMENT_FIELDS[kind]: document.id}).get_payload()

    @api.model
    def _check_kind(self, kind):
        """
        :raises UserError: when there is no such kind, or this person may not use it
        """
        labels = dict(self._fields["kind"]._description_selection(self.env))
        if not isinstance(kind, str) or kind not in labels:
            message = self.env._(
                "“%(kind)s” is nothing that can be scanned; choose one of: %(kinds)s.",
                kind=printable(kind),
                kinds=", ".join(labels),
            )
            raise UserError(message)
        if not self._may_use_kind(kind):
            message = self.env._(
                "You have no rights for %(kind)s; ask an administrator for those of its documents in Odoo.",
                kind=labels[kind],
            )
            raise AccessError(message)

    @api.model
    def _get_document_model(self, kind):
        return self._fields[DOCUMENT_FIELDS[kind]].comodel_name

    @api.model
    def _join_or_create(self, vals):
        """The open session with these values; a new one when there is none. Two people who begin at once get the same.

        :raises ConcurrencyError: when somebody else has just begun; Odoo tries it again, and then it is found
        """
        if session := self.search(
            [(name, "=", value) for name, value in vals.items()] + [("state", "=", "open")], limit=1
        ):
            return session
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self.create(vals)
        except UniqueViolation as error:
            raise ConcurrencyError(self.env._("Somebody else has just opened this; try again.")) from error

    @api.model
    def default_get(self, fields):
        return without_defaults(super().default_get(fields), self._fields.keys() - CHOSEN - {"state", "user_id"}) | {
            name: value for name, value in self._get_first_values().items() if name in fields
        }

    @api.model
    def _get_first_values(self):
        return {"state": "open", "user_id": self.env.uid}

    @api.model_create_multi
    def create(self, vals_list):
        """Begin sessions. Nobody but the system sets more than the document and the note.

        :raises UserError: when nothing can be scanned for a document
        """
        for vals in vals_list:
            self._check_chosen(vals, CHOSEN)
            self._check_kind(vals.get("kind"))
        # A document has one open session: those that were closed in this transaction are so in the database, too.
        self.flush_model(["state"])
        sessions = super().create(vals_list)
        for session in sessions:
            session._check_new()
        return sessions

    def _check_new(self):
        """
        :raises UserError: when nothing can be scanned for the document, or this person may not see it
        """
        document = self._get_document()
        document.check_access("read")
        if self.kind == "verification":
            self._check_place()
        else:
            document._check_scannable()

    def write(self, vals):
        self._check_chosen(vals, WRITABLE)
        if not is_own_write(self.env):
            self._check_open()
        return super().write(vals)

    def _check_chosen(self, vals, allowed):
        if not is_own_write(self.env) and (touched := vals.keys() - allowed):
            message = self.env._(
                "%(fields)s of a scan session cannot be written; use its buttons.", fields=", ".join(sorted(touched))
            )
            raise UserError(message)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A scan session is evidence and cannot be deleted; cancel it instead."))

    # Close

    def _lock(self):
        """Let nobody else scan for these sessions until this transaction ends.

        SQL, since the ORM's lock does not wait. The row is written, so that whoever waited with an older snapshot
        fails to serialize and Odoo tries it again: then it sees what was scanned, and whether the session is closed.
        So what this transaction has read of the session before is still true.
        """
        if self.ids:
            query = SQL("UPDATE stock_scan_session SET write_date = write_date WHERE id IN %s", tuple(sorted(self.ids)))
            self.env.cr.execute(query)

    def _check_open(self):
        """
        :raises UserError: when one of these is submitted or cancelled
        """
        self.check_access("write")
        self._lock()
        for session in self:
            if reason := session._get_closed_reason():
                raise UserError(reason)

    def _get_closed_reason(self):
        """Why nothing can be scanned for this session any more; empty while it is open."""
        if self.state == "submitted":
            return self.env._(
                "%(title)s was submitted by %(user)s; open it again to go on.",
                title=self._get_title(),
                user=self.submitted_by_id.sudo().name,
            )
        if self.state == "cancelled":
            return self.env._("%(title)s was cancelled here; open it again to go on.", title=self._get_title())
        return ""

    def _set_submitted(self, outcome):
        vals = {
            "state": "submitted",
            "submitted_at": fields.Datetime.now(),
            "submitted_by_id": self.env.uid,
            "outcome": outcome,
        }
        as_own_write(self.sudo()).write(vals)

    def set_note(self, text):
        """Write a note on the whole session.

        :param str text: empty to remove it
        :raises UserError: when the session is closed, or this is no text
        """
        self.note = self._read_text(text) or False
        return True

    @api.model
    def _read_text(self, text):
        """What a person typed, as a text that can be stored and looked for.

        :raises UserError: when it is none
        """
        if text and not isinstance(text, str):
            raise UserError(self.env._("“%(value)s” is no text; type what you mean.", value=printable(text)))
        return storable(text or "").strip()

    # What each kind of session has its own way for: see `stock_scan_session_document` and
    # `stock_scan_verification`

    def _get_title(self):
        """The reference that people know the document or the place by."""
        return ""

    def _get_subtitle(self):
        """What tells it from others."""
        return ""

    def _sync_lines(self):
        """Give everything that is asked for, or expected, its line."""

    def _get_line_quantities(self, lines):
        """
        :return: dict of line → values of its quantities, as of `_prepare_quantities`
        """
        raise NotImplementedError

    def _get_scannable_lots(self, products):
        """Lots besides those of the lines that may be scanned."""
        return self.env["stock.lot"]

    def _get_scannable_packages(self, products):
        """Packages besides those of the lines that may be scanned."""
        return self.env["stock.package"]

    def _is_blind(self):
        """Whether this user learns nothing here of what the system has."""
        return False

    def _get_batch(self, inputs, clock):
        """What takes these scans in, a ScanBatch."""
        raise NotImplementedError

    def _may_broadcast_lines(self):
        """Whether everybody who may use this session may know what its lines say."""
        return True

    def _get_choices(self):
        """What the person decides before they submit, as of `get_review`."""
        return []

    def _submit(self, choices):
        """Do with the document what was scanned.

        :return: a sentence that says what was done
        """
        raise NotImplementedError

    def _cancel(self):
        """Take back what the scans have done outside of this session."""
