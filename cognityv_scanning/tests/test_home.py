from odoo.tests import tagged

from .test_verification import VerificationCase


@tagged("post_install", "-at_install")
class TestHome(VerificationCase):
    """The first screen: what is gone on with, and what waits to be counted."""

    def _get_home(self, user):
        return self.env["stock.scan.session"].with_user(user).get_home()

    def test_inventory_opens_the_sheets_of_counters(self):
        menus = self.env["ir.ui.menu"].with_user(self.counter).load_web_menus(False)
        inventory = menus[self.env.ref("stock.menu_stock_root").id]
        self.assertEqual(inventory["actionID"], self.env.ref("cognityv_inventory.action_inventory_sheet").id)

    def test_what_was_only_looked_at_is_not_gone_on_with(self):
        session = self._make_session()
        self.assertEqual(self._get_home(self.worker)["open"], [])
        self._push_one(session, "BOLT-1")
        self.assertEqual([entry["id"] for entry in self._get_home(self.worker)["open"]], [session.id])

    def test_scans_of_others_are_theirs(self):
        session = self._make_session()
        self._push_one(session.with_user(self.manager), "BOLT-1")
        self.assertEqual(self._get_home(self.worker)["open"], [])
        self.assertEqual([entry["id"] for entry in self._get_home(self.manager)["open"]], [session.id])

    def test_sheet_stands_once(self):
        sheet = self._make_counted_sheet(location_id=self.rack_a1.id)
        session = self._open(sheet)
        home = self._get_home(self.counter)
        self.assertEqual((home["open"], [entry["sheet_id"] for entry in home["to_count"]]), ([], [sheet.id]))
        self._push_one(session, "BOLT-1")
        home = self._get_home(self.counter)
        self.assertEqual(([entry["id"] for entry in home["open"]], home["to_count"]), ([session.id], []))

    def test_rest_of_a_sheet_still_waits(self):
        sheet = self._make_counted_sheet()
        session = self._open(sheet, self.rack_a1)
        self._push_one(session, "BOLT-1")
        home = self._get_home(self.counter)
        self.assertEqual([entry["id"] for entry in home["open"]], [session.id])
        self.assertEqual([entry["sheet_id"] for entry in home["to_count"]], [sheet.id])
