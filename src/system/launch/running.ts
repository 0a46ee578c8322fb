import { readdirSync, statSync } from "node:fs";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import { processStatus } from "./processes.ts";

/**
 * Pids of the processes whose root directory is `root`. Told by device and inode: the link /proc/PID/root reads "/" from
 * outside whatever it is (measured).
 */
export function processesIn(root: Path): number[] {
	const wanted = statSync(pathToBytes(root), { bigint: true, throwIfNoEntry: false });
	if (!wanted) return [];
	return readdirSync("/proc").flatMap((name) => {
		if (!/^\d+$/.test(name)) return [];
		try {
			const found = statSync(`/proc/${name}/root/.`, { bigint: true });
			return found.dev === wanted.dev && found.ino === wanted.ino ? [Number(name)] : [];
		} catch {
			return []; // It ended, or it is not ours to look at.
		}
	});
}

/** The first process of each PID namespace in which a cage with this root runs: our init, or under systemd the application. */
export function initsIn(root: Path): number[] {
	const inside = processesIn(root);
	const firsts = inside.filter(
		(pid) => processStatus(pid)?.namespacePids.at(-1) === 1 && (processStatus(pid)?.namespacePids.length ?? 0) > 1,
	);
	// Without a PID namespace of its own (an older systemd), the application is whoever has its parent outside.
	return firsts.length ? firsts : inside.filter((pid) => !inside.includes(processStatus(pid)?.parent ?? 0));
}
