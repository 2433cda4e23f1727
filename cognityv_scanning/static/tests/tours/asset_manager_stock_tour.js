import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { allSent, click, outcome, quantity, scan, typeLikeAScanner } from "./asset_manager_tour_helpers";

const onHand = (title, number) => `.o_am_stock_row:has(.o_am_row_title:contains(${title})):has(.o_am_on_hand:text(${number}))`;

const openMenu = (item) => [
    stepUtils.showAppsMenuItem(),
    click("Inventory", ".o_app[data-menu-xmlid='stock.menu_stock_root']"),
    click("Operations", "[data-menu-xmlid='stock.menu_stock_warehouse_mgmt']"),
    click("Its entry", `[data-menu-xmlid='cognityv_scanning.${item}']`),
];

/** Stock Management on a phone: an item, its place, a correction with its reason, and its label. */
registry.category("web_tour.tours").add("asset_manager_stock_phone", {
    steps: () => [
        click("Stock", ".o_am_open_item"),
        scan("BOLT-EAN"),
        { content: "How much of it", trigger: ".o_am_item_head:contains(Bolt) .o_am_total:text(15)" },
        { content: "It is here", trigger: onHand("A1", 10) },
        click("And here", onHand("A2", 5)),
        click("What else is there", ".o_am_open_other"),
        { content: "The place", trigger: ".o_am_item_title:contains(A2)" },
        click("The bolts there", onHand("Bolt", 5)),
        click("They are wrong", ".o_am_correct"),
        click("Three", "[data-key='3']"),
        { content: "Why is asked for", trigger: ".o_am_keypad_confirm:disabled:contains(Choose a reason)" },
        click("Why", ".o_am_reason:contains(Stock error)"),
        { content: "A comment", trigger: ".o_am_comment", run: "edit behind the rack" },
        click("Correct them", ".o_am_keypad_confirm:enabled:contains(Correct to 3)"),
        { content: "What was done", trigger: ".o_am_outcome[data-outcome=accepted]:contains(CORR)" },
        { content: "They are right", trigger: onHand("Bolt", 3) },
        click("Its label", ".o_am_label"),
        { content: "How it is to be printed", trigger: ".modal [name=output]" },
        click("Not now", ".modal footer button.btn-secondary"),
        { content: "The place is still there", trigger: "body:not(:has(.modal)) .o_am_item_title:contains(A2)" },
        scan("NOTHING-AT-ALL"),
        outcome("unknown", "NOTHING-AT-ALL"),
    ],
});

/** At a desk with a hand scanner, from the menu of Inventory; while a field has the focus, too; then back to Odoo. */
registry.category("web_tour.tours").add("asset_manager_desktop", {
    steps: () => [
        ...openMenu("menu_inventory_logging"),
        click("Sales", ".o_am_kind_sale"),
        {
            content: "What is scanned into the search opens",
            trigger: ".o_asset_manager:has(.o_am_documents .o_am_row) .o_am_search_input",
            run: ({ anchor }) => {
                anchor.focus();
                const [name] = document.querySelector(".o_am_documents .o_am_row_title").textContent.split("\n");
                typeLikeAScanner(name, anchor);
            },
        },
        { content: "The order", trigger: ".o_am_session" },
        scan("BOLT-EAN"),
        quantity("Bolt", 1, 2),
        allSent,
        click("To the first screen", ".o_am_back"),
        { content: "It can be gone on with", trigger: ".o_am_open .o_am_row" },
        click("Back to Odoo", ".o_am_leave"),
        ...openMenu("menu_stock_management").slice(2),
        scan("BOLT-EAN", ".o_am_item ~ .o_am_bar"),
        { content: "Where it is", trigger: onHand("A1", 10) },
    ],
});
