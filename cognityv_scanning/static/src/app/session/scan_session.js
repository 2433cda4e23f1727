import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Mutex } from "@web/core/utils/concurrency";
import { ScanNotKeptError } from "../../outbox/outbox_store";
import { formatQuantity } from "../quantity/quantity";
import { describe, getEffect, getIdentity, getLineIdentity, getOpposite, getScan } from "./item";
import { SessionState } from "./session_state";
import { isOver } from "./totals";

// What a person does: one after the other, since each depends on what the one before has changed.
const IN_TURN = [
    ...["scan", "pick", "pickMatch", "setQuantity", "setNote", "setLineNote", "undo"],
    ...["acceptOver", "choose", "decline", "fix", "answer", "dismiss", "retry"],
];
// How many scans of this visit can be taken back, one after the other.
const MAX_UNDO = 100;

/**
 * What people do with a document. A scan is kept on the device first, then shown as accepted, then sent.
 *
 * A question is about a scan that needs a word of the person: `{kind, event, …}`, where `kind` is "over" (more than is
 * asked for: `line`, `quantity`) or "choose" (several things: `entries`), and `replaces` is the reference of the scan
 * when the server has kept it already.
 */
export class ScanSession extends SessionState {
    constructor(services, payload) {
        super(services, payload);
        const mutex = new Mutex();
        for (const name of IN_TURN) {
            const method = this[name];
            this[name] = (...args) => mutex.exec(() => method.apply(this, args));
        }
    }

    /** Whether more than is asked for needs a word of the person: what is in a place is what is in it. */
    get asksWhenOver() {
        return this.payload.kind !== "verification";
    }

    // ------------------------------------------------------------------ scans

    /** A code, however it came in. */
    async scan(code) {
        await this.postponeQuestion();
        const problem = this.getAnswered(code);
        if (problem) {
            return this.sendAnswer(problem, code);
        }
        const entries = this.getEntries(code);
        if (entries.length > 1 && entries.every((entry) => this.findLine(entry))) {
            return this.ask({ kind: "choose", event: { code }, entries });
        }
        if (entries.length === 1 && entries[0].place) {
            return this.goToPlace(code, entries[0]);
        }
        await this.scanItem({ code }, entries.length === 1 ? entries[0] : null);
    }

    /** What is scanned from now on is there. */
    async goToPlace(code, { location_id, place }) {
        const kept = await this.keep({ code });
        if (kept) {
            this.wait(kept, null);
            this.state.place = { location_id, place };
            this.show({ client_uuid: kept.client_uuid, outcome: "accepted", item: place });
            this.feedback.tell("accepted");
        }
    }

    /** An item that the person picked from the list: one of it. */
    async pick(line) {
        await this.postponeQuestion();
        await this.scanItem(getLineIdentity(line), getLineIdentity(line));
    }

    /** An item that the person found, and that may not be on the list: one of it. */
    async pickMatch(match) {
        await this.postponeQuestion();
        await this.scanItem(getIdentity(match), this.toEntry(match));
    }

    /** What the device knows an item by that the server has found. */
    toEntry({ product, lot_name: lot, ...match }) {
        const identity = getIdentity(match);
        const entry = this.payload.kind === "verification" && !match.line_id ? this.placeEntry(identity) : identity;
        return { ...entry, product, lot };
    }

    /** The person typed a quantity: the item's total ("set"), or more of it ("add"). */
    async setQuantity(line, quantity, mode) {
        await this.postponeQuestion();
        await this.scanItem({ ...getLineIdentity(line), quantity, mode }, getLineIdentity(line));
    }

    /** A note on the whole. Like one on an item, it goes the way of the scans: it waits on the device for the network. */
    async setNote(note) {
        await this.sendNote({ note });
    }

    async setLineNote(line, note) {
        await this.sendNote({ line_id: line.id, note });
    }

    async sendNote(event) {
        const kept = await this.keep(event);
        if (kept) {
            this.wait(kept, getEffect(kept, null, this.state.lines));
            this.refresh();
        }
    }

    /** @param {Object|null} entry which item it is, as far as the device knows */
    async scanItem(event, entry) {
        const line = entry && this.findLine(entry);
        const quantity = event.quantity ?? entry?.quantity ?? 1;
        if (line && this.asksWhenOver && event.mode !== "set" && isOver(line, quantity)) {
            return this.ask({ kind: "over", event, entry, line, quantity });
        }
        await this.send(event, entry);
    }

    async send(event, entry) {
        const kept = await this.keep(event);
        if (kept) {
            this.accept(kept, getEffect(kept, entry, this.state.lines));
        }
        return kept;
    }

    /** @returns {Promise<Object|null>} the scan as it is kept on the device; null when it could not be kept */
    async keep(event) {
        try {
            return await this.outbox.add({ session_id: this.id, ...event });
        } catch (error) {
            if (!(error instanceof ScanNotKeptError)) {
                throw error;
            }
            this.show({ outcome: "refused", item: event.code || "", message: error.message });
            this.feedback.tell("refused");
            return null;
        }
    }

    accept(event, effect) {
        this.wait(event, effect);
        const scan = this.waiting.get(event.client_uuid);
        this.undoable = [...this.undoable, scan].slice(-MAX_UNDO);
        this.refresh();
        const line = effect && this.findLine(effect);
        if (line) {
            this.touch(line.id);
            this.refresh();
        }
        const outcome = effect ? "accepted" : "waiting";
        scan.shown = line ? describe(line) : { item: event.code || "" };
        this.show({ client_uuid: event.client_uuid, outcome, ...scan.shown, message: this.getWaitingMessage(effect), line });
        this.feedback.tell(outcome);
    }

    getWaitingMessage(effect) {
        return effect || this.outbox.state.status !== "offline"
            ? ""
            : _t("Not known on this device. It is kept, and checked once there is network.");
    }

    async undo() {
        const scan = this.undoable.at(-1);
        const kept = scan && (await this.keep({ undo: scan.event.client_uuid }));
        if (!kept) {
            return;
        }
        this.undoable = this.undoable.slice(0, -1);
        this.wait(kept, getOpposite(scan));
        this.refresh();
        const line = scan.effect && this.findLine(scan.effect);
        this.show({ client_uuid: kept.client_uuid, outcome: "undone", ...scan.shown, line, undoes: scan.event.client_uuid });
        this.feedback.tell("undone");
    }

    /** @returns {{item: string, detail: string}|undefined} how the scan is called that would be taken back */
    get nextUndo() {
        return this.undoable.at(-1)?.shown;
    }

    /** Whether the scan that is shown is the one that would be taken back, or was taken back. */
    get canUndoLast() {
        const { canUndo, last, question } = this.state;
        const isShown = last?.outcome === "undone" || last?.client_uuid === this.undoable.at(-1)?.event.client_uuid;
        return canUndo && !question && isShown;
    }

    // ------------------------------------------------------------------ questions

    ask(question) {
        const { kind, event, line } = question;
        const outcome = kind === "over" ? "over" : "unknown";
        this.state.question = markRaw(question);
        this.show({ outcome, ...(line ? describe(line) : { item: event.code || "" }), message: this.getQuestionText(question), line });
        this.feedback.tell(outcome);
    }

    getQuestionText({ kind, line, quantity }) {
        if (kind === "choose") {
            return _t("It may be several things. Which one is it?");
        }
        const counts = { found: formatQuantity((line.done || 0) + line.scanned), required: formatQuantity(line.required) };
        return quantity === 1
            ? _t("%(found)s of %(required)s scanned. Add one more?", counts)
            : _t("%(found)s of %(required)s scanned. Add %(quantity)s more?", { ...counts, quantity: formatQuantity(quantity) });
    }

    /** The server has kept a scan that the person can put right at once. */
    askAbout(problem) {
        const { client_uuid: replaces, outcome, matches } = problem;
        const event = getScan(problem);
        const line = this.findLine(getIdentity(problem)) || this.state.last.line;
        if (outcome === "over" && line?.tracking !== "serial") {
            this.state.question = markRaw({ kind: "over", event, entry: line ? getLineIdentity(line) : null, replaces });
        } else if (matches.length) {
            this.state.question = markRaw({ kind: "choose", event, entries: matches, replaces });
        }
    }

    /** Add it, although it is more than is asked for. */
    async acceptOver() {
        const { event, entry, replaces } = this.takeQuestion();
        await this.send({ ...event, accept_over: true, ...(replaces && { replaces }) }, entry);
        this.removeProblem(replaces);
    }

    async choose(entry) {
        const { event, replaces } = this.takeQuestion();
        await this.scanItem({ ...event, ...getIdentity(entry), ...(replaces && { replaces }) }, entry);
        this.removeProblem(replaces);
    }

    /** What was only asked about was never a scan; what the server keeps is taken back. */
    async decline() {
        const { replaces } = this.takeQuestion();
        if (replaces) {
            await this.takeBack(this.findProblem(replaces));
        }
        this.show({ ...this.state.last, outcome: "left", message: "" });
    }

    takeQuestion() {
        const question = this.state.question;
        this.state.question = null;
        return question || {};
    }

    /** Who scans on without an answer loses nothing: the server keeps the scan until somebody puts it right. */
    async postponeQuestion() {
        const { event, replaces } = this.takeQuestion();
        if (event && !replaces) {
            const kept = await this.keep(event);
            if (kept) {
                this.wait(kept, null);
            }
        }
    }

    // ------------------------------------------------------------------ problems

    /** Put a kept scan right: by what it really is, or by adding it although it is too much. */
    async fix(problem, match) {
        const { client_uuid: replaces, outcome } = problem;
        const known = () => (problem.product_id ? getIdentity(problem) : this.getEntry(problem.code));
        const entry = match ? this.toEntry(match) : known();
        const over = outcome === "over" ? { accept_over: true } : {};
        await this.send({ ...getScan(problem), ...(match && getIdentity(match)), ...over, replaces }, entry);
        this.removeProblem(replaces);
    }

    /** The person has typed or scanned what it is: another code of it, or the tracking number that was missing. */
    async answer(problem, code) {
        await this.sendAnswer(problem, code);
    }

    async sendAnswer(problem, code) {
        const { client_uuid: replaces, lacks_number, product_id } = problem;
        const said = lacks_number ? { lot_name: code } : { code };
        const entry = lacks_number ? this.getNumberEntry(code, product_id) : this.getEntry(code);
        this.state.chosen = null;
        await this.send({ ...getScan(problem), ...said, replaces }, entry);
        this.removeProblem(replaces);
    }

    /**
     * Whose answer a scan of this code is: of the problem of which the person is saying what it is, or of the item that was
     * scanned last, if this is the tracking number that it lacks. A place is no item, and so no answer.
     *
     * @returns {Object|undefined} the problem; none when it is a scan of its own
     */
    getAnswered(code) {
        if (this.getEntries(code).some(({ place }) => place)) {
            return undefined;
        }
        const chosen = this.findProblem(this.state.chosen);
        const last = this.findProblem(this.state.last?.client_uuid);
        return chosen || (last?.lacks_number && this.getNumberEntry(code, last.product_id) ? last : undefined);
    }

    /** @returns {Object|undefined} what a code is of which the device knows that it is a tracking number of this product */
    getNumberEntry(code, productId) {
        return this.getEntries(code).find(({ product_id, lot_id }) => lot_id && product_id === productId);
    }

    async dismiss(problem) {
        await this.takeBack(problem);
    }

    async takeBack({ client_uuid, on_phone }) {
        if (on_phone) {
            await this.outbox.discard(client_uuid);
        } else {
            const kept = await this.keep({ undo: client_uuid });
            if (!kept) {
                return;
            }
            this.wait(kept, null);
        }
        this.removeProblem(client_uuid);
    }

    /** Send once more what the server did not take. */
    async retry() {
        this.state.problems = markRaw(this.state.problems.filter((problem) => !problem.on_phone));
        await this.outbox.retry();
    }
}
