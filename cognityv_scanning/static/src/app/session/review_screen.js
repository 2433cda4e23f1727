import { Component, onMounted, status, useEffect, useRef, useState } from "@odoo/owl";
import { ConnectionLostError } from "@web/core/network/rpc";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { AppHeader } from "../header/app_header";
import { LineRow } from "../line/line_row";
import { NoteSheet } from "./note_sheet";
import { ProblemsSheet } from "./problems_sheet";

const PAGE = 60;

/** What differs from what is asked for or expected, what the person decides about it, and the submit button. */
export class ReviewScreen extends Component {
    static template = "cognityv_scanning.ReviewScreen";
    static components = { AppHeader, LineRow, NoteSheet, ProblemsSheet };
    static props = { session: Object, reload: Function };

    setup() {
        this.orm = useService("orm");
        this.outbox = useService("scan_outbox");
        this.outboxState = useState(this.outbox.state);
        this.network = useState(useService("scan_network").state);
        this.keepLast = new KeepLast();
        this.body = useRef("body");
        this.document = useState(this.props.session.state);
        this.state = useState({ review: null, chosen: {}, shown: PAGE, isOffline: false, isSubmitting: false, isAsking: false, sheet: null });
        useBus(useService("barcode").bus, "barcode_scanned", ({ detail }) => this.scanOn(detail.barcode));
        onMounted(() => this.load());
        // Others may go on scanning meanwhile.
        useEffect(
            (payload) => {
                if (this.state.review && payload !== this.reviewed && !this.state.isSubmitting) {
                    this.load();
                }
            },
            () => [this.document.payload]
        );
        useEffect(
            (isOffline, waiting) => this.onConnection(isOffline, waiting),
            () => [this.network.isOffline, this.outboxState.waiting]
        );
    }

    /** What is in the way of a review is gone by itself, as a rule. */
    onConnection(isOffline, waiting) {
        if (this.state.isOffline && !isOffline && !waiting) {
            this.load();
        }
    }

    /** Why what was scanned is not sent, where it is not the network. */
    get reason() {
        const { status, message } = this.outboxState;
        return ["login", "refused"].includes(status) ? message : "";
    }

    get subtitle() {
        const { title, subtitle } = this.document.payload;
        return [title, subtitle].filter(Boolean).join(" · ");
    }

    get lines() {
        return this.state.review.lines.slice(0, this.state.shown);
    }

    get hiddenCount() {
        return Math.max(this.state.review.lines.length - this.state.shown, 0);
    }

    /** The server reviews what it has: first it gets everything. */
    async load() {
        this.reviewed = this.document.payload;
        try {
            await this.outbox.flush();
            const pending = await this.outbox.pending(this.props.session.id);
            if (status(this) === "destroyed") {
                return;
            }
            this.state.isOffline = pending.length > 0;
            if (!this.state.isOffline) {
                const call = this.orm.silent.call("stock.scan.session", "get_review", [[this.props.session.id]]);
                this.state.review = await this.keepLast.add(call);
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.isOffline = true;
        }
    }

    /** Of some choices there is no default: the person has to say it. */
    getChosen(choice) {
        return this.state.chosen[choice.name] || choice.default;
    }

    get unanswered() {
        return this.state.review.choices.find((choice) => !this.getChosen(choice));
    }

    /** Shows the question that has no answer yet. */
    askFor(choice) {
        this.state.isAsking = true;
        this.body.el.querySelector(`[data-choice="${choice.name}"]`).scrollIntoView({ block: "center" });
    }

    choose(choice, option) {
        this.state.chosen[choice.name] = option.value;
    }

    showMore() {
        this.state.shown += PAGE;
    }

    openNote() {
        this.state.sheet = "note";
    }

    openProblems() {
        this.state.sheet = "problems";
    }

    closeSheet() {
        this.state.sheet = null;
    }

    go(step) {
        this.env.assetManager.go({ screen: "session", session: this.props.session.id, step });
    }

    back() {
        this.go("scan");
    }

    /** Who scans goes on scanning; once it is submitted, with what comes next. */
    async scanOn(code) {
        if (this.state.isSubmitting) {
            this.next = code;
            return;
        }
        if (!this.props.session.getAnswered(code)) {
            this.back();
        }
        await this.props.session.scan(code);
    }

    async submit() {
        if (this.unanswered) {
            this.askFor(this.unanswered);
            return;
        }
        const chosen = this.state.review.choices.map((choice) => [choice.name, this.getChosen(choice)]);
        const choices = Object.fromEntries(chosen.filter(([, value]) => value));
        this.state.isSubmitting = true;
        try {
            // A note may have been written since.
            await this.outbox.flush();
            await this.orm.call("stock.scan.session", "action_submit", [[this.props.session.id], choices]);
            await this.props.reload();
            if (this.next) {
                this.env.assetManager.scan(this.next);
            } else {
                this.go("done");
            }
        } catch (error) {
            // There may be more to decide than before: somebody may have delivered a part of it in Odoo.
            this.load();
            throw error;
        } finally {
            this.state.isSubmitting = false;
        }
    }
}
