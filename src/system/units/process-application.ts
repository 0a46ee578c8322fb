import { realpathSync } from "node:fs";
import { basename } from "node:path";
import type { ApplicationDraft } from "../../core/application/found.ts";
import type { Note } from "../../core/failure.ts";
import { lookUpProgram } from "./path-lookup.ts";
import type { ListeningProcess } from "./processes.ts";

/**
 * One process for each application: workers share the sockets of the one that started them, so of a family that runs the same
 * program the eldest stands for all, with the ports of all.
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

/** The application that a process is, as far as it can be told from outside; its environment stays unread. */
export function draftFromProcess(
	process: Pick<ListeningProcess, "command" | "cwd" | "exe" | "uid">,
	accountName: (uid: number) => string | undefined,
): { readonly application: ApplicationDraft; readonly notes: readonly Note[] } {
	const notes: Note[] = [];
	const { exe = "", command } = process;
	const [own = "", ...rest] = command;
	// "nginx: master process …" and "redis-server *:6379" stand in one string: no program's name has a blank.
	const rewritten = own === "" || (/\s/.test(own) && !exe.includes(own));
	if (rewritten) notes.push({ code: "found-title-rewritten", values: {} });
	const user = process.uid === 0 ? undefined : accountName(process.uid);
	if (process.uid !== 0 && user === undefined) notes.push({ code: "found-account-unknown", values: { uid: process.uid } });
	return {
		application: {
			// What it calls itself still tells apart the names of one executable, e.g. redis-server and redis-check-rdb.
			command: rewritten
				? [programName(/^[^\s:]+/.exec(own)?.[0] ?? "", exe, process.cwd)]
				: [programName(own, exe, process.cwd), ...rest],
			...(user === undefined ? {} : { user }),
			cwd: process.cwd ?? "/",
		},
		notes,
	};
}

/** The name under which it was started, where that leads to what runs: /usr/bin/python3 outlives /usr/bin/python3.13, and busybox looks at it. */
function programName(own: string, exe: string, cwd = "/"): string {
	const found = lookUpProgram(own.replace(/^-/, ""), { cwd });
	if ("path" in found) {
		try {
			if (realpathSync(found.path) === exe || basename(found.path) === basename(exe)) return found.path;
		} catch {
			// Gone since: what runs is still known.
		}
	}
	return exe;
}
