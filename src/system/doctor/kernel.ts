import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { lackingAbilities } from "../../core/confinement/landlock.ts";
import { ownUser } from "../../core/confinement/launch.ts";
import { networkSteps } from "../../core/confinement/launch-script.ts";
import type { Features } from "../../core/confinement/method.ts";
import type { Finding } from "../../engine/ports.ts";
import { patience } from "../launch/features.ts";
import { isRootless } from "../launch/rootless.ts";
import { findTool, toolEnvironment } from "../launch/tools.ts";
import { textOf } from "../running/proc.ts";

/** The kernel's features and restrictions. */
export function kernelFindings(features: Features): Finding[] {
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

function landlock({ landlock: version }: Features): Finding {
	const lacking = lackingAbilities(version);
	const found = `ABI ${version}${lacking.length ? ` (- ${lacking.join(", ")})` : ""}`;
	return {
		what: "landlock",
		state: version === 0 ? "weaker" : lacking.length ? "note" : "ok",
		found: version === 0 ? "" : found,
	};
}

/** Tries a network of its own, whose loopback root can only use with CAP_NET_ADMIN. Without root, a user namespace brings that. */
function loopback(): string[] {
	// A missing unshare is a finding of its own.
	if (isRootless() || findTool("unshare") === undefined) return [];
	const { says, works } = tryIn(["--mount", "--propagation", "private", "--net"], networkSteps(undefined).join("\n"));
	return works ? [] : [`net (CAP_NET_ADMIN): ${says}`];
}

/** Tries an overlay on a private tmpfs, because some containers and file systems refuse overlays. */
export function overlay(): Finding {
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
function userNamespaces(): Finding {
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
	const result = tryIn(["--user", "--map-root-user", "--mount"], "mount -n -t tmpfs tmpfs /tmp", nobody);
	return {
		what: "user-namespaces",
		state: result.works ? "ok" : isRootless() ? "missing" : "note",
		found: [result.says, settings].filter(Boolean).join(", "),
	};
}

/** A ptrace_scope of 3 forbids strace even to root until the next boot (Yama in the kernel's admin guide). */
function yama(): Finding {
	const scope = (textOf("/proc/sys/kernel/yama/ptrace_scope") ?? "").trim();
	return {
		what: "yama",
		state: scope === "3" ? "missing" : "ok",
		found: scope === "" ? "-" : `kernel.yama.ptrace_scope=${scope}`,
	};
}

/** The file exists if a policy is loaded (selinux(8)). */
function selinux(): Finding {
	const enforce = (textOf("/sys/fs/selinux/enforce") ?? "").trim();
	const found = { "1": "enforcing", "0": "permissive" }[enforce] ?? "-";
	return { what: "selinux", state: enforce === "1" ? "note" : "ok", found };
}

function appArmor(): Finding {
	const enabled = (textOf("/sys/module/apparmor/parameters/enabled") ?? "").trim() === "Y";
	const enforced = textOf("/sys/kernel/security/apparmor/profiles")?.match(/ \(enforce\)$/gm)?.length ?? 0;
	return { what: "apparmor", state: enforced ? "note" : "ok", found: enabled ? `${enforced} enforce` : "-" };
}

/** Both versions can limit memory and processes (cgroups(7)). */
function cgroups(): Finding {
	const second = existsSync("/sys/fs/cgroup/cgroup.controllers");
	const first = ["memory", "pids"].every((name) => existsSync(`/sys/fs/cgroup/${name}`));
	return { what: "cgroup", state: second || first ? "ok" : "note", found: second ? "cgroup2" : first ? "cgroup" : "-" };
}

function tryIn(namespaces: readonly string[], script: string, before: readonly string[] = []): { works: boolean; says: string } {
	const [program = "", ...words] = [...before, "unshare", ...namespaces, "sh", "-eu", "-c", script];
	const path = findTool(program);
	if (path === undefined) return { works: false, says: "" };
	const { status, stderr } = spawnSync(path, words, { env: toolEnvironment, encoding: "utf8", timeout: patience, cwd: "/" });
	return { works: status === 0, says: (stderr ?? "").trim().split("\n")[0] ?? "" };
}
