import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** Where cages live: as asked for, else the contract's places, the system's for root and the XDG state folder for anybody else. An empty variable is none. */
export function stateFolder(asked: string | undefined): string {
	return resolve(asked ?? (process.env.CAGEWRIGHT_STATE || defaultState()));
}

export function defaultState(): string {
	if (process.getuid?.() === 0) return "/var/lib/cagewright";
	// XDG Base Directory Specification: what is relative is to be passed over.
	const wanted = process.env.XDG_STATE_HOME ?? "";
	return join(isAbsolute(wanted) ? wanted : join(homedir(), ".local", "state"), "cagewright");
}
