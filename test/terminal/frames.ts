export interface Size {
	readonly columns: number;
	readonly rows: number;
}

/**
 * Judges what is drawn in the alternate screen, where nothing may ever scroll: a frame that does is as tall as the terminal. Only a frame for a size that
 * the terminal had before may, for a program hears of a new size later than the terminal has it; and it never goes back to a size older than that of
 * the frame before. Our frames leave one row free, so their height tells for which size they are.
 */
export class Frames {
	/** All that the terminal has had, and which of them the program knew last. */
	readonly #sizes: Size[];
	#known = 0;
	/** Since the screen was cleared: where the cursor is, how far down it was, and what went out at the top first. */
	#row = 0;
	#height = 0;
	#scrolled: { readonly top: string; readonly size: Size } | undefined;
	#tooTall: string | undefined;

	constructor(size: Size) {
		this.#sizes = [size];
	}

	resized(size: Size): void {
		this.#sizes.push(size);
	}

	wentDown(): void {
		this.#row++;
		this.#height = Math.max(this.#height, this.#row);
	}

	wentUp(rows: number): void {
		this.#row = Math.max(0, this.#row - rows);
	}

	scrolled(top: string): void {
		const size = this.#sizes.at(-1);
		if (size) this.#scrolled ??= { top, size };
	}

	/** The screen was cleared, entered or left: everything until now is judged. */
	begin(): void {
		const at = this.#sizes.findIndex(({ rows }, index) => index >= this.#known && rows === this.#height + 1);
		const drawnFor = this.#sizes[at];
		if (drawnFor) this.#known = at;
		if (this.#scrolled) {
			const { size, top } = this.#scrolled;
			const isOlder = drawnFor && (drawnFor.rows > size.rows || drawnFor.columns > size.columns);
			if (!isOlder) this.#tooTall ??= top;
		}
		this.#row = this.#height = 0;
		this.#scrolled = undefined;
	}

	/** What stood at the top of the first frame that was too tall. */
	tooTall(): string | undefined {
		this.begin();
		return this.#tooTall;
	}
}
