from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.own_write import as_own_write, is_own_write, without_defaults
from .res_company import CORRECTION_SEQUENCE
from .stock_adjustment_mixin import QUANT_IDENTITY
from .stock_inventory_sheet import COUNTED_USAGES

PROTECTED = {"name", "state", "gap_qty", "move_ids", "validated_at", "validated_by_id"}


class StockCorrection(models.Model):
    """One quantity in one place put right, with the reason why.

    A draft shows the quantity in the database as it is now, and remembers what it was when a person entered the
    actual quantity (`seen_qty`). Validation makes one move, and only from the quantity that was seen.
    """

    _name = "stock.correction"
    _description = "Stock Correction"
    _inherit = ["mail.thread", "stock.adjustment.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Reference", required=True, readonly=True, copy=False, default="New", index="trigram")
    state = fields.Selection(
        [("draft", "Draft"), ("validated", "Validated")],
        "Status",
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, compute="_compute_company_id", store=True, precompute=True
    )
    location_id = fields.Many2one(
        "stock.location",
        "Stock location",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("usage", "in", COUNTED_USAGES)],
        default=lambda self: self._default_location_id(),
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("is_storable", "=", True)],
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Tracking number",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    package_id = fields.Many2one("stock.package", index="btree_not_null", ondelete="restrict", check_company=True)
    owner_id = fields.Many2one("res.partner", index="btree_not_null", ondelete="restrict", check_company=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    tracking = fields.Selection(related="product_id.tracking")
    current_qty = fields.Float(
        "Quantity in database",
        digits="Product Unit",
        compute="_compute_current_qty",
        help="What the system has now; once validated, what it had just before.",
    )
    reserved_qty = fields.Float(
        "Reserved",
        digits="Product Unit",
        compute="_compute_current_qty",
        help="What transfers have reserved of it now. Correcting to less makes some of them wait.",
    )
    seen_qty = fields.Float(
        "Quantity in database when entered",
        digits="Product Unit",
        compute="_compute_seen_qty",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        aggregator=None,
        help="What the system had when the actual quantity was entered: validating from another one is refused.",
    )
    real_qty = fields.Float(
        "Actual quantity",
        digits="Product Unit",
        compute="_compute_real_qty",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        aggregator=None,
        help="What was found there.",
    )
    gap_qty = fields.Float(
        "Difference",
        digits="Product Unit",
        compute="_compute_gap_qty",
        store=True,
        precompute=True,
        help="Actual quantity less quantity in database: a gain when positive, a loss when negative.",
    )
    reason_id = fields.Many2one(
        "stock.correction.reason", required=True, index=True, ondelete="restrict", tracking=True
    )
    comment = fields.Text()
    validated_at = fields.Datetime("Validated on", readonly=True, copy=False)
    validated_by_id = fields.Many2one("res.users", "Validated by", readonly=True, copy=False, index="btree_not_null")
    move_ids = fields.One2many("stock.move", "correction_id", "Stock moves", readonly=True, copy=False)
    block_message = fields.Char(compute="_compute_block_message")
    change_message = fields.Char(compute="_compute_change_message")

    # Defaults and computes

    def _default_location_id(self):
        return self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1).lot_stock_id

    @api.depends("location_id")
    def _compute_company_id(self):
        for correction in self:
            correction.company_id = correction.location_id.company_id or self.env.company

    # The actual quantity is no cause of it, but whoever types one is to see what there is at that moment.
    @api.depends(*QUANT_IDENTITY, "real_qty", "state", "seen_qty")
    def _compute_current_qty(self):
        drafts = self.filtered(lambda correction: correction.state == "draft")
        on_hand, reserved = drafts._get_on_hand(), drafts._get_on_hand("reserved_quantity:sum")
        for correction in self:
            key = correction._get_inventory_identity()
            correction.current_qty = on_hand[key] if correction in drafts else correction.seen_qty
            correction.reserved_qty = reserved[key]

    @api.depends(*QUANT_IDENTITY)
    def _compute_seen_qty(self):
        on_hand = self._get_on_hand()
        for correction in self:
            correction.seen_qty = on_hand[correction._get_inventory_identity()]

    @api.depends(*QUANT_IDENTITY)
    def _compute_real_qty(self):
        """No difference to begin with, so that nothing is lost by pressing Validate too early."""
        on_hand = self._get_on_hand()
        for correction in self:
            correction.real_qty = on_hand[correction._get_inventory_identity()]

    @api.depends("real_qty", "seen_qty")
    def _compute_gap_qty(self):
        for correction in self:
            gap = correction.real_qty - correction.seen_qty
            correction.gap_qty = correction.uom_id.round(gap) if correction.uom_id else gap

    @api.depends("location_id", "product_id", "state")
    def _compute_block_message(self):
        for correction in self:
            correction.block_message = correction.state == "draft" and correction._get_block_message()

    def _get_block_message(self):
        """Why the stock cannot be corrected now, as it is being counted; False when it can."""
        sheets = self.location_id._origin._get_counting_sheets()
        mover = self.env["stock.move.line"].new(
            {"product_id": self.product_id._origin.id, "location_id": self.location_id._origin.id}
        )
        block = sheets._find_block(mover.sudo(), self.env["stock.inventory.release"])
        return block[0]._get_block_message(*block[1:]) if block else False

    @api.depends("current_qty", "seen_qty", "state")
    def _compute_change_message(self):
        self.change_message = False
        drafts = self.filtered(lambda correction: correction.state == "draft" and correction.uom_id)
        for correction in drafts._get_outdated():
            correction.change_message = self.env._(
                "The stock has changed since the actual quantity was entered: the system had %(seen)s %(unit)s and has "
                "%(current)s now. Validate asks what to do.",
                seen=correction.seen_qty,
                current=correction.current_qty,
                unit=correction.uom_id.name,
            )

    @api.onchange("real_qty")
    def _onchange_real_qty(self):
        """Whoever enters the actual quantity compares it with the quantity on the screen, which is read with it."""
        self.seen_qty = self._get_on_hand()[self._get_inventory_identity()]

    # Create, write, delete

    @api.model
    def default_get(self, fields):
        first = {"name": "New", "state": "draft"}
        return without_defaults(super().default_get(fields), self._get_protected_fields()) | {
            name: value for name, value in first.items() if name in fields
        }

    @api.model
    def _get_protected_fields(self):
        """What only the add-on's own code writes. A hook: an add-on adds its own fields of that kind."""
        return PROTECTED

    @api.model_create_multi
    def create(self, vals_list):
        if not is_own_write(self.env):
            for vals in vals_list:
                # A form sends the status and the reference of a new correction as it got them.
                given = {name for name, value in vals.items() if (name, value) != ("state", "draft")}
                self._check_not_protected(given - {"name"})
        corrections = super().create([{**vals, "name": "New"} for vals in vals_list])
        for company, mine in as_own_write(corrections).grouped("company_id").items():
            mine._set_references(company)
        return corrections

    def _set_references(self, company):
        """The next numbers of the company: Odoo's `next_by_code`, which looks for the sequence for each number."""
        domain = [("code", "=", CORRECTION_SEQUENCE), ("company_id", "in", [company.id, False])]
        sequence = self.env["ir.sequence"].with_company(company).search(domain, order="company_id", limit=1)
        for correction in self:
            correction.name = sequence and sequence._next()

    def write(self, vals):
        if not is_own_write(self.env):
            self._check_not_protected(vals.keys())
            if vals.keys() - self.env["mail.thread"]._fields.keys():
                self._check_draft()
        return super().write(vals)

    @api.model
    def _check_not_protected(self, names):
        if touched := self._get_protected_fields() & set(names):
            message = self.env._(
                "%(fields)s of a stock correction cannot be written; use its button Validate.",
                fields=", ".join(sorted(touched)),
            )
            raise UserError(message)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        self._check_draft()

    def _check_draft(self):
        """
        :raises UserError: naming the first one that is validated
        """
        for correction in self:
            if correction.state != "draft":
                message = self.env._(
                    "Stock correction %(correction)s is validated and stays as it is; make another one to correct it.",
                    correction=correction.name,
                )
                raise UserError(message)

    # Checks

    @api.constrains(*QUANT_IDENTITY, "real_qty")
    def _check_correctable(self):
        """A correction is of something that can be there, in a quantity that there can be."""
        for correction in self:
            correction._check_product()
            correction._check_location()
            correction._check_tracking_number()
            correction._check_quantity()

    def _check_location(self):
        if self.location_id.usage not in COUNTED_USAGES:
            message = self.env._(
                "%(location)s cannot hold stock of ours; choose an internal or transit location.",
                location=self.location_id.display_name,
            )
            raise ValidationError(message)

    def _check_tracking_number(self):
        if self.lot_id and self.lot_id.product_id != self.product_id:
            message = self.env._(
                "Tracking number %(lot)s belongs to %(other)s, not to %(product)s; choose one of %(product)s.",
                lot=self.lot_id.name,
                other=self.lot_id.product_id.display_name,
                product=self.product_id.display_name,
            )
            raise ValidationError(message)
        if self.tracking != "none" and not self.lot_id and self.gap_qty > 0:
            message = self.env._(
                "%(product)s is managed by tracking number; enter the one you see.",
                product=self.product_id.display_name,
            )
            raise ValidationError(message)

    def _check_quantity(self):
        if problem := self._get_quantity_problem(self.real_qty):
            message = self.env._(
                "%(quantity)s is not an actual quantity of %(stock)s: %(problem)s",
                quantity=self.real_qty,
                stock=self._get_description(),
                problem=problem,
            )
            raise ValidationError(message)

    def _get_description(self):
        """What is corrected, as a person would name it in a sentence."""
        parts = [self.product_id, self.lot_id, self.package_id, self.owner_id]
        what = ", ".join(part.display_name for part in parts if part)
        return self.env._("%(what)s in %(place)s", what=what, place=self.location_id.display_name)

    # Validation

    def action_ask_validate(self):
        """Validate, or show what the stock has become since the actual quantity was entered."""
        self.check_access("write")
        self._hold_stock()
        if outdated := self._get_outdated():
            return self.env["stock.correction.conflict"]._get_action(outdated[0])
        return self.action_validate()

    def action_validate(self):
        """Draft → Validated: one move for each brings stock to the actual quantity. All or none of them.

        :raises UserError: when the stock is another one than was seen, is there in that quantity already, is being
            counted on an inventory sheet, or is a serial number that is elsewhere
        """
        self.check_access("write")
        self._hold_stock()
        self._check_draft()
        self._check_unchanged()
        self._check_difference()
        self._check_correctable()
        stamps = {"validated_at": fields.Datetime.now(), "validated_by_id": self.env.uid}
        self._move_gaps()
        as_own_write(self).write({"state": "validated", **stamps})
        self._check_serials_not_elsewhere()
        self._check_stock_is_real()
        self._reserve_for_who_waits()
        return True

    def _hold_stock(self):
        """Wait for those who move or correct this stock at this moment, and see what they did.

        Odoo's transactions look at a snapshot: whoever had to wait for a row that changed meanwhile cannot serialize,
        and Odoo tries it again with what the row has become. Quants are locked for that, as whoever moves stock
        writes them. Where there is none yet there is nothing to lock: so the rows of the products are written too,
        since two corrections of one product must not pass each other. Places, quants and products come in the order in
        which a move takes them; then what else is written, tracking numbers and quants of the inventory loss, in that of
        a sheet. Odoo's own Apply of the same product takes the latter first, so one of the two may be tried again.
        """
        self.flush_recordset()
        self.location_id._hold_against_start()
        for query in self._get_lock_queries():
            self.env.cr.execute(query)
        self.invalidate_recordset()

    def _get_lock_queries(self):
        """SQL, since the ORM's lock does not wait."""
        products = tuple(self.product_id.ids) or (0,)
        return [
            SQL(
                """
                SELECT FROM stock_quant WHERE id IN (
                    SELECT quant.id FROM stock_correction correction
                      JOIN stock_quant quant ON %s
                     WHERE correction.id IN %s)
                 ORDER BY id FOR NO KEY UPDATE
                """,
                SQL(" AND ").join(
                    SQL("COALESCE(quant.%(name)s, 0) = COALESCE(correction.%(name)s, 0)", name=SQL.identifier(name))
                    for name in QUANT_IDENTITY
                ),
                tuple(self.ids) or (0,),
            ),
            SQL(
                """
                UPDATE product_product product SET write_date = product.write_date
                  FROM (SELECT id FROM product_product WHERE id IN %s ORDER BY id FOR NO KEY UPDATE) held
                 WHERE product.id = held.id
                """,
                products,
            ),
            SQL("SELECT FROM stock_lot WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(self.lot_id.ids) or (0,)),
            SQL(
                """
                SELECT FROM stock_quant
                 WHERE product_id IN %s AND location_id IN (SELECT id FROM stock_location WHERE usage = 'inventory')
                 ORDER BY id FOR NO KEY UPDATE
                """,
                products,
            ),
        ]

    def _get_outdated(self):
        """Those whose stock has changed since the actual quantity was entered."""
        return self.filtered(lambda correction: correction.uom_id.compare(correction.current_qty, correction.seen_qty))

    def _check_unchanged(self):
        for correction in self._get_outdated():
            message = self.env._(
                "The stock of %(stock)s has become %(current)s %(unit)s since you entered the actual quantity (it was "
                "%(seen)s); look at it again, and enter the actual quantity anew.",
                stock=correction._get_description(),
                current=correction.current_qty,
                seen=correction.seen_qty,
                unit=correction.uom_id.name,
            )
            raise UserError(message)

    def _check_difference(self):
        for correction in self:
            if correction.uom_id.is_zero(correction.gap_qty):
                message = self.env._(
                    "The system already has %(quantity)s %(unit)s of %(stock)s, so there is nothing to correct; enter "
                    "another actual quantity, or delete correction %(correction)s.",
                    quantity=correction.real_qty,
                    unit=correction.uom_id.name,
                    stock=correction._get_description(),
                    correction=correction.name,
                )
                raise UserError(message)

    def _move_gaps(self):
        """Make the moves and carry them out, those of each company by themselves."""
        for corrections in self.grouped("company_id").values():
            corrections._move_gaps_of_company()

    def _move_gaps_of_company(self):
        """With nothing in the cache, as those of a sheet."""
        vals_list = [correction._prepare_gap_move_vals() for correction in self]
        self.env.invalidate_all()
        self._do_moves(vals_list)

    def _do_moves(self, vals_list):
        """Make moves of one company and carry them out, as Odoo's own inventory adjustment does.

        :return: the moves
        """
        return self.env["stock.move"]._do_adjustments(vals_list, self.company_id)

    def _reserve_for_who_waits(self):
        """Let transfers that wait for what was found reserve it."""
        for corrections in self.grouped("company_id").values():
            corrections._get_by_sets()._get_awaited_moves()._trigger_assign()

    def _prepare_move_link_vals(self):
        return {
            "inventory_name": self.name,
            "origin": self.name,
            "correction_id": self.id,
        }

    def _check_serials_not_elsewhere(self):
        """After the moves, so that two corrections at once cannot find a serial number in two places either."""
        found = self.filtered(lambda correction: correction._is_one_serial_number() and correction.gap_qty > 0)
        quants = found._get_serial_quants().grouped("lot_id")
        for correction in found:
            for quant in quants[correction.lot_id]:
                if quant._get_inventory_identity() != correction._get_inventory_identity():
                    raise UserError(correction._get_serial_elsewhere_message(quant))

    def _get_serial_elsewhere_message(self, quant):
        # Where another company has it is none of this user's business.
        known = self._is_of_own_company(quant)
        place = quant.display_name if known else self.env._("a place of %(company)s", company=quant.company_id.name)
        return self.env._(
            "Serial number %(serial)s of %(product)s is in %(place)s according to the system; move it from there, or "
            "correct it there first.",
            serial=self.lot_id.name,
            product=self.product_id.display_name,
            place=place,
        )

    def _check_stock_is_real(self):
        """
        :raises UserError: when the moves did not bring stock to the actual quantity
        """
        on_hand = self._get_on_hand()
        for correction in self:
            left = on_hand[correction._get_inventory_identity()]
            if correction.uom_id.compare(left, correction.real_qty):
                message = self.env._(
                    "%(stock)s was not corrected, as the move would bring it to %(left)s %(unit)s and not to %(real)s; "
                    "unreserve what is reserved of it and validate again.",
                    stock=correction._get_description(),
                    left=left,
                    unit=correction.uom_id.name,
                    real=correction.real_qty,
                )
                raise UserError(message)

    # Buttons of the form

    def action_view_moves(self):
        """The move that the correction made."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock move of %(correction)s", correction=self.name),
            "res_model": "stock.move",
            "res_id": self.move_ids[:1].id,
            "views": [(False, "form")],
            "context": {"create": False},
        }
