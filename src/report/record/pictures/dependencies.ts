import { dependenciesOf } from "../../../core/record/packages.ts";
import type { CageRecord } from "../../../core/record/record.ts";
import type { Messages } from "../../../messages/messages.ts";
import { type Markup, markup, nothing } from "../markup.ts";
import { shorten } from "./bars.ts";

const row = 26;
const box = { width: 190, height: 20 };
const gap = 70;
/** From here on a column is cut in two, so that the picture stays on one page. */
const mostRows = 18;

/** What depends on what, from left to right. */
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
		// Short columns stand in the middle.
		const top = ((rows - column.length) * row) / 2;
		for (const [index, node] of column.entries()) place.set(node, { x: at * (box.width + gap) + 2, y: top + index * row + 4 });
	}
	const width = columns.length * (box.width + gap) - gap + 4;
	const height = rows * row + 8;
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
	// Within a column the line goes round outside.
	const bend = to.x === from.x ? -gap / 2 : (end.x - start.x) / 2;
	const last = to.x === from.x ? from.x : end.x;
	const d = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${to.x === from.x ? start.x + bend : last - bend} ${end.y} ${last} ${end.y}`;
	return markup`<path d="${d}" fill="none" stroke="#7d8b99" stroke-opacity="0.45"/>`;
}
