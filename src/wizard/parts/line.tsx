import { Box, Text, type TextProps, Transform } from "ink";
import { memo, type ReactNode } from "react";
import { asciiText } from "../../messages/ascii.ts";
import { useLook } from "../look.ts";
import { type Cut, cutTo, isNarrow, wrapWords } from "./fit.ts";

type Style = Pick<TextProps, "color" | "bold" | "dimColor" | "inverse">;

export interface LineProps extends Style {
	readonly children?: ReactNode;
	readonly width?: number;
	/** Where it is cut when it is too long. */
	readonly cut?: Cut;
}

/** Exactly one row, whatever it holds. Drawn anew only where it has something else to say: most rows of a screen have not. */
export const Line = memo(function Line({ children, cut = "end", width, ...text }: LineProps) {
	const { ascii } = useLook();
	const shown = children ?? " ";
	return (
		<Box height={1} flexShrink={0} overflowY="hidden" {...(width === undefined ? {} : { width: Math.max(1, width) })}>
			<Text wrap={`truncate-${cut}`} {...text}>
				{/* Inside of what is cut: letters that become two would else lead beyond the row. The mark of a cut is made plain where it is written. */}
				{ascii ? <Transform transform={asciiText}>{shown}</Transform> : shown}
			</Text>
		</Box>
	);
});

type SplitLineProps = Omit<LineProps, "children"> & { readonly left: string; readonly right: string; readonly width: number };

/** One row with something at its right end, which takes no more than a little over half of it. */
export const SplitLine = memo(function SplitLine({
	cut = "end",
	dimColor = false,
	left,
	right,
	width,
	...style
}: SplitLineProps) {
	const { bold, color, inverse } = style;
	const { ascii, linear } = useLook();
	const aside = Math.min(right.length, Math.floor(width * 0.55)) + 1;
	const room = Math.max(1, width - aside);
	const [first, second] = ascii ? [asciiText(left), asciiText(` ${right}`)] : [left, ` ${right}`];
	if (!linear && isNarrow(first) && isNarrow(second)) {
		const mark = ascii ? "~" : "…";
		const shownFirst = cutTo(first, room, cut, mark);
		const shownSecond = `${" ".repeat(room - shownFirst.length)}${cutTo(second, aside, "end", mark)}`;
		// One text: a box for each side would be five times as much for Ink to lay out, of each row of a list.
		return (
			<Box height={1} flexShrink={0} width={width}>
				{color || bold || inverse ? (
					<Text wrap="truncate" dimColor={dimColor}>
						<Text {...style}>{shownFirst}</Text>
						{shownSecond}
					</Text>
				) : (
					<Text wrap="truncate" dimColor={dimColor}>
						{shownFirst + shownSecond}
					</Text>
				)}
			</Box>
		);
	}
	return (
		<Box height={1} flexShrink={0} width={width}>
			<Line {...style} dimColor={dimColor} cut={cut} width={room}>
				{left}
			</Line>
			<Line width={aside} dimColor={dimColor}>{` ${right}`}</Line>
		</Box>
	);
});

/** The rows that a text takes; the last of them is cut where there are not enough. */
export function paragraph(text: string, width: number, most: number): readonly string[] {
	const lines = wrapWords(text, width);
	return lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(" ")];
}

export function Paragraph({ lines, ...rest }: { lines: readonly string[] } & Omit<LineProps, "children">) {
	return lines.map((line, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: the rows of one text have nothing else
		<Line key={index} {...rest}>
			{line}
		</Line>
	));
}

/** Rows without any style below each other, each cut to the width: where that can be told here, one text for Ink instead of a box and a text for each. */
export function Block({ lines, width }: { lines: readonly string[]; width: number }) {
	const { ascii, linear } = useLook();
	const shown = ascii ? lines.map(asciiText) : lines;
	if (linear || !shown.length || !shown.every(isNarrow)) {
		return lines.map((line, index) => (
			// biome-ignore lint/suspicious/noArrayIndexKey: the rows of one text have nothing else
			<Line key={index}>{line === "" ? " " : line}</Line>
		));
	}
	return (
		<Box height={shown.length} flexShrink={0} overflowY="hidden">
			<Text>{shown.map((line) => cutTo(line, width, "end", ascii ? "~" : "…") || " ").join("\n")}</Text>
		</Box>
	);
}
