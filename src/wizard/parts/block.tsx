import { Box, Text } from "ink";
import { asciiText } from "../../messages/ascii.ts";
import { useLook } from "../look.ts";
import { Line } from "./line.tsx";
import { cutTo, isNarrow } from "./narrow.ts";

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
