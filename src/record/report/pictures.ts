import { maskLine } from "../../base/mask.ts";
import { printable } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import { dependenciesOf, packagesOf } from "../packages.ts";
import { type CageRecord, trialsOf } from "../record.ts";

/** Markup that is already safe. A page contains nothing else unescaped. */
export interface Markup {
	readonly html: string;
}

type Value = string | number | Markup | readonly Markup[];

/** A template of markup. Values that are not `Markup` are escaped. */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
	const shown = values.map((value) => {
		if (typeof value === "string" || typeof value === "number") return escaped(String(value));
		return Array.isArray(value) ? value.map(({ html }) => html).join("") : (value as Markup).html;
	});
	return { html: strings.reduce((all, part, index) => all + part + (shown[index] ?? ""), "") };
}

export const nothing: Markup = { html: "" };

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
	return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** A row of a bar chart. */
interface Bar {
	readonly label: string;
	readonly value: number;
	/** Text after the bar. */
	readonly note: string;
	readonly kind: "plain" | "good" | "bad" | "quiet";
}

const width = 720;
const row = 24;
const labelWidth = 200;
const barWidth = 260;
const colours: Readonly<Record<Bar["kind"], string>> = { plain: "#3a6ea5", good: "#2e7d4f", bad: "#b3362b", quiet: "#9aa5b1" };

/** Horizontal bars with a common scale. The table next to them contains the same values. */
function barChart(bars: readonly Bar[], title: string): Markup {
	if (!bars.length) return nothing;
	const most = Math.max(...bars.map(({ value }) => value), 1e-9);
	const height = bars.length * row + 8;
	return markup`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${bars.map(
		(bar, index) => {
			const y = index * row + 4;
			const length = Math.max(2, Math.round((bar.value / most) * barWidth));
			const x = labelWidth + 10;
			return markup`<g><title>${bar.label}: ${bar.note}</title><text x="${labelWidth}" y="${y + 16}" text-anchor="end">${shorten(bar.label, 30)}</text><rect x="${x}" y="${y + 3}" width="${length}" height="${row - 7}" rx="2" fill="${colours[bar.kind]}"/><text class="note" x="${x + length + 8}" y="${y + 16}">${shorten(bar.note, 60 - Math.round(length / 9))}</text></g>`;
		},
	)}</svg>`;
}

/** Shortens a name. The row's title contains all of it. */
function shorten(text: string, most: number): string {
	return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

const mostBars = 12;

/** Packages by size, with the small ones combined. */
export function bytesPicture({ manifest }: CageRecord, messages: Messages): Markup {
	const { figures, madeForCage, withoutPackage } = messages.record.parts;
	const all = packagesOf(manifest);
	const total = all.reduce((sum, { bytes }) => sum + bytes, 0) || 1;
	const note = (bytes: number) => `${messages.bytes(bytes)} (${Math.round((bytes / total) * 100)} %)`;
	const shown = all.slice(0, all.length > mostBars ? mostBars - 1 : mostBars);
	const rest = all.slice(shown.length);
	const restBytes = rest.reduce((sum, { bytes }) => sum + bytes, 0);
	return barChart(
		[
			...shown.map(({ bytes, kind, ref }) => ({
				label: ref?.name ?? (kind === "made" ? madeForCage : withoutPackage),
				value: bytes,
				note: note(bytes),
				kind: kind === "package" ? ("plain" as const) : ("quiet" as const),
			})),
			...(rest.length
				? [
						{
							label: messages.fill(figures.rest, { count: rest.length }),
							value: restBytes,
							note: note(restBytes),
							kind: "quiet" as const,
						},
					]
				: []),
		],
		figures.bytes,
	);
}

const rowHeight = 26;
const box = { width: 190, height: 20 };
const gap = 70;
/** Maximum number of rows before a column is split, so that the picture fits on a page. */
const mostRows = 18;

/** Dependencies from left to right. */
export function dependenciesPicture({ manifest }: CageRecord, messages: Messages): Markup {
	const { edges, nodes, rest } = dependenciesOf(manifest);
	const { figures } = messages.record.parts;
	if (!edges.length) return markup`<p>${figures.noDependencies}</p>`;
	const columns: number[][] = [];
	for (const level of new Set(nodes.map((node) => node.level))) {
		const here = nodes.flatMap((node, index) => (node.level === level ? [index] : []));
		for (let at = 0; at < here.length; at += mostRows) columns.push(here.slice(at, at + mostRows));
	}
	const rows = Math.max(...columns.map((column) => column.length));
	const place = new Map<number, { x: number; y: number }>();
	for (const [at, column] of columns.entries()) {
		// Centre short columns.
		const top = ((rows - column.length) * rowHeight) / 2;
		for (const [index, node] of column.entries())
			place.set(node, { x: at * (box.width + gap) + 2, y: top + index * rowHeight + 4 });
	}
	const width = columns.length * (box.width + gap) - gap + 4;
	const height = rows * rowHeight + 8;
	const lines = edges.map(([from, to]) => edge(place.get(from), place.get(to)));
	const boxes = nodes.map(({ level, name }, index) => {
		const { x = 0, y = 0 } = place.get(index) ?? {};
		const [fill, stroke] = level === 0 ? ["#dbe7f3", "#3a6ea5"] : ["#f4f6f8", "#9aa5b1"];
		return markup`<g><title>${name}</title><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="3" fill="${fill ?? ""}" stroke="${stroke ?? ""}"/><text x="${x + 8}" y="${y + 14}">${shorten(name.slice(name.lastIndexOf("/") + 1), 25)}</text></g>`;
	});
	return markup`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-label="${figures.dependencies}">${lines}${boxes}</svg>${
		rest ? markup`<p>${messages.fill(figures.rest, { count: rest })}</p>` : nothing
	}`;
}

function edge(from: { x: number; y: number } | undefined, to: { x: number; y: number } | undefined): Markup {
	if (!from || !to) return nothing;
	const isForward = to.x > from.x;
	const start = { x: isForward ? from.x + box.width : from.x, y: from.y + box.height / 2 };
	const end = { x: isForward ? to.x : to.x + box.width, y: to.y + box.height / 2 };
	// A line within a column is drawn around it.
	const bend = to.x === from.x ? -gap / 2 : (end.x - start.x) / 2;
	const last = to.x === from.x ? from.x : end.x;
	const d = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${to.x === from.x ? start.x + bend : last - bend} ${end.y} ${last} ${end.y}`;
	return markup`<path d="${d}" fill="none" stroke="#7d8b99" stroke-opacity="0.45"/>`;
}

/** Trial rounds by duration, in the colour of their result. */
export function trialsPicture(record: CageRecord, messages: Messages): Markup {
	const { figures, roundOf } = messages.record.parts;
	const fill = messages.fill;
	const bars = trialsOf(record).map((trial): Bar => {
		const missing = trial.missing.filter(({ declined }) => !declined).length;
		const notes = [
			...(trial.seconds === undefined ? [] : [fill(figures.seconds, { seconds: trial.seconds })]),
			trial.answered ? figures.answered : figures.silent,
			...(missing ? [fill(figures.missing, { count: missing })] : []),
			...(trial.added.length ? [fill(figures.added, { what: trial.added.map(maskLine).join(", ") })] : []),
		];
		return {
			label: fill(roundOf, { round: trial.round }),
			value: trial.seconds ?? 0,
			note: notes.join(", "),
			kind: trial.answered ? "good" : "bad",
		};
	});
	return barChart(bars, figures.trials);
}
