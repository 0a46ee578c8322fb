import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where cages live: as asked for, else the contract's places, the system's for root and the XDG state folder for anybody else. */
export function stateFolder(asked: string | undefined): string {
	return resolve(asked ?? process.env.CAGEWRIGHT_STATE ?? defaultState());
}

export function defaultState(): string {
	if (process.getuid?.() === 0) return "/var/lib/cagewright";
	return join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "cagewright");
}
