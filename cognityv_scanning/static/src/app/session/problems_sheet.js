import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { OUTCOMES } from "../feedback/outcomes";
import { TypeCode } from "../scan_bar/type_code";
import { Sheet } from "../sheet/sheet";
import { getMeant, useItemSearch } from "./use_item_search";

/** Scans that have no effect until a person says what is to become of them. */
export class ProblemsSheet extends Component {
    static template = "cognityv_scanning.ProblemsSheet";
    static components = { Sheet, TypeCode };
    static props = {
        session: Object,
        // The reference of a problem of which the person wants to say at once what it is.
        chosen: { type: [String, { value: null }], optional: true },
        close: Function,
    };

    setup() {
        this.document = useState(this.props.session.state);
        this.search = useItemSearch(this.props.session);
        this.state = useState({ chosen: this.props.chosen || null });
        this.suggest = this.suggest.bind(this);
    }

    /** The problem of which the person says what it is. */
    get chosen() {
        return this.document.problems.find(({ client_uuid }) => client_uuid === this.state.chosen);
    }

    get chosenTitle() {
        return this.chosen.lacks_number ? _t("Which tracking number?") : _t("What is it?");
    }

    getLook(problem) {
        return OUTCOMES[problem.lacks_number ? "incomplete" : problem.outcome];
    }

    getName(problem) {
        const line = this.props.session.findLine(problem);
        const known = problem.product || (problem.line_id || problem.product_id ? line?.product : "");
        return (problem.lacks_number ? known : problem.code || known) || "";
    }

    canChoose(problem) {
        return problem.outcome === "unknown" && !problem.on_phone;
    }

    choose(problem) {
        this.state.chosen = problem.client_uuid;
    }

    stopChoosing() {
        this.state.chosen = null;
    }

    async suggest(text) {
        const problem = this.chosen;
        const { lacks_number, product_id } = problem;
        const found = await (lacks_number ? this.search.findLots(text, product_id) : this.search.findItems(text));
        return found.map((suggestion) => ({ ...suggestion, pick: () => this.fix(problem, getMeant(suggestion)) }));
    }

    /** What was typed, if it is none of what was suggested. */
    async onTyped(text) {
        const problem = this.chosen;
        this.stopChoosing();
        await this.props.session[problem.lacks_number ? "setNumber" : "retype"](problem, text);
        this.closeWhenDone();
    }

    /** What the code may be, of what can be scanned. */
    getMatches(problem) {
        return (problem.matches || []).filter((match) => match.product_id || match.package_id);
    }

    async fix(problem, match) {
        await this.props.session.fix(problem, match);
        this.closeWhenDone();
    }

    async dismiss(problem) {
        await this.props.session.dismiss(problem);
        this.closeWhenDone();
    }

    async retry() {
        await this.props.session.retry();
        this.closeWhenDone();
    }

    closeWhenDone() {
        if (!this.document.problems.length) {
            this.props.close();
        }
    }
}
