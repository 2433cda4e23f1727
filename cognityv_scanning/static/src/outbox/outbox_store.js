import { _t } from "@web/core/l10n/translation";
import { PhoneDatabase } from "./phone_database";

const EVENTS = "events";
const ANSWERS = "answers";
// Long enough to be shown after a reload, a lunch break or an empty battery.
const KEEP_ANSWERS_MS = 24 * 60 * 60 * 1000;

/** The scan could not be written to the phone: it must not be shown as accepted. The message says why. */
export class ScanNotKeptError extends Error {}

function describeFailure(error) {
    if (error?.name === "QuotaExceededError") {
        return _t("This scan was not kept: the storage of this phone is full. Free some space, then scan it again.");
    }
    return _t(
        "This scan was not kept: this browser lets Odoo store nothing on the phone (a private window?). Open Odoo in an ordinary window, then scan it again. (%(reason)s)",
        { reason: error?.message || error?.name }
    );
}

/**
 * The scans that wait on this phone, and for a day what the server answered.
 *
 * A stored scan: `{seq, client_uuid, owner, owner_name, session_id, event, attempts, refusal}`. `seq` grows in the
 * order of scanning, over all tabs; `owner` is a person in an Odoo database; `event` is what is sent; `refusal` is a
 * sentence when the server does not take the scan.
 * Only `settle` (the server has answered) and `discard` (the person says so) take a scan away.
 */
export class OutboxStore {
    constructor(factory) {
        this.db = new PhoneDatabase("cognityv_scanning", 1, this.makeStores, factory);
    }

    makeStores(db) {
        const events = db.createObjectStore(EVENTS, { keyPath: "seq", autoIncrement: true });
        events.createIndex("client_uuid", "client_uuid", { unique: true });
        const answers = db.createObjectStore(ANSWERS, { keyPath: "client_uuid" });
        answers.createIndex("answered_at", "answered_at");
    }

    close() {
        return this.db.close();
    }

    // ------------------------------------------------------------------ scans

    /**
     * @param {Object} record a scan to keep, without `seq`
     * @throws {ScanNotKeptError} with a sentence for the person when it is not on the disk
     */
    async add(record) {
        try {
            await this.db.transact([EVENTS], "readwrite", (events) => events.add(record));
        } catch (error) {
            throw new ScanNotKeptError(describeFailure(error), { cause: error });
        }
    }

    /** Every stored scan, of whoever, in the order of scanning. */
    all() {
        return this.db.transact([EVENTS], "readonly", (events) => events.getAll());
    }

    /** @param {Object[]} records stored scans with changed fields */
    async update(records) {
        await this.db.transact([EVENTS], "readwrite", (events) => {
            records.forEach((record) => events.put(record));
        });
    }

    /**
     * The server has answered: in one transaction the scans are gone and the answers are kept.
     *
     * @param {Object[]} records stored scans
     * @param {Object[]} results the server's answers to them, in the same order
     */
    async settle(records, results) {
        const answered_at = Date.now();
        await this.db.transact([EVENTS, ANSWERS], "readwrite", (events, answers) => {
            records.forEach(({ seq, client_uuid, owner, session_id, event }, index) => {
                events.delete(seq);
                answers.put({ client_uuid, owner, session_id, event, result: results[index], answered_at });
            });
        });
    }

    /** Take a scan away that the server refuses; only ever on the person's own word. */
    async discard(record) {
        await this.db.transact([EVENTS], "readwrite", (events) => {
            events.delete(record.seq);
        });
    }

    // ------------------------------------------------------------------ answers

    /** What the server answered during the last day, oldest first. */
    answers() {
        return this.db.transact([ANSWERS], "readonly", (answers) => answers.index("answered_at").getAll());
    }

    async forgetOldAnswers() {
        const old = IDBKeyRange.upperBound(Date.now() - KEEP_ANSWERS_MS);
        await this.db.transact([ANSWERS], "readwrite", (answers) => {
            answers.index("answered_at").openCursor(old).onsuccess = ({ target: { result: cursor } }) => {
                cursor?.delete();
                cursor?.continue();
            };
        });
    }
}
