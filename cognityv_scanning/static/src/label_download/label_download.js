import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";

/**
 * Saves a file that the server has made, then closes the dialog it was asked for in. Unlike a link in a new window, no
 * phone blocks it.
 */
async function downloadLabels(env, action) {
    await download({ url: action.params.url, data: {} });
    return { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("cognityv_scanning.download_labels", downloadLabels);
