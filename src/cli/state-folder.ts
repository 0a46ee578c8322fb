import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** Returns the state folder: `--state`, `CAGEWRIGHT_STATE` unless it is empty, or the default. */
export function stateFolder(requested: string | undefined): string {
	return resolve(requested ?? (process.env.CAGEWRIGHT_STATE || defaultState()));
}

/** Returns the state folder if it is not the default, so that printed commands must name it. */
export function otherState(requested: string | undefined): string | undefined {
	const state = stateFolder(requested);
	return state === defaultState() ? undefined : state;
}

function defaultState(): string {
	if (process.getuid?.() === 0) return "/var/lib/cagewright";
	// XDG Base Directory Specification: relative paths must be ignored.
	const wanted = process.env.XDG_STATE_HOME ?? "";
	return join(isAbsolute(wanted) ? wanted : join(homedir(), ".local", "state"), "cagewright");
}
