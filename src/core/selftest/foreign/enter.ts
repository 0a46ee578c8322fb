import type { Path } from "../../path/path.ts";
import { pathToText } from "../../path/path.ts";
import type { ProcessState } from "./state.ts";

/** Takes over the confinement of a process that somebody else started, in the process that then tries the escape techniques. */

export interface EntryRequest {
	readonly state: ProcessState;
	/** Files of /proc/PID/ns whose namespace differs from ours. */
	readonly namespaces: readonly string[];
	/** It has seccomp filters that we do not have. */
	readonly hasFilters: boolean;
	/** Directories of its root that a tmpfs covers for the test, so that nothing is written to its files. */
	readonly covers: readonly Path[];
}

/** Returns arguments for native/escape-enter.h. */
export function enterArguments({ covers, hasFilters, namespaces, state }: EntryRequest): string[] {
	const { accounts, capabilities } = state;
	const values = {
		target: state.pid,
		namespaces: namespaces.join("\n"),
		ids: [...accounts.uids.slice(0, 3), ...accounts.gids.slice(0, 3)].join("\n"),
		groups: accounts.groups.join("\n"),
		...capabilities,
		covers: covers.flatMap((path) => pathToText(path) ?? []).join("\n"),
		filters: hasFilters ? 1 : "",
	};
	return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}
