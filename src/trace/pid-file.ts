import { baseName, isWithin, type Path, pathFromText } from "../base/path/path.ts";

/**
 * Files in which an application keeps the number of one of its processes. Process numbers begin again at each start of a cage, so
 * the file of an earlier start would name another process, and a service that only asks whether that one lives would refuse to start.
 *
 * Each start removes them, so nothing else may count as one. Both must be true:
 * - The file is below /run, where a boot removes everything, or its name says what it is for: `twistd.pid`, `pid`, `mongod.lock`.
 *   A file in the state with another name may contain a small number for any reason, such as `PG_VERSION`.
 * - Its first line is a number of a process that the trace shows, and nothing else. Short lines may follow, as in `postmaster.pid`.
 */

const run = pathFromText("/run");
const pidName = /(^|[^a-z])(pid|pidfile|lock|lockfile|lck)([^a-z]|$)/i;

/** Whether a file at this real path may be one. */
export function mayBePidFile(path: Path): boolean {
	return isWithin(path, run) || pidName.test(baseName(path));
}

/** Characters and lines of the longest: PostgreSQL's has eight lines, with two paths. */
const most = { characters: 1024, lines: 10 };

/** Whether a whole content names one of these processes. */
export function namesProcess(content: string, numbers: ReadonlySet<number>): boolean {
	if (content.length > most.characters) return false;
	const [first = "", ...more] = content.trimEnd().split("\n");
	return more.length < most.lines && /^\s*\d{1,10}\s*$/.test(first) && numbers.has(Number(first));
}
