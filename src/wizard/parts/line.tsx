import cliTruncate from "cli-truncate";
import { Box, Text, type TextProps, Transform } from "ink";
import { memo, type ReactNode, useContext } from "react";
import { asciiText } from "../../messages/ascii.ts";
import { useLook, WidthContext } from "../look.ts";
import { wrapWords } from "./fit.ts";

type Style = Pick<TextProps, "color" | "bold" | "dimColor" | "inverse">;

export interface LineProps extends Style {
	readonly children?: ReactNode;
	readonly width?: number;
	/** Where it is cut when it is too long. Of a path the end says more than the middle. */
	readonly cut?: "end" | "middle" | "start";
}

/** Exactly one row, whatever it holds. Drawn again only if it has something else to say: most rows of a screen have not. */
export const Line = memo(function Line({ children = " ", cut = "end", width: given, ...style }: LineProps) {
	const { ascii } = useLook();
	const whole = useContext(WidthContext);
	const width = Math.max(1, given ?? whole);
	return (
		<Box height={1} flexShrink={0} overflowY="hidden" width={width}>
			{typeof children === "string" ? (
				<Row {...style} text={cliTruncate(ascii ? asciiText(children) : children, width, { position: cut })} width={width} />
			) : (
				<Text wrap={`truncate-${cut}`} {...style}>
					{ascii ? <Transform transform={asciiText}>{children}</Transform> : children}
				</Text>
			)}
		</Box>
	);
});

/**
 * Lays out dots that fill the row, and replaces them by the text when they are drawn. Ink keeps every text that it ever laid out: the lines of a log would
 * fill gigabytes in a day.
 */
function Row({ text, width, ...style }: Style & { text: string; width: number }) {
	return (
		<Transform accessibilityLabel={text} transform={(row) => row.replace(/\.+/, () => text)}>
			<Text {...style}>{".".repeat(width)}</Text>
		</Transform>
	);
}

type SplitLineProps = Omit<LineProps, "children"> & { readonly left: string; readonly right: string; readonly width: number };

/** One row with something at its right end, which takes no more than a little over half of it. */
export function SplitLine({ dimColor = false, left, right, width, ...style }: SplitLineProps) {
	const aside = Math.min(right.length, Math.floor(width * 0.55)) + 1;
	return (
		<Box height={1} flexShrink={0} width={width}>
			<Line {...style} dimColor={dimColor} width={Math.max(1, width - aside)}>
				{left}
			</Line>
			<Line width={aside} dimColor={dimColor}>{` ${right}`}</Line>
		</Box>
	);
}

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
