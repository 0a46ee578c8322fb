import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { omitUndefined } from "../../base/collections.ts";
import type { Note } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { shellLinePath } from "../../base/host/shell-line.ts";
import type { ApplicationDraft } from "../found.ts";
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
			...omitUndefined({ user }),
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

/** Why a command's program cannot be started. */
type LookupError =
	/** No file of that name in the path, or none at that place. */
	| { readonly code: "program-not-found"; readonly name: string; readonly searched: readonly string[] }
	| { readonly code: "program-not-a-file"; readonly path: string }
	| { readonly code: "program-not-executable"; readonly path: string };

/** Directories of administration programs, which an ordinary account's PATH omits. */
const administration = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * The absolute path of a program, found like execvp(3) does; links stay as they are named. A name with a slash is relative to
 * `cwd`. Empty and relative parts of the path are skipped, because root could be in any directory. A file that cannot be executed
 * is reported only if no better one follows, as in shells.
 */
export function lookUpProgram(
	name: string,
	{ path = shellLinePath(), cwd = process.cwd() }: { path?: string; cwd?: string } = {},
): { readonly path: string } | { readonly error: LookupError } {
	if (name.includes("/")) {
		const absolute = resolve(cwd, name);
		const error = problem(absolute);
		return error === undefined ? { path: absolute } : { error };
	}
	const directories = [...new Set([...path.split(":").filter((directory) => directory.startsWith("/")), ...administration])];
	let better: LookupError | undefined;
	for (const directory of name === "" || name === "." || name === ".." ? [] : directories) {
		const candidate = join(directory, name);
		const error = problem(candidate);
		if (error === undefined) return { path: candidate };
		if (error.code !== "program-not-found") better ??= error;
	}
	return { error: better ?? { code: "program-not-found", name, searched: directories } };
}

function problem(path: string): LookupError | undefined {
	const status = attempt(() => statSync(path));
	if (!status) return { code: "program-not-found", name: path, searched: [] };
	if (!status.isFile()) return { code: "program-not-a-file", path };
	try {
		// For root, access(2) succeeds if anybody may execute it.
		accessSync(path, constants.X_OK);
		return undefined;
	} catch {
		return { code: "program-not-executable", path };
	}
}
