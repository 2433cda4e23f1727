import { markRaw, reactive } from "@odoo/owl";
import { lookup } from "../../outbox/code_lookup";
import { describe, getEffect, getIdentity, getLineIdentity, getOpposite, isNoteOnWhole } from "./item";
import { applyEffects, findLineIndex, getProgress, sortLines } from "./totals";

const getOutcome = ({ result, first_result }) => (result === "repeated" ? first_result || "accepted" : result);
// How it is told: of what lacks a number, it is known what it is.
const getTold = (result) => (result.lacks_number ? "incomplete" : getOutcome(result));

/**
 * What the screens show of a document: the server's lines plus what waits on this device to be answered.
 *
 * `state` (reactive): `payload` as of `get_payload` · `lines` in the order in which they are shown · `note` on the whole · `progress` ·
 * `problems` · `chosen`: the reference of the problem of which the person is saying what it is · `canUndo` · `last`: what came of the last scan (`outcome`, `item`, `detail`, `message`, `line`,
 * `client_uuid`; `undoes`: the scan that was taken back) · `question`: what it asks (see ScanSession) · `place`: the place within the
 * document's own that was scanned last, `{location_id, place}`
 */
export class SessionState {
    constructor({ outbox, feedback }, payload) {
        this.outbox = outbox;
        this.feedback = feedback;
        // Scans without an answer, in their order: client_uuid → {event, effect, before}.
        this.waiting = new Map();
        this.undoable = [];
        this.touched = new Map();
        this.clock = 0;
        // Grows with everything that is heard of the server.
        this.version = 0;
        this.heldLines = new Map();
        const nothing = { payload: null, note: "", progress: null, chosen: null, last: null, question: null, place: null };
        this.state = reactive({ ...nothing, lines: [], problems: [], canUndo: false });
        this.setPayload(payload);
    }

    get id() {
        return this.payload.id;
    }

    // ------------------------------------------------------------------ what the server says

    setPayload(payload) {
        const onPhone = this.state.problems.filter((problem) => problem.on_phone);
        this.payload = payload;
        this.state.payload = markRaw(payload);
        this.state.problems = markRaw([...payload.problems, ...onPhone]);
        this.refresh();
    }

    /** What an earlier page left on this device counts as well. */
    async restore() {
        for (const event of await this.outbox.pending(this.id)) {
            if (!this.waiting.has(event.client_uuid)) {
                this.wait(event, this.getEffectOf(event));
            }
        }
        for (const { message, ...event } of await this.outbox.refused()) {
            if (event.session_id === this.id) {
                this.addProblem({ client_uuid: event.client_uuid, result: "refused", message, on_phone: true }, event);
            }
        }
        this.refresh();
    }

    /** @param {string} [by] who scanned it, when it was somebody else */
    mergeLines(lines, by) {
        this.version++;
        const merged = new Map(this.payload.lines.map((line) => [line.id, line]));
        for (const line of lines) {
            const known = merged.get(line.id);
            // A notice may come after the answer to something that was done later.
            if (!(line.version < known?.version)) {
                // Where else something is, is not told to everybody.
                merged.set(line.id, { ...known, ...line, by });
            }
        }
        this.payload = { ...this.payload, lines: [...merged.values()] };
        this.state.payload = markRaw(this.payload);
    }

    /**
     * The server tells everybody what a scan has changed.
     *
     * What this device has scanned is held back until it is answered: it would count twice, as it still waits here.
     * It must not be left out either, as it may be newer than what was heard from others.
     */
    onNotification({ lines = [], by }) {
        if (by) {
            this.mergeLines(lines, by);
        } else {
            lines.forEach((line) => this.heldLines.set(line.id, line));
        }
        this.releaseLines();
        this.refresh();
    }

    releaseLines() {
        if (!this.waiting.size) {
            this.mergeLines([...this.heldLines.values()]);
            this.heldLines.clear();
        }
    }

    /** The answers of the server, to scans of this device. */
    onResults(results) {
        for (const result of results) {
            this.settle(result);
        }
        this.releaseLines();
        this.refresh();
        this.tellResults(results);
    }

    settle(result) {
        const { event } = this.waiting.get(result.client_uuid) || {};
        this.waiting.delete(result.client_uuid);
        this.mergeLines(result.lines || []);
        if (result.place) {
            this.state.place = { location_id: result.location_id, place: result.place };
        }
        if (getOutcome(result) === "accepted") {
            this.settleNote(event);
            (result.lines || []).forEach((line) => this.touch(line.id));
            this.nameScan(result);
        } else {
            this.forget(result.client_uuid);
            this.keepProblem(result, event);
        }
        this.removeProblem(event?.replaces);
    }

    settleNote(event) {
        if (event && isNoteOnWhole(event)) {
            this.payload = { ...this.payload, note: event.note };
            this.state.payload = markRaw(this.payload);
        }
    }

    /** What a code is that this device did not know is known once the server has said it. */
    nameScan({ client_uuid, lines = [] }) {
        if (lines.length !== 1) {
            return;
        }
        const shown = describe(lines[0]);
        this.undoable.filter(({ event }) => event.client_uuid === client_uuid).forEach((scan) => (scan.shown = shown));
        if (this.state.last?.undoes === client_uuid) {
            this.show({ ...this.state.last, ...shown });
        }
    }

    /** That something cannot be taken back is told; there is nothing to put right. */
    keepProblem(result, event) {
        if (!event?.undo) {
            this.addProblem(result, event);
        }
    }

    /** A scan without effect has nothing to be taken back. */
    forget(client_uuid) {
        this.undoable = this.undoable.filter(({ event }) => event.client_uuid !== client_uuid);
        for (const { event } of this.waiting.values()) {
            if (event.undo === client_uuid) {
                this.wait(event, null);
            }
        }
    }

    addProblem(result, event = {}) {
        const { client_uuid, message, matches = [], on_phone = false, lacks_number = false, product_id, product } = result;
        const known = lacks_number ? { lacks_number, product_id, product } : {};
        const problem = { ...event, ...known, client_uuid, message, matches, on_phone, outcome: getOutcome(result) };
        const others = this.state.problems.filter((one) => one.client_uuid !== client_uuid);
        this.state.problems = markRaw([...others, problem]);
    }

    removeProblem(client_uuid) {
        this.state.problems = markRaw(this.state.problems.filter((problem) => problem.client_uuid !== client_uuid));
    }

    findProblem(client_uuid) {
        return this.state.problems.find((problem) => problem.client_uuid === client_uuid);
    }

    /** What the person sees and hears of it; of many answers at once, the last bad one. */
    tellResults(results) {
        const bad = results.filter((result) => getOutcome(result) !== "accepted").at(-1);
        const last = results.find((result) => result.client_uuid === this.state.last?.client_uuid);
        if (bad || (last && this.state.last.outcome !== "undone")) {
            this.tellResult(bad || last);
        }
    }

    tellResult(result) {
        const { client_uuid, warning, message } = result;
        const outcome = getTold(result);
        const last = this.state.last?.client_uuid === client_uuid ? this.state.last : null;
        const problem = this.findProblem(client_uuid);
        const line = last?.line || this.findLine(result.lines?.[0] ? { line_id: result.lines[0].id } : getIdentity(problem || {}));
        const shown = line ? describe(line) : { item: result.place || result.product || last?.item || problem?.code || "" };
        // That a known item was accepted is seen; what was accepted besides is said.
        const text = outcome === "accepted" && line ? warning : message;
        this.show({ client_uuid, outcome, ...shown, message: text || "", line });
        if (last?.outcome !== outcome) {
            this.feedback.tell(outcome);
        }
        if (problem) {
            this.askAbout(problem);
        }
    }

    /** Whether the person can put a scan right at once; see ScanSession. */
    askAbout() {}

    // ------------------------------------------------------------------ what waits

    wait(event, effect) {
        this.waiting.set(event.client_uuid, { event, effect, before: effect && this.findLine(effect)?.scanned });
    }

    /** What the device knows a scan to do. */
    getEffectOf(event) {
        if (event.undo) {
            return this.waiting.has(event.undo) ? getOpposite(this.waiting.get(event.undo)) : null;
        }
        return getEffect(event, event.product_id ? event : this.getEntry(event.code), this.state.lines);
    }

    /** What a code may be, here. */
    getEntries(code) {
        const entries = code ? lookup(this.payload.codes, code) : [];
        return this.payload.kind === "verification" ? entries.map((entry) => this.placeEntry(entry)) : entries;
    }

    /** What is in a place is seen where the person is, not where it is expected. */
    placeEntry(entry) {
        const location_id = this.state.place?.location_id || this.payload.location_id;
        return entry.product_id ? { ...entry, location_id, line_id: false } : entry;
    }

    /** What the device knows a code by, when it is one thing only. */
    getEntry(code) {
        const entries = this.getEntries(code);
        return entries.length === 1 ? entries[0] : null;
    }

    // ------------------------------------------------------------------ what is shown

    refresh() {
        const { lines, blind } = this.payload;
        const waiting = [...this.waiting.values()];
        const effects = waiting.map(({ effect }) => effect).filter(Boolean);
        const shown = applyEffects(lines, effects, blind);
        this.state.lines = markRaw(sortLines(shown, this.touched));
        this.state.progress = getProgress(shown, blind);
        this.state.note = waiting.findLast(({ event }) => isNoteOnWhole(event))?.event.note ?? this.payload.note;
        this.state.canUndo = this.undoable.length > 0;
        if (this.state.last) {
            this.show(this.state.last);
        }
    }

    /** @param {Object} last with the `line` as it was then: it is shown as it is now */
    show({ line, ...last }) {
        this.state.last = { ...last, line: (line && this.findLine(getLineIdentity(line))) || null };
    }

    touch(lineId) {
        this.touched.set(lineId, ++this.clock);
    }

    findLine(item) {
        return this.state.lines[findLineIndex(this.state.lines, item)];
    }
}
