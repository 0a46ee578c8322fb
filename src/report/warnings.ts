import type { Note } from "../core/application/note.ts";
import { isUnproven } from "../core/application/unproven.ts";
import { maskLine } from "../core/record/mask.ts";
import type { MadeCage } from "../engine/make.ts";
import type { Messages } from "../messages/messages.ts";

/** What nobody has proven although the application answers from its cage. */
export function warningsOf({ cage, plan }: Pick<MadeCage, "cage" | "plan">): Note[] {
	const failed = cage.trials.at(-1)?.failedExercises ?? [];
	return [
		...plan.notes.filter(isUnproven),
		...failed.map((exercise) => ({ code: "unproven-in-cage", values: { exercise: maskLine(exercise) } })),
	];
}

/** With the sentence in the language of the messages. */
export function warningsToJson(made: Pick<MadeCage, "cage" | "plan">, messages: Messages): object[] {
	return warningsOf(made).map(({ code, values }) => ({ code, values, message: messages.note(code, values) }));
}
