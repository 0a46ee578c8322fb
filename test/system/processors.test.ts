import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { environmentName, initName } from "../../src/core/confinement/launch.ts";
import { environmentData, environmentWords } from "../../src/core/confinement/programs/environment.ts";
import { initData } from "../../src/core/confinement/programs/init.ts";
import type { Architecture } from "../../src/core/confinement/seccomp/syscalls.ts";
import { load, Program, pointer, register } from "../../src/core/machine-code/program.ts";
import { withAppended } from "../../src/core/native-program.ts";
import type { NativeProgram } from "../../src/system/native-program.ts";
import { temporaryFolder } from "./cagewright.ts";

/** The same description of a program becomes the same program on every processor. binutils and QEMU judge that. */

const folder = temporaryFolder("processors");
const architectures = ["x64", "arm64"] as const;

function place(name: string, architecture: Architecture, content: Buffer | undefined): string {
	const file = join(folder, `${name}-${architecture}`);
	writeFileSync(file, content ?? "", { mode: 0o755 });
	return file;
}

/** Returns what objdump reads in the code of one step, in its words, without comments. */
function instructions(architecture: Architecture, describeProgram: (p: Program) => void): string[] {
	const p = new Program(architecture);
	describeProgram(p);
	const headers = 120;
	const file = place("step", architecture, p.executable().subarray(headers));
	const [objdump, machine] =
		architecture === "x64" ? ["objdump", ["i386:x86-64", "-M", "intel"]] : ["aarch64-linux-gnu-objdump", ["aarch64"]];
	const text = execFileSync(objdump, ["-D", "-b", "binary", "-m", ...machine, file], { encoding: "utf8" });
	return [...text.matchAll(/^\s+[0-9a-f]+:\t[0-9a-f ]+\t(.*)$/gm)].map(([, line = ""]) =>
		line
			.replace(/\s*\/\/.*$/, "")
			.replace(/^rex /, "")
			.replaceAll(/\s+/g, " ")
			.trim(),
	);
}

test.each<[string, (p: Program) => void, string[], string[]]>([
	["a small number", (p) => p.set("a", 1), ["mov r12d,0x1"], ["mov w19, #0x1"]],
	["a large number", (p) => p.set("e", 0x12345678), ["mov ebx,0x12345678"], ["mov w23, #0x5678", "movk w23, #0x1234, lsl #16"]],
	["a register", (p) => p.set("b", register("answer")), ["mov r13,rax"], ["mov x20, x0"]],
	["an address", (p) => p.set("a", pointer("stack", 16)), ["lea r12,[rsp+0x10]"], ["mov w9, #0x10", "add x19, sp, x9"]],
	["an address below", (p) => p.set("c", pointer("stack", -8)), ["lea r14,[rsp-0x8]"], ["mov w9, #0x8", "sub x21, sp, x9"]],
	["a byte of memory", (p) => p.set("answer", load("a", 1, 1)), ["movzx eax,BYTE PTR [r12+0x1]"], ["ldurb w0, [x19, #1]"]],
	["two bytes", (p) => p.set("d", load("stack", 6, 2)), ["movzx r15d,WORD PTR [rsp+0x6]"], ["ldurh w22, [sp, #6]"]],
	["four bytes", (p) => p.set("d", load("stack", -8, 4)), ["mov r15d,DWORD PTR [rsp-0x8]"], ["ldur w22, [sp, #-8]"]],
	["eight bytes", (p) => p.set("b", load("e", 0, 8)), ["mov r13,QWORD PTR [rbx+0x0]"], ["ldur x20, [x23]"]],
	[
		"memory far away",
		(p) => p.set("a", load("stack", 512, 4)),
		["mov r12d,DWORD PTR [rsp+0x200]"],
		["mov w9, #0x200", "add x9, sp, x9", "ldur w19, [x9]"],
	],
	["a stored byte", (p) => p.store("d", 0, 1, "e"), ["mov BYTE PTR [r15+0x0],bl"], ["sturb w23, [x22]"]],
	[
		"a stored number",
		(p) => p.store("stack", -24, 4, 7),
		["mov DWORD PTR [rsp-0x18],0x7"],
		["mov w10, #0x7", "stur w10, [sp, #-24]"],
	],
	["a sum", (p) => p.add("b", 8), ["add r13,0x8"], ["mov w9, #0x8", "add x20, x20, x9, uxtx"]],
	["a difference", (p) => p.add("d", -1), ["add r15,0xffffffffffffffff"], ["mov w9, #0x1", "sub x22, x22, x9, uxtx"]],
	["a sum of registers", (p) => p.add("b", "answer"), ["add r13,rax"], ["add x20, x20, x0"]],
	["a mask", (p) => p.and("d", 255), ["and r15d,0xff"], ["mov w9, #0xff", "and w22, w22, w9"]],
	["a shift to the left", (p) => p.shift("b", "left", 3), ["shl r13,0x3"], ["lsl x20, x20, #3"]],
	["a shift to the right", (p) => p.shift("d", "right", 8), ["shr r15,0x8"], ["lsr x22, x22, #8"]],
	[
		"a comparison with a number",
		(p) => p.compare("a", -1),
		["cmp r12d,0xffffffff"],
		["mov w9, #0xffff", "movk w9, #0xffff, lsl #16", "cmp w19, w9"],
	],
	["a comparison of registers", (p) => p.compare("answer", "a"), ["cmp eax,r12d"], ["cmp w0, w19"]],
	["a comparison of addresses", (p) => p.compare("d", 0, 8), ["cmp r15,0x0"], ["mov w9, #0x0", "cmp x22, x9"]],
	["memory for a buffer", (p) => p.reserve(40), ["sub rsp,0x30"], ["mov w9, #0x30", "sub sp, sp, x9"]],
	[
		"a division",
		(p) => p.divide("answer", 10, "e"),
		["mov ecx,0xa", "xor edx,edx", "div ecx", "mov ebx,edx"],
		["mov w9, #0xa", "udiv w10, w0, w9", "msub w23, w10, w9, w0", "mov w0, w10"],
	],
	[
		"a call that needs the last one's result",
		(p) => p.call("kill", register("a"), register("answer")),
		["mov rdi,r12", "mov rsi,rax", "mov eax,0x3e", "syscall"],
		["mov x1, x0", "mov x0, x19", "mov w8, #0x81", "svc #0x0"],
	],
	[
		"jumps",
		(p) => {
			p.label("here");
			for (const condition of ["always", "equal", "notEqual", "negative"] as const) p.jump(condition, "here");
		},
		["jmp 0x0", "je 0x0", "jne 0x0", "js 0x0"],
		["b 0x0", "b.eq 0x0", "b.ne 0x0", "b.mi 0x0"],
	],
])("%s is the instruction that its name says", (_, step, x64, arm64) => {
	expect(instructions("x64", step)).toEqual(x64);
	// Other spellings of the same instruction.
	expect(instructions("arm64", step).map((line) => line.replace(/(sp, sp|[xw]\d+, sp), x9, uxtx$/, "$1, x9"))).toEqual(arm64);
});

const emulator = spawnSync("qemu-aarch64", ["--version"]).status === 0;

/** A machine with one of the two processors runs the other one's programs only with qemu-user, which takes half a gigabyte. */
describe.runIf(emulator && process.arch === "x64")("on both processors", () => {
	beforeAll(async () => {
		const { compileNative } = await import(new URL("../../scripts/native.js", import.meta.url).href);
		for (const architecture of architectures) compileNative(architecture, join(folder, "native", architecture));
	});
	const native = (name: NativeProgram, architecture: Architecture, data: Buffer) =>
		withAppended(readFileSync(join(folder, "native", architecture, name)), data);
	const words = (architecture: Architecture, file: string) => (architecture === "x64" ? [file] : ["qemu-aarch64", file]);

	test.each([
		[["/bin/sh", "-c", "exit 7"], 7],
		[["/bin/sh", "-c", "kill -9 $$"], 137],
		[["/bin/sh", "-c", "(sleep 0.1; touch late) & exit 0"], 0],
		[["/nowhere"], 125],
	])("the init ends with the status of %j", (command, status) => {
		for (const architecture of architectures) {
			const [first = "", ...rest] = words(architecture, place(initName, architecture, native("init", architecture, initData())));
			expect(spawnSync(first, [...rest, folder, ...command]).status).toBe(status);
		}
	});

	test("the environment program sets variables and the process's own number", () => {
		for (const architecture of architectures) {
			const file = place(environmentName, architecture, native("environment", architecture, environmentData({ listens: true })));
			const [first = "", ...rest] = words(architecture, file);
			const line = 'echo "$A $$ $LISTEN_PID"';
			const variables = environmentWords("", folder, ["A=b c", "LISTEN_PID=0000000000"]).slice(1);
			const { stdout } = spawnSync(first, [...rest, ...variables, "/bin/sh", "-c", line], { encoding: "utf8" });
			expect(stdout).toMatch(/^b c (\d+) \1\n$/);
		}
	});

	test("a program makes the same calls", () => {
		const calls = architectures.map((architecture) => {
			const file = place("traced", architecture, native("environment", architecture, environmentData()));
			const [program = "", ...args] = architecture === "x64" ? ["strace", file] : ["qemu-aarch64", "-strace", file];
			const { stderr } = spawnSync(program, [...args, "/", "A=b", "", "/nowhere"], { encoding: "utf8" });
			const names = [...stderr.matchAll(/^(?:\d+ )?(?:cagewright.*)?([a-z_0-9]+)\(/gm)].map(([, name]) => name);
			return architecture === "x64" ? names.slice(1) : names;
		});
		expect(calls[0]).toEqual(["chdir", "execve", "write", "exit_group"]);
		expect(calls[1]).toEqual(calls[0]);
	});
});
