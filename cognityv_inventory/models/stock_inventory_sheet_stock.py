from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.own_write import as_own_write
from .stock_inventory_sheet import BLOCKING_STATES, COUNTED_USAGES


class StockInventorySheet(models.Model):
    """What a sheet does to stock: the moves of its gaps, their reversal, and the memory of the last count."""

    _inherit = "stock.inventory.sheet"

    def _check_no_overlap_while_counted(self):
        self.filtered(lambda sheet: sheet.state in BLOCKING_STATES)._check_no_overlap()

    def _check_no_overlap(self):
        """These sheets, together and beside those that are being counted, hold no product in a place twice.

        SQL, since a join of lines with lines is nothing a domain can say.

        :raises UserError: naming the other sheet
        """
        if not self:
            return
        self.flush_model()
        self.line_ids.flush_model()
        query = SQL(
            """
            SELECT line.id, other.sheet_id
              FROM stock_inventory_sheet_line line
              JOIN stock_inventory_sheet_line other
                ON other.product_id = line.product_id
               AND other.location_id = line.location_id
               AND other.sheet_id <> line.sheet_id
              JOIN stock_inventory_sheet sheet ON sheet.id = other.sheet_id
             WHERE line.sheet_id IN %(sheets)s AND (sheet.state IN %(states)s OR sheet.id IN %(sheets)s)
             LIMIT 1
            """,
            sheets=tuple(self.ids),
            states=BLOCKING_STATES,
        )
        for line_id, other_id in self.env.execute_query(query):
            line = self.env["stock.inventory.sheet.line"].browse(line_id)
            message = self.env._(
                "%(product)s in %(location)s is being counted on sheet %(other)s; validate or cancel that one first, or "
                "take the line off sheet %(sheet)s.",
                product=line.product_id.display_name,
                location=line.location_id.display_name,
                other=self.sudo().browse(other_id).name,
                sheet=line.sheet_id.name,
            )
            raise UserError(message)

    # Validation

    def _adjust_stock(self):
        """Make and do the moves that bring stock to what was found, and prove that they did."""
        self.ensure_one()
        self._refresh_moving_stock()
        self._check_unchanged_since_start()
        self._make_new_lots()
        self._check_serials_counted_once()
        self._move_gaps()
        self._check_stock_is_real()

    def _check_unchanged_since_start(self):
        """
        :raises UserError: when something changed the stock of a line although its place was blocked
        """
        if lines := self._get_changed_lines():
            message = self.env._(
                "Stock has changed since sheet %(sheet)s was started, although its places were blocked. Press Validate on "
                "the sheet to choose what to do with each of these lines:\n%(lines)s",
                sheet=self.name,
                lines=self._list_lines(lines, len(lines)),
            )
            raise UserError(message)

    def _check_stock_is_real(self):
        expected = SQL(
            "CASE WHEN line.is_counted THEN line.real_qty + line.current_qty - line.counted_on_hand"
            " ELSE on_hand.quantity END"
        )
        lines = self.env["stock.inventory.sheet.line"]._get_differing_from_stock(self, expected)
        if lines:
            message = self.env._(
                "Sheet %(sheet)s was not validated, as the moves would not bring the stock of these lines to their real "
                "quantity; unreserve what is reserved of them and validate again:\n%(lines)s",
                sheet=self.name,
                lines=self._list_lines(lines, len(lines)),
            )
            raise UserError(message)

    def _find_lots(self, products, names):
        """The lots of `products` with one of `names` that the company may use, by (product id, name)."""
        domain = [
            ("product_id", "in", products.ids),
            ("name", "in", names),
            ("company_id", "in", [self.company_id.id or self.env.company.id, False]),
        ]
        return {(lot.product_id.id, lot.name): lot for lot in self.env["stock.lot"].sudo().search(domain)}

    def _make_new_lots(self):
        """Give lines with a new tracking number their lot, made here unless somebody made it meanwhile."""
        domain = [
            ("sheet_id", "=", self.id),
            ("lot_name", "!=", False),
            ("is_counted", "=", True),
            ("real_qty", ">", 0),
        ]
        lines = self.env["stock.inventory.sheet.line"].search(domain)
        if not lines:
            return
        lots = self._find_or_make_lots(lines)
        self._check_alone_with_lots(lots)
        for line, lot in lots.items():
            as_own_write(line).write({"lot_id": lot.id, "lot_name": False})
        # Read what there is of these lots now, and what it is worth, before their moves.
        lines.flush_recordset()

    def _find_or_make_lots(self, lines):
        """
        :return: dict of line → stock.lot record
        """
        keys = {line: (line.product_id.id, line.lot_name) for line in lines}
        lots = self._find_lots(lines.product_id, lines.mapped("lot_name"))
        missing = {key: line._prepare_lot_vals() for line, key in keys.items() if key not in lots}
        lots.update(zip(missing, self.env["stock.lot"].create(list(missing.values())), strict=True))
        return {line: lots[key] for line, key in keys.items()}

    def _check_alone_with_lots(self, lots):
        """
        :param lots: dict of line → the stock.lot record that its new tracking number has become
        :raises UserError: when another line of the sheet is for the same lot, package and owner in the same place
        """
        lot_ids = {lot.id for lot in lots.values()}
        others = self.env["stock.inventory.sheet.line"].search([("sheet_id", "=", self.id), ("lot_id", "in", lot_ids)])
        taken = {line._get_inventory_identity() for line in others}
        for line, lot in lots.items():
            product, place, _lot, package, owner = line._get_inventory_identity()
            if (product, place, lot.id, package, owner) in taken:
                message = self.env._(
                    "%(line)s is on sheet %(sheet)s twice, as its tracking number became known meanwhile; put the whole "
                    "real quantity on one of the lines and empty the other.",
                    line=line._get_description(),
                    sheet=self.name,
                )
                raise UserError(message)

    def _move_gaps(self):
        """Make the moves of the gaps, and carry them out.

        With nothing in the cache: Odoo's value of a lot does not follow from the quantities that it depends on, so what
        was read before the count would change what its product costs afterwards.
        """
        vals_list = self._prepare_gap_moves(self._get_gap_lines())
        self.env.invalidate_all()
        self._do_moves(vals_list)

    def _get_gap_domain(self):
        return Domain("sheet_id", "=", self.id) & Domain("gap_qty", "!=", 0)

    def _get_gap_lines(self, products=Domain.TRUE):
        """The lines with a gap, in the order in which their moves are made.

        :param products: a domain on lines, to have those of some products only
        """
        return self.env["stock.inventory.sheet.line"].search(self._get_gap_domain() & products)

    def _prepare_gap_moves(self, lines):
        """The values of one move for each gap; serial numbers that were elsewhere are moved from there."""
        found = lines.filtered(lambda line: line.tracking == "serial" and line.lot_id and line.gap_qty > 0)
        sources = found._get_serial_sources()
        taken = {quant._get_inventory_identity() for quant in sources.values()}
        vals_list = []
        for line in lines:
            if line in sources:
                vals_list.append(line._prepare_relocation_vals(sources[line]))
            elif line.gap_qty > 0 or line._get_inventory_identity() not in taken:
                vals_list.append(line._prepare_gap_move_vals())
        return vals_list

    def _do_moves(self, vals_list):
        """Make moves and carry them out, as Odoo's own inventory adjustment does.

        :return: the moves
        """
        return self.env["stock.move"]._do_adjustments(vals_list, self.company_id)

    def _remember_last_count(self):
        """Each place where something was counted knows when and by which sheet; its next count is planned."""
        for sheet in self:
            places = sheet._get_counted_places().sudo()
            places._remember_count(sheet)
            sheet._plan_next_count(places)

    def _get_counted_places(self):
        domain = [("sheet_id", "in", self.ids), ("is_counted", "=", True)]
        groups = self.env["stock.inventory.sheet.line"]._read_group(domain, ["location_id"])
        return self.env["stock.location"].union(*(location for [location] in groups))

    def _plan_next_count(self, places):
        """Odoo's own date of the next count, for the quants of what was counted; by one statement, as a sheet has many."""
        # All at once, where the ORM reads a thousand at a time.
        places.fetch(["company_id", "next_inventory_date", "usage"])
        dates = [(place.id, place._get_next_inventory_date() or None) for place in places]
        self.env["stock.quant"].flush_model()
        query = SQL(
            """
            UPDATE stock_quant quant
               SET inventory_date = planned.date, write_uid = %s, write_date = NOW() AT TIME ZONE 'UTC'
              FROM UNNEST(%s::int[], %s::date[]) AS planned (place_id, date)
             WHERE quant.location_id = planned.place_id AND quant.inventory_date IS DISTINCT FROM planned.date
               AND (quant.product_id, quant.location_id) IN (
                   SELECT line.product_id, line.location_id FROM stock_inventory_sheet_line line
                    WHERE line.sheet_id = %s AND line.is_counted)
            """,
            self.env.uid,
            [place_id for place_id, _date in dates],
            [date for _place_id, date in dates],
            self.id,
        )
        self.env.cr.execute(query)
        self.env["stock.quant"].invalidate_model(["inventory_date"])

    # Reversal

    def _reverse_stock(self):
        moves = self._get_reversed_moves()
        self._check_still_there(moves)
        self._do_moves([move._prepare_inventory_reversal_vals() for move in moves])._trigger_assign()

    def _get_reversed_moves(self, products=Domain.TRUE):
        """The moves that are to be undone.

        :param products: a domain on moves, to have those of some products only
        """
        done = Domain("inventory_sheet_id", "=", self.id) & Domain("state", "=", "done")
        return self.env["stock.move"].search(done & products)

    def _get_reversal_name(self):
        return self.env._("%(sheet)s [reversed]", sheet=self.name)

    def _check_still_there(self, moves):
        """
        :raises UserError: when reversing would take more out of a place than is there
        """
        on_hand = (
            self.env["stock.quant"]
            .sudo()
            ._get_quants_by_products_locations(
                moves.product_id, moves.location_dest_id.filtered(lambda place: place.usage in COUNTED_USAGES)
            )
        )
        for line in moves.move_line_ids:
            key = (
                line.product_id.id,
                line.location_dest_id.id,
                line.lot_id.id,
                line.result_package_id.id,
                line.owner_id.id,
            )
            available = sum(on_hand[key].mapped("quantity"))
            taken = line.location_dest_id.usage in COUNTED_USAGES
            # Back to a negative stock, if that is what was there before.
            least = min(0.0, line.move_id.inventory_sheet_line_id.current_qty)
            if taken and line.product_id.uom_id.compare(available - line.quantity_product_uom, least) < 0:
                message = self.env._(
                    "Reversing sheet %(sheet)s would take %(quantity)s %(unit)s of %(product)s out of %(location)s, but "
                    "only %(available)s are left there; make a new sheet for that place.",
                    sheet=self.name,
                    quantity=line.quantity_product_uom,
                    unit=line.product_id.uom_id.name,
                    product=line.product_id.display_name,
                    location=line.location_dest_id.display_name,
                    available=available,
                )
                raise UserError(message)


class StockInventorySheetLine(models.Model):
    """The values of a line's moves."""

    _inherit = "stock.inventory.sheet.line"

    def _prepare_lot_vals(self):
        vals = {"name": self.lot_name, "product_id": self.product_id.id}
        if self.product_id.company_id:
            vals["company_id"] = self.company_id.id
        return vals

    def _get_serial_sources(self):
        """Where serial numbers that were found here are in the system, by line.

        :raises UserError: when the system has one for another owner, which a move cannot change
        """
        quants = self._get_serial_quants().grouped("lot_id")
        sources = {}
        for line in self:
            elsewhere = quants.get(line.lot_id, self.env["stock.quant"]).filtered(
                lambda quant, line=line: quant._get_inventory_identity() != line._get_inventory_identity()
            )
            if elsewhere:
                line._check_same_owner(elsewhere[0])
                sources[line] = elsewhere[0]
        return sources

    def _check_same_owner(self, quant):
        if quant.owner_id != self.owner_id or not self._is_of_own_company(quant):
            message = self.env._(
                "Serial number %(serial)s was counted in %(place)s, but the system has it for another owner or company; "
                "put that right first.",
                serial=self.lot_id.name,
                place=self.location_id.display_name,
            )
            raise UserError(message)

    def _prepare_relocation_vals(self, quant):
        """The move of a serial number from where the system has it to where it was found."""
        packages = {"package_id": quant.package_id.id, "result_package_id": self.package_id.id}
        return self._prepare_move_vals(self.gap_qty, quant.location_id, self.location_id, **packages)

    def _prepare_move_link_vals(self):
        return {
            "inventory_name": self.sheet_id.name,
            "origin": self.sheet_id.name,
            "inventory_sheet_id": self.sheet_id.id,
            "inventory_sheet_line_id": self.id,
        }
