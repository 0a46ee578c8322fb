import type { Argument, Base, Encoder, Image, Size, Step } from "./steps.ts";

/** The instructions of A64 that programs need (Arm Architecture Reference Manual for A-profile, chapter C6). */
export const aarch64: Encoder = { machine: 183, encode }; // EM_AARCH64

/** x19 to x23 are the programs' registers. In loads and as a base, 31 is the stack pointer. */
const numbers = { answer: 0, a: 19, b: 20, c: 21, d: 22, e: 23, stack: 31 } as const satisfies Record<Base, number>;
/** For one step only. */
const [scratch, second] = [9, 10];
const callNumber = 8; // x8
const zero = 31; // as an operand of arithmetic

/** Bit 31 selects 64-bit registers. */
const wide = (size: Size) => (size === 8 ? 0x80000000 : 0);

const conditions = { equal: 0, notEqual: 1, negative: 4 } as const; // EQ, NE, MI

function encode(image: Image, step: Step): void {
	switch (step.step) {
		case "label":
			image.label(step.name);
			return;
		case "set":
			set(image, numbers[step.register], step.value);
			return;
		case "store": {
			if (typeof step.value === "number") set(image, second, step.value);
			inMemory(image, "store", step.size, typeof step.value === "number" ? second : numbers[step.value], step);
			return;
		}
		case "add": {
			const number = numbers[step.register];
			if (typeof step.value !== "number") {
				emit(image, 0x8b000000, number, number, numbers[step.value]); // add
				return;
			}
			move(image, number, number, step.value);
			return;
		}
		case "and":
			set(image, scratch, step.mask);
			emit(image, 0x0a000000, numbers[step.register], numbers[step.register], scratch); // and
			return;
		case "shift": {
			const { bits, direction } = step;
			const number = numbers[step.register];
			// lsl and lsr are ubfm.
			const [rotation, last] = direction === "left" ? [64 - bits, 63 - bits] : [bits, 63];
			emitWord(image, 0xd3400000 | (rotation << 16) | (last << 10) | (number << 5) | number);
			return;
		}
		case "divide": {
			const number = numbers[step.register];
			set(image, scratch, step.by);
			emit(image, 0x1ac00800, second, number, scratch); // udiv
			emitWord(image, 0x1b008000 | (scratch << 16) | (number << 10) | (second << 5) | numbers[step.remainder]); // msub
			emit(image, 0x2a000000, number, zero, second); // mov
			return;
		}
		case "compare":
			if (typeof step.value === "number") set(image, scratch, step.value);
			emit(
				image,
				0x6b000000 | wide(step.size),
				zero,
				numbers[step.register],
				typeof step.value === "number" ? scratch : numbers[step.value],
			); // subs: cmp
			return;
		case "jump":
			jump(image, step.condition, step.label);
			return;
		case "reserve":
			set(image, scratch, step.bytes);
			emitWord(image, 0xcb206000 | (scratch << 16) | (zero << 5) | zero); // sub sp, sp, x9, uxtx
			return;
		case "call":
			call(image, step.number, step.values);
			return;
		default:
			step satisfies never;
	}
}

/** The answer is x0, which is also the first argument, so arguments that need it come first. */
function call(image: Image, number: number, values: readonly Argument[]): void {
	const order = values.map((value, index) => ({ value, index }));
	const needsAnswer = ({ value }: (typeof order)[number]) =>
		typeof value === "object" &&
		("register" in value ? value.register : "pointer" in value ? value.pointer : value.load) === "answer";
	const isEarly = (one: (typeof order)[number]) => needsAnswer(one) && one.index > 0;
	for (const { index, value } of [...order.filter(isEarly), ...order.filter((one) => !isEarly(one))]) set(image, index, value);
	set(image, callNumber, number);
	emitWord(image, 0xd4000001); // svc 0
}

function set(image: Image, target: number, value: Argument): void {
	if (typeof value === "number") {
		emitWord(image, 0x52800000 | ((value & 0xffff) << 5) | target); // movz
		const upper = (value >>> 16) & 0xffff;
		if (upper) emitWord(image, 0x72a00000 | (upper << 5) | target); // movk, lsl 16
	} else if (typeof value === "string") {
		image.patch(value, (code, here, at) => {
			const distance = at - here;
			const bits = ((distance & 3) << 29) | (((distance >> 2) & 0x7ffff) << 5);
			code.writeUInt32LE((code.readUInt32LE(here) | bits) >>> 0, here);
		});
		emitWord(image, 0x10000000 | target); // adr
	} else if ("register" in value)
		emit(image, 0xaa000000, target, zero, numbers[value.register]); // mov
	else if ("pointer" in value) move(image, target, numbers[value.pointer], value.offset);
	else inMemory(image, "load", value.size, target, { base: value.load, offset: value.offset });
}

/** target = base + offset. The extended form of the instruction, because it knows the stack pointer. */
function move(image: Image, target: number, base: number, offset: number): void {
	set(image, scratch, Math.abs(offset));
	emitWord(image, (offset < 0 ? 0xcb206000 : 0x8b206000) | (scratch << 16) | (base << 5) | target);
}

const sizes: Record<Size, number> = { 1: 0, 2: 0x40000000, 4: 0x80000000, 8: 0xc0000000 };

/** ldur and stur reach 256 bytes; further away, the address is computed. */
function inMemory(
	image: Image,
	direction: "load" | "store",
	size: Size,
	target: number,
	{ base, offset }: { readonly base: Base; readonly offset: number },
): void {
	const isNear = offset >= -256 && offset < 256;
	if (!isNear) move(image, scratch, numbers[base], offset);
	const [from, distance] = isNear ? [numbers[base], offset] : [scratch, 0];
	emitWord(
		image,
		0x38000000 | sizes[size] | (direction === "load" ? 0x400000 : 0) | ((distance & 0x1ff) << 12) | (from << 5) | target,
	);
}

function jump(image: Image, condition: Extract<Step, { step: "jump" }>["condition"], label: string): void {
	image.patch(label, (code, here, target) => {
		const distance = (target - here) >> 2;
		const bits = condition === "always" ? distance & 0x3ffffff : (distance & 0x7ffff) << 5;
		code.writeUInt32LE((code.readUInt32LE(here) | bits) >>> 0, here);
	});
	emitWord(image, condition === "always" ? 0x14000000 : 0x54000000 | conditions[condition]); // b, b.cond
}

/** An instruction with three registers. */
function emit(image: Image, opcode: number, target: number, first: number, last: number): void {
	emitWord(image, opcode | (last << 16) | (first << 5) | target);
}

function emitWord(image: Image, value: number): void {
	image.emit(...[0, 8, 16, 24].map((bits) => (value >>> bits) & 0xff));
}
