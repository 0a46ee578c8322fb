import { Box, Text, Transform } from "ink";
import type { ReactNode } from "react";
import { Line, Segments } from "./line.tsx";
import { displayed, useView, ViewContext, WidthContext } from "./look.ts";

/** The number of columns from which a second pane is shown. */
export const columnsForTwo = 110;

const separatorWidth = 3;

/** Two panes side by side. `children` alone if the terminal is too narrow for two, or read aloud. */
export function Panes({ children, detail }: { children: ReactNode; detail: ReactNode }) {
	const view = useView();
	const { height, linear, width } = view;
	if (linear || width < columnsForTwo) return children;
	const right = Math.floor((width - separatorWidth) * 0.45);
	const left = width - separatorWidth - right;
	return (
		<Box width={width} height={height} overflowY="hidden">
			<Pane width={left}>{children}</Pane>
			<Box flexDirection="column" width={separatorWidth} flexShrink={0}>
				{/* Ink lays out one text of many rows faster than many texts. */}
				<Transform transform={(row) => displayed(row.replace("|", "│"), view)}>
					<Text dimColor>{Array.from({ length: height }, () => " | ").join("\n")}</Text>
				</Transform>
			</Box>
			<Pane width={right}>{detail}</Pane>
		</Box>
	);
}

function Pane({ children, width }: { children: ReactNode; width: number }) {
	const view = useView();
	return (
		<Box flexDirection="column" width={width} height={view.height} flexShrink={0} overflowY="hidden">
			<WidthContext value={width}>
				<ViewContext value={{ ...view, width }}>{children}</ViewContext>
			</WidthContext>
		</Box>
	);
}

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
