import { Component, onWillUnmount, useState } from "@odoo/owl";
import { Sheet } from "../sheet/sheet";

/** A note on the whole document. What was typed is kept, no matter how it is left. */
export class NoteSheet extends Component {
    static template = "cognityv_scanning.NoteSheet";
    static components = { Sheet };
    static props = { session: Object, close: Function };

    setup() {
        this.before = this.props.session.state.note;
        this.state = useState({ text: this.before });
        onWillUnmount(() => this.keep());
    }

    onInput(ev) {
        this.state.text = ev.target.value;
    }

    keep() {
        const text = this.state.text.trim();
        if (text !== this.before) {
            this.props.session.setNote(text);
        }
    }
}
