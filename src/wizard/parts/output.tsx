import { printable } from "../../core/path/quote.ts";
import { useView } from "../look.ts";
import { Line } from "./line.tsx";

/** Lines for a screen reader. */
const linesSaid = 5;

/** The last lines of output that fit. */
export function OutputTail({ height: given }: { height: number }) {
	const { linear, messages, state } = useView();
	const height = linear ? Math.min(given, linesSaid) : given;
	if (height < 1) return null;
	const lines = (state.outputOpen === "" ? state.output : [...state.output, state.outputOpen]).slice(-height);
	if (!lines.length) return <Line dimColor>{messages.wizard.trace.noOutput}</Line>;
	return lines.map((line, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: lines of output repeat
		<Line key={index} dimColor>
			{printable(line)}
		</Line>
	));
}
