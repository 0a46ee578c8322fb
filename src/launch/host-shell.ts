import { baseName, join, type Path, pathToText } from "../base/path/path.ts";
import { launchDirectory } from "../confine/places.ts";

/** The host's shell for a cage without one. */
export type HostShell =
	/** A static program with all tools, which runs in any cage. */
	| { readonly kind: "busybox"; readonly program: Path; readonly applets: readonly string[] }
	/** The first program is bash. The loader starts each, because the cage may have none or another one. */
	| { readonly kind: "bash"; readonly programs: readonly Path[]; readonly loader: Path; readonly libraries: readonly Path[] };

/** The files to copy to `.launch`, further names for the first, and the command to start it. */
interface CageShell {
	readonly files: readonly Path[];
	readonly names: readonly string[];
	readonly command: readonly string[];
	readonly env: Readonly<Record<string, string>>;
}

/** Tools for inspecting a cage, if busybox(1) includes them. */
export const shellTools = [
	"cat",
	"cp",
	"cut",
	"date",
	"dd",
	"df",
	"dirname",
	"du",
	"env",
	"find",
	"grep",
	"head",
	"hexdump",
	"hostname",
	"id",
	"ip",
	"kill",
	"ln",
	"ls",
	"md5sum",
	"mkdir",
	"mkfifo",
	"more",
	"mount",
	"mv",
	"nc",
	"netstat",
	"nslookup",
	"od",
	"ping",
	"ps",
	"pwd",
	"readlink",
	"realpath",
	"rm",
	"rmdir",
	"sed",
	"sh",
	"sha256sum",
	"sleep",
	"sort",
	"stat",
	"strings",
	"stty",
	"tail",
	"tar",
	"tee",
	"top",
	"touch",
	"tr",
	"tty",
	"uniq",
	"vi",
	"wc",
	"wget",
	"which",
	"whoami",
	"xargs",
] as const;

/**
 * Returns a cage's shell: interactive with a prompt that names the cage, with the given command, or reading commands. It has
 * the application's environment with its own tools first in PATH, and writes no history.
 */
export function shellForCage(
	host: HostShell,
	start: { readonly cage: string; readonly terminal?: string; readonly command: readonly string[] },
	application: Readonly<Record<string, string>>,
): CageShell {
	const inside = (path: Path) => pathToText(join(launchDirectory, baseName(path))) ?? "";
	const { command } = start;
	const words = command.length ? ["-c", '"$@"', "sh", ...command] : start.terminal === undefined ? [] : ["-i"];
	const env = {
		...application,
		PATH: [pathToText(launchDirectory), application.PATH].filter(Boolean).join(":"),
		HISTFILE: "",
		...(start.terminal === undefined ? {} : { TERM: start.terminal, PS1: `cage ${start.cage}:\\w\\$ ` }),
	};
	if (host.kind === "busybox") {
		return { files: [host.program], names: host.applets, command: [inside(host.program), "sh", ...words], env };
	}
	const { libraries, loader, programs } = host;
	const [shell, ...tools] = programs.map((program) => [
		inside(loader),
		"--library-path",
		pathToText(launchDirectory) ?? "",
		inside(program),
	]);
	return {
		files: [...programs, loader, ...libraries],
		names: [],
		command: [...(shell ?? []), "--norc", "--noprofile", ...words],
		// Functions that every bash started from it inherits (bash(1), FUNCTIONS).
		env: {
			...env,
			...Object.fromEntries(
				tools.map((tool) => [`BASH_FUNC_${tool.at(-1)?.split("/").at(-1)}%%`, `() { ${tool.join(" ")} "$@"; }`]),
			),
		},
	};
}
