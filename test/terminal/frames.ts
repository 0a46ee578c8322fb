export interface Size {
	readonly columns: number;
	readonly rows: number;
}

/**
 * Checks that nothing scrolls in the alternate screen: a frame that scrolls is as high as the terminal. Only frames for an
 * earlier size may, because a program learns a new size late, but never for a size older than that of the last frame. Our frames
 * leave one row free, so their height tells their size.
 */
export class Frames {
	/** All sizes so far, and the last one that the program knew. */
	readonly #sizes: Size[];
	#known = 0;
	/** Since the last clearing: the cursor, the lowest row, and the first row that scrolled out. */
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

	/** Called when the screen is cleared, entered or left. */
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

	/** The top row of the first frame that was too high. */
	tooTall(): string | undefined {
		this.begin();
		return this.#tooTall;
	}
}
