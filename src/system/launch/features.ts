import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { landlockProbe } from "../../core/confinement/confine.ts";
import { ownUser } from "../../core/confinement/launch.ts";
import type { Features } from "../../core/confinement/method.ts";
import { isRootless } from "./rootless.ts";
import { findTool, toolEnvironment } from "./tools.ts";

/** Programs that every launch needs. */
export const launchTools = ["unshare", "setpriv", "nsenter", "mount", "setsid", "chroot"] as const;

let found: Features | undefined;

/** Probed once for each process. */
export function machineFeatures(): Features {
	found ??= probeFeatures();
	return found;
}

/** Probes again. */
export function probeFeatures(): Features {
	const { landlock, refusal } = tryNamespaces();
	return {
		namespaces: refusal === undefined ? [] : [refusal],
		seccomp: existsSync("/proc/sys/kernel/seccomp/actions_avail"),
		landlock,
		missing: launchTools.filter((program) => findTool(program) === undefined),
	};
}

/** Milliseconds. An idle machine needs a few, a busy one that emulates its processor many thousands. */
export const patience = 60_000;

/**
 * Creates the namespaces of a cage and asks for the Landlock version in them. Only a system call reveals it: securityfs need not
 * be mounted, and its list has no version. Node cannot make the call, so our own program does, on a private file system that
 * allows execution.
 */
function tryNamespaces(): { landlock: number; refusal?: string } {
	const path = findTool("unshare");
	const program = landlockProbe(process.arch);
	if (path === undefined || program === undefined) return { landlock: 0 };
	const script = [
		"mount -n -t tmpfs -o size=64k,mode=700 tmpfs /tmp",
		"cd /tmp",
		"base64 -d >probe",
		"chmod 700 probe",
		"./probe && echo 0 || echo $?",
	];
	const kinds = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--cgroup"];
	const words = [...(isRootless() ? ownUser : []), ...kinds, "sh", "-eu", "-c", script.join("\n")];
	const { stderr, stdout } = spawnSync(path, words, {
		env: toolEnvironment,
		input: program.toString("base64"),
		encoding: "utf8",
		timeout: patience,
	});
	if (/^\d+\n$/.test(stdout)) return { landlock: Number(stdout) };
	return { landlock: 0, refusal: stderr.trim().split("\n")[0] || "unshare: namespaces" };
}
