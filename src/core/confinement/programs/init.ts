import { assemble, load, type Program, pointer, register, words } from "../../machine-code/program.ts";
import { launchFailed } from "../launch.ts";

/**
 * PID 1 of a cage: a static executable of about a kilobyte, assembled here.
 *
 * It is needed because the first process of a PID namespace has no default signal actions, so Node and
 * `python3 -m http.server` ignore TERM there (measured), and orphans stay zombies. A shell or interpreter as PID 1 would help
 * an intruder, and no init is installed everywhere. In C:
 *
 *     if (leadsGroup) setpgid(0, 0);
 *     sigprocmask(SIG_SETMASK, all);
 *     if ((app = fork()) == 0) { sigprocmask(SIG_SETMASK, none); close_range(3 + passedSockets, ~0);
 *                                if (!*argv[1]) { argv++; prctl(PR_CAPBSET_DROP, CAP_KILL), prctl(PR_CAPBSET_DROP, CAP_SETPCAP);
 *                                                 capget(&sets); sets.inheritable = none; capset(sets); }
 *                                chdir(argv[1]) || execve(argv[2], argv + 2, envp); exit(125); }
 *     close_range(0, ~0); chdir("/");
 *     if (capset(only CAP_KILL) < 0) capset(nothing);
 *     for (;;) {
 *       sig = sigtimedwait(all);
 *       if (sig != SIGCHLD) { if (sig is TERM, INT or QUIT) ending = 1; kill(app, sig); continue; }
 *       while ((pid = wait4(-1, &status, WNOHANG)) != 0) {
 *         if (pid < 0) { if (app == -1) exit(code); break; }
 *         if (pid != app && app != -1) continue;                 // an orphan
 *         code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
 *         if (app == -1) continue;                               // the last process determines the status
 *         if (code || ending) exit(code);                        // the kernel kills the rest of the namespace
 *         app = -1;                                              // it detached: signals go to all until none is left
 *       }
 *     }
 *
 * Signals stay blocked and sigtimedwait fetches them: the kernel queues a blocked signal even for PID 1 (sig_ignored() in
 * kernel/signal.c), but drops an unblocked one without a handler.
 */

export interface InitKind {
	/** `ending` is 1 from the start: background processes do not keep the cage running. */
	readonly endsWithFirst?: boolean;
	/** False if systemd passes sockets, or if a self-test must find what was left open. */
	readonly closes?: boolean;
	/** Number of descriptors from 3 on that the application receives: sockets. */
	readonly passedSockets?: number;
	/** Begins a process group, because no setsid(1) came before, so that `kill(0, …)` reaches only the application. */
	readonly leadsGroup?: boolean;
}

/** Returns undefined for a processor (`process.arch`) without support. */
export function initExecutable(architecture: string, kind: InitKind = {}): Buffer | undefined {
	return assemble(architecture, (p) => describeInit(p, kind));
}

/**
 * Returns the init's arguments for a start by systemd, whose bounding set also limits the init. With `keepsKill`, the init may
 * signal processes that changed their account, and the application has neither CAP_KILL nor the capability to drop it.
 */
export function initWords(program: string, cwd: string, keepsKill: boolean): string[] {
	return [program, ...(keepsKill ? [""] : []), cwd];
}

const capKill = 1 << 5; // CAP_KILL of capabilities(7)

/** Constants: signal masks and the arguments of capset(2). */
const data = {
	allSignals: Buffer.alloc(8, 0xff),
	noSignals: Buffer.alloc(8),
	top: Buffer.from("/\0"),
	capHeader: words(0x20080522, 0), // _LINUX_CAPABILITY_VERSION_3, this process
	onlyKill: words(capKill, capKill, 0, 0, 0, 0),
	nothing: words(0, 0, 0, 0, 0, 0),
};

/** a: app, b: ending, c: argv, d: code. */
function describeInit(
	p: Program,
	{ closes = true, endsWithFirst = false, leadsGroup = false, passedSockets = 0 }: InitKind,
): void {
	const mask = (name: keyof typeof data) => p.call("rt_sigprocmask", 2, name, 0, 8); // SIG_SETMASK
	const closeFrom = (first: number) => p.call("close_range", first, -1, 0);

	p.constants(data);
	p.setArguments("c");
	if (leadsGroup) p.call("setpgid", 0, 0);
	mask("allSignals");
	p.fork();
	p.branch("equal", "child");
	p.jump("negative", "failed");
	p.set("a", register("answer"));
	p.set("b", endsWithFirst ? 1 : 0);
	closeFrom(0);
	p.call("chdir", "top"); // not a way to the launcher's programs
	p.call("capset", "capHeader", "onlyKill");
	p.branch("equal", "loop");
	p.call("capset", "capHeader", "nothing");

	p.label("loop");
	p.call("rt_sigtimedwait", "allSignals", 0, 0, 8);
	p.branch("negative", "loop");
	p.compare("answer", 17); // SIGCHLD
	p.jump("equal", "reap");
	for (const signal of [15, 2, 3]) {
		p.compare("answer", signal);
		p.jump("equal", "ending");
	}
	p.label("forward");
	p.call("kill", register("a"), register("answer"));
	p.jump("always", "loop");
	p.label("ending");
	p.set("b", 1);
	p.jump("always", "forward");

	p.label("reap");
	p.call("wait4", -1, pointer("stack", -8), 1, 0); // WNOHANG
	p.branch("equal", "loop");
	p.jump("negative", "none");
	p.compare("answer", "a");
	p.jump("equal", "ended");
	p.compare("a", -1);
	p.jump("notEqual", "reap");
	p.label("ended");
	p.set("d", load("stack", -8, 4));
	p.exitStatus("d", "ended");
	p.compare("a", -1);
	p.jump("equal", "reap");
	p.compare("d", 0);
	p.jump("notEqual", "exit");
	p.compare("b", 0);
	p.jump("notEqual", "exit");
	p.set("a", -1);
	p.jump("always", "reap");
	p.label("none");
	p.compare("a", -1);
	p.jump("notEqual", "loop");
	p.label("exit");
	p.exit(register("d"));

	p.label("child");
	mask("noSignals");
	if (closes) closeFrom(3 + passedSockets);
	p.set("a", register("c"));
	p.set("answer", load("c", 8, 8)); // argv[1]
	p.set("answer", load("answer", 0, 1));
	p.branch("notEqual", "enter");
	for (const capability of [5, 8]) {
		p.call("prctl", 24, capability); // PR_CAPBSET_DROP
		p.branch("notEqual", "failed");
	}
	// In a container, systemd's starter may have left them inheritable, which would give them back to root.
	p.call("capget", "capHeader", pointer("stack", -32)); // two times effective, permitted, inheritable
	p.branch("notEqual", "failed");
	for (const inheritable of [-24, -12]) p.store("stack", inheritable, 4, 0);
	p.call("capset", "capHeader", pointer("stack", -32));
	p.branch("notEqual", "failed");
	p.add("a", 8);
	p.label("enter");
	p.call("chdir", load("a", 8, 8));
	p.branch("notEqual", "failed");
	p.setEnvironment("b");
	p.call("execve", load("a", 16, 8), pointer("a", 16), register("b"));
	p.label("failed");
	p.exit(launchFailed);
}
