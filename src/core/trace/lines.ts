/** 256 parts of 256 bytes, each byte as four characters, are the longest message that strace shows of a sendmsg(2); paths have 4096 bytes. */
const maxLine = 1 << 20;

/** Cuts a stream into lines. A line that is longer than any of strace's is dropped, so the buffer is bounded. */
export class LineSplitter {
	readonly #take: (text: string, from: number, end: number) => void;
	#carry = "";
	#dropping = false;
	/** True once a line was dropped. */
	dropped = false;

	/** `take` gets the text that holds a line and where in it the line lies, without its newline: one character for each byte. */
	constructor(take: (text: string, from: number, end: number) => void) {
		this.#take = take;
	}

	feed(chunk: Uint8Array): void {
		const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
		let newline = text.indexOf("\n");
		if (newline < 0) {
			this.#keep(text);
			return;
		}
		let from = 0;
		if (this.#dropping) {
			this.#dropping = false;
			from = newline + 1;
		} else if (this.#carry !== "") {
			const line = this.#carry + text.slice(0, newline);
			this.#carry = "";
			if (line.length <= maxLine) this.#take(line, 0, line.length);
			else this.dropped = true;
			from = newline + 1;
		}
		for (newline = text.indexOf("\n", from); newline >= 0; newline = text.indexOf("\n", from)) {
			if (newline - from <= maxLine) this.#take(text, from, newline);
			else this.dropped = true;
			from = newline + 1;
		}
		if (from < text.length) this.#keep(text.slice(from));
	}

	/** The last line may lack its newline; then it may also be cut, and is not taken. */
	end(): void {
		this.#carry = "";
	}

	#keep(text: string): void {
		if (this.#dropping) return;
		if (this.#carry.length + text.length > maxLine) {
			this.#carry = "";
			this.#dropping = true;
			this.dropped = true;
		} else this.#carry += text;
	}
}
