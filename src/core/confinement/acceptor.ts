import { Assembler, elfExecutable, words } from "./machine-code.ts";

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
	a.move("rdi", childSignal);
	a.address("rsi", "usual");
	a.move("rdx", 0);
	a.move("r10", 8);
	a.syscall(call.sigaction);
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
	a.move("rdi", -1);
	a.move("rsi", 0);
	a.move("r10", 0);
	a.syscall(call.wait4);
	a.move("rdx", 1000); // milliseconds
	a.testAnswer();
	a.jump("ifZero", "poll");
	a.jump("ifNegative", "none");
	a.emit(0x41, 0xff, 0xcd); // dec r13d
	a.jump("always", "wait");
	a.label("none");
	a.emit(0x45, 0x31, 0xed); // xor r13d, r13d
	a.jump("always", "wait");
	a.label("poll");
	a.emit(0x48, 0x89, 0xe7); // mov rdi, rsp
	a.move("rsi", count);
	a.syscall(call.poll);
	a.testAnswer();
	a.jump("ifZero", "wait");
	a.jump("ifNegative", "wait");
	for (let index = 0; index < count; index++) {
		a.emit(0x66, 0x83, 0xbc, 0x24, ...words(index * 8 + 6), 0); // cmp word [rsp + …], 0: revents
		a.jump("ifZero", `next-${index}`);
		a.emit(0x41, 0x83, 0xfd, most); // cmp r13d, most
		a.jump("ifZero", "wait");
		a.move("rdi", 3 + index);
		a.move("rsi", 0);
		a.move("rdx", 0);
		a.move("r10", 0x80000); // SOCK_CLOEXEC
		a.syscall(call.accept);
		a.testAnswer();
		a.jump("ifNegative", `next-${index}`);
		a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
		a.syscall(call.fork);
		a.testAnswer();
		a.jump("ifZero", "child");
		a.jump("ifNegative", `close-${index}`);
		a.emit(0x41, 0xff, 0xc5); // inc r13d
		a.label(`close-${index}`);
		a.emit(0x44, 0x89, 0xe7); // mov edi, r12d
		a.syscall(call.close);
		a.label(`next-${index}`);
	}
	a.jump("always", "wait");
	a.label("child");
	for (const stream of [0, 1]) {
		a.emit(0x44, 0x89, 0xe7); // mov edi, r12d
		a.move("rsi", stream);
		a.syscall(call.dup2);
	}
	a.move("rdi", 3);
	a.move("rsi", -1);
	a.move("rdx", 0);
	a.syscall(call.closeRange);
	a.emit(0x49, 0x8b, 0x7e, 0x08); // mov rdi, [r14 + 8]: argv[1]
	a.emit(0x49, 0x8d, 0x76, 0x08); // lea rsi, [r14 + 8]
	a.emit(0x4c, 0x89, 0xfa); // mov rdx, r15
	a.syscall(call.execve);
	a.move("rdi", cannotExecute);
	a.syscall(call.exitGroup);
	// The kernel's struct sigaction: handler, flags, restorer, mask.
	return a.finish({ usual: words(0, 0, 0, 0, 0, 0, 0, 0) });
}
