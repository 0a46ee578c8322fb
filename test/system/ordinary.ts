import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { home, temporaryFolder, temporaryState, type Where } from "./cagewright.ts";
import { hostNetwork, type Network } from "./network.ts";

/** Somebody without any right of root, for the length of a test file. */
export interface Ordinary extends Where {
	readonly uid: number;
	readonly home: string;
	readonly enter: readonly string[];
	readonly program: string;
}

/** No account of any machine has this number, and none is needed to work. */
export const nobodyInParticular = 64_321;

/** The clone under test may lie in a private home: a copy of what a release has can be read by all. */
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
		else chmodSync(path, 0o644);
	}
}

export function ordinaryUser(copy: string, network: Network = hostNetwork, uid = nobodyInParticular): Ordinary {
	const own = temporaryFolder("home");
	const state = temporaryState();
	for (const folder of [own, state]) chownSync(folder, uid, uid);
	const become = ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"];
	return {
		uid,
		home: own,
		state,
		enter: [...network.enter, ...become],
		env: { HOME: own },
		program: join(copy, "dist/main.js"),
	};
}

/** A folder in his home. */
export function ownFolder({ home: own, uid }: Ordinary, name: string): string {
	const folder = join(own, name);
	mkdirSync(folder, { recursive: true });
	chownSync(folder, uid, uid);
	return folder;
}
