import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const cell = (product, name) => `.o_data_row:contains(${product}) td[name=${name}]`;

function countLine(product, quantity) {
    return [
        { content: `Open the cell of ${product}`, trigger: cell(product, "real_qty"), run: "click" },
        {
            content: `Count ${quantity} of ${product}`,
            trigger: ".o_selected_row td[name=real_qty] input",
            run: `edit ${quantity}`,
        },
        { content: "Leave the row", trigger: ".oe_title h1", run: "click" },
        {
            content: `${product} is counted`,
            trigger: `.o_data_row:contains(${product}):not(.o_selected_row) td[name=real_qty]:contains(${quantity})`,
        },
    ];
}

const state = (name) => `.o_statusbar_status button.o_arrow_button_current:contains(${name})`;

/** A manager's whole way: draft, fill, plan, start, count, complete, validate, show the moves. */
registry.category("web_tour.tours").add("inventory_sheet_whole_way", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        { content: "Open Inventory", trigger: ".o_app[data-menu-xmlid='stock.menu_stock_root']", run: "click" },
        {
            content: "Open Operations",
            trigger: "[data-menu-xmlid='stock.menu_stock_warehouse_mgmt']",
            run: "click",
        },
        {
            content: "Open the sheets",
            trigger: "[data-menu-xmlid='cognityv_inventory.menu_inventory_sheet']",
            run: "click",
        },
        { content: "A new sheet", trigger: ".o_list_button_add", run: "click" },
        { content: "It is a draft", trigger: state("Draft") },
        { content: "Its lines", trigger: ".o_notebook a:contains(Inventory lines)", run: "click" },
        { content: "Fill it", trigger: "button[name=action_ask_fill]", run: "click" },
        { content: "It is filled", trigger: cell("Bolt", "product_id") },
        { content: "Plan", trigger: "button[name=action_plan]", run: "click" },
        { content: "It is planned", trigger: state("Planned") },
        { content: "Start", trigger: "button[name=action_ask_start]", run: "click" },
        { content: "Confirm the block", trigger: ".modal button:contains(Start)", run: "click" },
        { content: "It is in progress", trigger: state("In progress") },
        ...countLine("Bolt", 7),
        ...countLine("Nut", 0),
        { content: "The gap of the bolt", trigger: `${cell("Bolt", "gap_qty")}:contains(-3)` },
        { content: "Complete: something is not counted", trigger: "button[name=action_ask_complete]", run: "click" },
        { content: "It is named", trigger: ".modal [name=uncounted]:contains(Washer)" },
        { content: "Keep it as not counted", trigger: ".modal button[name=action_keep]", run: "click" },
        { content: "It is completed", trigger: state("Completed") },
        { content: "Validate", trigger: "button[name=action_ask_validate]", run: "click" },
        { content: "It is validated", trigger: state("Validated") },
        { content: "The tools", trigger: ".o_inventory_tools", run: "click" },
        { content: "Show the lines", trigger: ".o_show_lines", run: "click" },
        { content: "The line of the bolt", trigger: ".o_list_view .o_data_row:contains(Bolt):contains(-3)" },
        { content: "Back to the sheet", trigger: ".o_breadcrumb a:contains(COUNT)", run: "click" },
        { content: "It is still validated", trigger: state("Validated") },
        { content: "The tools again", trigger: ".o_inventory_tools", run: "click" },
        { content: "Show the moves", trigger: ".o_show_moves", run: "click" },
        { content: "The move of the bolt", trigger: ".o_list_view .o_data_row:contains(Bolt)" },
        { content: "The move of the nut", trigger: ".o_list_view .o_data_row:contains(Nut)" },
    ],
});

/** A delivery out of a place that is being counted is refused with a sentence. */
registry.category("web_tour.tours").add("inventory_sheet_refused_delivery", {
    steps: () => [
        { content: "Validate the delivery", trigger: "button[name=button_validate]:enabled", run: "click" },
        { content: "Refused", trigger: ".modal:contains(is being counted on inventory sheet)" },
        { content: "Close", trigger: ".modal .modal-footer button", run: "click" },
        { content: "Still not done", trigger: "button[name=button_validate]" },
    ],
});

function countOnPhone(product, quantity) {
    return [
        { content: `Open ${product}`, trigger: `.o_kanban_record:contains(${product})`, run: "click" },
        { content: "It is empty", trigger: ".modal [name=own_qty] input:value()" },
        {
            content: "Neither the system nor the first pass is shown",
            trigger: ".modal:not(:contains(8.75)):not(:has([name=current_qty], [name=gap_qty], [name=pass_summary]))",
        },
        { content: "No count of anybody else", trigger: ".modal [name=count_ids]:not(:has(.o_kanban_record:not(.o_kanban_ghost)))" },
        { content: `Count ${quantity}`, trigger: ".modal [name=own_qty] input", run: `edit ${quantity}` },
        { content: "Save it", trigger: ".modal .o_form_button_save", run: "click" },
        { content: "It is counted", trigger: `.o_kanban_record:contains(${product}):contains(${quantity}.00)` },
        { content: "Save the sheet", trigger: ".o_form_status_indicator .o_form_button_save", run: "click" },
        { content: "It is saved", trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible" },
    ];
}

/** The second counter of a blind sheet counts two lines without being influenced; one of them differs. */
registry.category("web_tour.tours").add("inventory_sheet_second_pass_phone", {
    steps: () => [
        { content: "The lines", trigger: ".o_notebook a:contains(Inventory lines)", run: "click" },
        { content: "The second pass is asked for", trigger: ".o_kanban_record:contains(Bolt):contains(Second pass)" },
        { content: "Not what was found", trigger: "body:not(:contains(8.75)):not(:contains(10.00))" },
        ...countOnPhone("Bolt", 6),
        { content: "They differ", trigger: ".o_kanban_record:contains(Bolt):contains(To recount)" },
        ...countOnPhone("Nut", 4),
        { content: "They agree", trigger: ".o_kanban_record:contains(Nut):not(:contains(Second pass))" },
        { content: "Complete", trigger: "button[name=action_ask_complete]", run: "click" },
        { content: "It is named", trigger: ".modal [name=lines_text]:contains(Bolt)" },
        { content: "Accepting is not for counters", trigger: ".modal:not(:has(button[name=action_accept]))" },
        { content: "Show them", trigger: ".modal button[name=action_count]", run: "click" },
        { content: "Only the bolt", trigger: ".o_content:contains(Bolt):not(:contains(Nut))" },
    ],
});

/** The manager sees that the passes differ, and accepts the second with a reason. */
registry.category("web_tour.tours").add("inventory_sheet_manager_settles_phone", {
    steps: () => [
        { content: "Complete", trigger: "button[name=action_ask_complete]", run: "click" },
        { content: "The bolt waits", trigger: ".modal [name=lines_text]:contains(Bolt)" },
        { content: "Why", trigger: ".modal [name=reason] input", run: "edit Seen twice" },
        { content: "Accept", trigger: ".modal button[name=action_accept]", run: "click" },
        { content: "Nothing waits: it is completed", trigger: ".o_statusbar_status:contains(Completed)" },
    ],
});

/** A counter on a phone counts a line and completes the sheet. */
registry.category("web_tour.tours").add("inventory_sheet_counter_phone", {
    steps: () => [
        { content: "The lines", trigger: ".o_notebook a:contains(Inventory lines)", run: "click" },
        { content: "Open the bolt", trigger: ".o_kanban_record:contains(Bolt)", run: "click" },
        { content: "Count it", trigger: ".modal [name=real_qty] input", run: "edit 4" },
        { content: "Save it", trigger: ".modal .o_form_button_save", run: "click" },
        { content: "It is counted", trigger: ".o_kanban_record:contains(Bolt):contains(4.00)" },
        { content: "Complete", trigger: "button[name=action_ask_complete]", run: "click" },
        { content: "It is completed", trigger: ".o_statusbar_status:contains(Completed)" },
        { content: "A counter does not validate", trigger: "body:not(:has(button[name=action_ask_validate]))" },
    ],
});
