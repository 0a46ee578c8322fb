import { realpathSync } from "node:fs";
import { basename } from "node:path";
import type { ApplicationDraft } from "../../core/application/found.ts";
import type { Note } from "../../core/failure.ts";
import { lookUpProgram } from "./path-lookup.ts";
import type { ListeningProcess } from "./processes.ts";

/**
 * One process for each application: workers share the sockets of their parent, so of related processes with the same program the
 * eldest represents all, with the ports of all.
 */
export function mainProcesses(processes: readonly ListeningProcess[]): ListeningProcess[] {
	const byPid = new Map(processes.map((process) => [process.pid, process]));
	const eldest = (process: ListeningProcess): ListeningProcess => {
		let current = process;
		for (let steps = 0; steps < processes.length; steps += 1) {
			const parent = byPid.get(current.parent);
			if (parent === undefined || parent.exe !== current.exe) break;
			current = parent;
		}
		return current;
	};
	const ports = new Map<number, Set<ListeningProcess["ports"][number]>>();
	for (const process of processes) {
		const { pid } = eldest(process);
		const set = ports.get(pid) ?? new Set();
		const known = new Set([...set].map((port) => JSON.stringify(port)));
		for (const port of process.ports) if (!known.has(JSON.stringify(port))) set.add(port);
		ports.set(pid, set);
	}
	return processes.flatMap((process) => {
		const all = ports.get(process.pid);
		return all === undefined ? [] : [{ ...process, ports: [...all] }];
	});
}

/** The application of a process, as far as it is visible from outside. Its environment is not read. */
export function draftFromProcess(
	process: Pick<ListeningProcess, "command" | "cwd" | "exe" | "uid">,
	accountName: (uid: number) => string | undefined,
): { readonly application: ApplicationDraft; readonly notes: readonly Note[] } {
	const notes: Note[] = [];
	const { exe = "", command } = process;
	const [own = "", ...rest] = command;
	// "nginx: master process …" and "redis-server *:6379" are single strings, and no program's name contains a blank.
	const rewritten = own === "" || (/\s/.test(own) && !exe.includes(own));
	if (rewritten) notes.push({ code: "found-title-rewritten", values: {} });
	const user = process.uid === 0 ? undefined : accountName(process.uid);
	if (process.uid !== 0 && user === undefined) notes.push({ code: "found-account-unknown", values: { uid: process.uid } });
	return {
		application: {
			// The title still distinguishes the names of one executable, e.g. redis-server and redis-check-rdb.
			command: rewritten
				? [programName(/^[^\s:]+/.exec(own)?.[0] ?? "", exe, process.cwd)]
				: [programName(own, exe, process.cwd), ...rest],
			...(user === undefined ? {} : { user }),
			cwd: process.cwd ?? "/",
		},
		notes,
	};
}

/**
 * The name it was started with if that leads to the running program: /usr/bin/python3 outlives /usr/bin/python3.13, and busybox
 * depends on it.
 */
function programName(own: string, exe: string, cwd = "/"): string {
	const found = lookUpProgram(own.replace(/^-/, ""), { cwd });
	if ("path" in found) {
		try {
			if (realpathSync(found.path) === exe || basename(found.path) === basename(exe)) return found.path;
		} catch {
			// It is gone, but the executable is known.
		}
	}
	return exe;
}
