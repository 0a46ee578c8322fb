import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { initExecutable } from "../../core/confinement/init.ts";
import { Failure } from "../../core/failure.ts";
import type { Doctor, Finding } from "../../engine/ports.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";

/** What the work needs of this machine, each looked up, none assumed. */
export const systemDoctor: Doctor = {
	examine(): Finding[] {
		return [
			{ what: "root", ok: process.getuid?.() === 0, found: `uid ${process.getuid?.()}` },
			tool("strace", "strace"),
			utilLinux(),
			{
				what: "namespaces",
				ok: ["mnt", "pid", "net", "ipc", "uts", "cgroup"].every((name) => existsSync(`/proc/self/ns/${name}`)),
				found: "/proc/self/ns",
			},
			{ what: "overlay", ok: knowsFileSystem("overlay"), found: "overlayfs" },
			{ what: "landlock", ok: securityModules().includes("landlock"), found: securityModules().join(",") },
			{
				what: "seccomp",
				ok: /^Seccomp_filters?:/m.test(readText("/proc/self/status")),
				found: /^Seccomp:.*$/m.exec(readText("/proc/self/status"))?.[0] ?? "",
			},
			{ what: "processor", ok: initExecutable(process.arch) !== undefined, found: process.arch },
		];
	},

	async install(packages, onLine) {
		const command = installCommand(packages);
		if (!command) throw new Failure("no-package-manager", { packages: packages.join(" ") }, 3);
		onLine(command.flatMap((words) => [words.join(" ")]).join(" && "));
		for (const words of command) await runVisible(words, onLine);
	},
};

function tool(name: Finding["what"], packageName: string): Finding {
	const path = findTool(name);
	return { what: name, ok: path !== undefined, found: path ?? "", package: packageName };
}

/** setpriv of util-linux 2.41 is the first that loads a seccomp filter and Landlock rules. */
function utilLinux(): Finding {
	const path = findTool("setpriv");
	const help = path ? output(path, ["--help"]) : "";
	const ok =
		help.includes("--seccomp-filter") && help.includes("--landlock-access") && ["unshare", "nsenter", "mount"].every(findTool);
	return { what: "util-linux", ok, found: path ? output(path, ["--version"]).trim() : "", package: "util-linux" };
}

function knowsFileSystem(name: string): boolean {
	// A module that is not loaded yet is listed only after its first use; modprobe's own index tells of it.
	if (new RegExp(`\\t${name}$`, "m").test(readText("/proc/filesystems"))) return true;
	const release = readText("/proc/sys/kernel/osrelease").trim();
	return readText(`/lib/modules/${release}/modules.dep`).includes(`/${name}.ko`);
}

function securityModules(): string[] {
	const list = readText("/sys/kernel/security/lsm").trim();
	if (list) return list.split(",");
	// securityfs need not be mounted; then a launch finds out.
	return setprivEnforces() ? ["landlock"] : [];
}

/** Asks the kernel itself: a process under an empty Landlock ruleset may not read. */
function setprivEnforces(): boolean {
	const path = findTool("setpriv");
	if (!path) return false;
	try {
		execFileSync(
			path,
			["--no-new-privs", "--landlock-access", "fs", "--landlock-rule", "path-beneath:execute,read-file,read-dir:/", "/bin/true"],
			{ env: toolEnvironment, stdio: "ignore" },
		);
		return true;
	} catch {
		return false;
	}
}

function output(program: string, args: readonly string[]): string {
	try {
		return execFileSync(program, args, { env: toolEnvironment, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
	} catch {
		return "";
	}
}

function readText(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}

/** The package manager's own commands, without questions. */
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

function runVisible([program = "", ...args]: readonly string[], onLine: (line: string) => void): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = spawn(findTool(program) ?? program, args, {
			env: { ...process.env, ...toolEnvironment, DEBIAN_FRONTEND: "noninteractive" },
			stdio: ["ignore", "pipe", "pipe"],
		});
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
