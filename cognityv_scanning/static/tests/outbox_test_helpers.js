import { after } from "@odoo/hoot";
import { DocumentCache } from "@cognityv_scanning/outbox/document_cache";
import { OutboxStore } from "@cognityv_scanning/outbox/outbox_store";
import { PushError } from "@cognityv_scanning/outbox/push_error";
import { makeOwner, ScanOutbox } from "@cognityv_scanning/outbox/scan_outbox";

export const ANN = { userId: 7, name: "Ann" };
export const BOB = { userId: 8, name: "Bob" };

function deleteDatabase(name) {
    return new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = resolve;
        request.onerror = () => reject(request.error);
    });
}

/** A phone on which nothing was scanned yet. */
export async function emptyPhone() {
    await deleteDatabase("cognityv_scanning");
    await deleteDatabase("cognityv_scanning.documents");
}

/** What the server does with a scan: one effect, whatever comes how often. */
export class FakeServer {
    constructor() {
        this.requests = [];
        this.effects = [];
        this.failure = null;
        this.loseAnswers = false;
        this.push = this.push.bind(this);
    }

    /** @param {(session_id, events) => Object|false} failure the `reason` to fail with, if any */
    failWith(failure) {
        this.failure = typeof failure === "function" ? failure : () => failure;
    }

    recover() {
        this.failure = null;
        this.loseAnswers = false;
    }

    async push(session_id, events, user_id) {
        this.requests.push({ session_id, user_id, codes: events.map((event) => event.code) });
        const reason = this.failure?.(session_id, events);
        if (reason) {
            throw new PushError(reason);
        }
        const results = events.map((event) => this.take(event));
        if (this.loseAnswers) {
            throw new PushError({ kind: "offline", message: "" });
        }
        return results;
    }

    take({ client_uuid, code }) {
        const known = this.effects.some((effect) => effect.client_uuid === client_uuid);
        if (!known) {
            this.effects.push({ client_uuid, code });
        }
        return { client_uuid, result: known ? "repeated" : "accepted", message: `${code} counted`, lines: [] };
    }

    get codes() {
        return this.effects.map((effect) => effect.code);
    }
}

/** A tab of somebody's browser. */
export function openTab(push, { user = ANN, db = "shop", factory } = {}) {
    const outbox = new ScanOutbox({
        db,
        user,
        store: new OutboxStore(factory),
        documents: new DocumentCache(makeOwner(db, user), factory),
        push,
    });
    after(() => outbox.stop());
    return outbox;
}

/** Scan codes one after the other and wait until there is nothing more to do. */
export async function scan(outbox, codes, session_id = 1) {
    const events = [];
    for (const code of codes) {
        events.push(await outbox.add({ session_id, code }));
    }
    await outbox.flushing;
    return events;
}

export function countTo(count, prefix = "C") {
    return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}
