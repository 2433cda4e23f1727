import { useEnv } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/**
 * @returns {(start: Object, early?: string[]) => Promise<void>} goes to the screen of what a start names: `{kind, res_id}` with one of the
 *  session's kinds, `{kind: "item", model, res_id}`, or `{sheet_id, location_id}`; then codes that were scanned before
 *  it was open, and are scanned there
 */
export function useOpenDocument() {
    const env = useEnv();
    const orm = useService("orm");
    const outbox = useService("scan_outbox");

    async function openSession(method, args, early) {
        const payload = await orm.call("stock.scan.session", method, args);
        await outbox.saveDocument(payload);
        env.assetManager.go({ screen: "session", session: payload.id }, { payload, early });
    }

    return async function openDocument({ kind, model, res_id, sheet_id, location_id }, early = []) {
        if (kind === "item") {
            env.assetManager.go({ screen: "item", item: `${model},${res_id}` });
        } else if (sheet_id) {
            await openSession("open_sheet", [sheet_id, location_id || false], early);
        } else {
            await openSession("open_for", [kind, res_id], early);
        }
    };
}
