import {
	type Argument,
	assemble,
	load,
	type Program,
	pointer,
	register,
	words,
	workingDirectory,
} from "../../machine-code/program.ts";
import { launchFailed } from "../launch.ts";
import type { SyscallName } from "../seccomp/syscalls.ts";

/**
 * Runs a probe on the host's file system, in the application's network, and in its own mount and PID namespaces. The
 * application's root is mounted at `probeRoot`, where the kernel follows no symbolic links (MOUNT_ATTR_NOSYMFOLLOW), because an
 * absolute one would lead to the host. All processes of the probe end with its first one.
 *
 * It is a static executable, because a mount of another namespace can only be cloned inside that namespace, where no host
 * program can run. In C:
 *
 *     setns(user); setns(net);                                         // depending on its kind; root needs no user namespace
 *     unshare(CLONE_NEWNS | CLONE_NEWPID); mount("/", MS_REC | MS_PRIVATE);
 *     if ((child = fork()) > 0) { wait4(child, &status); exit(status); }
 *     prctl(PR_SET_PDEATHSIG, SIGKILL);
 *     top = open("/", O_PATH); cwd = open(".", O_PATH); own = open("/proc/self/ns/mnt");
 *     mount("proc", "/proc", "proc");
 *     setns(mnt); tree = open_tree(root, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
 *     mount_setattr(tree, "", AT_RECURSIVE | AT_EMPTY_PATH, nosymfollow, nosuid, nodev, private);
 *     setns(own); fchdir(top); chroot("."); fchdir(cwd);
 *     move_mount(tree, "", AT_FDCWD, probeRoot, MOVE_MOUNT_F_EMPTY_PATH);
 *     close_range(3, ~0);
 *     if ((line = fork()) == 0) { execve(argv[1], argv + 1, envp); exit(125); }
 *     while ((pid = wait4(-1, &status)) != line) ;                     // orphans are reaped
 *     exit(status);                                                    // the kernel kills the rest of the namespace
 */
export function probeEntryExecutable(architecture: string, kind: ProbeEntryKind): Buffer | undefined {
	return assemble(architecture, (p) => describeEntry(p, kind));
}

export interface ProbeEntryKind {
	/** `join` enters the network of descriptor `net`, `new` creates an empty one, `host` stays. */
	readonly network: "join" | "new" | "host";
	/** First enters the user namespace of descriptor `user`, which owns the others. */
	readonly user: boolean;
	/** Mounts descriptor `root`, a directory in the mount namespace of descriptor `mnt`. */
	readonly root: boolean;
}

/** Descriptors that the executable inherits. */
const probeDescriptors = { root: 3, mnt: 4, net: 5, user: 6, executable: 7 } as const;

/** An empty directory in every proc(5); only the probe sees this one. Short, because a socket's path has at most 107 bytes. */
export const probeRoot = "/proc/driver";

const namespaces = { mnt: 0x20000, net: 0x40000000, pid: 0x20000000, user: 0x10000000 };
const atEmptyPath = 0x1000;
const atRecursive = 0x8000;
const openTreeClone = 1;
const closeOnExec = 0o2000000;
const pathOnly = 0o10000000;
const mountFlags = { recursivelyPrivate: 0x44000, noSuidDevExec: 2 | 4 | 8 };
const moveFromEmptyPath = 4; // MOVE_MOUNT_F_EMPTY_PATH
const attributes = 2 | 4 | 0x200000; // MOUNT_ATTR_NOSUID, _NODEV, _NOSYMFOLLOW
const privatePropagation = 1 << 18;

const text = (value: string) => Buffer.from(`${value}\0`);
const complaint = Buffer.from("cagewright: the application's namespaces cannot be entered for a probe\n");
const rootComplaint = Buffer.from("cagewright: the application's root cannot be shown to a probe\n");
const data = {
	empty: text(""),
	slash: text("/"),
	dot: text("."),
	proc: text("proc"),
	procPlace: text("/proc"),
	ownMounts: text("/proc/self/ns/mnt"),
	probeRoot: text(probeRoot),
	// struct mount_attr: attr_set, attr_clr, propagation, userns_fd, 64 bits each.
	attributes: words(attributes, 0, 0, 0, privatePropagation, 0, 0, 0),
	complaint,
	rootComplaint,
};

/** a: top, b: own, c: cwd, d: tree, e: the awaited child. */
function describeEntry(p: Program, { network, root, user }: ProbeEntryKind): void {
	let problem = "failed";
	const call = (name: SyscallName, ...values: readonly Argument[]) => {
		p.call(name, ...values);
		p.branch("negative", problem);
	};
	const enter = (descriptor: number, kind: number) => call("setns", descriptor, kind);
	const endWithParent = () => call("prctl", 1, 9); // PR_SET_PDEATHSIG
	const open = (place: "slash" | "dot" | "ownMounts", flags: number, to: "a" | "b" | "c") => {
		p.open(place, flags | closeOnExec);
		p.branch("negative", problem);
		p.set(to, register("answer"));
	};
	const mount = (source: "proc" | "slash", target: "procPlace" | "slash", flags: number) =>
		call("mount", source, target, "proc", flags, 0);
	const forkTo = (child: string) => {
		p.fork();
		p.branch("negative", problem);
		p.jump("equal", child);
		p.set("e", register("answer"));
	};
	const exitWithChild = (again: string) => {
		p.label(again);
		call("wait4", -1, pointer("stack", -8), 0, 0);
		p.compare("answer", "e");
		p.jump("notEqual", again);
		p.set("e", load("stack", -8, 4));
		p.exitStatus("e", again);
		p.exit(register("e"));
	};

	p.constants(data);
	if (user) enter(probeDescriptors.user, namespaces.user);
	if (network === "join") enter(probeDescriptors.net, namespaces.net);
	endWithParent();
	call("unshare", namespaces.mnt | namespaces.pid | (network === "new" ? namespaces.net : 0));
	mount("slash", "slash", mountFlags.recursivelyPrivate);
	forkTo("first");
	exitWithChild("outside");

	p.label("first");
	endWithParent();
	if (root) open("ownMounts", 0, "b");
	open("slash", pathOnly, "a");
	open("dot", pathOnly, "c");
	mount("proc", "procPlace", mountFlags.noSuidDevExec);
	if (root) {
		problem = "unshown";
		enter(probeDescriptors.mnt, namespaces.mnt);
		call("open_tree", probeDescriptors.root, "empty", openTreeClone | closeOnExec | atRecursive | atEmptyPath);
		p.set("d", register("answer"));
		call("mount_setattr", register("d"), "empty", atRecursive | atEmptyPath, "attributes", 32);
		call("setns", register("b"), namespaces.mnt);
		call("fchdir", register("a"));
		call("chroot", "dot");
		call("fchdir", register("c"));
		call("move_mount", register("d"), "empty", workingDirectory, "probeRoot", moveFromEmptyPath);
		problem = "failed";
	}
	call("close_range", 3, -1, 0);
	forkTo("line");
	exitWithChild("inside");

	p.label("line");
	p.setArguments("a");
	p.executeNext("a", "b");
	const complain = (label: string, words: "complaint" | "rootComplaint") => {
		p.label(label);
		p.call("write", 2, words, data[words].length);
		p.exit(launchFailed);
	};
	complain("failed", "complaint");
	complain("unshown", "rootComplaint");
}
