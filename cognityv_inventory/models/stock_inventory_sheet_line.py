from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.blind_field import BlindFloat
from ..tools.own_write import is_own_write, without_defaults
from ..tools.quantity import parse_quantity
from .stock_adjustment_mixin import QUANT_IDENTITY
from .stock_inventory_sheet import MANAGER_GROUP

# What makes a line: one per sheet and combination of these.
IDENTITY = (*QUANT_IDENTITY, "lot_name")
# So many lines are counted at once.
PART = 2000
# Written by the add-on's own code only.
PROTECTED = {
    "sheet_id",
    "company_id",
    "current_qty",
    "counted_on_hand",
    "gap_qty",
    "count_ids",
    "last_counted_at",
    "last_counted_by_id",
    "count_status",
    "asked_pass",
    "asked_at",
    "accepted_pass",
    "accepted_by_id",
    "accepted_at",
    "accepted_reason",
}


class StockInventorySheetLine(models.Model):
    _name = "stock.inventory.sheet.line"
    _description = "Inventory Line"
    _inherit = ["stock.adjustment.mixin", "stock.inventory.blind.mixin"]
    _order = "location_id, product_id, lot_id, id"
    _rec_name = "product_id"
    _check_company_auto = True

    sheet_id = fields.Many2one("stock.inventory.sheet", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="sheet_id.company_id", store=True, precompute=True)
    state = fields.Selection(related="sheet_id.state")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain=[("is_storable", "=", True)],
    )
    location_id = fields.Many2one(
        "stock.location",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('id', 'child_of', sheet_location_id), ('usage', 'in', ('internal', 'transit'))]",
        compute="_compute_location_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    sheet_location_id = fields.Many2one(related="sheet_id.location_id", string="Location of the sheet")
    # As the user, not as superuser: who reads decides.
    user_is_manager = fields.Boolean(related="sheet_id.user_is_manager", related_sudo=False)
    lot_id = fields.Many2one(
        "stock.lot",
        "Tracking number",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    lot_name = fields.Char(
        "New tracking number", help="A lot or serial number that the system does not know yet: validation makes it."
    )
    package_id = fields.Many2one("stock.package", index="btree_not_null", ondelete="restrict", check_company=True)
    owner_id = fields.Many2one("res.partner", index="btree_not_null", ondelete="restrict", check_company=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    tracking = fields.Selection(related="product_id.tracking")
    default_code = fields.Char(related="product_id.default_code", string="Product code")
    categ_id = fields.Many2one(related="product_id.categ_id", string="Product category")
    current_qty = BlindFloat(
        "Current quantity",
        digits="Product Unit",
        compute="_compute_current_qty",
        store=True,
        help="What the system says: read when the line is made, filled or planned, and again when the sheet is started. "
        "Where stock goes on moving, read again with each count of the line and when the sheet is completed.",
    )
    counted_on_hand = BlindFloat(
        "On hand when counted",
        digits="Product Unit",
        compute="_compute_last_count",
        store=True,
        help="What the system had at the moment of the count: what the real quantity is compared with.",
    )
    moved_qty = BlindFloat(
        "Moved since counted",
        digits="Product Unit",
        compute="_compute_moved_qty",
        compute_sudo=True,
        help="What has come in less what has gone out since the line was counted.",
    )
    count_ids = fields.One2many("stock.inventory.count", "line_id", "Counts", readonly=True)
    real_qty = fields.Float(
        "Real quantity",
        digits="Product Unit",
        compute="_compute_counted",
        store=True,
        readonly=False,
        help="What was found. Empty means not counted, which is not the same as zero.",
    )
    is_counted = fields.Boolean("Counted", compute="_compute_counted", store=True, readonly=False)
    last_counted_at = fields.Datetime("Counted on", compute="_compute_last_count", store=True)
    last_counted_by_id = fields.Many2one("res.users", "Counted by", compute="_compute_last_count", store=True)
    gap_qty = BlindFloat(
        "Gap",
        digits="Product Unit",
        compute="_compute_gap_qty",
        store=True,
        help="Real quantity less what the system had when it was counted; zero while not counted.",
    )
    description = fields.Char()
    # Not for counters: on a blind sheet it would tell them that there is a gap.
    reason_id = fields.Many2one(
        "stock.correction.reason",
        "Correction reason",
        index="btree_not_null",
        ondelete="restrict",
        groups=MANAGER_GROUP,
        help="Why there is a gap, and where it is booked to. It can be entered until the sheet is validated.",
    )
    serial_elsewhere = fields.Char(
        "Also in the system at",
        compute="_compute_serial_elsewhere",
        help="The place where the system has this serial number; validation moves it from there.",
    )

    # Sheets that hold the same stock are looked for by both: a product may be in thousands of places.
    _stock_index = models.Index("(product_id, location_id)")
    # The form of a sheet asks whether it has any; most have none, or few.
    _unknown_serial_index = models.Index("(sheet_id) WHERE lot_id IS NOT NULL AND current_qty <= 0")
    _identity_unique = models.UniqueIndex(
        "(sheet_id, product_id, location_id, COALESCE(lot_id, 0), COALESCE(lot_name, ''), "
        "COALESCE(package_id, 0), COALESCE(owner_id, 0))",
        "The sheet has a line for this product, place, tracking number, package and owner already; count on that line.",
    )

    # Computes

    @api.depends("sheet_id")
    def _compute_location_id(self):
        for line in self.filtered(lambda line: not line.location_id):
            line.location_id = line.sheet_id.location_id

    @api.depends(*IDENTITY)
    def _compute_current_qty(self):
        on_hand = self._get_on_hand()
        for line in self:
            line.current_qty = on_hand[line._get_inventory_identity()] if not line.lot_name else 0.0

    @api.depends(
        "count_ids.quantity",
        "count_ids.mode",
        "count_ids.pass_number",
        "count_ids.counted_at",
        "count_ids.superseded",
        "asked_pass",
        "accepted_pass",
    )
    def _compute_counted(self):
        passes = self._get_passes()
        self._set_counted(passes)
        with self._computed_along("count_status") as lines:
            lines._set_last_count(passes)

    @api.depends(
        "count_ids.quantity",
        "count_ids.mode",
        "count_ids.pass_number",
        "count_ids.counted_at",
        "count_ids.superseded",
        "count_ids.on_hand_qty",
        "asked_pass",
        "accepted_pass",
    )
    def _compute_last_count(self):
        """What the passes say besides the quantity.

        Apart from `_compute_counted`: a form that is being filled in must not take back what is typed.
        """
        passes = self._get_passes()
        self._set_last_count(passes)
        with self._computed_along("real_qty") as lines:
            lines._set_counted(passes)

    @contextmanager
    def _computed_along(self, name):
        """Those of these lines of which a field waits to be computed, too, and its compute method.

        What comes of the same counts is worked out with one look at them: a line that is scanned has thousands.
        """
        field = self._fields[name]
        lines = self & self.env.records_to_compute(field)
        with self.env.protecting(self.pool.field_computed[field], lines):
            yield lines

    def _set_counted(self, passes_by_line):
        for line in self:
            counts = line._get_accepted_counts_of(passes_by_line[line.id])
            line.real_qty = line._sum_counts(counts)
            line.is_counted = bool(counts)

    def _set_last_count(self, passes_by_line):
        for line in self:
            passes = passes_by_line[line._origin.id]
            line.count_status = line._get_count_status(passes)
            last = line._get_accepted_counts_of(passes)[-1:]
            line.last_counted_at = last and last[0].counted_at
            line.last_counted_by_id = last and last[0].user_id
            line.counted_on_hand = last[0].on_hand_qty if last else 0.0

    @api.depends("real_qty", "current_qty", "counted_on_hand", "last_counted_at", "is_counted")
    def _compute_gap_qty(self):
        for line in self:
            # What is typed and not saved yet is compared with what is there now.
            expected = line.counted_on_hand if line.last_counted_at else line.current_qty
            line.gap_qty = line.real_qty - expected if line.is_counted else 0.0

    @api.depends("current_qty", "counted_on_hand", "is_counted")
    def _compute_moved_qty(self):
        for line in self:
            line.moved_qty = line.current_qty - line.counted_on_hand if line.is_counted else 0.0

    @api.depends("sheet_id.blind", "sheet_id.state", "location_id")
    @api.depends_context("uid")
    def _compute_hides_current_qty(self):
        """Whoever counts a place blind learns what it has from no sheet, be it another one."""
        sheets = self.env["stock.inventory.sheet"] if self.env.su else self.env.user._get_blind_sheets()
        for line in self:
            sheet, place = line.sudo().sheet_id._origin, line.sudo().location_id._origin
            line.hides_current_qty = sheet in sheets or any(blind._covers(place) for blind in sheets)

    @api.depends("lot_id", "location_id", "hides_current_qty")
    @api.depends_context("uid")
    def _compute_serial_elsewhere(self):
        serials = self.filtered(lambda line: line.tracking == "serial" and line.lot_id and not line.hides_current_qty)
        (self - serials).serial_elsewhere = False
        quants_by_lot = serials._get_serial_quants().grouped("lot_id")
        for line in serials:
            quants = quants_by_lot.get(line.lot_id, self.env["stock.quant"])
            places = quants.filtered(line._is_of_own_company).location_id - line.location_id
            line.serial_elsewhere = ", ".join(places.mapped("display_name"))

    # Writing

    @api.model
    def default_get(self, fields):
        return without_defaults(
            super().default_get(fields),
            (self._get_protected_fields() - {"sheet_id"}) | {"real_qty", "is_counted", "own_qty", "own_counted"},
        )

    @api.model
    def _get_protected_fields(self):
        """What only the add-on's own code writes. A hook: an add-on adds its own fields of that kind."""
        return PROTECTED

    @api.model_create_multi
    def create(self, vals_list):
        """Add lines; a `real_qty` among the values is a count made by this user now."""
        self._check_protected(vals_list, except_fields={"sheet_id"})
        vals_list = self._use_known_lots(vals_list)
        counted = [self._pop_real_qty(vals) for vals in vals_list]
        lines = super().create(vals_list)
        lines.sheet_id._check_may_add_lines()
        lines.sheet_id._check_no_overlap_while_counted()
        quantities = zip(lines, counted, strict=True)
        lines._set_real_quantities([(line, quantity) for line, quantity in quantities if quantity is not None])
        return lines

    def write(self, vals):
        """Change lines; a `real_qty` among the values is a count made by this user now.

        `is_counted` on its own counts the present real quantity, or withdraws the counts when false.
        """
        if is_own_write(self.env):
            return super().write(vals)
        self._check_protected([vals])
        self._write_count(vals)
        details = {name: value for name, value in vals.items() if name not in ("real_qty", "is_counted")}
        if "lot_name" in details and len(self) == 1:
            identity = {"product_id": self.product_id.id, "sheet_id": self.sheet_id.id}
            [details] = self._use_known_lots([identity | details])
            details.pop("sheet_id")
        if not details:
            return True
        self._check_writable(details)
        result = super().write(details)
        if details.keys() & set(IDENTITY):
            self.sheet_id._check_no_overlap_while_counted()
        return result

    def _write_count(self, vals):
        """Count, or withdraw the counts, as the values say; neither when they say nothing of it."""
        if not vals.get("is_counted", True):
            self._withdraw_counts()
        elif "real_qty" in vals:
            self._set_real_quantities([(line, vals["real_qty"]) for line in self])
        elif "is_counted" in vals:
            self._set_real_quantities([(line, line.real_qty) for line in self])

    @api.model
    def _pop_real_qty(self, vals):
        """Take the count out of the values of a new line: a quantity, or None when it is not counted."""
        quantity = vals.pop("real_qty", None)
        is_counted = vals.pop("is_counted", quantity is not None)
        return (quantity or 0.0) if is_counted else None

    @api.model
    def _use_known_lots(self, vals_list):
        """New tracking numbers that turn out to be known are those lots, looked up at once for all lines."""
        vals_list = [{**vals, "lot_name": str(vals.get("lot_name") or "").strip() or False} for vals in vals_list]
        new = [vals for vals in vals_list if vals["lot_name"] and not vals.get("lot_id")]
        for sheet_id in {vals.get("sheet_id") for vals in new}:
            mine = [vals for vals in new if vals.get("sheet_id") == sheet_id]
            products = self.env["product.product"].browse({vals.get("product_id") for vals in mine})
            names = [vals["lot_name"] for vals in mine]
            lots = self.env["stock.inventory.sheet"].browse(sheet_id)._find_lots(products, names)
            for vals in mine:
                if lot := lots.get((vals.get("product_id"), vals["lot_name"])):
                    vals.update(lot_id=lot.id, lot_name=False)
        return vals_list

    def _set_real_quantities(self, quantities, **count_vals):
        """Count lines, thousands of them at once.

        Part by part, so that it takes no more memory for a large sheet than for a small one; by id, as all lock them in
        one order.

        :param quantities: list of (line, quantity)
        :param count_vals: more values of the counts, such as their source
        """
        quantities = sorted(quantities, key=lambda counted: counted[0].id)
        for begin in range(0, len(quantities), PART):
            if begin:
                self.env.invalidate_all()
            part = quantities[begin : begin + PART]
            vals_list = [line._prepare_count_vals(quantity, **count_vals) for line, quantity in part]
            self.env["stock.inventory.count"].create(vals_list)

    def _prepare_count_vals(self, quantity, **count_vals):
        """A count of this moment."""
        return {"line_id": self.id, "quantity": quantity, "mode": "set", **count_vals}

    def _withdraw_counts(self, own=False):
        self.sheet_id._check_counting()
        self._lock_for_count()
        self._get_withdrawable_counts(own)._withdraw()

    def _lock_for_count(self):
        """One count of a line after the other: what a line has is worked out from all its counts.

        SQL, since the ORM's lock does not wait; the one that waited fails to serialize if the line has changed, and
        Odoo tries it again.
        """
        if self.ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE stock_inventory_sheet_line SET write_date = write_date WHERE id IN %s",
                    tuple(sorted(self.ids)),
                )
            )

    def unlink(self):
        # Who takes lines away does not want them back at Start.
        self.sheet_id.filtered("refill_at_start").refill_at_start = False
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counted(self):
        self.sheet_id._check_open_for_lines()
        if counted := self.filtered("count_ids"):
            message = self.env._(
                "%(line)s has been counted and stays on sheet %(sheet)s as evidence.",
                line=counted[0]._get_description(),
                sheet=counted[0].sheet_id.name,
            )
            raise UserError(message)

    # Checks

    def _check_protected(self, vals_list, except_fields=frozenset()):
        protected = self._get_protected_fields() - except_fields
        if not is_own_write(self.env) and any(protected & vals.keys() for vals in vals_list):
            fields_text = ", ".join(sorted(set().union(*vals_list) & protected))
            raise UserError(self.env._("Only the system writes %(fields)s of an inventory line.", fields=fields_text))

    def _check_writable(self, vals):
        """
        :raises UserError: when the sheet is settled, or a line that was counted would become another one
        """
        if vals.keys() == {"reason_id"}:
            # Reasons are often found only when the gaps are known.
            self.sheet_id._check_not_settled()
            return
        self.sheet_id._check_open_for_lines()
        if not vals.keys() & set(IDENTITY):
            return
        self.sheet_id._check_manager()
        if counted := self.filtered("count_ids"):
            message = self.env._(
                "%(line)s has been counted: its product, place, tracking number, package and owner stay. Add a line.",
                line=counted[0]._get_description(),
            )
            raise UserError(message)

    @api.constrains(*IDENTITY)
    def _check_identity(self):
        """A line is for something that can be there: a storable product in one of the sheet's places."""
        inside = {
            sheet: set(lines.location_id.sudo().filtered_domain(sheet._get_location_domain())._ids)
            for sheet, lines in self.grouped("sheet_id").items()
        }
        for line in self:
            line._check_product()
            line._check_location(inside[line.sheet_id])
            line._check_tracking_number()

    def _check_location(self, inside):
        """
        :param inside: ids of those of its sheet's places that are looked at
        """
        if self.location_id.id not in inside:
            message = self.env._(
                "%(location)s is not one of the places of sheet %(sheet)s; choose %(parent)s or a place in it.",
                location=self.location_id.display_name,
                sheet=self.sheet_id.name,
                parent=self.sheet_id.location_id.display_name,
            )
            raise ValidationError(message)

    def _check_tracking_number(self):
        product, lot = self.product_id, self.lot_id
        if lot and lot.product_id != product:
            message = self.env._(
                "Tracking number %(lot)s belongs to %(other)s, not to %(product)s; choose one of %(product)s.",
                lot=lot.name,
                other=lot.product_id.display_name,
                product=product.display_name,
            )
        elif lot and self.lot_name:
            message = self.env._(
                "%(product)s has a tracking number and a new one on the same line; keep one of them.",
                product=product.display_name,
            )
        elif product.tracking == "none" and (lot or self.lot_name):
            message = self.env._(
                "%(product)s has no tracking numbers; leave the tracking number empty.", product=product.display_name
            )
        elif product.tracking != "none" and not (lot or self.lot_name):
            message = self.env._(
                "%(product)s is managed by tracking number; enter the one you see.", product=product.display_name
            )
        else:
            return
        raise ValidationError(message)

    def _check_quantity(self, value):
        """The quantity as a float, if it can be a real quantity of this line.

        :raises UserError: negative, not a number, finer than the unit allows, or more than one of a serial number
        """
        try:
            quantity = parse_quantity(value)
        except ValueError:
            quantity = None
        problem = self._get_quantity_problem(quantity)
        if problem:
            message = self.env._(
                "%(value)s is not a real quantity for %(line)s: %(problem)s",
                value=value,
                line=self._get_description(),
                problem=problem,
            )
            raise UserError(message)
        return self._round_quantity(quantity)

    def _is_one_serial_number(self):
        return bool(self.lot_id or self.lot_name) and self.tracking == "serial"

    def _get_description(self):
        """The line as a person would name it in a sentence."""
        self.ensure_one()
        parts = [self.product_id.display_name, self.lot_id.name or self.lot_name, self.package_id.display_name]
        what = ", ".join(part for part in parts if part)
        return self.env._("%(what)s in %(place)s", what=what, place=self.location_id.display_name)

    # Set-based stock

    @api.model
    def _get_on_hand_query(self, condition):
        """What the system has now for each line that meets `condition` (SQL over `line`), as SQL with the columns id
        and quantity.

        SQL, since a line is matched to its quants by five columns of which three may be missing, for all lines of
        a sheet at once.
        """
        return SQL(
            """
            SELECT line.id, COALESCE(SUM(quant.quantity), 0) AS quantity
              FROM stock_inventory_sheet_line line
         LEFT JOIN stock_quant quant
                ON quant.product_id = line.product_id
               AND quant.location_id = line.location_id
               AND COALESCE(quant.lot_id, 0) = COALESCE(line.lot_id, 0)
               AND COALESCE(quant.package_id, 0) = COALESCE(line.package_id, 0)
               AND COALESCE(quant.owner_id, 0) = COALESCE(line.owner_id, 0)
               AND line.lot_name IS NULL
             WHERE %s
          GROUP BY line.id
            """,
            condition,
        )

    @api.model
    def _flush_for_sql(self):
        self.flush_model()
        self.env["stock.quant"].flush_model()

    @api.model
    def _refresh_current_qty(self, sheets):
        """Read the current quantity of every line of `sheets` again, in one statement."""
        if sheets:
            self._read_current_qty(SQL("line.sheet_id IN %s", tuple(sheets.ids)))

    @api.model
    def _read_current_qty(self, condition):
        self._flush_for_sql()
        # Most have not changed since they were read before: writing them again would take most of the time.
        query = SQL(
            """
            UPDATE stock_inventory_sheet_line line
               SET current_qty = on_hand.quantity
              FROM (%s) on_hand
             WHERE line.id = on_hand.id AND line.current_qty IS DISTINCT FROM on_hand.quantity
            """,
            self._get_on_hand_query(condition),
        )
        self.env.cr.execute(query)
        self.invalidate_model(["current_qty", "moved_qty"])

    @api.model
    def _get_differing_from_stock(self, sheets, expected):
        """The lines of `sheets` for which the system has another quantity now than expected.

        :param expected: SQL expression over `line` and `on_hand`
        """
        self._flush_for_sql()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        query = SQL(
            """
            SELECT line.id FROM stock_inventory_sheet_line line JOIN (%s) on_hand ON on_hand.id = line.id
             WHERE ROUND(%s - on_hand.quantity, %s) <> 0
          ORDER BY line.id
            """,
            self._get_on_hand_query(SQL("line.sheet_id IN %s", tuple(sheets.ids))),
            expected,
            digits,
        )
        return self.browse(row[0] for row in self.env.execute_query(query))

    # Actions

    def action_view_counts(self):
        """Every act of counting of this line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Counts of %(line)s", line=self._get_description()),
            "res_model": "stock.inventory.count",
            "view_mode": "list",
            "domain": [("line_id", "=", self.id)],
            "target": "new",
            "context": {"create": False},
        }
