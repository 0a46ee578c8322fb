import { readFileSync } from "node:fs";
import type { Rootless } from "../../launch/launch.ts";
import { ownUser } from "../../launch/launch.ts";
import { Failure } from "../failure.ts";
import { attempt } from "./errors.ts";
import { linkTarget } from "./proc.ts";
import { requireTool, runQuickTool } from "./tools.ts";

/** Launches of an ordinary user use a user namespace that contains only that user (user_namespaces(7)). */

export function isRootless(): boolean {
	return process.geteuid?.() !== 0;
}

export function rootless(): Rootless {
	return { lowestPort: lowestPort() };
}

/** The setting of ip(7). Before Linux 4.11 it did not exist, and the limit was 1024. */
export function lowestPort(): number {
	return Number(setting("net.ipv4.ip_unprivileged_port_start") ?? 1024);
}

/** Whether a process shares one of our namespaces, which cannot be entered from a user namespace and need not be. */
export function sharesNamespace(pid: number, kind: "net" | "user"): boolean {
	return linkTarget(pid, `ns/${kind}`) === linkTarget("self", `ns/${kind}`);
}

let keepsCapabilities: boolean | undefined;

/** Whether nsenter(1) can keep the capabilities of a user namespace. That of util-linux 2.38 (Debian 12) cannot. */
export function mayEnterWithCapabilities(): boolean {
	keepsCapabilities ??= runQuickTool("nsenter", ["--help"], { encoding: "utf8" }).stdout.includes("--keep-caps");
	return keepsCapabilities;
}

/** Words that run a command in a process's network, or in an empty one. */
export function intoNetwork(pid: number | undefined): string[] {
	if (pid === undefined) return [requireTool("unshare"), "--user", "--map-current-user", "--net", "--"];
	const namespaces = [`--user=/proc/${pid}/ns/user`, `--net=/proc/${pid}/ns/net`];
	return [requireTool("nsenter"), ...namespaces, "--preserve-credentials", "--"];
}

/** Settings that deny user namespaces to ordinary users, and the required values: Debian's, Ubuntu's and the kernel's. */
const settings = [
	{ name: "kernel.unprivileged_userns_clone", refuses: "0", wanted: "1" },
	{ name: "kernel.apparmor_restrict_unprivileged_userns", refuses: "1", wanted: "0" },
	{ name: "user.max_user_namespaces", refuses: "0", wanted: "10000" },
] as const;

/** Options of unshare(1), and a script that shows whether the namespaces allow what a launch does in them. */
interface NamespaceCheck {
	readonly namespaces: readonly string[];
	readonly script: string;
}

/** It tries a mount, because Ubuntu's AppArmor allows the namespace but removes every capability in it. */
const cageNamespaces: NamespaceCheck = { namespaces: [...ownUser, "--mount"], script: "mount -n -t tmpfs tmpfs /tmp" };

/**
 * The sandbox also mounts /proc and /sys. The kernel refuses them to a user namespace if parts of the visible ones are covered, as
 * in containers (mount_too_revealing in fs/namespace.c).
 */
export const sandboxNamespaces: NamespaceCheck = {
	namespaces: [...ownUser, "--mount-proc", "--pid", "--fork", "--net"],
	script: `${cageNamespaces.script} && mount -n -t sysfs sysfs /sys`,
};

/** Why this user cannot create namespaces. Undefined if it works. */
function whyNoUserNamespace({
	namespaces,
	script,
}: NamespaceCheck): { readonly detail: string; readonly setting?: string } | undefined {
	const { error, status, stderr } = runQuickTool("unshare", [...namespaces, "sh", "-c", script], {
		encoding: "utf8",
		stdio: ["ignore", "ignore", "pipe"],
	});
	if (status === 0) return undefined;
	const detail = error?.message ?? stderr.trim().split("\n")[0] ?? "";
	const culprit = settings.find(({ name, refuses }) => setting(name) === refuses);
	return culprit ? { detail, setting: `${culprit.name}=${culprit.wanted}` } : { detail };
}

const knownToWork = new Set<NamespaceCheck>();

/** Throws `user-namespaces-off` or `user-namespaces-refused` (exit 3). */
export function requireUserNamespaces(check = cageNamespaces): void {
	if (knownToWork.has(check)) return;
	const why = whyNoUserNamespace(check);
	if (why?.setting !== undefined) throw new Failure("user-namespaces-off", { detail: why.detail, setting: why.setting }, 3);
	if (why) throw new Failure("user-namespaces-refused", { detail: why.detail }, 3);
	knownToWork.add(check);
}

function setting(name: string): string | undefined {
	return attempt(() => readFileSync(`/proc/sys/${name.replaceAll(".", "/")}`, "latin1").trim());
}
