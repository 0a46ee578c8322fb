import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { allPids, fileIdentity, linkTarget } from "../../base/host/proc.ts";
import { isGone, thisProcess } from "../../base/host/processes.ts";
import { nativeProgramFile } from "../../base/host/release.ts";
import { findTool, startTool } from "../../base/host/tools.ts";
import { type Path, pathToBytes, pathToText } from "../../base/path/path.ts";
import type { Alarm } from "../alarm.ts";
import type { Detection, Openings, OpeningsRequest } from "../ports.ts";
import { namespaceRoot, originOf, runOf, sessionOf } from "./caged-process.ts";
import { followKernelLog, hasForeignNumbers, recordedDenials } from "./kernel-log.ts";

/** Milliseconds that a command gets. */
const commandTime = 60_000;

/**
 * Runs a shell line in its own process group, so that whatever a hanging one has started can be killed with it. What it leaves in the
 * background when it ends stays.
 */
function runCommand(command: string, input: string, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = startTool("/bin/sh", ["-c", command], { detached: true, stdio: ["pipe", "ignore", "inherit"] });
		// It may end without reading.
		child.stdin?.on("error", () => {});
		child.stdin?.end(input);
		const kill = () => void attempt(() => child.pid && process.kill(-child.pid, "SIGKILL"));
		let hangs = false;
		const timer = setTimeout(() => {
			hangs = true;
			kill();
		}, commandTime);
		signal.addEventListener("abort", kill, { once: true });
		const finish = (status: number | string) => {
			clearTimeout(timer);
			signal.removeEventListener("abort", kill);
			if (signal.aborted) reject(signal.reason);
			else if (hangs) reject(new Failure("reaction-command-hung", { command, seconds: commandTime / 1000 }));
			else if (status === 0) resolve();
			else reject(new Failure("reaction-command-failed", { command, status }));
		};
		child.on("error", (error) => finish(error.message));
		child.on("exit", (status, name) => finish(status ?? name ?? ""));
	});
}

/** Suspends all other processes of its PID namespace, if that is the one it was told. kill(2) with -1 leaves none out that forks. */
const suspendOthers = '[ "$(readlink /proc/self/ns/pid)" = "$1" ] && kill -STOP -1';

async function suspendNamespaces(inits: readonly number[]): Promise<void> {
	for (const init of inits) {
		const namespace = linkTarget(init, "ns/pid");
		if (namespace === undefined || namespace === linkTarget("self", "ns/pid")) continue;
		const words = ["--target", String(init), "--pid", "--", "/bin/sh", "-c", suspendOthers, "sh", namespace];
		const child = startTool("nsenter", words, { stdio: "ignore" });
		await new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
	}
}

/**
 * Starts our static program that asks the kernel for openings. Returns undefined if it cannot: without root, in a container, or on a
 * processor that the program was not compiled for.
 */
async function watchOpenings({ files, onOpen }: OpeningsRequest): Promise<Openings | undefined> {
	const names = files.flatMap((path) => pathToText(path) ?? []);
	if (names.length < files.length) return undefined;
	try {
		return await startWatcher(names, onOpen);
	} catch {
		return undefined;
	}
}

/** Resolves when the files are watched. A file that is gone was in a generation that has been removed. */
async function startWatcher(files: readonly string[], onOpen: OpeningsRequest["onOpen"]): Promise<Openings | undefined> {
	const child = startTool(nativeProgramFile("decoys"), files, { stdio: ["pipe", "pipe", "ignore"] });
	const identities = new Map(files.map((path, file) => [fileIdentity(path), file]));
	let isRunning = true;
	const openings: Openings = { isRunning: () => isRunning, stop: () => void child.kill("SIGKILL") };
	const isReady = await new Promise<boolean>((resolve) => {
		const end = () => {
			isRunning = false;
			resolve(false);
		};
		child.on("error", end);
		child.on("close", end);
		child.stdin.on("error", end);
		let watched = 0;
		createInterface({ input: child.stdout }).on("line", (line) => {
			const [first = 0, pid] = line.split(" ").map(Number);
			if (pid !== undefined) {
				const opening = openingOf({ descriptor: first, pid, watcher: child.pid ?? 0 }, identities);
				child.stdin.write("\n");
				if (opening) onOpen(opening);
			} else if (first !== 0 && first !== gone) resolve(false);
			else if (++watched === files.length) resolve(true);
		});
	});
	if (isReady) return openings;
	openings.stop();
	return undefined;
}

const gone = 2; // ENOENT

interface OpeningEvent {
	readonly descriptor: number;
	readonly pid: number;
	readonly watcher: number;
}

/** The program holds the file open until it is answered. */
function openingOf({ descriptor, pid, watcher }: OpeningEvent, identities: ReadonlyMap<string, number>) {
	const file = identities.get(fileIdentity(`/proc/${watcher}/fd/${descriptor}`));
	const path = linkTarget(watcher, `fd/${descriptor}`);
	if (file === undefined || path === undefined) return undefined;
	const program = linkTarget(pid, "exe");
	const uid = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
	return { file, path, pid, ...omitUndefined({ program, uid }) };
}

export const systemDetection: Detection = {
	watchOpenings,
	follow: followKernelLog,
	denials: recordedDenials,
	processes: allPids,
	hasForeignNumbers,
	rootOf: namespaceRoot,
	sessionOf,
	originOf,
	rootIdentity: (root: Path) => fileIdentity(`${pathToBytes(root).toString()}/.`),
	toJournal,
	starterOf: runOf,
	suspendNamespaces,
	watch: thisProcess(),
	hasEnded: isGone,
	runCommand,
};

/** journal fields: systemd.journal-fields(7). The first two are what `journalctl -x` and other tools look for. */
function toJournal(alarm: Alarm, message: string): void {
	const logger = findTool("logger");
	if (logger === undefined) return;
	const fields = {
		MESSAGE_ID: alarmMessageId,
		PRIORITY: alarm.severity === "high" ? "1" : "4",
		SYSLOG_IDENTIFIER: "cagewright",
		MESSAGE: message,
		CAGE: alarm.cage,
		CAGEWRIGHT_KIND: alarm.kind,
		CAGEWRIGHT_CALL: alarm.call ?? "",
		CAGEWRIGHT_FINDING: alarm.finding ?? "",
		CAGEWRIGHT_PATH: alarm.path ?? "",
		CAGEWRIGHT_TECHNIQUE: alarm.why ?? "",
		CAGEWRIGHT_SEVERITY: alarm.severity,
		CAGEWRIGHT_RESULT: alarm.result,
		CAGEWRIGHT_COUNT: String(alarm.count),
		CAGEWRIGHT_OPTIONS: alarm.options?.length ? alarm.options.join(", ") : "none",
		OBJECT_PID: String(alarm.pid ?? ""),
		CAGEWRIGHT_PROGRAM: alarm.executable ?? "",
	};
	const child = startTool(logger, ["--journald"], { stdio: ["pipe", "ignore", "ignore"] });
	child.on("error", () => undefined);
	child.stdin.on("error", () => undefined);
	// A line break would begin another field.
	child.stdin.end(
		Object.entries(fields)
			.filter(([, value]) => value !== "")
			.map(([name, value]) => `${name}=${value.replace(/[^\x20-\x7e]/g, "?")}\n`)
			.join(""),
	);
}

/** sd-id128(3): a random ID for this kind of message. */
const alarmMessageId = "6f0a3a1e9c7b4a0f8d1b5b7c2f3e4d91";
