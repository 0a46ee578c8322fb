import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DecoyWatcherOutput, decoyWatcherExecutable, type OpeningEvent } from "../../core/confinement/programs/decoy-watcher.ts";
import { type Path, pathFromText, pathToText } from "../../core/path/path.ts";
import type { Openings, OpeningsRequest } from "../../engine/detection-ports.ts";
import { removeTree } from "../files/remove.ts";
import { makeSafeFolder } from "../state/folder.ts";
import { transientName } from "../state/process-identity.ts";
import { type ChildProcess, findTool, startTool } from "../tools.ts";
import { fileIdentity, linkTarget } from "./proc.ts";

/**
 * Starts our static program that asks the kernel for openings. Returns undefined if it cannot: without root, in a container, on a
 * full disk, or on a processor that the program was not written for. `state` holds the program until it runs.
 */
export async function watchOpenings(state: string, request: OpeningsRequest): Promise<Openings | undefined> {
	try {
		return await start(state, request);
	} catch {
		return undefined;
	}
}

async function start(state: string, { files, onOpen }: OpeningsRequest): Promise<Openings | undefined> {
	const program = decoyWatcherExecutable(process.arch);
	const setpriv = findTool("setpriv");
	const names = files.flatMap((path) => pathToText(path) ?? []);
	if (!program || setpriv === undefined || names.length < files.length) return undefined;
	const scratch = join(state, "scratch");
	await makeSafeFolder(pathFromText(scratch));
	const folder = join(scratch, transientName("scratch"));
	mkdirSync(folder, { mode: 0o700 });
	try {
		const file = join(folder, "decoy-watcher");
		writeFileSync(file, program, { mode: 0o700 });
		const child = startTool(setpriv, ["--pdeathsig", "KILL", file, ...names], { stdio: ["pipe", "pipe", "ignore"] });
		return await follow(child, files, onOpen);
	} finally {
		await removeTree(pathFromText(folder));
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
