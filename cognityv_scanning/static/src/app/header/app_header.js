import { Component, useState } from "@odoo/owl";
import { isDisplayStandalone } from "@web/core/browser/feature_detection";
import { useService } from "@web/core/utils/hooks";
import { Sheet } from "../sheet/sheet";
import { SyncState } from "./sync_state";

/** The upper edge of each screen: the way back, what is open, what waits to be sent, and a menu. */
export class AppHeader extends Component {
    static template = "cognityv_scanning.AppHeader";
    static components = { Sheet, SyncState };
    static props = {
        title: String,
        subtitle: { type: String, optional: true },
        // Without it the screen is the first one, and the way back leads to Odoo.
        back: { type: Function, optional: true },
        // Entries of the screen's own: closes the menu, then does what it says.
        actions: { type: Array, element: { name: String, icon: String, label: String, run: Function }, optional: true },
    };
    static defaultProps = { actions: [] };

    setup() {
        this.feedback = useService("scan_feedback");
        this.settings = useState(this.feedback.settings);
        this.state = useState({ hasMenu: false });
        this.isInstalled = isDisplayStandalone();
    }

    openMenu() {
        this.state.hasMenu = true;
    }

    closeMenu() {
        this.state.hasMenu = false;
    }

    run(action) {
        this.closeMenu();
        action.run();
    }

    toggle(name) {
        this.feedback.toggle(name);
        if (this.settings[name]) {
            this.feedback.tell("accepted");
        }
    }
}
