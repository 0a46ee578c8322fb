import { bindingsOfScreen } from "../../core/wizard/bindings.ts";
import { useView } from "../look.ts";
import { keyName } from "./key-name.ts";
import { Line } from "./line.tsx";

/** Every key of the screen, in two columns where one is too short. */
export function KeysPage() {
	const { height, messages, state, width } = useView();
	const items = bindingsOfScreen(state.screen).map((binding) => {
		const keys = binding.keys.map((id) => keyName(id, messages)).join(" ");
		return `${keys}  ${messages.wizard.keys[binding.command]}`;
	});
	const room = Math.max(1, height - 2);
	const columns = Math.ceil(items.length / room);
	const column = Math.floor(width / columns);
	const rows = Array.from({ length: Math.ceil(items.length / columns) }, (_, row) =>
		Array.from({ length: columns }, (_, at) =>
			(items[row + at * Math.ceil(items.length / columns)] ?? "").padEnd(column).slice(0, column),
		).join(""),
	);
	return (
		<>
			<Line bold>{messages.wizard.keysTitle}</Line>
			<Line />
			{rows.map((row) => (
				<Line key={row}>{row}</Line>
			))}
		</>
	);
}
