import { Component, markRaw, onMounted, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { ConnectionLostError } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { AppHeader } from "../header/app_header";
import { DoneScreen } from "./done_screen";
import { ReviewScreen } from "./review_screen";
import { ScanSession } from "./scan_session";
import { SessionScreen } from "./session_screen";

const STEPS = { scan: SessionScreen, review: ReviewScreen, done: DoneScreen };
const SAVE_AFTER_MS = 1000;
const MAX_RELOADS = 3;

/** A document from its first scan to what became of it: loads it, keeps it up to date, and shows one step. */
export class SessionFlow extends Component {
    static template = "cognityv_scanning.SessionFlow";
    static components = { ...STEPS, AppHeader };
    static props = {
        sessionId: Number,
        step: { type: String, validate: (step) => step in STEPS },
        // What the server has just said of it, when it was opened.
        payload: { type: Object, optional: true },
        // Codes that were scanned before it was open.
        early: { type: Array, element: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.outbox = useService("scan_outbox");
        this.feedback = useService("scan_feedback");
        this.busService = useService("bus_service");
        this.state = useState({ session: null, isLost: false });
        this.save = useDebounced(() => this.outbox.saveDocument(this.session.payload), SAVE_AFTER_MS);
        useBus(this.outbox.bus, "results", ({ detail }) => this.onResults(detail));
        useBus(useService("scan_network").bus, "back", () => this.state.isLost && this.retry());
        useBus(this.busService, "BUS:RECONNECT", () => this.session && this.reload());
        this.listen();
        onWillStart(() => this.open());
        // From here on the screens take the scans.
        onMounted(() => this.scanEarly());
    }

    get session() {
        return this.state.session;
    }

    /** A document that was cancelled or submitted meanwhile can only be looked at. */
    get Step() {
        return this.session.state.payload.state === "open" ? STEPS[this.props.step] : DoneScreen;
    }

    // What is on the device is shown at once, and then put right.
    async open() {
        const known = this.props.payload || (await this.outbox.loadDocument(this.props.sessionId));
        const payload = known || (await this.fetch());
        if (!payload) {
            this.state.isLost = true;
            return;
        }
        if (!known) {
            await this.outbox.saveDocument(payload);
        }
        const session = new ScanSession({ outbox: this.outbox, feedback: this.feedback }, payload);
        await session.restore();
        // Screens watch the part of it that is reactive.
        this.state.session = markRaw(session);
        if (known && !this.props.payload) {
            this.reload();
        }
    }

    async scanEarly() {
        for (const code of this.props.early || []) {
            await this.session?.scan(code);
        }
    }

    /** @returns {Promise<Object|null>} null without network */
    async fetch() {
        try {
            return await this.orm.silent.call("stock.scan.session", "get_payload", [[this.props.sessionId]]);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return null;
            }
            throw error;
        }
    }

    /** An answer that was overtaken by what came meanwhile is asked for again. */
    async reload() {
        for (let attempt = 0; attempt < MAX_RELOADS; attempt++) {
            const { version } = this.session;
            const payload = await this.fetch();
            if (!payload) {
                return;
            }
            if (version === this.session.version || attempt === MAX_RELOADS - 1) {
                this.session.setPayload(payload);
                this.save();
                return;
            }
        }
    }

    onResults({ session_id, results }) {
        if (session_id === this.props.sessionId && this.session) {
            this.session.onResults(results);
            this.save();
        }
    }

    /** What others scan for the same document. */
    listen() {
        const channel = `cognityv_scanning.session_${this.props.sessionId}`;
        const onNotification = (message) => this.onNotification(message);
        this.busService.addChannel(channel);
        this.busService.subscribe("cognityv_scanning/session", onNotification);
        onWillDestroy(() => {
            this.busService.unsubscribe("cognityv_scanning/session", onNotification);
            this.busService.deleteChannel(channel);
        });
    }

    onNotification({ session_id, lines, by, state }) {
        if (session_id !== this.props.sessionId || !this.session) {
            return;
        }
        this.session.onNotification({ lines, by: by === user.name ? false : by });
        if (state && state !== this.session.payload.state) {
            this.reload();
        }
    }

    retry() {
        this.state.isLost = false;
        this.open();
    }
}
