/** What a hand scanner does: keys one right after the other, then Enter. */
export function typeLikeAScanner(code, element = document.body) {
    for (const key of [...code, "Enter"]) {
        element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
}

/** A scan, once what the person looks at is there. */
export const scan = (code, trigger = ".o_asset_manager .o_am_bar") => ({
    content: `Scan ${code}`,
    trigger,
    run: () => typeLikeAScanner(code),
});

/** What came of the last scan. */
export const outcome = (name, item) => ({
    content: `${item}: ${name}`,
    trigger: `.o_am_outcome[data-outcome=${name}] .o_am_outcome_item:contains(${item})`,
});

const line = (product) => `.o_am_line:has(.o_am_row_title:contains(${product}))`;

export const quantity = (product, scanned, required) => ({
    content: `${product}: ${scanned}` + (required ? ` of ${required}` : ""),
    trigger: [
        line(product),
        `:has(.o_am_scanned:text(${scanned}))`,
        required ? `:has(.o_am_required:text(${required}))` : ":not(:has(.o_am_required))",
    ].join(""),
});

export const clickLine = (product) => ({ content: `Tap ${product}`, trigger: line(product), run: "click" });

export const click = (content, trigger) => ({ content, trigger, run: "click" });

/** Everything has reached the server. */
export const allSent = { content: "Nothing waits", trigger: ".o_am_sync[data-status=idle]:not(:has(.o_am_waiting))" };

export const openAppOnPhone = [
    click("The menu", ".o_main_navbar .o_menu_toggle"),
    click("All apps", ".o_app_menu_sidebar .o_sidebar_topbar a"),
    click("The app", ".o_app_menu_sidebar [data-menu-xmlid='cognityv_scanning.menu_asset_manager_root']"),
    { content: "Its first screen", trigger: ".o_am_home .o_am_hint" },
];
