import { Line, type LineProps } from "./line.tsx";
import { wrapWords } from "./wrap-words.ts";

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
