import cliTruncate from "cli-truncate";
import { Box, Text, Transform } from "ink";
import { memo, useContext } from "react";
import { printable } from "../../base/path/quote.ts";
import type { TextLine } from "../state/text-line.ts";
import { wrapWords } from "./fit.ts";
import { displayed, namedPalette, type Tone, useLook, useView, WidthContext } from "./look.ts";

interface Style {
	readonly bold?: boolean;
	readonly dimColor?: boolean;
	readonly inverse?: boolean;
	/** The row has the cursor. */
	readonly selected?: boolean;
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

function Styled({ bold = false, children, selected = false, tone, ...style }: Style & { children: string }) {
	const { palette = namedPalette } = useLook();
	const shown = selected ? "accent" : tone;
	return (
		<Text wrap="truncate" bold={bold || selected} {...style} {...(shown ? { color: palette[shown] } : {})}>
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

interface ParagraphProps extends Omit<LineProps, "children"> {
	readonly lines: readonly string[];
	/** The style of single rows. */
	readonly each?: (line: string, index: number) => Style;
}

export function Paragraph({ each, lines, ...rest }: ParagraphProps) {
	return lines.map((line, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: the rows of one text have nothing else
		<Line key={index} {...rest} {...each?.(line, index)}>
			{line}
		</Line>
	));
}

export function ProgressBar({ done, total, width }: { done: number; total: number; width: number }) {
	const share = total > 0 ? Math.min(1, done / total) : 0;
	return <Line tone="accent">{`${bar(share, width)} ${Math.floor(share * 100)} %`}</Line>;
}

/** `part` as a share of `whole`. A share that fills nothing has no bar, because a column of empty bars only distracts. */
export function shareBar(part: number, whole: number, width: number): string {
	const text = part > 0 && whole > 0 ? bar(Math.min(1, part / whole), width) : "";
	return text.startsWith("█") ? text : " ".repeat(width);
}

function bar(share: number, width: number): string {
	const filled = Math.round(share * width);
	return "█".repeat(filled) + "░".repeat(width - filled);
}

/** Whole percents, or `<1`. */
export function percent(part: number, whole: number): string {
	if (part <= 0 || whole <= 0) return "0";
	const share = (part / whole) * 100;
	return share < 1 ? "<1" : String(Math.round(share));
}

/** A line that is being edited. Scrolls if it is longer than the row. */
export function TextInput({ label, line, width: given }: { label: string; line: TextLine; width?: number }) {
	const { color, linear, width: whole } = useView();
	if (linear) return <Line>{`${label}${printable(line.text)}`}</Line>;
	const width = given ?? whole;
	const room = Math.max(8, width - label.length - 1);
	const before = printable(line.text.slice(0, line.at));
	const start = Math.max(0, before.length - room + 1);
	const left = before.slice(start);
	const [under = "", ...more] = [...line.text.slice(line.at)];
	const after = printable(more.join("")).slice(0, Math.max(0, room - left.length - 1));
	const cursor = under === "" ? " " : printable(under);
	return (
		<Box width={width}>
			<Segments
				segments={[
					{ text: label + left },
					color ? { text: cursor, inverse: true } : { text: `_${printable(under)}` },
					{ text: after },
				]}
			/>
		</Box>
	);
}
