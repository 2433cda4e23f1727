import { _t } from "@web/core/l10n/translation";

/**
 * One sentence on what waits on this phone and why.
 *
 * @param {string} kind why sending stopped, see `explainPushError`; "done" when it did not
 * @param {{waiting: number, refused: number}} counts
 * @param {string} reason what the server said
 */
export function sayStatus(kind, { waiting, refused }, reason) {
    switch (kind) {
        case "offline":
            return _t("No network. Scans waiting on this phone: %(waiting)s. They are sent when it is back.", {
                waiting,
            });
        case "busy":
            return _t("The server is busy. Scans waiting on this phone: %(waiting)s. They are sent in a moment.", {
                waiting,
            });
        case "login":
            return _t("Log in again, nothing is lost. Scans waiting on this phone: %(waiting)s.", { waiting });
        case "denied":
            return _t("%(reason)s Scans kept on this phone: %(waiting)s.", { reason, waiting });
    }
    return refused ? _t("The server refused scans, they are kept on this phone: %(refused)s.", { refused }) : "";
}

/** @param {Object[]} records stored scans of other people, or of other databases */
export function sayOthers(records) {
    if (!records.length) {
        return "";
    }
    const names = new Set(records.map((record) => record.owner_name));
    return _t("Scans of %(names)s wait on this phone: %(count)s. They are sent when their owner logs in again.", {
        names,
        count: records.length,
    });
}

/** @param {Error} error why IndexedDB does not open */
export function sayNoStorage(error) {
    return _t(
        "This browser lets Odoo store nothing on the phone (a private window?), so nothing can be scanned here. Open Odoo in an ordinary window. (%(reason)s)",
        { reason: error.message || error.name }
    );
}
