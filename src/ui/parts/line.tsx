import { Box, Text, type TextProps, Transform } from "ink";
import type { ReactNode } from "react";
import { asciiText } from "../../messages/ascii.ts";
import { useView } from "../look.ts";

export interface LineProps extends Pick<TextProps, "color" | "bold" | "dimColor" | "inverse"> {
	readonly children?: ReactNode;
	readonly width?: number;
	/** Where it is cut when it is too long. Of a path the end says more than the middle. */
	readonly cut?: "end" | "middle" | "start";
}

/** Exactly one row, whatever it holds. */
export function Line({ children, cut = "end", width, ...text }: LineProps) {
	const { ascii } = useView();
	const shown = children ?? " ";
	return (
		<Box height={1} flexShrink={0} overflowY="hidden" {...(width === undefined ? {} : { width: Math.max(1, width) })}>
			<Text wrap={`truncate-${cut}`} {...text}>
				{/* Inside of what is cut: letters that become two would else lead beyond the row. The mark of a cut is made plain where it is written. */}
				{ascii ? <Transform transform={asciiText}>{shown}</Transform> : shown}
			</Text>
		</Box>
	);
}

/** One row with something at its right end, which takes no more than a little over half of it. */
export function SplitLine({ left, right, width, ...rest }: LineProps & { left: string; right: string; width: number }) {
	const aside = Math.min(right.length, Math.floor(width * 0.55));
	return (
		<Box height={1} flexShrink={0} width={width}>
			<Line {...rest} width={width - aside - 1}>
				{left}
			</Line>
			<Line width={aside + 1} dimColor={rest.dimColor ?? false}>{` ${right}`}</Line>
		</Box>
	);
}
