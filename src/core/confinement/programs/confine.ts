import { assemble, load, type Program, pointer, register, words } from "../../machine-code/program.ts";
import { pathFromText, pathToBytes, root } from "../../path/path.ts";
import type { Capability } from "../capabilities.ts";
import { bindMask, type LandlockRule, type LandlockRuleset, landlockMask, landlockSince, scopeMask } from "../landlock.ts";
import { launchDirectory, launchFailed } from "../launch.ts";
import type { Layer } from "../method.ts";
import { clearInherited, limitBounding } from "./account.ts";

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
 *     if (startsSession) {                                              // stdin is /proc
 *       login = openat(0, "self/loginuid", O_WRONLY); write(login, "0", 1); close(login);
 *       null = open("/dev/null", O_RDWR); dup3(null, 0, 0) < 0 && fail("the standard streams"); close(null);
 *     }
 *     for (fd = 0; fd < 3; fd++)                                        // only under systemd and container engines
 *       if (fstat(fd, &status) == 0 && status.st_rdev == makedev(1, 3)) {
 *         null = open("/dev/null", O_RDWR); dup3(null, fd, 0) < 0 && fail("the standard streams"); close(null);
 *       }
 *     if (hidesLaunch) { chdir("/.launch"); umount2("/.launch", MNT_DETACH); }
 *     for (each capability that is not kept) prctl(PR_CAPBSET_DROP, capability);
 *     prctl(PR_SET_PDEATHSIG, SIGKILL);                                 // not under systemd
 *     prctl(PR_SET_NO_NEW_PRIVS, 1) && fail("no new privileges");
 *     set = landlock_create_ruleset({handled, network, scopes}, 24, 0);     // only where the kernel has Landlock
 *     for (rule in rules) landlock_add_rule(set, PATH_BENEATH, {rule.allowed, open(rule.path, O_PATH | O_DIRECTORY)}, 0);
 *     for (port in ports) landlock_add_rule(set, NET_PORT, {BIND_TCP, port}, 0);
 *     landlock_restrict_self(set, LOG_NEW_EXEC_ON) && fail("Landlock");
 *     for (filter in filters) seccomp(SECCOMP_SET_MODE_FILTER, filter.isLogged ? SECCOMP_FILTER_FLAG_LOG : 0, filter) && fail("the system call filter");
 *     execve(argv[1], argv + 1, envp); fail("starting the next program");
 */

export const confineName = "cagewright-conf";

export interface Confinement {
	/**
	 * Version of the kernel's Landlock interface; 0 without Landlock. `any`: the program asks the kernel that it runs on, and
	 * continues with a warning if that has no Landlock.
	 */
	readonly landlock: number | "any";
	readonly ruleset: LandlockRuleset;
	readonly filters: readonly Filter[];
	/** Parts to leave out, to see whether the self-test notices. */
	readonly without?: readonly Layer[];
	/**
	 * Its starter is systemd's helper or a container engine, and exits before it; otherwise it exits with its starter. Streams that are
	 * the host's /dev/null are replaced by the cage's, because uid 0 can change a file's mode and owner through any descriptor.
	 */
	readonly outlives?: boolean;
	/**
	 * Begins an audit session, as `ownSession` of launch-script.ts does, unless somebody set the login uid before. The unit passes
	 * the host's /proc as standard input, because most cages have none; it is replaced by the cage's /dev/null.
	 */
	readonly startsSession?: boolean;
	/**
	 * First makes the working directory, a mount point, the root and unmounts the old one. No program of the new root may do
	 * that, because a traced application may have replaced it.
	 */
	readonly entersRoot?: boolean;
	/**
	 * Limits the capabilities of all later programs; by default none are dropped here.
	 */
	readonly capabilities?: readonly Capability[];
	/** Without root: also leaves nothing that the account would keep. */
	readonly clearsInherited?: boolean;
	/** Unmounts `.launch`, so that the application finds nothing there. Later programs of the launch are executed by relative paths. */
	readonly hidesLaunch?: boolean;
}

export interface Filter {
	/** `struct sock_filter[]`. */
	readonly program: Uint8Array;
	/** The kernel records what it refuses (audit record 1326). */
	readonly isLogged: boolean;
}

/** Returns undefined for a processor (`process.arch`) without support. */
export function confineExecutable(architecture: string, confinement: Confinement): Buffer | undefined {
	return assemble(architecture, (p) => describeConfiner(p, confinement));
}

/** Returns a program whose exit status is the version of the kernel's Landlock interface, 0 without Landlock. */
export function landlockProbe(architecture: string): Buffer | undefined {
	return assemble(architecture, (p) => {
		p.call("landlock_create_ruleset", 0, 0, 1); // LANDLOCK_CREATE_RULESET_VERSION
		p.set("a", register("answer"));
		p.branch("negative", "none");
		p.exit(register("a"));
		p.label("none");
		p.exit(0);
	});
}

type Unless = (condition: "negative" | "notEqual", step: keyof typeof steps) => void;

const steps = {
	root: "entering the sandbox",
	launch: "hiding the launcher's programs",
	streams: "the standard streams",
	capabilities: "giving up capabilities",
	privileges: "no new privileges",
	landlock: "Landlock",
	filter: "the system call filter",
	start: "starting the next program",
} as const;

/** a: ruleset, b: rule, c: argv. Arguments in memory are just below the stack pointer. */
function describeConfiner(p: Program, confinement: Confinement): void {
	const { capabilities, clearsInherited, entersRoot, hidesLaunch, landlock, outlives = false } = confinement;
	const { startsSession, without = [] } = confinement;
	const ruleset = hidesLaunch ? withLaunch(confinement.ruleset) : confinement.ruleset;
	const filters = without.includes("seccomp") ? [] : confinement.filters;
	const prctl = (option: number, value: number) => p.call("prctl", option, value, 0, 0, 0);
	const unless: Unless = (condition, step) => p.branch(condition, `failed-${step}`);

	p.setArguments("c");
	if (entersRoot) enterRoot(p, unless);
	if (startsSession) startSession(p, unless);
	if (outlives) replaceNull(p, unless);
	if (hidesLaunch) hideLaunch(p, unless);
	if (capabilities) limitBounding(p, capabilities, unless);
	if (clearsInherited) clearInherited(p, unless);
	if (!outlives) {
		prctl(1, 9); // PR_SET_PDEATHSIG, SIGKILL
		unless("notEqual", "privileges");
	}
	if (!without.includes("no-new-privs")) {
		prctl(38, 1); // PR_SET_NO_NEW_PRIVS
		unless("notEqual", "privileges");
	}
	const versions = landlock === "any" ? landlockVersions : landlock > 0 ? [landlock] : [];
	if (versions.length && !without.includes("landlock")) {
		if (landlock === "any") restrictByVersion(p, ruleset, unless);
		else restrict(p, landlock, ruleset, unless);
	}
	filters.forEach(({ isLogged, program }, index) => {
		p.constants({ [`filter-${index}`]: program });
		// struct sock_fprog
		p.store("stack", -16, 8, program.length / 8); // instructions
		p.set("answer", `filter-${index}`);
		p.store("stack", -8, 8, "answer");
		p.call("seccomp", 1, isLogged ? 2 : 0, pointer("stack", -16)); // SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG
		unless("notEqual", "filter");
	});

	p.executeNext("c", "a");

	const messages = Object.entries(steps).map(
		([step, text]) => [step, Buffer.from(`${confineName}: ${text}: refused\n`)] as const,
	);
	// execve returned, so the last step failed.
	p.failures(messages.reverse(), launchFailed);
}

function startSession(p: Program, unless: Unless): void {
	p.constants({ "login-file": Buffer.from("self/loginuid\0"), login: Buffer.from("0") });
	p.call("openat", 0, "login-file", 1, 0); // O_WRONLY
	p.branch("negative", "no-session");
	p.set("a", register("answer"));
	p.call("write", register("a"), "login", 1);
	p.call("close", register("a"));
	p.label("no-session");
	openNull(p, 0, unless);
}

function openNull(p: Program, descriptor: number, unless: Unless): void {
	p.constants({ null: Buffer.from("/dev/null\0") });
	p.open("null", 2); // O_RDWR
	unless("negative", "streams");
	p.set("a", register("answer"));
	p.call("dup3", register("a"), descriptor, 0);
	unless("negative", "streams");
	p.call("close", register("a"));
}

/** As container runtimes do after they entered the root. */
function replaceNull(p: Program, unless: Unless): void {
	for (const descriptor of [0, 1, 2]) {
		p.deviceOf(descriptor);
		p.compare("answer", 0x103); // makedev(1, 3)
		p.jump("notEqual", `kept-${descriptor}`);
		openNull(p, descriptor, unless);
		p.label(`kept-${descriptor}`);
	}
}

/** Its programs stay reachable through the working directory, from which the rest of the launch executes them. */
function hideLaunch(p: Program, unless: Unless): void {
	p.constants({ launch: Buffer.from(`${launchDirectory}\0`) });
	p.call("chdir", "launch");
	unless("notEqual", "launch");
	p.call("umount2", "launch", 2); // MNT_DETACH
	unless("notEqual", "launch");
}

/** No path leads to the working directory any more, so it needs its own rule with the root's rights. */
function withLaunch(ruleset: LandlockRuleset): LandlockRuleset {
	const rights = ruleset.rules.find(({ path }) => path === root)?.rights ?? [];
	return { ...ruleset, rules: [...ruleset.rules, { path: pathFromText("."), rights }] };
}

/**
 * Follows pivot_root(2): the old root is briefly mounted on top of the new one. The kernel refuses that if the current root is
 * no mount point (an initramfs). Then the new root is moved over the old one, which no name reaches afterwards.
 *
 * Both must replace the root of the mount namespace itself. If Cagewright runs in a chroot, that is a directory above `/`, and
 * an application that may chroot in the sandbox would climb from `/` to it (measured). setns(2) enters it even from a chroot.
 */
function enterRoot(p: Program, unless: Unless): void {
	const open = (place: "mounts" | "here", flags: number) => {
		p.open(place, flags | 0x80000); // O_CLOEXEC
		unless("negative", "root");
	};
	p.constants({ here: Buffer.from(".\0"), top: Buffer.from("/\0"), mounts: Buffer.from("/proc/self/ns/mnt\0") });
	open("here", 0x200000 | p.openFlags.directory); // O_PATH
	p.set("a", register("answer"));
	open("mounts", 0);
	p.call("setns", register("answer"), 0x20000); // CLONE_NEWNS
	unless("notEqual", "root");
	p.call("fchdir", register("a"));
	unless("notEqual", "root");
	p.call("pivot_root", "here", "here");
	p.branch("notEqual", "move");
	p.call("umount2", "here", 2); // MNT_DETACH
	unless("notEqual", "root");
	p.jump("always", "entered");
	p.label("move");
	p.call("mount", "here", "top", 0, 0x2000, 0); // MS_MOVE
	unless("notEqual", "root");
	p.call("chroot", "here");
	unless("notEqual", "root");
	p.label("entered");
	p.call("chdir", "top");
	unless("notEqual", "root");
}

/** The versions of the interface with different rights, flags or limits, newest first. */
const landlockVersions = [7, 6, 5, 4, 3, 2, 1];
const noLandlock = Buffer.from(`${confineName}: this kernel has no Landlock, so the application starts without its rules\n`);

/** Uses the newest version that this program and the kernel know. */
function restrictByVersion(p: Program, ruleset: LandlockRuleset, unless: Unless): void {
	p.call("landlock_create_ruleset", 0, 0, 1); // LANDLOCK_CREATE_RULESET_VERSION
	for (const error of [-38, -95]) {
		p.compare("answer", error); // ENOSYS, EOPNOTSUPP
		p.jump("equal", "absent");
	}
	unless("negative", "landlock");
	p.set("a", register("answer"));
	for (const version of landlockVersions) {
		p.set("answer", register("a"));
		p.add("answer", -version);
		p.branch("negative", `older-than-${version}`);
		restrict(p, version, ruleset, unless);
		p.jump("always", "restricted");
		p.label(`older-than-${version}`);
	}
	p.label("absent");
	p.constants({ "no-landlock": noLandlock });
	p.call("write", 2, "no-landlock", noLandlock.length);
	p.label("restricted");
}

function restrict(p: Program, landlock: number, ruleset: LandlockRuleset, unless: Unless): void {
	p.constants({
		// struct landlock_ruleset_attr of version 6. An older kernel accepts the longer structure if the rest is 0.
		[`ruleset-${landlock}`]: words(
			...[landlockMask(landlock, ruleset.handled), 0],
			...[ruleset.ports ? bindMask(landlock) : 0, 0],
			...[scopeMask(landlock, ruleset.scopes), 0],
		),
		[`rules-${landlock}`]: Buffer.concat([...ruleset.rules.map((rule) => ruleBytes(rule, landlock)), Buffer.alloc(8)]),
	});
	p.call("landlock_create_ruleset", `ruleset-${landlock}`, 24, 0);
	unless("negative", "landlock");
	p.set("a", register("answer"));
	p.set("b", `rules-${landlock}`);

	p.label(`rule-${landlock}`);
	p.set("answer", load("b", 0, 8)); // what is allowed
	p.compare("answer", 0, 8);
	p.jump("equal", `restrict-${landlock}`);
	p.store("stack", -16, 8, "answer"); // struct landlock_path_beneath_attr
	p.open(pointer("b", 16), 0x280000 | p.openFlags.directory); // O_PATH | O_CLOEXEC
	unless("negative", "landlock");
	p.store("stack", -8, 4, "answer");
	p.call("landlock_add_rule", register("a"), 1, pointer("stack", -16), 0); // LANDLOCK_RULE_PATH_BENEATH
	unless("notEqual", "landlock");
	p.call("close", load("stack", -8, 4));
	p.set("answer", load("b", 8, 8));
	p.add("b", "answer");
	p.jump("always", `rule-${landlock}`);

	p.label(`restrict-${landlock}`);
	// A kernel that does not judge ports refuses rules for them.
	for (const port of bindMask(landlock) ? (ruleset.ports ?? []) : []) {
		p.constants({ [`port-${landlock}-${port}`]: words(bindMask(landlock), 0, port, 0) }); // struct landlock_net_port_attr
		p.call("landlock_add_rule", register("a"), 2, `port-${landlock}-${port}`, 0); // LANDLOCK_RULE_NET_PORT
		unless("notEqual", "landlock");
	}
	// By default the kernel records only refusals to this program itself, not to those that it executes.
	p.call("landlock_restrict_self", register("a"), landlock >= landlockSince.records ? 2 : 0); // LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON
	unless("notEqual", "landlock");
	p.call("close", register("a"));
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
