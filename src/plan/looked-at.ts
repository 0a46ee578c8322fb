import { ancestors, isWithin, normalise, type Path, parent, pathFromText, resolvePath } from "../base/path/path.ts";
import type { Application } from "../service/application.ts";
import { testsRights } from "../trace/calls.ts";
import type { Access, Trace } from "../trace/trace.ts";
import { isCommand, isCommon, isDocumentation, isSystemDirectory } from "./areas.ts";
import { placeOf } from "./links.ts";
import type { PlanInput } from "./plan.ts";
import { sourceOfByteCode } from "./trees.ts";

/** Maximum bytes of a configuration file that may name a directory. */
const longest = 256 * 1024;

/**
 * Tells content that the application serves or processes from content that it only meets: the command line, the environment, the
 * working directory or a configuration file that it read names the file or a directory above. `isNameable` leaves out directories
 * that are named for many reasons.
 */
function namedContent(
	{ application, files, trace }: Pick<PlanInput, "application" | "files" | "trace">,
	isNameable: (path: Path) => boolean,
): (path: Path) => boolean {
	const named = namedPaths(application).filter(isNameable);
	let texts: readonly string[] | undefined;
	return (path) => {
		if (named.some((one) => isWithin(path, one))) return true;
		// Read only if there is such a file at all.
		texts ??= configurationOf(trace, files);
		return [...ancestors(path), path].some((one) => isNameable(one) && texts?.some((text) => names(text, one)));
	};
}

/** Every word, and every part after `=` or `:`, as a path. */
function namedPaths({ command, cwd, env }: Application): Path[] {
	const directory = pathFromText(cwd);
	const words = [...command, ...Object.values(env)].flatMap((word) => [word, ...word.split(/[=:,]/).slice(1)]);
	return [directory, ...words.filter(Boolean).map((word) => resolvePath(directory, pathFromText(word)))].map(normalise);
}

function configurationOf({ accesses }: Trace, files: PlanInput["files"]): string[] {
	const read = [...accesses.values()].filter(({ path, succeeded }) => succeeded.has("read") && isWithin(path, "/etc" as Path));
	return read.flatMap(({ path }) => files.read(files.resolve(path) ?? path, longest)?.toString("latin1") ?? []);
}

/** The path is a whole word: `/usr/share/doc/x/README` and `/usr/share/doc/xy` do not name `/usr/share/doc/x`. */
function names(text: string, path: Path): boolean {
	for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1)) {
		if (/^\/?(?![\w.+/-])/.test(text.slice(at + path.length, at + path.length + 2))) return true;
	}
	return false;
}

/** If one program looked at more files in directories that it listed, it swept them, as find(1) and du(1) do. */
const mostListed = 20;
/** The same for files anywhere: a package check has their names from a database. */
const mostLooked = 100;

/**
 * Tells files that the application tests from those that it only passes over. A test is any call that looks at a file without
 * opening it; its answer decides what the application does next.
 */
export function passedOver(
	input: Pick<PlanInput, "application" | "files" | "trace">,
	isOwn: (directory: Path) => boolean,
): (access: Access) => boolean {
	const { files } = input;
	const isSwept = sweeps(input);
	const isNamedPage = namedContent(input, (path) => isDocumentation(`${path}/.` as Path));
	const isNamed = namedContent(input, (path) => !isSystemDirectory(path) && !isCommon(path) && !isCommand(`${path}/.` as Path));
	return (access) => {
		const { path } = access;
		if (!isOnlyLooked(access)) return false;
		if (isDocumentation(path) && !isNamedPage(path)) return true;
		return isSwept(access) && !isOwn(parent(placeOf(path, files))) && !isNamed(path);
	};
}

/** The daemon itself does not sweep: it makes an index of data that it uses later, as PHP does of time zones. */
function sweeps({ application, files, trace }: Pick<PlanInput, "application" | "files" | "trace">): (access: Access) => boolean {
	const all = [...trace.accesses.values()];
	const [command = ""] = application.command;
	const daemon = new Set([pathFromText(command), ...trace.mainPrograms].map((program) => placeOf(program, files)));
	const isOfDaemon = ({ programs }: Access) => [...programs].some((program) => daemon.has(placeOf(program, files)));
	const listed = new Set(all.filter(({ succeeded }) => succeeded.has("list")).map(({ path }) => placeOf(path, files)));
	// Python looks at a source and reads its byte code. Java looks at a link and opens its target.
	const read = new Set(
		all.filter(({ succeeded }) => succeeded.has("read")).map(({ path }) => sourceOfByteCode(placeOf(path, files))),
	);
	const isLook = (access: Access) => {
		const place = placeOf(access.path, files);
		return isOnlyLooked(access) && !read.has(place) && files.status(place)?.kind === "file";
	};
	const isListed = ({ calls, path }: Access) => listed.has(placeOf(parent(path), files)) && ![...calls].some(testsRights);
	const walked = new Map<Path, number>();
	const looked = new Map<Path, number>();
	for (const access of all.filter(isLook)) {
		for (const program of access.programs) {
			looked.set(program, (looked.get(program) ?? 0) + 1);
			if (isListed(access)) walked.set(program, (walked.get(program) ?? 0) + 1);
		}
	}
	return (access) => {
		if (!isLook(access) || !access.programs.size || isOfDaemon(access)) return false;
		return [...access.programs].every(
			(program) => (looked.get(program) ?? 0) > mostLooked || (isListed(access) && (walked.get(program) ?? 0) > mostListed),
		);
	};
}

/** Whether the application never opened, executed or changed it. */
export function isOnlyLooked({ succeeded }: Pick<Access, "succeeded">): boolean {
	return [...succeeded].every((operation) => operation === "look");
}
