const moves = ["up", "down", "page-up", "page-down", "first", "last"] as const;
export type Move = (typeof moves)[number];

export function isMove(command: string | undefined): command is Move {
	return moves.some((move) => move === command);
}

export function moveCursor(cursor: number, move: Move, count: number, page: number): number {
	const last = Math.max(0, count - 1);
	const step = Math.max(1, page - 1);
	const wanted = {
		up: cursor - 1,
		down: cursor + 1,
		"page-up": cursor - step,
		"page-down": cursor + step,
		first: 0,
		last,
	}[move];
	return Math.min(last, Math.max(0, wanted));
}

interface Window {
	readonly start: number;
	readonly end: number;
}

/** The rows to draw: at most `height`, with the cursor as close to the middle as the ends of the list allow. */
export function windowOf(cursor: number, count: number, height: number): Window {
	const size = Math.max(0, Math.min(height, count));
	const inside = Math.min(Math.max(0, cursor), Math.max(0, count - 1));
	const start = Math.max(0, Math.min(inside - Math.floor(size / 2), count - size));
	return { start, end: start + size };
}

/** List items that a dialogue prints at once. */
export const linearRows = 20;
