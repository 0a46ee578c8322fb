/**
 * Builds our own executables: a minimal ELF file, and an assembler for the few x86-64 instructions that system calls need.
 * Nothing is linked or written to, so one readable and executable segment suffices.
 */

const loadAddress = 0x400000;
const headerSize = 64 + 56;
const machine = 62; // EM_X86_64

/** elf(5): one header, one readable and executable segment, no sections; the stack is not executable by PT_LOAD's flags. */
export function elfExecutable(code: Buffer): Buffer {
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

/** Returns 32-bit numbers in sequence, as in a kernel struct. */
export function words(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	values.forEach((value, index) => {
		bytes.writeUInt32LE(value >>> 0, index * 4);
	});
	return bytes;
}

const loads = { rax: [0xb8], rdi: [0xbf], rsi: [0xbe], rdx: [0xba], r10: [0x41, 0xba], r8: [0x41, 0xb8] };
/** ModRM bytes of `lea register, [rip + offset]`, with REX.W, and REX.R for r10 and r13. */
const addresses = {
	...{ rdi: [0x48, 0x8d, 0x3d], rsi: [0x48, 0x8d, 0x35], rdx: [0x48, 0x8d, 0x15], rax: [0x48, 0x8d, 0x05] },
	...{ r8: [0x4c, 0x8d, 0x05], r10: [0x4c, 0x8d, 0x15], r13: [0x4c, 0x8d, 0x2d] },
};
/** The registers of a system call's arguments (System V AMD64). */
const registers = ["rdi", "rsi", "rdx", "r10", "r8"] as const;
/** A number, the address of a label, or an instruction that sets the register. `undefined` keeps the register. */
export type Argument = number | string | readonly number[] | undefined;
/** Instructions that set a call's first argument. */
export const fromAnswer = [0x89, 0xc7]; // mov edi, eax
export const fromR12 = [0x44, 0x89, 0xe7]; // mov edi, r12d
export const fromR13 = [0x44, 0x89, 0xef]; // mov edi, r13d
export const fromR14 = [0x44, 0x89, 0xf7]; // mov edi, r14d
export const fromR15 = [0x44, 0x89, 0xff]; // mov edi, r15d
const jumps = { always: [0xe9], ifZero: [0x0f, 0x84], ifNotZero: [0x0f, 0x85], ifNegative: [0x0f, 0x88] };

/** Collects instructions, and patches jumps and label references at the end. */
export class Assembler {
	private bytes: number[] = [];
	private labels = new Map<string, number>();
	private patches: ((image: Buffer) => void)[] = [];

	emit(...bytes: number[]): void {
		this.bytes.push(...bytes);
	}

	label(name: string): void {
		this.labels.set(name, this.bytes.length);
	}

	/** Sets the lower half of a register, which clears the upper one. */
	move(register: keyof typeof loads, value: number): void {
		this.emit(...loads[register], ...words(value));
	}

	address(register: keyof typeof addresses, label: string): void {
		this.emit(...addresses[register]);
		this.distanceTo(label);
	}

	syscall(number: number): void {
		this.move("rax", number);
		this.emit(0x0f, 0x05);
	}

	call(number: number, ...values: readonly Argument[]): void {
		for (const [index, register] of registers.entries()) {
			const value = values[index];
			if (typeof value === "number") this.move(register, value);
			else if (typeof value === "string") this.address(register, value);
			else if (value) this.emit(...value);
		}
		this.syscall(number);
	}

	/** execve(argv[1], argv + 1, envp). r14 is argv, and the stack pointer is unchanged since the start. */
	executeNext(): void {
		this.emit(0x49, 0x8b, 0x7e, 0x08); // mov rdi, [r14 + 8]: argv[1]
		this.emit(0x49, 0x8d, 0x76, 0x08); // lea rsi, [r14 + 8]
		this.emit(0x48, 0x8b, 0x04, 0x24); // mov rax, [rsp]: argc
		this.emit(0x49, 0x8d, 0x54, 0xc6, 0x08); // lea rdx, [r14 + rax * 8 + 8]: envp
		this.syscall(59);
	}

	/** Labels `failed-NAME` print the constant `text-NAME` to stderr and exit with `status`, like the label `exit`. */
	failures(texts: readonly (readonly [name: string, text: Buffer])[], status: number): void {
		for (const [name, text] of texts) {
			this.label(`failed-${name}`);
			this.address("rsi", `text-${name}`);
			this.move("rdx", text.length);
			this.jump("always", "say");
		}
		this.label("say");
		this.call(1, 2); // write
		this.label("exit");
		this.call(231, status); // exit_group
	}

	jump(condition: keyof typeof jumps, label: string): void {
		this.emit(...jumps[condition]);
		this.distanceTo(label);
	}

	/** test eax, eax: tests the result of a call. */
	testAnswer(): void {
		this.emit(0x85, 0xc0);
	}

	/** Tests the result of a call and jumps. */
	branch(condition: Exclude<keyof typeof jumps, "always">, label: string): void {
		this.testAnswer();
		this.jump(condition, label);
	}

	/** Returns the code, followed by the constants at their labels. */
	finish(constants: Readonly<Record<string, Uint8Array>>): Buffer {
		for (const [name, bytes] of Object.entries(constants)) {
			while (this.bytes.length % 8) this.bytes.push(0);
			this.label(name);
			for (const byte of bytes) this.bytes.push(byte);
		}
		const image = Buffer.from(this.bytes);
		for (const patch of this.patches) patch(image);
		return image;
	}

	/** Reserves four bytes for the distance from the instruction's end to the label. */
	private distanceTo(label: string): void {
		this.emit(0, 0, 0, 0);
		const end = this.bytes.length;
		this.patches.push((image) => {
			const at = this.labels.get(label);
			if (at === undefined) throw new Error(`no label ${label}`);
			image.writeInt32LE(at - end, end - 4);
		});
	}
}
