import { sandboxPermissions } from "../confinement/filter-permissions.ts";
import { describeFilter } from "../confinement/seccomp.ts";

/** Calls that the filter of every cage refuses whatever a plan opens, and that of the sandbox too. */
const names: ReadonlySet<string> = new Set(
	describeFilter(sandboxPermissions).flatMap(({ answer, call, when }) =>
		answer === "EPERM" && when === undefined ? [call] : [],
	),
);

export function isNeverAllowed(call: string): boolean {
	return names.has(call) || call === "umount";
}
