import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const row = (product) => `.o_data_row:contains(${product})`;
const onHand = (product, quantity) => `${row(product)} td[name=quantity]:contains(${quantity})`;

const openContents = [
    stepUtils.showAppsMenuItem(),
    { content: "Open Inventory", trigger: ".o_app[data-menu-xmlid='stock.menu_stock_root']", run: "click" },
    { content: "Open Operations", trigger: "[data-menu-xmlid='stock.menu_stock_warehouse_mgmt']", run: "click" },
    {
        content: "Open the locations",
        trigger: "[data-menu-xmlid='cognityv_inventory.menu_location_contents']",
        run: "click",
    },
    { content: "Open rack A1", trigger: ".o_list_view .o_data_row td[name=complete_name]:contains(A1)", run: "click" },
    { content: "What is in it", trigger: ".o_form_view [name=content_quant_ids]" },
    { content: "The bolts", trigger: onHand("Bolt", "10.00") },
];

/** From a location's contents, with its pencil, to a quantity that is right. */
registry.category("web_tour.tours").add("stock_correction_from_location", {
    steps: () => [
        ...openContents,
        { content: "The pencil", trigger: `${row("Bolt")} button[name=action_correct_stock]`, run: "click" },
        { content: "It is filled in", trigger: ".modal [name=product_id]:contains(Bolt)" },
        { content: "The quantity in database", trigger: ".modal [name=current_qty]:contains(10.00)" },
        { content: "What is really there", trigger: ".modal [name=real_qty] input", run: "edit 8" },
        { content: "Why", trigger: ".modal [name=reason_id] input", run: "edit destroyed" },
        {
            content: "Choose the reason",
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Part destroyed)",
            run: "click",
        },
        { content: "The difference", trigger: ".modal [name=gap_qty]:contains(-2.00)" },
        { content: "Validate", trigger: ".modal button[name=action_ask_validate]", run: "click" },
        { content: "Back, and the quantity has changed", trigger: `body:not(:has(.modal)) ${onHand("Bolt", "8.00")}` },
    ],
});

/** Several rows of a location's contents at once, with one reason. */
registry.category("web_tour.tours").add("stock_correction_of_several", {
    steps: () => [
        ...openContents,
        { content: "As a list", trigger: "button[name=action_view_contents]", run: "click" },
        { content: "The list", trigger: ".o_list_view .o_list_record_selector" },
        { content: "Select all", trigger: "thead .o_list_record_selector input", run: "click" },
        { content: "Correct them", trigger: ".o_control_panel button[name=action_correct_stock]", run: "click" },
        { content: "Why", trigger: ".modal [name=reason_id] input", run: "edit error" },
        {
            content: "Choose the reason",
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Stock error)",
            run: "click",
        },
        { content: "The bolts", trigger: `.modal ${row("Bolt")} td[name=real_qty]`, run: "click" },
        { content: "What is really there", trigger: ".modal .o_selected_row:contains(Bolt) td[name=real_qty] input", run: "edit 7" },
        { content: "The nuts", trigger: `.modal ${row("Nut")} td[name=real_qty]`, run: "click" },
        { content: "None of them", trigger: ".modal .o_selected_row:contains(Nut) td[name=real_qty] input", run: "edit 0" },
        { content: "Validate", trigger: ".modal button[name=action_validate]", run: "click" },
        { content: "The bolts have changed", trigger: `body:not(:has(.modal)) ${onHand("Bolt", "7.00")}` },
        { content: "The nuts are gone", trigger: `.o_list_view:not(:has(${row("Nut")}))` },
    ],
});

/** The stock changes while a person enters the actual quantity: they are told, and validate knowing it. */
registry.category("web_tour.tours").add("stock_correction_conflict", {
    steps: () => [
        { content: "It says so before", trigger: ".alert:contains(The stock has changed)" },
        { content: "Validate", trigger: "button[name=action_ask_validate]", run: "click" },
        { content: "What it was", trigger: ".modal [name=seen_qty]:contains(10.00)" },
        { content: "What it has become", trigger: ".modal [name=current_qty]:contains(7.00)" },
        { content: "Knowing that", trigger: ".modal button[name=action_set_real]", run: "click" },
        { content: "It is validated", trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Validated)" },
        { content: "Its move", trigger: "button[name=action_view_moves]", run: "click" },
        { content: "And back", trigger: "[name=correction_id]:contains(CORR)" },
        { content: "With the reason", trigger: "[name=correction_reason_id]:contains(Stock error)" },
    ],
});
