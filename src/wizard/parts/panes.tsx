import { Box, Text, Transform } from "ink";
import { memo, type ReactNode } from "react";
import { useLook, useView, ViewContext, WidthContext } from "../look.ts";

/** Columns from which on there is room for a second pane. */
export const columnsForTwo = 110;

const separatorWidth = 3;

/**
 * Two columns where the terminal is wide enough: what one chooses from, and beside it everything there is to say about the selected one. On a
 * narrower terminal, and where things are said line by line, `children` alone; they say then in a row or two what the detail would. Each side sees its own width in its view.
 */
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
				{/* One text of many rows: a row each would be as much for Ink to lay out as the list beside it. */}
				<Ruled>{Array.from({ length: height }, () => " | ").join("\n")}</Ruled>
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

/**
 * Rows of dashes and bars, that become lines where the terminal has them. Only once they are drawn: Ink measures a text with each picture, and what is not
 * ASCII character by character.
 */
export const Ruled = memo(function Ruled({ children }: { children: string }) {
	const { ascii } = useLook();
	const text = (
		<Text dimColor wrap="truncate">
			{children}
		</Text>
	);
	return ascii ? text : <Transform transform={lines}>{text}</Transform>;
});

function lines(row: string): string {
	return row.replaceAll("-", "─").replaceAll("|", "│");
}
