import type { Missing } from "../../core/plan/missing.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Answers } from "../../core/questions/answers.ts";
import type { Tested } from "../../core/selftest/verdict.ts";
import type { Event, Reached } from "../../engine/events.ts";
import type { TraceResult } from "../../engine/trace/trace.ts";
import type { ProbeAttempt } from "../../engine/trace/try-probe.ts";
import type { TrialRound } from "../../engine/trial/trial.ts";
import type { Choice } from "../choice.ts";
import type { TextPage, WizardState } from "../state.ts";
import type { ReviewRow } from "../steps/build/review.ts";
import type { HostView } from "./host-view.ts";
import type {
	AddedRun,
	Finished,
	InstalledUnit,
	MissingRequirement,
	Problem,
	RecordNames,
	Resumed,
	TemplateSaved,
	Unneeded,
} from "./values.ts";

/**
 * What the wizard's steps ask for: the same use cases that the verbs run, one after the other, with what was answered so far.
 * The interface draws and asks; every effect is here. All long methods tell what happens through `listen` and end early, with
 * everything undone, when `cancel` is called. They throw a Failure where the work cannot go on.
 */
export interface WizardSession {
	/** Called for each event of whatever runs at the moment. Returns a function that stops listening. */
	listen(listener: (event: Event) => void): () => void;

	/** What this machine lacks for the work ahead, with what would bring it; empty when all is there. */
	requirements(): Promise<readonly MissingRequirement[]>;
	/** Installs what is missing with the system's package manager. */
	install(requirements: readonly MissingRequirement[]): Promise<void>;

	/** Everything that can be chosen at the start. */
	choices(): Promise<readonly Choice[]>;
	/** The answers that a choice proposes; with `watch`, what runs of it is watched instead of a start of its own. */
	propose(choice: Choice, watch?: boolean): Promise<Answers>;
	/** The answers for a typed command line, with a probe where the protocol is known. Throws where it is not a command. */
	proposeCommand(line: string): Promise<Answers>;
	/** What is wrong with the answers, by field; empty when the work can start. */
	validate(answers: Answers): Promise<readonly Problem[]>;
	/** Tries a probe before anything is traced: on the host, and where nothing answers there, in a sandbox. */
	tryProbe(line: string, answers: Answers): Promise<readonly ProbeAttempt[]>;

	/** Traces; with `add`, the run adds to what those before it showed. While the application runs, `exercise` runs one more line against it and `enough` ends it. */
	trace(answers: Answers, add?: boolean): Promise<WizardTrace>;
	exercise(line: string): void;
	/** Ends what runs with what it has by now: a trace, or the search of `minimise`. */
	finishEarly(): void;

	/** The plan for the last trace under these answers; quick enough to be called after each decision. */
	plan(answers: Answers): Promise<Plan>;
	/** What the plan meets on this machine: accounts, a cage of the name, room on the disk. */
	hostView(answers: Answers): Promise<HostView>;

	/** Builds a candidate generation from the plan and tries it: one round. The cage's present generation is untouched. */
	buildAndTry(answers: Answers): Promise<TriedRound>;
	/** Takes over what remedies these missing things; the next `plan` has them. */
	accept(missing: readonly Missing[]): void;

	/** Tries the ways out of the last candidate. */
	selftest(answers: Answers): Promise<Tested>;
	/** Finds out by trials what of the last candidate, which answers, nothing needs; `enough` ends it with the best so far. */
	minimise(answers: Answers): Promise<Unneeded>;
	/** Takes over what was found; the next `plan` goes without it. */
	leaveOut(): void;
	/** A shell in the last candidate, else in the present generation, on this terminal, which is the caller's to hand over. Its exit status. */
	shell(answers: Answers): Promise<number>;

	/** Makes the last candidate the cage's present generation, writes record and log. */
	finish(answers: Answers): Promise<Finished>;
	/** Writes the review to a new file, readable by its owner alone; never over anything, nor through a link. Returns its absolute path. */
	saveReview(path: string, name: string, rows: readonly ReviewRow[]): Promise<string>;
	/** Saves the answers and decisions as a template of that name. */
	saveTemplate(name: string, answers: Answers): Promise<TemplateSaved>;
	/** Of the finished cage: its record, its systemd unit, or the drop-in for the service of the host that it stands for. */
	text(page: TextPage): Promise<string>;
	/** Keeps whom the finished cage's record names, for later cages too, and writes it anew. */
	nameForRecord(initiatedBy: string, implementedBy: string): Promise<RecordNames>;
	/** Installs the unit, or the drop-in for a service. Root alone may, where systemd runs. */
	installUnit(service: string | undefined): Promise<InstalledUnit>;

	/** Ends what runs now and undoes it. Resolves when nothing of it is left. */
	cancel(): Promise<void>;

	/** Told of every state, so that the next start can go on from the last one. */
	keep(state: WizardState): void;
	/** What was answered is not to be kept. */
	forget(): void;
	/** Goes on with a session that was left; throws where another process has it or its cage, or where it cannot be read. */
	resume(id: string): Promise<Resumed>;
	/** Throws a session away that was left. */
	discard(id: string): Promise<void>;
}

export interface WizardTrace extends TraceResult {
	/** What the run showed beyond the earlier ones. */
	readonly added?: AddedRun;
	readonly reached?: Reached;
}

/** A round with what there was before it, and which generation it made. */
export interface TriedRound extends TrialRound {
	readonly generation: number;
	/** What was added before. */
	readonly added: readonly string[];
	/** Of the build and the trial. */
	readonly seconds: number;
}

/** What a session needs to know about the place it runs in. */
export interface SessionOptions {
	/** The state folder, where it is not the one that is taken without a word. */
	readonly state?: string;
	/** TERM of whoever sits before the wizard. */
	readonly terminal: string;
	/** Nothing weaker than every layer is accepted. */
	readonly full: boolean;
	/** Trials that go side by side where there are many. */
	readonly jobs: number;
}
