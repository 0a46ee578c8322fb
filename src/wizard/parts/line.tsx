import cliTruncate from "cli-truncate";
import { Box, Text, Transform } from "ink";
import { memo, useContext } from "react";
import { displayed, useLook, WidthContext } from "../look.ts";
import { namedPalette, type Tone } from "../palette.ts";
import { wrapWords } from "./fit.ts";

interface Style {
	readonly bold?: boolean;
	readonly dimColor?: boolean;
	readonly inverse?: boolean;
	readonly tone?: Tone | undefined;
}

export interface LineProps extends Style {
	readonly children?: string;
	readonly width?: number;
	/** Where to cut a text that is too long. For a path, the end says more than the middle. */
	readonly cut?: "end" | "middle" | "start";
}

/** Exactly one row. Memoised: most rows of a screen do not change from frame to frame. */
export const Line = memo(function Line({ children = " ", cut = "end", width: given, ...style }: LineProps) {
	const look = useLook();
	const whole = useContext(WidthContext);
	const width = Math.max(1, given ?? whole);
	const text = cliTruncate(displayed(children === "" ? " " : children, look), width, { position: cut });
	return (
		<Box height={1} flexShrink={0} overflowY="hidden" width={width}>
			{/* Ink caches every text that it measures; the lines of a log would fill gigabytes in a day. So it measures dots. */}
			<Transform accessibilityLabel={text} transform={(row) => row.replace(/\.+/, () => text)}>
				<Styled {...style}>{".".repeat(width)}</Styled>
			</Transform>
		</Box>
	);
});

function Styled({ children, tone, ...style }: Style & { children: string }) {
	const { palette = namedPalette } = useLook();
	return (
		<Text wrap="truncate" {...style} {...(tone ? { color: palette[tone] } : {})}>
			{children}
		</Text>
	);
}

interface Segment extends Style {
	readonly text: string;
}

/** One row of differently styled texts. The caller makes them fit. */
export function Segments({ segments }: { segments: readonly Segment[] }) {
	const look = useLook();
	return (
		<Box height={1} flexShrink={0} overflowY="hidden">
			<Text wrap="truncate">
				{segments.map(({ text, ...style }, index) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: segments have no identity but their position
					<Styled key={index} {...style}>
						{displayed(text, look)}
					</Styled>
				))}
			</Text>
		</Box>
	);
}

type SplitLineProps = Omit<LineProps, "children"> & { readonly left: string; readonly right: string; readonly width: number };

/** One row with a right-aligned part, which takes at most 55 % of it. */
export function SplitLine({ dimColor = false, left, right, width, ...style }: SplitLineProps) {
	const rightWidth = Math.min(right.length, Math.floor(width * 0.55)) + 1;
	return (
		<Box height={1} flexShrink={0} width={width}>
			<Line {...style} dimColor={dimColor} width={Math.max(1, width - rightWidth)}>
				{left}
			</Line>
			<Line width={rightWidth} dimColor={dimColor}>{` ${right}`}</Line>
		</Box>
	);
}

/** Wraps a text into at most `most` rows; the last one holds the rest, to be cut when it is drawn. */
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
