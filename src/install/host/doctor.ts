import { existsSync } from "node:fs";
import { machine } from "node:os";
import { Failure } from "../../base/failure.ts";
import { textOf } from "../../base/host/proc.ts";
import { failureProbe, supportsProcessor } from "../../base/host/release.ts";
import { isRootless, sandboxNamespaces } from "../../base/host/rootless.ts";
import { type Commands, findTool, runQuickTool, toolEnvironment, toolRunner } from "../../base/host/tools.ts";
import { lackingAbilities } from "../../confine/landlock.ts";
import type { Features } from "../../confine/method.ts";
import { probeFeatures, toolTimeout } from "../../launch/host/features.ts";
import { ownUser } from "../../launch/launch.ts";
import type { Doctor, Requirement } from "../ports.ts";

/** Checks each requirement by looking or trying, never by the system's name. */
export function systemDoctor(commands: Commands): Doctor {
	return {
		examine(): Requirement[] {
			const features = probeFeatures();
			return [...programs(features), overlay(), ...kernelFeatures(features)];
		},
		commandForRoot: (packages) => (isRootless() ? commandForRoot(packages) : undefined),
		installCommand(packages) {
			const commands = installCommand(packages);
			return commands && shellLine(commands);
		},
		install: (packages, onLine) => install(packages, onLine, commands),
	};
}

/** Installs packages with the system's package manager, without questions. */
async function install(packages: readonly string[], onLine: (line: string) => void, commands: Commands): Promise<void> {
	const command = installCommand(packages);
	if (command && isRootless()) throw new Failure("install-needs-root", { command: commandForRoot(packages) ?? "" }, 3);
	if (!command) throw new Failure("no-package-manager", { packages: packages.join(" ") }, 3);
	onLine(shellLine(command));
	for (const words of command) await runVisible(words, onLine, commands);
}

const shellLine = (commands: readonly (readonly string[])[]) => commands.map((words) => words.join(" ")).join(" && ");

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
	const run = await toolRunner();
	const manager = run(program, args, {
		env: { ...toolEnvironment, ...proxies(), DEBIAN_FRONTEND: "noninteractive" },
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

/** Package managers load from the network via these. */
function proxies(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(https?|ftp|all|no)_proxy$/i.test(name)));
}

/** The current user and the required programs. */
function programs(features: Features): Requirement[] {
	const strace = findTool("strace");
	return [
		{ what: "root", state: isRootless() ? "note" : "ok", found: `uid ${process.geteuid?.()}` },
		{ what: "processor", state: supportsProcessor() ? "ok" : "missing", found: machine() },
		{ what: "strace", state: strace ? "ok" : "missing", found: strace ?? "", package: "strace" },
		utilLinux(features),
		systemd(),
		getcap(),
		// A package for it alone would not help, so none is named.
		{ what: "failure-watch", state: failureProbe() ? "ok" : "note", found: failureProbe() ?? "" },
	];
}

/** Optional: without it, less is proven. Debian and its derivatives have their own package name. */
function getcap(): Requirement {
	const found = findTool("getcap");
	const name = findTool("apt-get") ? "libcap2-bin" : "libcap";
	return { what: "getcap", state: found ? "ok" : "weaker", found: found ?? "", package: name };
}

function utilLinux({ missing }: Features): Requirement {
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
function systemd(): Requirement {
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
	const { stdout } = runQuickTool(path, ["--version"], { encoding: "utf8", timeout: toolTimeout });
	return (stdout ?? "").split("\n")[0]?.trim() ?? "";
}

/** The kernel's features and restrictions. */
function kernelFeatures(features: Features): Requirement[] {
	const refused = [...features.namespaces, ...(features.namespaces.length ? [] : loopback())];
	return [
		{
			what: "namespaces",
			state: refused.length ? "missing" : "ok",
			found: refused.join(", ") || "mount, pid, ipc, uts, cgroup, net",
		},
		userNamespaces(),
		{ what: "seccomp", state: features.seccomp ? "ok" : "missing", found: features.seccomp ? "seccomp(2)" : "" },
		landlock(features),
		yama(),
		selinux(),
		appArmor(),
		cgroups(),
	];
}

function landlock({ landlock: version }: Features): Requirement {
	const lacking = lackingAbilities(version);
	const found = `ABI ${version}${lacking.length ? ` (- ${lacking.join(", ")})` : ""}`;
	return {
		what: "landlock",
		state: version === 0 ? "weaker" : lacking.length ? "note" : "ok",
		found: version === 0 ? "" : found,
	};
}

/** sysfs belongs to the network namespace that mounts it; the flags are IFF_UP | IFF_LOOPBACK. */
const loopbackUp = ["mount -n -t sysfs sysfs /sys", "echo 0x9 >/sys/class/net/lo/flags"];

/** Tries a network of its own, whose loopback root can only use with CAP_NET_ADMIN. Without root, a user namespace brings that. */
function loopback(): string[] {
	// A missing unshare is a finding of its own.
	if (isRootless() || findTool("unshare") === undefined) return [];
	const { says, works } = tryIn(["--mount", "--propagation", "private", "--net"], loopbackUp.join("\n"));
	return works ? [] : [`net (CAP_NET_ADMIN): ${says}`];
}

/** Tries an overlay on a private tmpfs, because some containers and file systems refuse overlays. */
function overlay(): Requirement {
	const script = [
		"mount -n -t tmpfs -o size=64k tmpfs /tmp",
		"cd /tmp",
		"mkdir lower upper work all",
		"mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay all",
		": >all/file",
	];
	const own = isRootless() ? ownUser : [];
	const result = tryIn([...own, "--mount", "--propagation", "private"], script.join("\n"));
	return { what: "overlay", state: result.works ? "ok" : "missing", found: result.works ? "overlayfs" : result.says };
}

/** Cages of ordinary users need them. Root tries as nobody, because everything works for root. */
function userNamespaces(): Requirement {
	const settings = [
		"user/max_user_namespaces",
		"kernel/unprivileged_userns_clone",
		"kernel/apparmor_restrict_unprivileged_userns",
	]
		.flatMap((name) => {
			const value = (textOf(`/proc/sys/${name}`) ?? "").trim();
			return value === "" ? [] : [`${name.replace("/", ".")}=${value}`];
		})
		.join(", ");
	const nobody = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : [];
	const result = tryIn(sandboxNamespaces.namespaces, sandboxNamespaces.script, nobody);
	return {
		what: "user-namespaces",
		state: result.works ? "ok" : isRootless() ? "missing" : "note",
		found: [result.says, settings].filter(Boolean).join(", "),
	};
}

/** A ptrace_scope of 3 forbids strace even to root until the next boot (Yama in the kernel's admin guide). */
function yama(): Requirement {
	const scope = (textOf("/proc/sys/kernel/yama/ptrace_scope") ?? "").trim();
	return {
		what: "yama",
		state: scope === "3" ? "missing" : "ok",
		found: scope === "" ? "-" : `kernel.yama.ptrace_scope=${scope}`,
	};
}

/** The file exists if a policy is loaded (selinux(8)). */
function selinux(): Requirement {
	const enforce = (textOf("/sys/fs/selinux/enforce") ?? "").trim();
	const found = { "1": "enforcing", "0": "permissive" }[enforce] ?? "-";
	return { what: "selinux", state: enforce === "1" ? "note" : "ok", found };
}

function appArmor(): Requirement {
	const enabled = (textOf("/sys/module/apparmor/parameters/enabled") ?? "").trim() === "Y";
	const enforced = textOf("/sys/kernel/security/apparmor/profiles")?.match(/ \(enforce\)$/gm)?.length ?? 0;
	return { what: "apparmor", state: enforced ? "note" : "ok", found: enabled ? `${enforced} enforce` : "-" };
}

/** Both versions can limit memory and processes (cgroups(7)). */
function cgroups(): Requirement {
	const second = existsSync("/sys/fs/cgroup/cgroup.controllers");
	const first = ["memory", "pids"].every((name) => existsSync(`/sys/fs/cgroup/${name}`));
	return { what: "cgroup", state: second || first ? "ok" : "note", found: second ? "cgroup2" : first ? "cgroup" : "-" };
}

function tryIn(namespaces: readonly string[], script: string, before: readonly string[] = []): { works: boolean; says: string } {
	const [program = "", ...words] = [...before, "unshare", ...namespaces, "sh", "-eu", "-c", script];
	const path = findTool(program);
	if (path === undefined) return { works: false, says: "" };
	const { status, stderr } = runQuickTool(path, words, { encoding: "utf8", timeout: toolTimeout });
	return { works: status === 0, says: (stderr ?? "").trim().split("\n")[0] ?? "" };
}
