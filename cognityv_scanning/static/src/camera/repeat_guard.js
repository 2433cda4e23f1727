const GONE_MS = 1000;
const GONE_FRAMES = 3;

/**
 * Tells a code that came into view from one that is still there.
 *
 * The camera sees the same code many times a second; each label counts once. It counts again after it was out of view:
 * for a second at least, so that a shaking hand does not count, and for some frames at least, as on a slow phone two
 * frames may be a second apart. To count the same label twice, one points elsewhere in between.
 */
export class RepeatGuard {
    constructor() {
        this.frame = 0;
        this.sightings = new Map();
    }

    /** Call before each look at the camera. */
    startFrame() {
        this.frame++;
        for (const [text, { frame, time }] of this.sightings) {
            if (this.frame - frame > GONE_FRAMES && Date.now() - time > GONE_MS) {
                this.sightings.delete(text);
            }
        }
    }

    /** @returns {boolean} whether the code, which is in view now, has just come into it */
    isNew(text) {
        const isNew = !this.sightings.has(text);
        this.sightings.set(text, { frame: this.frame, time: Date.now() });
        return isNew;
    }
}
