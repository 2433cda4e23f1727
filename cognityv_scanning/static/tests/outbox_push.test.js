import { after, beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime, Deferred, manuallyDispatchProgrammaticEvent } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { allowTranslations, getService, makeMockEnv, makeMockServer, makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import { ConnectionAbortedError, ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { makeClientUuid } from "@cognityv_scanning/outbox/client_uuid";
import { explainPushError } from "@cognityv_scanning/outbox/push_error";
import { pushEvents } from "@cognityv_scanning/outbox/push";
import { oneTabAtATime } from "@cognityv_scanning/outbox/tabs";
import { emptyPhone } from "./outbox_test_helpers";

const ROUTE = "/cognityv_scanning/push";

beforeEach(async () => {
    allowTranslations();
    await emptyPhone();
});

function answer(events) {
    return events.map(({ client_uuid }) => ({ client_uuid, result: "accepted", message: "", lines: [] }));
}

describe("through the service", () => {
    defineMailModels();

    async function startService() {
        await makeMockEnv();
        const outbox = getService("scan_outbox");
        after(() => outbox.stop());
        await outbox.started;
        return outbox;
    }

    test("a scan goes to the server with the phone's clock and the person's id", async () => {
        onRpc(ROUTE, async (request) => {
            const { params } = await request.json();
            expect.step(params.events.map(({ code }) => code));
            expect(params.session_id).toBe(5);
            expect(params.user_id).toBe(7);
            expect(params.sent_at >= params.events[0].queued_at).toBe(true);
            return answer(params.events);
        });
        const outbox = await startService();
        await outbox.add({ session_id: 5, code: "BOLT", quantity: 2 });
        await outbox.flushing;
        expect.verifySteps([["BOLT"]]);
        expect(outbox.state.status).toBe("idle");
    });

    test("it is tried at once when the network, the page or the bus comes back", async () => {
        let away = true;
        onRpc(ROUTE, async (request) => {
            const { params } = await request.json();
            if (away) {
                expect.step("away");
                throw makeServerError({ errorName: "psycopg2.errors.SerializationFailure" });
            }
            return answer(params.events);
        });
        const outbox = await startService();
        await outbox.add({ session_id: 5, code: "BOLT" });
        await outbox.flushing;
        expect(outbox.state.status).toBe("offline");
        expect.verifySteps(["away"]);

        await manuallyDispatchProgrammaticEvent(window, "online");
        await outbox.flushing;
        await manuallyDispatchProgrammaticEvent(document, "visibilitychange");
        await outbox.flushing;
        expect.verifySteps(["away", "away"]);

        away = false;
        getService("bus_service").trigger("BUS:RECONNECT");
        await outbox.flushing;
        expect(outbox.state).toMatchObject({ status: "idle", waiting: 0 });
    });
});

describe("one push", () => {
    defineMailModels();
    beforeEach(() => makeMockServer());

    async function explainFailure() {
        const error = await pushEvents(5, [{ client_uuid: "x" }], 7).catch((reason) => reason);
        return error.reason;
    }

    test("an expired session asks for a login", async () => {
        onRpc(ROUTE, () => {
            throw makeServerError({ errorName: "odoo.http.SessionExpiredException", message: "Session expired" });
        });
        expect(await explainFailure()).toEqual({ kind: "login", message: "Session expired" });
    });

    test("a request that hangs is given up after half a minute", async () => {
        onRpc(ROUTE, () => {
            expect.step("received");
            return new Deferred();
        });
        const failure = explainFailure();
        failure.then(() => expect.step("given up"));
        await expect.waitForSteps(["received"]);
        await advanceTime(29000);
        expect.verifySteps([]);
        await advanceTime(1500);
        expect(await failure).toEqual({ kind: "offline", message: "" });
        expect.verifySteps(["given up"]);
    });

    test("a server behind a proxy that is down is no network", async () => {
        onRpc(ROUTE, () => {
            expect.step("received");
            return new Response("<html>Bad gateway</html>", { status: 502 });
        }, { pure: true });
        expect(await explainFailure()).toEqual({ kind: "offline", message: "" });
        expect.verifySteps(["received"]);
    });
});

test("what a failed push means", () => {
    const makeError = (exceptionName, message = "Why.", code = 0) =>
        Object.assign(new RPCError(), { exceptionName, code, data: { message } });
    const kinds = [
        [new ConnectionLostError("/x"), "offline"],
        [new ConnectionAbortedError("x"), "offline"],
        [makeError("odoo.http.SessionExpiredException"), "login"],
        [makeError("unknown", "Why.", 100), "login"],
        [makeError("werkzeug.exceptions.Forbidden"), "login"],
        [makeError("odoo.exceptions.AccessError"), "denied"],
        [makeError("odoo.exceptions.MissingError"), "denied"],
        [makeError("werkzeug.exceptions.NotFound", "404", 404), "denied"],
        [makeError("odoo.exceptions.UserError"), "rejected"],
        [makeError("odoo.exceptions.ValidationError"), "rejected"],
        [makeError("psycopg2.errors.SerializationFailure"), "busy"],
        [makeError("odoo.exceptions.LockError"), "busy"],
        [makeError("builtins.KeyError"), "fault"],
    ];
    for (const [error, kind] of kinds) {
        expect(explainPushError(error).kind).toBe(kind, { message: error.exceptionName || error.constructor.name });
    }
    expect(explainPushError(makeError("odoo.exceptions.UserError")).message).toBe("Why.");
    expect(explainPushError(new ConnectionLostError("/x"), true).kind).toBe("login", { message: "sent to a login page" });
});

test("a tab that was frozen while it sent holds up the others for ten seconds", async () => {
    const locks = {
        request: (_name, { signal }) =>
            new Promise((_resolve, reject) => {
                signal.addEventListener("abort", () => reject(new DOMException("waited", "AbortError")));
            }),
    };
    const work = oneTabAtATime(async () => expect.step("sent"), locks);
    await advanceTime(9900);
    expect.verifySteps([]);
    await advanceTime(200);
    await work;
    expect.verifySteps(["sent"]);
});

test("without locks between tabs it is sent all the same", async () => {
    expect(await oneTabAtATime(async () => "sent", null)).toBe("sent");
});

test("a failure while sending is nobody's patience", async () => {
    const locks = { request: (_name, _options, work) => work() };
    const failure = await oneTabAtATime(() => Promise.reject(new Error("disk")), locks).catch((error) => error.message);
    expect(failure).toBe("disk");
});

test("ids of scans, also where the browser has no randomUUID", () => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const insecure = { getRandomValues: (bytes) => bytes.fill(0xff) };
    expect(makeClientUuid(insecure)).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    expect(makeClientUuid(insecure)).toMatch(pattern);
    expect(makeClientUuid({ randomUUID: () => "from-the-browser" })).toBe("from-the-browser");
});
