import re
from urllib.parse import parse_qs, urlencode, urlsplit

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .test_labels_read_back import ReadBackCommon
from .test_scan_link import GLN, GTIN, LinkCommon


@tagged("post_install", "-at_install")
class TestFollowLink(LinkCommon, HttpCase):
    """Where the links on labels lead."""

    def _follow(self, url, login=None):
        if login:
            self.authenticate(login, login)
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        response = self.url_open(path, allow_redirects=False)
        self.assertEqual(response.status_code, 303, response.text[:500])
        target = urlsplit(response.headers["Location"])
        return f"{target.path}?{target.query}" if target.query else target.path

    def _form(self, record):
        return f"/odoo/{record._name}/{record.id}"

    def _assert_app(self, target, url):
        parts = urlsplit(target)
        self.assertEqual(parts.path, "/odoo/asset-manager")
        self.assertEqual(urlsplit(parse_qs(parts.query)["code"][0]).path, urlsplit(url).path)

    def test_each_kind_opens_its_form(self):
        self.manager.group_ids |= self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.manager.group_ids |= self.env.ref("mrp.group_mrp_user")
        self.env.flush_all()
        for record in self.records:
            with self.subTest(record=record.display_name):
                self.assertEqual(self._follow(self._link(record), "inventory_manager"), self._form(record))

    def test_short_code_in_any_spelling(self):
        path = urlsplit(self._short_link(self.bolt)).path
        for spelling in (path, path.upper(), path.lower()):
            self.assertEqual(self._follow(spelling, "inventory_manager"), self._form(self.bolt))

    def test_whoever_is_not_logged_in_logs_in_first_and_then_goes_on(self):
        lot = self._make_lot(self.glue, "A/7%20B")
        path = urlsplit(self._link(lot)).path
        login = self._follow(path)
        self.assertEqual(login, f"/web/login?{urlencode({'redirect': path})}")
        page = self.url_open(login)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        redirect = re.search(r'name="redirect" value="([^"]+)"', page.text)[1]
        data = {"csrf_token": token, "redirect": redirect, "login": "stock_worker", "password": "stock_worker"}
        response = self.url_open("/web/login", data=data, allow_redirects=False)
        self.assertEqual(urlsplit(response.headers["Location"]).path, path)
        self.assertEqual(self._follow(path), self._form(lot))

    def test_another_companys_record_is_not_shown(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        groups = "stock.group_stock_manager"
        vals = {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
        new_test_user(self.env(context={}), "stranger", groups=groups, **vals)
        for record in (self.rack_a1, self.rack_a2, self.order):
            link = self._link(record)
            self._assert_app(self._follow(link, "stranger"), link)

    def test_what_several_records_are_meant_by_goes_to_the_app(self):
        other = self.env["res.company"].create({"name": "Second"})
        self.worker.company_ids |= other
        self.env["stock.location"].create(
            {
                "name": "B7",
                "barcode": GLN,
                "company_id": other.id,
                "location_id": self.env["stock.warehouse"].search([("company_id", "=", other.id)]).lot_stock_id.id,
            }
        )
        link = self._link(self.rack_a2)
        self._assert_app(self._follow(link, "stock_worker"), link)

    def test_a_counter_goes_to_the_app(self):
        for record in (self.rack_a1, self.bolt, self.lot):
            link = self._link(record)
            self._assert_app(self._follow(link, "inventory_counter"), link)
        self.assertEqual(self._follow(self._link(self.sheet), "inventory_counter"), self._form(self.sheet))

    def test_rubbish_goes_to_the_app(self):
        self.authenticate("stock_worker", "stock_worker")
        for path in (
            "/q/XXXXXXXXXXXX",
            "/q/%00",
            "/q/%F0%9F%92%A9",
            "/q/" + "C" * 4000,
            "/01/1",
            "/01/04006381333932",
            "/01/04012345123456/10/%00",
            "/01/04012345123456/10/%FF",
            "/01/04012345123456/99/x/y",
            "/00/1",
            "/414/x/254/y",
        ):
            with self.subTest(path=path[:40]):
                self._assert_app(self._follow(path), path)

    def test_a_lot_that_is_not_known_opens_its_product(self):
        for path in (f"/01/0{GTIN}/10/NEW", f"/01/0{GTIN}/10/%00", f"/01/0{GTIN}/10/%FF"):
            self.assertEqual(self._follow(path, "stock_worker"), self._form(self.glue))

    def test_a_portal_user_stays_outside(self):
        new_test_user(self.env, "portal_user", groups="base.group_portal")
        self.assertEqual(self._follow(self._short_link(self.bolt), "portal_user"), "/odoo")


@tagged("post_install", "-at_install")
class TestLabelsResolve(ReadBackCommon):
    """What is read from a label is the record again."""

    def test_resolve(self):
        for record in self.records:
            with self.subTest(record=record.display_name):
                [match] = self.env["stock.scan.resolver"].resolve(self._link(record))
                self.assertEqual((match["model"], match["id"]), (record._name, record.id))

    def test_resolve_odoos_barcodes(self):
        for record in self.records:
            if barcode := record._get_odoo_barcode():
                with self.subTest(record=record.display_name):
                    [match] = self.env["stock.scan.resolver"].resolve(barcode)
                    self.assertEqual((match["model"], match["id"]), (record._name, record.id))
