import { Box } from "ink";
import { useView } from "../look.ts";
import { Line, Segments } from "./line.tsx";

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
	return (
		<Box height={1} flexShrink={0} width={width}>
			<Box width={width - right.length} overflowX="hidden">
				<Segments segments={tabs} />
			</Box>
			{right === "" ? null : <Line width={right.length}>{right}</Line>}
		</Box>
	);
}
