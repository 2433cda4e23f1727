import re
from contextlib import contextmanager
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tools import SQL

from ..tools.phone_clock import PhoneClock
from ..tools.rpc_value import printable
from ..tools.scan_event import MAX_EVENT_BYTES, MAX_EVENTS, BadEvent, read_events, read_sent_at

# Nobody holds the lock for longer than a push takes; what does is stuck, and the phone will come again.
MAX_WAIT = "10s"
# So many scans at most are looked up before the lock.
MAX_READ_AHEAD = 10
# As `_get_bus_channel` makes them; nine digits are less than the greatest id.
CHANNEL = re.compile(r"cognityv_scanning\.session_(\d{1,9})")


class StockScanSession(models.Model):
    """Scans arrive: any number of times, in any order, from several people at once."""

    _inherit = "stock.scan.session"

    def push(self, events, sent_at=None):
        """Take scans in. Always safe to send again: what arrived before is answered as the first time.

        A scan and what it does are stored in the same transaction. Nothing that was scanned is lost: what cannot be
        taken, be it because the order was cancelled meanwhile, is kept with the reason until somebody puts it right.

        :param list events: dicts in the order of scanning, at most 500: `client_uuid`; `code`, or `product_id` (with
            `lot_id`, or `lot_name` as it stands on the item, and `package_id`), or `line_id`; `quantity` (by default 1, or
            what the code carries); `mode` ("add", or "set": the item's total becomes the quantity); `seen_at`, `queued_at`
            (ISO, UTC); `location_id` (where it was seen, for a verification); `accept_over` (it is really more than is
            asked for); `replaces` (the reference of a problem that this one puts right); or `undo` (the reference of a
            scan that is taken back); or `note` (a text on the item of `line_id`, else on the whole; empty to remove it)
        :param str sent_at: the phone's time, ISO, UTC: a wrong clock is noticed and put right
        :return: list of dicts in the same order: `client_uuid`, `result` (accepted, repeated, unknown, over, refused),
            `first_result` of a repeat, `message`, `matches` (to choose from), `lines` (those that changed), `warning`
        :raises UserError: when a field holds rubbish; nothing has changed then
        """
        return self._answer(self._take(events, sent_at, {}))

    def _take(self, events, sent_at, resolved):
        """Take scans in: what of `push` has to be done while nobody else does it.

        :param dict resolved: of `_read_ahead`
        :return: what `_answer` needs
        """
        self.ensure_one()
        self.env.user._fetch_for_scan()
        inputs, clock = self._read_push(events, sent_at)
        self.check_access("read")
        self._lock()
        batch = self._get_batch(inputs, clock)
        batch.resolved.update(resolved)
        return batch.run()

    def _answer(self, answers):
        """Say what came of scans, as `push` does, and tell the others.

        It may be another transaction than the one that took them in: what is told then is what there is now.

        :param answers: of `_take`
        """
        self.env.user._fetch_for_scan()
        lines = self._get_lines_payload({line_id for _answer, line_ids in answers for line_id in line_ids})
        self._notify_lines(lines)
        return [
            {"first_result": False, **answer, "lines": [lines[line_id] for line_id in sorted(line_ids)]}
            for answer, line_ids in answers
        ]

    def undo(self, client_uuid):
        """Take a scan back. It stays on record, without effect.

        :param str client_uuid: of the scan
        :return: a result as of `push`
        """
        # Each attempt is one of its own: what was refused once may be possible later.
        [result] = self.push([{"client_uuid": f"undo:{uuid4()}", "undo": client_uuid}])
        return result

    def _read_push(self, events, sent_at):
        now = fields.Datetime.now()
        try:
            return read_events(events), PhoneClock(read_sent_at(sent_at), now)
        except BadEvent as error:
            raise UserError(self._get_bad_event_message(error)) from error

    def _get_bad_event_message(self, error):
        if error.field == "events":
            return self.env._(
                "Scans come as a list of at most %(count)s; send fewer at once. Nothing was changed.", count=MAX_EVENTS
            )
        if error.field == "event":
            return self.env._(
                "Scan %(number)s is no set of fields of at most %(bytes)s bytes; leave out what is too long. Nothing was "
                "changed.",
                number=error.number,
                bytes=MAX_EVENT_BYTES,
            )
        return self.env._(
            "“%(value)s” is no %(field)s (scan %(number)s of those sent); correct it. Nothing was changed.",
            value=printable(error.value),
            field=error.field,
            number=error.number,
        )

    def _get_lines_payload(self, line_ids):
        """
        :return: dict of line id → payload, by id
        """
        lines = self.env["stock.scan.session.line"].browse(sorted(line_ids))
        lines.invalidate_recordset(["required", "done", "scanned", "counted", "remaining", "status"])
        return dict(zip(lines._ids, lines._get_payloads(), strict=True))

    # Many at once

    @contextmanager
    def _one_at_a_time(self):
        """Let nobody else take scans in for the same document meanwhile, and look at it as it is now.

        Odoo's transactions see a snapshot, which is older than any lock that is waited for in them: who waited for
        somebody else's count cannot serialize with it, and Odoo waits for up to two seconds before it tries again. With
        twenty scanners on one sheet most scans would end like that. So who takes scans in waits before their
        transaction begins, for milliseconds, and then sees what the others did.

        The lock is an advisory one, of a transaction on another connection. It ends with that transaction however this
        ends: by an error, which goes on to Odoo's own retry; by the death of the connection or of this process, as
        PostgreSQL ends the transaction then; and never stays on a connection that goes back to the pool, as one of the
        connection itself would, nor gets lost in a pooler of transactions. It keeps nobody out who changes the sheet in
        another way, and need not: what is right does not depend on it, only how long it takes.

        This transaction ends here, so nothing may have been written in it before. Whoever uses this commits inside, or
        the next one would begin too early.

        :raises LockNotAvailable: when it takes too long; Odoo tries it again
        """
        self.ensure_one()
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute(SQL("SELECT set_config('lock_timeout', %s, TRUE)", MAX_WAIT))
            cr.execute(SQL("SELECT pg_advisory_xact_lock(%s::regclass::oid::integer, %s)", *self._get_lock_key()))
            self.env.cr.rollback()
            yield

    def _read_ahead(self, events):
        """What the codes of these scans stand for, asked while nobody has to wait for it: see `_one_at_a_time`.

        Only of a few: many at once were scanned some time ago, and most of what comes again is known already.

        :return: dict of code → matches
        """
        inputs, _clock = self._read_push(events, None)
        codes = {scan.code for scan in inputs if scan.code} if len(inputs) <= MAX_READ_AHEAD else ()
        resolver = self.env["stock.scan.resolver"]
        return {code: resolver.resolve(code) for code in codes}

    def _get_lock_key(self):
        """Table and id of what is locked: people in several places of a sheet have its lines in common."""
        locked = self.sudo().sheet_id or self
        return locked._table, locked.id

    # Others who look at the same session

    def _notify_lines(self, lines):
        """Tell the other people on this session what has changed.

        :param lines: dict of line id → payload
        """
        if lines:
            # Where else something is, each person is told as far as they may know.
            shown = [{key: value for key, value in line.items() if key != "elsewhere"} for line in lines.values()]
            self._notify({"lines": shown if self._may_broadcast_lines() else []})

    def _notify(self, what):
        message = {"session_id": self.id, "by": self._get_own_name(), **what}
        self.env["bus.bus"]._sendone(self._get_bus_channel(), "cognityv_scanning/session", message)

    def _get_own_name(self):
        partner = self.env.user.sudo().partner_id
        partner.fetch(["name"])
        return partner.name

    def _get_bus_channel(self):
        return f"cognityv_scanning.session_{self.id}"

    @api.model
    def _keep_allowed_channels(self, channels):
        """The channels without those of sessions that this user may not use."""
        ids = {channel: int(match[1]) for channel in channels if (match := CHANNEL.fullmatch(channel))}
        usable = set(self.search([("id", "in", list(ids.values()))])._ids) if ids else set()
        return [channel for channel in channels if channel not in ids or ids[channel] in usable]
