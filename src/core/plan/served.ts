import type { Files } from "../machine/facts.ts";
import { baseName, isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { holdsState, isHome, isTemporaryTop } from "./areas.ts";
import { placeOf } from "./links.ts";
import { isLibraryFile, type LibraryTree } from "./trees.ts";

/** What browsers are sent. The application opens one of these when somebody asks for it, and any other of the directory the next moment. */
const page = /\.(x?html?|shtml|xslt?|css|m?js|map|svg|ico|png|gif|jpe?g|webp|avif|woff2?|ttf|webmanifest|tmpl|tpl)$/i;
/** Programs that load their own sources by these names. */
const interpreter = /^(node|nodejs|deno|bun)$/;

/** A directory with more is not taken whole: then only what was opened goes in. */
const most = { files: 2000, bytes: 64 * 1024 * 1024 };
/** Repositories, passwords and settings of editors lie beside pages and are none; these two are for visitors. */
const hidden = /^\.(?!well-known$|htaccess$)/;

/** Directories of which the application was asked for a page: all that everybody may read there goes in. */
export function servedTrees(trace: Trace, files: Files): LibraryTree[] {
	const tops = new Set<Path>();
	for (const { path, programs, succeeded } of trace.accesses.values()) {
		if (!succeeded.has("read") || succeeded.has("write") || !page.test(path)) continue;
		if ([...programs].some((program) => interpreter.test(baseName(program)))) continue;
		const real = placeOf(path, files);
		if (!page.test(real) || isLibraryFile(real)) continue;
		// A package may keep its pages elsewhere, with a link for each.
		for (const top of [parent(real), placeOf(parent(path), files)]) if (!isCommon(top)) tops.add(top);
	}
	const outermost = [...tops].filter((top) => ![...tops].some((other) => other !== top && isWithin(top, other)));
	return outermost.sort().flatMap((top) => {
		const paths = readableBelow(top, files);
		return paths ? [{ top, paths }] : [];
	});
}

/** A directory in which many have something of theirs. */
function isCommon(directory: Path): boolean {
	const depth = directory.split("/").length - 1;
	const isShallow = depth < (isWithin(directory, pathFromText("/usr")) ? 3 : 2);
	return isShallow || holdsState(directory) || isTemporaryTop(directory) || isHome(directory);
}

/** undefined where there is too much. */
function readableBelow(top: Path, files: Files): Path[] | undefined {
	const found: Path[] = [];
	let [bytes, seen] = [0, 0];
	const pending: Path[] = [top];
	for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
		for (const name of files.list(directory)) {
			if (++seen > most.files) return undefined;
			if (hidden.test(name)) continue;
			const path = join(directory, name);
			const status = files.status(path);
			if (status?.kind === "directory") pending.push(path);
			// Whoever may write there may have put a link to what only root reads.
			const led = status?.kind === "symlink" ? files.status(placeOf(path, files)) : status;
			const isReadable = led?.kind === "file" && (led.mode & 0o6004) === 0o004;
			const isLink = status?.kind === "symlink" && led?.kind === "directory";
			if (status === undefined || !(isReadable || isLink)) continue;
			found.push(path);
			bytes += status.size;
			if (bytes > most.bytes) return undefined;
		}
	}
	return found;
}
