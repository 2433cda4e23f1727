/**
 * A database on the phone (IndexedDB), with transactions that are on the disk when their promise resolves.
 *
 * Odoo's own `IndexedDB` class is made for a cache and cannot hold scans: it writes with "relaxed" durability (a flat
 * battery takes what the system had not flushed yet), it deletes the database when the version or the quota says so,
 * and when the database cannot be opened it reports success. Here nothing is deleted unless somebody says so, and
 * every failure is an exception.
 */
export class PhoneDatabase {
    /**
     * @param {string} name
     * @param {number} version
     * @param {(db: IDBDatabase) => void} upgrade makes the object stores
     * @param {() => IDBFactory} [factory]
     */
    constructor(name, version, upgrade, factory = () => window.indexedDB) {
        Object.assign(this, { name, version, upgrade, factory });
        this.opening = null;
    }

    /**
     * Run `work` in one transaction.
     *
     * @param {string[]} stores
     * @param {"readonly"|"readwrite"} mode
     * @param {(...stores: IDBObjectStore[]) => IDBRequest|void} work
     * @returns {Promise<any>} the result of the request that `work` returned, once everything is on the disk
     */
    async transact(stores, mode, work) {
        try {
            return await this.attempt(stores, mode, work);
        } catch (error) {
            if (error?.name !== "InvalidStateError") {
                throw error;
            }
            // The connection was lost under us (iOS does that to a page that was in the background).
            this.opening = null;
            return this.attempt(stores, mode, work);
        }
    }

    async attempt(names, mode, work) {
        const db = await this.open();
        return new Promise((resolve, reject) => {
            const transaction = db.transaction(names, mode, { durability: "strict" });
            const request = work(...names.map((name) => transaction.objectStore(name)));
            transaction.oncomplete = () => resolve(request?.result);
            transaction.onabort = () => reject(transaction.error);
        });
    }

    open() {
        this.opening ??= this.connect().catch((error) => {
            this.opening = null;
            throw error;
        });
        return this.opening;
    }

    connect() {
        return new Promise((resolve, reject) => {
            const request = this.factory().open(this.name, this.version);
            request.onupgradeneeded = () => this.upgrade(request.result);
            request.onsuccess = () => resolve(this.watch(request.result));
            request.onerror = () => reject(request.error);
        });
    }

    watch(db) {
        db.onclose = () => this.forget();
        // Another tab has a newer version of this code, or throws the database away: let it.
        db.onversionchange = () => {
            db.close();
            this.forget();
        };
        return db;
    }

    forget() {
        this.opening = null;
    }

    async close() {
        (await this.opening)?.close();
        this.forget();
    }
}
