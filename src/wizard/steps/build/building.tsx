import { buildPhases } from "../../../core/cage/build-phases.ts";
import { showPath } from "../../../core/path/quote.ts";
import type { Messages } from "../../../messages/messages.ts";
import { useView } from "../../look.ts";
import { Line } from "../../parts/line.tsx";
import { Paragraph, paragraph } from "../../parts/paragraph.tsx";
import { ProgressBar } from "../../parts/progress-bar.tsx";
import { nothingBuilt, secondsLeft } from "../../progress.ts";

/** How far a build is: what is done, what it does now and how long that takes yet, and what follows. */
export function Building() {
	const { height, messages, state, width } = useView();
	const words = messages.wizard.build;
	const building = state.building ?? nothingBuilt;
	const now = buildPhases.indexOf(building.phase);
	const top = paragraph(words.building, width, 2);
	const bottom = paragraph(words.stopping, width, 2);
	// On a low terminal only the phase that runs.
	const roomy = height >= buildPhases.length + top.length + bottom.length + 4;
	const phases = roomy ? buildPhases : [building.phase];
	const { bytesDone, bytesTotal } = building;
	return (
		<>
			<Paragraph lines={top} bold />
			{roomy ? <Line /> : null}
			{phases.map((phase) => {
				const at = buildPhases.indexOf(phase);
				return (
					<Line key={phase} bold={at === now} dimColor={at > now}>
						{`${at < now ? "[x]" : at === now ? "[>]" : "[ ]"} ${words.phases[phase]}`}
					</Line>
				);
			})}
			{roomy ? <Line /> : null}
			{bytesTotal > 0 ? (
				<>
					<ProgressBar done={bytesDone} total={bytesTotal} width={Math.min(60, width - 6)} />
					<Line>{amount(messages, bytesDone, bytesTotal, secondsLeft(building))}</Line>
				</>
			) : null}
			<Line dimColor cut="middle">
				{building.path === undefined ? " " : showPath(building.path)}
			</Line>
			<Paragraph lines={bottom} dimColor />
		</>
	);
}

/** Nobody believes in single seconds of a long time, nor reads so fast. */
function amount(messages: Messages, done: number, total: number, seconds: number | undefined): string {
	const words = messages.wizard.build;
	const copied = messages.fill(words.copying, { done, total });
	if (seconds === undefined) return copied;
	const time =
		seconds < 90
			? messages.fill(words.seconds, { count: Math.max(1, Math.ceil(seconds)) })
			: messages.fill(words.minutes, { count: Math.round(seconds / 60) });
	return messages.fill(words.left, { copied, time });
}
