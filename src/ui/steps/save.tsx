import SelectInput from "ink-select-input";
import { printable } from "../../core/path/quote.ts";
import { cursorOf } from "../../core/wizard/reduced.ts";
import { saveItems } from "../../core/wizard/saving.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { wrapWords } from "../wrap-words.ts";

export function SaveStep() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.save;
	const { finished } = state;
	if (!finished) return <Line bold>{state.failure ? "" : words.saving}</Line>;
	const places = [
		[words.root, finished.root],
		[words.data, finished.data],
		[words.record, finished.record],
		[words.run, `cagewright run ${finished.name}`],
		[words.unit, `cagewright unit ${finished.name}`],
	] as const;
	const labelWidth = Math.max(...places.map(([label]) => label.length));
	const room = Math.max(1, height - places.length - saveItems.length - 4);
	const command = wrapWords(finished.command, width - 2);
	return (
		<>
			<Line bold color="green">
				{messages.fill(words.done, { name: finished.name })}
			</Line>
			{places.map(([label, value]) => (
				<Line key={label} cut="middle">{`${label.padEnd(labelWidth)}  ${printable(value)}`}</Line>
			))}
			<Line dimColor>{words.same}</Line>
			{(command.length <= room ? command : [...command.slice(0, room - 1), command.slice(room - 1).join(" ")]).map((line) => (
				<Line key={line}>{`  ${line}`}</Line>
			))}
			<Line />
			<Menu />
		</>
	);
}

/**
 * The menu of ink-select-input, with its keys left to our reducer: its own handler loses keys that come in one read, so it is never
 * in focus, and a change of place mounts it anew.
 */
function Menu() {
	const { messages, state } = useView();
	const cursor = cursorOf(state);
	const items = saveItems.map((value) => ({ value, label: messages.wizard.save.menu[value] }));
	return <SelectInput key={cursor} items={items} initialIndex={cursor} isFocused={false} indicatorComponent={Indicator} />;
}

function Indicator({ isSelected = false }: { isSelected?: boolean }) {
	return <Line width={2}>{isSelected ? ">" : " "}</Line>;
}
