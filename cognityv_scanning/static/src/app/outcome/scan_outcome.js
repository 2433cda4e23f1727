import { Component } from "@odoo/owl";
import { OUTCOMES } from "../feedback/outcomes";

/** What came of the last scan, to be seen from afar. */
export class ScanOutcome extends Component {
    static template = "cognityv_scanning.ScanOutcome";
    static props = {
        // A key of OUTCOMES.
        outcome: String,
        // What was scanned, and what tells it from others.
        item: String,
        detail: { type: String, optional: true },
        // A sentence.
        message: { type: String, optional: true },
        // Of the item, now: {scanned, required, uom}, as text.
        count: { type: Object, optional: true },
        // Buttons; the first one is what the person most likely wants.
        options: { type: Array, element: { name: String, label: String, run: Function }, optional: true },
        undo: { type: Function, optional: true },
        // What stands on its button, where it takes back something else than what is shown.
        undoLabel: { type: String, optional: true },
    };
    static defaultProps = { options: [] };

    get look() {
        return OUTCOMES[this.props.outcome];
    }
}
