import { spawn } from "node:child_process";
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

function runVisible(
	[program = "", ...args]: readonly string[],
	onLine: (line: string) => void,
	commands: Commands,
): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = spawn(findTool(program) ?? program, args, {
			env: { ...process.env, ...toolEnvironment, DEBIAN_FRONTEND: "noninteractive" },
			stdio: ["ignore", "pipe", "pipe"],
		});
		commands.follow(child);
		let last = "";
		const show = (chunk: Buffer) => {
			for (const line of chunk.toString("utf8").split("\n").filter(Boolean)) {
				last = line;
				onLine(line);
			}
		};
		child.stdout.on("data", show);
		child.stderr.on("data", show);
		child.on("error", reject);
		child.on("close", (code) =>
			code === 0 ? resolve() : reject(new Failure("install-failed", { command: [program, ...args].join(" "), detail: last }, 3)),
		);
	});
}
