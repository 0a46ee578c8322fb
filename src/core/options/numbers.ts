import { parseSize } from "../confinement/limits.ts";

/** Numbers: seconds, seconds as `90`, `30m` or `7d`, bytes as `512M`, 1 to 100, at least `least`, a process. */
const readers = {
	seconds: (text: string) => within(Number(text), Number.MIN_VALUE, 86_400),
	time(text: string) {
		const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text) ?? [];
		return within(Number(number) * (unitSeconds[unit] ?? 1), Number.MIN_VALUE, 366 * 86_400);
	},
	// The programs that start the application need about this much.
	size: (text: string) => within(parseSize(text) ?? 0, 4 * 1024 ** 2, Number.MAX_SAFE_INTEGER),
	count: (text: string) => within(Number.isInteger(Number(text)) ? Number(text) : 0, 1, 100),
	whole: (text: string, least: number) => whole(text, least),
	process: (text: string) => whole(text, 1),
} satisfies Readonly<Record<string, (text: string, least: number) => number | undefined>>;

export type NumberKind = keyof typeof readers;

export function isNumberKind(kind: string | undefined): kind is NumberKind {
	return kind !== undefined && Object.hasOwn(readers, kind);
}

/** Returns an option's number, or undefined if it is not allowed. */
export function readNumber(kind: NumberKind, text: string, least = 0): number | undefined {
	return readers[kind](text, least);
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** PID_MAX_LIMIT, proc_sys_kernel(5). */
const most = 4_194_304;

function whole(text: string, least: number): number | undefined {
	return /^[0-9]+$/.test(text) ? within(Number(text), least, most) : undefined;
}

function within(value: number, least: number, most: number): number | undefined {
	return value >= least && value <= most ? value : undefined;
}
