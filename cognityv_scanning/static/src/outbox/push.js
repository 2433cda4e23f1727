import { browser } from "@web/core/browser/browser";
import { rpc } from "@web/core/network/rpc";
import { explainPushError, PushError } from "./push_error";

const URL_PUSH = "/cognityv_scanning/push";
// In a dead spot a request may hang for minutes. The server does not mind getting the same scans again.
const TIMEOUT_MS = 30000;

/**
 * Send scans of one session to the server.
 *
 * @param {number} session_id
 * @param {Object[]} events
 * @param {number} user_id whose scans they are: somebody else may have logged in in another tab meanwhile
 * @returns {Promise<Object[]>} what came of each
 * @throws {PushError}
 */
export async function pushEvents(session_id, events, user_id) {
    const xhr = new browser.XMLHttpRequest();
    const params = { session_id, events, user_id, sent_at: new Date().toISOString() };
    const request = rpc(URL_PUSH, params, { silent: true, xhr });
    const timer = browser.setTimeout(() => request.abort(), TIMEOUT_MS);
    try {
        return await request;
    } catch (error) {
        throw new PushError(explainPushError(error, isElsewhere(xhr)), { cause: error });
    } finally {
        browser.clearTimeout(timer);
    }
}

/** A single sign-on in front of Odoo sends who is not logged in to another address. */
function isElsewhere(xhr) {
    return Boolean(xhr.status && xhr.responseURL) && !new URL(xhr.responseURL).pathname.endsWith(URL_PUSH);
}
