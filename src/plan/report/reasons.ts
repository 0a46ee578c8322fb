import { printable, showPath } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import type { Reason } from "../plan.ts";

/** The reason for an entry as text. */
export function showReason(reason: Reason, messages: Messages): string {
	const words = messages.reasons;
	switch (reason.kind) {
		case "traced":
			return words.traced(printable(reason.calls.join(", ")), reason.program === undefined ? "" : showPath(reason.program));
		case "needed-by":
			return words.neededBy(showPath(reason.by));
		case "interpreter-of":
			return words.interpreterOf(showPath(reason.by));
		case "link-to":
			return words.linkTo(showPath(reason.target));
		case "part-of":
			return words.partOf(showPath(reason.tree));
		case "parent-of":
			return words.parentOf(showPath(reason.child));
		case "rule":
			if (reason.rule === "decoys") return words.decoy;
			return words.rule(reason.rule, printable(reason.value));
		case "trial":
			return words.trial(reason.round, printable(reason.call));
		case "shared":
			return words.shared[reason.what](showPath(reason.example));
		case "may-use":
			return words.mayUse(showPath(reason.by));
		case "offered":
			return words.offered(showPath(reason.socket));
		case "offered-file":
			return words.offeredFile(showPath(reason.file));
		case "own-file":
			return words.ownFile;
		case "account":
			return words.account;
		case "loader-cache":
			return words.loaderCache;
		case "launcher":
			return words.launcher;
		case "service-directory":
			return words.serviceDirectory;
		case "own-state":
			return words.ownState;
		case "edited":
			return words.edited;
		case "unneeded":
			return words.unneeded(reason.probes, reason.exercises, reason.at.slice(0, 10));
		default:
			return reason satisfies never;
	}
}
