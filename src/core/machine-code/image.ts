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
