import { closeSync, constants, existsSync, fstatSync, openSync } from "node:fs";
import { attempt } from "../../base/host/errors.ts";
import { fileIdentity, textOf, wordsOf } from "../../base/host/proc.ts";
import { processStatus } from "../../base/host/processes.ts";
import { attemptsProgram } from "../../confine/places.ts";
import { unsetSession } from "../denial.ts";
import type { ProcessOrigin } from "../ports.ts";

/** What the kernel knows of a process and the process cannot change. */

const ownRoot = fileIdentity("/proc/self/root/.");

/**
 * Device and inode of the root directory of the process's mount namespace. Undefined if the process has ended. The link
 * /proc/PID/root leads to the directory that the process chose by chroot(2), and `..` from there to the top, because only our own
 * root stops us.
 */
export function namespaceRoot(pid: number): string | undefined {
	const chosen = `/proc/${pid}/root/.`;
	const identity = fileIdentity(chosen);
	if (identity === "") return undefined;
	return identity === ownRoot ? identity : attempt(() => inTop(chosen, identityOf));
}

/** Directories to climb at once: a path has at most 4096 bytes. */
const climb = "/..".repeat(32);

/**
 * Returns what `ask` says about the directory of which the parents are itself. An application can nest directories as deep as it
 * likes.
 */
function inTop<Answer>(place: string, ask: (descriptor: number) => Answer): Answer {
	const openDirectory = (path: string) => openSync(path, o_path | constants.O_DIRECTORY);
	let descriptor = openDirectory(place);
	try {
		for (;;) {
			const above = openDirectory(`/proc/self/fd/${descriptor}${climb}`);
			const [before, now] = [descriptor, above].map(identityOf);
			closeSync(descriptor);
			descriptor = above;
			if (before === now) return ask(descriptor);
		}
	} finally {
		closeSync(descriptor);
	}
}

function identityOf(descriptor: number): string {
	const { dev, ino } = fstatSync(descriptor, { bigint: true });
	return `${dev}:${ino}`;
}

/**
 * Whether the launch of this process has the escape techniques. The root of its mount namespace shows only what the launcher mounted
 * there: no application can, and its own root, from which the kernel names its program, is not asked.
 */
function hasAttempts(pid: number): boolean {
	const isThere = (descriptor: number) => existsSync(`/proc/self/fd/${descriptor}${attemptsProgram}`);
	return attempt(() => inTop(`/proc/${pid}/root/.`, isThere)) ?? false;
}

/** O_PATH of open(2), on every processor. */
const o_path = 0o10000000;

export function sessionOf(pid: number): number | undefined {
	const text = textOf(`/proc/${pid}/sessionid`);
	if (text !== undefined) return Number(text);
	// A kernel without auditing has no such file.
	return processStatus(pid) ? unsetSession : undefined;
}

export function originOf(pid: number): ProcessOrigin | undefined {
	const root = namespaceRoot(pid);
	const session = sessionOf(pid);
	let outside = processStatus(pid)?.parent;
	while (outside && root !== undefined && namespaceRoot(outside) === root) outside = processStatus(outside)?.parent;
	if (outside === undefined) return undefined;
	// 0: it was entered from another PID namespace, so nobody knows what it shares with processes there.
	const outer = outside === 0 ? session : sessionOf(outside);
	const ancestors = isTestUnit(pid) ? "test" : starterOf(outside);
	if (ancestors === "ended" || outer === undefined || session === undefined) return undefined;
	const isTested = ancestors === "test" || (ancestors === "unknown" && hasAttempts(pid));
	return { isTested, hasOwnSession: session !== unsetSession && session !== outer };
}

/** Services of trials and self-tests; systemd starts them. */
function isTestUnit(pid: number): boolean {
	return /\/cagewright-(trial|selftest)[^/]*\.service(\/|$)/m.test(textOf(`/proc/${pid}/cgroup`) ?? "");
}

/**
 * What started a cage. `outside` is its first ancestor outside; a process inside cannot forge those. `ended`: one of them ended in the
 * meantime.
 */
function starterOf(outside: number): "test" | "run" | "unknown" | "ended" {
	let isService = true;
	for (let one = outside; one > 1; ) {
		const status = processStatus(one);
		if (!status) return "ended";
		const starter = ownCommand(one);
		if (starter) return starter;
		// An older systemd runs the launcher's steps.
		isService &&= status.name === "unshare";
		one = status.parent;
	}
	return isService && outside !== 0 ? "run" : "unknown";
}

/** The `cagewright run` that started a process, if it still runs. */
export function runOf(pid: number): number | undefined {
	for (let one = pid; one > 1; one = processStatus(one)?.parent ?? 0) if (ownCommand(one) === "run") return one;
	return undefined;
}

/** Undefined for what is not Cagewright. */
function ownCommand(pid: number): "test" | "run" | undefined {
	const command = wordsOf(pid, "cmdline");
	const script = command.findIndex((word) => /(^|\/)(cagewright(\.js)?|dist\/main\.js)$/.test(word));
	if (script < 0 || fileIdentity(`/proc/${pid}/root/.`) !== ownRoot) return undefined;
	return command.slice(script + 1).includes("run") ? "run" : "test";
}
