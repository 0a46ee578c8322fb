import { Box } from "ink";
import { printable } from "../../core/path/quote.ts";
import type { TextLine } from "../line.ts";
import { useView } from "../look.ts";
import { Line, Segments } from "./line.tsx";

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
