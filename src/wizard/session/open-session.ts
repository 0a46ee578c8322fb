import { Failure } from "../../core/failure.ts";
import { showPath } from "../../core/path/quote.ts";
import type { Answers } from "../../core/questions/answers.ts";
import { changedSince, type PlannedFiles } from "../../core/session/session.ts";
import type { Machine } from "../../engine/context.ts";
import type { OpenedSession } from "../../engine/session-store.ts";
import { restored } from "./stored-state.ts";
import { type RestoredWork, stateOf, workFromFields } from "./stored-work.ts";
import type { Resumed } from "./values.ts";

interface SavedSession {
	readonly opened: OpenedSession;
	readonly work: RestoredWork | undefined;
	readonly answers: Answers;
	readonly planned: PlannedFiles | undefined;
	readonly rounds: number;
	readonly resumed: Resumed;
}

/** Throws like `Sessions.open`, and `session-damaged` if even the answers are unreadable. */
export async function openSaved({ files, now, sessions }: Machine, id: string): Promise<SavedSession> {
	const opened = await sessions.open(id);
	const work = workFromFields(opened.fields);
	const back = restored(stateOf(opened.fields), work !== undefined);
	const answers = back?.state.answers;
	if (!back || !answers) {
		opened.held.release();
		throw new Failure("session-damaged", { id, path: await sessions.quarantine(id) });
	}
	const { planned, ...rest } = back;
	const changed = planned ? changedSince(planned, files) : [];
	const ago = Math.max(0, Math.round((now() - opened.savedAt) / 1000));
	const [example] = changed;
	return {
		opened,
		work,
		answers,
		planned,
		rounds: back.state.trial.rounds.length,
		resumed: {
			...rest,
			name: answers.name,
			ago,
			changed: changed.length,
			example: example === undefined ? "" : showPath(example),
		},
	};
}
