import type { Answers } from "../../core/questions/answers.ts";
import type { Choice } from "../choice.ts";
import type { ReviewRow } from "../steps/build/review.ts";
import type { TemplateSaved } from "./values.ts";

/** The applications to choose from. Texts are in the user's language. */
export interface Chooser {
	choices(): Promise<readonly Choice[]>;
	propose(choice: Choice, watch?: boolean): Promise<Answers>;
	/** Throws if the path exists. */
	saveReview(path: string, name: string, rows: readonly ReviewRow[]): Promise<string>;
	saveTemplate(name: string, answers: Answers): Promise<TemplateSaved>;
	/** Differences between a cage and its template. */
	changes(cage: string): Promise<string>;
	/** Throws a Failure if the line is not a command. */
	proposeCommand(line: string): Promise<Answers>;
	/** The template's own answers, so that the equivalent command names only the differences. */
	base(answers: Answers): Promise<Answers | undefined>;
	/** The cage's unit, or the drop-in for a service of the host. */
	unit(name: string, service: string | undefined): Promise<string>;
	/** The host's service of the same application. */
	serviceOf(answers: Answers): string | undefined;
}
