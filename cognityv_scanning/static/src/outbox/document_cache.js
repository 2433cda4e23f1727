import { PhoneDatabase } from "./phone_database";

const DOCUMENTS = "documents";
const KEEP = 30;

/**
 * The documents that were opened on this phone, so that counting goes on without network.
 *
 * They can be asked of the server again, unlike the scans: so they are a database apart, which the service worker
 * throws away as a whole when somebody logs out, and in which nobody leaves anything for the next person.
 */
export class DocumentCache {
    /** @param {string} owner a person in an Odoo database */
    constructor(owner, factory) {
        this.owner = owner;
        this.db = new PhoneDatabase("cognityv_scanning.documents", 1, this.makeStores, factory);
    }

    makeStores(db) {
        db.createObjectStore(DOCUMENTS, { keyPath: ["owner", "id"] });
    }

    close() {
        return this.db.close();
    }

    /** @param {Object} payload what `get_payload` gave */
    async save(payload) {
        const record = { owner: this.owner, id: payload.id, payload, saved_at: Date.now() };
        await this.write((documents) => documents.put(record));
        await this.forget((await this.mine()).slice(KEEP));
    }

    /** @returns {Promise<{payload: Object, saved_at: number}|undefined>} as it was saved last */
    load(id) {
        return this.read((documents) => documents.get([this.owner, id]));
    }

    /** @returns {Promise<Object[]>} the payloads of this person, the one saved last first */
    async list() {
        return (await this.mine()).map((record) => record.payload);
    }

    async forgetOthers() {
        const records = await this.read((documents) => documents.getAll());
        await this.forget(records.filter((record) => record.owner !== this.owner));
    }

    async mine() {
        const records = await this.read((documents) => documents.getAll());
        return records
            .filter((record) => record.owner === this.owner)
            .sort((one, other) => other.saved_at - one.saved_at);
    }

    async forget(records) {
        if (records.length) {
            await this.write((documents) => {
                records.forEach((record) => documents.delete([record.owner, record.id]));
            });
        }
    }

    read(work) {
        return this.db.transact([DOCUMENTS], "readonly", work);
    }

    write(work) {
        return this.db.transact([DOCUMENTS], "readwrite", work);
    }
}
