import { browser } from "@web/core/browser/browser";
import { EventBus, reactive } from "@odoo/owl";
import { Backoff } from "./backoff";
import { makeClientUuid } from "./client_uuid";
import { sayNoStorage, sayOthers, sayStatus } from "./outbox_words";
import { PushQueue } from "./push_queue";
import { oneTabAtATime, TabChannel } from "./tabs";

const DONE = { kind: "done", message: "" };
const STATUSES = { offline: "offline", busy: "offline", login: "login", denied: "refused" };
// Why sending stopped for everything: a new scan does not try again at once.
const STOPPED = ["offline", "busy", "login"];
// Rights do not change by the second.
const DENIED_RETRY_MS = 300000;
// Another tab has stored a scan and sends it, unless it was closed over it.
const OTHER_TAB_MS = 5000;

/**
 * The way of a scan from the phone to the server: kept on the phone first, sent as soon as that is possible, and
 * taken away when the server has answered. See `add`.
 *
 * `state` (reactive): `waiting` scans of this person not sent yet · `refused` ones that the server does not take ·
 * `mine` both · `others` of other people or other databases, which stay until these log in · `status`
 * ("idle", "sending", "offline", "login", "refused") · `message`, `othersMessage` sentences to show.
 * `bus` triggers `results` with `{session_id, results}` for every answer, in all tabs.
 */
export class ScanOutbox {
    /**
     * @param {Object} params
     * @param {string} params.db the Odoo database
     * @param {{userId: number, name: string}} params.user
     * @param {OutboxStore} params.store
     * @param {DocumentCache} params.documents
     * @param {Function} params.push
     * @param {Function} [params.keepPage] called once, when there is something to go on with without network
     */
    constructor({ db, user, store, documents, push, keepPage = () => {} }) {
        Object.assign(this, { store, documentCache: documents, ownerName: user.name, owner: makeOwner(db, user), keepPage });
        this.bus = new EventBus();
        this.state = reactive({
            waiting: 0,
            refused: 0,
            mine: 0,
            others: 0,
            status: "idle",
            message: "",
            othersMessage: "",
        });
        this.queue = new PushQueue({
            store,
            owner: this.owner,
            push: (session_id, events) => push(session_id, events, user.userId),
            onAnswered: (session_id, results) => this.onAnswered(session_id, results),
        });
        this.reason = DONE;
        this.backoff = new Backoff();
        this.tabs = new TabChannel((message) => this.onTabMessage(message));
    }

    /** Send what an earlier page left behind. */
    async start() {
        try {
            await Promise.all([this.store.forgetOldAnswers(), this.documentCache.forgetOthers(), this.refresh()]);
        } catch (error) {
            // Nothing can be kept here: better said now than at the first scan, which `add` then refuses.
            this.state.message = sayNoStorage(error);
        }
        this.wake();
    }

    stop() {
        browser.clearTimeout(this.timer);
        this.tabs.close();
        return Promise.all([this.store.close(), this.documentCache.close()]);
    }

    // ------------------------------------------------------------------ scans

    /**
     * Keep a scan and send it as soon as possible.
     *
     * @param {Object} event `session_id` and what `stock.scan.session.push` takes; `seen_at` is now unless given
     * @returns {Promise<Object>} the event with its `client_uuid`, once it has reached the disk of the phone
     * @throws {ScanNotKeptError} with a sentence to show: the scan is not accepted
     */
    async add({ session_id, ...event }) {
        const now = new Date().toISOString();
        const stored = { ...event, client_uuid: makeClientUuid(), seen_at: event.seen_at || now, queued_at: now };
        await this.store.add({
            client_uuid: stored.client_uuid,
            owner: this.owner,
            owner_name: this.ownerName,
            session_id,
            event: stored,
            attempts: 0,
            refusal: false,
        });
        this.afterAdd();
        return { session_id, ...stored };
    }

    afterAdd() {
        this.state.waiting++;
        this.state.mine++;
        this.updateMessage();
        this.askToPersist();
        this.tabs.post({ type: "changed" });
        if (!STOPPED.includes(this.reason.kind)) {
            this.flush();
        }
    }

    /** Ask the browser, once, not to throw our storage away when the phone gets full. */
    askToPersist() {
        if (!this.persistAsked) {
            this.persistAsked = true;
            browser.navigator.storage?.persist?.();
        }
    }

    /** @returns {Promise<Object[]>} the scans of a session that the server has not answered yet, in order */
    async pending(session_id) {
        const records = await this.mine();
        return records
            .filter((record) => record.session_id === session_id && !record.refusal)
            .map((record) => ({ session_id, ...record.event }));
    }

    /** @returns {Promise<Object[]>} scans that the server does not take, each with `session_id` and the `message` why */
    async refused() {
        const records = (await this.mine()).filter((record) => record.refusal);
        return records.map((record) => ({ session_id: record.session_id, message: record.refusal, ...record.event }));
    }

    /** @returns {Promise<Object[]>} `{event, result}` of a session's scans answered during the last day, oldest first */
    async answers(session_id) {
        return (await this.getAnswers(session_id)).map(({ event, result }) => ({ event, result }));
    }

    async getAnswers(session_id) {
        const answers = await this.store.answers();
        return answers.filter((answer) => answer.owner === this.owner && answer.session_id === session_id);
    }

    /** Send once more what the server refused. */
    async retry() {
        const records = (await this.mine()).filter((record) => record.refusal);
        await this.store.update(records.map((record) => ({ ...record, refusal: false, attempts: 0 })));
        await this.onChanged();
        return this.flush();
    }

    /** Give up a scan that the server refused; on the person's own word. */
    async discard(client_uuid) {
        const records = (await this.mine()).filter((record) => record.refusal);
        for (const record of records.filter((one) => one.client_uuid === client_uuid)) {
            await this.store.discard(record);
        }
        await this.onChanged();
    }

    async mine() {
        return (await this.store.all()).filter((record) => record.owner === this.owner);
    }

    // ------------------------------------------------------------------ documents

    /** Keep a document's payload, so that it opens without network; and the page that shows it. */
    async saveDocument(payload) {
        await this.documentCache.save(payload);
        const { keepPage } = this;
        this.keepPage = () => {};
        keepPage();
    }

    /**
     * @returns {Promise<Object|null>} the payload that was kept last, with the lines as the server has told them since in
     *  its answers: what it has counted must not look uncounted
     */
    async loadDocument(session_id) {
        const kept = await this.documentCache.load(session_id);
        if (!kept) {
            return null;
        }
        const answers = (await this.getAnswers(session_id)).filter((answer) => answer.answered_at >= kept.saved_at);
        const lines = new Map(kept.payload.lines?.map((line) => [line.id, line]));
        answers.flatMap(({ result }) => result.lines || []).forEach((line) => lines.set(line.id, line));
        return { ...kept.payload, lines: [...lines.values()] };
    }

    /** @returns {Promise<Object[]>} all payloads kept for this person, newest first */
    documents() {
        return this.documentCache.list();
    }

    // ------------------------------------------------------------------ sending

    /** The network, or the person, may be back: no use in waiting any longer. */
    wake() {
        this.backoff.reset();
        if (this.state.waiting) {
            this.flush();
        }
    }

    /** Send what waits. @returns {Promise<void>} when there is nothing more to do at the moment */
    flush() {
        browser.clearTimeout(this.timer);
        this.timer = null;
        this.again = true;
        this.flushing ??= this.sendAll().finally(() => this.afterFlush());
        return this.flushing;
    }

    async sendAll() {
        // What happens below when the phone's own storage fails is an error to be seen, and to be tried again.
        let reason = { kind: "busy", message: "" };
        try {
            do {
                this.again = false;
                reason = await this.runQueue();
            } while (this.again && reason.kind === "done");
        } finally {
            this.again = false;
            this.conclude(reason);
        }
    }

    async runQueue() {
        // While it is only tried again, the screen goes on saying why it had stopped.
        if (this.reason.kind === "done") {
            this.setStatus("sending");
        }
        const reason = await oneTabAtATime(() => this.queue.run());
        await this.onChanged();
        return reason;
    }

    afterFlush() {
        this.flushing = null;
        if (this.again) {
            this.flush();
        }
    }

    conclude(reason) {
        this.setStatus(STATUSES[reason.kind] || (this.state.refused ? "refused" : "idle"), reason);
        if (reason.kind === "done") {
            this.backoff.reset();
        } else {
            this.flushLater(reason.kind === "denied" ? DENIED_RETRY_MS : this.backoff.next());
        }
    }

    flushLater(delay) {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.flush(), delay);
    }

    // ------------------------------------------------------------------ what is shown

    async refresh() {
        const records = await this.store.all();
        const others = records.filter((record) => record.owner !== this.owner);
        const mine = records.length - others.length;
        const refused = records.filter((record) => record.owner === this.owner && record.refusal).length;
        const counts = { mine, refused, waiting: mine - refused, others: others.length };
        Object.assign(this.state, counts, { othersMessage: sayOthers(others) });
        this.updateMessage();
    }

    async onChanged() {
        await this.refresh();
        this.tabs.post({ type: "changed" });
    }

    setStatus(status, reason = DONE) {
        this.showStatus({ status, reason });
        this.tabs.post({ type: "status", owner: this.owner, status, reason });
    }

    showStatus({ status, reason }) {
        this.reason = reason;
        this.state.status = status;
        this.updateMessage();
    }

    updateMessage() {
        this.state.message = sayStatus(this.reason.kind, this.state, this.reason.message);
    }

    onAnswered(session_id, results) {
        this.setStatus("sending");
        this.bus.trigger("results", { session_id, results });
        this.tabs.post({ type: "results", owner: this.owner, session_id, results });
    }

    async onTabMessage({ type, owner, ...message }) {
        if (type === "changed") {
            await this.refresh();
            if (this.state.waiting && !this.timer && !this.flushing) {
                this.flushLater(OTHER_TAB_MS);
            }
        } else if (owner === this.owner && type === "results") {
            this.bus.trigger("results", message);
        } else if (owner === this.owner && type === "status") {
            this.showStatus(message);
        }
    }
}

/** Whose scans: a person in an Odoo database. */
export function makeOwner(db, user) {
    return `${db}/${user.userId}`;
}
