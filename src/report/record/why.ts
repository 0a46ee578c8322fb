import type { Reason } from "../../core/plan/plan.ts";
import { maskLine } from "../../core/record/mask.ts";
import type { Messages } from "../../messages/messages.ts";
import { showReason } from "../reasons.ts";

/** All reasons of an entry, in one line. */
export function reasonsText(reasons: readonly Reason[], messages: Messages): string {
	return maskLine([...new Set(reasons.map((reason) => showReason(reason, messages)))].join("; "));
}
