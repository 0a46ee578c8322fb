import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { landlockProbe } from "../../core/confinement/confine.ts";
import { ownUser } from "../../core/confinement/launch-script.ts";
import type { Features } from "../../core/confinement/method.ts";
import { keepFeatures, knownFeatures } from "./known-features.ts";
import { isRootless } from "./rootless.ts";
import { findTool, toolEnvironment } from "./tools.ts";

/** Options that the launch needs, by program: those of its last steps, and those of what makes the namespaces. */
const steps = {
	setpriv: ["--pdeathsig", "--bounding-set", "--ambient-caps", "--inh-caps", "--clear-groups"],
	nsenter: ["--net"],
	mount: [],
	setsid: [],
	chroot: [],
} as const;
const utilLinux = {
	unshare: ["--mount", "--propagation", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--cgroup", "--net"],
	...steps,
} as const;
const bubblewrap = {
	bwrap: [
		...["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup"],
		...["--as-pid-1", "--die-with-parent", "--cap-add", "--dev-bind"],
	],
	...steps,
} as const;

/** What is found out at once. */
type Kept = Omit<Features, "bubblewrapLacks" | "systemdRunLacks" | "systemdVersion">;

let found: Features | undefined;

/** Looked up once for as long as this process lives, and kept in the state folder where all is well. */
export function machineFeatures(state?: string): Features {
	found ??= state === undefined ? probeFeatures() : knownOrProbed(state);
	return found;
}

function knownOrProbed(state: string): Features {
	const tools = Object.keys(utilLinux);
	const known = knownFeatures(state, tools);
	if (known) return withOthers(known);
	const features = probe();
	if (!features.namespaces.length && !features.utilLinuxLacks.length) keepFeatures(state, tools, features);
	return withOthers(features);
}

/** The others are asked only where they come into question. */
function withOthers(features: Kept): Features {
	return {
		...features,
		get bubblewrapLacks() {
			return lackingOf(bubblewrap);
		},
		get systemdRunLacks() {
			return systemdRunLacks();
		},
		get systemdVersion() {
			return systemdVersion();
		},
	};
}

/** Newer than the oldest whose units a cage's was written for: before 248 it knows no NoExecPaths=, and much else is missing. */
const oldestSystemd = 248;

/** The manager of the system, that runs and that we may ask (sd_booted(3)). */
function systemdRunLacks(): string[] {
	if (!existsSync("/run/systemd/system")) return ["systemd (/run/systemd/system)"];
	const programs = ["systemd-run", "systemctl", "nsenter"].filter((program) => findTool(program) === undefined);
	if (programs.length) return programs;
	return systemdVersion() < oldestSystemd ? [`systemd ${oldestSystemd}`] : [];
}

let version: number | undefined;

/** 0 where there is none. */
function systemdVersion(): number {
	version ??= Number(/^systemd (\d+)/m.exec(textOf("systemctl", "--version"))?.[1] ?? 0);
	return version;
}

/** Looks anew. */
export function probeFeatures(): Features {
	return withOthers(probe());
}

function probe(): Kept {
	const setpriv = help("setpriv");
	const utilLinuxLacks = lackingOf(utilLinux);
	const { landlock, refusal } = tryNamespaces(utilLinuxLacks.length ? "bwrap" : "unshare");
	return {
		namespaces: refusal === undefined ? [] : [refusal],
		seccomp: existsSync("/proc/sys/kernel/seccomp/actions_avail"),
		landlock,
		utilLinuxLacks,
		setpriv: { landlock: setpriv.includes("--landlock-access"), seccompFilter: setpriv.includes("--seccomp-filter") },
		confiner: landlockProbe(process.arch) !== undefined,
	};
}

function lackingOf(needed: Readonly<Record<string, readonly string[]>>): string[] {
	return Object.entries(needed).flatMap(([program, options]) => {
		if (findTool(program) === undefined) return [program];
		if (!options.length) return [];
		const text = help(program);
		return options.filter((option) => !text.includes(option)).map((option) => `${program} ${option}`);
	});
}

const texts = new Map<string, string>();

/** What a program says of its options. Some print it where errors go. */
export function help(program: string): string {
	const known = texts.get(program);
	if (known !== undefined) return known;
	const text = textOf(program, "--help");
	texts.set(program, text);
	return text;
}

function textOf(program: string, option: string): string {
	const path = findTool(program);
	const result = path ? spawnSync(path, [option], { env: toolEnvironment, encoding: "utf8", timeout: 5000 }) : undefined;
	return `${result?.stdout ?? ""}${result?.stderr ?? ""}`;
}

const makers = {
	unshare: ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--cgroup"],
	bwrap: [
		...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup", "--die-with-parent"],
		...["--cap-add", "ALL", "--dev-bind", "/", "/"],
	],
};

/**
 * Makes the namespaces of a cage, with nothing in them but the question which Landlock there is. Only a system call tells that:
 * securityfs need not be mounted, and its list says nothing of the version. Node cannot make one, so a program of ours does, on a file system
 * that nobody else sees and that may execute.
 */
function tryNamespaces(maker: keyof typeof makers): { landlock: number; refusal?: string } {
	const path = findTool(maker);
	// systemd may yet make them.
	if (path === undefined) return { landlock: landlockAsked() };
	const program = landlockProbe(process.arch);
	const memory = ["mount -n -t tmpfs -o size=64k,mode=700 tmpfs /tmp"];
	const asking = ["cd /tmp", "base64 -d >probe", "chmod 700 probe", "./probe && echo 0 || echo $?"];
	const script = program ? [...memory, ...asking] : [...memory, "echo none"];
	const own = isRootless() && maker === "unshare" ? ownUser : [];
	const words = [...own, ...makers[maker], "sh", "-eu", "-c", script.join("\n")];
	const { stderr, stdout } = spawnSync(path, words, {
		env: toolEnvironment,
		input: program?.toString("base64") ?? "",
		encoding: "utf8",
		timeout: 5000,
	});
	if (stdout === "none\n") return { landlock: landlockByName() };
	if (/^\d+\n$/.test(stdout)) return { landlock: Number(stdout) };
	return { landlock: 0, refusal: stderr.trim().split("\n")[0] || `${maker}: namespaces` };
}

/** Asked without any namespace, as a program of ours in a folder of our own. */
function landlockAsked(): number {
	const program = landlockProbe(process.arch);
	if (!program) return landlockByName();
	const folder = mkdtempSync(join(tmpdir(), "cagewright-"));
	try {
		writeFileSync(join(folder, "probe"), program, { mode: 0o700 });
		return spawnSync(join(folder, "probe"), [], { env: {}, timeout: 5000 }).status ?? landlockByName();
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Where nothing can ask for the version: the kernel's own list (lsm= in kernel-parameters), taken as whole. */
function landlockByName(): number {
	try {
		return readFileSync("/sys/kernel/security/lsm", "utf8").trim().split(",").includes("landlock") ? 3 : 0;
	} catch {
		return 0;
	}
}
