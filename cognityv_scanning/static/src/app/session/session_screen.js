import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { AppHeader } from "../header/app_header";
import { LineRow } from "../line/line_row";
import { LineSheet } from "../line/line_sheet";
import { ScanOutcome } from "../outcome/scan_outcome";
import { formatQuantity } from "../quantity/quantity";
import { ScanBar } from "../scan_bar/scan_bar";
import { Sheet } from "../sheet/sheet";
import { NoteSheet } from "./note_sheet";
import { ProblemsSheet } from "./problems_sheet";
import { useConfirm } from "../sheet/use_confirm";
import { useItemSearch } from "./use_item_search";
import { useService } from "@web/core/utils/hooks";

// So many lines are drawn at first, and with each step down the list.
const PAGE = 40;
const NEAR_END_PX = 600;

/** Scanning for a document. */
export class SessionScreen extends Component {
    static template = "cognityv_scanning.SessionScreen";
    static components = { AppHeader, LineRow, LineSheet, NoteSheet, ProblemsSheet, ScanBar, ScanOutcome, Sheet };
    static props = { session: Object, reload: Function };

    setup() {
        this.orm = useService("orm");
        this.confirm = useConfirm();
        this.document = useState(this.props.session.state);
        this.state = useState({ shown: PAGE, lineId: null, sheet: null });
        this.findItems = useItemSearch(this.props.session).findItems;
        this.suggest = this.suggest.bind(this);
        this.selectLine = (line) => (this.state.lineId = line.id);
    }

    get payload() {
        return this.document.payload;
    }

    get lines() {
        return this.document.lines.slice(0, this.state.shown);
    }

    get selectedLine() {
        return this.document.lines.find((line) => line.id === this.state.lineId);
    }

    get menuActions() {
        return [
            { name: "note", icon: "fa-comment-o", label: _t("Note on the whole"), run: () => (this.state.sheet = "note") },
            { name: "cancel", icon: "fa-trash-o", label: _t("Cancel this log"), run: () => this.cancel() },
        ];
    }

    get progressText() {
        const { done, total } = this.document.progress;
        if (total === false) {
            return done === 1 ? _t("1 item counted") : _t("%(done)s items counted", { done });
        }
        return _t("%(done)s of %(total)s items complete", { done, total });
    }

    get progressPercent() {
        const { done, total } = this.document.progress;
        return total ? Math.round((100 * done) / total) : 0;
    }

    get outcome() {
        const { client_uuid, undoes, line, ...last } = this.document.last;
        const undo = this.props.session.canUndoLast ? () => this.props.session.undo() : undefined;
        return { ...last, count: line ? this.getCount(line) : undefined, options: this.options, undo, undoLabel: this.undoLabel };
    }

    /** After something was taken back, the next in turn is not what is seen: it is named. */
    get undoLabel() {
        const next = this.props.session.nextUndo;
        return this.document.last.outcome === "undone" && next ? _t("Undo %(item)s as well", next) : undefined;
    }

    getCount({ scanned, done, required }) {
        return { scanned: formatQuantity((done || 0) + scanned), required: required ? formatQuantity(required) : "" };
    }

    get options() {
        const session = this.props.session;
        if (this.document.question?.kind !== "over") {
            return [];
        }
        return [
            { name: "add", label: _t("Add"), run: () => session.acceptOver() },
            { name: "leave", label: _t("Leave it"), run: () => session.decline() },
        ];
    }

    /** What a code may be: the person chooses. */
    get choices() {
        const { question } = this.document;
        if (question?.kind !== "choose") {
            return [];
        }
        const choices = question.entries.map((entry) => this.getChoice(entry));
        return question.replaces ? [...choices, this.getOtherChoice(question)] : choices;
    }

    /** Of what lacks its number, it is known what it is. */
    get isNumberAsked() {
        return !!this.props.session.findProblem(this.document.question?.replaces)?.lacks_number;
    }

    get choicesTitle() {
        return this.isNumberAsked ? _t("Which tracking number?") : _t("Which one is it?");
    }

    get choicesHint() {
        return this.isNumberAsked ? _t("Scan its number, or choose it.") : undefined;
    }

    /** It may be none of these. */
    getOtherChoice({ replaces }) {
        const choose = () => {
            this.props.session.postponeQuestion();
            this.document.chosen = replaces;
            this.openProblems();
        };
        return { title: this.isNumberAsked ? _t("Another number…") : _t("Something else…"), detail: "", pick: choose };
    }

    getChoice(entry) {
        const line = this.props.session.findLine(entry);
        const title = entry.display_name || line.product;
        const detail = entry.display_name ? "" : [line.code, line.lot].filter(Boolean).join(" · ");
        return { title, detail, pick: () => this.props.session.choose(entry) };
    }

    /** What came of a scan is seen at once. */
    async onCode(code) {
        await this.props.session.scan(code);
        if (this.state.sheet === "problems") {
            this.closeSheet();
        }
    }

    onScroll(ev) {
        const { scrollHeight, scrollTop, clientHeight } = ev.target;
        if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX && this.state.shown < this.document.lines.length) {
            this.state.shown += PAGE;
        }
    }

    async suggest(text) {
        const session = this.props.session;
        const found = await this.findItems(text);
        return found.map(({ line, match, ...shown }) => ({
            ...shown,
            pick: () => (line ? session.pick(line) : session.pickMatch(match)),
        }));
    }

    closeLine() {
        this.state.lineId = null;
    }

    openProblems() {
        this.state.sheet = "problems";
    }

    closeSheet() {
        this.state.sheet = null;
    }

    back() {
        this.env.assetManager.home();
    }

    review() {
        this.env.assetManager.go({ screen: "session", session: this.payload.id, step: "review" });
    }

    async cancel() {
        const labels = { confirmLabel: _t("Cancel this log"), cancelLabel: _t("Scan on") };
        const isSure = await this.confirm(_t("Cancel this log?"), _t("What was scanned stays on record, and has no effect."), labels);
        if (isSure) {
            await this.orm.call("stock.scan.session", "action_cancel", [[this.payload.id]]);
            this.env.assetManager.home();
        }
    }
}
