import { type Path, parent, pathFromText } from "../path/path.ts";
import { testsRights } from "../trace/calls.ts";
import type { Access } from "../trace/trace.ts";
import { isCommand, isCommon, isDocumentation, isSystemDirectory } from "./areas.ts";
import { namedContent } from "./content.ts";
import { placeOf } from "./links.ts";
import type { PlanInput } from "./plan.ts";
import { sourceOfByteCode } from "./trees.ts";

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
	const daemon = placeOf(pathFromText(command), files);
	const isOfDaemon = ({ programs }: Access) => [...programs].some((program) => placeOf(program, files) === daemon);
	const listed = new Set(all.filter(({ succeeded }) => succeeded.has("list")).map(({ path }) => placeOf(path, files)));
	// Python looks at a source and reads its byte code.
	const read = new Set(all.filter(({ succeeded }) => succeeded.has("read")).map(({ path }) => sourceOfByteCode(path)));
	const isLook = (access: Access) =>
		isOnlyLooked(access) && !read.has(access.path) && files.status(placeOf(access.path, files))?.kind === "file";
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
