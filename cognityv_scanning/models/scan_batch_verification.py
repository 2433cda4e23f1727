from collections import defaultdict
from typing import Any, NamedTuple

from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.cognityv_inventory.models.stock_inventory_sheet import BLOCKING_STATES
from odoo.addons.cognityv_inventory.tools.passes import CountRow, LinePasses

from ..tools.scan_code import parse
from .scan_batch import Item, ScanBatch, Verdict


class CountPlan(NamedTuple):
    """A count that the sheet will take."""

    line: Any
    pass_number: int
    mode: str
    quantity: float
    # Seen before a recount was asked for: it belongs to the pass before.
    is_late: bool


class VerificationBatch(ScanBatch):
    """Scans of what is in the places of an inventory sheet: each one that is accepted is a count of a line.

    The line, the quantity and whose turn it is are checked with the sheet's own rules before anything is written, so
    that a scan that the sheet refuses does not keep the others out.
    """

    def __init__(self, session, inputs, clock):
        super().__init__(session, inputs, clock)
        self.sheet = session.sheet_id
        self.line_model = self.env["stock.inventory.sheet.line"]
        # Inventory lines by product and place, and by serial number. New ones are made when their count is stored.
        self.lines, self.lines_of_serial = defaultdict(list), defaultdict(list)
        self.new_lines, self.new_vals, self.made = {}, {}, {}
        self.passes, self.packages, self.covered = {}, {}, {}

    # Reading at once

    def _prepare(self, scans):
        self.visits = self._get_visits()
        self.counted = self._get_counted([scan.client_uuid for scan in scans])
        items = self._get_all_items(scans)
        if not items:
            return
        places = self._get_all_places(scans, items)
        lines = self.line_model.search_fetch(self._get_line_domain(items, places), ["product_id"])
        # As superuser: that the user may read them is known by now, and what a count is worth they need not see.
        lines.sudo().fetch(lines._get_fields_for_count())
        for line in lines | self.line_model.union(*(item.line.inventory_line_id for item in items if item.line)):
            self._remember_line(line)
        self.passes = self._get_passes_needed(lines)
        self.held = self._get_held(items, places)

    def _get_counted(self, uuids):
        """The inventory lines of counts that have these references already, as dict by reference."""
        counts = self.env["stock.inventory.count"]._get_known_by_uuid(uuids)
        return {uuid: count.line_id.sudo(self.env.su) for uuid, count in counts.items()}

    def _check_reference(self, uuid, line, counted):
        """
        :param counted: of `_get_counted`
        :raises UserError: when a count of another line has this reference: the count of this one would be lost
        """
        if counted.get(uuid, line) != line:
            raise UserError(self.env._("This scan has arrived before, for something else; it is not taken twice."))

    def _get_all_items(self, scans):
        """What these scans may be, packages as what is in them."""
        items = []
        for scan in scans:
            try:
                for item in self._find(scan):
                    items += [item] if item.product or item.place else self._get_content_items(item.package)
            except UserError:
                # Its judgement will say what is wrong with it.
                continue
        return items

    def _get_all_places(self, scans, items):
        """The ids of all places where these scans may have been seen."""
        named = {scan.location_id for scan in scans if scan.location_id}
        visited = {place.id for _seen, place in self.visits} | {item.place.id for item in items if item.place}
        return named | visited | {self.session.location_id.id}

    def _get_line_domain(self, items, place_ids):
        """The lines of these items in these places, and of serial numbers in every place of the sheet."""
        products = [item.product.id for item in items if item.product]
        domain = Domain("product_id", "in", products) & Domain("location_id", "in", list(place_ids))
        serials = [item for item in items if item.product.tracking == "serial"]
        domain |= Domain("lot_id", "in", [item.lot.id for item in serials if item.lot])
        names = [item.lot_name for item in serials if item.lot_name]
        domain |= Domain("lot_name", "in", names) & Domain("product_id", "in", products)
        return Domain("sheet_id", "=", self.sheet.id) & domain

    def _remember_line(self, line):
        self.lines[line.product_id.id, line.location_id.id].append(line)
        if line._is_one_serial_number():
            self.lines_of_serial[line.product_id.id, line.lot_id.id or line.lot_name].append(line)

    def _get_held(self, items, place_ids):
        """What other sheets count of what is not on this one: (product id, place id) → sheet."""
        products = {item.product.id for item in items if item.product}
        if all((product, place) in self.lines for product in products for place in place_ids):
            return {}
        domain = Domain("product_id", "in", list(products)) & Domain("location_id", "in", list(place_ids))
        domain &= Domain("sheet_id.state", "in", BLOCKING_STATES) & Domain("sheet_id", "!=", self.sheet.id)
        lines = self.line_model.sudo().search(domain)
        return {(line.product_id.id, line.location_id.id): line.sheet_id for line in lines}

    # Places

    def _is_item(self, match):
        return super()._is_item(match) or match["kind"] == "location"

    def _make_item(self, match):
        item = super()._make_item(match)
        if match["kind"] == "location":
            item.place = self.env["stock.location"].browse(match["id"])
        return item

    def _prepare_match(self, item):
        if not item.place:
            return super()._prepare_match(item)
        return {
            **super()._prepare_match(item),
            "kind": "location",
            "location_id": item.place.id,
            "display_name": item.place.display_name,
        }

    def _get_visits(self):
        """Where this user was when in this session, as list of (time, place)."""
        if not self.sheet.include_sublocations:
            return []
        return self.session._get_visits(self.env.user)

    def _get_place(self, scan):
        """Where something was seen: the place that the phone names, or the one that was scanned last before it.

        :raises UserError: when that is not one of the places of this session
        """
        if scan.location_id:
            return self._check_covered(self._get_named("stock.location", scan.location_id))
        seen = self._get_first_seen(scan)
        before = [place for at, place in self.visits if at <= seen]
        return before[-1] if before else self.session.location_id

    def _get_first_seen(self, scan):
        """When the thing was seen that a scan is about: what is put right may have been seen elsewhere, long ago."""
        problem = self.known.get(scan.replaces)
        if problem and problem.session_id == self.session and problem.user_id == self.env.user:
            return problem.seen_at
        return self._get_seen(scan)

    def _check_covered(self, place):
        if place not in self.covered:
            self.covered[place] = bool(place.filtered_domain(self.session._get_place_domain()))
        if not self.covered[place]:
            message = self.env._(
                "%(place)s is not in %(here)s, which you count; leave it, and scan %(place)s to count there.",
                place=place.display_name,
                here=self.session.location_id.display_name,
            )
            raise UserError(message)
        return place

    def _judge_place(self, scan, place):
        self._check_covered(place)
        self.visits = sorted([*self.visits, (self._get_seen(scan), place)], key=lambda visit: visit[0])
        message = self.env._("You count in %(place)s now.", place=place.display_name)
        return Verdict("accepted", message, {"location_id": place.id}, **self._prepare_place_answer(place))

    def _prepare_place_answer(self, place):
        return {"location_id": place.id, "place": place.display_name}

    def _get_more_again(self, event):
        if event._lacks_number():
            return self._prepare_number_answer(event.product_id)
        if event.product_id or not event.location_id:
            return super()._get_more_again(event)
        return self._prepare_place_answer(event.location_id)

    # Judgement

    def _judge_item(self, scan, item):
        if item.place:
            return self._judge_place(scan, item.place)
        if not item.product:
            return self._judge_package(scan, item.package)
        if self._lacks_number(item):
            return self._ask_number(item, self._get_place(scan))
        lines = self._find_lines(scan, item)
        if len(lines) > 1:
            return self._ask_which(item, lines)
        line, quantity = lines[0], self._get_quantity(scan, item)
        self._check_reference(scan.client_uuid, line, self.counted)
        if message := self._get_second_serial_message(scan, line):
            return Verdict("over", message, self._prepare_item_vals(item, quantity))
        plan = self._plan(scan, line, scan.mode, quantity)
        return Verdict("accepted", self._get_accepted_message(item, quantity), self._count(item, plan))

    def _find_lines(self, scan, item):
        """The inventory lines that a scan may be a count of: more than one when it has to be asked which; a new one
        where there is none.

        :raises UserError: when the item cannot be counted here
        """
        if item.line:
            return [item.line.inventory_line_id]
        place = self._get_place(scan)
        matching = [line for line in self.lines[item.product.id, place.id] if self._fits(line, item)]
        if not item.package:
            matching = [line for line in matching if not line.package_id and not line.owner_id] or matching
        return matching or [self._get_new_line(item, place)]

    def _fits(self, line, item):
        return (
            line.lot_id == item.lot
            and (line.lot_name or False) == item.lot_name
            and (not item.package or line.package_id == item.package)
            and (item.owner is None or line.owner_id == item.owner)
        )

    def _read_number(self, product, text):
        """It may have been scanned: then it is what the label says, or nothing, when that is the label of something else."""
        lot, name = super()._read_number(product, text)
        return (lot, name) if lot or not name else self._read_label(product, text)

    def _read_label(self, product, text):
        matches = self._resolve(text)
        mine = [match for match in matches if match.get("product_id") == product.id and match.get("lot_name")]
        if mine:
            lot = self.env["stock.lot"].browse(mine[0].get("lot_id") or ())
            return lot, not lot and mine[0]["lot_name"]
        # Another product may have a number that is called the same.
        is_other = any(match["kind"] != "lot" or match["lot_name"] != text for match in matches)
        read = parse(text)
        said = read.gtin and (read.serial or read.lot)
        return self.env["stock.lot"], not is_other and (said or text)

    def _lacks_number(self, item):
        return item.product.tracking != "none" and not (item.lot or item.lot_name or item.line)

    def _ask_number(self, item, place):
        message = self.env._(
            "%(product)s is managed by tracking number; scan the one on it.", product=item.product.display_name
        )
        lines = [line for line in self.lines[item.product.id, place.id] if line.id]
        matches = [self._prepare_line_match(line) for line in lines]
        answer = self._prepare_number_answer(item.product)
        return Verdict("unknown", message, {"product_id": item.product.id}, matches=matches, **answer)

    def _prepare_number_answer(self, product):
        return {"lacks_number": True, "product_id": product.id, "product": product.display_name}

    def _ask_which(self, item, lines):
        message = self.env._("%(item)s is here more than once; choose which one.", item=item.name)
        return Verdict("unknown", message, matches=[self._prepare_line_match(line) for line in lines])

    def _prepare_line_match(self, line):
        """A line to choose."""
        session_line = self.session._get_lines_of(line)[line]
        item = Item(line.product_id, line.lot_id, line.package_id, lot_name=line.lot_name, line=session_line)
        return self._prepare_match(item)

    def _get_new_line(self, item, place):
        """A line for what nobody expected here; it is made when its count is stored.

        :raises UserError: when it cannot be on this sheet
        """
        owner = item.owner or self.env["res.partner"]
        key = (item.product, place, item.lot, item.lot_name, item.package, owner)
        if key not in self.new_lines:
            self._check_not_held(item, place)
            vals = self._prepare_line_vals(item, place, owner)
            line = self.line_model.new(vals)
            line._check_identity()
            self.new_lines[key], self.new_vals[line] = line, vals
            self._remember_line(line)
        return self.new_lines[key]

    def _check_not_held(self, item, place):
        if other := self.held.get((item.product.id, place.id)):
            message = self.env._(
                "%(product)s in %(place)s is being counted on sheet %(sheet)s; count it there.",
                product=item.product.display_name,
                place=place.display_name,
                sheet=other.name,
            )
            raise UserError(message)

    def _prepare_line_vals(self, item, place, owner):
        return {
            "sheet_id": self.sheet.id,
            "product_id": item.product.id,
            "location_id": place.id,
            "lot_id": item.lot.id,
            "lot_name": item.lot_name,
            "package_id": item.package.id,
            "owner_id": owner.id,
        }

    # Counts

    def _plan(self, scan, line, mode, quantity):
        """The count of a line that the sheet will take from this user.

        :raises UserError: when it will not
        """
        passes = self._get_passes(line)
        vals = {"counted_at": self._get_seen(scan)}
        quantity = line._check_quantity(quantity)
        late = {**vals, "pass_number": passes.last_of(self.env.user) or line.asked_pass - 1}
        if line.asked_pass and line._is_late(late, passes, self.env.user):
            vals = late
        return CountPlan(line, line._assign_pass(vals, passes), mode, quantity, is_late=vals is late)

    def _get_passes_needed(self, lines):
        """The passes of those lines that are counted again, apart, or once only; any other line just takes a count more,
        and has thousands of them when it is scanned."""
        if self.sheet._compares():
            return lines._get_passes()
        return lines.filtered(lambda line: line.asked_pass or line._is_one_serial_number())._get_passes()

    def _get_passes(self, line):
        return self.passes.setdefault(line.id, LinePasses())

    def _count(self, item, plan):
        """Let a planned count be made.

        :return: values of its event
        """
        row = CountRow(plan.pass_number, self.env.user, plan.mode, plan.quantity)
        self._get_passes(plan.line).add(row)
        return {**self._prepare_item_vals(item, plan.quantity), "location_id": plan.line.location_id.id, "plan": plan}

    def _get_second_serial_message(self, scan, line):
        """What to say of a serial number that was found before; empty when it was not.

        :raises UserError: when the person insists
        """
        if scan.mode == "set" or not line._is_one_serial_number():
            return ""
        serial = line.lot_id.name or line.lot_name
        for other in self.lines_of_serial[line.product_id.id, line.lot_id.id or line.lot_name]:
            if self._was_found(other):
                message = self.env._(
                    "Serial number %(serial)s of %(product)s was scanned in %(place)s already; it is there once.",
                    serial=serial,
                    product=line.product_id.display_name,
                    place=other.location_id.display_name,
                )
                if scan.accept_over:
                    raise UserError(message)
                return message
        return ""

    def _was_found(self, line):
        """Whether the last pass of a line found it, as far as this user may know."""
        passes = self._get_passes(line)
        number = max(passes.last, line.asked_pass)
        counts = passes.counts(number)
        if self.sheet._compares():
            counts = [count for count in counts if count.user_id == self.env.user]
        return line._sum_counts(counts) > 0

    # Packages

    def _judge_package(self, scan, package):
        """A package counts as all that the system has in it, each item set, so that it may be scanned again."""
        plans, items = [], self._get_content_items(package)
        if not scan.accept_over and (message := self._get_second_package_message(scan, package)):
            return Verdict("over", message, {"package_id": package.id, "quantity": 0.0})
        for item in items:
            lines = self._find_lines(scan, item)
            if len(lines) > 1:
                return self._ask_which(item, lines)
            plans.append((item, self._plan(scan, lines[0], "set", item.quantity)))
        uuids = [f"{scan.client_uuid}/{number}" for number in range(1, len(plans) + 1)]
        counted = self._get_counted(uuids)
        for uuid, (_item, plan) in zip(uuids, plans, strict=True):
            self._check_reference(uuid, plan.line, counted)
        message = self.env._("Package %(package)s: %(count)s items", package=package.display_name, count=len(plans))
        content = [{**self._count(item, plan), "mode": "set"} for item, plan in plans]
        return Verdict("accepted", message, {"package_id": package.id, "quantity": 0.0}, content=content)

    def _get_second_package_message(self, scan, package):
        """What to say of a package that was found in another place before; empty when it was not."""
        # What waits is looked at, too.
        self._flush()
        domain = Domain("sheet_id", "=", self.sheet.id) & Domain("package_id", "child_of", package.ids)
        lines = self.line_model.search(domain & Domain("location_id", "!=", self._get_place(scan).id))
        self.passes.update(lines._get_passes())
        found = next((line for line in lines if self._was_found(line)), None)
        return found and self.env._(
            "Package %(package)s was scanned in %(place)s already; confirm it, or leave it out.",
            package=package.display_name,
            place=found.location_id.display_name,
        )

    def _get_content_items(self, package):
        """
        :raises UserError: when the system has nothing in it, or this user must not learn what
        """
        if self.session._is_blind():
            message = self.env._(
                "This is counted blind, so %(package)s cannot be counted as a whole; scan what is in it.",
                package=package.display_name,
            )
            raise UserError(message)
        if package not in self.packages:
            self.packages[package] = [
                Item(quant.product_id, quant.lot_id, quant.package_id, quant.quantity, owner=quant.owner_id)
                for quant in self._get_package_quants(package)
            ]
        return self.packages[package]

    # Undoing

    def _may_undo_of_others(self):
        return self.sheet._is_manager()

    def _withdraw(self, events):
        self.session._withdraw_counts(events)

    def _forget(self, event):
        lines = (event | self._get_content(event)).count_id.line_id
        passes = self._get_passes_needed(lines)
        self.passes.update({line.id: passes[line.id] for line in lines})
        self.visits = self._get_visits()

    # Storing

    def _store(self, waiting):
        """Make the new lines, then the counts, then the events that made them: each with one insert."""
        planned = [(vals, vals.pop("plan")) for vals in waiting if "plan" in vals]
        self._make_lines([plan.line for _vals, plan in planned if not plan.line.id])
        lines = [self.made.get(plan.line, plan.line) for _vals, plan in planned]
        counts = self.env["stock.inventory.count"].create(
            [self._prepare_count_vals(*event, line) for event, line in zip(planned, lines, strict=True)]
        )
        session_lines = self.session._get_lines_of(self.line_model.union(*lines))
        for (vals, _plan), line, count in zip(planned, lines, counts, strict=True):
            vals |= {"count_id": count.id, "line_id": session_lines[line].id}
        return super()._store(waiting)

    def _make_lines(self, new):
        """Make the lines that nobody expected, of which something was found after all."""
        new = list(dict.fromkeys(line for line in new if line not in self.made))
        made = self.line_model.create([self.new_vals[line] for line in new])
        self.made.update(zip(new, made, strict=True))
        for line in new:
            self.passes[self.made[line].id] = self._get_passes(line)
        for by_key in (self.lines, self.lines_of_serial):
            for key, lines in by_key.items():
                by_key[key] = [self.made.get(line, line) for line in lines]
        self.new_lines = {key: self.made.get(line, line) for key, line in self.new_lines.items()}

    def _prepare_count_vals(self, vals, plan, line):
        named_pass = {"pass_number": plan.pass_number} if plan.is_late else {}
        return {
            "line_id": line.id,
            "quantity": plan.quantity,
            "mode": plan.mode,
            "counted_at": vals["seen_at"],
            "source": "scan",
            "code": vals["code"],
            "client_uuid": vals["client_uuid"],
            **named_pass,
        }
