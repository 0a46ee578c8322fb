import type { Argument, Base, Condition, Encoder, Image, Size, Step } from "./steps.ts";

/** The instructions of x86-64 that programs need (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2). */
export const x8664: Encoder = { machine: 62, encode }; // EM_X86_64

/** Numbers of registers in instructions. rcx and rdx are for one step only; a call overwrites rcx and r11. */
const numbers = { answer: 0, a: 12, b: 13, c: 14, d: 15, e: 3, stack: 4 } as const satisfies Record<Base, number>;
const [rcx, rdx] = [1, 2];
/** rdi, rsi, rdx, r10, r8, r9: a call's arguments (System V AMD64). */
const argumentNumbers = [7, 6, 2, 10, 8, 9];

const jumps: Record<Condition, readonly number[]> = {
	always: [0xe9],
	equal: [0x0f, 0x84],
	notEqual: [0x0f, 0x85],
	negative: [0x0f, 0x88],
};

function encode(image: Image, step: Step): void {
	switch (step.step) {
		case "label":
			image.label(step.name);
			return;
		case "set":
			set(image, numbers[step.register], step.value);
			return;
		case "store":
			store(image, step);
			return;
		case "add":
			if (typeof step.value === "number") {
				withWord(image, 8, 0, numbers[step.register], step.value);
				return;
			}
			betweenRegisters(image, 8, [0x01], numbers[step.value], numbers[step.register]);
			return;
		case "and":
			withWord(image, 4, 4, numbers[step.register], step.mask);
			return;
		case "shift":
			image.emit(...prefix(8, 0, numbers[step.register]), 0xc1);
			image.emit(registers(step.direction === "left" ? 4 : 5, numbers[step.register]), step.bits);
			return;
		case "divide":
			// It divides edx:eax.
			if (step.register !== "answer") throw new Error("divide needs the answer");
			set(image, rcx, step.by);
			image.emit(0x31, 0xd2, 0xf7, 0xf1); // xor edx, edx; div ecx
			betweenRegisters(image, 4, [0x89], rdx, numbers[step.remainder]);
			return;
		case "compare":
			if (typeof step.value === "number") {
				withWord(image, step.size, 7, numbers[step.register], step.value);
				return;
			}
			betweenRegisters(image, step.size, [0x39], numbers[step.value], numbers[step.register]);
			return;
		case "jump":
			image.emit(...jumps[step.condition]);
			distanceTo(image, step.label);
			return;
		case "reserve":
			withWord(image, 8, 5, numbers.stack, step.bytes);
			return;
		case "call":
			step.values.forEach((value, index) => {
				set(image, argumentNumbers[index] ?? 0, value);
			});
			set(image, numbers.answer, step.number);
			image.emit(0x0f, 0x05); // syscall
			return;
		default:
			step satisfies never;
	}
}

/** A 4-byte result clears the upper half. */
function set(image: Image, target: number, value: Argument): void {
	if (typeof value === "number") image.emit(...prefix(4, 0, target), 0xb8 | (target & 7), ...word(value));
	else if (typeof value === "string") {
		image.emit(...prefix(8, target, 0), 0x8d, ((target & 7) << 3) | 5); // lea target, [rip + distance]
		distanceTo(image, value);
	} else if ("register" in value) betweenRegisters(image, 8, [0x89], numbers[value.register], target);
	else if ("pointer" in value) inMemory(image, 8, [0x8d], target, value.pointer, value.offset);
	else {
		const { load: base, offset, size } = value;
		inMemory(image, size === 8 ? 8 : 4, size === 1 ? [0x0f, 0xb6] : size === 2 ? [0x0f, 0xb7] : [0x8b], target, base, offset);
	}
}

function store(image: Image, { base, offset, size, value }: Extract<Step, { step: "store" }>): void {
	if (size === 2) image.emit(0x66);
	if (typeof value === "number") {
		inMemory(image, size, [size === 1 ? 0xc6 : 0xc7], 0, base, offset);
		image.emit(...word(value).slice(0, Math.min(size, 4)));
		return;
	}
	inMemory(image, size, [size === 1 ? 0x88 : 0x89], numbers[value], base, offset);
}

/** An instruction with a 32-bit constant; `operation` is in the ModRM byte. */
function withWord(image: Image, size: 4 | 8, operation: number, target: number, value: number): void {
	image.emit(...prefix(size, 0, target), 0x81, registers(operation, target), ...word(value));
}

function betweenRegisters(image: Image, size: 4 | 8, opcode: readonly number[], from: number, to: number): void {
	image.emit(...prefix(size, from, to), ...opcode, registers(from, to));
}

/** An instruction for `register` and memory at base + offset (ModRM mode 2, with a SIB byte for rsp and r12). */
function inMemory(image: Image, size: Size, opcode: readonly number[], register: number, base: Base, offset: number): void {
	const number = numbers[base];
	image.emit(...prefix(size, register, number), ...opcode, 0x80 | ((register & 7) << 3) | (number & 7));
	if ((number & 7) === 4) image.emit(0x24);
	image.emit(...word(offset));
}

/** REX: 64 bits, and the upper eight registers. Always there, because byte registers need it. */
function prefix(size: Size, register: number, base: number): number[] {
	return [0x40 | (size === 8 ? 8 : 0) | (register > 7 ? 4 : 0) | (base > 7 ? 1 : 0)];
}

const registers = (register: number, base: number) => 0xc0 | ((register & 7) << 3) | (base & 7);

function word(value: number): number[] {
	return [0, 8, 16, 24].map((bits) => (value >>> bits) & 0xff);
}

function distanceTo(image: Image, label: string): void {
	image.patch(label, (code, here, target) => code.writeInt32LE(target - (here + 4), here));
	image.emit(0, 0, 0, 0);
}
