import { Component, onMounted, useRef, useState, useSubEnv } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ChooseScreen } from "./choose/choose_screen";
import { useFieldScans } from "./hand_scanner/field_scans";
import { HomeScreen } from "./home/home_screen";
import { ItemScreen } from "./item/item_screen";
import { SessionFlow } from "./session/session_flow";

const SCREENS = { home: HomeScreen, choose: ChooseScreen, session: SessionFlow, item: ItemScreen };
// What of the place in the app stands in the address.
const ADDRESS_KEYS = ["screen", "kind", "session", "step", "item"];

/**
 * The app for the phone. It knows where the person is; each screen loads what it shows and takes the scans itself.
 *
 * A place is `{screen, …}`: `choose` with `kind`, `session` with `session` (an id) and `step` (`scan`, `review`,
 * `done`), `item` with `item` (`<model>,<id>`). The address holds it, so that a reload and the browser's way back
 * lead to the same place.
 */
export class AssetManager extends Component {
    static template = "cognityv_scanning.AssetManager";
    static props = { ...standardActionServiceProps };
    static components = { ...SCREENS };
    static path = "asset-manager";
    static target = "fullscreen";
    static displayName = _t("Asset Manager");
    static firstScreen = "home";

    setup() {
        this.action = useService("action");
        this.menu = useService("menu");
        const root = useRef("root");
        useFieldScans(root);
        const [go, home, scan, leave] = [this.go, this.goHome, this.scan, this.leave].map((method) => method.bind(this));
        useSubEnv({ assetManager: { go, home, scan, leave } });
        this.code = this.takeCode();
        this.place = useState(this.readPlace());
        this.tellAddress();
    }

    get Screen() {
        return SCREENS[this.place.screen] || SCREENS.home;
    }

    /** Another document or item is another screen; the steps of a document are not. */
    get screenKey() {
        const { screen, session, item, kind } = this.place;
        return [screen, session, item, kind].join();
    }

    get screenProps() {
        const { screen, ...place } = this.place;
        return {
            choose: { kind: place.kind },
            session: { sessionId: place.session, step: place.step || "scan", ...this.opened },
            item: { item: place.item, code: this.code },
        }[screen] || { code: this.code };
    }

    readPlace() {
        const params = this.props.action.params || {};
        const place = Object.fromEntries(ADDRESS_KEYS.map((key) => [key, params[key]]));
        return { ...place, screen: place.screen in SCREENS ? place.screen : this.constructor.firstScreen };
    }

    /**
     * A code in the address acts as if it had been scanned, once. The router makes numbers of what looks like one:
     * taken from there, a code would lose its leading zeros.
     */
    takeCode() {
        const code = new URLSearchParams(browser.location.search).get("code") || this.props.action.params?.code;
        return code && String(code);
    }

    /** @param {Object} [opened] of the session that is gone to: `payload`, and `early` codes to scan there */
    go(place, opened) {
        this.code = undefined;
        this.opened = opened;
        Object.assign(this.place, Object.fromEntries(ADDRESS_KEYS.map((key) => [key, undefined])), place);
        this.tellAddress();
    }

    goHome() {
        this.go({ screen: this.constructor.firstScreen });
    }

    /** Opens what a code stands for. */
    scan(code) {
        this.go({ screen: "home" });
        this.code = code;
    }

    tellAddress() {
        const place = Object.fromEntries(ADDRESS_KEYS.map((key) => [key, this.place[key]]));
        // Where Odoo comes back to from another action.
        this.props.action.params = place;
        this.props.updateActionState({ ...place, code: undefined });
    }

    /** Back to Odoo: to where the person came from, else to the first app they have besides this one. */
    async leave() {
        const { breadcrumbs } = this.env.config;
        if (breadcrumbs.length > 1) {
            return breadcrumbs.at(-2).onSelected();
        }
        // An app may open what comes first in its menu, and that may be this one.
        const apps = this.menu.getApps().filter((app) => ![AssetManager.path, StockManagement.path].includes(app.actionPath));
        const inventory = apps.find((app) => app.xmlid === "stock.menu_stock_root");
        await this.menu.selectMenu(inventory || apps[0]);
    }
}

/** The same app, opened where one looks things up. */
export class StockManagement extends AssetManager {
    static path = "stock-management";
    static displayName = _t("Stock Management");
    static firstScreen = "item";
}

registry.category("actions").add("cognityv_scanning.asset_manager", AssetManager);
registry.category("actions").add("cognityv_scanning.stock_management", StockManagement);
