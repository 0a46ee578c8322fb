import SelectInput from "ink-select-input";
import { Line } from "./line.tsx";
import { useView } from "./look.ts";
import { cursorMark, Rows } from "./rows.tsx";

interface MenuItem {
	readonly value: string;
	readonly label: string;
}

/**
 * ink-select-input draws the menu, and our reducer moves in it. Its own key handler reads the selection of the last frame: if Down and
 * Enter arrive in one read, as over SSH, it chooses the first item, which cannot be undone.
 */
export function Menu({ cursor, items: rows, limit }: { items: readonly MenuItem[]; cursor: number; limit: number }) {
	const { linear } = useView();
	if (linear || limit < rows.length) {
		return <Rows items={rows} cursor={cursor} height={linear ? rows.length : limit} row={menuRow} />;
	}
	return (
		<SelectInput
			key={cursor}
			items={[...rows]}
			initialIndex={cursor}
			isFocused={false}
			indicatorComponent={Indicator}
			itemComponent={Item}
		/>
	);
}

function menuRow({ label }: MenuItem, selected: boolean) {
	return (
		<Line key={label} selected={selected}>
			{`${cursorMark(selected)} ${label}`}
		</Line>
	);
}

const indicatorWidth = 2;

function Indicator({ isSelected = false }: { isSelected?: boolean }) {
	return (
		<Line width={indicatorWidth} tone="accent">
			{cursorMark(isSelected)}
		</Line>
	);
}

function Item({ isSelected = false, label }: { isSelected?: boolean; label: string }) {
	const { width } = useView();
	return (
		<Line bold={isSelected} tone={isSelected ? "accent" : undefined} width={width - indicatorWidth}>
			{label}
		</Line>
	);
}
