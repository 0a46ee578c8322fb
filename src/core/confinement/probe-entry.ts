import {
	type Argument,
	Assembler,
	elfExecutable,
	fromAnswer,
	fromR12,
	fromR13,
	fromR14,
	fromR15,
	words,
} from "./machine-code.ts";

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
	return architecture === "x64" ? elfExecutable(x64(kind)) : undefined;
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
export const probeDescriptors = { root: 3, mnt: 4, net: 5, user: 6, executable: 7 } as const;

/** An empty directory in every proc(5); only the probe sees this one. Short, because a socket's path has at most 107 bytes. */
export const probeRoot = "/proc/driver";

/** Exit status if the namespaces cannot be entered or the shell cannot be executed. */
export const probeCannotEnter = 125;

const namespaces = { mnt: 0x20000, net: 0x40000000, pid: 0x20000000, user: 0x10000000 };
const atEmptyPath = 0x1000;
const atRecursive = 0x8000;
const openTreeClone = 1;
const closeOnExec = 0o2000000;
const pathOnly = 0o10000000;
const mountFlags = { recursivelyPrivate: 0x44000, noSuidDevExec: 2 | 4 | 8 };
const workingDirectory = -100; // AT_FDCWD
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

/** r12d: top, r13d: own, r14d: cwd, r15d: tree, ebx: the awaited child. */
function x64({ network, root, user }: ProbeEntryKind): Buffer {
	const a = new Assembler();
	let problem = "failed";
	const call = (number: number, ...values: readonly Argument[]) => {
		a.call(number, ...values);
		a.branch("ifNegative", problem);
	};
	const enter = (descriptor: number, kind: number) => {
		call(308, descriptor, kind); // setns
	};
	const endWithParent = () => {
		call(157, 1, 9); // prctl; PR_SET_PDEATHSIG
	};
	const open = (place: "slash" | "dot" | "ownMounts", flags: number, store: readonly number[]) => {
		call(2, place, flags | closeOnExec, 0); // open
		a.emit(...store);
	};
	const mount = (source: "proc" | "slash", target: "procPlace" | "slash", flags: number) => {
		call(165, source, target, "proc", flags, 0); // mount
	};
	const forkTo = (child: string) => {
		call(57); // fork
		a.jump("ifZero", child);
		a.emit(0x89, 0xc3); // mov ebx, eax
	};
	/** Exits with the status of the process in ebx. */
	const exitWith = (again: string) => {
		a.label(again);
		call(61, -1, [0x48, 0x8d, 0x74, 0x24, 0xf8], 0, 0); // wait4; lea rsi, [rsp - 8]: the red zone holds the status
		a.emit(0x39, 0xd8); // cmp eax, ebx
		a.jump("ifNotZero", again);
		a.emit(0x8b, 0x7c, 0x24, 0xf8); // mov edi, [rsp - 8]
		a.emit(0x89, 0xf8, 0x83, 0xe0, 0x7f); // mov eax, edi; and eax, 0x7f
		a.jump("ifZero", `${again}-exited`);
		a.emit(0x05, 128, 0, 0, 0); // add eax, 128
		a.call(231, fromAnswer); // exit_group
		a.label(`${again}-exited`);
		a.emit(0xc1, 0xef, 8, 0x81, 0xe7, 255, 0, 0, 0); // shr edi, 8; and edi, 255
		a.syscall(231);
	};

	if (user) enter(probeDescriptors.user, namespaces.user);
	if (network === "join") enter(probeDescriptors.net, namespaces.net);
	endWithParent();
	call(272, namespaces.mnt | namespaces.pid | (network === "new" ? namespaces.net : 0)); // unshare
	mount("slash", "slash", mountFlags.recursivelyPrivate);
	forkTo("first");
	exitWith("outside");

	a.label("first");
	endWithParent();
	if (root) open("ownMounts", 0, [0x41, 0x89, 0xc5]); // mov r13d, eax
	open("slash", pathOnly, [0x41, 0x89, 0xc4]); // mov r12d, eax
	open("dot", pathOnly, [0x41, 0x89, 0xc6]); // mov r14d, eax
	mount("proc", "procPlace", mountFlags.noSuidDevExec);
	if (root) {
		problem = "unshown";
		enter(probeDescriptors.mnt, namespaces.mnt);
		call(428, probeDescriptors.root, "empty", openTreeClone | closeOnExec | atRecursive | atEmptyPath); // open_tree
		a.emit(0x41, 0x89, 0xc7); // mov r15d, eax
		call(442, fromR15, "empty", atRecursive | atEmptyPath, "attributes", 32); // mount_setattr
		call(308, fromR13, namespaces.mnt); // setns
		call(81, fromR12); // fchdir
		call(161, "dot"); // chroot
		call(81, fromR14);
		call(429, fromR15, "empty", workingDirectory, "probeRoot", moveFromEmptyPath); // move_mount
		problem = "failed";
	}
	call(436, 3, -1, 0); // close_range
	forkTo("line");
	exitWith("inside");

	a.label("line");
	a.emit(0x48, 0x8b, 0x7c, 0x24, 0x10); // mov rdi, [rsp + 16]: argv[1]
	a.emit(0x48, 0x8d, 0x74, 0x24, 0x10); // lea rsi, [rsp + 16]
	a.emit(0x48, 0x8b, 0x04, 0x24); // mov rax, [rsp]: argc
	a.emit(0x48, 0x8d, 0x54, 0xc4, 0x10); // lea rdx, [rsp + rax * 8 + 16]: envp
	a.syscall(59); // execve
	const complain = (label: string, words: "complaint" | "rootComplaint") => {
		a.label(label);
		a.call(1, 2, words, data[words].length); // write
		a.call(231, probeCannotEnter);
	};
	complain("failed", "complaint");
	complain("unshown", "rootComplaint");
	return a.finish(data);
}
