import { Failure } from "../../core/failure.ts";
import type { Commands } from "../commands.ts";
import { isRootless } from "../launch/rootless.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";

/** Installs packages with the system's own package manager, without questions. */
export async function install(packages: readonly string[], onLine: (line: string) => void, commands: Commands): Promise<void> {
	const command = installCommand(packages);
	if (command && isRootless()) throw new Failure("install-needs-root", { command: commandForRoot(packages) ?? "" }, 3);
	if (!command) throw new Failure("no-package-manager", { packages: packages.join(" ") }, 3);
	onLine(command.flatMap((words) => [words.join(" ")]).join(" && "));
	for (const words of command) await runVisible(words, onLine, commands);
}

/** What root types to install these packages; undefined without a package manager that we know. */
export function commandForRoot(packages: readonly string[]): string | undefined {
	return installCommand(packages)?.at(-1)?.join(" ");
}

function installCommand(packages: readonly string[]): string[][] | undefined {
	if (findTool("apt-get"))
		return [
			["apt-get", "update", "-q"],
			["apt-get", "install", "-q", "-y", "--no-install-recommends", ...packages],
		];
	for (const manager of ["dnf", "yum"]) if (findTool(manager)) return [[manager, "install", "-y", ...packages]];
	if (findTool("zypper")) return [["zypper", "--non-interactive", "install", ...packages]];
	if (findTool("apk")) return [["apk", "add", ...packages]];
	if (findTool("pacman")) return [["pacman", "-S", "--noconfirm", "--needed", ...packages]];
	return undefined;
}

async function runVisible(
	[program = "", ...args]: readonly string[],
	onLine: (line: string) => void,
	commands: Commands,
): Promise<void> {
	const { execa } = await import("execa");
	const manager = execa(findTool(program) ?? program, args, {
		env: { ...toolEnvironment, DEBIAN_FRONTEND: "noninteractive" },
		stdin: "ignore",
		all: true,
		buffer: false,
		reject: false,
	});
	commands.follow(manager);
	let last = "";
	for await (const line of manager.iterable({ from: "all" })) {
		if (line === "") continue;
		last = line;
		onLine(line);
	}
	const { failed, shortMessage } = await manager;
	if (failed)
		throw new Failure("install-failed", { command: [program, ...args].join(" "), detail: last || shortMessage || "" }, 3);
}
