import { printable } from "../../base/path/quote.ts";
import { wrapLine } from "../../cli/format.ts";
import type { Messages } from "../../messages/messages.ts";
import { type ForeignOutcome, type ForeignSelftest, foreignHolds, foreignWays, type UntriedReason } from "../foreign.ts";
import type { Check } from "../outside.ts";
import { groups } from "../technique.ts";
import { wayTitle } from "./selftest.ts";

/** The part of `cagewright/selftest/1` for other sandboxes. */
export function foreignToJson(tests: readonly ForeignSelftest[]) {
	return {
		holds: tests.every(foreignHolds),
		targets: tests.map((test) => {
			const { capabilities, control, filters, label, layers, noNewPrivileges, notTaken, seconds, sharesNetwork, target, ways } =
				test;
			const ids = (outcome: ForeignOutcome["outcome"]) => foreignWays(test, outcome).map(({ id }) => id);
			return {
				...target,
				holds: foreignHolds(test),
				network: sharesNetwork ? ("host" as const) : ("own" as const),
				tried: ways.length - ids("untried").length - ids("impossible").length,
				escaped: ids("escaped"),
				openByDesign: ids("open"),
				unclear: ids("unclear"),
				untried: ids("untried"),
				notTaken: [...notTaken, "landlock" as const, "mdwe" as const],
				capabilities,
				noNewPrivileges,
				filters,
				label,
				layers,
				ways,
				control,
				seconds,
			};
		}),
	};
}

type Mark = "ok" | "!!" | "--" | "??";

const wayMarks: Readonly<Record<ForeignOutcome["outcome"], Mark>> = {
	refused: "ok",
	impossible: "??",
	escaped: "!!",
	open: "--",
	unclear: "??",
	untried: "??",
	failed: "??",
};

/** Widths of a terminal, and of a column of marks. */
const width = 80;
const columnWidth = 4;

/** One table for all sandboxes: a column each, named by a letter. */
export function foreignText(tests: readonly ForeignSelftest[], messages: Messages): string {
	const words = messages.foreign;
	const row = (title: string, cells: readonly string[]) => {
		const room = width - 4 - cells.length * columnWidth;
		const shown = title.length > room ? `${title.slice(0, room - 1)}…` : title;
		return `    ${shown.padEnd(room)}${cells.map((cell) => cell.padStart(columnWidth)).join("")}`;
	};
	const letters = tests.map((_, index) => String.fromCharCode(65 + index));
	const [first] = tests;
	return [
		words.title,
		...tests.flatMap((test, index) => targetLines(test, `${letters[index]}`, messages)),
		"",
		row("", letters).trimEnd(),
		`  ${words.layersTitle}`,
		...(first?.layers ?? []).map(({ id }, index) =>
			row(
				layerTitle(id, messages),
				tests.map(({ layers }) => checkMark(layers[index])),
			),
		),
		row(
			words.landlock,
			tests.map(() => "??"),
		),
		`  ${words.waysTitle}`,
		...wayRows(tests, row, messages),
		"",
		...Object.entries(words.legend).map(([mark, meaning]) => `  ${mark}  ${meaning}`),
		"",
		...wrapped(words.taken),
		...wrapped(words.notTakenLandlock),
		...(tests.some(({ noNewPrivileges }) => !noNewPrivileges) ? wrapped(words.stricter) : []),
		...untriedLines(tests, messages),
		...wrapped(words.control(first?.control ?? 0)),
		"",
		...tests.flatMap((test, index) => wrapped(`${letters[index]}  ${verdict(test, messages)}`)),
	].join("\n");
}

function verdict(test: ForeignSelftest, { foreign }: Messages): string {
	const count = (outcome: ForeignOutcome["outcome"]) => foreignWays(test, outcome).length;
	return foreignHolds(test) ? foreign.holds(count("refused"), count("open")) : foreign.leaks(count("escaped"), count("refused"));
}

function targetLines(test: ForeignSelftest, letter: string, messages: Messages): string[] {
	const words = messages.foreign;
	const { capabilities, filters, label, layers, notTaken, target } = test;
	const missing = layers.filter(({ found, id, ok }) => !ok && id !== "capabilities" && found.length);
	const unclear = foreignWays(test, "unclear");
	const lines = [
		...(capabilities.length ? [words.capabilities(capabilities.join(", "))] : []),
		...(filters ? [words.filters(filters)] : []),
		...(label ? [words.label(label)] : []),
		...missing.map(({ found, id }) => words.missing(layerTitle(id, messages), found.join(", "))),
		...(notTaken.length ? [words.notTaken(notTaken.map((part) => words.parts[part]).join(", "))] : []),
		...(unclear.length ? [words.unclear(unclear.map(({ id }) => titleOf(id, messages)).join("; "))] : []),
	];
	const name = words.target(words.kinds[target.kind], target.name, target.pid, target.program);
	return ["", ...wrapped(`${letter}  ${printable(name)}`), ...lines.flatMap((line) => wrapped(printable(line), 4))];
}

function checkMark(check: Check | undefined): Mark {
	return check?.ok ? "ok" : "!!";
}

function titleOf(id: string, messages: Messages): string {
	const titles: Readonly<Record<string, string>> = messages.foreign.ways;
	return titles[id] ?? wayTitle(id, messages);
}

function layerTitle(id: Check["id"], { foreign, selftest }: Messages): string {
	const titles: Readonly<Partial<Record<Check["id"], string>>> = foreign.layers;
	return titles[id] ?? selftest.checks[id];
}

/** Techniques that all sandboxes refuse, or that are not tried, are only counted. */
function wayRows(
	tests: readonly ForeignSelftest[],
	row: (title: string, cells: readonly string[]) => string,
	messages: Messages,
): string[] {
	const marksOf = (index: number) => tests.map(({ ways }) => wayMarks[ways[index]?.outcome ?? "failed"]);
	const all = (tests[0]?.ways ?? []).map((way, index) => ({ ...way, marks: marksOf(index) }));
	const isShown = ({ marks }: (typeof all)[number]) => marks.some((mark) => mark === "!!" || mark === "--");
	const refused = all.filter(({ marks }) => marks.every((mark) => mark === "ok")).length;
	return [
		...groups.flatMap((group) => {
			const shown = all.filter((way) => way.group === group && isShown(way));
			const title = messages.selftest.groups[group];
			return shown.length ? [`   ${title}`, ...shown.map(({ id, marks }) => row(titleOf(id, messages), marks))] : [];
		}),
		row(
			messages.foreign.refusedByAll(refused),
			tests.map(() => "ok"),
		),
	];
}

/** By reason; a technique that only some sandboxes rule out is included. */
function untriedLines(tests: readonly ForeignSelftest[], messages: Messages): string[] {
	const words = messages.foreign;
	const byReason = new Map<UntriedReason, Set<string>>();
	for (const { untried, id } of tests.flatMap(({ ways }) => ways)) {
		if (untried) byReason.set(untried, (byReason.get(untried) ?? new Set()).add(id));
	}
	const lines = [...byReason].map(([reason, ids]) =>
		words.untriedLine(words.untried[reason], [...ids].map((id) => titleOf(id, messages)).join("; ")),
	);
	return [words.untriedTitle, ...lines.flatMap((line) => wrapped(line, 2))];
}

/** Lines of at most 80 columns. Longer words stay whole. */
function wrapped(text: string, indentation = 0): string[] {
	return wrapLine(" ".repeat(indentation) + text, width, indentation).split("\n");
}
