import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.bus.models.bus import channel_with_db

from .test_verification import VerificationCase


@tagged("post_install", "-at_install")
class TestSessionRights(VerificationCase):
    """Who may scan what: as Odoo's own rights on the documents have it, and nobody writes the evidence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Others & Co"})
        cls.stranger = new_test_user(
            cls.env(context={}),
            "stranger",
            groups="stock.group_stock_manager,mrp.group_mrp_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

    def _env_of(self, user):
        return self.env(user=user, su=False, context={"allowed_company_ids": user.company_ids.ids})

    def _sessions(self, user):
        return self.env["stock.scan.session"].with_env(self._env_of(user))

    # Kinds

    def test_kinds_follow_the_rights_on_documents(self):
        maker = self._make_user("maker", "mrp.group_mrp_user")
        kinds = {
            self.counter: ["verification"],
            self.worker: ["sale"],
            maker: ["sale", "production"],
            self.manager: ["sale", "verification"],
            self.outsider: [],
            # Who sells may write runs in Odoo, so that orders can make them, but works on none.
            self._make_user("seller", "sales_team.group_sale_salesman"): ["sale"],
        }
        for user, expected in kinds.items():
            self.assertEqual(self._sessions(user).get_home()["kinds"], expected, user.login)

    def test_kind_without_rights_is_refused_by_every_door(self):
        self._make_session()
        for user in (self.counter, self.outsider):
            sessions = self._sessions(user)
            for attempt in (
                lambda sessions=sessions: sessions.open_for("sale", self.order.id),
                lambda sessions=sessions: sessions.create({"kind": "sale", "sale_id": self.order.id}),
                lambda sessions=sessions: sessions.search_documents("sale", ""),
            ):
                with self.assertRaises(AccessError):
                    attempt()

    def test_session_of_a_kind_without_rights_is_not_to_be_seen(self):
        session = self._make_session()
        self._push_one(session, "BOLT-1")
        for user in (self.counter, self.outsider, self.stranger):
            mine = session.with_env(self._env_of(user))
            for model in ("stock.scan.session", "stock.scan.session.line", "stock.scan.event"):
                self.assertFalse(mine.env[model].search([]), (user.login, model))
            for attempt in (
                mine.get_payload,
                mine.get_review,
                mine.action_submit,
                mine.action_cancel,
                lambda mine=mine: mine.push([self._event("BOLT-1")]),
                lambda mine=mine: mine.undo(session.event_ids.client_uuid),
                lambda mine=mine: mine.set_note("Hello"),
                lambda mine=mine: mine.read(["note"]),
                lambda mine=mine: mine.line_ids.read(["scanned"]) or mine.note,
                lambda mine=mine: session.line_ids.with_env(mine.env)[0].set_note("Hello"),
            ):
                with self.assertRaises(AccessError):
                    attempt()
        self.assertEqual((len(session.event_ids), session.state, session.note), (1, "open", False))

    def test_counter_sees_sessions_of_own_sheets_only(self):
        mine, other = self._make_counted_sheet(), self._make_sheet(location_id=self.rack_a2.id, start=False, fill=False)
        session = self._open(mine)
        other.line_ids.unlink()
        other.action_plan()
        other.action_start()
        self._open(other, self.rack_a2, user=self.manager)
        self.assertEqual(self._sessions(self.counter).search([]), session)
        self.assertEqual(len(self._sessions(self.manager).search([("kind", "=", "verification")])), 2)

    def test_counter_who_was_taken_off_a_sheet_is_out(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet)
        sheet.counter_ids = False
        with self.assertRaises(AccessError):
            session.push([self._event("BOLT-1")])

    def test_order_of_another_company(self):
        order = (
            self.env["sale.order"]
            .sudo()
            .create({"partner_id": self.order.partner_id.id, "company_id": self.other_company.id})
        )
        with self.assertRaises(AccessError):
            self._sessions(self.worker).open_for("sale", order.id)
        with self.assertRaises(AccessError):
            self._sessions(self.worker).create({"kind": "sale", "sale_id": order.id})

    def test_nothing_is_opened_by_rubbish(self):
        sessions = self._sessions(self.manager)
        for kind, res_id in (
            ("sale", 2**31 - 1),
            ("sale", None),
            ("sale", "1"),
            ("verification", [1]),
            ("verification", -1),
        ):
            with self.assertRaisesRegex(UserError, "does not exist any more"):
                sessions.open_for(kind, res_id)
        with self.assertRaisesRegex(UserError, "nothing that can be scanned"):
            sessions.open_for("picking", 1)
        sheet = self._make_counted_sheet()
        for arguments in (("1",), ({},), (10**30,), (1.5,), (sheet.id, "x"), (sheet.id, {"a": 1}), (sheet.id, 10**30)):
            with self.assertRaisesRegex(UserError, "does not exist any more"):
                sessions.open_sheet(*arguments)
        for res_id in (10**30, {"a": 1}, True, 1.5):
            with self.assertRaisesRegex(UserError, "does not exist any more"):
                sessions.open_for("sale", res_id)
        for kind in ([], {}, None, 5, "\ud800"):
            with self.assertRaisesRegex(UserError, "nothing that can be scanned"):
                sessions.open_for(kind, 1)

    def test_rubbish_is_told_in_a_sentence(self):
        session = self._make_session()
        line = (
            self.env["stock.scan.session.line"].browse(session.get_payload()["lines"][0]["id"]).with_user(self.worker)
        )
        for value in (5, ["x"], {"a": 1}, 1.5, True):
            for call in (
                session.set_note,
                line.set_note,
                lambda text: session.search_documents("sale", text),
                session.find_starts,
                session.suggest_starts,
                session.action_submit,
            ):
                with self.assertRaises(UserError):
                    call(value)
        for value in ("x", None, [1], {}, 1.5):
            with self.assertRaisesRegex(UserError, "no number of results"):
                session.search_documents("sale", "x", value)
        for value in ([], {}, 5, "x", None):
            with self.assertRaisesRegex(UserError, "is no choice"):
                session.action_submit({"backorder": value})
        for text in ("a\0b", "\ud800"):
            session.set_note(text)
            line.set_note(text)
            session.note.encode()
            for kind in ("sale", "verification"):
                session.with_user(self.env.user).search_documents(kind, text)
            session.find_starts(text)
            session.suggest_starts(text)

    def test_note_of_a_closed_session_stays(self):
        session = self._make_session(note="Before")
        session.action_cancel()
        with self.assertRaisesRegex(UserError, "was cancelled"):
            session.note = "After"
        self.assertEqual(session.note, "Before")

    # Evidence

    def test_nobody_writes_what_the_system_writes(self):
        session = self._make_session()
        self._push_one(session, "BOLT-1")
        for name, value in {
            "state": "submitted",
            "user_id": self.manager.id,
            "company_id": self.other_company.id,
            "sale_id": False,
            "outcome": "Done",
            "submitted_at": "2020-01-01",
            "makes_sheet": True,
            "line_ids": [Command.clear()],
            "event_ids": [Command.clear()],
        }.items():
            with self.assertRaises(UserError, msg=name):
                session.write({name: value})
        for name, value in {"state": "submitted", "user_id": self.manager.id, "outcome": "Done"}.items():
            with self.assertRaises(UserError, msg=name):
                self._sessions(self.worker).create({"kind": "sale", "sale_id": self.order.id, name: value})
        session.note = "Anybody may write a note"

    def test_defaults_of_a_caller_set_nothing(self):
        context = {"default_state": "submitted", "default_user_id": self.manager.id, "default_outcome": "Done"}
        session = self._sessions(self.worker).with_context(**context).create({"kind": "sale", "sale_id": self.order.id})
        self.assertEqual((session.state, session.user_id, session.outcome), ("open", self.worker, False))

    def test_scans_and_items_are_made_by_scanning_only(self):
        session = self._make_session()
        self._push_one(session, "BOLT-1")
        event, line = session.event_ids, session.line_ids[0]
        for user in (self.worker, self.manager, self.env.ref("base.user_admin")):
            admin = event.with_env(self._env_of(user))
            for attempt in (
                lambda admin=admin: admin.write({"quantity": 5}),
                lambda admin=admin: admin.unlink(),
                lambda admin=admin: admin.create({"session_id": session.id, "client_uuid": "x", "outcome": "accepted"}),
                lambda admin=admin: line.with_env(admin.env).write({"product_id": self.nut.id}),
                lambda admin=admin: line.with_env(admin.env).create(
                    {"session_id": session.id, "product_id": self.nut.id}
                ),
                lambda admin=admin: line.with_env(admin.env).unlink(),
                lambda admin=admin: session.with_env(admin.env).unlink(),
            ):
                with self.assertRaises(UserError):
                    attempt()
        with self.assertRaises(UserError):
            event.sudo().write({"quantity": 5})
        with self.assertRaises(UserError):
            event.sudo().unlink()
        with self.assertRaises(UserError):
            session.sudo().unlink()

    # Foreign ids in scans

    def test_foreign_ids_are_refused_and_nothing_is_counted(self):
        session = self._make_session()
        hidden = (
            self.env["product.product"]
            .sudo()
            .create({"name": "Secret", "is_storable": True, "company_id": self.other_company.id})
        )
        sheet_session = self._open(self._make_counted_sheet())
        for fields in (
            {"product_id": hidden.id},
            {"product_id": 2**31 - 1},
            {"product_id": self.bolt.id, "lot_id": self.serial_1.id},
            {"product_id": self.bolt.id, "package_id": 2**31 - 1},
            {"line_id": sheet_session.line_ids[0].id},
        ):
            result = self._push_one(session, **fields)
            self.assertEqual(result["result"], "refused", fields)
            self.assertNotIn("Secret", result["message"])
        self.assertEqual(self._scanned(session), {})

    def test_foreign_place_is_refused(self):
        session = self._open(self._make_counted_sheet(), self.stock)
        for place in (self.customers.id, 2**31 - 1):
            self.assertEqual(self._push_one(session, "BOLT-1", location_id=place)["result"], "refused")

    def test_undo_and_putting_right_stay_within_the_session(self):
        session, other = self._make_session(), self._open(self._make_counted_sheet())
        event = self._event("BOLT-1")
        session.push([event])
        mine = other.with_user(self.manager)
        self.assertEqual(mine.undo(event["client_uuid"])["result"], "refused")
        self.assertEqual(self._push_one(mine, "BOLT-1", replaces=event["client_uuid"])["result"], "refused")
        self.assertEqual(self._scanned(session), {self.bolt: 1})
        problem = self._event("unreadable")
        session.push([problem])
        self.assertEqual(self._push_one(mine, "BOLT-1", replaces=problem["client_uuid"])["result"], "refused")
        self.assertEqual(len(session.get_payload()["problems"]), 1)

    # Channels

    def test_bus_channel_is_for_those_who_may_use_the_session(self):
        session = self._make_session()
        channel = f"cognityv_scanning.session_{session.id}"
        sessions = self.env["stock.scan.session"]
        for user, allowed in ((self.worker, True), (self.manager, True), (self.counter, False), (self.stranger, False)):
            channels = [channel, "mine", "cognityv_scanning.session_999999999"]
            self.assertEqual(
                sessions.with_env(self._env_of(user))._keep_allowed_channels(channels), [channel, "mine"][not allowed :]
            )

    def _get_notifications(self, session):
        """What the bus has for a session in this transaction."""
        channel = json.loads(json.dumps(channel_with_db(self.env.cr.dbname, session._get_bus_channel())))
        values = self.env.cr.precommit.data.get("bus.bus.values", [])
        messages = [json.loads(value["message"]) for value in values if json.loads(value["channel"]) == channel]
        return [message["payload"] for message in messages]

    def test_scans_are_told_to_others(self):
        session = self._make_session()
        self._push_one(session, "BOLT-1")
        [message] = self._get_notifications(session)
        self.assertEqual((message["session_id"], message["by"]), (session.id, self.worker.name))
        [line] = message["lines"]
        self.assertEqual((line["product_id"], line["scanned"]), (self.bolt.id, 1))
        self.assertNotIn("elsewhere", line)

    def test_scans_in_a_rack_are_told_to_those_who_count_the_whole_stock(self):
        sheet = self._make_counted_sheet()
        rack, whole = self._open(sheet), self._open(sheet, self.stock)
        self._push_one(rack, "BOLT-1")
        [message] = self._get_notifications(whole)
        [line] = message["lines"]
        own = whole.line_ids.filtered(lambda line: line.location_id == self.rack_a1 and line.product_id == self.bolt)
        self.assertEqual((message["session_id"], line["id"], line["scanned"]), (whole.id, own.id, 1))
        self.assertEqual(self._get_notifications(self._open(sheet, self.rack_a2)), [])

    def test_closing_is_told_to_others(self):
        session = self._make_session()
        session.action_cancel()
        self.assertEqual([message["state"] for message in self._get_notifications(session)], ["cancelled"])

    def test_bus_tells_nothing_of_lines_counted_blind_or_apart(self):
        for vals in ({"blind": True}, {"count_method": "compare"}, {"count_method": "split"}):
            sheet = self._make_counted_sheet(**vals)
            session = self._open(sheet)
            self._push_one(session.with_user(self.manager), "BOLT-1")
            [message] = self._get_notifications(session)
            self.assertEqual(message["lines"], [], vals)
            sheet.action_cancel()

    def test_bus_tells_nothing_of_a_place_counted_blind_on_another_sheet(self):
        self._make_sheet(fill=False, start=False, blind=True, counter_ids=self.counter.ids)
        session = self._open(self._make_counted_sheet(), user=self.manager)
        self._push_one(session, "BOLT-1")
        self.assertEqual(self._get_notifications(session)[0]["lines"], [])


@tagged("post_install", "-at_install")
class TestSessionBlind(VerificationCase):
    """Whoever counts blind learns what the system has by no door of scanning."""

    def setUp(self):
        super().setUp()
        self.sheet = self._make_counted_sheet(blind=True)
        self.scanning = self._open(self.sheet)
        self.hidden_lines = self.scanning.line_ids

    def test_payload_tells_nothing(self):
        results = self._push(
            self.scanning, self._event("BOLT-1", quantity=10), self._event("NUT-1"), self._event("WASHER-1")
        )
        payload = self.scanning.get_payload()
        self.assertTrue(payload["blind"])
        for line in payload["lines"] + [line for result in results for line in result["lines"]]:
            self.assertEqual(
                (line["required"], line["remaining"], line["status"], line["elsewhere"]), (False, False, False, False)
            )
        self.assertEqual([line["scanned"] for line in payload["lines"]], [10, 1, 1])

    def test_reading_tells_nothing(self):
        fields = ["required", "remaining", "status"]
        nothing = {"required": False, "remaining": False, "status": False}
        for values in self.hidden_lines.read(fields):
            values.pop("id")
            self.assertEqual(values, nothing)
        for values in self.hidden_lines.web_read({name: {} for name in fields}):
            values.pop("id")
            self.assertEqual(values, nothing)
        self.counter.group_ids |= self.env.ref("base.group_allow_export")
        for row in self.hidden_lines.export_data(fields)["datas"]:
            self.assertEqual([cell or "" for cell in row], ["", "", ""])
        self.assertEqual([line.required for line in self.hidden_lines], [0, 0])
        nested = self.scanning.web_read(
            {"line_ids": {"fields": {"required": {}, "inventory_line_id": {"fields": {"current_qty": {}}}}}}
        )
        for line in nested[0]["line_ids"]:
            self.assertFalse(line["required"] or line["inventory_line_id"]["current_qty"])

    def test_searching_tells_nothing(self):
        lines = self.env["stock.scan.session.line"].with_user(self.counter)
        for attempt in (
            lambda: lines.search([("inventory_line_id.current_qty", ">", 1)]),
            lambda: self.scanning.search([("line_ids.inventory_line_id.gap_qty", "!=", 0)]),
            lambda: lines.search([("required", ">", 1)]),
            lambda: lines.search([], order="required"),
            lambda: lines.formatted_read_group([], ["product_id"], ["required:sum"]),
            lambda: self.env["stock.scan.event"].with_user(self.counter).search([("line_id.required", ">", 1)]),
        ):
            with self.assertRaises(AccessError):
                attempt()
        with self.assertRaises(ValueError):
            lines.search([("status", "=", "missing")])

    def test_superuser_code_leaves_nothing_in_the_cache(self):
        self.assertEqual(self.hidden_lines.sudo().mapped("required"), [10, 4])
        self.assertEqual([line.required for line in self.hidden_lines], [0, 0])
        self.assertFalse(any(self.hidden_lines.mapped("status")))

    def test_manager_sees_all(self):
        payload = self.scanning.with_user(self.manager).get_payload()
        self.assertEqual([line["required"] for line in payload["lines"]], [10, 4])
        self.assertFalse(payload["blind"])

    def test_review_tells_nothing(self):
        self._push(self.scanning, self._event("BOLT-1", quantity=3), self._event("WASHER-1"))
        review = self.scanning.get_review()
        self.assertEqual([line["product_id"] for line in review["lines"]], [self.nut.id])

    def test_scans_of_others_are_not_to_be_seen(self):
        self._push(self.scanning.with_user(self.manager), self._event("BOLT-1", quantity=7), self._event("nothing"))
        self.assertFalse(self.env["stock.scan.event"].with_user(self.counter).search([]))
        self.assertEqual(self.scanning.get_payload()["problems"], [])
        self.assertEqual(len(self.scanning.with_user(self.manager).get_payload()["problems"]), 1)

    def test_whole_package_is_not_counted_blind(self):
        package = self.env["stock.package"].create({"name": "PACK-1"})
        self._put(self.nut, 6, self.rack_a1, package_id=package)
        result = self._push_one(self.scanning, "PACK-1")
        self.assertEqual(result["result"], "refused")
        self.assertIn("counted blind", result["message"])
        self.assertFalse(self.scanning.event_ids.filtered("quantity"))

    def test_elsewhere_leaves_out_what_is_counted_blind(self):
        self.sheet.action_cancel()
        self._put(self.washer, 7, self.rack_a2)
        self._put(self.washer, 2, self.stock)
        blind = self._make_counted_sheet(blind=True, location_id=self.rack_a2.id)
        self.assertTrue(blind.line_ids)
        session = self._open(self._make_counted_sheet(location_id=self.rack_a1.id))
        [line] = self._push_one(session, "WASHER-1")["lines"]
        self.assertEqual(line["elsewhere"], f"{self.stock.display_name} (2 Units)")
        [line] = session.with_user(self.manager)._get_lines_payload({line["id"]}).values()
        self.assertIn(self.rack_a2.display_name, line["elsewhere"])
