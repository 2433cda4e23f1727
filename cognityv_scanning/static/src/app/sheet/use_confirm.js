import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { useService } from "@web/core/utils/hooks";

/**
 * @returns {(title: string, body: string, labels: {confirmLabel: string, cancelLabel: string}) => Promise<boolean>} asks
 *  whether the person is sure
 */
export function useConfirm() {
    const dialog = useService("dialog");
    return (title, body, labels) =>
        new Promise((resolve) => {
            const props = { title, body, ...labels, confirm: () => resolve(true), cancel: () => resolve(false) };
            dialog.add(ConfirmationDialog, props, { onClose: () => resolve(false) });
        });
}
