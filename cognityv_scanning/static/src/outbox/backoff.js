const FIRST_MS = 1000;
const LONGEST_MS = 30000;

/** Waiting times that double, up to half a minute, each shortened at random so that twenty phones do not come back at once. */
export class Backoff {
    constructor() {
        this.reset();
    }

    reset() {
        this.failures = 0;
    }

    /** @returns {number} milliseconds to wait after one more failure */
    next() {
        const longest = Math.min(FIRST_MS * 2 ** this.failures, LONGEST_MS);
        this.failures++;
        return longest * (0.5 + Math.random() / 2);
    }
}
