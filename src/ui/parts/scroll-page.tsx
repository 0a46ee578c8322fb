import { useView } from "../look.ts";
import { Line } from "./line.tsx";

/** A page over the screen: a title and as many lines as fit, from where it was scrolled to. */
export function ScrollPage({ lines, title }: { title: string; lines: readonly string[] }) {
	const { height, messages, state } = useView();
	const crowded = lines.length > height - 1;
	const room = height - (crowded ? 2 : 1);
	const start = Math.max(0, Math.min(state.scroll, lines.length - room));
	return (
		<>
			<Line bold>{title}</Line>
			{lines.slice(start, start + room).map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: lines of a text repeat
				<Line key={index}>{line === "" ? " " : line}</Line>
			))}
			{crowded ? (
				<Line dimColor>
					{messages.fill(messages.wizard.more, { above: start, below: Math.max(0, lines.length - start - room) })}
				</Line>
			) : null}
		</>
	);
}
