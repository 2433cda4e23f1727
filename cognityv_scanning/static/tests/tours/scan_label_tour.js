import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("cognityv_scanning_label_tour", {
    steps: () => [
        { content: "open the menu", trigger: ".o_cp_action_menus .fa-cog", run: "click" },
        { content: "print labels", trigger: ".o-dropdown--menu .dropdown-item:contains(QR Labels)", run: "click" },
        { content: "the label is shown", trigger: ".modal [name=preview] img[alt=Bolt]" },
        { content: "of how many labels is said", trigger: ".modal [name=summary]:contains('Labels: 1, sheets: 1')" },
        { content: "seven of them", trigger: ".modal [name=copies] input", run: "edit 7" },
        { content: "on a roll", trigger: ".modal [name=output] input", run: "click" },
        { content: "choose it", trigger: ".o_select_menu_item:contains(Label roll)", run: "click" },
        { content: "the number has changed", trigger: ".modal [name=summary]:contains('Labels: 7')" },
        { content: "the size is asked for", trigger: ".modal [name=roll_format]" },
        { content: "get the file", trigger: ".modal footer button:contains(Download)", run: "click" },
        { content: "the dialog closes", trigger: "body:not(:has(.modal)) .o_form_view" },
    ],
});
