import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_passes import PassesCommon


@tagged("post_install", "-at_install")
class TestTolerance(PassesCommon):
    """D. Tolerance: lines outside go to *To recount*; a recount is never by the person who counted first."""

    def _line_within(self, **limits):
        return self._line(self._make_sheet(**limits), self.bolt)

    def test_limits_in_percent_quantity_and_points(self):
        """10 bolts are expected; each case is a limit, a quantity that is within it and one that is not."""
        self.category.count_points = 4
        cases = [("percent", 20, 8, 7.99), ("qty", 2, 12, 12.01), ("points", 8, 8, 7.5)]
        for name, limit, inside, outside in cases:
            for quantity, status in ((inside, "counted"), (outside, "to_recount")):
                with self.subTest(limit=name, quantity=quantity):
                    line = self._line_within(**{f"tolerance_{name}": limit})
                    self._count(self.ann, line, quantity)
                    self._assert_line(line, status, quantity if status == "counted" else None)
                    line.sheet_id.action_cancel()

    def test_what_was_not_expected_is_outside_any_percentage(self):
        sheet = self._make_sheet(tolerance_percent=1000)
        vals = {"sheet_id": sheet.id, "product_id": self.nut.id, "location_id": self.rack_a2.id, "real_qty": 1}
        line = self.env["stock.inventory.sheet.line"].with_user(self.ann).create(vals)
        self._assert_line(line, "to_recount")

    def test_no_limit_changes_nothing(self):
        line = self._line_within()
        self._count(self.ann, line, 1000)
        self._count(self.ann, line, 0)
        self._assert_line(line, "counted", 0)

    def test_sheets_begin_with_the_limits_of_the_company(self):
        self.company.write({"inventory_tolerance_percent": 5, "inventory_tolerance_qty": 3})
        sheet = self._make_sheet(tolerance_qty=1, start=False)
        self.assertRecordValues(sheet, [{"tolerance_percent": 5, "tolerance_qty": 1, "tolerance_points": 0}])
        with Form(self.env["res.config.settings"].with_company(self.company)) as form:
            form.inventory_tolerance_points = 9
        form.record.execute()
        self.assertEqual(self.company.inventory_tolerance_points, 9)

    def test_a_recount_is_never_by_who_counted_first(self):
        """By no door: RPC of the quantity, a new count with any pass number, a file, one's own count; managers too."""
        line = self._line_within(tolerance_qty=2)
        for user in (self.ann, self.manager):
            line.with_user(self.manager).is_counted = False
            self._count(user, line, 7)
            mine, labels = line.with_user(user), line.sheet_id._get_column_labels()
            content = base64.b64encode(f"{labels['id']},{labels['real_qty']}\n{line.id},10".encode())
            doors = {
                "quantity": lambda mine=mine: mine.write({"real_qty": 10}),
                "own": lambda mine=mine: mine.write({"own_qty": 10}),
                "form": lambda mine=mine: mine.sheet_id.write(
                    {"line_ids": [Command.update(mine.id, {"real_qty": 10, "is_counted": True})]}
                ),
                "file": lambda mine=mine, content=content: mine.sheet_id.import_counts(content),
                "add": lambda user=user: self._count(user, line, 3, "add"),
            }
            doors |= {
                f"pass {number}": lambda user=user, number=number: self._count(user, line, 10, pass_number=number)
                for number in (1, 2, 3, 4)
            }
            for name, act in doors.items():
                with (
                    self.subTest(name, user=user.login),
                    self.assertRaisesRegex(UserError, "so somebody else|at pass 2"),
                ):
                    act()
            self._assert_line(line, "to_recount")

    def test_a_recount_that_confirms_the_first_settles(self):
        line = self._line_within(tolerance_qty=2)
        self._count(self.ann, line, 7)
        self._count(self.bob, line, 7)
        self._assert_line(line, "counted", 7)

    def test_a_recount_within_the_tolerance_settles(self):
        line = self._line_within(tolerance_qty=2)
        self._count(self.ann, line, 1)
        self._count(self.bob, line, 9)
        self._assert_line(line, "counted", 9)

    def test_a_recount_that_differs_asks_for_another(self):
        line = self._line_within(tolerance_qty=2)
        self._count(self.ann, line, 1)
        self._count(self.bob, line, 3)
        self._assert_line(line, "to_recount")
        with self.assertRaisesRegex(UserError, "somebody else recounts it: eve"):
            self._count(self.bob, line, 1)
        self._count(self.eve, line, 3)
        self._assert_line(line, "counted", 3)

    def test_a_manager_recounts_their_own_only_where_nobody_else_is_left(self):
        sheet = self._make_sheet(tolerance_qty=2, counter_ids=self.ann, location_id=self.rack_a2.id)
        self._count(self.manager, sheet.line_ids, 1)
        with self.assertRaisesRegex(UserError, "somebody else recounts it: ann"):
            self._count(self.manager, sheet.line_ids, 1)
        sheet.counter_ids = [Command.clear()]
        self._count(self.manager, sheet.line_ids, 1)
        self._assert_line(sheet.line_ids, "counted", 1)

    def test_a_counter_alone_does_not_recount(self):
        sheet = self._make_sheet(tolerance_qty=2, counter_ids=self.ann, location_id=self.rack_a2.id)
        self._count(self.ann, sheet.line_ids, 1)
        with self.assertRaisesRegex(UserError, "somebody else recounts it: an inventory manager"):
            self._count(self.ann, sheet.line_ids, 1)

    def test_scanning_one_by_one_is_looked_at_when_the_sheet_is_completed(self):
        """And what was looked at stays so, or a counter could try quantities until the sheet can be completed."""
        sheet = self._make_sheet(tolerance_qty=2, location_id=self.rack_a2.id, blind=True)
        line = sheet.line_ids
        self._count(self.ann, line, 1, "add")
        self._assert_line(line, "counted", 1)
        self.assertEqual(sheet.with_user(self.ann).action_complete()["res_model"], "stock.inventory.accept")
        self._assert_line(line, "to_recount")
        with self.assertRaisesRegex(UserError, "somebody else recounts it"):
            self._count(self.ann, line, 1, "add")
        with self.assertRaisesRegex(UserError, "wait for somebody else's count.*\n.*Bolt"):
            sheet.with_user(self.ann).action_complete()
        for _scan in range(4):
            self._count(self.bob, line, 1, "add")
        self.assertIs(sheet.with_user(self.bob).action_complete(), True)
        self.assertEqual((sheet.state, line.real_qty), ("completed", 4))

    def test_a_limit_that_was_tightened_meets_what_was_counted(self):
        sheet = self._make_sheet(location_id=self.rack_a2.id)
        self._count(self.ann, sheet.line_ids, 1)
        sheet.tolerance_qty = 2
        self.assertEqual(sheet.action_ask_complete()["res_model"], "stock.inventory.accept")
        self._assert_line(sheet.line_ids, "to_recount")

    def test_a_manager_accepts_what_is_outside(self):
        sheet = self._make_sheet(tolerance_qty=2, location_id=self.rack_a2.id)
        self._count(self.ann, sheet.line_ids, 1)
        action = sheet.line_ids.with_user(self.manager).action_open_accept()
        wizard = self.env["stock.inventory.accept"].with_user(self.manager)
        wizard = wizard.with_context(**action["context"]).create({"reason": "Seen on camera"})
        self.assertIn("pass 1: 1 (ann)", wizard.lines_text)
        wizard.action_accept()
        self._assert_line(sheet.line_ids, "accepted", 1)
        self.assertTrue(sheet.line_ids.accepted_at)
        sheet.with_user(self.ann).action_complete()
        self.assertEqual(sheet.state, "completed")

    def test_a_recount_by_hand(self):
        """Without any limit the recount is what counts."""
        sheet = self._make_sheet()
        line = self._line(sheet, self.bolt)
        self._count(self.ann, line, 7)
        line.with_user(self.manager).action_ask_recount()
        self._assert_line(line, "to_recount")
        self.assertEqual((sheet.waiting_line_count, sheet.shows_count_status), (1, True))
        self.assertEqual(line.search(sheet.action_view_waiting()["domain"]) & line, line)
        self._count(self.bob, line, 8)
        self._assert_line(line, "counted", 8)
        self.assertIn("Recount asked for", sheet.message_ids[0].body)
        with self.assertRaises(AccessError):
            line.with_user(self.ann).action_ask_recount()

    def test_split_recounts_are_split_too(self):
        line = self._line(self._make_sheet(count_method="split", tolerance_qty=2), self.bolt)
        self._count(self.ann, line, 1)
        self._assert_line(line, "to_recount")
        self._count(self.bob, line, 5, "add")
        self._count(self.eve, line, 4, "add")
        self._assert_line(line, "counted", 9)

    def test_an_add_on_measures_gaps_in_another_way(self):
        """The hook by which money arrives with the valuation."""
        sheet_class, line_class = type(self.env["stock.inventory.sheet"]), type(self.env["stock.inventory.sheet.line"])
        self.patch(sheet_class, "_get_tolerance", lambda sheet: {"value": 100})
        measures = line_class._get_gap_measures
        self.patch(
            line_class,
            "_get_gap_measures",
            lambda line, gap, expected: {
                **measures(line, gap, expected),
                "value": abs(gap) * line.product_id.standard_price,
            },
        )
        self.bolt.with_company(self.company).standard_price = 60
        line = self._line_within().with_company(self.company)
        self._count(self.ann, line, 9)
        self._assert_line(line, "counted", 9)
        self._count(self.ann, line, 8)
        self._assert_line(line, "to_recount")


@tagged("post_install", "-at_install")
class TestApprovalLimits(PassesCommon):
    """D. Who may accept which size of gap is a limit per user group."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls._make_user("head", "stock.group_stock_manager")
        cls.head.name = "head"
        cls.sheet = cls._make_sheet()
        cls._line(cls, cls.sheet, cls.bolt).real_qty = 4
        cls.sheet.action_complete(keep_uncounted=True)

    def _limit(self, group, **vals):
        return self.env["stock.inventory.approval.limit"].create(
            {"group_id": self.env.ref(group).id, "company_id": self.company.id, **vals}
        )

    def test_no_limits_no_change(self):
        self.sheet.with_user(self.manager).action_validate()
        self.assertEqual(self.sheet.state, "validated")

    def test_beyond_the_limit_the_lines_and_who_may_are_named(self):
        self._limit("stock.group_stock_manager")
        for vals in ({"max_percent": 59}, {"max_qty": 5}, {"max_points": 5.9}):
            limit = self._limit("cognityv_inventory.group_manager", **vals)
            with (
                self.subTest(vals),
                self.assertRaisesRegex(UserError, "than you may accept; .*head.*can validate it:\n– .*Bolt"),
            ):
                self.sheet.with_user(self.manager).action_validate()
            limit.unlink()
        self.assertEqual(self.sheet.state, "completed")
        self._limit("cognityv_inventory.group_manager", max_qty=5)
        self.sheet.with_user(self.head).action_validate()
        self.assertEqual(self.sheet.validated_by_id, self.head)

    def test_a_correction_beyond_the_limit(self):
        self.sheet.action_cancel()
        self._limit("cognityv_inventory.group_manager", max_qty=5)
        self._limit("stock.group_stock_manager")
        correction = self.env["stock.correction"].create(
            {
                "product_id": self.bolt.id,
                "location_id": self.rack_a1.id,
                "reason_id": self.env.ref("cognityv_inventory.correction_reason_stock_error").id,
                "real_qty": 4,
            }
        )
        with self.assertRaisesRegex(UserError, f"{correction.name} of .*Bolt.* than you may accept; .*head"):
            correction.with_user(self.manager).action_validate()
        self.assertEqual(correction.state, "draft")
        correction.with_user(self.head).action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 4)

    def test_a_gap_within_the_limit_passes(self):
        self._limit("cognityv_inventory.group_manager", max_percent=60, max_qty=6, max_points=6)
        self.sheet.with_user(self.manager).action_validate()
        self.assertEqual(self.sheet.state, "validated")

    def test_a_limit_of_another_company_does_not_count(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._limit("cognityv_inventory.group_manager", max_qty=1, company_id=other.id)
        self.sheet.with_user(self.manager).action_validate()
        self.assertEqual(self.sheet.state, "validated")

    def test_nobody_may(self):
        self._limit("cognityv_inventory.group_manager", max_qty=1, company_id=False)
        with self.assertRaisesRegex(UserError, "raise an approval limit"):
            self.sheet.with_user(self.manager).action_validate()

    def test_who_sets_limits(self):
        """Not those who are limited."""
        limit = self._limit("cognityv_inventory.group_manager", max_qty=1)
        with self.assertRaises(AccessError):
            limit.with_user(self.manager).max_qty = 100
        with self.assertRaises(AccessError):
            limit.with_user(self.ann).read(["max_qty"])
        limit.with_user(self.head).max_qty = 100
        self.assertEqual(limit.max_qty, 100)

    def test_a_counter_still_does_not_validate(self):
        with self.assertRaises(AccessError):
            self.sheet.with_user(self.ann).action_validate()
