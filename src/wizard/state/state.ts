import type { Event, ProbeOutcome } from "../../base/engine/events.ts";
import type { Note, Values } from "../../base/failure.ts";
import type { Path } from "../../base/path/path.ts";
import type { ProbeTry } from "../../make/engine/try-probe.ts";
import type { MinimiseProgress } from "../../minimise/search.ts";
import type { Answers } from "../../options/answers.ts";
import type { AccountUse } from "../../plan/accounts.ts";
import type { Missing } from "../../plan/missing.ts";
import type { Plan } from "../../plan/plan.ts";
import type { SelftestOutcome } from "../../selftest/verdict.ts";
import type { AwaitedEvent } from "../../trace/trace.ts";
import type { Account, AccountFile } from "./account.ts";
import type { Choice } from "./choice.ts";
import type { RanCommand } from "./commands.ts";
import { type FilesState, type FileTab, noFilesState } from "./files-state.ts";
import type { ActionPreview, ActionRequest, CagePage, CageView, HomeList, OpenCage, ViewRow } from "./home.ts";
import type { Key } from "./keys.ts";
import type { BuildProgress } from "./progress.ts";
import type { TextLine } from "./text-line.ts";
import type { TraceState } from "./tracing-state.ts";
import type {
	EditedCage,
	FieldName,
	FinishedCage,
	HostView,
	Installation,
	InstalledUnit,
	MissingRequirement,
	Problem,
	RecordNames,
	ResumedSession,
	Round,
	SavedTemplate,
	TraceSummary,
	UnneededFiles,
} from "./values.ts";

/** Progress of the self-test. */
interface SelftestProgress {
	readonly launch: number;
	readonly launches: number;
	readonly tried: number;
	readonly ways: number;
}

export const steps = ["choose", "trace", "files", "accounts", "build", "trial", "save"] as const;
export type StepName = (typeof steps)[number];

/** In their order: home, then the steps, of which the first has three. */
export const screens = [
	"home",
	"cage",
	"requirements",
	"choose",
	"form",
	"trace",
	"files",
	"accounts",
	"build",
	"trial",
	"save",
] as const;
export type Screen = (typeof screens)[number];

export interface FormRow {
	readonly field: FieldName;
	readonly line: TextLine;
}

export interface Form {
	readonly rows: readonly FormRow[];
	/** Index in `rows`; `rows.length` is the button. */
	readonly cursor: number;
	readonly problems: readonly Problem[];
	/** Start the trace if the next validation finds no problem. */
	readonly going: boolean;
	/** The probe that is running, and the results of others, by line. */
	readonly trying?: string;
	readonly tried: Readonly<Record<string, ProbeTries>>;
}

/** Attempts, or the reason why there are none. */
export type ProbeTries = { readonly attempts: readonly ProbeTry[] } | { readonly failure: Note };

export interface TrialState {
	readonly rounds: readonly Round[];
	readonly probes: readonly ProbeOutcome[];
	readonly exercises: readonly ProbeOutcome[];
	/** The current round. */
	readonly now?: number;
	/** Proposed fixes that the user deselected, by `missingKey`. */
	readonly unwanted: readonly string[];
	/** Offers that the user selected, by `missingKey`. */
	readonly chosen: readonly string[];
	/** Result of the candidate's self-test. */
	readonly tested?: SelftestOutcome;
	/** Progress of the self-test. */
	readonly testing?: SelftestProgress;
	/** The last candidate is the current generation. */
	readonly saved?: true;
}

/** Items of the last step before the cage is saved: what follows the saving. */
export type SavingItem = "save" | "save-serve" | "save-adopt" | "save-template" | "save-export";
/** All items of the last step. */
export type SaveItem =
	| SavingItem
	| "end"
	| "adopt"
	| "serve"
	| "cage"
	| "next"
	| "template"
	| "export"
	| "record"
	| "names"
	| "unit"
	| "install-unit"
	| "dropin"
	| "install-dropin"
	| "changes";

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
	| "export"
	| "initiated-by"
	| "implemented-by";

/** The beginning of a file, for the page that shows it. */
export interface FileHead {
	readonly path: Path;
	readonly lines: readonly string[];
	/** Bytes of the whole file. */
	readonly size: number;
	readonly isBinary: boolean;
	/** There is more. */
	readonly isCut: boolean;
}

export type TextPage = "unit" | "dropin" | "record" | "changes" | "consent";

/** Programs and the packages that contain them. `instead`: the choice to go on with if they are not installed. */
export interface ToInstall {
	readonly programs: readonly string[];
	readonly packages: readonly string[];
	readonly instead?: Choice;
}

export type Question =
	| { readonly kind: "quit" }
	/** `command`: how they are installed. */
	| ({ readonly kind: "install"; readonly command: string } & ToInstall)
	/** Number of escapes, and of missing layers. */
	| { readonly kind: "escape"; readonly escaped: number; readonly missing: number }
	| { readonly kind: "install-unit"; readonly name: string; readonly service?: string }
	| { readonly kind: "replace-template"; readonly name: string }
	| { readonly kind: "discard"; readonly id: string; readonly name: string }
	| { readonly kind: "secret" | "setuid" | "device" | "bind" | "write"; readonly path: Path; readonly text: string }
	/** The account, and what depends on it. */
	| ({ readonly kind: "account"; readonly account: Account } & AccountUse);

export type Answer = "yes" | "no" | "discard";

/** What the user waits for comes first. */
export const jobKinds = [
	...([
		"act",
		"preview",
		"install",
		"installation",
		"try",
		"finish",
		"trace",
		"propose",
		"probe",
		"resume",
		"edit-plan",
	] as const),
	...(["minimise", "plan", "selftest", "template", "install-unit", "names", "review", "text", "head", "discard"] as const),
	...(["requirements", "choices", "validate", "host-view", "cage", "view", "home", "copy", "shell", "run-cage"] as const),
] as const satisfies readonly Result["job"][];
export type JobKind = (typeof jobKinds)[number];

/** A running job as the clock saw it. `since`: milliseconds of a monotonic clock. */
export interface Wait {
	readonly ticket: number;
	readonly since: number;
	readonly seconds: number;
}

/** `began`: somebody confirmed it. */
interface OpenAction {
	readonly request: ActionRequest;
	readonly preview?: ActionPreview;
	readonly began?: true;
	/** Somebody stopped it, and its end has not come yet. */
	readonly stops?: true;
	/** What was done. */
	readonly outcome?: readonly string[];
}

/** Pages over a screen. */
export type Page =
	| "action"
	| "keys"
	| "why"
	| "commands"
	| "output"
	| "selftest"
	| "unneeded"
	| "head"
	| "rounds"
	| "next"
	| "dry-run"
	| TextPage;

/** The wizard's whole state, as plain data. */
export interface WizardState {
	readonly screen: Screen;
	readonly size: { readonly columns: number; readonly rows: number };
	/** Cursor in the list of each screen. */
	readonly cursors: Readonly<Partial<Record<Screen, number>>>;
	/** Search texts by screen. */
	readonly queries: Readonly<Partial<Record<Screen, string>>>;
	readonly overlay?: Page;
	/** The page that keys, explanation or commands cover; closing them shows it again. */
	readonly covered?: Page;
	/** Scroll position of the page, and its maximum as measured when it was drawn. */
	readonly scroll: number;
	readonly scrollEnd?: number;
	readonly question?: Question;
	/** The selected answer to the question; no if nobody has moved. */
	readonly answer?: Answer;
	readonly prompt?: { readonly kind: PromptKind; readonly line: TextLine };
	/** The effect of a key, or why it did nothing. */
	readonly notice?: Note;
	/** Why the work failed. */
	readonly failure?: Note;
	readonly warnings: readonly Note[];
	readonly jobs: Readonly<Partial<Record<JobKind, number>>>;
	/** How long the jobs have run. */
	readonly waits: Readonly<Partial<Record<JobKind, Wait>>>;
	readonly ticket: number;

	/** The list of cages, as far as it was read. */
	readonly home?: HomeList;
	/** The open cage. */
	readonly cage?: OpenCage;
	/** The action whose page is open. */
	readonly action?: OpenAction;
	readonly requirements?: readonly MissingRequirement[];
	readonly choices?: readonly Choice[];
	readonly chosen?: string;
	/** The template that asks for consent or parameters. */
	readonly asked?: Choice;
	/** The proposed answers. The equivalent command names only the differences. */
	readonly proposal?: Answers;
	readonly answers?: Answers;
	readonly form?: Form;
	readonly trace?: TraceState;
	readonly plan?: Plan;
	readonly tab: FileTab;
	readonly files: FilesState;
	/** Go to the next step when the new plan is ready. */
	readonly goesOn?: true;
	readonly hostView?: HostView;
	readonly accountFile: AccountFile;
	readonly building?: BuildProgress;
	readonly trial: TrialState;
	/** Shown when a run takes unexpectedly long. */
	readonly awaited?: AwaitedEvent & { readonly seconds: number };
	/** The search for unneeded files. `isEnding`: use the best result so far. */
	readonly minimising?: { readonly progress?: MinimiseProgress; readonly isEnding?: true };
	/** Unneeded files that were found but not left out yet. */
	readonly unneeded?: UnneededFiles;
	/** Build when the next plan is ready. */
	readonly thenBuild: boolean;
	/** The screen was opened from the review and returns there. */
	readonly detour?: true;
	readonly output: readonly string[];
	readonly outputOpen: string;
	/** Started programs, the oldest first. */
	readonly commands: readonly RanCommand[];
	readonly head?: FileHead;
	/** How the cage is saved when its self-test is finished. */
	readonly saving?: SavingItem;
	readonly finished?: FinishedCage;
	/** The first name, while the second one is asked. */
	readonly naming?: string;
	readonly template?: { readonly name: string; readonly path: string };
	readonly texts: Readonly<Partial<Record<TextPage, string>>>;
	/**
	 * The search in a page, the matching rows, and the current one: -1 until the page is measured. `ahead`: matches to skip
	 * then.
	 */
	readonly find?: { readonly text: string; readonly rows: readonly number[]; readonly at: number; readonly ahead?: number };
	/** The session to resume when the requirements are met. */
	readonly resuming?: string;
	/** The user discarded the session. */
	readonly discarded?: true;
	readonly exit?: number;
}

export const emptyTrial: TrialState = { rounds: [], probes: [], exercises: [], unwanted: [], chosen: [] };

export type Action =
	| { readonly type: "started"; readonly initial?: Answers; readonly resume?: string }
	| { readonly type: "key"; readonly key: Key }
	| { readonly type: "resized"; readonly columns: number; readonly rows: number }
	/** The page was measured: its last scroll position, and the rows that match the search. */
	| { readonly type: "measured"; readonly scrollEnd: number; readonly found?: readonly number[] }
	/** `at`: milliseconds of a monotonic clock. */
	| { readonly type: "events-received"; readonly events: readonly Event[]; readonly at?: number }
	| { readonly type: "ticked"; readonly at: number }
	/** It is time to look at the cages again. */
	| { readonly type: "refreshed" }
	| ({ readonly type: "done"; readonly ticket: number } & Result)
	| { readonly type: "failed"; readonly job: JobKind; readonly ticket: number; readonly failure: Note };

export type Result =
	| { readonly job: "requirements"; readonly value: readonly MissingRequirement[] }
	| { readonly job: "installation"; readonly value: ToInstall & Installation }
	| { readonly job: "install" }
	| { readonly job: "choices"; readonly value: readonly Choice[] }
	| { readonly job: "propose"; readonly value: Answers }
	| { readonly job: "validate"; readonly value: readonly Problem[] }
	| { readonly job: "probe"; readonly value: readonly ProbeTry[] }
	| { readonly job: "trace"; readonly value: TraceSummary }
	| { readonly job: "plan"; readonly value: Plan }
	| { readonly job: "copy"; readonly value: { readonly text: string; readonly isCopied: boolean } }
	| { readonly job: "head"; readonly value: FileHead }
	| { readonly job: "host-view"; readonly value: HostView }
	| { readonly job: "try"; readonly value: Round }
	| { readonly job: "finish"; readonly value: FinishedCage }
	| { readonly job: "template"; readonly value: { readonly name: string } & SavedTemplate }
	| { readonly job: "names"; readonly value: RecordNames }
	/** The path. */
	| { readonly job: "review"; readonly value: string }
	| { readonly job: "text"; readonly value: { readonly page: TextPage; readonly text: string } }
	| { readonly job: "selftest"; readonly value: SelftestOutcome }
	| { readonly job: "minimise"; readonly value: UnneededFiles }
	/** The exit status. */
	| { readonly job: "shell"; readonly value: number }
	| { readonly job: "install-unit"; readonly value: InstalledUnit }
	| { readonly job: "resume"; readonly value: ResumedSession }
	| { readonly job: "discard" }
	| { readonly job: "home"; readonly value: HomeList }
	| { readonly job: "cage"; readonly value: CagePage }
	| { readonly job: "view"; readonly value: { readonly view: CageView; readonly rows: readonly ViewRow[] } }
	| { readonly job: "preview"; readonly value: ActionPreview }
	| { readonly job: "act"; readonly value: readonly string[] }
	/** The exit status. */
	| { readonly job: "run-cage"; readonly value: number }
	| { readonly job: "edit-plan"; readonly value: EditedCage & Pick<ActionRequest, "at"> };

/** Work for the runner, which answers with `done` or `failed` and the same ticket. */
export type Intention =
	| ({ readonly ticket: number } & Job)
	| { readonly job: "exercise"; readonly line: string }
	| { readonly job: "finish-early" }
	| { readonly job: "leave-out" }
	| { readonly job: "accept"; readonly missing: readonly Missing[] }
	| { readonly job: "cancel" }
	/** Discard the session at exit. */
	| { readonly job: "forget" };

export type Job =
	| { readonly job: "requirements" | "choices" }
	/** `examine`: audit the cages and compare them with the host. */
	| { readonly job: "home"; readonly examine: boolean }
	| { readonly job: "cage" | "run-cage"; readonly name: string }
	| ({ readonly job: "edit-plan"; readonly name: string } & Pick<ActionRequest, "at">)
	| { readonly job: "view"; readonly name: string; readonly view: Exclude<CageView, "actions"> }
	| { readonly job: "preview" | "act"; readonly request: ActionRequest }
	| { readonly job: "selftest" | "minimise" | "shell"; readonly answers: Answers }
	| { readonly job: "text"; readonly page: TextPage }
	| { readonly job: "head"; readonly path: Path }
	| { readonly job: "copy"; readonly text: string }
	| { readonly job: "install-unit"; readonly service?: string }
	| { readonly job: "resume" | "discard"; readonly id: string }
	| ({ readonly job: "installation" } & ToInstall)
	| { readonly job: "install"; readonly requirements: readonly MissingRequirement[] }
	/** `watch`: trace the running process. */
	| { readonly job: "propose"; readonly choice: Choice; readonly watch?: boolean }
	| { readonly job: "propose"; readonly line: string }
	/** `soon`: wait for the next key, which replaces it. */
	| { readonly job: "validate"; readonly answers: Answers; readonly soon: boolean }
	| { readonly job: "probe"; readonly line: string; readonly answers: Answers }
	/** `add`: add the run to the earlier ones. */
	| { readonly job: "trace"; readonly answers: Answers; readonly add: boolean }
	| { readonly job: "plan" | "host-view" | "try" | "finish"; readonly answers: Answers }
	| { readonly job: "template"; readonly name: string; readonly answers: Answers; readonly replace?: true }
	| { readonly job: "names"; readonly initiatedBy: string; readonly implementedBy: string }
	/** Writes the review to a new file. */
	| { readonly job: "review"; readonly path: string; readonly name: string };

export interface Reduction {
	readonly state: WizardState;
	readonly intentions: readonly Intention[];
}

export const startState: WizardState = {
	screen: "requirements",
	// Also for terminals that do not report one.
	size: { columns: 80, rows: 24 },
	cursors: {},
	queries: {},
	scroll: 0,
	warnings: [],
	jobs: {},
	waits: {},
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
	return ["home", "cage", "requirements", "form"].includes(screen) ? "choose" : (screen as StepName);
}

export function note(code: string, values: Values = {}): Note {
	return { code, values };
}
