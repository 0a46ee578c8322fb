import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToText } from "../../core/path/path.ts";
import type { Openings, OpeningsRequest } from "../../engine/detection-ports.ts";
import { nativeProgramFile } from "../native-program.ts";
import { startTool } from "../tools.ts";
import { fileIdentity, linkTarget } from "./proc.ts";

/**
 * Starts our static program that asks the kernel for openings. Returns undefined if it cannot: without root, in a container, or on a
 * processor that the program was not compiled for.
 */
export async function watchOpenings({ files, onOpen }: OpeningsRequest): Promise<Openings | undefined> {
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
	return { file, path, pid, ...(program === undefined ? {} : { program }), ...(uid === undefined ? {} : { uid }) };
}
