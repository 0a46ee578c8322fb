import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { home, temporaryFolder, temporaryState, type Where } from "./cagewright.ts";
import { hostNetwork, type Network } from "./network.ts";

/** A user without root's rights, for one test file. */
export interface Ordinary extends Where {
	readonly uid: number;
	readonly home: string;
	readonly enter: readonly string[];
	readonly program: string;
}

/** An account number that no machine uses. Cagewright works without an account entry. */
export const nobodyInParticular = 64_321;

/** Copies the released files to a folder that everybody can read, because the clone under test may be in a private home. */
export function readableProgram(): string {
	const copy = temporaryFolder("program");
	for (const part of ["bin", "dist", "templates", "package.json"])
		cpSync(join(home, part), join(copy, part), { recursive: true });
	openTree(copy);
	return copy;
}

function openTree(folder: string): void {
	chmodSync(folder, 0o755);
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) openTree(path);
		else chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
	}
}

export function ordinaryUser(copy: string, network: Network = hostNetwork, uid = nobodyInParticular): Ordinary {
	const own = temporaryFolder("home");
	const state = temporaryState();
	for (const folder of [own, state]) chownSync(folder, uid, uid);
	const become = ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"];
	return { uid, home: own, state, enter: [...network.enter, ...become], env: { HOME: own }, program: join(copy, "dist/main.js") };
}

/** Creates a folder in the user's home. */
export function ownFolder({ home: own, uid }: Ordinary, name: string): string {
	const folder = join(own, name);
	mkdirSync(folder, { recursive: true });
	chownSync(folder, uid, uid);
	return folder;
}
