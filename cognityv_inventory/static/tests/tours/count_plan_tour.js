import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openMenu = (menu) => [
    stepUtils.showAppsMenuItem(),
    { content: "Open Inventory", trigger: ".o_app[data-menu-xmlid='stock.menu_stock_root']", run: "click" },
    { content: "Open Operations", trigger: "[data-menu-xmlid='stock.menu_stock_warehouse_mgmt']", run: "click" },
    { content: "Open the menu", trigger: `[data-menu-xmlid='cognityv_inventory.${menu}']`, run: "click" },
];

/** A manager makes a plan for class A, runs it, and its sheet is there, filled and planned. */
registry.category("web_tour.tours").add("count_plan_to_sheet", {
    steps: () => [
        ...openMenu("menu_count_plan"),
        { content: "A new plan", trigger: ".o_list_button_add", run: "click" },
        { content: "Its name", trigger: "[name=name] input", run: "edit Fast movers" },
        { content: "Open the classes", trigger: "[name=abc_class] input", run: "click" },
        { content: "Class A", trigger: ".o_select_menu_item:contains(A)", run: "click" },
        { content: "Counted monthly", trigger: "[name=interval_number] input:value(1)" },
        { content: "Make the sheet", trigger: "button[name=action_make_sheet]", run: "click" },
        { content: "It is planned", trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Planned)" },
        { content: "It comes from the plan", trigger: "[name=count_plan_id]:contains(Fast movers)" },
        { content: "Its lines", trigger: ".o_notebook a:contains(Inventory lines)", run: "click" },
        { content: "Class A is on it", trigger: ".o_data_row:contains(Bolt)" },
        { content: "Nothing else", trigger: "[name=line_ids]:not(:has(.o_data_row:contains(Nut)))" },
    ],
});

/** The overview says what is missing and makes the sheet of it. */
registry.category("web_tour.tours").add("count_overview", {
    steps: () => [
        ...openMenu("menu_count_overview"),
        { content: "A third is counted", trigger: ".o_overview_percent:contains(33)" },
        { content: "One sheet is late", trigger: ".o_overview_late:contains(1)" },
        { content: "See what is missing", trigger: ".o_overview_missing:contains(2 missing)", run: "click" },
        { content: "The bolt of A1", trigger: ".o_list_view .o_data_row:contains(Bolt)" },
        { content: "The nut of A1, and nothing more", trigger: ".o_list_view:not(:has(.o_data_row:eq(2))) .o_data_row:contains(Nut)" },
        { content: "Back", trigger: ".o_breadcrumb a:contains(Count Overview)", run: "click" },
        { content: "Count it", trigger: ".o_overview_count_missing", run: "click" },
        { content: "Two of them", trigger: ".modal [name=missing_count]:contains(2)" },
        { content: "Make the sheet", trigger: ".modal button[name=action_make_sheet]", run: "click" },
        { content: "It is a draft", trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Draft)" },
        { content: "Its lines", trigger: ".o_notebook a:contains(Inventory lines)", run: "click" },
        { content: "The nut is on it", trigger: ".o_data_row:contains(Nut)" },
    ],
});

/** A transfer that empties a place offers its count; asking for it makes the offer go. */
registry.category("web_tour.tours").add("count_of_an_empty_place", {
    steps: () => [
        { content: "Validate the delivery", trigger: "button[name=button_validate]:enabled", run: "click" },
        { content: "One place is empty", trigger: "[name=low_stock]:contains(1)" },
        { content: "Ask for a count", trigger: "button[name=action_request_low_stock_count]", run: "click" },
        { content: "It is planned", trigger: ".o_notification:contains(Count planned)" },
        { content: "The offer is gone", trigger: ".o_form_view:not(:has([name=low_stock]))" },
    ],
});
