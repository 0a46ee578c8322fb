import SelectInput from "ink-select-input";
import { printable } from "../../core/path/quote.ts";
import { cursorOf } from "../../core/wizard/reduced.ts";
import { saveItems } from "../../core/wizard/saving.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { Rows } from "../parts/rows.tsx";
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
	const command = wrapWords(finished.command, width - 2);
	// The menu always has its rows; of the rest what was asked for most stands first. All of it is printed at the end as well.
	const room = height - saveItems.length;
	const rows = [
		...places.map(([label, value]) => `${label.padEnd(labelWidth)}  ${printable(value)}`),
		words.same,
		...command.map((line) => `  ${line}`),
	].slice(0, Math.max(0, room - 1));
	return (
		<>
			<Line bold color="green">
				{messages.fill(words.done, { name: finished.name })}
			</Line>
			{rows.map((row) => (
				<Line key={row} cut="middle">
					{row}
				</Line>
			))}
			{rows.length < room - 1 ? <Line /> : null}
			<Menu />
		</>
	);
}

/**
 * The menu of ink-select-input, with its keys left to our reducer: its own handler loses keys that come in one read, so it is never
 * in focus, and a change of place mounts it anew.
 */
function Menu() {
	const { linear, messages, state } = useView();
	const cursor = cursorOf(state);
	const items = saveItems.map((value) => ({ value, label: messages.wizard.save.menu[value] }));
	if (linear) return <Rows items={items} cursor={cursor} height={items.length} row={menuRow} />;
	return <SelectInput key={cursor} items={items} initialIndex={cursor} isFocused={false} indicatorComponent={Indicator} />;
}

function menuRow({ label }: { label: string }, selected: boolean) {
	return <Line>{`${selected ? ">" : " "} ${label}`}</Line>;
}

function Indicator({ isSelected = false }: { isSelected?: boolean }) {
	return <Line width={2}>{isSelected ? ">" : " "}</Line>;
}
