import { isAbsolute, type Path, pathFromText, resolvePath, root } from "../path/path.ts";
import type { LoadedObject, LoaderFiles, LoaderOptions } from "./search.ts";

export function isMusl(main: Pick<LoadedObject, "elf">): boolean {
	return /\/ld-musl-[^/]*$/.test(main.elf.interpreter ?? "");
}

/** musl has these within its libc, whatever a file of that name says (ldso/dynlink.c, load_library). */
export function isInMuslLibc(name: string): boolean {
	return /^lib(c|pthread|rt|m|dl|util|xnet)\./.test(name);
}

/**
 * Where musl's loader looks for what `by` needs, in order (ldso/dynlink.c, load_library): LD_LIBRARY_PATH as it stands; the run paths of
 * the object, of what loaded it and so on up to the program, DT_RPATH counting like DT_RUNPATH; then the directories of the machine.
 */
export function muslDirectories(by: LoadedObject, main: LoadedObject, files: LoaderFiles, options: LoaderOptions): Path[] {
	const start = options.directory;
	const listed = pathFromText(options.environment?.LD_LIBRARY_PATH ?? "").split(/[:\n]/);
	const directories = [...listed, ...runPaths(by, main), ...machineDirectories(main, files)].filter((each) => each !== "");
	return (directories as Path[]).flatMap((each) =>
		isAbsolute(each) || start !== undefined ? [resolvePath(start ?? root, each)] : [],
	);
}

function runPaths(by: LoadedObject, main: LoadedObject): string[] {
	const elements: string[] = [];
	for (let each: LoadedObject | undefined = by; each !== undefined; each = each.loader ?? (each === main ? undefined : main)) {
		const own = [...each.elf.rpath, ...each.elf.runpath];
		// With a dollar that begins anything else, the whole list counts for nothing (fixup_rpath).
		if (own.some((element) => /\$(?!ORIGIN|\{ORIGIN\})/.test(element))) continue;
		elements.push(...own.map((element) => element.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, () => (each as LoadedObject).origin)));
	}
	return elements;
}

/** A file beside the loader names them, one a line or with colons; else there are these three. */
function machineDirectories(main: LoadedObject, files: LoaderFiles): string[] {
	const architecture = /ld-musl-(.*)\.so\.1$/.exec(main.elf.interpreter ?? "")?.[1];
	const configured = architecture === undefined ? undefined : files.read(`/etc/ld-musl-${architecture}.path` as Path, 64 * 1024);
	return configured?.toString("latin1").split(/[\n:]/) ?? ["/lib", "/usr/local/lib", "/usr/lib"];
}
