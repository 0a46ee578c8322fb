import type { ManifestEntry } from "../cage/manifest.ts";
import { isWithin, type Path, pathFromText } from "../path/path.ts";
import { maskLines } from "./mask.ts";

/** Differences of texts by lines, in the unified form of diff(1). */

const context = 3;
/** Beyond, a table of this many rows and columns would cost more than a reader gains. */
const mostCells = 4_000_000;

interface Edit {
	readonly sign: " " | "-" | "+";
	readonly line: string;
}

/**
 * Hunks with three lines around each change, without the two lines that name the files; empty where both are equal, undefined where they are too long to be
 * compared.
 */
export function unifiedDiff(before: readonly string[], after: readonly string[]): string[] | undefined {
	const edits = editsOf(before, after);
	if (edits === undefined) return undefined;
	const changed = edits.flatMap(({ sign }, index) => (sign === " " ? [] : [index]));
	const lines: string[] = [];
	for (let at = 0; at < changed.length; ) {
		const first = Math.max(0, (changed[at] ?? 0) - context);
		let last = (changed[at] ?? 0) + context;
		for (; at < changed.length && (changed[at] ?? 0) <= last + context; at++) last = (changed[at] ?? 0) + context;
		const hunk = edits.slice(first, last + 1);
		const count = (...signs: string[]) => hunk.filter(({ sign }) => signs.includes(sign)).length;
		const start = (...signs: string[]) => edits.slice(0, first).filter(({ sign }) => signs.includes(sign)).length;
		lines.push(`@@ ${range("-", start(" ", "-"), count(" ", "-"))} ${range("+", start(" ", "+"), count(" ", "+"))} @@`);
		for (const { line, sign } of hunk) lines.push(sign + line);
	}
	return lines;
}

/** As diff(1) has it: an empty range is named by the line before it. */
function range(sign: string, before: number, count: number): string {
	return `${sign}${count ? before + 1 : before},${count}`;
}

function editsOf(before: readonly string[], after: readonly string[]): Edit[] | undefined {
	let head = 0;
	while (head < before.length && head < after.length && before[head] === after[head]) head++;
	let tail = 0;
	while (
		tail < before.length - head &&
		tail < after.length - head &&
		before[before.length - 1 - tail] === after[after.length - 1 - tail]
	)
		tail++;
	const a = before.slice(head, before.length - tail);
	const b = after.slice(head, after.length - tail);
	if (a.length * b.length > mostCells) return undefined;
	const same = (lines: readonly string[]): Edit[] => lines.map((line) => ({ sign: " ", line }));
	return [...same(before.slice(0, head)), ...middle(a, b), ...same(before.slice(before.length - tail))];
}

/** The longest common subsequence, by its table. */
function middle(a: readonly string[], b: readonly string[]): Edit[] {
	const width = b.length + 1;
	const lengths = new Uint32Array((a.length + 1) * width);
	const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
	for (let row = a.length - 1; row >= 0; row--)
		for (let column = b.length - 1; column >= 0; column--)
			lengths[row * width + column] =
				a[row] === b[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
	const edits: Edit[] = [];
	let row = 0;
	let column = 0;
	while (row < a.length || column < b.length) {
		if (row < a.length && column < b.length && a[row] === b[column]) {
			edits.push({ sign: " ", line: a[row++] ?? "" });
			column++;
		} else if (row < a.length && (column === b.length || at(row + 1, column) >= at(row, column + 1)))
			edits.push({ sign: "-", line: a[row++] ?? "" });
		else edits.push({ sign: "+", line: b[column++] ?? "" });
	}
	return edits;
}

/** A file of the cage's configuration, and in which way it is another one than the host's or the package's. */
export interface Configuration {
	readonly path: Path;
	/**
	 * `package`: as the package ships it; `host`: the host's, which is another one than the package's, or no package's; `edited`: changed in the cage itself;
	 * `written`: made for the cage.
	 */
	readonly state: "package" | "host" | "edited" | "written";
	readonly package?: ManifestEntry["package"];
	/** What it is compared with. */
	readonly against?: "host" | "package" | "nothing";
	/** Unified, with secrets masked; absent where there is nothing to compare, or it may not be shown. */
	readonly difference?: readonly string[];
	/** Why no difference is shown although there is one. */
	readonly withheld?: "secret" | "binary" | "too-long";
}

const etc = pathFromText("/etc");
/** The accounts stand in the record one by one; their files would tell of the host whom it has besides. The loader's cache is no text. */
const elsewhere: ReadonlySet<string> = new Set(["/etc/passwd", "/etc/group", "/etc/ld.so.cache"]);

/** What counts as configuration: files below /etc, and what was edited or written for the cage anywhere. */
export function isConfiguration({ edited, kind, path }: ManifestEntry): boolean {
	if (elsewhere.has(path)) return false;
	return (kind === "file" && (isWithin(path, etc) || edited !== undefined)) || kind === "generated";
}

/** Texts are undefined where there is no such file. Secrets are masked before they are compared, so that none can stand beside a changed line. */
export function differenceOf(
	before: string | undefined,
	after: string | undefined,
	isSecret: boolean,
): Pick<Configuration, "difference" | "withheld"> {
	if (before === after) return {};
	if (isSecret) return { withheld: "secret" };
	if ((before ?? "").includes("\0") || (after ?? "").includes("\0")) return { withheld: "binary" };
	const difference = unifiedDiff(maskLines(linesOf(before)), maskLines(linesOf(after)));
	if (difference === undefined) return { withheld: "too-long" };
	// Another one, but only in what is masked.
	return difference.length ? { difference } : { withheld: "secret" };
}

function linesOf(text: string | undefined): string[] {
	if (text === undefined || text === "") return [];
	return text.replace(/\n$/, "").split("\n");
}
