import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { machine } from "node:os";
import { initExecutable } from "../../core/confinement/init.ts";
import type { Features } from "../../core/confinement/method.ts";
import { Failure } from "../../core/failure.ts";
import type { Doctor, Finding } from "../../engine/ports.ts";
import type { Commands } from "../commands.ts";
import { patience, probeFeatures } from "../launch/features.ts";
import { isRootless } from "../launch/rootless.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";
import { kernelFindings, overlay } from "./kernel.ts";

/** Checks each requirement by looking or trying, never by the system's name. */
export function systemDoctor(commands: Commands): Doctor {
	return {
		examine(): Finding[] {
			const features = probeFeatures();
			return [...programFindings(features), overlay(), ...kernelFindings(features)];
		},
		commandForRoot: (packages) => (isRootless() ? commandForRoot(packages) : undefined),
		install: (packages, onLine) => install(packages, onLine, commands),
	};
}

/** Installs packages with the system's package manager, without questions. */
async function install(packages: readonly string[], onLine: (line: string) => void, commands: Commands): Promise<void> {
	const command = installCommand(packages);
	if (command && isRootless()) throw new Failure("install-needs-root", { command: commandForRoot(packages) ?? "" }, 3);
	if (!command) throw new Failure("no-package-manager", { packages: packages.join(" ") }, 3);
	onLine(command.flatMap((words) => [words.join(" ")]).join(" && "));
	for (const words of command) await runVisible(words, onLine, commands);
}

/** The command that root must type. Undefined without a known package manager. */
function commandForRoot(packages: readonly string[]): string | undefined {
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

/** The current user and the required programs. */
function programFindings(features: Features): Finding[] {
	const strace = findTool("strace");
	return [
		{ what: "root", state: isRootless() ? "note" : "ok", found: `uid ${process.geteuid?.()}` },
		{ what: "processor", state: initExecutable(process.arch) ? "ok" : "missing", found: machine() },
		{ what: "strace", state: strace ? "ok" : "missing", found: strace ?? "", package: "strace" },
		utilLinux(features),
		systemd(),
		helper("perl", { apt: "perl-base", others: "perl" }),
		helper("getcap", { apt: "libcap2-bin", others: "libcap" }),
	];
}

/** An optional program, without which less is proven. Debian and its derivatives have their own package names. */
function helper(what: "perl" | "getcap", { apt, others }: { apt: string; others: string }): Finding {
	const found = findTool(what);
	return { what, state: found ? "ok" : "weaker", found: found ?? "", package: findTool("apt-get") ? apt : others };
}

function utilLinux({ missing }: Features): Finding {
	const found = version("setpriv");
	if (missing.length) {
		return {
			what: "util-linux",
			state: "missing",
			found: `${found} (- ${missing.join(", ")})`.trim(),
			package: "util-linux",
		};
	}
	return { what: "util-linux", state: "ok", found };
}

/** PrivatePIDs= needs version 257. Before, units start a script that creates the same namespaces. */
function systemd(): Finding {
	const number = Number(/systemd (\d+)/.exec(version("systemctl"))?.[1] ?? 0);
	const booted = existsSync("/run/systemd/system"); // sd_booted(3)
	if (!number) return { what: "systemd", state: "note", found: "" };
	const found = `systemd ${number}`;
	if (!booted) return { what: "systemd", state: "note", found, notRunning: true };
	return { what: "systemd", state: number < 257 ? "note" : "ok", found };
}

function version(program: string): string {
	const path = findTool(program);
	if (path === undefined) return "";
	const { stdout } = spawnSync(path, ["--version"], { env: toolEnvironment, encoding: "utf8", timeout: patience });
	return (stdout ?? "").split("\n")[0]?.trim() ?? "";
}
