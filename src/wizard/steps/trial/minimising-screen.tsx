import { minimisingText } from "../../../report/minimising.ts";
import { useView } from "../../look.ts";
import { Line } from "../../parts/line.tsx";
import { Paragraph, paragraph } from "../../parts/paragraph.tsx";
import { ProgressBar } from "../../parts/progress-bar.tsx";

/** How far the search for what nothing needs is, and how to end it. */
export function Minimising() {
	const { messages, state, width } = useView();
	const words = messages.wizard.trial;
	const { progress, settling } = state.minimising ?? {};
	const now = progress ? minimisingText(progress, messages) : words.minimisingFirst;
	return (
		<>
			<Paragraph lines={paragraph(words.minimising, width, 2)} bold />
			<Line />
			{progress ? <ProgressBar done={progress.trials} total={progress.estimated} width={Math.min(60, width - 6)} /> : null}
			<Paragraph lines={paragraph(now, width, 3)} />
			<Line />
			<Paragraph lines={paragraph(settling ? words.minimisingSettles : words.minimisingStops, width, 3)} dimColor />
		</>
	);
}
