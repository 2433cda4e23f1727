from psycopg2.errors import UniqueViolation

from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import float_compare, mute_logger

from odoo.addons.cognityv_inventory.tools.own_write import as_own_write

from ..tools.scan_code import parse


class Item:
    """What a scan may stand for, as far as a session needs to know."""

    def __init__(self, product, lot, package, quantity=None, lot_name=False, line=None, place=None, owner=None):
        self.product, self.lot, self.package, self.quantity = product, lot, package, quantity
        self.lot_name, self.line, self.place, self.owner = lot_name, line, place, owner

    @property
    def key(self):
        return (self.product.id, self.lot.id, self.package.id)

    @property
    def name(self):
        parts = [self.product.display_name, self.lot.name or self.lot_name, self.package.display_name]
        return ", ".join(part for part in parts if part)


class Verdict:
    """What comes of a scan.

    :param outcome: one of the outcomes of `stock.scan.event`
    :param message: a sentence for the person
    :param vals: more values of the event that is stored
    :param matches: what the code may stand for, when it is several things
    :param content: values of more events: what was in a package that was scanned
    :param lines: what changed besides the lines of these events
    :param answer: what else the phone is told
    """

    def __init__(self, outcome, message, vals=None, matches=(), content=(), lines=(), **answer):
        self.outcome, self.message, self.vals, self.matches = outcome, message, vals or {}, list(matches)
        self.content, self.lines, self.answer = list(content), lines, answer


class ScanBatch:
    """What one call of `push` does with its scans, in their order.

    Everything that many scans need is read at once; what they are worth is worked out one by one, since each depends
    on those before it; and what came of them is stored together. Each kind of session has its own `_judge_item`.
    """

    def __init__(self, session, inputs, clock):
        self.session, self.inputs, self.clock = session, inputs, clock
        self.env = session.env
        self.event_model = self.env["stock.scan.event"].sudo()
        # Events by their reference, those that put another one right by that one's, and what was undone before it came.
        self.known, self.replacing, self.undone_before = {}, {}, set()
        self.resolved = {}
        self.waiting = []
        self.answers = []

    def run(self):
        """
        :return: list of (answer without its lines, line ids) in the order of the scans
        """
        self._load_known()
        self.closed_reason = self.session._get_closed_reason()
        if not self.closed_reason:
            fresh = [scan for scan in self.inputs if self._is_fresh(scan)]
            self._read_products(fresh)
            self._prepare(fresh)
        for scan in self.inputs:
            self._take(scan)
        self._flush()
        return [
            (answer, {line_id for line_id in map(self._get_line_id, touched) if line_id})
            for answer, touched in self.answers
        ]

    def _get_line_id(self, vals):
        return vals.get("line_id")

    def _load_known(self):
        """All events that the scans of this batch name or are named by, with one query."""
        uuids = [scan.client_uuid for scan in self.inputs]
        named = [uuid for scan in self.inputs for uuid in (scan.undo, scan.replaces) if uuid]
        domain = [
            "|",
            "|",
            ("client_uuid", "in", uuids + named),
            ("undo_uuid", "in", uuids),
            ("replaces_uuid", "in", uuids),
        ]
        self._remember(self.event_model.search(domain, order="id"))

    def _remember(self, events):
        self.known.update({event.client_uuid: event for event in events})
        mine = events.filtered(lambda event: event.session_id == self.session)
        undoing = mine.filtered(lambda event: event.outcome == "accepted" and event.user_id == self.env.user)
        self.undone_before |= {event.undo_uuid for event in undoing if event.undo_uuid}
        self.replacing.update({event.replaces_uuid: event for event in mine if event.replaces_uuid})

    def _is_fresh(self, scan):
        is_said_before = scan.client_uuid in self.known or scan.client_uuid in self.undone_before
        return not (scan.undo or scan.note is not None or is_said_before)

    def _read_products(self, scans):
        """Read what is asked of the products, of all of them at once; left alone, the ORM reads all that they have."""
        products = self.env["product.product"].sudo()
        matches = [match for scan in scans if scan.code for match in self._resolve(scan.code)]
        found = products.browse({match["product_id"] for match in matches if match.get("product_id")})
        named = products.browse({scan.product_id for scan in scans if scan.product_id}).exists()
        self.env["stock.scan.resolver"]._fetch_products(found | named)

    def _prepare(self, scans):
        """Read at once what the judgement of these scans needs."""

    # One scan

    def _take(self, scan):
        if self._is_named(scan):
            self._flush()
        if event := self.known.get(scan.client_uuid):
            self._answer_again(event)
        elif scan.undo:
            self._keep(scan, self._undo(scan))
        elif scan.note is not None:
            self._keep(scan, self._annotate(scan))
        else:
            self._keep(scan, self._judge(scan))

    def _is_named(self, scan):
        """Whether this scan has to do with one before it that is not stored yet."""
        named = {scan.client_uuid, scan.undo, scan.replaces}
        return any(
            vals["client_uuid"] in named or scan.client_uuid in (vals["replaces_uuid"], vals.get("undo_uuid"))
            for vals in self.waiting
        )

    def _answer_again(self, event):
        if event.session_id != self.session:
            message = self.env._("This scan has arrived before, for something else; it is not taken twice.")
            self._answer(event.client_uuid, "refused", message)
            return
        undone = self.known.get(event.undo_uuid)
        touched = [{"line_id": line.id} for line in (*self._get_lines_of(event), *self._get_lines_of(undone))]
        more = {"first_result": event.outcome, **self._get_more_again(event)}
        self._answer(event.client_uuid, "repeated", event.message, event.matches or [], touched, **more)

    def _get_more_again(self, event):
        """What else the phone was told when this event arrived first."""
        return {}

    def _answer(self, uuid, result, message, matches=(), touched=(), **more):
        """
        :param touched: values of events, with the line that each belongs to, once they are stored
        """
        answer = {"client_uuid": uuid, "result": result, "message": message, "matches": list(matches), "warning": False}
        self.answers.append(({**answer, **more}, touched))

    def _judge(self, scan):
        """What a new scan is worth; whatever is wrong with it is kept as a problem, with the reason."""
        if scan.client_uuid in self.undone_before:
            vals = {"undone_at": self.clock.now}
            return Verdict("accepted", self.env._("This was undone before it arrived."), vals)
        if self.closed_reason:
            return Verdict("refused", self.closed_reason)
        if scan.client_uuid in self.replacing:
            return Verdict("refused", self.env._("This was put right before it arrived."))
        try:
            self._check_replaces(scan)
            return self._judge_found(scan, self._find(scan))
        except UserError as error:
            return Verdict("refused", error.args[0])

    def _judge_found(self, scan, items):
        """
        :param items: all that the scan may stand for here
        """
        if len(items) == 1:
            return self._judge_item(scan, items[0])
        if items:
            message = self.env._("“%(code)s” may be several things here; choose which one.", code=self._get_text(scan))
            return Verdict("unknown", message, matches=[self._prepare_match(item) for item in items])
        return Verdict("unknown", self._get_unknown_message(scan))

    def _judge_item(self, scan, item):
        raise NotImplementedError

    # Notes

    def _annotate(self, scan):
        """What comes of a note: it comes the way of the scans, so that none is lost without network."""
        vals = {"note": scan.note}
        try:
            line = self._get_named_item(scan).line
            vals["line_id"] = line.id
            (line or self.session).set_note(scan.note)
        except UserError as error:
            return Verdict("refused", error.args[0], vals)
        if not line:
            return Verdict("accepted", self.env._("Note: %(note)s", note=scan.note), vals)
        message = self.env._("Note on %(item)s: %(note)s", item=line.product_id.display_name, note=scan.note)
        return Verdict("accepted", message, vals)

    # What was scanned

    def _find(self, scan):
        """
        :return: list of Item; empty when nothing is known by what was scanned
        :raises UserError: when something that was named by id is not there any more
        """
        if scan.line_id or scan.product_id or scan.package_id:
            return [self._get_named_item(scan)]
        items = [self._make_item(match) for match in self._resolve(scan.code) if self._is_item(match)]
        return self._narrow(items)

    def _resolve(self, code):
        """What a code stands for, asked once for all scans of it."""
        if code not in self.resolved:
            self.resolved[code] = self.env["stock.scan.resolver"].resolve(code)
        return self.resolved[code]

    def _is_item(self, match):
        return bool(match.get("product_id")) or match["kind"] == "package"

    def _make_item(self, match):
        product = self.env["product.product"].browse(match.get("product_id") or ())
        lot = self.env["stock.lot"].browse(match.get("lot_id") or ())
        package = self.env["stock.package"].browse(match.get("package_id") or ())
        # A code may carry a lot of something that has none in Odoo.
        is_new = product.tracking != "none" and not lot
        lot_name = (is_new and match.get("lot_name")) or False
        return Item(product, lot, package, quantity=match.get("quantity"), lot_name=lot_name)

    def _narrow(self, items):
        """Of several things that a code may be, those that belong here."""
        return items

    def _get_named_item(self, scan):
        line = self._get_named("stock.scan.session.line", scan.line_id)
        if line and line.session_id != self.session:
            raise UserError(self.env._("This item is of another session; scan it again here."))
        product = self._get_named("product.product", scan.product_id) or line.product_id
        typed_lot, new_lot_name = self._read_number(product, (scan.lot_name or "").strip())
        lot = self._get_named("stock.lot", scan.lot_id) or typed_lot or line.lot_id
        package = self._get_named("stock.package", scan.package_id) or line.package_id
        if line:
            self._check_of_line(line, product, lot, package)
        if lot and lot.product_id != product:
            message = self.env._(
                "Tracking number %(lot)s is not one of %(product)s; scan it again.",
                lot=lot.name,
                product=product.display_name,
            )
            raise UserError(message)
        return Item(product, lot, package, line=line, lot_name=not lot and new_lot_name)

    def _read_number(self, product, text):
        """What somebody gave as the tracking number of a product.

        :param str text: empty for none
        :return: the lot or serial number by that name, if there is one, and the name of a new one, or False
        """
        lots = self.env["stock.lot"]
        if not text or product.tracking == "none":
            return lots, False
        lot = lots.search([("product_id", "=", product.id), ("name", "=", text)], limit=1)
        return lot, not lot and text

    def _check_of_line(self, line, product, lot, package):
        """
        :raises UserError: when an item that is named together with a line is another one than that of the line
        """
        named = [(line.product_id, product), (line.lot_id, lot), (line.package_id, package)]
        for expected, found in named:
            # A line of a product without lot or package takes any of them, unless it is a line of stock.
            if found != expected and (expected or line.inventory_line_id):
                message = self.env._(
                    "%(found)s is not what is on the line of %(line)s; scan it without choosing a line.",
                    found=found.display_name,
                    line=expected.display_name or line.product_id.display_name,
                )
                raise UserError(message)

    def _get_named(self, model, id_):
        """
        :raises UserError: when there is no such record for this user
        """
        record = self.env[model].browse(id_ or ())
        if record and not record.exists()._filtered_access("read"):
            raise UserError(self.env._("What was scanned does not exist any more; scan it again."))
        return record

    def _prepare_match(self, item):
        return {
            "kind": "lot" if item.lot else "product" if item.product else "package",
            "product_id": item.product.id,
            "lot_id": item.lot.id,
            "lot_name": item.lot_name,
            "package_id": item.package.id,
            "line_id": item.line.id if item.line else False,
            "quantity": item.quantity or False,
            "display_name": item.name,
        }

    def _get_text(self, scan):
        """What was scanned, fit for a sentence."""
        return "".join(char if char.isprintable() else "␝" for char in scan.code or "")[:80]

    def _get_unknown_message(self, scan):
        if matches := self._resolve(scan.code):
            return self.env._(
                "“%(code)s” is %(name)s, which is no item; scan a product, a lot or serial number, or a package.",
                code=self._get_text(scan),
                name=matches[0]["display_name"],
            )
        return self.env._(
            "Nothing is known by “%(code)s”%(reading)s; scan another code of it, or type its name.",
            code=self._get_text(scan),
            reading=self._get_reading(scan.code),
        )

    def _get_reading(self, code):
        """What a code says of something that is not known here, for the end of a sentence."""
        read = parse(code)
        parts = [
            (read.gtin or read.content_gtin) and self.env._("GTIN %(number)s", number=read.gtin or read.content_gtin),
            read.sscc and self.env._("package %(number)s", number=read.sscc),
            read.lot and self.env._("lot %(number)s", number=read.lot),
            read.serial and self.env._("serial number %(number)s", number=read.serial),
        ]
        said = ", ".join(part for part in parts if part)
        return f" ({said})" if said else ""

    def _get_quantity(self, scan, item):
        """How much was scanned, in the unit of the product.

        :raises UserError: when that cannot be
        """
        quantity = scan.quantity if scan.quantity is not None else item.quantity or 1.0
        unit = item.product.uom_id
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        # Finer than the unit, but not just by the noise of floating point.
        if float_compare(unit.round(quantity), quantity, precision_digits=digits + 6):
            message = self.env._(
                "%(quantity)s is finer than %(unit)s of %(product)s can be; round it.",
                quantity=quantity,
                unit=unit.name,
                product=item.product.display_name,
            )
            raise UserError(message)
        if scan.mode == "add" and unit.is_zero(quantity):
            message = self.env._(
                "%(quantity)s %(unit)s of %(product)s is nothing; enter how much there is.",
                quantity=quantity,
                unit=unit.name,
                product=item.product.display_name,
            )
            raise UserError(message)
        return unit.round(quantity)

    def _get_accepted_message(self, item, quantity):
        """Says what was scanned, but nothing of what the system has: others may read it."""
        return self.env._(
            "%(item)s: %(quantity)s %(unit)s",
            item=item.name,
            quantity=self._format(quantity),
            unit=item.product.uom_id.name,
        )

    def _format(self, quantity):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return f"{quantity:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{quantity:.0f}"

    def _prepare_item_vals(self, item, quantity):
        return {
            "product_id": item.product.id,
            "lot_id": item.lot.id,
            "lot_name": item.lot_name,
            "package_id": item.package.id,
            "quantity": quantity,
        }

    def _get_package_quants(self, package):
        """What the system has in a package, as far as the user may see it.

        :raises UserError: when it has nothing there
        """
        domain = [("package_id", "child_of", package.ids), ("quantity", ">", 0)]
        if quants := self.env["stock.quant"].search(domain):
            return quants
        message = self.env._(
            "Package %(package)s is empty in the system; scan what is in it.", package=package.display_name
        )
        raise UserError(message)

    # Putting right and undoing

    def _check_replaces(self, scan):
        """
        :raises UserError: when what this puts right is no problem, or was put right before
        """
        if not scan.replaces:
            return
        problem = self._get_open_end(self.known.get(scan.replaces, self.event_model))
        if problem.session_id - self.session or (problem.outcome == "accepted" and not problem.undone_at):
            raise UserError(self.env._("This was put right already, or needs nothing; it is not taken twice."))

    def _get_open_end(self, event):
        """The last one of a chain of scans that put each other right."""
        seen = set()
        # Chains that go round were stored once; `_put_right` makes none.
        while event.settled_by_id and event not in seen:
            seen.add(event)
            event = event.settled_by_id
        return event

    def _undo(self, scan):
        """What comes of taking a scan back. One that has not arrived yet will have no effect when it does."""
        target = self.known.get(scan.undo)
        vals = {"undo_uuid": scan.undo}
        try:
            message = self._undo_event(target) if target else self.env._("Undone; the scan itself is still on its way.")
            return Verdict("accepted", message, vals, lines=self._get_lines_of(target))
        except UserError as error:
            return Verdict("refused", error.args[0], vals)

    def _undo_event(self, target):
        """
        :return: a sentence
        :raises UserError: when this person may not take it back, or nobody can any more
        """
        self._check_may_undo(target)
        if target.undone_at:
            return self.env._("This was undone already.")
        if target.outcome == "accepted":
            if self.closed_reason:
                raise UserError(self.closed_reason)
            self._withdraw(target | self._get_content(target))
        (target | self._get_content(target))._set_undone()
        self._forget(target)
        return self.env._("Undone: %(what)s", what=target.message)

    def _check_may_undo(self, target):
        is_note = target.note and target.outcome == "accepted"
        if target.session_id != self.session or target.undo_uuid or is_note:
            raise UserError(self.env._("This cannot be undone here; scan what there is instead."))
        if target.user_id != self.env.user and not self._may_undo_of_others():
            message = self.env._("%(user)s scanned this and can undo it.", user=target.user_id.sudo().name)
            raise UserError(message)

    def _may_undo_of_others(self):
        return self.env.su

    def _get_lines_of(self, event):
        """The lines that an event belongs to; none when it has not arrived."""
        return (event | self._get_content(event)).line_id if event else ()

    def _get_content(self, event):
        """What was in the package that was scanned."""
        if event.product_id or not event.package_id:
            return self.event_model
        return self.event_model.search([("parent_id", "=", event.id)])

    def _withdraw(self, events):
        """Take back the effect of accepted events.

        :raises UserError: when it cannot be taken back any more
        """

    def _forget(self, event):
        """Read again what undoing an event has changed."""

    # Storing

    def _keep(self, scan, verdict):
        """Let an event be stored, and answer its scan."""
        vals = self._prepare_event_vals(scan, verdict)
        content = [self._prepare_content_event(vals, *numbered) for numbered in enumerate(verdict.content, 1)]
        self.waiting += [vals, *content]
        touched = [vals, *content, *({"line_id": line.id} for line in verdict.lines)]
        answer = verdict.outcome, verdict.message, verdict.matches, touched
        self._answer(scan.client_uuid, *answer, warning=self._get_warning(), **verdict.answer)

    def _prepare_content_event(self, vals, number, content):
        own = {"code": False, "matches": False, "replaces_uuid": False, "parent_uuid": vals["client_uuid"]}
        return {**vals, **own, **content, "client_uuid": f"{vals['client_uuid']}/{number}"}

    def _prepare_event_vals(self, scan, verdict):
        clock = self.clock
        return {
            "session_id": self.session.id,
            "client_uuid": scan.client_uuid,
            "user_id": self.env.uid,
            "code": scan.code,
            "quantity": scan.quantity or 0.0,
            "mode": scan.mode,
            "outcome": verdict.outcome,
            "message": verdict.message,
            "matches": verdict.matches or False,
            "seen_at": self._get_seen(scan),
            "queued_at": scan.queued_at and clock.correct(scan.queued_at, self.session.create_date),
            "received_at": clock.now,
            "clock_offset": clock.offset,
            "clock_corrected": clock.is_wrong,
            "replaces_uuid": scan.replaces,
            **verdict.vals,
        }

    def _get_seen(self, scan):
        """When something was really seen; not before the session was opened."""
        return self.clock.correct(scan.seen_at, self.session.create_date)

    def _get_warning(self):
        if not self.clock.is_wrong:
            return False
        minutes = round(abs(self.clock.offset) / 60)
        if self.clock.offset > 0:
            return self.env._(
                "The clock of this phone is %(minutes)s minutes ahead; please set it right.", minutes=minutes
            )
        return self.env._(
            "The clock of this phone is %(minutes)s minutes behind; please set it right.", minutes=minutes
        )

    def _flush(self):
        """Store what waits, with what it did, all at once.

        :raises ConcurrencyError: when another connection has just stored one of these; Odoo tries it again, and then
            it is answered as a repeat
        """
        waiting, self.waiting = self.waiting, []
        if not waiting:
            return
        message = self.env._("Another scan arrives at this very moment; try again.")
        try:
            # Without a savepoint: the transaction ends with this, and others wait for what a savepoint takes.
            with mute_logger("odoo.sql_db"):
                events = self._store(waiting)
        except UniqueViolation as error:
            raise ConcurrencyError(message) from error
        self._remember(events)
        self._settle(events)

    def _store(self, waiting):
        """
        :return: the events that were made
        """
        parents = [vals for vals in waiting if "parent_uuid" not in vals]
        events = as_own_write(self.event_model).create(parents)
        by_uuid = {event.client_uuid: event.id for event in events}
        content = [vals for vals in waiting if "parent_uuid" in vals]
        if content:
            as_own_write(self.event_model).create(
                [{"parent_id": by_uuid[vals.pop("parent_uuid")], **vals} for vals in content]
            )
        return events

    def _settle(self, events):
        """Mark the problems that these events put right; what arrived first comes first."""
        for event in events:
            if by := self.replacing.get(event.client_uuid):
                self._put_right(event, by)
            if event.replaces_uuid and (problem := self.known.get(event.replaces_uuid)):
                self._put_right(problem, event)

    def _put_right(self, problem, by):
        """Let a problem of this session be settled by an event, unless that one waits for the problem itself."""
        end = self._get_open_end(problem)
        if end.session_id == self.session and end != self._get_open_end(by):
            end._set_settled(by)
