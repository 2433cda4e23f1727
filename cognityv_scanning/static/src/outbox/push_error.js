import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";

/** A push that failed, with the `reason` as `explainPushError` gives it. */
export class PushError extends Error {
    constructor(reason, options) {
        super(reason.message, options);
        this.reason = reason;
    }
}

// What the server says about the scans themselves: sending them again changes nothing.
const REJECTED = new Set(["odoo.exceptions.UserError", "odoo.exceptions.ValidationError"]);
const DENIED = new Set([
    "odoo.exceptions.AccessError",
    "odoo.exceptions.AccessDenied",
    "odoo.exceptions.MissingError",
    "werkzeug.exceptions.NotFound",
]);
// Core takes Forbidden for an expired session as well (web/core/errors/error_dialogs.js).
const LOGIN = new Set(["odoo.http.SessionExpiredException", "werkzeug.exceptions.Forbidden"]);
const BUSY = /^psycopg2\.|LockError|ConcurrencyError|TooManyRequests|ServiceUnavailable|PoolError/;

/**
 * What became of a push that failed.
 *
 * @param {Error} error what `rpc` threw
 * @param {boolean} [redirected] the request ended up at another address: the login page
 * @returns {{kind: "offline"|"busy"|"login"|"denied"|"rejected"|"fault", message: string}}
 *  offline: the server was not reached (or something before it answered: 502, 503) · busy: it asks to come again ·
 *  login: it does not know the person any more · denied: the person may not · rejected: a scan is not understood ·
 *  fault: it broke, perhaps because of one scan
 */
export function explainPushError(error, redirected = false) {
    if (redirected) {
        return { kind: "login", message: "" };
    }
    if (!(error instanceof RPCError)) {
        return { kind: "offline", message: "" };
    }
    const name = error.exceptionName || "";
    const message = error.data?.message || error.message || "";
    if (LOGIN.has(name) || error.code === 100) {
        return { kind: "login", message };
    }
    if (DENIED.has(name) || error.code === 404) {
        return { kind: "denied", message };
    }
    if (REJECTED.has(name)) {
        return { kind: "rejected", message };
    }
    if (BUSY.test(name)) {
        return { kind: "busy", message };
    }
    return { kind: "fault", message: _t("The server could not process it: %(reason)s", { reason: message }) };
}
