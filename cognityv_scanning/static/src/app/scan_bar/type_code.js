import { Component, onWillDestroy, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { useDebounced } from "@web/core/utils/timing";
import { Sheet } from "../sheet/sheet";

const DELAY_IN_MS = 250;

/** A code that is typed, with suggestions for what cannot be read off exactly. */
export class TypeCode extends Component {
    static template = "cognityv_scanning.TypeCode";
    static components = { Sheet };
    static props = {
        title: { type: String, optional: true },
        subtitle: { type: String, optional: true },
        // What else the person may do.
        hint: { type: String, optional: true },
        onCode: Function,
        suggest: { type: Function, optional: true },
        close: Function,
    };

    setup() {
        // The person has asked for the keyboard.
        useAutofocus({ refName: "input", mobile: true });
        this.state = useState({ text: "", suggestions: [], isSearched: false });
        const keepLast = new KeepLast();
        let isDestroyed = false;
        onWillDestroy(() => (isDestroyed = true));
        this.suggest = useDebounced(async (text) => {
            const suggestions = await keepLast.add(this.props.suggest(text));
            if (!isDestroyed) {
                Object.assign(this.state, { suggestions, isSearched: true });
            }
        }, DELAY_IN_MS);
    }

    onInput(ev) {
        Object.assign(this.state, { text: ev.target.value, isSearched: false });
        const text = this.state.text.trim();
        if (!text) {
            this.state.suggestions = [];
        } else if (this.props.suggest) {
            this.suggest(text);
        }
    }

    get foundNothing() {
        return this.state.isSearched && !this.state.suggestions.length;
    }

    get title() {
        return this.props.title || _t("Type a code or a name");
    }

    confirm() {
        const code = this.state.text.trim();
        if (code) {
            this.props.onCode(code);
        }
    }

    pick(suggestion) {
        this.props.close();
        suggestion.pick();
    }
}
