/**
 * A small assembler for classic BPF over `struct seccomp_data` (seccomp(2), bpf in linux/filter.h): loads, comparisons with two
 * targets, and answers. The kernel allows only forward jumps of at most 255 instructions.
 */

/** A condition on a call's arguments. */
export type Test =
	| { readonly kind: "bits"; readonly argument: number; readonly mask: number }
	| { readonly kind: "oneOf"; readonly argument: number; readonly values: readonly number[]; readonly mask?: number }
	| { readonly kind: "isSet"; readonly argument: number }
	| { readonly kind: "not"; readonly test: Test }
	| { readonly kind: "all"; readonly tests: readonly Test[] };

/** True if the argument has any bit of the mask. */
export const bits = (argument: number, mask: number): Test => ({ kind: "bits", argument, mask });
/** True if the argument, restricted to `mask`, is one of the values. */
export const oneOf = (argument: number, values: readonly number[], mask?: number): Test =>
	mask === undefined ? { kind: "oneOf", argument, values } : { kind: "oneOf", argument, values, mask };
/** True if the argument, a pointer, is not null. Compares both of its words. */
export const isSet = (argument: number): Test => ({ kind: "isSet", argument });
export const not = (test: Test): Test => ({ kind: "not", test });
export const all = (...tests: Test[]): Test => ({ kind: "all", tests });
export const any = (...tests: Test[]): Test => not(all(...tests.map(not)));

/** A jump target whose position is not known yet. */
export class Label {
	at: number | undefined;
}

const op = { load: 0x20, jumpEqual: 0x15, jumpGreaterOrEqual: 0x35, jumpAnyBit: 0x45, and: 0x54, answer: 0x06 };

/** Offsets in struct seccomp_data. */
const numberOffset = 0;
const architectureOffset = 4;
/**
 * The low word (both processors are little-endian). It suffices, because every argument tested here is an int, an unsigned int
 * or a umode_t, which the kernel truncates to 32 bits or fewer; clone's flags are a long, of which kernel_clone() takes
 * lower_32_bits(). `isSet` compares both words of a pointer.
 */
const argumentOffset = (argument: number) => 16 + 8 * argument;

export class Assembler {
	private program: { code: number; value: number; yes?: Label | undefined; no?: Label | undefined }[] = [];

	place(label: Label): void {
		label.at = this.program.length;
	}
	loadNumber(): void {
		this.program.push({ code: op.load, value: numberOffset });
	}
	loadArchitecture(): void {
		this.program.push({ code: op.load, value: architectureOffset });
	}
	/** Without a label, execution continues with the next instruction. */
	ifEqual(value: number, yes?: Label, no?: Label): void {
		this.program.push({ code: op.jumpEqual, value, yes, no });
	}
	ifAtLeast(value: number, yes?: Label, no?: Label): void {
		this.program.push({ code: op.jumpGreaterOrEqual, value, yes, no });
	}
	answer(value: number): void {
		this.program.push({ code: op.answer, value });
	}

	/** Jumps to `yes` or `no`. Overwrites the loaded value. */
	test(test: Test, yes: Label, no: Label): void {
		switch (test.kind) {
			case "not":
				this.test(test.test, no, yes);
				break;
			case "all":
				test.tests.forEach((one, index) => {
					const next = index === test.tests.length - 1 ? yes : new Label();
					this.test(one, next, no);
					if (next !== yes) this.place(next);
				});
				break;
			case "isSet": {
				const high = new Label();
				this.program.push({ code: op.load, value: argumentOffset(test.argument) });
				this.program.push({ code: op.jumpAnyBit, value: 0xffffffff, yes, no: high });
				this.place(high);
				this.program.push({ code: op.load, value: argumentOffset(test.argument) + 4 });
				this.program.push({ code: op.jumpAnyBit, value: 0xffffffff, yes, no });
				break;
			}
			case "bits":
				this.program.push({ code: op.load, value: argumentOffset(test.argument) });
				this.program.push({ code: op.jumpAnyBit, value: test.mask, yes, no });
				break;
			case "oneOf":
				this.program.push({ code: op.load, value: argumentOffset(test.argument) });
				if (test.mask !== undefined) this.program.push({ code: op.and, value: test.mask });
				test.values.forEach((value, index) => {
					this.ifEqual(value, yes, index === test.values.length - 1 ? no : undefined);
				});
		}
	}

	/** Each instruction is a struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }. */
	finish(): Buffer {
		const bytes = Buffer.alloc(this.program.length * 8);
		this.program.forEach(({ code, value, yes, no }, index) => {
			bytes.writeUInt16LE(code, index * 8);
			bytes.writeUInt8(distance(index, yes), index * 8 + 2);
			bytes.writeUInt8(distance(index, no), index * 8 + 3);
			bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
		});
		return bytes;
	}
}

function distance(from: number, label: Label | undefined): number {
	if (label === undefined) return 0;
	if (label.at === undefined) throw new Error("a label was never placed");
	return label.at - from - 1;
}
