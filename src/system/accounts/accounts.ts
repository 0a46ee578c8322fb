import { readFileSync } from "node:fs";
import { parseGroup, parsePasswd } from "../../core/machine/passwd.ts";
import type { Accounts } from "../../engine/ports.ts";

/** Accounts of the host's own files. */
export const systemAccounts: Accounts = {
	users: () => parsePasswd(read("/etc/passwd")),
	groups: () => parseGroup(read("/etc/group")),
};

function read(path: string): string {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return "";
	}
}
