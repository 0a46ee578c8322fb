import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import type { Rootless } from "../../core/confinement/launch.ts";
import { ownUser } from "../../core/confinement/launch-script.ts";
import { Failure } from "../../core/failure.ts";
import { pathFromText } from "../../core/path/path.ts";
import { requireTool, toolEnvironment } from "./tools.ts";

/** Launching as an ordinary user: all by way of a user namespace that knows nobody but him (user_namespaces(7)). */

export function isRootless(): boolean {
	return process.geteuid?.() !== 0;
}

/** `loopback` is where the program lies that switches the loopback on. */
export function rootless(loopback: string): Rootless {
	return { loopback: pathFromText(loopback), lowestPort: lowestPort() };
}

/** ip(7). Before 4.11 the kernel had no such setting, and 1024 was it. */
export function lowestPort(): number {
	return Number(setting("net.ipv4.ip_unprivileged_port_start") ?? 1024);
}

/** Whether a process has our own network. Nobody may enter that from a user namespace, and nobody has to. */
export function sharesNetwork(pid: number): boolean {
	try {
		return readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net");
	} catch {
		return false;
	}
}

/** Words that lead a command into the network of a process, or into an empty one. */
export function intoNetwork(pid: number | undefined): string[] {
	if (pid === undefined) return [requireTool("unshare"), "--user", "--map-current-user", "--net", "--"];
	const namespaces = [`--user=/proc/${pid}/ns/user`, `--net=/proc/${pid}/ns/net`];
	return [requireTool("nsenter"), ...namespaces, "--preserve-credentials", "--"];
}

/** Settings that keep user namespaces from ordinary users, with what they must be: Debian's own, Ubuntu's, and the kernel's. */
const settings = [
	{ name: "kernel.unprivileged_userns_clone", refuses: "0", wanted: "1" },
	{ name: "kernel.apparmor_restrict_unprivileged_userns", refuses: "1", wanted: "0" },
	{ name: "user.max_user_namespaces", refuses: "0", wanted: "10000" },
] as const;

/** What a user namespace is good for: mounting. Ubuntu's AppArmor lets one be made and takes every capability in it away. */
const attempt = [...ownUser, "--mount", "--propagation", "private", "mount", "-n", "-t", "tmpfs", "tmpfs", "/tmp"];

/** Why this user cannot have namespaces of his own; undefined where he can. */
export function whyNoUserNamespace(): { readonly detail: string; readonly setting?: string } | undefined {
	const { error, status, stderr } = spawnSync(requireTool("unshare"), attempt, {
		env: toolEnvironment,
		cwd: "/",
		encoding: "utf8",
		stdio: ["ignore", "ignore", "pipe"],
	});
	if (status === 0) return undefined;
	const detail = error?.message ?? stderr.trim().split("\n")[0] ?? "";
	const culprit = settings.find(({ name, refuses }) => setting(name) === refuses);
	return culprit ? { detail, setting: `${culprit.name}=${culprit.wanted}` } : { detail };
}

let isKnownToWork = false;

/** Throws `user-namespaces-off` or `user-namespaces-refused` (exit 3). */
export function requireUserNamespaces(): void {
	if (isKnownToWork) return;
	const why = whyNoUserNamespace();
	if (why?.setting !== undefined) throw new Failure("user-namespaces-off", { detail: why.detail, setting: why.setting }, 3);
	if (why) throw new Failure("user-namespaces-refused", { detail: why.detail }, 3);
	isKnownToWork = true;
}

function setting(name: string): string | undefined {
	try {
		return readFileSync(`/proc/sys/${name.replaceAll(".", "/")}`, "latin1").trim();
	} catch {
		return undefined;
	}
}
