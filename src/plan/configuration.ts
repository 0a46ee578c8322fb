import type { Files } from "../base/machine/facts.ts";
import { baseName, etc, isWithin, type Path, parent, pathFromText } from "../base/path/path.ts";
import { withoutTrailing } from "../base/text.ts";
import type { Application } from "../service/application.ts";
import type { Trace } from "../trace/trace.ts";
import { placeOf } from "./links.ts";

/** A longer file is data, not configuration. */
const maxRead = 256 * 1024;
const comment = /^\s*(#|;|\/\/|\*|<!--|--)/;

/** A configuration file that the application read. */
export interface Configuration {
	/** Its real path. */
	readonly path: Path;
	/** Its lines without comments. */
	readonly lines: readonly string[];
}

/**
 * Returns the application's own configuration that it read: files that its command names, and files in directories of /etc. Files
 * directly in /etc belong to the system, except those that are named after a program that ran (`isNamedAfter`).
 */
export function ownConfiguration({ command }: Application, trace: Trace, files: Files): Configuration[] {
	const paths = new Set(readConfiguration(trace, command).map((path) => placeOf(path, files)));
	return [...paths].sort().flatMap((path) => {
		const lines = configurationLines(path, files);
		return lines.length ? [{ path, lines }] : [];
	});
}

/** Returns the real paths of what configuration names. */
export function placesIn(configuration: readonly Configuration[], files: Files): Path[] {
	return [...new Set(configuration.flatMap(({ lines }) => lines.flatMap(pathsIn)).map((path) => placeOf(path, files)))];
}

/** Returns the paths of `ownConfiguration` as they are named. */
export function readConfiguration({ accesses, programs }: Trace, command: readonly string[]): Path[] {
	return [...accesses.values()].flatMap(({ path, succeeded }) => {
		const isNamed = command.some((word) => word.endsWith(path));
		const isOwn = parent(path) === etc ? [...programs].some((one) => isNamedAfter(path, one)) : isWithin(path, etc);
		return succeeded.has("read") && (isNamed || isOwn) ? [path] : [];
	});
}

/** A word of a program's name with fewer letters says nothing: `in.tftpd` has no `in.conf`. */
const shortestWord = 4;

/**
 * Whether a file directly in /etc has a program's name: `rsyncd.conf` that of rsync, `vnstat.conf` that of vnstatd, `app_keys`
 * that of app. A file with a suffix may also have a part of the program's name (`inetd.conf` and inetutils-inetd, `nslcd.conf` and
 * pynslcd), or the name of its directory (`cyrus.conf` and /usr/lib/cyrus/bin/master). Without a suffix, it may be the system's:
 * /etc/passwd does not belong to rpc.yppasswdd.
 */
function isNamedAfter(path: Path, program: Path): boolean {
	const file = baseName(path);
	const name = baseName(program);
	const [stem = "", ...suffixes] = file.split(".");
	const [service, daemon] = [withoutD(stem), withoutD(name)];
	if (service === daemon || (file.startsWith(name) && !/^[A-Za-z]/.test(file.slice(name.length)))) return true;
	if (!suffixes.length || stem.length < shortestWord) return false;
	const hasPart = daemon.endsWith(service) || name.split(/[-_.]/).some((word) => withoutD(word) === service);
	return hasPart || parent(program).split("/").includes(stem);
}

/** Many daemons have their service's name with a final d, and some configuration that of the daemon. */
function withoutD(name: string): string {
	return name.replace(/d$/, "");
}

/** Returns the lines of a configuration file without comments; none for data, programs and binary files. */
export function configurationLines(path: Path, files: Pick<Files, "read" | "status">): string[] {
	const status = files.status(path);
	if (status?.kind !== "file" || status.size > maxRead || (status.mode & 0o111) !== 0) return [];
	const text = files.read(path, maxRead)?.toString("latin1") ?? "";
	return text.includes("\0") ? [] : text.split("\n").filter((line) => !comment.test(line));
}

const accountKey = /(?:user|username|uid|group|gid|owner)["']?(?:\s*[=:]\s*|\s+)["']?([A-Za-z_][\w.-]*)/gi;

/** Returns the words in a line that follow a key for an account, such as `force user = NAME` or `group NAME;`. */
export function accountsIn(line: string): string[] {
	return [...line.matchAll(accountKey)].flatMap(([, name]) => name ?? []);
}

/** In a URL, it follows `://` or `:///`: `unix:///run/x`, `sqlite:////var/lib/x`. */
const absolutePath = /(?:(?<![\w./-])|(?<=:\/{2,3}))\/(?:[\w.+@-]+\/)*[\w.+@-]+/g;

/** Returns the absolute paths in a line. */
export function pathsIn(line: string): Path[] {
	return (line.match(absolutePath) ?? []).map((text) => pathFromText(withoutTrailing(text, ".")));
}
