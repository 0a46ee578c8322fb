import type { PinKind } from "../pin-kinds.ts";

/** Files and their size in words. */
interface FileAmount {
	readonly files: number;
	readonly bytes: string;
}

/** Output of `minimise`. Byte counts are already formatted. */
export const minimiseEn = {
	progress: ({ bytes, estimated, left, open, out, trials }: SearchWords) =>
		`Trial ${trials} of about ${estimated}: ${files(out)} (${bytes}) unnecessary, ${open} undecided${left === undefined ? "" : `, about ${left} left`}`,
	time: (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`),
	searching: (jobs: number) =>
		`Leaving out files and testing the rest, ${many(jobs, "trial", "trials")} at a time. Press Ctrl-C to stop early and keep the results.`,
	stopping: "Stopping after one more trial of the results so far. Press Ctrl-C again to stop at once.",
	would: (name: string, open: FileAmount, of: number, trials: number) =>
		`Would try to leave out ${files(open.files)} (${open.bytes}) of the ${of} in ${name}, in about ${many(trials, "trial", "trials")} or more. Nothing was tested or changed.`,
	tried: "To be tested",
	stays: "Always kept",
	found: (name: string, out: FileAmount, whole: FileAmount) =>
		`${name} does not need ${out.files} of its ${files(whole.files)} (${out.bytes} of ${whole.bytes}).`,
	nothing: (name: string, of: number) => `${name} needs all of its ${files(of)}, or you asked to keep them. Nothing was changed.`,
	nothingYet: (name: string, of: number) =>
		`The search stopped before any of the ${files(of)} in ${name} was proven unnecessary. Nothing was changed.`,
	how: (trials: number, seconds: number) => `Found in ${many(trials, "trial", "trials")}, ${seconds} s.`,
	stopped: "The search stopped before every file was decided. Another run continues from here.",
	byGroup: "Left out, by kind",
	byPackage: "Left out, by package",
	noPackage: "without a package",
	kept: "Kept",
	needed: "needed by a probe or exercise",
	pins: {
		program: "the program",
		needed: "libraries, loader and extensions of files that stay",
		accounts: "accounts of the cage",
		rule: "requested by an option",
		edited: "edited in the cage",
		kept: "--keep, --keep-kind",
		interpreter: "interpreter library that is loaded only when needed",
		"time-zone": "the local time",
		locale: "the application's language",
		"name-service": "name lookup",
		tls: "certificates and their rules, because the cage has a private key",
		configuration: "configuration that belongs to no package",
	} satisfies Record<PinKind, string>,
	/** The evidence, and its limits. */
	depends: (probes: number, exercises: number, signals: readonly string[]) =>
		`This is proven only for ${[many(probes, "probe", "probes"), many(exercises, "exercise", "exercises"), ...signals].join(", ")} and three starts. Other functions may need the files that were left out.`,
	noExercise:
		"Only the probe proves this. Before you rely on it, add --exercise CMD for everything else that the service must do.",
	uncounted: (lines: string) => `Not counted, because it fails in the complete cage: ${lines}`,
	configuration: (paths: string) =>
		`The settings in these files no longer apply: ${paths}. To keep such files: --keep-kind configuration`,
	question: (name: string) => `Build ${name} without these files? The current generation is kept. [y/N]`,
	leftAsIs: "Nothing was changed.",
	made: ({ before, bytes, count, generation, name, rollback }: SmallerWords) =>
		`Generation ${generation} of ${name} has ${files(count)} (${bytes}) and answers. To go back to ${before}: ${rollback}`,
	explain: (explain: string, trial: string) =>
		`To see why a path was left out: ${explain} PATH. To add it again: ${trial} --include PATH --yes`,
};

interface SearchWords {
	readonly trials: number;
	readonly estimated: number;
	/** Number and size of the unnecessary files. */
	readonly out: number;
	readonly bytes: string;
	readonly open: number;
	/** Undefined until the remaining time can be estimated. */
	readonly left: string | undefined;
}

interface SmallerWords {
	readonly name: string;
	readonly generation: number;
	readonly count: number;
	readonly bytes: string;
	/** The previous generation. */
	readonly before: number;
	readonly rollback: string;
}

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;

export const files = (count: number) => many(count, "file", "files");
