import json
import time
from contextlib import ExitStack, contextmanager, suppress
from unittest.mock import patch

from odoo.tests import HttpCase
from odoo.tests.common import HOST, ChromeBrowser, ChromeBrowserException

from odoo.addons.bus.models.bus import BusBus
from odoo.addons.bus.websocket import CloseCode, WebsocketConnectionHandler, _kick_all
from odoo.addons.cognityv_inventory.tests.common import InventoryCommon

from .cut_wire import CutWire

APP = "/odoo/asset-manager"
PATIENCE = 60
OUTBOX = "odoo.__WOWL_DEBUG__.root.env.services.scan_outbox"


class PhoneCase(HttpCase, InventoryCommon):
    """Ann counts rack A1 with a phone."""

    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rack_a1.barcode = "RACK-A1"
        cls.ann = cls._make_phone_user("ann")

    @classmethod
    def _make_phone_user(cls, login):
        return cls._make_user(login, "cognityv_inventory.group_manager,stock.group_stock_multi_locations")

    def _open_place(self, phone):
        phone.open(APP)
        phone.wait_for_element(".o_am_bar")
        phone.press("RACK-A1")
        phone.wait_for_text("A1", ".o_am_header")
        phone.wait_for_element(".o_am_line")


@contextmanager
def open_phone(case, users, flags=()):
    """A phone in a warehouse: a browser at the end of a wire that can be cut.

    :param case: the HttpCase
    :param users: those who log in on it, by and by
    :param flags: more command line of Chromium
    """
    # Later, only the browser may use the connection to the database.
    sessions = {user: _make_session(case, user) for user in users}
    spawn = ChromeBrowser._spawn_chrome
    with patch.object(ChromeBrowser, "_spawn_chrome", lambda self, cmd: spawn(self, [*cmd[:-1], *flags, cmd[-1]])):
        browser = ChromeBrowser(case)
    # Without network, errors on the console are as it should be.
    browser.error_checker = lambda message: False
    with case.allow_requests(browser=browser), ExitStack() as stack:
        stack.callback(case._wait_remaining_requests)
        stack.callback(_kick_all, CloseCode.KILL_NOW)
        stack.enter_context(_notify_at_once())
        wire = CutWire(HOST, case.http_port())
        stack.callback(wire.cut)
        stack.callback(browser.stop)
        yield Phone(case, browser, wire, sessions)


def _make_session(case, user):
    # The case would end the session that it made before.
    case.session = None
    return case.authenticate(user.login, user.login).sid


@contextmanager
def _notify_at_once():
    """As Odoo's own browser tests do it: notifications leave without a commit, which a test never makes."""
    send_one = BusBus._sendone

    def send_and_leave(self, *args):
        send_one(self, *args)
        self.env.cr.precommit.run()
        self.env.cr.postcommit.run()

    allowed = patch.object(WebsocketConnectionHandler, "websocket_allowed", return_value=True)
    with patch.object(BusBus, "_sendone", send_and_leave), allowed:
        yield


class Phone:
    """What a person does with the phone, and sees on it."""

    def __init__(self, case, browser, wire, sessions):
        self.case, self.browser, self.wire, self.sessions = case, browser, wire, sessions

    def log_in(self, user):
        self.browser.set_cookie("session_id", self.sessions[user], "/", HOST)

    def let_session_expire(self):
        """The server does not know who this is any more, and the phone has not heard of it."""
        self.browser.delete_cookie("session_id", domain=HOST, path="/")

    def log_out(self):
        """What the entry of the user menu does."""
        self.run(
            "const {registry} = odoo.loader.modules.get('@web/core/registry');"
            "registry.category('user_menuitems').get('log_out')(odoo.__WOWL_DEBUG__.root.env).callback();"
        )

    def open(self, path):
        self.browser.navigate_to(self.wire.url + path, wait_stop=True)

    def show_as_installed_app(self):
        """Pages have a window of their own, without the browser's address; Chromium gives tests no other way to say so."""
        source = """
            const matchMedia = window.matchMedia.bind(window);
            window.matchMedia = (query) =>
                matchMedia(query.includes("display-mode: standalone") ? query.replace("standalone", "browser") : query);
        """
        self.browser._websocket_request("Page.addScriptToEvaluateOnNewDocument", params={"source": source})

    def reload(self):
        self.browser._websocket_request("Page.reload", timeout=PATIENCE)
        self.wait_for("!window.isBeforeReload", "the page to be loaded again")

    def mark(self):
        """So that a page that was loaded again can be told from this one."""
        self.run("window.isBeforeReload = true")

    def forget_what_a_browser_may_forget(self):
        """Time goes by: the service worker was ended, and the browser's own cache was needed for something else."""
        for method in ("ServiceWorker.enable", "ServiceWorker.stopAllWorkers", "Network.clearBrowserCache"):
            self.browser._websocket_request(method)

    # What is on the screen

    def run(self, code):
        """The result of JavaScript, which may `await`.

        :raises ChromeBrowserException: when it fails
        """
        params = {"expression": f"(async () => {{ {code} }})()", "awaitPromise": True, "returnByValue": True}
        answer = self.browser._websocket_request("Runtime.evaluate", params=params, timeout=PATIENCE)
        if "exceptionDetails" in answer:
            raise ChromeBrowserException(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_for(self, condition, what):
        """Until a JavaScript expression is true; a page that is being loaded has none."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(ChromeBrowserException):
                if self.run(f"return Boolean({condition})"):
                    return
            time.sleep(0.1)
        self.browser.take_screenshot().result(10)
        self.case.fail(f"Waited for {what}, and this is what is there:\n{self.read_text()}")

    def wait_for_element(self, selector):
        self.wait_for(f"document.querySelector({json.dumps(selector)})", selector)

    def wait_for_text(self, text, selector="body"):
        where = json.dumps(selector)
        self.wait_for(f"document.querySelector({where})?.innerText.includes({json.dumps(text)})", text)

    def read_text(self, selector="body"):
        return self.run(f"return document.querySelector({json.dumps(selector)})?.innerText")

    def click(self, selector):
        self.wait_for_element(selector)
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def choose_file(self, selector, path):
        """What a person does in the phone's own dialog, which a test cannot see."""
        root = self.browser._websocket_request("DOM.getDocument")["root"]["nodeId"]
        params = {"nodeId": root, "selector": selector}
        node = self.browser._websocket_request("DOM.querySelector", params=params)["nodeId"]
        self.browser._websocket_request("DOM.setFileInputFiles", params={"nodeId": node, "files": [str(path)]})

    # Scanning

    def scan(self, code, times=1):
        """With a hand scanner; each scan is on the phone before the next one."""
        for _number in range(times):
            known = self.run(f"return (await {OUTBOX}.store.all()).length + (await {OUTBOX}.store.answers()).length")
            self.press(code)
            self.wait_for(
                f"(await {OUTBOX}.store.all()).length + (await {OUTBOX}.store.answers()).length > {known}", "the scan"
            )

    def press(self, code):
        """The keys that a hand scanner types."""
        self.run(
            f"for (const key of [...{json.dumps(code)}, 'Enter'])"
            "    document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));"
        )

    def wait_until_sent(self):
        self.wait_for(f"(await {OUTBOX}.mine()).length === 0", "the server to have every scan")
        self.wait_for_element(".o_am_sync[data-status=idle]")

    def wait_for_line(self, product, scanned):
        """Until the item shows so many."""
        line = f"line.innerText.includes({json.dumps(product)})"
        found = f"line.querySelector('.o_am_scanned').innerText === {json.dumps(scanned)}"
        self.wait_for(f"[...document.querySelectorAll('.o_am_line')].some((line) => {line} && {found})", product)

    def wait_for_waiting(self, number):
        """Until the screen says that so many scans wait."""
        shown = "document.querySelector('.o_am_waiting')?.innerText"
        self.wait_for(f"Number({shown} || 0) === {number}", f"{number} waiting")
