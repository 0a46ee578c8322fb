import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One line of the summary. Its values are repetitions of one measurement; their median is compared with the target. */
export interface Result {
	readonly what: string;
	/** The alternative that a user would otherwise use. Absent for a plain amount. */
	readonly against?: string;
	readonly values: readonly number[];
	readonly unit: "x" | "s" | "ms" | "MB" | "calls/s";
	readonly target?: { readonly atMost: number } | { readonly atLeast: number };
	/** The amounts behind a ratio. */
	readonly note?: string;
}

export interface Bench {
	readonly name: string;
	run(): Promise<Result[]>;
}

/** Repeats the works in turn and returns their measurements, so that changes of the machine affect all of them alike. */
export async function inTurn<Name extends string>(
	repetitions: number,
	works: Record<Name, () => Promise<number> | number>,
): Promise<Record<Name, number[]>> {
	const names = Object.keys(works) as Name[];
	const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
	for (let repetition = 0; repetition < repetitions; repetition++) {
		for (const name of names) measured[name].push(await works[name]());
	}
	return measured;
}

export async function seconds(work: () => unknown): Promise<number> {
	const started = performance.now();
	await work();
	return (performance.now() - started) / 1000;
}

/**
 * Milliseconds that the main thread has waited for a processor (proc(5), schedstat). Without them, a measurement shows the time
 * on an otherwise idle machine. 0 if the kernel does not say.
 */
export function waitedForProcessor(): number {
	try {
		return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1] ?? 0) / 1e6;
	} catch {
		return 0;
	}
}

/** Divides each repetition by its neighbour in time. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
	return ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2
		? (sorted[middle] ?? Number.NaN)
		: ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export function milliseconds(values: readonly number[]): string {
	return `${(median(values) * 1000).toFixed(0)} ms`;
}

export function meets({ target, values }: Result): boolean | undefined {
	if (!target) return undefined;
	return "atMost" in target ? median(values) <= target.atMost : median(values) >= target.atLeast;
}

const digits = { x: 2, s: 2, ms: 1, MB: 0, "calls/s": 0 } as const;

export function resultLine(result: Result): string {
	const { against, note, target, unit, values } = result;
	const show = (value: number) => value.toFixed(digits[unit]);
	const spread = `${show(median(values))} ${unit} (${show(Math.min(...values))}..${show(Math.max(...values))})`;
	const wanted = !target ? "" : "atMost" in target ? `at most ${target.atMost} ${unit}` : `at least ${target.atLeast} ${unit}`;
	const verdict = { true: "[ok]", false: "[!!]", undefined: "[  ]" }[String(meets(result)) as "true" | "false" | "undefined"];
	return [
		verdict.padEnd(5),
		`${result.what}${against ? ` / ${against}` : ""}`.padEnd(68),
		spread.padEnd(32),
		wanted.padEnd(18),
		note ?? "",
	]
		.join(" ")
		.trimEnd();
}

/** Provides a temporary folder on the disk of the system's state, because memory would be too fast for written files. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
	const folder = mkdtempSync(join(process.getuid?.() === 0 ? "/var/lib" : tmpdir(), "cagewright-bench-"));
	try {
		return await work(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
		});
	});
}
