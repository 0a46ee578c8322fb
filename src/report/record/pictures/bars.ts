import { type Markup, markup, nothing } from "../markup.ts";

/** A row of a bar chart. */
export interface Bar {
	readonly label: string;
	readonly value: number;
	/** What stands behind the bar. */
	readonly note: string;
	readonly kind: "plain" | "good" | "bad" | "quiet";
}

const width = 720;
const row = 24;
const labelWidth = 200;
const barWidth = 260;
const colours: Readonly<Record<Bar["kind"], string>> = { plain: "#3a6ea5", good: "#2e7d4f", bad: "#b3362b", quiet: "#9aa5b1" };

/** Horizontal bars, all to one scale; whoever cannot see them reads the same in the table beside them. */
export function barChart(bars: readonly Bar[], title: string): Markup {
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

/** The whole name stands in the title of its row. */
export function shorten(text: string, most: number): string {
	return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
