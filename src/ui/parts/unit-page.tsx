import { printable } from "../../core/path/quote.ts";
import { useView } from "../look.ts";
import { Line } from "./line.tsx";

/** The beginning of the unit: enough to see what it is; the verb prints all of it. */
export function UnitPage() {
	const { height, messages, state } = useView();
	const lines = (state.unit ?? "").split("\n").slice(0, height - 2);
	return (
		<>
			<Line bold>{messages.fill(messages.wizard.save.unitTitle, { name: state.finished?.name ?? "" })}</Line>
			<Line />
			{lines.map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: lines of a text repeat
				<Line key={index}>{printable(line)}</Line>
			))}
		</>
	);
}
