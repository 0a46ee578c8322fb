import { Assembler, elfExecutable, words } from "./machine-code.ts";

/**
 * Starts the application for each connection, which is its standard input and output (Accept=yes in systemd.socket(5)). It waits at the sockets that
 * were handed over, as the application's account and under all layers of confinement. A static executable that we assemble ourselves. In C:
 *
 *     signal(SIGCHLD, SIG_IGN);                                        // nobody waits for them
 *     for (;;) {
 *       poll(sockets, count, -1);
 *       for (each socket that is ready) {
 *         if ((connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC)) < 0) continue;
 *         if (fork() == 0) {
 *           signal(SIGCHLD, SIG_DFL); dup2(connection, 0); dup2(connection, 1); close_range(3, ~0);
 *           execve(argv[1], argv + 1, envp); exit(125);
 *         }
 *         close(connection);
 *       }
 *     }
 */
export function acceptorExecutable(architecture: string, count: number): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(code(count)) : undefined;
}

export const acceptorName = "cagewright-accept";
const cannotExecute = 125;
const call = { close: 3, poll: 7, sigaction: 13, dup2: 33, fork: 57, execve: 59, exitGroup: 231, accept: 288, closeRange: 436 };
const childSignal = 17;

/** r12d connection, r14 argv, r15 envp. */
function code(count: number): Buffer {
	const a = new Assembler();
	const onChild = (action: "ignore" | "usual") => {
		a.move("rdi", childSignal);
		a.address("rsi", action);
		a.move("rdx", 0);
		a.move("r10", 8);
		a.syscall(call.sigaction);
	};
	a.emit(0x4c, 0x8d, 0x74, 0x24, 0x08); // lea r14, [rsp + 8]: argv
	a.emit(0x48, 0x8b, 0x04, 0x24); // mov rax, [rsp]: argc
	a.emit(0x4d, 0x8d, 0x7c, 0xc6, 0x08); // lea r15, [r14 + rax * 8 + 8]: envp
	onChild("ignore");
	a.emit(0x48, 0x81, 0xec, ...words(count * 8)); // sub rsp, …: struct pollfd[]
	for (let index = 0; index < count; index++) {
		a.emit(0xc7, 0x84, 0x24, ...words(index * 8, 3 + index)); // mov dword [rsp + …], descriptor
		a.emit(0xc7, 0x84, 0x24, ...words(index * 8 + 4, 1)); // POLLIN
	}
	a.label("wait");
	a.emit(0x48, 0x89, 0xe7); // mov rdi, rsp
	a.move("rsi", count);
	a.move("rdx", -1);
	a.syscall(call.poll);
	for (let index = 0; index < count; index++) {
		a.emit(0x66, 0x83, 0xbc, 0x24, ...words(index * 8 + 6), 0); // cmp word [rsp + …], 0: revents
		a.jump("ifZero", `next-${index}`);
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
		a.emit(0x44, 0x89, 0xe7); // mov edi, r12d
		a.syscall(call.close);
		a.label(`next-${index}`);
	}
	a.jump("always", "wait");
	a.label("child");
	onChild("usual");
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
	// struct sigaction of the kernel: handler, flags, restorer, mask.
	return a.finish({ ignore: words(1, 0, 0, 0, 0, 0, 0, 0), usual: words(0, 0, 0, 0, 0, 0, 0, 0) });
}
