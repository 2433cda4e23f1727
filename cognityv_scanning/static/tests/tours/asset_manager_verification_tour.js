import { registry } from "@web/core/registry";
import {
    allSent,
    click,
    clickLine,
    openAppOnPhone,
    outcome,
    quantity,
    scan,
    typeLikeAScanner,
} from "./asset_manager_tour_helpers";

const MOST_TAPS = 3;
let taps;

const countTap = () => taps++;

const startCountingTaps = {
    content: "From here on taps are counted",
    trigger: ".o_am_home",
    run: () => {
        taps = 0;
        window.addEventListener("click", countTap, { capture: true });
    },
};

const checkTaps = {
    content: `No more than ${MOST_TAPS} taps`,
    trigger: ".o_am_done_submitted",
    run: () => {
        window.removeEventListener("click", countTap, { capture: true });
        if (taps < 1 || taps > MOST_TAPS) {
            throw new Error(`It took ${taps} taps.`);
        }
    },
};

/** A place of 20 items, from the first screen to the stock that is put right; nobody waits between two scans. */
registry.category("web_tour.tours").add("asset_manager_verification_phone", {
    steps: () => [
        ...openAppOnPhone,
        startCountingTaps,
        {
            content: "Scan the place and, at once, what is in it",
            trigger: ".o_am_bar",
            run: () => {
                typeLikeAScanner("RACK-20");
                for (let number = 1; number <= 20; number++) {
                    typeLikeAScanner(`ITEM-${number}`);
                }
            },
        },
        { content: "The place is open", trigger: ".o_am_header:contains(Rack 20)" },
        outcome("accepted", "Item 20"),
        { content: "All is counted", trigger: ".o_am_progress:contains(20 of 20 items complete)" },
        click("Review", ".o_am_review"),
        { content: "Nothing differs", trigger: ".o_am_summary:contains(20)" },
        click("Submit", ".o_am_submit:enabled"),
        checkTaps,
    ],
});

/** What is missing and what is extra shows as one goes, a note tells why, and a reload comes back to the same place. */
registry.category("web_tour.tours").add("asset_manager_differences_phone", {
    steps: () => [
        scan("RACK-A1", ".o_am_home ~ .o_am_bar"),
        quantity("Bolt", 0, 10),
        { content: "It is missing", trigger: ".o_am_line[data-status=missing]:contains(Bolt)" },
        scan("BOLT-EAN"),
        { content: "Some are missing", trigger: ".o_am_line[data-status=partial]:contains(9 missing)" },
        scan("DRILL-1"),
        outcome("accepted", "Drill"),
        { content: "It is extra", trigger: ".o_am_line[data-status=extra]:contains(Not expected)" },
        { content: "It belongs elsewhere", trigger: ".o_am_line:contains(Drill) .fa-map-marker" },
        clickLine("Bolt"),
        click("A note", ".o_am_add_note"),
        { content: "Why", trigger: ".o_am_note", run: "edit The box is torn" },
        click("Save it", ".o_am_save_note"),
        { content: "It is there", trigger: ".o_am_line:contains(Bolt):contains(The box is torn)" },
        allSent,
        {
            content: "Reload",
            trigger: ".o_am_review",
            run: () => window.location.reload(),
            expectUnloadPage: true,
        },
        quantity("Bolt", 1, 10),
        clickLine("Bolt"),
        click("Seven", "[data-key='7']"),
        click("The total is seven", ".o_am_keypad_confirm"),
        quantity("Bolt", 7, 10),
        scan("SOMETHING-ELSE"),
        outcome("unknown", "SOMETHING-ELSE"),
        click("What is wrong", ".o_am_problems_button"),
        click("Nothing", ".o_am_problem_dismiss"),
        scan("NUT-EAN"),
        quantity("Nut", 1, 4),
        allSent,
        click("Review", ".o_am_review"),
        quantity("Nut", 1, 4),
        click("Submit", ".o_am_submit:enabled"),
        { content: "What became of it", trigger: ".o_am_done_submitted .o_am_done_outcome" },
    ],
});

/** Who came straight to the app, as to the first page after login, finds the way out. */
registry.category("web_tour.tours").add("asset_manager_leave_phone", {
    steps: () => [
        click("Back to Odoo", ".o_am_leave"),
        { content: "The inventory sheets", trigger: ".o_action_manager .o_view_controller" },
    ],
});

/** A counter on a blind sheet: it waits for them, nothing tells what is expected, somebody else validates. */
registry.category("web_tour.tours").add("asset_manager_blind_phone", {
    steps: () => [
        ...[
            click("The sheet that waits", ".o_am_to_count .o_am_row"),
            { content: "Nothing is scanned", trigger: ".o_am_session" },
            scan("BOLT-EAN"),
            quantity("Bolt", 1),
            scan("BOLT-EAN"),
            quantity("Bolt", 2),
        ],
        {
            content: "Nothing of what is expected shows",
            trigger: ".o_am_lines",
            run: ({ anchor }) => {
                const screen = anchor.closest(".o_asset_manager");
                if (screen.querySelector(".o_am_required, .o_am_remark, .progress") || screen.textContent.includes("10")) {
                    throw new Error(`It tells: ${screen.textContent}`);
                }
            },
        },
        allSent,
        click("Review", ".o_am_review"),
        { content: "The review", trigger: ".o_am_summary" },
        click("Submit", ".o_am_submit:enabled"),
        { content: "Handed in", trigger: ".o_am_done_submitted" },
    ],
});
