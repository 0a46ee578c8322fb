import { type Architecture, type SyscallName, syscallNumber } from "../confinement/seccomp/syscalls.ts";
import { aarch64 } from "./aarch64.ts";
import { type Argument, type Base, type Condition, type Encoder, Image, type Register, type Size, type Step } from "./steps.ts";
import { x8664 } from "./x86-64.ts";

export { words } from "../native-program.ts";
export type { Argument } from "./steps.ts";

/**
 * Describes a small static program once, for every processor: system calls, tests and jumps. It has no stack frame and no heap;
 * memory is what the caller reserves, what lies just below the stack pointer, and the constants. No signal handler ever runs.
 */

export const register = (name: Register): Argument => ({ register: name });
export const pointer = (base: Base, offset = 0): Argument => ({ pointer: base, offset });
export const load = (base: Base, offset: number, size: Size): Argument => ({ load: base, offset, size });

const encoders: Readonly<Record<Architecture, Encoder>> = { x64: x8664, arm64: aarch64 };

/** Flags of open(2) that differ between processors (fcntl.h of the kernel). */
const openFlags = { x64: { directory: 0o200000, largeFile: 0o100000 }, arm64: { directory: 0o40000, largeFile: 0o400000 } };

/** Offset of `st_rdev` in what fstat(2) writes, and its size (asm/stat.h of the kernel). */
const status = { x64: { device: 40, size: 144 }, arm64: { device: 32, size: 128 } };

/** What openat(2) and others take in place of a directory. */
export const workingDirectory = -100; // AT_FDCWD

export class Program {
	readonly #architecture: Architecture;
	readonly #steps: Step[] = [];
	readonly #constants: Record<string, Uint8Array> = {};

	constructor(architecture: Architecture) {
		this.#architecture = architecture;
	}

	get openFlags(): { readonly directory: number; readonly largeFile: number } {
		return openFlags[this.#architecture];
	}

	/** Sets the answer to the device number of a descriptor; 0 for a file that is no device, and if it is closed. */
	deviceOf(descriptor: number): void {
		const { device, size } = status[this.#architecture];
		this.store("stack", device - size, 4, 0);
		this.call("fstat", descriptor, pointer("stack", -size));
		this.set("answer", load("stack", device - size, 4));
	}

	/** Only calls that every processor has: openat instead of open, clone instead of fork. */
	call(name: SyscallName, ...values: readonly Argument[]): void {
		const number = syscallNumber(name, this.#architecture);
		if (number === undefined) throw new Error(`no call ${name}`);
		this.#steps.push({ step: "call", number, values });
	}

	fork(): void {
		this.call("clone", 17, 0, 0, 0, 0); // SIGCHLD
	}

	open(path: Argument, flags: number): void {
		this.call("openat", workingDirectory, path, flags, 0);
	}

	label(name: string): void {
		this.#steps.push({ step: "label", name });
	}

	set(name: Register, value: Argument): void {
		this.#steps.push({ step: "set", register: name, value });
	}

	store(base: Base, offset: number, size: Size, value: number | Register): void {
		this.#steps.push({ step: "store", base, offset, size, value });
	}

	add(name: Register, value: number | Register): void {
		this.#steps.push({ step: "add", register: name, value });
	}

	and(name: Register, mask: number): void {
		this.#steps.push({ step: "and", register: name, mask });
	}

	shift(name: Register, direction: "left" | "right", bits: number): void {
		this.#steps.push({ step: "shift", register: name, direction, bits });
	}

	divide(name: Register, by: number, remainder: Register): void {
		this.#steps.push({ step: "divide", register: name, by, remainder });
	}

	compare(name: Register, value: number | Register, size: 4 | 8 = 4): void {
		this.#steps.push({ step: "compare", register: name, value, size });
	}

	jump(condition: Condition, label: string): void {
		this.#steps.push({ step: "jump", condition, label });
	}

	/** Tests the result of a call: `equal` and `notEqual` to 0. */
	branch(condition: Exclude<Condition, "always">, label: string): void {
		this.compare("answer", 0);
		this.jump(condition, label);
	}

	/** Moves the stack pointer down; a multiple of 16. */
	reserve(bytes: number): void {
		this.#steps.push({ step: "reserve", bytes: Math.ceil(bytes / 16) * 16 });
	}

	exit(status: Argument): void {
		this.call("exit_group", status);
	}

	/** Sets a register to argv or envp. Only before `reserve`. */
	setArguments(name: Register): void {
		this.set(name, pointer("stack", 8));
	}

	setEnvironment(name: Register): void {
		this.set(name, load("stack", 0, 8));
		this.shift(name, "left", 3);
		this.set("answer", pointer("stack", 16));
		this.add(name, "answer");
	}

	/** execve(argv[1], argv + 1, envp). Overwrites a register. */
	executeNext(argv: Register, spare: Register): void {
		this.setEnvironment(spare);
		this.call("execve", load(argv, 8, 8), pointer(argv, 8), register(spare));
	}

	/** Turns a status of wait4(2) into an exit status: 128 + the signal that ended the process. `at` makes the labels unique. */
	exitStatus(name: Register, at: string): void {
		this.set("answer", register(name));
		this.and("answer", 0x7f);
		this.compare("answer", 0);
		this.jump("equal", `${at}-exited`);
		this.add("answer", 128);
		this.set(name, register("answer"));
		this.jump("always", `${at}-known`);
		this.label(`${at}-exited`);
		this.shift(name, "right", 8);
		this.and(name, 255);
		this.label(`${at}-known`);
	}

	/** Labels `failed-NAME` print a text to stderr and exit with `status`, like the label `exit`. */
	failures(texts: readonly (readonly [name: string, text: Buffer])[], status: number): void {
		for (const [name, text] of texts) {
			this.constants({ [`text-${name}`]: text });
			this.label(`failed-${name}`);
			this.set("a", `text-${name}`);
			this.set("b", text.length);
			this.jump("always", "say");
		}
		this.label("say");
		this.call("write", 2, register("a"), register("b"));
		this.label("exit");
		this.exit(status);
	}

	/** Adds bytes behind the code. Their names are labels. */
	constants(values: Readonly<Record<string, Uint8Array>>): void {
		Object.assign(this.#constants, values);
	}

	executable(): Buffer {
		const { encode, machine } = encoders[this.#architecture];
		const image = new Image();
		for (const step of this.#steps) encode(image, step);
		return elfExecutable(machine, image.finish(this.#constants));
	}
}

/** Returns the executable of a description, or undefined for a processor (`process.arch`) that we have no encoder for. */
export function assemble(architecture: string, describe: (p: Program) => void): Buffer | undefined {
	const known = knownArchitecture(architecture);
	if (!known) return undefined;
	const p = new Program(known);
	describe(p);
	return p.executable();
}

/** Returns undefined for the same processors. */
export function knownArchitecture(architecture: string): Architecture | undefined {
	return architecture === "x64" || architecture === "arm64" ? architecture : undefined;
}

const loadAddress = 0x400000;
const headerSize = 64 + 56;

/**
 * elf(5): one header, one readable and executable segment, no sections. Nothing is linked or written to, so that suffices. The
 * stack is not executable by PT_LOAD's flags.
 */
function elfExecutable(machine: number, code: Buffer): Buffer {
	const header = Buffer.alloc(headerSize);
	header.write("\x7fELF\x02\x01\x01", 0, "latin1");
	header.writeUInt16LE(2, 16); // ET_EXEC
	header.writeUInt16LE(machine, 18);
	header.writeUInt32LE(1, 20);
	header.writeBigUInt64LE(BigInt(loadAddress + headerSize), 24); // entry
	header.writeBigUInt64LE(64n, 32); // program headers
	header.writeUInt16LE(64, 52);
	header.writeUInt16LE(56, 54);
	header.writeUInt16LE(1, 56);
	header.writeUInt32LE(1, 64); // PT_LOAD
	header.writeUInt32LE(5, 68); // R X
	header.writeBigUInt64LE(BigInt(loadAddress), 80);
	header.writeBigUInt64LE(BigInt(loadAddress), 88);
	const size = BigInt(headerSize + code.length);
	header.writeBigUInt64LE(size, 96);
	header.writeBigUInt64LE(size, 104);
	header.writeBigUInt64LE(0x1000n, 112);
	return Buffer.concat([header, code]);
}
