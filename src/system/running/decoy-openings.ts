import { statSync } from "node:fs";
import { DecoyWatcherOutput, type OpeningEvent } from "../../core/detection/decoy-watcher.ts";
import { type Path, pathToText } from "../../core/path/path.ts";
import type { Openings, OpeningsRequest } from "../../engine/detection-ports.ts";
import { nativeProgramFile } from "../native-program.ts";
import { type ChildProcess, startTool } from "../tools.ts";
import { fileIdentity, linkTarget } from "./proc.ts";

/**
 * Starts our static program that asks the kernel for openings. Returns undefined if it cannot: without root, in a container, or on a
 * processor that the program was not compiled for.
 */
export async function watchOpenings({ files, onOpen }: OpeningsRequest): Promise<Openings | undefined> {
	const names = files.flatMap((path) => pathToText(path) ?? []);
	if (names.length < files.length) return undefined;
	try {
		const child = startTool(nativeProgramFile("decoys"), names, { stdio: ["pipe", "pipe", "ignore"] });
		return await follow(child, files, onOpen);
	} catch {
		return undefined;
	}
}

/** Resolves when the files are watched. A file that is gone was in a generation that has been removed. */
async function follow(child: ChildProcess, files: readonly Path[], onOpen: OpeningsRequest["onOpen"]) {
	const output = new DecoyWatcherOutput(files.length);
	const identities = new Map(files.map((path, file) => [fileIdentity(pathToText(path) ?? ""), file]));
	let isRunning = true;
	const openings: Openings = { isRunning: () => isRunning, stop: () => void child.kill("SIGKILL") };
	const isReady = await new Promise<boolean>((resolve) => {
		const end = () => {
			isRunning = false;
			resolve(false);
		};
		child.on("error", end);
		child.on("close", end);
		child.stdin?.on("error", end);
		child.stdout?.on("data", (chunk: Buffer) => {
			for (const event of output.add(chunk)) {
				const opening = openingOf(event, child.pid ?? 0, identities);
				if (event.descriptor !== undefined) child.stdin?.write("\n");
				if (opening) onOpen(opening);
			}
			const { results } = output;
			if (results) resolve(results.every((result) => result === 0 || result === gone));
		});
	});
	if (isReady) return openings;
	openings.stop();
	return undefined;
}

const gone = -2; // ENOENT

/** The program holds the file open until it is answered. */
function openingOf({ descriptor, pid }: OpeningEvent, watcher: number, identities: ReadonlyMap<string, number>) {
	if (descriptor === undefined) return undefined;
	const file = identities.get(fileIdentity(`/proc/${watcher}/fd/${descriptor}`));
	const path = linkTarget(watcher, `fd/${descriptor}`);
	if (file === undefined || path === undefined) return undefined;
	const program = linkTarget(pid, "exe");
	const uid = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
	return { file, path, pid, ...(program === undefined ? {} : { program }), ...(uid === undefined ? {} : { uid }) };
}
