import type { Note, Values } from "../core/failure.ts";
import type { Minimising } from "../core/minimise/search.ts";
import type { Path } from "../core/path/path.ts";
import type { AccountUse } from "../core/plan/account-use.ts";
import type { Missing } from "../core/plan/missing.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Answers } from "../core/questions/answers.ts";
import type { Tested } from "../core/selftest/verdict.ts";
import type { AwaitedEvent } from "../core/trace/trace.ts";
import type { Event, ProbeOutcome } from "../engine/events.ts";
import type { ProbeAttempt } from "../engine/trace/try-probe.ts";
import type { Choice } from "./choice.ts";
import type { RanCommand } from "./commands.ts";
import type { Key } from "./keys.ts";
import type { TextLine } from "./line.ts";
import type { Building } from "./progress.ts";
import type { HostView } from "./session/host-view.ts";
import type {
	Finished,
	InstalledUnit,
	MissingRequirement,
	Problem,
	RecordNames,
	Resumed,
	Round,
	TemplateSaved,
	Traced,
	Unneeded,
} from "./session/values.ts";
import type { Account, AccountFile } from "./steps/accounts/account-rows.ts";
import type { ReviewRow } from "./steps/build/review.ts";
import { type FilesState, type FileTab, noFilesState } from "./steps/files/state.ts";
import type { Tracing } from "./steps/trace/tracing-state.ts";

export type { Tracing } from "./steps/trace/tracing-state.ts";

/** How far the self-test is. */
interface Testing {
	readonly launch: number;
	readonly launches: number;
	readonly tried: number;
	readonly ways: number;
}

export const steps = ["choose", "trace", "files", "accounts", "build", "trial", "save"] as const;
export type StepName = (typeof steps)[number];

/** What is on the screen; the first step has three of them. */
export type Screen = "requirements" | "choose" | "form" | "trace" | "files" | "accounts" | "build" | "trial" | "save";

export type FieldName = Problem["field"] | "network" | "onHost";

export interface FormRow {
	readonly field: FieldName;
	readonly line: TextLine;
}

export interface Form {
	readonly rows: readonly FormRow[];
	/** Index into `rows`; `rows.length` is the button. */
	readonly cursor: number;
	readonly problems: readonly Problem[];
	/** Enter was pressed on the button: the next validation goes on if it finds nothing. */
	readonly going: boolean;
	/** The probe that is being tried, and what came of those that were, by their lines. */
	readonly trying?: string;
	readonly tried: Readonly<Record<string, Tried>>;
}

/** What came of trying a probe: attempts, or why there could be none. */
export type Tried = { readonly attempts: readonly ProbeAttempt[] } | { readonly failure: Note };

export interface TrialState {
	readonly rounds: readonly Round[];
	readonly probes: readonly ProbeOutcome[];
	readonly exercises: readonly ProbeOutcome[];
	/** The round that runs now. */
	readonly now?: number;
	/** Proposed remedies that the administrator does not want, by `missingKey`. */
	readonly unwanted: readonly string[];
	/** Offers that the administrator takes up, by `missingKey`. */
	readonly chosen: readonly string[];
	/** What became of the ways out of the candidate; absent until that is known. */
	readonly tested?: Tested;
	/** How far the test is. */
	readonly testing?: Testing;
	/** The last round's candidate is the cage's present generation. */
	readonly saved?: true;
}

export type PromptKind =
	| "command"
	| "search"
	| "exercise"
	| "include"
	| "exclude"
	| "writable"
	| "template"
	| "review"
	| "find"
	| "parameter"
	| "initiated-by"
	| "implemented-by";

/** Texts that the session writes, to be read as a page. */
export type TextPage = "unit" | "dropin" | "record" | "changes" | "consent";

export type Question =
	| { readonly kind: "quit" }
	| { readonly kind: "install"; readonly programs: readonly string[]; readonly packages: readonly string[] }
	/** So many ways lead out of the cage, and so many layers are missing. */
	| { readonly kind: "escape"; readonly escaped: number; readonly missing: number }
	| { readonly kind: "install-unit"; readonly name: string; readonly service?: string }
	| { readonly kind: "discard"; readonly id: string; readonly name: string }
	| { readonly kind: "secret" | "setuid" | "device" | "bind"; readonly path: Path; readonly text: string }
	/** Leaving out an account that something hangs on, with all of that. */
	| ({ readonly kind: "account"; readonly account: Account } & AccountUse);

export type JobKind =
	| "requirements"
	| "install"
	| "choices"
	| "propose"
	| "validate"
	| "probe"
	| "trace"
	| "plan"
	| "host-view"
	| "try"
	| "finish"
	| "template"
	| "text"
	| "selftest"
	| "minimise"
	| "shell"
	| "install-unit"
	| "names"
	| "review"
	| "resume"
	| "discard";

/** What can lie over a screen. */
export type Page = "keys" | "why" | "commands" | "output" | "selftest" | "unneeded" | "next" | "dry-run" | TextPage;

/** Everything that the wizard knows. Plain data: it can be stored, compared and drawn. */
export interface WizardState {
	readonly screen: Screen;
	readonly size: { readonly columns: number; readonly rows: number };
	/** Where the cursor stands in the list of each screen. */
	readonly cursors: Readonly<Partial<Record<Screen, number>>>;
	/** Filters that were typed, by screen. */
	readonly queries: Readonly<Partial<Record<Screen, string>>>;
	readonly overlay?: Page;
	/** How far down the page is scrolled, and how far it can be: it is measured when it is drawn, for its lines depend on language and width. */
	readonly scroll: number;
	readonly scrollEnd?: number;
	readonly question?: Question;
	readonly prompt?: { readonly kind: PromptKind; readonly line: TextLine };
	/** One line that passes: what a key did, or why it did nothing. */
	readonly notice?: Note;
	/** Why the work of this screen could not go on. */
	readonly failure?: Note;
	readonly warnings: readonly Note[];
	readonly jobs: Readonly<Partial<Record<JobKind, number>>>;
	readonly ticket: number;

	readonly requirements?: readonly MissingRequirement[];
	readonly choices?: readonly Choice[];
	readonly chosen?: string;
	/** The template whose parameters are being asked. */
	readonly asked?: Choice;
	/** As the choice proposed them; the equivalent command line names only what differs. */
	readonly proposal?: Answers;
	readonly answers?: Answers;
	readonly form?: Form;
	readonly trace?: Tracing;
	readonly plan?: Plan;
	readonly tab: FileTab;
	readonly files: FilesState;
	readonly hostView?: HostView;
	readonly accountFile: AccountFile;
	readonly building?: Building;
	readonly trial: TrialState;
	/** While it is searched for what nothing needs; `settling` once the best so far is enough. */
	/** Shown while a run waits for longer than anybody expects. */
	readonly awaited?: AwaitedEvent & { readonly seconds: number };
	readonly minimising?: { readonly progress?: Minimising; readonly isEnding?: true };
	/** What was found that nothing needs, until it is left out or the candidate is another one. */
	readonly unneeded?: Unneeded;
	/** After the next plan: build at once (remedies were accepted) or stay. */
	readonly thenBuild: boolean;
	/** An answer was jumped to from the review: there is where one goes on, or back, to. */
	readonly detour?: true;
	/** The last lines that the application printed. */
	readonly output: readonly string[];
	readonly outputOpen: string;
	/** Programs that were started, the oldest first. */
	readonly commands: readonly RanCommand[];
	readonly finished?: Finished;
	/** The first of the names for the record, while the second is asked for. */
	readonly naming?: string;
	readonly template?: { readonly name: string; readonly path: string };
	readonly texts: Readonly<Partial<Record<TextPage, string>>>;
	/**
	 * What is looked for in a page, the rows that have it, and the one that was gone to: -1 until they are known, and then so many further on.
	 */
	readonly find?: { readonly text: string; readonly rows: readonly number[]; readonly at: number; readonly ahead?: number };
	/** A session to go on with as soon as this machine has what is needed. */
	readonly resuming?: string;
	/** What was answered is not wanted any more. */
	readonly discarded?: true;
	readonly exit?: number;
}

export const emptyTrial: TrialState = { rounds: [], probes: [], exercises: [], unwanted: [], chosen: [] };

/** What happens to the wizard. */
export type Action =
	| { readonly type: "started"; readonly initial?: Answers; readonly resume?: string }
	| { readonly type: "key"; readonly key: Key }
	| { readonly type: "resized"; readonly columns: number; readonly rows: number }
	/** A page was drawn: the furthest that it can be scrolled, and the rows that have what is looked for. */
	| { readonly type: "measured"; readonly scrollEnd: number; readonly found?: readonly number[] }
	/** `at` in milliseconds, of a clock that only goes forward. */
	| { readonly type: "events-received"; readonly events: readonly Event[]; readonly at?: number }
	| { readonly type: "ticked"; readonly at: number }
	| ({ readonly type: "done"; readonly ticket: number } & Result)
	| { readonly type: "failed"; readonly job: JobKind; readonly ticket: number; readonly failure: Note };

export type Result =
	| { readonly job: "requirements"; readonly value: readonly MissingRequirement[] }
	| { readonly job: "install" }
	| { readonly job: "choices"; readonly value: readonly Choice[] }
	| { readonly job: "propose"; readonly value: Answers }
	| { readonly job: "validate"; readonly value: readonly Problem[] }
	| { readonly job: "probe"; readonly value: readonly ProbeAttempt[] }
	| { readonly job: "trace"; readonly value: Traced }
	| { readonly job: "plan"; readonly value: Plan }
	| { readonly job: "host-view"; readonly value: HostView }
	| { readonly job: "try"; readonly value: Round }
	| { readonly job: "finish"; readonly value: Finished }
	| { readonly job: "template"; readonly value: { readonly name: string } & TemplateSaved }
	| { readonly job: "names"; readonly value: RecordNames }
	/** Where it was written. */
	| { readonly job: "review"; readonly value: string }
	| { readonly job: "text"; readonly value: { readonly page: TextPage; readonly text: string } }
	| { readonly job: "selftest"; readonly value: Tested }
	| { readonly job: "minimise"; readonly value: Unneeded }
	/** Its exit status. */
	| { readonly job: "shell"; readonly value: number }
	| { readonly job: "install-unit"; readonly value: InstalledUnit }
	| { readonly job: "resume"; readonly value: Resumed }
	| { readonly job: "discard" };

/** What the wizard wants done; whoever runs it answers with `done` or `failed` and the same ticket. */
export type Intention =
	| ({ readonly ticket: number } & Job)
	| { readonly job: "exercise"; readonly line: string }
	| { readonly job: "finish-early" }
	| { readonly job: "leave-out" }
	| { readonly job: "accept"; readonly missing: readonly Missing[] }
	| { readonly job: "cancel" }
	/** What was answered is not to be kept. */
	| { readonly job: "forget" };

export type Job =
	| { readonly job: "requirements" | "choices" }
	| { readonly job: "selftest" | "minimise" | "shell"; readonly answers: Answers }
	| { readonly job: "text"; readonly page: TextPage }
	| { readonly job: "install-unit"; readonly service?: string }
	| { readonly job: "resume" | "discard"; readonly id: string }
	| { readonly job: "install"; readonly requirements: readonly MissingRequirement[] }
	/** With `watch`, as it runs now. */
	| { readonly job: "propose"; readonly choice: Choice; readonly watch?: boolean }
	| { readonly job: "propose"; readonly line: string }
	/** With `soon`, it may wait for the next key, which replaces it. */
	| { readonly job: "validate"; readonly answers: Answers; readonly soon: boolean }
	| { readonly job: "probe"; readonly line: string; readonly answers: Answers }
	/** With `add`, the run adds to what those before it showed. */
	| { readonly job: "trace"; readonly answers: Answers; readonly add: boolean }
	| { readonly job: "plan" | "host-view" | "try" | "finish"; readonly answers: Answers }
	| { readonly job: "template"; readonly name: string; readonly answers: Answers }
	| { readonly job: "names"; readonly initiatedBy: string; readonly implementedBy: string }
	/** Writes it down at a path of the user's, where nothing is yet. */
	| { readonly job: "review"; readonly path: string; readonly name: string; readonly rows: readonly ReviewRow[] };

export interface Reduced {
	readonly state: WizardState;
	readonly intentions: readonly Intention[];
}

export const startState: WizardState = {
	screen: "requirements",
	size: { columns: 80, rows: 24 },
	cursors: {},
	queries: {},
	scroll: 0,
	warnings: [],
	jobs: {},
	ticket: 0,
	tab: "all",
	files: noFilesState,
	accountFile: "passwd",
	trial: emptyTrial,
	thenBuild: false,
	output: [],
	outputOpen: "",
	texts: {},
	commands: [],
};

export function stepOf(screen: Screen): StepName {
	return screen === "requirements" || screen === "form" ? "choose" : screen;
}

export function note(code: string, values: Values = {}): Note {
	return { code, values };
}
