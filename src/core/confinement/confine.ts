import { pathToBytes } from "../path/path.ts";
import { capabilities as allCapabilities, type Capability } from "./capabilities.ts";
import { type LandlockRule, type LandlockRuleset, landlockMask } from "./landlock.ts";
import { Assembler, elfExecutable, fromAnswer, fromR12, words } from "./machine-code.ts";
import type { Layer } from "./method.ts";

/**
 * Returns a static executable that sets no-new-privileges, Landlock rules and system call filters, then runs the next program. It contains rules and
 * filters, so it reads no file and needs no library. If the kernel refuses a step, it reports the step and starts nothing. setpriv(1) can do the same since
 * util-linux 2.41, but it cannot ask the kernel to record what a filter refuses. In C:
 *
 *     if (entersRoot) {                                                 // only in the tracing sandbox
 *       own = open("/proc/self/ns/mnt"); here = open(".", O_PATH);
 *       setns(own, CLONE_NEWNS); fchdir(here);                          // out of a chroot
 *       if (pivot_root(".", ".") == 0) umount2(".", MNT_DETACH) && fail("entering the sandbox");
 *       else mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") && fail("entering the sandbox");
 *       chdir("/") && fail("entering the sandbox");
 *     }
 *     for (each capability that is not kept) prctl(PR_CAPBSET_DROP, capability);
 *     prctl(PR_SET_PDEATHSIG, SIGKILL);                                 // not under systemd
 *     prctl(PR_SET_NO_NEW_PRIVS, 1) && fail("no new privileges");
 *     set = landlock_create_ruleset({handled}, 8, 0);                       // only where the kernel has Landlock
 *     for (rule in rules) landlock_add_rule(set, PATH_BENEATH, {rule.allowed, open(rule.path, O_PATH | O_DIRECTORY)}, 0);
 *     landlock_restrict_self(set, LOG_NEW_EXEC_ON) && fail("Landlock");
 *     for (filter in filters) seccomp(SECCOMP_SET_MODE_FILTER, filter.isLogged ? SECCOMP_FILTER_FLAG_LOG : 0, filter) && fail("the system call filter");
 *     execve(argv[1], argv + 1, envp); fail("starting the next program");
 */

/** Exit status if a step was refused. */
export const confineFailed = 125;
export const confineName = "cagewright-conf";

export interface Confinement {
	/** Version of the kernel's Landlock interface; 0 without Landlock. */
	readonly landlock: number;
	readonly ruleset: LandlockRuleset;
	readonly filters: readonly Filter[];
	/** Parts to leave out, to see whether the self-test notices. */
	readonly without?: readonly Layer[];
	/** The starter exits before it, like systemd's helper. Otherwise it exits with its starter. */
	readonly outlives?: boolean;
	/**
	 * First makes the working directory, a mount point, the root and unmounts the old one. No program of the new root may do
	 * that, because a traced application may have replaced it.
	 */
	readonly entersRoot?: boolean;
	/**
	 * Limits uid 0's capabilities for all later programs; by default none are dropped here. setpriv's loader reads
	 * /etc/ld.so.preload, and in the tracing sandbox the application may have written that file.
	 */
	readonly capabilities?: readonly Capability[];
}

export interface Filter {
	/** `struct sock_filter[]`. */
	readonly program: Uint8Array;
	/** The kernel records what it refuses (audit record 1326). */
	readonly isLogged: boolean;
}

/** The layers that this program makes. */
export const confiningLayers = ["no-new-privs", "landlock", "seccomp"] as const satisfies readonly Layer[];

/** Returns undefined for a processor (`process.arch`) without support. */
export function confineExecutable(architecture: string, confinement: Confinement): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(confineCode(confinement)) : undefined;
}

/** Returns a program whose exit status is the version of the kernel's Landlock interface, 0 without Landlock. */
export function landlockProbe(architecture: string): Buffer | undefined {
	if (architecture !== "x64") return undefined;
	const a = new Assembler();
	a.call(call.landlockCreateRuleset, 0, 0, 1); // LANDLOCK_CREATE_RULESET_VERSION
	a.move("rdi", 0);
	a.branch("ifNegative", "none");
	a.emit(0x89, 0xc7); // mov edi, eax
	a.label("none");
	a.syscall(call.exitGroup);
	return elfExecutable(a.finish({}));
}

/** Numbers of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl). */
const call = {
	write: 1,
	open: 2,
	fchdir: 81,
	close: 3,
	execve: 59,
	chdir: 80,
	pivotRoot: 155,
	prctl: 157,
	chroot: 161,
	mount: 165,
	umount2: 166,
	setns: 308,
	exitGroup: 231,
	seccomp: 317,
	landlockCreateRuleset: 444,
	landlockAddRule: 445,
	landlockRestrictSelf: 446,
};

const steps = {
	root: "entering the sandbox",
	capabilities: "giving up capabilities",
	privileges: "no new privileges",
	landlock: "Landlock",
	filter: "the system call filter",
	start: "starting the next program",
} as const;

/** r12d: ruleset, r13: rule, r14: argv. Arguments in memory are below rsp, where no call writes and no handler runs. */
function confineCode(confinement: Confinement): Buffer {
	const { capabilities, entersRoot = false, landlock, outlives = false, ruleset, without = [] } = confinement;
	const filters = without.includes("seccomp") ? [] : confinement.filters;
	const a = new Assembler();
	const prctl = (option: number, value: number) => {
		a.call(call.prctl, option, value, 0, 0, 0);
	};
	const unless = (condition: "ifNegative" | "ifNotZero", step: keyof typeof steps) => {
		a.branch(condition, `failed-${step}`);
	};

	a.emit(0x4c, 0x8d, 0x74, 0x24, 0x08); // lea r14, [rsp + 8]: argv
	if (entersRoot) enterRoot(a, unless);
	if (capabilities) {
		for (let number = 0; number < mostCapabilities; number++) {
			const name = allCapabilities[number];
			if (name !== undefined && capabilities.includes(name)) continue;
			prctl(24, number); // PR_CAPBSET_DROP
			a.emit(0x83, 0xf8, 0xea); // cmp eax, -EINVAL: a number that this kernel does not know
			a.jump("ifZero", `dropped-${number}`);
			unless("ifNotZero", "capabilities");
			a.label(`dropped-${number}`);
		}
	}
	if (!outlives) {
		prctl(1, 9); // PR_SET_PDEATHSIG, SIGKILL
		unless("ifNotZero", "privileges");
	}
	if (!without.includes("no-new-privs")) {
		prctl(38, 1); // PR_SET_NO_NEW_PRIVS
		unless("ifNotZero", "privileges");
	}
	if (landlock > 0 && !without.includes("landlock")) restrictFiles(a, landlock, unless);
	filters.forEach(({ isLogged, program }, index) => {
		a.emit(0x48, 0xc7, 0x44, 0x24, 0xf0, ...words(program.length / 8)); // mov qword [rsp - 16], instructions: struct sock_fprog
		a.address("rax", `filter-${index}`);
		a.emit(0x48, 0x89, 0x44, 0x24, 0xf8); // mov [rsp - 8], rax
		// SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG; lea rdx, [rsp - 16]
		a.call(call.seccomp, 1, isLogged ? 2 : 0, [0x48, 0x8d, 0x54, 0x24, 0xf0]);
		unless("ifNotZero", "filter");
	});

	a.executeNext();

	const messages = Object.entries(steps).map(
		([step, text]) => [step, Buffer.from(`${confineName}: ${text}: refused\n`)] as const,
	);
	// execve returned, so the last step failed.
	a.failures(messages.reverse(), confineFailed);
	return a.finish({
		ruleset: words(landlockMask(landlock, ruleset.handled), 0), // struct landlock_ruleset_attr, as of version 1
		rules: Buffer.concat([...ruleset.rules.map((rule) => ruleBytes(rule, landlock)), Buffer.alloc(8)]),
		...Object.fromEntries(filters.map(({ program }, index) => [`filter-${index}`, program])),
		...(entersRoot ? { here: Buffer.from(".\0"), top: Buffer.from("/\0"), mounts: Buffer.from("/proc/self/ns/mnt\0") } : {}),
		...Object.fromEntries(messages.map(([step, text]) => [`text-${step}`, text])),
	});
}

/** Version of Landlock from which on the kernel records what the rules refuse, where its audit is on. */
const logsFrom = 7;

/** Capability sets have 64 bits (capabilities(7)). */
const mostCapabilities = 64;

/**
 * Follows pivot_root(2): the old root is briefly mounted on top of the new one. The kernel refuses that if the current root is
 * no mount point (an initramfs). Then the new root is moved over the old one, which no name reaches afterwards.
 *
 * Both must replace the root of the mount namespace itself. If Cagewright runs in a chroot, that is a directory above `/`, and
 * an application that may chroot in the sandbox would climb from `/` to it (measured). setns(2) enters it even from a chroot.
 */
function enterRoot(a: Assembler, unless: (condition: "ifNotZero" | "ifNegative", step: "root") => void): void {
	const open = (place: "mounts" | "here", flags: number) => {
		a.call(call.open, place, flags | 0x80000, 0); // O_CLOEXEC
		unless("ifNegative", "root");
	};
	open("here", 0x210000); // O_PATH | O_DIRECTORY
	a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
	open("mounts", 0);
	a.call(call.setns, fromAnswer, 0x20000); // CLONE_NEWNS
	unless("ifNotZero", "root");
	a.call(call.fchdir, fromR12);
	unless("ifNotZero", "root");
	a.call(call.pivotRoot, "here", "here");
	a.branch("ifNotZero", "move");
	a.call(call.umount2, "here", 2); // MNT_DETACH
	unless("ifNotZero", "root");
	a.jump("always", "entered");
	a.label("move");
	a.call(call.mount, "here", "top", 0, 0x2000, 0); // MS_MOVE
	unless("ifNotZero", "root");
	a.call(call.chroot, "here");
	unless("ifNotZero", "root");
	a.label("entered");
	a.call(call.chdir, "top");
	unless("ifNotZero", "root");
}

function restrictFiles(
	a: Assembler,
	landlock: number,
	unless: (condition: "ifNegative" | "ifNotZero", step: "landlock") => void,
): void {
	a.call(call.landlockCreateRuleset, "ruleset", 8, 0);
	unless("ifNegative", "landlock");
	a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
	a.address("r13", "rules");

	a.label("rule");
	a.emit(0x49, 0x8b, 0x45, 0x00); // mov rax, [r13]: what is allowed
	a.emit(0x48, 0x85, 0xc0); // test rax, rax
	a.jump("ifZero", "restrict");
	a.emit(0x48, 0x89, 0x44, 0x24, 0xf0); // mov [rsp - 16], rax: struct landlock_path_beneath_attr
	a.emit(0x49, 0x8d, 0x7d, 0x10); // lea rdi, [r13 + 16]
	a.call(call.open, undefined, 0x290000, 0); // O_PATH | O_DIRECTORY | O_CLOEXEC
	unless("ifNegative", "landlock");
	a.emit(0x89, 0x44, 0x24, 0xf8); // mov [rsp - 8], eax
	a.call(call.landlockAddRule, fromR12, 1, [0x48, 0x8d, 0x54, 0x24, 0xf0], 0); // LANDLOCK_RULE_PATH_BENEATH; lea rdx, [rsp - 16]
	unless("ifNotZero", "landlock");
	a.call(call.close, [0x8b, 0x7c, 0x24, 0xf8]); // mov edi, [rsp - 8]
	a.emit(0x4d, 0x03, 0x6d, 0x08); // add r13, [r13 + 8]
	a.jump("always", "rule");

	a.label("restrict");
	a.call(call.landlockRestrictSelf, fromR12, landlock >= logsFrom ? 2 : 0); // LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON
	unless("ifNotZero", "landlock");
	a.call(call.close, fromR12);
}

/** Allowed rights, the record's length, and the path with a NUL. A record without rights ends the list. */
function ruleBytes({ path, rights }: LandlockRule, abi: number): Buffer {
	const name = pathToBytes(path);
	const length = 16 + Math.ceil((name.length + 1) / 8) * 8;
	const bytes = Buffer.alloc(length);
	bytes.writeUInt32LE(landlockMask(abi, rights), 0);
	bytes.writeUInt32LE(length, 8);
	bytes.set(name, 16);
	return bytes;
}
