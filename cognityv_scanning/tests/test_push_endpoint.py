import json

from odoo.tests import HttpCase, tagged

from ..controllers.scan import MAX_BODY_BYTES
from .session_common import SessionCase

URL = "/cognityv_scanning/push"


@tagged("post_install", "-at_install")
class TestPushEndpoint(SessionCase, HttpCase):
    """The end point gives what `push` gives, and says clearly what it does not take. Its lock is tested in
    `test_push_races`."""

    def setUp(self):
        super().setUp()
        self.scanning = self._make_session()
        self.worker.password = "stock_worker"

    def _post(self, login="stock_worker", **params):
        self.authenticate(login, login)
        return self.url_open(URL, json={"params": {"session_id": self.scanning.id, **params}}).json()

    def _get_error(self, **params):
        return self._post(**params)["error"]["data"]

    def test_results_are_those_of_push(self):
        event = self._event("BOLT-1")
        [result] = self._post(events=[event], user_id=self.worker.id)["result"]
        self.assertEqual((result["client_uuid"], result["result"]), (event["client_uuid"], "accepted"))
        [again] = self._post(events=[event])["result"]
        self.assertEqual((again["result"], again["message"]), ("repeated", result["message"]))
        self.assertEqual(self._scanned(self.scanning), {self.bolt: 1})

    def test_rubbish_changes_nothing(self):
        error = self._get_error(events=[self._event("BOLT-1"), self._event("BOLT-1", quantity="many")])
        self.assertEqual(error["name"], "odoo.exceptions.UserError")
        self.assertIn("quantity", error["message"])
        self.assertFalse(self.scanning.event_ids)

    def test_session_that_is_not_there(self):
        for session_id in (2**31 - 1, 0, None, "1", [1], {}, True):
            error = self._get_error(session_id=session_id, events=[])
            self.assertEqual(error["name"], "odoo.exceptions.MissingError", session_id)

    def test_session_of_others(self):
        self.outsider.password = "outsider"
        error = self._get_error(login="outsider", events=[self._event("BOLT-1")])
        self.assertEqual(error["name"], "odoo.exceptions.AccessError")
        self.assertFalse(self.scanning.event_ids)

    def test_scans_of_somebody_else(self):
        error = self._get_error(events=[self._event("BOLT-1")], user_id=self.manager.id)
        self.assertEqual(error["name"], "werkzeug.exceptions.Forbidden")
        self.assertFalse(self.scanning.event_ids)

    def test_huge_body(self):
        self.authenticate("stock_worker", "stock_worker")
        body = json.dumps({"params": {"session_id": self.scanning.id, "events": ["x" * MAX_BODY_BYTES]}})
        answer = self.url_open(URL, data=body, headers={"Content-Type": "application/json"}).json()
        self.assertIn("send fewer scans at a time", answer["error"]["data"]["message"])

    def test_ten_thousand_events(self):
        error = self._get_error(events=[self._event("BOLT-1") for _number in range(10000)])
        self.assertEqual(error["name"], "odoo.exceptions.UserError")
        self.assertIn("at most 500", error["message"])
        self.assertFalse(self.scanning.event_ids)

    def test_nobody_without_login(self):
        answer = self.url_open(URL, json={"params": {"session_id": self.scanning.id, "events": []}}).json()
        self.assertEqual(answer["error"]["data"]["name"], "odoo.http.SessionExpiredException")
