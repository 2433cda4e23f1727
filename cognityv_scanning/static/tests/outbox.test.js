import { beforeEach, expect, test } from "@odoo/hoot";
import { advanceTime, Deferred, tick } from "@odoo/hoot-mock";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { OutboxStore, ScanNotKeptError } from "@cognityv_scanning/outbox/outbox_store";
import { ANN, BOB, countTo, emptyPhone, FakeServer, openTab, scan } from "./outbox_test_helpers";

const OFFLINE = { kind: "offline", message: "" };

let server;

beforeEach(async () => {
    allowTranslations();
    await emptyPhone();
    server = new FakeServer();
});

/** What is on the disk, seen by somebody who knows nothing of the tabs. */
async function readPhone() {
    const store = new OutboxStore();
    const records = await store.all();
    await store.close();
    return records;
}

test("a scan is on the disk before add resolves, whatever the server does", async () => {
    const answered = new Deferred();
    const outbox = openTab(() => answered);
    const event = await outbox.add({ session_id: 1, code: "BOLT" });
    const [record] = await readPhone();
    expect(record.event).toEqual({
        code: "BOLT",
        client_uuid: event.client_uuid,
        seen_at: event.seen_at,
        queued_at: event.queued_at,
    });
    expect(event.client_uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(event.queued_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(outbox.state.waiting).toBe(1);
    expect(await outbox.pending(1)).toEqual([event]);
    expect(await outbox.pending(2)).toEqual([]);
    answered.resolve([]);
    await outbox.flushing;
});

test("an answered scan leaves the phone, the answer stays for the next page", async () => {
    const outbox = openTab(server.push);
    outbox.bus.addEventListener("results", ({ detail }) => expect.step(detail));
    const [event] = await scan(outbox, ["BOLT"]);
    const answer = { client_uuid: event.client_uuid, result: "accepted", message: "BOLT counted", lines: [] };
    expect.verifySteps([{ session_id: 1, results: [answer] }]);
    expect(await readPhone()).toEqual([]);
    expect(outbox.state.status).toBe("idle");
    expect(outbox.state.waiting).toBe(0);
    expect((await openTab(server.push).answers(1)).map(({ result }) => result)).toEqual([answer]);
    expect(await openTab(server.push, { user: BOB }).answers(1)).toEqual([]);
});

test("answers are forgotten after a day", async () => {
    const outbox = openTab(server.push);
    await scan(outbox, ["BOLT"]);
    await advanceTime(25 * 60 * 60 * 1000);
    await scan(outbox, ["NUT"]);
    await openTab(server.push).start();
    expect((await outbox.answers(1)).map(({ event }) => event.code)).toEqual(["NUT"]);
});

test("scans are sent in order, session by session, fifty at a time", async () => {
    server.failWith(OFFLINE);
    const outbox = openTab(server.push);
    await scan(outbox, countTo(60, "A"), 1);
    await scan(outbox, countTo(70, "B"), 2);
    server.recover();
    server.requests = [];
    await outbox.flush();
    expect(server.requests.map(({ session_id, codes }) => [session_id, codes.length])).toEqual([
        [1, 50],
        [1, 10],
        [2, 50],
        [2, 20],
    ]);
    expect(server.codes).toEqual([...countTo(60, "A"), ...countTo(70, "B")]);
    expect(server.requests.every(({ user_id }) => user_id === ANN.userId)).toBe(true);
});

test("without network everything is kept and said, and sent when it is back", async () => {
    server.failWith(OFFLINE);
    const outbox = openTab(server.push);
    await scan(outbox, ["BOLT", "NUT"]);
    expect(outbox.state.status).toBe("offline");
    expect(outbox.state.message).toBe(
        "No network. Scans waiting on this phone: 2. They are sent when it is back."
    );
    await scan(outbox, ["GLUE"]);
    expect(outbox.state.message).toInclude("phone: 3.");
    expect(server.requests).toHaveLength(1, { message: "a scan does not try again while the network is away" });
    server.recover();
    outbox.wake();
    await outbox.flushing;
    expect(server.codes).toEqual(["BOLT", "NUT", "GLUE"]);
    expect(outbox.state).toMatchObject({ status: "idle", waiting: 0, message: "" });
});

test("it is tried again by itself, after longer and longer waits of at most half a minute", async () => {
    server.failWith(OFFLINE);
    const outbox = openTab(server.push);
    await scan(outbox, ["BOLT"]);
    const waits = [1000, 2000, 4000, 8000, 16000, 30000, 30000];
    for (const wait of waits) {
        const before = server.requests.length;
        await advanceTime(wait / 2 - 10);
        expect(server.requests).toHaveLength(before, { message: `not before half of ${wait} ms` });
        await advanceTime(wait / 2 + 10);
        await outbox.flushing;
        expect(server.requests).toHaveLength(before + 1);
    }
    server.recover();
    await advanceTime(30000);
    await outbox.flushing;
    expect(server.codes).toEqual(["BOLT"]);
});

test("an answer that was lost: the same scan is sent again and counts once", async () => {
    server.loseAnswers = true;
    const outbox = openTab(server.push);
    const [event] = await scan(outbox, ["BOLT"]);
    expect(outbox.state.waiting).toBe(1);
    server.recover();
    await outbox.flush();
    expect(server.requests).toHaveLength(2);
    expect(server.effects).toEqual([{ client_uuid: event.client_uuid, code: "BOLT" }]);
    expect(outbox.state.waiting).toBe(0);
});

test("a page that is opened sends what an earlier one left behind", async () => {
    server.failWith(OFFLINE);
    const before = openTab(server.push);
    await scan(before, ["BOLT", "NUT"]);
    await before.stop();
    server.recover();
    const reloaded = openTab(server.push);
    await reloaded.start();
    await reloaded.flushing;
    expect(server.codes).toEqual(["BOLT", "NUT"]);
});

test("the session has expired: log in again, nothing is lost", async () => {
    server.failWith({ kind: "login", message: "" });
    const outbox = openTab(server.push);
    await scan(outbox, ["BOLT"]);
    expect(outbox.state.status).toBe("login");
    expect(outbox.state.message).toBe("Log in again, nothing is lost. Scans waiting on this phone: 1.");
    server.recover();
    outbox.wake();
    await outbox.flushing;
    expect(server.codes).toEqual(["BOLT"]);
    expect(outbox.state.status).toBe("idle");
});

test("one scan that the server does not understand never holds up the others", async () => {
    const rejectRubbish = (_id, events) =>
        events.some((event) => event.code === "RUBBISH") && { kind: "rejected", message: "The code is rubbish." };
    server.failWith(OFFLINE);
    const outbox = openTab(server.push);
    outbox.bus.addEventListener("results", ({ detail: { results } }) => {
        results.filter(({ on_phone }) => on_phone).forEach(({ result, message }) => expect.step([result, message]));
    });
    await scan(outbox, [...countTo(30, "A"), "RUBBISH", ...countTo(60, "B")]);
    server.failWith(rejectRubbish);
    await outbox.flush();
    expect(server.codes).toEqual([...countTo(30, "A"), ...countTo(60, "B")]);
    expect.verifySteps([["refused", "The code is rubbish."]]);
    expect(outbox.state).toMatchObject({ status: "refused", waiting: 0, refused: 1, mine: 1 });
    expect(outbox.state.message).toBe("The server refused scans, they are kept on this phone: 1.");
    const [kept] = await outbox.refused();
    expect(kept).toMatchObject({ session_id: 1, code: "RUBBISH", message: "The code is rubbish." });
    expect(server.requests.length).toBeLessThan(20);

    server.recover();
    await outbox.retry();
    expect(server.codes.at(-1)).toBe("RUBBISH");
    expect(outbox.state).toMatchObject({ status: "idle", refused: 0, mine: 0 });
});

test("a refused scan goes when the person gives it up, and only that one", async () => {
    server.failWith({ kind: "rejected", message: "No." });
    const outbox = openTab(server.push);
    const [bolt, nut] = await scan(outbox, ["BOLT", "NUT"]);
    await outbox.discard(bolt.client_uuid);
    expect((await outbox.refused()).map(({ client_uuid }) => client_uuid)).toEqual([nut.client_uuid]);
    server.failWith(OFFLINE);
    const [waiting] = await scan(outbox, ["GLUE"]);
    await outbox.discard(waiting.client_uuid);
    expect((await outbox.pending(1)).map(({ code }) => code)).toEqual(["GLUE"]);
});

test("a scan on which the server breaks is tried three times, then set aside", async () => {
    server.failWith((_id, events) => events.some(({ code }) => code === "BOMB") && { kind: "fault", message: "Broken." });
    const outbox = openTab(server.push);
    await scan(outbox, ["A", "BOMB", "B"]);
    expect(outbox.state).toMatchObject({ status: "offline", refused: 0 });
    for (const wait of [1000, 2000]) {
        await advanceTime(wait);
        await outbox.flushing;
    }
    expect(outbox.state).toMatchObject({ status: "refused", waiting: 0, refused: 1 });
    expect(server.codes).toEqual(["A", "B"]);
});

test("a session that the person may not touch any more stops only itself", async () => {
    server.failWith((id) => id === 1 && { kind: "denied", message: "S00001 belongs to another company." });
    const outbox = openTab(server.push);
    await scan(outbox, ["BOLT"], 1);
    expect(outbox.state).toMatchObject({ status: "refused", waiting: 1 });
    expect(outbox.state.message).toBe("S00001 belongs to another company. Scans kept on this phone: 1.");
    await scan(outbox, ["NUT"], 2);
    expect(server.codes).toEqual(["NUT"]);
    expect(outbox.state.waiting).toBe(1);
    server.recover();
    await advanceTime(300000);
    await outbox.flushing;
    expect(server.codes).toEqual(["NUT", "BOLT"]);
});

test("the server answers only a part: the rest waits", async () => {
    let answered = 1;
    const outbox = openTab(async (...args) => (await server.push(...args)).slice(0, answered));
    server.failWith(OFFLINE);
    await scan(outbox, ["A", "B", "C"]);
    server.recover();
    await outbox.flush();
    expect((await outbox.pending(1)).map(({ code }) => code)).toEqual(["B", "C"]);
    answered = 10;
    await outbox.flush();
    expect(outbox.state.waiting).toBe(0);
    expect(server.codes).toEqual(["A", "B", "C"]);
});

test("an answer that is no answer: everything waits", async () => {
    const outbox = openTab(async () => null);
    await scan(outbox, ["A", "B"]);
    expect(outbox.state).toMatchObject({ status: "offline", waiting: 2 });
});

test("what somebody else scanned on this phone is neither theirs nor sent in their name", async () => {
    server.failWith(OFFLINE);
    const ann = openTab(server.push);
    await scan(ann, ["BOLT", "NUT"]);
    await ann.stop();

    server.recover();
    server.requests = [];
    const bob = openTab(server.push, { user: BOB });
    await bob.start();
    await scan(bob, ["GLUE"]);
    expect(bob.state).toMatchObject({ mine: 0, waiting: 0, others: 2 });
    expect(bob.state.othersMessage).toBe(
        "Scans of Ann wait on this phone: 2. They are sent when their owner logs in again."
    );
    expect(await bob.pending(1)).toEqual([]);
    expect(server.requests.map(({ user_id, codes }) => [user_id, codes])).toEqual([[BOB.userId, ["GLUE"]]]);
    await bob.stop();

    const elsewhere = openTab(server.push, { db: "test" });
    await elsewhere.start();
    expect(elsewhere.state).toMatchObject({ waiting: 0, others: 2 }, { message: "the same id in another database" });
    await elsewhere.stop();

    const back = openTab(server.push);
    await back.start();
    await back.flushing;
    expect(server.codes).toEqual(["GLUE", "BOLT", "NUT"]);
    expect(back.state.othersMessage).toBe("");
});

test("two tabs show the same numbers and answers", async () => {
    server.failWith(OFFLINE);
    const one = openTab(server.push);
    const other = openTab(server.push);
    await other.start();
    await scan(one, ["BOLT", "NUT"]);
    await waitUntilEqual(() => other.state.waiting, 2);
    await waitUntilEqual(() => other.state.status, "offline");
    expect(other.state.message).toBe(one.state.message);
    other.bus.addEventListener("results", ({ detail: { results } }) => {
        expect.step(results.map(({ message }) => message));
    });
    server.recover();
    await one.flush();
    await expect.waitForSteps([["BOLT counted", "NUT counted"]]);
    await waitUntilEqual(() => other.state.waiting, 0);
    await waitUntilEqual(() => other.state.status, "idle");
});

test("a scan of a tab that was closed over it is sent by the other one", async () => {
    const stuck = openTab(() => Promise.reject(new Error("not reached")));
    const other = openTab(server.push);
    await other.start();
    stuck.flush = () => {};
    await stuck.add({ session_id: 1, code: "BOLT" });
    await waitUntilEqual(() => other.state.waiting, 1);
    await advanceTime(5000);
    await other.flushing;
    expect(server.codes).toEqual(["BOLT"]);
});

test("two tabs never send at the same time", async () => {
    let busy = 0;
    const push = async (...args) => {
        expect.step(++busy);
        await tick();
        await tick();
        busy--;
        return server.push(...args);
    };
    const [one, other] = [openTab(push), openTab(push)];
    await Promise.all([scan(one, countTo(5, "A")), scan(other, countTo(5, "B"))]);
    await Promise.all([one.flush(), other.flush()]);
    expect.verifySteps(server.requests.map(() => 1));
    expect([...server.codes].sort()).toEqual([...countTo(5, "A"), ...countTo(5, "B")]);
});

test("no storage: the scan is not accepted, and the reason is said", async () => {
    const outbox = openTab(server.push, { factory: () => undefined });
    await outbox.start();
    expect(outbox.state.message).toInclude("so nothing can be scanned here");
    const error = await outbox.add({ session_id: 1, code: "BOLT" }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ScanNotKeptError);
    expect(error.message).toInclude("Open Odoo in an ordinary window, then scan it again.");
    expect(outbox.state.waiting).toBe(0);
    expect(server.requests).toEqual([]);
});

test("storage full: the scan is not accepted, and the reason is said", async () => {
    const outbox = openTab(server.push);
    outbox.store.db.attempt = async () => {
        throw new DOMException("full", "QuotaExceededError");
    };
    const error = await outbox.add({ session_id: 1, code: "BOLT" }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ScanNotKeptError);
    expect(error.message).toInclude("the storage of this phone is full");
    expect(outbox.state.waiting).toBe(0);
});

test("a connection to the database that was lost is opened again", async () => {
    server.failWith(OFFLINE);
    const outbox = openTab(server.push);
    await scan(outbox, ["BOLT"]);
    (await outbox.store.db.opening).close();
    await scan(outbox, ["NUT"]);
    expect((await readPhone()).map(({ event }) => event.code)).toEqual(["BOLT", "NUT"]);
});

test("documents open without network, for the person who opened them", async () => {
    const outbox = openTab(server.push);
    await outbox.saveDocument({ id: 1, title: "S00001", codes: { "text:BOLT": [] } });
    await advanceTime(1000);
    await outbox.saveDocument({ id: 2, title: "S00002" });
    await advanceTime(1000);
    await outbox.saveDocument({ id: 1, title: "S00001 again" });
    expect(await outbox.loadDocument(1)).toEqual({ id: 1, title: "S00001 again", lines: [] });
    expect(await outbox.loadDocument(3)).toBe(null);
    expect((await outbox.documents()).map(({ title }) => title)).toEqual(["S00001 again", "S00002"]);

    const bob = openTab(server.push, { user: BOB });
    expect(await bob.documents()).toEqual([]);
    expect(await bob.loadDocument(1)).toBe(null);
    await bob.start();
    expect(await outbox.documents()).toEqual([], { message: "nothing of the person before is left" });
});

test("a kept document has what the server has answered since", async () => {
    const outbox = openTab(async (_id, [{ client_uuid, code }]) => [
        { client_uuid, result: "accepted", lines: [{ id: 11, product: code, scanned: 3 }] },
    ]);
    await scan(outbox, ["OLD"]);
    await advanceTime(1000);
    const lines = [{ id: 11, product: "BOLT", scanned: 2 }, { id: 12, product: "NUT", scanned: 0 }];
    await outbox.saveDocument({ id: 1, lines });
    expect((await outbox.loadDocument(1)).lines).toEqual(lines);
    await scan(outbox, ["BOLT"]);
    await scan(outbox, ["ELSEWHERE"], 2);
    expect((await outbox.loadDocument(1)).lines).toEqual([{ id: 11, product: "BOLT", scanned: 3 }, lines[1]]);
});

test("only the thirty documents saved last are kept", async () => {
    const outbox = openTab(server.push);
    for (let id = 1; id <= 32; id++) {
        await outbox.saveDocument({ id });
        await advanceTime(1000);
    }
    expect((await outbox.documents()).map(({ id }) => id)).toEqual(
        Array.from({ length: 30 }, (_, index) => 32 - index)
    );
});

/** Messages between tabs take their time. */
async function waitUntilEqual(read, expected) {
    for (let round = 0; round < 200 && read() !== expected; round++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    expect(read()).toBe(expected);
}
