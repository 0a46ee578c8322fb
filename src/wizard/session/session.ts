import type { Context } from "../../base/engine/context.ts";
import type { Event } from "../../base/engine/events.ts";
import type { Path } from "../../base/path/path.ts";
import type { Cage } from "../../cage/cage.ts";
import type { RecordWriter } from "../../make/engine/draft.ts";
import type { TrialRound } from "../../make/engine/trial.ts";
import type { ProbeTry } from "../../make/engine/try-probe.ts";
import type { Answers } from "../../options/answers.ts";
import type { Missing } from "../../plan/missing.ts";
import type { Plan } from "../../plan/plan.ts";
import type { SelftestOutcome } from "../../selftest/verdict.ts";
import type { TraceResult } from "../../trace/engine/trace.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Choice } from "../state/choice.ts";
import type { ActionPreview, ActionRequest, CagePage, CageView, HomeList, ViewRow } from "../state/home.ts";
import type { FileHead, TextPage, WizardState } from "../state/state.ts";
import type {
	EditedCage,
	FinishedCage,
	HostView,
	Installation,
	InstalledUnit,
	MissingRequirement,
	Problem,
	RecordNames,
	ResumedSession,
	SavedTemplate,
	TraceSummary,
	UnneededFiles,
} from "../state/values.ts";
import type { ReviewRow } from "../steps/build/review.ts";

/**
 * The use cases of the wizard's steps, the same that the verbs run. The interface draws and asks; every effect is here. Long
 * methods emit events to `listen` and undo everything when `cancel` is called. Methods throw a Failure when the work cannot go
 * on.
 */
export interface WizardSession
	extends Pick<Chooser, "choices" | "propose" | "proposeCommand" | "saveReview" | "saveTemplate" | "fileHead"> {
	/** Returns a function that stops listening. */
	listen(listener: (event: Event) => void): () => void;

	/** The methods of `Home`, with the session's context. */
	home(examine: boolean): Promise<HomeList>;
	cagePage(name: string): Promise<CagePage>;
	cageView(name: string, view: Exclude<CageView, "actions">): Promise<readonly ViewRow[]>;
	preview(request: ActionRequest): Promise<ActionPreview>;
	perform(request: ActionRequest): Promise<readonly string[]>;
	runCage(name: string): Promise<number>;
	/** Continues with the trace of a cage, whose plan can then be changed. */
	editPlan(name: string): Promise<EditedCage>;

	/** Missing requirements of this machine. */
	requirements(): Promise<readonly MissingRequirement[]>;
	/** How the packages would be installed. */
	installation(packages: readonly string[]): Promise<Installation>;
	/** Installs the packages with the system's package manager. */
	install(requirements: readonly MissingRequirement[]): Promise<void>;

	/** The problems of the answers, by field. */
	validate(answers: Answers): Promise<readonly Problem[]>;
	/** Tries a probe on the host. If nothing answers there, also in a sandbox. */
	tryProbe(line: string, answers: Answers): Promise<readonly ProbeTry[]>;

	/**
	 * Traces the application. `add`: add this run to the earlier ones. Meanwhile, `exercise` runs another shell line and
	 * `finishEarly` ends the run.
	 */
	trace(answers: Answers, add?: boolean): Promise<WizardTrace>;
	exercise(line: string): void;
	/** Ends a trace, or the search of `minimise`, with what it has found. */
	finishEarly(): void;

	/** The plan for the last trace under these answers. Fast enough to be called after each decision. */
	plan(answers: Answers): Promise<Plan>;
	hostView(answers: Answers): Promise<HostView>;

	/** One round: builds a candidate generation and tests it. The current generation is not affected. */
	buildAndTry(answers: Answers): Promise<TriedRound>;
	/** Adds the fixes for these items to the next plan. */
	accept(missing: readonly Missing[]): void;

	/** Runs the self-test in the last candidate. */
	selftest(answers: Answers): Promise<SelftestOutcome>;
	/** Finds files of the last candidate that the application does not need. The candidate must answer. */
	minimise(answers: Answers): Promise<UnneededFiles>;
	/** Leaves the unneeded files out of the next plan. */
	leaveOut(): void;
	/** Runs a shell in the last candidate, or else in the current generation, on the terminal. Returns its exit status. */
	shell(answers: Answers): Promise<number>;

	/** Makes the last candidate the current generation; writes record and log. */
	finish(answers: Answers): Promise<FinishedCage>;
	/** The record, unit or drop-in of the finished cage. */
	text(page: TextPage): Promise<string>;
	/** Saves the names for this and later cages, and rewrites the record. */
	nameForRecord(initiatedBy: string, implementedBy: string): Promise<RecordNames>;
	/** Installs the unit, or the drop-in for a service. Needs root and systemd. */
	installUnit(service: string | undefined): Promise<InstalledUnit>;

	/** Stops and undoes the current work. Resolves when nothing of it is left. */
	cancel(): Promise<void>;

	/** Persists the state for a later resume. */
	keep(state: WizardState): void;
	/** Discards the session at exit. */
	forget(): void;
	/** Throws if another process has the session or its cage, or if the session is unreadable. */
	resume(id: string): Promise<ResumedSession>;
	discard(id: string): Promise<void>;
}

export type WizardTrace = TraceResult & TraceSummary;

/** A round, with the generation that it tested. */
export interface TriedRound extends TrialRound {
	readonly generation: number;
	/** Items added before this round. */
	readonly added: readonly string[];
	/** For the build and the trial. */
	readonly seconds: number;
}

export interface SessionOptions {
	/** Absent where no list of cages is wanted. */
	readonly home?: Home;
	/** The state folder if it is not the default. */
	readonly state?: string;
	/** The TERM variable. */
	readonly terminal: string;
	/** Require every layer of confinement. */
	readonly full: boolean;
	/** Trials to run in parallel. */
	readonly jobs: number;
	readonly writeRecord: RecordWriter;
}

/** Makes plans in a thread, one at a time, while the wizard handles keys. */
export interface Planner {
	/** Throws like `planStep`, and the signal's reason. */
	plan(cage: Cage, trace: Trace, signal: AbortSignal): Promise<Plan>;
	close(): Promise<void>;
}

/** The applications to choose from. Texts are in the user's language. */
export interface Chooser {
	choices(): Promise<readonly Choice[]>;
	/** The proposed answers. `watch`: trace the running process instead of starting the application. */
	propose(choice: Choice, watch?: boolean): Promise<Answers>;
	/** Writes the review to a new file with mode 0600. Never overwrites a file or follows a link. Returns its absolute path. */
	saveReview(path: string, name: string, rows: readonly ReviewRow[]): Promise<string>;
	/** Throws `template-there` (exit 2) if it would replace another template and may not. */
	saveTemplate(name: string, answers: Answers, replace: boolean): Promise<SavedTemplate>;
	/** The beginning of a regular file of the host. Throws `file-not-shown` for anything else. */
	fileHead(path: Path): Promise<FileHead>;
	/** Differences between a cage and its template. */
	changes(cage: string): Promise<string>;
	/** Throws a Failure if the line is not a command. Adds a probe if the protocol is known. */
	proposeCommand(line: string): Promise<Answers>;
	/** The template's own answers, so that the equivalent command names only the differences. */
	base(answers: Answers): Promise<Answers | undefined>;
	/** The cage's unit, or the drop-in for a service of the host. */
	unit(name: string, service: string | undefined): Promise<string>;
	/** The host's service of the same application. */
	serviceOf(answers: Answers): string | undefined;
}

/** The use cases of home, the same that the verbs run. Methods throw like the verbs. */
export interface Home {
	/** With `examine`, audits all cages and compares them with the host; otherwise shows what was found last. */
	list(context: Context, examine: boolean): Promise<HomeList>;
	page(context: Context, name: string): Promise<CagePage>;
	view(context: Context, name: string, view: Exclude<CageView, "actions">): Promise<readonly ViewRow[]>;
	/** Changes nothing. */
	preview(context: Context, request: ActionRequest): Promise<ActionPreview>;
	/** Returns what was done. */
	perform(context: Context, request: ActionRequest): Promise<readonly string[]>;
	/** Runs the cage on the terminal until it ends. Returns its exit status. */
	run(name: string): Promise<number>;
	/** A cage as it was traced. Throws `not-traced` (exit 2). */
	traced(name: string): Promise<{ readonly cage: Cage; readonly trace: Trace }>;
}
