import { sandboxPermissions } from "../confinement/filter-permissions.ts";
import { describeFilter } from "../confinement/seccomp.ts";

/** Calls that the filters of the sandbox and of every cage refuse whatever the plan permits. */
const names: ReadonlySet<string> = new Set(
	describeFilter(sandboxPermissions).flatMap(({ answer, call, when }) =>
		answer === "EPERM" && when === undefined ? [call] : [],
	),
);

export function isNeverAllowed(call: string): boolean {
	return names.has(call) || call === "umount";
}
