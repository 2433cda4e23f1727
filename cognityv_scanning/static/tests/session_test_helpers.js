import { EventBus, reactive } from "@odoo/owl";
import { getStatus } from "@cognityv_scanning/app/session/totals";

/** A line as the server gives it. */
export function makeLine(id, product, required, scanned, values = {}) {
    const remaining = required === false ? false : Math.max(required - scanned, 0);
    const line = {
        id,
        product_id: 100 + id,
        product,
        code: product.toUpperCase(),
        tracking: "none",
        lot_id: false,
        lot: false,
        package_id: false,
        package: false,
        location_id: false,
        place: false,
        uom: "Units",
        required,
        done: 0,
        scanned,
        remaining,
        status: false,
        note: false,
        elsewhere: false,
        ...values,
    };
    return { ...line, status: getStatus(line) };
}

/** What a code stands for: a line, one of it. */
export const makeEntry = (line, values = {}) => ({
    product_id: line.product_id,
    lot_id: line.lot_id,
    package_id: false,
    line_id: line.id,
    quantity: 1,
    ...values,
});

/** A document as `get_payload` gives it: 10 bolts, 2 nuts, and a code that both have. */
export function makePayload(values = {}) {
    const lines = values.lines || [makeLine(1, "Bolt", 10, 0), makeLine(2, "Nut", 2, 1)];
    const codes = Object.fromEntries(lines.map((line) => [`text:${line.code}`, [makeEntry(line)]]));
    return {
        id: 7,
        kind: "sale",
        state: "open",
        title: "S00012",
        subtitle: "Azur Interior",
        note: "",
        blind: false,
        can_submit: true,
        user_name: "Ana",
        location_id: false,
        lines,
        codes: { ...codes, "text:BOTH": lines.slice(0, 2).map((line) => makeEntry(line)) },
        problems: [],
        outcome: false,
        ...values,
    };
}

/** Keeps what is added to it, and answers when a test says so. */
export class FakeOutbox {
    constructor() {
        this.bus = new EventBus();
        this.state = reactive({ waiting: 0, refused: 0, mine: 0, others: 0, status: "idle", message: "", othersMessage: "" });
        this.events = [];
        this.saved = [];
        this.left = [];
    }

    async add(event) {
        const kept = { ...event, client_uuid: `scan-${this.events.length + 1}` };
        this.events.push(kept);
        return kept;
    }

    async pending() {
        return this.left;
    }

    async refused() {
        return [];
    }

    async flush() {}

    async documents() {
        return this.saved;
    }

    async saveDocument(payload) {
        this.saved.unshift(payload);
    }

    async loadDocument(id) {
        return this.saved.find((payload) => payload.id === id) || null;
    }

    async discard(client_uuid) {
        this.discarded = client_uuid;
    }

    async retry() {
        this.isRetried = true;
    }
}

/** An answer of the server to the scan that was kept last. */
export function makeResult(outbox, result, values = {}) {
    const { client_uuid } = outbox.events.at(-1);
    return { client_uuid, result, first_result: false, message: "", matches: [], lines: [], warning: false, ...values };
}
