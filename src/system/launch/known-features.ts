import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Features } from "../../core/confinement/method.ts";
import { transientName } from "../state/process.ts";
import { findTool } from "./tools.ts";

/**
 * What was found of this machine, kept in the state folder for the next start, which has to be quick (measured: asking anew takes a fifth of
 * a start). It holds for one boot of the kernel, for these very programs, and for a process with these rights. Should it be wrong all
 * the same, the launch fails: nothing is started with less.
 */

const fileName = "features.json";

/** Undefined where nothing is known that still holds. */
export function knownFeatures(state: string, tools: readonly string[]): Omit<Features, "bubblewrapLacks"> | undefined {
	try {
		const { features, key } = JSON.parse(readFileSync(join(state, fileName), "utf8"));
		return key === keyOf(tools) ? features : undefined;
	} catch {
		return undefined; // Not there yet, or not ours: found out anew.
	}
}

/** Only where cages were started before: a folder that may yet be refused is not written to. Else the next start asks again. */
export function keepFeatures(state: string, tools: readonly string[], features: Omit<Features, "bubblewrapLacks">): void {
	if (!existsSync(join(state, "scratch"))) return;
	const place = join(state, transientName("tmp"));
	try {
		writeFileSync(place, JSON.stringify({ key: keyOf(tools), features }), { mode: 0o600, flag: "wx" });
		renameSync(place, join(state, fileName));
	} catch {
		rmSync(place, { force: true });
	}
}

function keyOf(tools: readonly string[]): string {
	const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
	const rights = /^(CapBnd|Seccomp_filters):.*$/gm;
	const process = readFileSync("/proc/self/status", "latin1").match(rights) ?? [];
	const programs = tools.map((name) => {
		const path = findTool(name);
		if (path === undefined) return name;
		const { ctimeMs, dev, ino, size } = statSync(path);
		return [path, dev, ino, size, ctimeMs].join(" ");
	});
	return [boot, ...process, ...programs].join("\n");
}
