import { baseName, join, type Path, pathToText } from "../path/path.ts";
import { launchDirectory } from "./launch.ts";

/** What the host has to offer as a shell for a cage that is without one. */
export type HostShell =
	/** One static program that is all tools: it starts in any cage. */
	| { readonly kind: "busybox"; readonly program: Path; readonly applets: readonly string[] }
	/** The first is bash. Each is started by way of the loader, for the cage may have none, or another one. */
	| { readonly kind: "bash"; readonly programs: readonly Path[]; readonly loader: Path; readonly libraries: readonly Path[] };

/** A shell as the launcher brings it in: what is copied to `.launch`, under which names, and how it is started. */
export interface BroughtShell {
	readonly files: readonly Path[];
	/** Further names of the first file. */
	readonly names: readonly string[];
	readonly command: readonly string[];
	readonly env: Readonly<Record<string, string>>;
}

/** What a look around asks for; those of them that busybox(1) was built with. */
export const shellTools = [
	...["cat", "cp", "cut", "date", "dd", "df", "dirname", "du", "env", "find", "grep", "head", "hexdump", "hostname", "id", "ip"],
	...["kill", "ln", "ls", "md5sum", "mkdir", "mkfifo", "more", "mount", "mv", "nc", "netstat", "nslookup", "od", "ping", "ps"],
	...["pwd", "readlink", "realpath", "rm", "rmdir", "sed", "sh", "sha256sum", "sleep", "sort", "stat", "strings", "stty", "tail"],
	...["tar", "tee", "top", "touch", "tr", "tty", "uniq", "vi", "wc", "wget", "which", "whoami", "xargs"],
] as const;

/**
 * The shell of a cage: with a prompt that names it where somebody sits before it, with the command alone where one is given, else it
 * reads commands. It has the application's own environment, its tools before all others, and writes no history.
 */
export function broughtShell(
	host: HostShell,
	start: { readonly cage: string; readonly terminal?: string; readonly command: readonly string[] },
	application: Readonly<Record<string, string>>,
): BroughtShell {
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
		// Functions that every bash below takes over (bash(1), FUNCTIONS).
		env: {
			...env,
			...Object.fromEntries(
				tools.map((tool) => [`BASH_FUNC_${tool.at(-1)?.split("/").at(-1)}%%`, `() { ${tool.join(" ")} "$@"; }`]),
			),
		},
	};
}
