import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { initExecutable } from "../../core/confinement/init.ts";
import type { Features } from "../../core/confinement/method.ts";
import { Failure } from "../../core/failure.ts";
import type { Doctor, Finding } from "../../engine/ports.ts";
import type { Commands } from "../commands.ts";
import { probeFeatures } from "../launch/features.ts";
import { isRootless } from "../launch/rootless.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";
import { kernelFindings, overlay } from "./kernel.ts";

/** What the work needs of this machine, each looked up or tried, none concluded from the name of a system. */
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

/** Installs packages with the system's own package manager, without questions. */
async function install(packages: readonly string[], onLine: (line: string) => void, commands: Commands): Promise<void> {
	const command = installCommand(packages);
	if (command && isRootless()) throw new Failure("install-needs-root", { command: commandForRoot(packages) ?? "" }, 3);
	if (!command) throw new Failure("no-package-manager", { packages: packages.join(" ") }, 3);
	onLine(command.flatMap((words) => [words.join(" ")]).join(" && "));
	for (const words of command) await runVisible(words, onLine, commands);
}

/** What root types to install these packages; undefined without a package manager that we know. */
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

/** Who we are, and the programs that the work is done with. */
function programFindings(features: Features): Finding[] {
	const strace = findTool("strace");
	return [
		{ what: "root", state: isRootless() ? "note" : "ok", found: `uid ${process.geteuid?.()}` },
		{ what: "processor", state: initExecutable(process.arch) ? "ok" : "missing", found: process.arch },
		{ what: "strace", state: strace ? "ok" : "missing", found: strace ?? "", package: "strace" },
		utilLinux(features),
		systemd(),
		helper("perl", { apt: "perl-base", others: "perl" }),
		helper("getcap", { apt: "libcap2-bin", others: "libcap" }),
	];
}

/** A cage is made and runs without it, but less is proven of it. Debian and those that come from it name packages in their own way. */
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

/** PrivatePIDs= came with 257, and without it processes under the same account are within reach. */
function systemd(): Finding {
	const number = Number(/systemd (\d+)/.exec(version("systemctl"))?.[1] ?? 0);
	const booted = existsSync("/run/systemd/system"); // sd_booted(3)
	const found = number ? `systemd ${number}${booted ? "" : " (- /run/systemd/system)"}` : "";
	return { what: "systemd", state: !number || !booted ? "note" : number < 257 ? "weaker" : "ok", found };
}

function version(program: string): string {
	const path = findTool(program);
	if (path === undefined) return "";
	const { stdout } = spawnSync(path, ["--version"], { env: toolEnvironment, encoding: "utf8", timeout: 5000 });
	return (stdout ?? "").split("\n")[0]?.trim() ?? "";
}
