/** The steps of a program, which every encoder turns into machine code. */

/** `answer` holds a system call's result. The others keep their values across calls. */
export type Register = "answer" | "a" | "b" | "c" | "d" | "e";

/** `stack`: argc, then argv, as at the start (or what `reserve` reserved). */
export type Base = Register | "stack";

/** Bytes. Smaller values are zero-extended. */
export type Size = 1 | 2 | 4 | 8;

export type Argument =
	/** Its lower 32 bits. */
	| number
	/** The address of a label. */
	| string
	| { readonly register: Register }
	| { readonly pointer: Base; readonly offset: number }
	| { readonly load: Base; readonly offset: number; readonly size: Size };

/** After `compare`; `negative` only after a comparison with 0. */
export type Condition = "always" | "equal" | "notEqual" | "negative";

export type Step =
	| { readonly step: "label"; readonly name: string }
	| { readonly step: "set"; readonly register: Register; readonly value: Argument }
	| {
			readonly step: "store";
			readonly base: Base;
			readonly offset: number;
			readonly size: Size;
			readonly value: number | Register;
	  }
	| { readonly step: "add"; readonly register: Register; readonly value: number | Register }
	| { readonly step: "and"; readonly register: Register; readonly mask: number }
	| { readonly step: "shift"; readonly register: Register; readonly direction: "left" | "right"; readonly bits: number }
	/** The quotient replaces the dividend. */
	| { readonly step: "divide"; readonly register: Register; readonly by: number; readonly remainder: Register }
	/** 4 bytes are compared as signed numbers, 8 as addresses. */
	| { readonly step: "compare"; readonly register: Register; readonly value: number | Register; readonly size: 4 | 8 }
	| { readonly step: "jump"; readonly condition: Condition; readonly label: string }
	| { readonly step: "reserve"; readonly bytes: number }
	| { readonly step: "call"; readonly number: number; readonly values: readonly Argument[] };

/** Turns steps into a processor's machine code. */
export interface Encoder {
	/** elf(5): e_machine */
	readonly machine: number;
	encode(image: Image, step: Step): void;
}

/** Machine code with labels, whose distances are known only at the end. */
export class Image {
	readonly #bytes: number[] = [];
	readonly #labels = new Map<string, number>();
	readonly #patches: ((code: Buffer) => void)[] = [];

	emit(...bytes: readonly number[]): void {
		this.#bytes.push(...bytes);
	}

	label(name: string): void {
		this.#labels.set(name, this.#bytes.length);
	}

	/** Later calls `write` with the place of what comes next, and the label's. */
	patch(label: string, write: (code: Buffer, here: number, target: number) => void): void {
		const here = this.#bytes.length;
		this.#patches.push((code) => {
			const target = this.#labels.get(label);
			if (target === undefined) throw new Error(`no label ${label}`);
			write(code, here, target);
		});
	}

	/** Returns the code, followed by the constants at their labels. */
	finish(constants: Readonly<Record<string, Uint8Array>>): Buffer {
		for (const [name, content] of Object.entries(constants)) {
			while (this.#bytes.length % 8) this.#bytes.push(0);
			this.label(name);
			for (const byte of content) this.#bytes.push(byte);
		}
		const code = Buffer.from(this.#bytes);
		for (const patch of this.#patches) patch(code);
		return code;
	}
}
