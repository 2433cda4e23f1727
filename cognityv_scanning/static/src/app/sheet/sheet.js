import { Component, onMounted, useRef } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";

/** A panel that comes up from the lower edge, where the thumb is; in the middle of a wide screen. */
export class Sheet extends Component {
    static template = "cognityv_scanning.Sheet";
    static props = {
        title: String,
        subtitle: { type: String, optional: true },
        close: Function,
        slots: Object,
    };

    setup() {
        const panel = useRef("panel");
        useHotkey("escape", () => this.props.close());
        // Not a field in it: no keyboard may come up by itself.
        onMounted(() => panel.el.focus());
    }
}
