import { initCannotExecute } from "./init.ts";
import { environmentName } from "./launch.ts";
import { Assembler, elfExecutable } from "./machine-code.ts";

/**
 * Returns a static executable that sets the application's environment as the last step. Earlier, the launcher's programs would
 * read variables for the application, and their loader would load LD_PRELOAD (ld.so(8)) with all privileges. env(1) would have
 * to be copied with its libraries, and takes a program with `=` in its path for a variable. In C, for `cagewright-env
 * NAME=VALUE… "" COMMAND ARG…`:
 *
 *     for (word = argv + 1; **word; word++)
 *       if (it begins with "LISTEN_PID=0") write getpid() behind the sign;        // only if sockets are passed
 *     *word = NULL;
 *     execve(word[1], word + 1, argv + 1);
 *     write(2, "cagewright-env: cannot execute the application\n"); exit(125);
 */
export function environmentExecutable(architecture: string, { listens = false } = {}): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(code(listens)) : undefined;
}

/** Returns its arguments before the command. */
export function environmentWords(program: string, variables: readonly string[]): string[] {
	return [program, ...variables, ""];
}

const complaint = Buffer.from(`${environmentName}: cannot execute the application\n`);

function code(listens: boolean): Buffer {
	const a = new Assembler();
	a.emit(0x48, 0x8d, 0x54, 0x24, 0x10); // lea rdx, [rsp + 16]: argv + 1, the environment
	a.emit(0x48, 0x89, 0xd3); // mov rbx, rdx
	a.label("word");
	a.emit(0x48, 0x8b, 0x03); // mov rax, [rbx]
	a.emit(0x48, 0x85, 0xc0); // test rax, rax
	a.jump("ifZero", "failed"); // no command at all
	a.emit(0x80, 0x38, 0x00); // cmp byte [rax], 0
	a.jump("ifZero", "found");
	if (listens) ownProcessId(a);
	a.label("next");
	a.emit(0x48, 0x83, 0xc3, 0x08); // add rbx, 8
	a.jump("always", "word");
	a.label("found");
	a.emit(0x48, 0xc7, 0x03, 0, 0, 0, 0); // mov qword [rbx], 0
	a.emit(0x48, 0x8d, 0x73, 0x08); // lea rsi, [rbx + 8]
	a.emit(0x48, 0x8b, 0x3e); // mov rdi, [rsi]
	a.syscall(59); // execve
	a.label("failed");
	a.call(1, 2, "complaint", complaint.length); // write
	a.call(231, initCannotExecute); // exit_group
	return a.finish({ complaint });
}

/** sd_listen_fds(3) only takes descriptors if a variable names the calling process. rax: the word. */
function ownProcessId(a: Assembler): void {
	a.emit(0x48, 0xb9, ...Buffer.from("LISTEN_P")); // mov rcx, …
	a.emit(0x48, 0x39, 0x08); // cmp [rax], rcx
	a.jump("ifNotZero", "next");
	a.emit(0x81, 0x78, 0x08, ...Buffer.from("ID=0")); // cmp dword [rax + 8], …
	a.jump("ifNotZero", "next");
	a.emit(0x4c, 0x8d, 0x60, 0x0b); // lea r12, [rax + 11]
	a.syscall(39); // getpid
	a.emit(0x49, 0x89, 0xd5); // mov r13, rdx
	a.emit(0xb9, 10, 0, 0, 0); // mov ecx, 10
	a.emit(0x48, 0x8d, 0x74, 0x24, 0xf8); // lea rsi, [rsp - 8]
	a.emit(0xc6, 0x06, 0x00); // mov byte [rsi], 0
	a.label("digit");
	a.emit(0x31, 0xd2, 0xf7, 0xf1); // xor edx, edx; div ecx
	a.emit(0x80, 0xc2, 0x30); // add dl, '0'
	a.emit(0x48, 0xff, 0xce, 0x88, 0x16); // dec rsi; mov [rsi], dl
	a.branch("ifNotZero", "digit");
	a.label("copy");
	a.emit(0x8a, 0x06, 0x41, 0x88, 0x04, 0x24); // mov al, [rsi]; mov [r12], al
	a.emit(0x48, 0xff, 0xc6, 0x49, 0xff, 0xc4); // inc rsi; inc r12
	a.emit(0x84, 0xc0); // test al, al
	a.jump("ifNotZero", "copy");
	a.emit(0x4c, 0x89, 0xea); // mov rdx, r13
}
