import { beforeEach, expect, test } from "@odoo/hoot";
import { ScanSession } from "@cognityv_scanning/app/session/scan_session";
import { ScanNotKeptError } from "@cognityv_scanning/outbox/outbox_store";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { makeMockEnv } from "@web/../tests/web_test_helpers";
import { FakeOutbox, makeLine, makePayload, makeResult } from "./session_test_helpers";

defineMailModels();

let outbox;
let told;

beforeEach(async () => {
    // The words of the app are translated.
    await makeMockEnv();
    outbox = new FakeOutbox();
    told = [];
});

const open = (values) => new ScanSession({ outbox, feedback: { tell: (outcome) => told.push(outcome) } }, makePayload(values));
const getScanned = (session, product) => session.state.lines.find((line) => line.product === product)?.scanned;
const getEvents = () => outbox.events.map(({ session_id, client_uuid, ...event }) => event);

test("a scan is kept first, then shown and told as accepted", async () => {
    const session = open();
    const scanned = session.scan("BOLT");
    expect(told).toEqual([]);
    await scanned;
    expect(getEvents()).toEqual([{ code: "BOLT" }]);
    expect(outbox.events[0].session_id).toBe(7);
    expect(session.state.last).toMatchObject({ outcome: "accepted", item: "Bolt" });
    expect(getScanned(session, "Bolt")).toBe(1);
    expect(told).toEqual(["accepted"]);
});

test("a scan that cannot be kept is not accepted, and says why", async () => {
    const session = open();
    outbox.add = async () => {
        throw new ScanNotKeptError("The phone is full.");
    };
    await session.scan("BOLT");
    expect(session.state.last).toMatchObject({ outcome: "refused", message: "The phone is full." });
    expect(getScanned(session, "Bolt")).toBe(0);
    expect(told).toEqual(["refused"]);
});

test("the server's answer replaces what was assumed", async () => {
    const session = open();
    await session.scan("BOLT");
    session.onResults([makeResult(outbox, "accepted", { lines: [makeLine(1, "Bolt", 10, 4)] })]);
    expect(getScanned(session, "Bolt")).toBe(4);
    expect(session.state.last.line.scanned).toBe(4);
    expect(told).toEqual(["accepted"]);
});

test("a code that the device does not know waits for the server, which tells", async () => {
    const session = open();
    await session.scan("SCREW");
    expect(session.state.last).toMatchObject({ outcome: "waiting", item: "SCREW" });
    session.onResults([makeResult(outbox, "unknown", { message: "Nothing is known by it." })]);
    expect(session.state.last).toMatchObject({ outcome: "unknown", item: "SCREW", message: "Nothing is known by it." });
    expect(session.state.problems).toHaveLength(1);
    expect(told).toEqual(["waiting", "unknown"]);
});

test("what turns out wrong counts no more", async () => {
    const session = open();
    await session.scan("BOLT");
    session.onResults([makeResult(outbox, "refused", { message: "The order was cancelled." })]);
    expect(getScanned(session, "Bolt")).toBe(0);
    expect(session.state.problems[0]).toMatchObject({ outcome: "refused", code: "BOLT", message: "The order was cancelled." });
    expect(session.state.canUndo).toBe(false);
    expect(told).toEqual(["accepted", "refused"]);
});

test("a repeat counts as what it was the first time", async () => {
    const session = open();
    await session.scan("SCREW");
    session.onResults([makeResult(outbox, "repeated", { first_result: "unknown", message: "Nothing is known by it." })]);
    expect(session.state.problems[0].outcome).toBe("unknown");
});

test("more than is asked for is asked about at once; yes adds it", async () => {
    const session = open();
    await session.scan("NUT");
    await session.scan("NUT");
    expect(session.state.last).toMatchObject({ outcome: "over", message: "2 of 2 scanned. Add one more?" });
    expect(outbox.events).toHaveLength(1);
    await session.acceptOver();
    expect(getEvents()[1]).toEqual({ code: "NUT", accept_over: true });
    expect(getScanned(session, "Nut")).toBe(3);
    expect(told).toEqual(["accepted", "over", "accepted"]);
});

test("no leaves it", async () => {
    const session = open({ lines: [makeLine(2, "Nut", 2, 2)] });
    await session.scan("NUT");
    await session.decline();
    expect(outbox.events).toHaveLength(0);
    expect(session.state.question).toBe(null);
    expect(session.state.last.outcome).toBe("left");
});

test("who scans on without an answer loses nothing: the server keeps the scan", async () => {
    const session = open({ lines: [makeLine(1, "Bolt", 10, 0), makeLine(2, "Nut", 2, 2)] });
    await session.scan("NUT");
    await session.scan("BOLT");
    expect(getEvents()).toEqual([{ code: "NUT" }, { code: "BOLT" }]);
    expect(getScanned(session, "Nut")).toBe(2);
    expect(session.state.last).toMatchObject({ outcome: "accepted", item: "Bolt" });
});

test("what is in a place is what is in it: nothing is asked", async () => {
    const session = open({ kind: "verification", lines: [makeLine(2, "Nut", 2, 2)] });
    await session.scan("NUT");
    expect(session.state.question).toBe(null);
    expect(session.state.lines[0]).toMatchObject({ scanned: 3, status: "extra" });
});

test("too much that only the server knows of is asked about as well", async () => {
    const session = open();
    await session.scan("BOLT");
    session.onResults([makeResult(outbox, "over", { message: "This makes 11, but 10 are asked for." })]);
    expect(session.state.last).toMatchObject({ outcome: "over", message: "This makes 11, but 10 are asked for." });
    await session.acceptOver();
    expect(getEvents()[1]).toMatchObject({ code: "BOLT", accept_over: true, replaces: "scan-1" });
    expect(session.state.problems).toHaveLength(0);
});

test("a serial number that was scanned already is told, not asked about", async () => {
    const codes = { "text:SERIAL-5": [{ product_id: 101, lot_id: 5, line_id: 1, quantity: 1 }] };
    const session = open({ lines: [makeLine(1, "Drill", 3, 1, { tracking: "serial" })], codes });
    await session.scan("SERIAL-5");
    session.onResults([makeResult(outbox, "over", { message: "It was scanned already." })]);
    expect(session.state.last.outcome).toBe("over");
    expect(session.state.question).toBe(null);
});

test("several things: the person chooses", async () => {
    const session = open();
    await session.scan("BOTH");
    expect(session.state.question.kind).toBe("choose");
    expect(outbox.events).toHaveLength(0);
    await session.choose(session.state.question.entries[1]);
    expect(getEvents()).toEqual([{ code: "BOTH", line_id: 2, product_id: 102 }]);
    expect(getScanned(session, "Nut")).toBe(2);
});

test("several things that only the server knows of: the choice puts the scan right", async () => {
    const session = open();
    await session.scan("LOT-1");
    const matches = [
        { product_id: 101, lot_id: 5, display_name: "Bolt, LOT-1" },
        { product_id: 102, lot_id: 6, display_name: "Nut, LOT-1" },
    ];
    session.onResults([makeResult(outbox, "unknown", { message: "Choose which one.", matches })]);
    await session.choose(session.state.question.entries[0]);
    expect(getEvents()[1]).toEqual({ code: "LOT-1", product_id: 101, lot_id: 5, replaces: "scan-1" });
    expect(session.state.problems).toHaveLength(0);
});

test("a quantity by keypad becomes the total, or is added", async () => {
    const session = open();
    await session.setQuantity(session.state.lines.find(({ id }) => id === 1), 6, "set");
    expect(getScanned(session, "Bolt")).toBe(6);
    await session.setQuantity(session.state.lines.find(({ id }) => id === 1), 2, "add");
    expect(getScanned(session, "Bolt")).toBe(8);
    expect(getEvents()[0]).toEqual({ line_id: 1, product_id: 101, quantity: 6, mode: "set" });
    expect(getEvents()[1]).toEqual({ line_id: 1, product_id: 101, quantity: 2, mode: "add" });
});

test("the quantity on a label counts", async () => {
    const payload = makePayload();
    payload.codes["text:BOX"] = [{ product_id: 101, line_id: 1, quantity: 6 }];
    const session = open({ codes: payload.codes });
    await session.scan("BOX");
    expect(getScanned(session, "Bolt")).toBe(6);
});

test("the last scan is taken back, then the one before it", async () => {
    const session = open();
    await session.scan("BOLT");
    await session.setQuantity(session.state.lines.find(({ id }) => id === 1), 6, "set");
    await session.undo();
    expect(getEvents()[2]).toEqual({ undo: "scan-2" });
    expect(getScanned(session, "Bolt")).toBe(1);
    expect(session.state.last.outcome).toBe("undone");
    await session.undo();
    expect(getScanned(session, "Bolt")).toBe(0);
    expect(session.state.canUndo).toBe(false);
});

test("what the server has named is taken back by its name", async () => {
    const session = open();
    await session.scan("BOLT");
    await session.scan("https://shop.example/q/AB12CD");
    session.onResults([makeResult(outbox, "accepted", { lines: [makeLine(9, "Washer", 0, 1)] })]);
    await session.undo();
    expect(session.state.last).toMatchObject({ outcome: "undone", item: "Washer" });
    expect(session.nextUndo).toMatchObject({ item: "Bolt" });
});

test("what the server names after it was taken back gets its name then", async () => {
    const session = open();
    await session.scan("https://shop.example/q/AB12CD");
    const answer = makeResult(outbox, "accepted", { lines: [makeLine(9, "Washer", 0, 1)] });
    await session.undo();
    expect(session.state.last.item).toBe("https://shop.example/q/AB12CD");
    session.onResults([answer]);
    expect(session.state.last).toMatchObject({ outcome: "undone", item: "Washer" });
});

test("taking back a scan that was refused meanwhile takes nothing else back", async () => {
    const session = open();
    await session.scan("BOLT");
    const refusal = makeResult(outbox, "refused", { message: "No." });
    await session.undo();
    session.onResults([refusal]);
    expect(getScanned(session, "Bolt")).toBe(0);
});

test("what an earlier page left waiting counts", async () => {
    outbox.left = [
        { client_uuid: "a", code: "BOLT", quantity: 4 },
        { client_uuid: "b", code: "NUT" },
        { client_uuid: "c", undo: "b" },
    ];
    const session = open();
    await session.restore();
    expect(getScanned(session, "Bolt")).toBe(4);
    expect(getScanned(session, "Nut")).toBe(1);
});

test("a note on the whole goes the same way", async () => {
    const session = open({ note: "old" });
    expect(session.state.note).toBe("old");
    await session.setNote("one leg was broken");
    expect(getEvents()).toEqual([{ note: "one leg was broken" }]);
    expect(session.state.note).toBe("one leg was broken");
    session.onResults([makeResult(outbox, "accepted")]);
    expect(session.payload.note).toBe("one leg was broken");
    outbox.left = [{ client_uuid: "a", note: "two legs" }];
    const reloaded = open();
    await reloaded.restore();
    expect(reloaded.state.note).toBe("two legs");
    expect(told).toEqual([]);
});

test("a note waits for the network like a scan, and survives a reload", async () => {
    const session = open();
    await session.setLineNote(session.state.lines.find(({ id }) => id === 1), "torn");
    expect(getEvents()).toEqual([{ line_id: 1, note: "torn" }]);
    expect(session.state.lines.find(({ id }) => id === 1)).toMatchObject({ note: "torn", isPending: true, scanned: 0 });
    expect(session.state.canUndo).toBe(false);
    outbox.left = [{ client_uuid: "a", line_id: 1, note: "torn" }];
    const reloaded = open();
    await reloaded.restore();
    expect(reloaded.state.lines.find(({ id }) => id === 1).note).toBe("torn");
});

test("what others scan appears with their name", async () => {
    const session = open();
    session.onNotification({ lines: [makeLine(1, "Bolt", 10, 3)], by: "Ben" });
    expect(session.state.lines.find(({ id }) => id === 1)).toMatchObject({ scanned: 3, by: "Ben" });
});

test("what this device has scanned is not counted twice when the server tells everybody", async () => {
    const session = open();
    await session.scan("BOLT");
    session.onNotification({ lines: [makeLine(1, "Bolt", 10, 1)], by: false });
    expect(getScanned(session, "Bolt")).toBe(1);
    session.onResults([makeResult(outbox, "accepted", { lines: [makeLine(1, "Bolt", 10, 1)] })]);
    expect(getScanned(session, "Bolt")).toBe(1);
});

test("a notice that comes late does not bring an older total back", async () => {
    const session = open();
    await session.scan("BOLT");
    session.onResults([makeResult(outbox, "accepted", { lines: [makeLine(1, "Bolt", 10, 0, { version: 8 })] })]);
    session.onNotification({ lines: [makeLine(1, "Bolt", 10, 1, { version: 7 })], by: false });
    expect(getScanned(session, "Bolt")).toBe(0);
    session.onNotification({ lines: [makeLine(1, "Bolt", 10, 3, { version: 9 })], by: "Ben" });
    expect(getScanned(session, "Bolt")).toBe(3);
});

test("a problem is dismissed", async () => {
    const session = open();
    await session.scan("SCREW");
    session.onResults([makeResult(outbox, "unknown")]);
    await session.dismiss(session.state.problems[0]);
    expect(getEvents()[1]).toEqual({ undo: "scan-1" });
    expect(session.state.problems).toHaveLength(0);
});

test("what the server did not take at all stays on the device until the person gives it up", async () => {
    const session = open();
    await session.scan("BOLT");
    session.onResults([makeResult(outbox, "refused", { message: "It is broken.", on_phone: true })]);
    await session.dismiss(session.state.problems[0]);
    expect(outbox.discarded).toBe("scan-1");
    expect(outbox.events).toHaveLength(1);
});

test("a blind document shows no expected quantity, whatever is scanned", async () => {
    const session = open({ kind: "verification", blind: true, lines: [makeLine(1, "Bolt", false, 0)] });
    await session.scan("BOLT");
    expect(session.state.lines[0]).toMatchObject({ scanned: 1, required: false, remaining: false, status: false });
    expect(session.state.progress).toEqual({ done: 1, total: false });
});

test("a place in the place is gone to: what is scanned then is there", async () => {
    const lines = [
        makeLine(1, "Bolt", 10, 0, { location_id: 8 }),
        makeLine(2, "Bolt", 4, 0, { product_id: 101, location_id: 9, place: "Bin 9" }),
    ];
    const codes = {
        "text:BOLT": [{ product_id: 101, lot_id: false, line_id: false, quantity: 1 }],
        "text:BIN-9": [{ location_id: 9, place: "Bin 9", product_id: false, line_id: false }],
    };
    const session = open({ kind: "verification", location_id: 8, lines, codes });
    const getCounts = () => [1, 2].map((id) => session.state.lines.find((line) => line.id === id).scanned);
    await session.scan("BOLT");
    expect(getCounts()).toEqual([1, 0]);
    await session.scan("BIN-9");
    expect(session.state.last).toMatchObject({ outcome: "accepted", item: "Bin 9" });
    await session.scan("BOLT");
    expect(getCounts()).toEqual([1, 1]);
    expect(getEvents()).toEqual([{ code: "BOLT" }, { code: "BIN-9" }, { code: "BOLT" }]);
});

test("a place that only the server knows by its code is gone to once it says so", async () => {
    const session = open({ kind: "verification", location_id: 8 });
    await session.scan("Bin 9");
    session.onResults([makeResult(outbox, "accepted", { location_id: 9, place: "Bin 9", message: "You count in Bin 9 now." })]);
    expect(session.state.place).toEqual({ location_id: 9, place: "Bin 9" });
    expect(session.state.last).toMatchObject({ outcome: "accepted", item: "Bin 9", message: "You count in Bin 9 now." });
});

test("a tracked product without its number is left to the server", async () => {
    const session = open({ lines: [makeLine(1, "Glue", 3, 0, { tracking: "lot" })] });
    await session.scan("GLUE");
    expect(session.state.last.outcome).toBe("waiting");
    expect(getScanned(session, "Glue")).toBe(0);
});

test("the total of one tracking number is not that of its line", async () => {
    const session = open({ lines: [makeLine(1, "Glue", 9, 4, { tracking: "lot" })] });
    await session.setQuantity(makeLine(1, "Glue", 9, 4, { lot_id: 5 }), 2, "set");
    expect(session.state.last.outcome).toBe("waiting");
    expect(getScanned(session, "Glue")).toBe(4);
});

test("where else an item is stays known when others scan it", async () => {
    const session = open({ lines: [makeLine(1, "Bolt", 0, 1, { elsewhere: "WH/B-01 (4 Units)" })] });
    session.onNotification({ lines: [makeLine(1, "Bolt", 0, 2, { elsewhere: undefined })].map(({ elsewhere, ...line }) => line), by: "Ben" });
    expect(session.state.lines[0]).toMatchObject({ scanned: 2, elsewhere: "WH/B-01 (4 Units)" });
});
