import { Component, useState } from "@odoo/owl";
import { OUTCOMES } from "../feedback/outcomes";
import { Sheet } from "../sheet/sheet";

/** Scans that have no effect until a person says what is to become of them. */
export class ProblemsSheet extends Component {
    static template = "cognityv_scanning.ProblemsSheet";
    static components = { Sheet };
    static props = { session: Object, close: Function };

    setup() {
        this.document = useState(this.props.session.state);
    }

    getLook(problem) {
        return OUTCOMES[problem.outcome];
    }

    getName(problem) {
        const line = this.props.session.findLine(problem);
        return problem.code || problem.product || (problem.product_id && line?.product) || "";
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
