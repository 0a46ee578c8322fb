import { median } from "../harness.ts";
import type { Counted } from "./serving.ts";

/** The result of one tool for one service. */
export interface Column {
	readonly name: string;
	readonly version: string;
	readonly subject: string;
	/** Absent if no answer came. */
	readonly seconds?: readonly number[] | undefined;
	/** Untraced throughput over traced; absent if nothing is traced. */
	readonly slowdown?: readonly number[] | undefined;
	readonly repairs: number;
	/** The message without a known repair. */
	readonly unsolved?: string;
	readonly counted: Counted;
}

export interface Circumstances {
	readonly date: string;
	readonly machine: string;
	readonly repetitions: number;
}

/** Returns the table for the documentation, with the machine and method. */
export function markdown(columns: readonly Column[], { date, machine, repetitions }: Circumstances): string {
	const tools = [...new Map(columns.map((one) => [one.name, one])).values()];
	const rows = [...new Set(columns.map(({ subject }) => subject))].flatMap((subject) => {
		const row = (what: string, show: (column: Column) => string) => {
			const cells = tools.map(({ name }) => columns.find((one) => one.subject === subject && one.name === name));
			return `| ${subject}: ${what} | ${cells.map((column) => (column ? show(column) : "")).join(" | ")} |`;
		};
		return [
			row("seconds to the first answer from the cage", (one) => spread(one.seconds, "no answer")),
			row("repairs by hand", ({ repairs, unsolved }) => (unsolved === undefined ? String(repairs) : `${repairs}, and no answer`)),
			row("times slower while watched", ({ slowdown }) => spread(slowdown, "does not watch")),
			row("files, MB", ({ counted }) => `${counted.files}, ${(counted.bytes / 1e6).toFixed(1)}`),
			row("files that are the host's own", ({ counted }) => String(counted.linked)),
		];
	});
	return [
		`Measured on ${date}: ${machine}, median (least..most) of ${repetitions}, by \`npm run bench:peers\`.`,
		"",
		`| | ${tools.map(({ name, version }) => `${name} ${version}`).join(" | ")} |`,
		`|---|${tools.map(() => "---:|").join("")}`,
		...rows,
	].join("\n");
}

function spread(values: readonly number[] | undefined, otherwise: string): string {
	if (!values?.length) return otherwise;
	return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}..${Math.max(...values).toFixed(2)})`;
}
