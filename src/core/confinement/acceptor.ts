import { Assembler, elfExecutable, fromR12, words } from "./machine-code.ts";

/**
 * Returns a static executable that starts the application for each connection, with the connection as standard input and
 * output (Accept=yes in systemd.socket(5)). It waits at the passed sockets under the application's account and all layers of
 * confinement. In C:
 *
 *     signal(SIGCHLD, SIG_DFL);
 *     for (children = 0;;) {
 *       while (children && (pid = wait4(-1, NULL, children == most ? 0 : WNOHANG, NULL))) { if (pid < 0) children = 0; else children--; }
 *       if (poll(sockets, count, children ? 1000 : -1) <= 0) continue;
 *       for (each socket that is ready) {
 *         if (children == most) break;
 *         if ((connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC)) < 0) continue;
 *         if ((pid = fork()) == 0) {
 *           dup2(connection, 0); dup2(connection, 1); close_range(3, ~0);
 *           execve(argv[1], argv + 1, envp); exit(125);
 *         }
 *         if (pid > 0) children++;
 *         close(connection);
 *       }
 *     }
 */
export function acceptorExecutable(architecture: string, count: number): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(code(count)) : undefined;
}

/** Like MaxConnections= of systemd.socket(5): further clients wait, so that they cannot use up the machine's processes. */
const most = 64;

export const acceptorName = "cagewright-accept";
const cannotExecute = 125;
const call = {
	...{ close: 3, poll: 7, sigaction: 13, dup2: 33, fork: 57, execve: 59, wait4: 61 },
	...{ exitGroup: 231, accept: 288, closeRange: 436 },
};
const childSignal = 17;

/** r12d: connection, r13d: children, r14: argv, r15: envp. */
function code(count: number): Buffer {
	const a = new Assembler();
	a.emit(0x4c, 0x8d, 0x74, 0x24, 0x08); // lea r14, [rsp + 8]: argv
	a.emit(0x48, 0x8b, 0x04, 0x24); // mov rax, [rsp]: argc
	a.emit(0x4d, 0x8d, 0x7c, 0xc6, 0x08); // lea r15, [r14 + rax * 8 + 8]: envp
	a.call(call.sigaction, childSignal, "usual", 0, 8);
	a.emit(0x45, 0x31, 0xed); // xor r13d, r13d
	a.emit(0x48, 0x81, 0xec, ...words(count * 8)); // sub rsp, …: struct pollfd[]
	for (let index = 0; index < count; index++) {
		a.emit(0xc7, 0x84, 0x24, ...words(index * 8, 3 + index)); // mov dword [rsp + …], descriptor
		a.emit(0xc7, 0x84, 0x24, ...words(index * 8 + 4, 1)); // POLLIN
	}
	a.label("wait");
	a.move("rdx", -1);
	a.emit(0x45, 0x85, 0xed); // test r13d, r13d
	a.jump("ifZero", "poll");
	a.move("rdx", 0);
	a.emit(0x41, 0x83, 0xfd, most); // cmp r13d, most
	a.jump("ifZero", "reap");
	a.move("rdx", 1); // WNOHANG
	a.label("reap");
	a.call(call.wait4, -1, 0, undefined, 0);
	a.move("rdx", 1000); // milliseconds
	a.branch("ifZero", "poll");
	a.jump("ifNegative", "none");
	a.emit(0x41, 0xff, 0xcd); // dec r13d
	a.jump("always", "wait");
	a.label("none");
	a.emit(0x45, 0x31, 0xed); // xor r13d, r13d
	a.jump("always", "wait");
	a.label("poll");
	a.call(call.poll, [0x48, 0x89, 0xe7], count); // mov rdi, rsp
	a.branch("ifZero", "wait");
	a.jump("ifNegative", "wait");
	for (let index = 0; index < count; index++) {
		a.emit(0x66, 0x83, 0xbc, 0x24, ...words(index * 8 + 6), 0); // cmp word [rsp + …], 0: revents
		a.jump("ifZero", `next-${index}`);
		a.emit(0x41, 0x83, 0xfd, most); // cmp r13d, most
		a.jump("ifZero", "wait");
		a.call(call.accept, 3 + index, 0, 0, 0x80000); // SOCK_CLOEXEC
		a.branch("ifNegative", `next-${index}`);
		a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
		a.syscall(call.fork);
		a.branch("ifZero", "child");
		a.jump("ifNegative", `close-${index}`);
		a.emit(0x41, 0xff, 0xc5); // inc r13d
		a.label(`close-${index}`);
		a.call(call.close, fromR12);
		a.label(`next-${index}`);
	}
	a.jump("always", "wait");
	a.label("child");
	for (const stream of [0, 1]) {
		a.call(call.dup2, fromR12, stream);
	}
	a.call(call.closeRange, 3, -1, 0);
	a.emit(0x49, 0x8b, 0x7e, 0x08); // mov rdi, [r14 + 8]: argv[1]
	a.emit(0x49, 0x8d, 0x76, 0x08); // lea rsi, [r14 + 8]
	a.emit(0x4c, 0x89, 0xfa); // mov rdx, r15
	a.syscall(call.execve);
	a.call(call.exitGroup, cannotExecute);
	// The kernel's struct sigaction: handler, flags, restorer, mask.
	return a.finish({ usual: words(0, 0, 0, 0, 0, 0, 0, 0) });
}
