import type { Files } from "../base/machine/facts.ts";
import { baseName, isWithin, join, type Path, pathFromText, pathToText } from "../base/path/path.ts";
import type { Application } from "../service/application.ts";
import { parseCreatedDirectory } from "../service/created-directory.ts";
import { pidFilesOf, type ServiceSettings } from "../service/service-settings.ts";
import type { Trace } from "../trace/trace.ts";
import { placeNamed, placeOf } from "./links.ts";

/**
 * What a service that has run on this host left in /run. A trace starts without it, so that a plan made after a boot is the same as
 * one made after a run.
 */

const run = pathFromText("/run");

/** Returns what systemd removes when the service ends, and further pid files of its own. */
export function serviceLeftovers(application: Pick<Application, "command" | "service">, files: Files): Path[] {
	return [...new Set([...removedAtStop(application, files), ...ownPidFiles(application, files)])];
}

/**
 * Returns the leftovers of a second start in the same sandbox: what systemd removes, and the directories that the first start
 * found in /run although it wanted to create them. The second start shows what it needs to create them.
 */
export function laterLeftovers(application: Pick<Application, "directories" | "service">, trace: Trace, files: Files): Path[] {
	const declared = application.directories.map((text) => placeNamed(parseCreatedDirectory(text).path, files));
	const found = [...trace.accesses.values()].flatMap(({ failed, path }) => {
		const place = placeOf(path, files);
		const isOwn = place !== run && isWithin(place, run) && !declared.some((one) => isWithin(one, place));
		const isThere = failed.get("EEXIST")?.has("create") === true && files.status(place)?.kind === "directory";
		return isOwn && isThere && !isOfTheSystem.has(place) ? [place] : [];
	});
	return [...new Set([...removedAtStop(application, files), ...writtenPidFiles(trace, files), ...found])];
}

/** Returns the pid files that an application wrote: those below /run by their name, and others by their content. */
export function writtenPidFiles({ accesses, pidFiles }: Pick<Trace, "accesses" | "pidFiles">, files: Files): Path[] {
	// Created: many daemons write a temporary file, and rename it.
	const written = [...accesses.values()].filter(
		({ path, succeeded }) => isPidFile(path) && (succeeded.has("write") || succeeded.has("create")),
	);
	const named = written.map(({ path }) => placeOf(path, files)).filter((path) => isWithin(path, run));
	return [...new Set(named.concat([...pidFiles]))].sort();
}

/** Returns the service's settings with the pid files that it writes, which a later start must not find. */
export function withPidFiles(
	{ service = {} }: Pick<Application, "service">,
	trace: Pick<Trace, "accesses" | "pidFiles">,
	files: Files,
): ServiceSettings {
	const known = removedAtStop({ service: { ...service, pidFiles: [] } }, files);
	const more = writtenPidFiles(trace, files).filter((path) => !known.some((one) => isWithin(path, one)));
	const pidFiles = more.flatMap((path) => pathToText(path) ?? []);
	return { ...service, ...(pidFiles.length ? { pidFiles } : {}) };
}

export function isPidFile(path: Path): boolean {
	return path.endsWith(".pid");
}

/** Every system has these after a boot (file-hierarchy(7)). */
const isOfTheSystem: ReadonlySet<string> = new Set(["/run/lock", "/run/lock/subsys", "/run/user", "/run/systemd"]);

function removedAtStop({ service = {} }: Pick<Application, "service">, files: Files): Path[] {
	const { runtimeDirectories = [] } = service;
	return [...runtimeDirectories, ...pidFilesOf(service)].map((path) => placeNamed(path, files));
}

/** Pid files in /run that name no process any more, or one of the same program. Others belong to services that run. */
function ownPidFiles({ command }: Pick<Application, "command">, files: Files): Path[] {
	const listed = (directory: Path) => files.list(directory).map((name) => join(directory, name));
	const all = listed(run).flatMap((path) => (files.status(path)?.kind === "directory" ? [path, ...listed(path)] : [path]));
	return all.filter((path) => {
		if (!isPidFile(path) || files.status(path)?.kind !== "file") return false;
		const pid = /^\s*(\d{1,10})\s*$/.exec(files.read(path, 64)?.toString("latin1") ?? "")?.[1];
		if (pid === undefined) return false;
		const words = files
			.read(pathFromText(`/proc/${pid}/cmdline`), 4096)
			?.toString("latin1")
			.split("\0");
		const program = baseName(pathFromText(command[0] ?? ""));
		return words === undefined || words.some((word) => baseName(word as Path) === program);
	});
}
