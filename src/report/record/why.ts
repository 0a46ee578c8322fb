import type { Reason } from "../../core/plan/plan.ts";
import { maskLine } from "../../core/record/mask.ts";
import type { Messages } from "../../messages/messages.ts";
import { showReason } from "../reasons.ts";
import { code, type Inline } from "./document.ts";

/** Where a finding is, as it is shown; what concerns the cage as a whole has its root for a path. */
export function placeOf(path: string, { record }: Messages): Inline {
	return path === "/" ? record.parts.wholeCage : code(path);
}

/** All reasons of an entry, in one line. */
export function reasonsText(reasons: readonly Reason[], messages: Messages): string {
	return maskLine([...new Set(reasons.map((reason) => showReason(reason, messages)))].join("; "));
}
