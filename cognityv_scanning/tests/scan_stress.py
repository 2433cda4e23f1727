"""Many scanners at once against a real server, over a network that cuts, repeats and reorders what they send, and with
workers that are killed: for `test_scan_stress`, and for the benchmark `benchmarks/scans.py`.

This file needs nothing of Odoo but its program, so that the benchmark can take it in, too. `make_scene` and `read_scene`
get an environment; what they make is committed.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

HOST = "127.0.0.1"
PUSH = "/cognityv_scanning/push"
PASSWORD = "stress-scanner"
ITEMS, PEOPLE, PLACES = 20, 4, 2
# Of ten scans, so many are of the same item, by all scanners.
HOT_SHARE = 5
MAX_BATCH = 25
# How long a scanner waits before it sends again what failed.
PAUSE = (0.02, 0.3)


# The scene


def make_scene(env):
    """A sheet in progress with a few items in two places, each place with a session, and the people who count there.

    :return: dict of ids and codes, and a `key` that tells this scene from others
    """
    key = uuid.uuid4().hex[:8]
    warehouse = env["stock.warehouse"].search([], limit=1)
    company = warehouse.company_id
    area = env["stock.location"].create({"name": f"Stress {key}", "location_id": warehouse.lot_stock_id.id})
    places = env["stock.location"].create([{"name": f"{key}-{n}", "location_id": area.id} for n in range(PLACES)])
    products = env["product.product"].create(
        [{"name": f"Stressed {n}", "is_storable": True, "barcode": f"STRESS-{key}-{n}"} for n in range(ITEMS)]
    )
    for place in places:
        for product in products:
            env["stock.quant"]._update_available_quantity(product, place, 10)
    counter = env.ref("cognityv_inventory.group_counter")
    people = env["res.users"].create(
        [
            {
                "name": f"Scanner {n}",
                "login": f"stress-{key}-{n}",
                "password": PASSWORD,
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(4, counter.id)],
            }
            for n in range(PEOPLE)
        ]
    )
    sheet = env["stock.inventory.sheet"].create({"location_id": area.id, "counter_ids": people.ids})
    sheet.action_fill()
    sheet.action_plan()
    sheet.action_start()
    sessions = [env["stock.scan.session"].open_sheet(sheet.id, place.id)["id"] for place in places]
    return {
        "key": key,
        "sheet": sheet.id,
        "area": area.id,
        "places": places.ids,
        "sessions": sessions,
        "products": dict(zip(products.mapped("barcode"), products.ids, strict=True)),
        "logins": people.mapped("login"),
    }


def read_scene(env, scene):
    """What is counted in the end: (place, product) → real quantity, and what is stored of every scan."""
    lines = env["stock.inventory.sheet.line"].search([("sheet_id", "=", scene["sheet"])])
    events = env["stock.scan.event"].search([("session_id", "in", scene["sessions"])])
    counts = env["stock.inventory.count"].search([("sheet_id", "=", scene["sheet"]), ("superseded", "=", False)])
    return {
        "quantities": {(line.location_id.id, line.product_id.id): line.real_qty for line in lines if line.real_qty},
        "events": Counter(event.client_uuid for event in events),
        "outcomes": {event.client_uuid: event.outcome for event in events},
        "counts": Counter(count.client_uuid for count in counts),
    }


def remove_scene(env, scene):
    """Everything that was committed, away."""
    cr, sheet, sessions = env.cr, scene["sheet"], tuple(scene["sessions"])
    places, products = (scene["area"], *scene["places"]), tuple(scene["products"].values())
    people = env["res.users"].search([("login", "in", scene["logins"])])
    cr.execute("DELETE FROM stock_scan_event WHERE session_id IN %s", [sessions])
    cr.execute("DELETE FROM stock_scan_session WHERE id IN %s", [sessions])
    cr.execute("UPDATE stock_location SET last_inventory_sheet_id = NULL WHERE last_inventory_sheet_id = %s", [sheet])
    cr.execute("DELETE FROM stock_inventory_count WHERE sheet_id = %s", [sheet])
    cr.execute("DELETE FROM stock_inventory_sheet_line WHERE sheet_id = %s", [sheet])
    for model in ("mail.message", "mail.activity"):
        env[model].search(
            [
                ("model" if model == "mail.message" else "res_model", "=", "stock.inventory.sheet"),
                ("res_id", "=", sheet),
            ]
        ).unlink()
    cr.execute("DELETE FROM stock_inventory_sheet WHERE id = %s", [sheet])
    cr.execute("DELETE FROM stock_quant WHERE product_id IN %s", [products])
    env["product.product"].browse(products).product_tmpl_id.unlink()
    env["stock.location"].browse(places[1:]).unlink()
    env["stock.location"].browse(places[0]).unlink()
    cr.execute("UPDATE res_users SET active = FALSE WHERE id IN %s", [tuple(people.ids)])


# The server


def get_free_ports(count):
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _number in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


class Server:
    """Odoo with several worker processes, on a port of its own of this machine only."""

    def __init__(self, configuration, database, log, workers=2):
        self.database = database
        self.port, gevent_port = get_free_ports(2)
        self.command = [
            # Not "-m odoo": Odoo starts its process for websockets by the name of the script.
            *(sys.executable, __file__, "-c", configuration, "-d", database, f"--workers={workers}"),
            *(f"--http-port={self.port}", f"--gevent-port={gevent_port}", "--http-interface=127.0.0.1"),
            *("--max-cron-threads=0", "--limit-time-real=60", "--log-level=warn", f"--logfile={log}"),
        ]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            for pid in [*self._get_children(), self.process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def _wait(self):
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError("The server ended at once; see its log.")
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
                connection.request("GET", "/web/health")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError("The server did not answer within two minutes; see its log.")

    def _get_children(self):
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with contextlib.suppress(OSError):
            return [int(pid) for pid in path.read_text().split()]
        return []

    def kill_worker(self, chance):
        """End one of the processes that answer requests, as a power cut would.

        :return: whether there was one
        """
        workers = [pid for pid in self._get_children() if not self._is_for_websockets(pid)]
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
        return bool(workers)

    def _is_for_websockets(self, pid):
        with contextlib.suppress(OSError):
            return b"\0gevent\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return True


# The scanners


class Cut(Exception):
    """The network let a scanner down."""


class Line:
    """The way of one scanner to the server; a bad one when asked to be."""

    def __init__(self, server, login):
        self.port = server.port
        self.cookie = self._log_in(server.database, login)

    def _log_in(self, database, login):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        body = json.dumps({"params": {"db": database, "login": login, "password": PASSWORD}})
        connection.request("POST", "/web/session/authenticate", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        cookie = answer.getheader("Set-Cookie").partition(";")[0]
        answer.read()
        return cookie

    def send(self, session_id, events, cut=None):
        """
        :param cut: "sending" to break off in the middle of the request, "answer" not to wait for the answer
        :return: results as of `push`
        :raises Cut: when there is no answer
        """
        body = json.dumps({"params": {"session_id": session_id, "events": events}}).encode()
        head = f"POST {PUSH} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nCookie: {self.cookie}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        try:
            with socket.create_connection((HOST, self.port), timeout=60) as way:
                way.sendall(head.encode() + (body[: len(body) // 2] if cut == "sending" else body))
                return None if cut else self._read(way)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Cut from error

    def _read(self, way):
        answer = http.client.HTTPResponse(way)
        answer.begin()
        content = json.loads(answer.read())
        if "error" in content:
            # A worker that died, or a request that could not serialize five times: it is sent again.
            raise Cut(content["error"]["data"]["message"])
        return content["result"]


class Scanner(threading.Thread):
    """One person with a phone: scans, sends in pieces in any order, and sends again until all is answered."""

    def __init__(self, scene, line, number, scans, seed):
        super().__init__(daemon=True)
        self.scene, self.line, self.chance = scene, line, random.Random(seed)
        self.place = number % len(scene["sessions"])
        self.session_id = scene["sessions"][self.place]
        self.events = self._make_events(scans)
        self.results, self.requests, self.repeats, self.error = {}, 0, 0, None

    def _make_events(self, scans):
        """The scans of this person, some of them undone: the undo may well arrive first."""
        codes = list(self.scene["products"])
        events = []
        for _number in range(scans):
            code = codes[0] if self.chance.randrange(10) < HOT_SHARE else self.chance.choice(codes)
            event = {"client_uuid": str(uuid.uuid4()), "code": code, "quantity": self.chance.randint(1, 3)}
            events.append(event)
            if not self.chance.randrange(20):
                events.append({"client_uuid": str(uuid.uuid4()), "undo": event["client_uuid"]})
        return events

    def get_expected(self):
        """What must be there in the end of what this person scanned: (place, product) → quantity."""
        undone = {event["undo"] for event in self.events if "undo" in event}
        expected = Counter()
        for event in self.events:
            if "code" in event and event["client_uuid"] not in undone:
                product = self.scene["products"][event["code"]]
                expected[self.scene["places"][self.place], product] += event["quantity"]
        return expected

    def run(self):
        try:
            waiting = {event["client_uuid"]: event for event in self.events}
            while waiting:
                self._send_some(waiting)
        except Exception as error:  # What goes wrong in a thread is told in the main one.
            self.error = error

    def _send_some(self, waiting):
        count = min(len(waiting), self.chance.randint(1, MAX_BATCH))
        # Not only in another order: what was answered is sent again, too.
        events = self.chance.sample(list(waiting.values()), count)
        if not self.chance.randrange(5):
            events += self.chance.sample(self.events, min(3, len(self.events)))
        cut = self.chance.choice(("sending", "answer", None, None, None, None))
        self.requests += 1
        try:
            results = self.line.send(self.session_id, events, cut)
        except Cut:
            results = None
            time.sleep(self.chance.uniform(*PAUSE))
        for result in results or ():
            self._take(result)
            waiting.pop(result["client_uuid"], None)

    def _take(self, result):
        """Whatever is answered later has to be what was answered first."""
        repeated = result["result"] == "repeated"
        self.repeats += repeated
        answer = (result["first_result"] if repeated else result["result"], result["message"])
        if self.results.setdefault(result["client_uuid"], answer) != answer:
            raise AssertionError(f"{result['client_uuid']}: {self.results[result['client_uuid']]}, then {answer}")


def run_scanners(scene, server, scanners, scans, seed=0, kill_every=200):
    """All scanners at once, until everything is answered; meanwhile a worker is killed again and again.

    :param scans: how many in all
    :param kill_every: so many scans are answered between two kills: a busy machine could not keep up with a clock
    :return: dict of `scanners`, `seconds` and `killed`
    """
    chance = random.Random(seed)
    lines = [Line(server, login) for login in scene["logins"]]
    threads = [
        Scanner(scene, lines[number % len(lines)], number, scans // scanners, chance.random())
        for number in range(scanners)
    ]
    started, killed = time.monotonic(), 0
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(chance.uniform(0, 0.1))
        if sum(len(thread.results) for thread in threads) >= kill_every * (killed + 1):
            killed += server.kill_worker(chance)
    for thread in threads:
        if thread.error:
            raise thread.error
    return {"scanners": threads, "seconds": time.monotonic() - started, "killed": killed}


def find_faults(threads, found):
    """What is not exact, in words; empty when all is.

    :param found: of `read_scene`
    """
    sent = {event["client_uuid"]: event for thread in threads for event in thread.events}
    undone = {event["undo"] for event in sent.values() if "undo" in event}
    expected = sum((thread.get_expected() for thread in threads), Counter())
    counted = {reference for reference, event in sent.items() if "code" in event and reference not in undone}
    faults = {
        "lost": sent.keys() - found["events"].keys(),
        "twice": {reference for name in ("events", "counts") for reference, times in found[name].items() if times > 1},
        "counted wrongly": counted ^ found["counts"].keys(),
        "not accepted": {reference for reference, outcome in found["outcomes"].items() if outcome != "accepted"},
        "quantities": {
            key: (expected.get(key, 0), found["quantities"].get(key, 0))
            for key in expected.keys() | found["quantities"].keys()
            if round(expected.get(key, 0) - found["quantities"].get(key, 0), 6)
        },
    }
    return {name: fault for name, fault in faults.items() if fault}


# At a human pace


class Stroller(threading.Thread):
    """A person who scans one item after the other, and how long each took until it was accepted."""

    def __init__(self, scene, line, number, seconds, pace, seed):
        super().__init__(daemon=True)
        self.scene, self.line, self.chance = scene, line, random.Random(seed)
        self.session_id = scene["sessions"][number % len(scene["sessions"])]
        self.seconds, self.pace = seconds, pace
        self.milliseconds, self.failed, self.error = [], 0, None

    def run(self):
        try:
            end = time.monotonic() + self.seconds
            time.sleep(self.chance.uniform(0, self.pace))
            while time.monotonic() < end:
                self._scan()
                time.sleep(self.chance.uniform(0.5, 1.5) * self.pace)
        except Exception as error:  # What goes wrong in a thread is told in the main one.
            self.error = error

    def _scan(self):
        codes = list(self.scene["products"])
        code = codes[0] if self.chance.randrange(10) < HOT_SHARE else self.chance.choice(codes)
        event = {"client_uuid": str(uuid.uuid4()), "code": code}
        started = time.perf_counter()
        try:
            [result] = self.line.send(self.session_id, [event])
        except Cut:
            self.failed += 1
            return
        if result["result"] != "accepted":
            raise AssertionError(result)
        self.milliseconds.append(1000 * (time.perf_counter() - started))


def stroll(scene, server, scanners, seconds, pace, seed=0):
    """All scanners at a human pace.

    :param pace: seconds between two scans of a person, on average
    :return: milliseconds that each accepted scan took, and how many requests failed
    """
    chance = random.Random(seed)
    lines = [Line(server, login) for login in scene["logins"]]
    threads = [
        Stroller(scene, lines[number % len(lines)], number, seconds, pace, chance.random())
        for number in range(scanners)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
        if thread.error:
            raise thread.error
    return [took for thread in threads for took in thread.milliseconds], sum(thread.failed for thread in threads)


if __name__ == "__main__":
    from odoo.cli.command import main

    main()
