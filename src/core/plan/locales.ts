import type { Files } from "../machine/facts.ts";
import { etc, isWithin, join, type Path, parent, pathFromText } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import { placeOf } from "./links.ts";
import type { LibraryTree } from "./trees.ts";
import { walkBelow } from "./walk.ts";

const locales = pathFromText("/usr/lib/locale");
const archive = join(locales, pathFromText("locale-archive"));
/** An archive of every language would be larger than most cages. */
const maxArchive = 64 * 1024 * 1024;
const maxConfiguration = 256 * 1024;
/** `C.UTF-8`, `de_DE`, `de_DE.UTF-8@euro` (locale(7)). */
const name = /\b(C|[a-z]{2,3}_[A-Z]{2})(\.[A-Za-z0-9-]+)?(@[a-z]+)?\b/g;

/**
 * Returns the locales that the application's configuration names. A database opens the locale of its tables when the first client
 * comes, which a trace need not see.
 */
export function namedLocales({ accesses }: Trace, files: Files): LibraryTree[] {
	const read = [...accesses.values()].filter(
		({ path, succeeded }) => succeeded.has("read") && isWithin(parent(path), etc) && parent(path) !== etc,
	);
	const texts = read.map(({ path }) => files.read(placeOf(path, files), maxConfiguration)?.toString("latin1") ?? "");
	const lines = texts.flatMap((text) => text.split("\n")).filter((line) => !/^\s*[#;]/.test(line));
	const named = new Set(lines.flatMap((line) => line.match(name) ?? []));
	const tops = [...named].flatMap((one) => placesOf(one, files));
	return [...new Set(tops)].sort().map((top) => {
		if (top === archive) return { top, paths: [top] };
		return { top, paths: [...walkBelow(top, files)].flatMap(({ path, status }) => (status.kind === "file" ? [path] : [])) };
	});
}

/** The C library writes a character set in small letters without a hyphen (`C.utf8`), as localedef(1) does. */
function placesOf(text: string, files: Files): Path[] {
	const usual = text.replace(/\.([^@]+)/, (_, codeset: string) => `.${codeset.toLowerCase().replaceAll("-", "")}`);
	const directories = [text, usual].map((one) => join(locales, pathFromText(one)));
	const found = directories.find((path) => files.status(path)?.kind === "directory");
	if (found !== undefined) return [found];
	const status = text === "C" ? undefined : files.status(archive);
	return status?.kind === "file" && status.size <= maxArchive ? [archive] : [];
}
