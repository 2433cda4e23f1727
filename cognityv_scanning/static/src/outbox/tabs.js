import { browser } from "@web/core/browser/browser";

const NAME = "cognityv_scanning.outbox";
// A tab in the background may be frozen by the phone while it holds the lock. What two tabs send twice is harmless.
const LOCK_PATIENCE_MS = 10000;

/**
 * Run `work` in one tab at a time, where the browser has locks between tabs (not on plain http).
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneTabAtATime(work, locks = browser.navigator.locks) {
    if (!locks) {
        return work();
    }
    const patience = new AbortController();
    const timer = browser.setTimeout(() => patience.abort(), LOCK_PATIENCE_MS);
    try {
        return await locks.request(NAME, { signal: patience.signal }, () => {
            browser.clearTimeout(timer);
            return work();
        });
    } catch (error) {
        if (error.name !== "AbortError") {
            throw error;
        }
        return work();
    }
}

/** Tells the other tabs what happened here, and hears what happened there. */
export class TabChannel {
    /** @param {(message: Object) => void} onMessage */
    constructor(onMessage) {
        if (window.BroadcastChannel) {
            this.channel = new window.BroadcastChannel(NAME);
            this.channel.onmessage = (ev) => onMessage(ev.data);
        }
    }

    post(message) {
        this.channel?.postMessage(message);
    }

    close() {
        this.channel?.close();
    }
}
