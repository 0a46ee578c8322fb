import { Assembler, elfExecutable, fromR12, fromR15, words } from "./machine-code.ts";

/**
 * PID 1 of a cage: a static executable of a few hundred bytes, assembled here.
 *
 * It is needed because the first process of a PID namespace has no default signal actions, so Node and
 * `python3 -m http.server` ignore TERM there (measured), and orphans stay zombies. A shell or interpreter as PID 1 would help
 * an intruder, and no init is installed everywhere. In C:
 *
 *     sigprocmask(SIG_SETMASK, all);
 *     if ((app = fork()) == 0) { sigprocmask(SIG_SETMASK, none); close_range(3 + passedSockets, ~0);
 *                                if (!*argv[1]) { argv++; prctl(PR_CAPBSET_DROP, CAP_KILL), prctl(PR_CAPBSET_DROP, CAP_SETPCAP);
 *                                                 capget(&sets); sets.inheritable = none; capset(sets); }
 *                                chdir(argv[1]) || execve(argv[2], argv + 2, envp); exit(125); }
 *     close_range(0, ~0);
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
}

/** Returns undefined for a processor (`process.arch`) without support. */
export function initExecutable(architecture: string, kind: InitKind = {}): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(x64(kind)) : undefined;
}

/**
 * Returns the init's arguments for a start by systemd, whose bounding set also limits the init. With `keepsKill`, the init may
 * signal processes that changed their account, and the application has neither CAP_KILL nor the capability to drop it.
 */
export function initWords(program: string, cwd: string, keepsKill: boolean): string[] {
	return [program, ...(keepsKill ? [""] : []), cwd];
}

/** Exit status if the init cannot enter the working directory or execute the first program. */
export const initCannotExecute = 125;

const capKill = 1 << 5; // CAP_KILL of capabilities(7)

/** Constants: signal masks and the arguments of capset(2). */
const data = {
	allSignals: Buffer.alloc(8, 0xff),
	noSignals: Buffer.alloc(8),
	capHeader: words(0x20080522, 0), // _LINUX_CAPABILITY_VERSION_3, this process
	onlyKill: words(capKill, capKill, 0, 0, 0, 0),
	nothing: words(0, 0, 0, 0, 0, 0),
};

/** r12d: app, r13d: ending, r14: argv, r15d: code. */
function x64({ closes = true, endsWithFirst = false, passedSockets = 0 }: InitKind): Buffer {
	const a = new Assembler();
	const mask = (name: keyof typeof data) => {
		a.call(14, 2, name, 0, 8); // rt_sigprocmask; SIG_SETMASK
	};
	const closeFrom = (first: number) => {
		a.call(436, first, -1, 0); // close_range
	};

	a.emit(0x4c, 0x8d, 0x74, 0x24, 0x08); // lea r14, [rsp + 8]: argv
	mask("allSignals");
	a.syscall(57); // fork
	a.branch("ifZero", "child");
	a.jump("ifNegative", "failed");
	a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
	a.emit(0x41, 0xbd, endsWithFirst ? 1 : 0, 0, 0, 0); // mov r13d, ending
	closeFrom(0);
	a.call(126, "capHeader", "onlyKill"); // capset
	a.branch("ifZero", "loop");
	a.call(126, "capHeader", "nothing");

	a.label("loop");
	a.call(128, "allSignals", 0, 0, 8); // rt_sigtimedwait
	a.branch("ifNegative", "loop");
	a.emit(0x83, 0xf8, 17); // cmp eax, SIGCHLD
	a.jump("ifZero", "reap");
	for (const signal of [15, 2, 3]) {
		a.emit(0x83, 0xf8, signal);
		a.jump("ifZero", "ending");
	}
	a.label("forward");
	a.call(62, fromR12, [0x89, 0xc6]); // kill; mov esi, eax
	a.jump("always", "loop");
	a.label("ending");
	a.emit(0x41, 0xbd, 1, 0, 0, 0); // mov r13d, 1
	a.jump("always", "forward");

	a.label("reap");
	a.call(61, -1, [0x48, 0x8d, 0x74, 0x24, 0xf8], 1, 0); // wait4; lea rsi, [rsp - 8]: the red zone holds the status; WNOHANG
	a.branch("ifZero", "loop");
	a.jump("ifNegative", "none");
	a.emit(0x44, 0x39, 0xe0); // cmp eax, r12d
	a.jump("ifZero", "ended");
	a.emit(0x41, 0x83, 0xfc, 0xff); // cmp r12d, -1
	a.jump("ifNotZero", "reap");
	a.label("ended");
	a.emit(0x44, 0x8b, 0x7c, 0x24, 0xf8); // mov r15d, [rsp - 8]
	a.emit(0x44, 0x89, 0xf8, 0x83, 0xe0, 0x7f); // mov eax, r15d; and eax, 0x7f
	a.jump("ifZero", "exited");
	a.emit(0x05, 128, 0, 0, 0); // add eax, 128
	a.emit(0x41, 0x89, 0xc7); // mov r15d, eax
	a.jump("always", "judge");
	a.label("exited");
	a.emit(0x41, 0xc1, 0xef, 8, 0x41, 0x81, 0xe7, 255, 0, 0, 0); // shr r15d, 8; and r15d, 255
	a.label("judge");
	a.emit(0x41, 0x83, 0xfc, 0xff); // cmp r12d, -1
	a.jump("ifZero", "reap");
	a.emit(0x45, 0x85, 0xff); // test r15d, r15d
	a.jump("ifNotZero", "exit");
	a.emit(0x45, 0x85, 0xed); // test r13d, r13d
	a.jump("ifNotZero", "exit");
	a.emit(0x41, 0xbc, 255, 255, 255, 255); // mov r12d, -1
	a.jump("always", "reap");
	a.label("none");
	a.emit(0x41, 0x83, 0xfc, 0xff); // cmp r12d, -1
	a.jump("ifNotZero", "loop");
	a.label("exit");
	a.call(231, fromR15); // exit_group

	a.label("child");
	mask("noSignals");
	if (closes) closeFrom(3 + passedSockets);
	a.emit(0x4d, 0x89, 0xf5); // mov r13, r14
	a.emit(0x49, 0x8b, 0x46, 0x08); // mov rax, [r14 + 8]: argv[1]
	a.emit(0x80, 0x38, 0x00); // cmp byte [rax], 0
	a.jump("ifNotZero", "enter");
	for (const capability of [5, 8]) {
		a.call(157, 24, capability); // prctl; PR_CAPBSET_DROP
		a.branch("ifNotZero", "failed");
	}
	// In a container, systemd's starter may have left them inheritable, which would give them back to root.
	a.call(125, "capHeader", [0x48, 0x8d, 0x74, 0x24, 0xe0]); // capget; lea rsi, [rsp - 32]: two times effective, permitted, inheritable, in the red zone
	a.branch("ifNotZero", "failed");
	a.emit(0xc7, 0x44, 0x24, 0xe8, 0, 0, 0, 0); // mov dword [rsp - 24], 0
	a.emit(0xc7, 0x44, 0x24, 0xf4, 0, 0, 0, 0); // mov dword [rsp - 12], 0
	a.call(126, "capHeader", [0x48, 0x8d, 0x74, 0x24, 0xe0]); // capset; lea rsi, [rsp - 32]
	a.branch("ifNotZero", "failed");
	a.emit(0x49, 0x83, 0xc5, 0x08); // add r13, 8
	a.label("enter");
	a.emit(0x49, 0x8b, 0x7d, 0x08); // mov rdi, [r13 + 8]
	a.syscall(80); // chdir
	a.branch("ifNotZero", "failed");
	a.emit(0x49, 0x8b, 0x7d, 0x10); // mov rdi, [r13 + 16]
	a.emit(0x49, 0x8d, 0x75, 0x10); // lea rsi, [r13 + 16]
	a.emit(0x48, 0x8b, 0x04, 0x24); // mov rax, [rsp]: argc
	a.emit(0x49, 0x8d, 0x54, 0xc6, 0x08); // lea rdx, [r14 + rax * 8 + 8]: envp
	a.syscall(59); // execve
	a.label("failed");
	a.call(231, initCannotExecute);
	return a.finish(data);
}
