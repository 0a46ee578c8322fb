import { importedSymbols } from "../elf/elf.ts";
import type { Files } from "../machine/facts.ts";
import { type Path, pathFromText } from "../path/path.ts";
import { configurationLines } from "./configuration.ts";
import { placeOf } from "./links.ts";

/** Functions that look up a host's address, of the C library (getaddrinfo(3)) and of resolvers that read the same files. */
const resolvers = /^(getaddrinfo|gethostbyname2?(_r)?|(__)?res_n?(init|query|search)|ares_init_options|getdns_context_create)$/;
/** hosts(5), resolv.conf(5), host.conf(5), gai.conf(5). */
const resolverFiles = ["/etc/hosts", "/etc/resolv.conf", "/etc/host.conf", "/etc/gai.conf"].map(pathFromText);
/** Functions that find a service's or protocol's number, and their files: services(5), protocols(5). */
const numbers: readonly (readonly [RegExp, Path])[] = [
	[/^getservby(name|port)(_r)?$/, pathFromText("/etc/services")],
	[/^getprotobyn(ame|umber)(_r)?$/, pathFromText("/etc/protocols")],
];

/** A name service file with the first program that can read it. */
interface NameServiceFile {
	readonly path: Path;
	readonly by: Path;
}

/**
 * Returns the files that programs and libraries read as soon as they resolve a name. A trace without names to resolve does not
 * show them: a proxy then answers, and finds no host.
 */
export function nameServiceFiles(programs: readonly Path[], files: Files): NameServiceFile[] {
	const found = new Map<Path, Path>();
	const add = (path: Path, by: Path) => {
		// Debian's gai.conf contains only comments.
		const says = () => configurationLines(placeOf(path, files), files).some((line) => line.trim() !== "");
		if (!found.has(path) && says()) found.set(path, by);
	};
	for (const by of programs) {
		const symbols = [...(files.inspect(by, importedSymbols) ?? [])];
		if (symbols.some((name) => resolvers.test(name))) for (const path of resolverFiles) add(path, by);
		for (const [names, path] of numbers) if (symbols.some((name) => names.test(name))) add(path, by);
	}
	return [...found].map(([path, by]) => ({ path, by }));
}
