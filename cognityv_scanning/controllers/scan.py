from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.exceptions import MissingError, UserError
from odoo.http import request

from ..tools.scan_event import MAX_EVENT_BYTES, MAX_EVENTS

# So many events of the greatest size, and what is around them.
MAX_BODY_BYTES = MAX_EVENTS * MAX_EVENT_BYTES + 64 * 1024


class ScanController(http.Controller):
    def _get_max_body(self):
        """Odoo's own limit is far higher, and its message is for programmers."""
        if (request.httprequest.content_length or 0) > MAX_BODY_BYTES:
            raise UserError(request.env._("This is more than can be taken in at once; send fewer scans at a time."))
        return MAX_BODY_BYTES

    @http.route("/cognityv_scanning/push", type="jsonrpc", auth="user", max_content_length=_get_max_body)
    def push(self, session_id, events, sent_at=None, user_id=None):
        """What `stock.scan.session.push` gives, for many scanners at once.

        One after the other for each document: see `stock.scan.session._one_at_a_time` for the lock and why this
        request begins its transaction again after it has waited, and ends it before it lets the next one in. What is
        answered, and told to others, is read afterwards, when nobody waits for it. Whatever goes wrong on the way reaches
        Odoo as it is: what failed to serialize is tried again from the beginning, with the lock released meanwhile; what
        was taken in before that is answered as a repeat.

        :param int session_id: of the scans
        :param int user_id: whose scans these are; a phone may have them from somebody who was logged in before
        :raises Forbidden: when somebody else is logged in now: nobody's scans are taken for another one's
        """
        if user_id and user_id != request.env.uid:
            raise Forbidden(request.env._("These scans are somebody else's; they have to log in to send them."))
        session = self._get_session(session_id)
        resolved = session._read_ahead(events)
        with session._one_at_a_time():
            answers = session._take(events, sent_at, resolved)
            request.env.cr.commit()
        return session._answer(answers)

    def _get_session(self, session_id):
        session = request.env["stock.scan.session"].browse(session_id if type(session_id) is int else ())
        if not session.exists():
            raise MissingError(request.env._("There is no such scan session any more; open the document again."))
        session.check_access("read")
        return session
