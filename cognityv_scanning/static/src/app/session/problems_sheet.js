import { Component, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { OUTCOMES } from "../feedback/outcomes";
import { TypeCode } from "../scan_bar/type_code";
import { Sheet } from "../sheet/sheet";
import { getMeant, useItemSearch } from "./use_item_search";

/** Scans that have no effect until a person says what is to become of them. */
export class ProblemsSheet extends Component {
    static template = "cognityv_scanning.ProblemsSheet";
    static components = { Sheet, TypeCode };
    static props = { session: Object, close: Function };

    setup() {
        this.document = useState(this.props.session.state);
        this.search = useItemSearch(this.props.session);
        this.suggest = this.suggest.bind(this);
        useEffect(
            (count) => {
                if (!count) {
                    this.props.close();
                }
            },
            () => [this.document.problems.length]
        );
        onWillUnmount(() => this.stopChoosing());
    }

    /** The problem of which the person says what it is. */
    get chosen() {
        return this.document.problems.find(({ client_uuid }) => client_uuid === this.document.chosen);
    }

    get chosenTitle() {
        return this.chosen.lacks_number ? _t("Which tracking number?") : _t("What is it?");
    }

    get chosenHint() {
        return this.chosen.lacks_number ? _t("Scan its number, or type it.") : _t("Scan another code of it, or type its name.");
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
        this.document.chosen = problem.client_uuid;
    }

    stopChoosing() {
        this.document.chosen = null;
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
        await this.props.session.answer(problem, text);
    }

    /** What the code may be, of what can be scanned. */
    getMatches(problem) {
        return (problem.matches || []).filter((match) => match.product_id || match.package_id);
    }

    async fix(problem, match) {
        await this.props.session.fix(problem, match);
    }

    async dismiss(problem) {
        await this.props.session.dismiss(problem);
    }

    async retry() {
        await this.props.session.retry();
    }
}
