import { existsSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../base/host/errors.ts";
import { requireSafeFolder } from "../../base/host/folder.ts";
import { transientName } from "../../base/host/processes.ts";
import { nativeProgram, supportsProcessor } from "../../base/host/release.ts";
import { isRootless } from "../../base/host/rootless.ts";
import { readTextSync } from "../../base/host/text-files.ts";
import { findTool, runQuickTool } from "../../base/host/tools.ts";
import { pathFromText } from "../../base/path/path.ts";
import type { Features } from "../../confine/method.ts";
import { ownUser } from "../launch.ts";

/** Options that the launch needs, by program. */
const needed: Readonly<Record<string, readonly string[]>> = {
	unshare: ["--mount", "--propagation", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--cgroup", "--net"],
	setpriv: ["--pdeathsig", "--clear-groups"],
	nsenter: ["--net"],
	mount: [],
	setsid: [],
	chroot: [],
};

let found: Features | undefined;

/** Probed once for each process, and cached in the state folder if nothing is missing. */
export function machineFeatures(state?: string): Features {
	found ??= state === undefined ? probeFeatures() : knownOrProbed(state);
	return found;
}

const file = "features.json";
/** Changes with the shape of `Features`. */
const format = "3";

/** Probing takes a fifth of a start (measured). If the cache is wrong, the launch fails; nothing starts with less confinement. */
function knownOrProbed(state: string): Features {
	const before = readCached<Features>(state, file, featuresKey);
	if (before) return before;
	const features = probeFeatures();
	if (!features.namespaces.length && !features.missing.length) writeCached(state, file, features, featuresKey);
	return features;
}

/** Features are valid for one boot, these exact programs, and a process with these rights. */
function featuresKey(): string {
	const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
	const rights = readFileSync("/proc/self/status", "latin1").match(/^(CapBnd|Seccomp_filters):.*$/gm) ?? [];
	return [format, boot, ...rights, ...Object.keys(needed).map((name) => fileState(findTool(name) ?? name))].join("\n");
}

/** Probes again. */
export function probeFeatures(): Features {
	const { landlock, refusal } = tryNamespaces();
	return {
		namespaces: refusal === undefined ? [] : [refusal],
		seccomp: existsSync("/proc/sys/kernel/seccomp/actions_avail"),
		landlock,
		missing: missingTools(),
	};
}

function missingTools(): string[] {
	return Object.entries(needed).flatMap(([program, options]) => {
		if (findTool(program) === undefined) return [program];
		if (!options.length) return [];
		const text = help(program);
		return options.filter((option) => !text.includes(option)).map((option) => `${program} ${option}`);
	});
}

/** Milliseconds. An idle machine needs a few, a busy one that emulates its processor many thousands. */
export const toolTimeout = 60_000;

const texts = new Map<string, string>();

/** A program's help text, which some print to stderr. */
function help(program: string): string {
	const known = texts.get(program);
	if (known !== undefined) return known;
	const path = findTool(program);
	const result = path ? runQuickTool(path, ["--help"], { encoding: "utf8", timeout: toolTimeout }) : undefined;
	const text = `${result?.stdout ?? ""}${result?.stderr ?? ""}`;
	texts.set(program, text);
	return text;
}

/**
 * Creates the namespaces of a cage and asks for the Landlock version in them. Only a system call reveals it: securityfs need not
 * be mounted, and its list has no version. Node cannot make the call, so our own program does, on a private file system that
 * allows execution.
 */
function tryNamespaces(): { landlock: number; refusal?: string } {
	const path = findTool("unshare");
	if (path === undefined) return { landlock: landlockByName() };
	const program = supportsProcessor() ? nativeProgram("landlock") : undefined;
	const memory = ["mount -n -t tmpfs -o size=64k,mode=700 tmpfs /tmp"];
	const asking = ["cd /tmp", "base64 -d >probe", "chmod 700 probe", "./probe && echo 0 || echo $?"];
	const script = program ? [...memory, ...asking] : [...memory, "echo none"];
	const kinds = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--cgroup"];
	const words = [...(isRootless() ? ownUser : []), ...kinds, "sh", "-eu", "-c", script.join("\n")];
	const { stderr, stdout } = runQuickTool(path, words, {
		input: program?.toString("base64") ?? "",
		encoding: "utf8",
		timeout: toolTimeout,
	});
	if (stdout === "none\n") return { landlock: landlockByName() };
	if (/^\d+\n$/.test(stdout)) return { landlock: Number(stdout) };
	return { landlock: 0, refusal: stderr.trim().split("\n")[0] || "unshare: namespaces" };
}

/** Without the program, uses the kernel's list (lsm= in kernel-parameters) and assumes a complete version. */
function landlockByName(): number {
	return attempt(() => (readFileSync("/sys/kernel/security/lsm", "utf8").trim().split(",").includes("landlock") ? 3 : 0)) ?? 0;
}

/**
 * Facts about this machine, cached in the state folder so that the next start is quick. The key of each file tells whether it is
 * still valid.
 */

/** Returns undefined if nothing valid is cached. `keyOf` may use the cached value. */
function readCached<T>(state: string, file: string, keyOf: (value: T) => string): T | undefined {
	if (!isOwn(state)) return undefined;
	return attempt(() => {
		const { key, value } = JSON.parse(readTextSync(pathFromText(join(state, file))));
		return key === keyOf(value) ? value : undefined;
	});
}

/** Writes only if cages were started before, because a folder that may still be refused must not be changed. */
function writeCached<T>(state: string, file: string, value: T, keyOf: (value: T) => string): void {
	if (!existsSync(join(state, "scratch")) || !isOwn(state)) return;
	const place = join(state, transientName("tmp"));
	try {
		writeFileSync(place, JSON.stringify({ key: keyOf(value), value }), { mode: 0o600, flag: "wx" });
		renameSync(place, join(state, file));
	} catch {
		attempt(() => unlinkSync(place));
	}
}

/** False if somebody else could change the cache. */
function isOwn(state: string): boolean {
	return attempt(() => requireSafeFolder(pathFromText(state))) !== undefined;
}

/** Identifies a file (one character a byte) and its state; only its name if it is missing. The change time cannot be set back (stat(2)). */
function fileState(path: string): string {
	const stats = statSync(Buffer.from(path, "latin1"), { throwIfNoEntry: false });
	return stats ? [path, stats.dev, stats.ino, stats.size, stats.ctimeMs].join(" ") : path;
}
