import { type Architecture, syscallNumber } from "../confinement/seccomp/syscalls.ts";
import { Image } from "../machine-code/steps.ts";
import { watchedCalls, watchedErrors } from "./calls.ts";

/**
 * Builds a BPF program (bpf(2)) that runs at the end of each system call and records each distinct failed path of a few PID
 * namespaces once. It skips everything else at the first comparison, changes nothing and ends with the process that loaded it.
 */

/** Maximum number of namespaces, for generations of a cage that run side by side. */
export const maxNamespaces = 4;
/** Bytes of a path, with its NUL. Longer paths are ignored. */
export const pathBytes = 256;
/** A record: call number, result, directory descriptor and padding, 32 bits each, then the path. */
export const keyBytes = 16 + pathBytes;
/** Settings: device and inode of each namespace, 64 bits each, then the number of recorded failures. */
export const settingsBytes = maxNamespaces * 16 + 8;
/** Maximum number of distinct failures. */
export const maxFailures = 4096;

/** Placeholders that the loader replaces by the maps' descriptors. */
export const mapPlaces = { settings: 1, failures: 2 } as const;

/** Places on the BPF program's stack. `path` and `descriptor` are the first two arguments of a call with a directory descriptor. */
const stack = { path: -24, descriptor: -16, number: -8, ids: -32, zero: -40, key: -40 - keyBytes };

/**
 * Copies from struct pt_regs to the stack: offset, bytes, place. x86_64 (arch/x86/include/uapi/asm/ptrace.h): rsi, rdi and
 * orig_rax are adjacent. aarch64 (arch/arm64/include/asm/ptrace.h): orig_x0, which the result does not overwrite, precedes
 * syscallno; x1 is the second register.
 */
const registers: Readonly<Record<Architecture, readonly (readonly [number, number, number])[]>> = {
	x64: [[104, 24, stack.path]],
	arm64: [
		[272, 16, stack.descriptor],
		[8, 8, stack.path],
	],
};
const helper = { lookup: 1, update: 2, namespace: 120, readKernel: 113, readText: 114 };

type Target = "out" | "call" | "first" | "second" | "read" | "match" | `next${number}`;

/** Instructions of the kernel's Documentation/bpf/standardization/instruction-set.rst, 8 bytes each. */
class Code {
	readonly #image = new Image();

	add(code: number, to: number, from: number, offset: number, value: number): void {
		const word = Buffer.alloc(8);
		word.writeUInt8(code, 0);
		word.writeUInt8((from << 4) | to, 1);
		word.writeInt16LE(offset, 2);
		word.writeInt32LE(value, 4);
		this.#image.emit(...word);
	}

	label(name: Target): void {
		this.#image.label(name);
	}

	jump(code: number, register: number, value: number, to: Target): void {
		this.#image.patch(to, (code, here, target) => code.writeInt16LE((target - here) / 8 - 1, here + 2));
		this.add(code, register, 0, 0, value);
	}

	setNumber = (to: number, value: number) => this.add(0xb7, to, 0, 0, value);
	copy = (to: number, from: number) => this.add(0xbf, to, from, 0, 0);
	plus = (to: number, value: number) => this.add(0x07, to, 0, 0, value);
	load = (to: number, from: number, offset: number) => this.add(0x79, to, from, offset, 0);
	loadHalf = (to: number, from: number, offset: number) => this.add(0x61, to, from, offset, 0);
	store = (offset: number, from: number) => this.add(0x7b, 10, from, offset, 0);
	storeHalf = (offset: number, from: number) => this.add(0x63, 10, from, offset, 0);
	call = (number: number) => this.add(0x85, 0, 0, 0, number);
	inStack(to: number, offset: number): void {
		this.copy(to, 10);
		this.plus(to, offset);
	}
	map(to: number, place: number): void {
		this.add(0x18, to, 1, 0, place);
		this.add(0, 0, 0, 0, 0);
	}

	bytes(): Buffer {
		return this.#image.finish({});
	}
}

const jump = { always: 0x05, equal: 0x15, notEqual: 0x55, signedAtMost: 0xd5 };

export function failureProbe(architecture: Architecture): Buffer {
	const code = new Code();
	code.copy(6, 1);
	code.load(7, 6, 8);
	for (const result of watchedErrors.keys()) code.jump(jump.equal, 7, result, "call");
	code.jump(jump.always, 0, 0, "out");

	code.label("call");
	for (const [offset, bytes, place] of registers[architecture]) {
		code.load(3, 6, 0);
		code.plus(3, offset);
		code.inStack(1, place);
		code.setNumber(2, bytes);
		code.call(helper.readKernel);
		code.jump(jump.notEqual, 0, 0, "out");
	}
	// 32 bits, because aarch64 has something else behind the number.
	code.loadHalf(9, 10, stack.number);
	for (const { at, name } of watchedCalls) {
		const number = syscallNumber(name, architecture);
		if (number !== undefined) code.jump(jump.equal, 9, number, at ? "second" : "first");
	}
	code.jump(jump.always, 0, 0, "out");

	// From here, both places are filled as for a call with a directory descriptor.
	code.label("first");
	code.load(1, 10, stack.descriptor);
	code.store(stack.path, 1);
	code.setNumber(1, -100);
	code.store(stack.descriptor, 1);
	code.label("second");
	code.setNumber(1, 0);
	code.store(stack.zero, 1);
	code.map(1, mapPlaces.settings);
	code.inStack(2, stack.zero);
	code.call(helper.lookup);
	code.jump(jump.equal, 0, 0, "out");
	code.copy(8, 0);
	for (let index = 0; index < maxNamespaces; index++) {
		const next: Target = `next${index}`;
		code.load(1, 8, index * 16);
		code.load(2, 8, index * 16 + 8);
		code.jump(jump.equal, 2, 0, next);
		code.inStack(3, stack.ids);
		code.setNumber(4, 8);
		code.call(helper.namespace);
		code.jump(jump.equal, 0, 0, "match");
		code.label(next);
	}
	code.jump(jump.always, 0, 0, "out");

	code.label("match");
	code.setNumber(1, 0);
	for (let offset = 0; offset < keyBytes; offset += 8) code.store(stack.key + offset, 1);
	code.storeHalf(stack.key, 9);
	code.storeHalf(stack.key + 4, 7);
	code.load(1, 10, stack.descriptor);
	code.storeHalf(stack.key + 8, 1);
	code.inStack(1, stack.key + 16);
	code.setNumber(2, pathBytes);
	code.load(3, 10, stack.path);
	code.call(helper.readText);
	code.jump(jump.signedAtMost, 0, 1, "out");
	code.map(1, mapPlaces.failures);
	code.inStack(2, stack.key);
	code.inStack(3, stack.zero);
	// BPF_NOEXIST
	code.setNumber(4, 1);
	code.call(helper.update);
	code.jump(jump.notEqual, 0, 0, "out");
	code.setNumber(1, 1);
	code.add(0xdb, 8, 1, maxNamespaces * 16, 0);
	code.label("out");
	code.setNumber(0, 0);
	code.add(0x95, 0, 0, 0, 0);
	return code.bytes();
}
