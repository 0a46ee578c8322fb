import { useView } from "../look.ts";
import { Segments } from "./line.tsx";

/** A row of views with the current one in brackets. If they do not fit, the current one and its position. */
export function Tabs({ active, names, right = "" }: { names: readonly string[]; active: number; right?: string }) {
	const { width } = useView();
	const current = `[${names[active] ?? ""}]`;
	const fits = names.join("  ").length + 2 + (right === "" ? 0 : right.length + 2) <= width;
	const tabs = fits
		? names.map((name, index) =>
				index === active ? { text: current, bold: true, tone: "accent" as const } : { text: ` ${name} `, dimColor: true },
			)
		: [
				{ text: current, bold: true, tone: "accent" as const },
				{ text: ` ${active + 1}/${names.length}`, dimColor: true },
			];
	const used = tabs.reduce((sum, { text }) => sum + text.length, 0);
	const gap = width - used - right.length;
	return <Segments segments={[...tabs, ...(right !== "" && gap > 0 ? [{ text: " ".repeat(gap) }, { text: right }] : [])]} />;
}
