from odoo.tests import tagged

from .phone import APP, PhoneCase, open_phone

APP_ON_HOME_SCREEN = "/scoped_app/asset-manager"
PAGE_IS_KEPT = "(await caches.match('/cognityv_scanning/kept_session'))"
DOCUMENTS_ARE_KEPT = "(await indexedDB.databases()).some(({name}) => name === 'cognityv_scanning.documents')"


@tagged("post_install", "-at_install")
class TestOffline(PhoneCase):
    """A phone in a warehouse with bad Wi-Fi: nothing is lost, nothing is twice, and it goes on where it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bolt.barcode, cls.nut.barcode = "BOLT-1", "NUT-1"
        cls.bob = cls._make_phone_user("bob")
        cls.ann.name = "Ann"
        cls.ann.password = "long enough"

    def _wait_until_kept(self, phone):
        phone.wait_for(PAGE_IS_KEPT, "the page to be kept")

    def _reload_without_network(self, phone):
        phone.mark()
        phone.forget_what_a_browser_may_forget()
        phone.reload()
        phone.wait_for_element(".o_am_bar")

    def _get_counts(self):
        """What the database has of each product: (scans, counts, quantity)."""
        self.env.invalidate_all()
        events = self.env["stock.scan.event"].search([("company_id", "=", self.company.id)])
        counts = self.env["stock.inventory.count"].search([("company_id", "=", self.company.id)])
        self.assertEqual(set(events.mapped("outcome")), {"accepted"})
        self.assertEqual(len(set(events.mapped("client_uuid"))), len(events))
        return {
            product.name: (
                len(events.filtered(lambda event, product=product: event.product_id == product)),
                len(counts.filtered(lambda count, product=product: count.line_id.product_id == product)),
                sum(
                    counts.filtered(lambda count, product=product: count.line_id.product_id == product).mapped(
                        "quantity"
                    )
                ),
            )
            for product in self.bolt | self.nut
        }

    def test_network_is_cut_in_the_middle_of_a_count(self):
        with open_phone(self, [self.ann]) as phone:
            phone.log_in(self.ann)
            self._open_place(phone)
            phone.scan("BOLT-1", times=3)
            phone.wait_until_sent()
            self._wait_until_kept(phone)

            phone.wire.lose_answers()
            phone.scan("BOLT-1", times=2)
            phone.wait_for_element(".o_am_sync[data-status=offline]")
            phone.wire.cut()
            phone.scan("NUT-1", times=4)
            phone.wait_for_waiting(6)

            self._reload_without_network(phone)
            phone.wait_for_waiting(6)
            phone.wait_for_text("A1", ".o_am_header")
            phone.wait_for_line("Bolt", "5")
            phone.wait_for_line("Nut", "4")
            phone.scan("NUT-1")
            phone.wait_for_line("Nut", "5")
            phone.wait_for_waiting(7)
            self.assertFalse(phone.run("return document.querySelector('.o_error_dialog')"), "no report of a fault")

            phone.wire.plug_in()
            phone.wait_until_sent()
            phone.wait_for(
                "odoo.__WOWL_DEBUG__.root.env.services.bus_service.workerState === 'CONNECTED'", "the bus to be back"
            )
        self.assertEqual(self._get_counts(), {"Bolt": (5, 5, 5.0), "Nut": (5, 5, 5.0)})

    def test_session_expires_while_counting(self):
        with open_phone(self, [self.ann]) as phone:
            phone.log_in(self.ann)
            self._open_place(phone)
            phone.scan("BOLT-1")
            phone.wait_until_sent()
            phone.let_session_expire()
            phone.scan("BOLT-1", times=2)
            phone.wait_for_element(".o_am_sync[data-status=login]")
            phone.click(".o_am_sync")
            phone.wait_for_text("Log in again, nothing is lost.")
            self._wait_until_kept(phone)
            phone.open(APP)
            phone.wait_for_element("input[name=login]")
            phone.wait_for(f"!{PAGE_IS_KEPT}", "the kept page to be forgotten: nobody is logged in")
            phone.run(
                "document.querySelector('input[name=login]').value = 'ann';"
                "document.querySelector('input[name=password]').value = 'long enough';"
                "document.querySelector('.oe_login_form').submit()"
            )
            phone.wait_for_element(".o_am_sync")
            phone.wait_until_sent()
        self.assertEqual(self._get_counts()["Bolt"], (3, 3, 3.0))

    def test_somebody_else_takes_the_phone(self):
        with open_phone(self, [self.ann, self.bob]) as phone:
            phone.log_in(self.ann)
            self._open_place(phone)
            self._wait_until_kept(phone)
            phone.wire.cut()
            phone.scan("BOLT-1", times=2)
            phone.log_in(self.bob)
            phone.wire.plug_in()
            # The page is still Ann's, the login is Bob's.
            phone.wait_for_element(".o_am_sync[data-status=login]")
            self._open_place(phone)
            phone.wait_for_waiting(0)
            phone.click(".o_am_sync")
            phone.wait_for_text("Scans of Ann wait on this phone: 2. They are sent when their owner logs in again.")
            phone.click(".o_am_sheet_close")
            phone.wait_for(f"(await {PAGE_IS_KEPT}?.json())?.uid === {self.bob.id}", "Bob's page in the place of Ann's")
            phone.scan("NUT-1")
            phone.wait_until_sent()
            phone.log_in(self.ann)
            phone.open(APP)
            phone.wait_for_element(".o_am_sync")
            phone.wait_until_sent()
        self.assertEqual(self._get_counts(), {"Bolt": (2, 2, 2.0), "Nut": (1, 1, 1.0)})
        events = self.env["stock.scan.event"].search([("company_id", "=", self.company.id)])
        users = {event.product_id: event.user_id for event in events}
        self.assertEqual(users, {self.bolt: self.ann, self.nut: self.bob})

    def test_app_on_the_home_screen_starts_without_network(self):
        with open_phone(self, [self.ann]) as phone:
            phone.show_as_installed_app()
            phone.log_in(self.ann)
            phone.open(APP_ON_HOME_SCREEN)
            phone.wait_for_element(".o_am_bar")
            phone.press("RACK-A1")
            phone.wait_for_element(".o_am_line")
            phone.scan("BOLT-1")
            phone.wait_until_sent()
            self._wait_until_kept(phone)
            self.assertIn(APP_ON_HOME_SCREEN, phone.run("return location.pathname"))
            phone.wire.cut()
            phone.forget_what_a_browser_may_forget()
            phone.open(APP_ON_HOME_SCREEN)
            phone.wait_for_text("There is no network.")
            phone.click(".o_am_open .o_am_row")
            phone.wait_for_element(".o_am_line")
            phone.scan("BOLT-1")
            phone.wire.plug_in()
            phone.wait_until_sent()
        self.assertEqual(self._get_counts()["Bolt"], (2, 2, 2.0))

    def test_nothing_is_left_after_logging_out(self):
        with open_phone(self, [self.ann]) as phone:
            phone.log_in(self.ann)
            self._open_place(phone)
            self._wait_until_kept(phone)
            self.assertTrue(phone.run(f"return {DOCUMENTS_ARE_KEPT}"))
            kept = phone.run(f"return (await {PAGE_IS_KEPT}.text())")
            for secret in ("secret", "token", "password"):
                self.assertNotIn(secret, kept)
            phone.log_out()
            phone.wait_for_element("input[name=login]")
            self.assertFalse(phone.run(f"return {PAGE_IS_KEPT}"))
            phone.wait_for(f"!({DOCUMENTS_ARE_KEPT})", "the documents to be thrown away")
            phone.wire.cut()
            phone.open(APP)
            phone.wait_for_text("You are offline")
