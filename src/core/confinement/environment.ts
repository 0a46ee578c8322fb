import { initCannotExecute } from "./init.ts";
import { Assembler, elfExecutable } from "./machine-code.ts";

/**
 * Gives the application its environment, as the last step before it: what the launcher starts on the way would otherwise read
 * variables that are meant for the application, and its loader would bring in what LD_PRELOAD names (ld.so(8)) while it still has every
 * right. A static executable that we assemble ourselves, since env(1) would have to be copied with its libraries and takes a program
 * whose path has an equals sign for a variable. In C, for `cagewright-env NAME=VALUE… "" COMMAND ARG…`:
 *
 *     for (word = argv + 1; **word; word++);
 *     *word = NULL;
 *     execve(word[1], word + 1, argv + 1);
 *     write(2, "cagewright-env: cannot execute the application\n"); exit(125);
 */
export function environmentExecutable(architecture: string): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(code()) : undefined;
}

export const environmentName = "cagewright-env";

/** The words that it takes before the command. */
export function environmentWords(program: string, variables: readonly string[]): string[] {
	return [program, ...variables, ""];
}

const complaint = Buffer.from(`${environmentName}: cannot execute the application\n`);

function code(): Buffer {
	const a = new Assembler();
	a.emit(0x48, 0x8d, 0x54, 0x24, 0x10); // lea rdx, [rsp + 16]: argv + 1, the environment
	a.emit(0x48, 0x89, 0xd3); // mov rbx, rdx
	a.label("word");
	a.emit(0x48, 0x8b, 0x03); // mov rax, [rbx]
	a.emit(0x48, 0x85, 0xc0); // test rax, rax
	a.jump("ifZero", "failed"); // no command at all
	a.emit(0x80, 0x38, 0x00); // cmp byte [rax], 0
	a.jump("ifZero", "found");
	a.emit(0x48, 0x83, 0xc3, 0x08); // add rbx, 8
	a.jump("always", "word");
	a.label("found");
	a.emit(0x48, 0xc7, 0x03, 0, 0, 0, 0); // mov qword [rbx], 0
	a.emit(0x48, 0x8d, 0x73, 0x08); // lea rsi, [rbx + 8]
	a.emit(0x48, 0x8b, 0x3e); // mov rdi, [rsi]
	a.syscall(59); // execve
	a.label("failed");
	a.move("rdi", 2);
	a.address("rsi", "complaint");
	a.move("rdx", complaint.length);
	a.syscall(1); // write
	a.move("rdi", initCannotExecute);
	a.syscall(231); // exit_group
	return a.finish({ complaint });
}
