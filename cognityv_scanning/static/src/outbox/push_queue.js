import { PushError } from "./push_error";

const BATCH_SIZE = 50;
// How often a scan on which the server broke is tried before it is set aside.
const TRIES = 3;

/** Sending stops here, everything that was not answered stays. */
class Halt extends Error {
    constructor(reason) {
        super(reason.message);
        this.reason = reason;
    }
}

/**
 * Sends what waits in the store: one session after the other, the scans of a session in the order of scanning.
 *
 * A scan leaves the store when the server has answered it, and not before. The server takes the same scan any number
 * of times with one effect, so a push whose answer was lost is simply sent again.
 */
export class PushQueue {
    /**
     * @param {Object} params
     * @param {OutboxStore} params.store
     * @param {string} params.owner whose scans are sent
     * @param {(session_id: number, events: Object[]) => Promise<Object[]>} params.push
     * @param {(session_id: number, results: Object[]) => void} params.onAnswered
     */
    constructor({ store, owner, push, onAnswered }) {
        Object.assign(this, { store, owner, push, onAnswered });
        this.denied = new Map();
    }

    /**
     * Send until nothing waits any more, or until there is no use in going on.
     *
     * @returns {Promise<{kind: "done"|"offline"|"busy"|"login"|"denied", message: string}>}
     */
    async run() {
        this.denied.clear();
        try {
            for (let batches; (batches = await this.makeBatches()).length; ) {
                for (const batch of batches) {
                    await this.send(batch);
                }
            }
        } catch (error) {
            if (error instanceof Halt) {
                return error.reason;
            }
            throw error;
        }
        const [message] = this.denied.values();
        return this.denied.size ? { kind: "denied", message } : { kind: "done", message: "" };
    }

    async makeBatches() {
        const sessions = new Map();
        for (const record of await this.store.all()) {
            if (record.owner === this.owner && !record.refusal && !this.denied.has(record.session_id)) {
                sessions.set(record.session_id, [...(sessions.get(record.session_id) || []), record]);
            }
        }
        return [...sessions.values()].flatMap((records) => this.cut(records));
    }

    cut(records) {
        const count = Math.ceil(records.length / BATCH_SIZE);
        return Array.from({ length: count }, (_, index) =>
            records.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE)
        );
    }

    async send(batch) {
        const { session_id } = batch[0];
        if (this.denied.has(session_id)) {
            return;
        }
        let results;
        try {
            results = await this.push(session_id, batch.map((record) => record.event));
        } catch (error) {
            return this.recover(batch, error);
        }
        await this.settle(session_id, batch, results);
    }

    async settle(session_id, batch, results) {
        // Whatever answers in the place of Odoo must not make us forget a scan.
        const list = Array.isArray(results) ? results : [];
        const byUuid = new Map(list.map((result) => [result.client_uuid, result]));
        const answered = batch.filter((record) => byUuid.has(record.client_uuid));
        const answers = answered.map((record) => byUuid.get(record.client_uuid));
        await this.store.settle(answered, answers);
        this.onAnswered(session_id, answers);
        if (answered.length < batch.length) {
            throw new Halt({ kind: "busy", message: "" });
        }
    }

    recover(batch, error) {
        if (!(error instanceof PushError)) {
            throw error;
        }
        const { reason } = error;
        if (["offline", "busy", "login"].includes(reason.kind)) {
            throw new Halt(reason);
        }
        if (reason.kind === "denied") {
            this.denied.set(batch[0].session_id, reason.message);
            return;
        }
        return batch.length > 1 ? this.halve(batch) : this.blame(batch[0], reason);
    }

    /** The server took nothing of the batch because of one scan: find it, the others must not wait for it. */
    async halve(batch) {
        const middle = Math.ceil(batch.length / 2);
        await this.send(batch.slice(0, middle));
        await this.send(batch.slice(middle));
    }

    async blame(record, reason) {
        const attempts = record.attempts + 1;
        if (reason.kind === "fault" && attempts < TRIES) {
            await this.store.update([{ ...record, attempts }]);
            throw new Halt({ kind: "busy", message: reason.message });
        }
        await this.store.update([{ ...record, attempts, refusal: reason.message }]);
        this.onAnswered(record.session_id, [makeRefusal(record.client_uuid, reason.message)]);
    }
}

/** The shape of a server's answer, for a scan that the server does not take: it stays on the phone. */
export function makeRefusal(client_uuid, message) {
    return { client_uuid, result: "refused", message, matches: [], lines: [], warning: false, on_phone: true };
}
