import type { Answers } from "../../core/questions/answers.ts";
import type { Choice } from "../choice.ts";
import type { ReviewRow } from "../steps/build/review.ts";
import type { TemplateSaved } from "./values.ts";

/** What can be chosen, and the answers that a choice proposes. */
export interface Chooser {
	choices(): Promise<readonly Choice[]>;
	propose(choice: Choice, watch?: boolean): Promise<Answers>;
	/** Writes a review down in the language of the user. Throws where something is at that path. */
	saveReview(path: string, name: string, rows: readonly ReviewRow[]): Promise<string>;
	/** Saves what made a cage as a template; tells where it lies, and whether it hides one that comes along. */
	saveTemplate(name: string, answers: Answers): Promise<TemplateSaved>;
	/** How a cage that stands differs from the template that it was made from, in the language of the user. */
	changes(cage: string): Promise<string>;
	/** Throws a Failure where the line is no command. */
	proposeCommand(line: string): Promise<Answers>;
	/** Answers as a template would give them, to name only the difference in the equivalent command. */
	base(answers: Answers): Promise<Answers | undefined>;
	/** The unit of a cage, or the drop-in for a service of the host. */
	unit(name: string, service: string | undefined): Promise<string>;
	/** The service of the host that is the same application. */
	serviceOf(answers: Answers): string | undefined;
}
