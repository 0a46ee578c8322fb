import type { PinKind } from "../../core/minimise/needs.ts";

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;
const files = (count: number) => many(count, "file", "files");

/** What `minimise` says, English. Bytes come in as text. */
export const minimiseEn = {
	/** The time left is undefined until it can be told. */
	progress: (trials: number, estimated: number, out: number, bytes: string, open: number, left: string | undefined) =>
		`Trial ${trials} of about ${estimated}: ${files(out)} (${bytes}) can go, ${open} not decided yet${left === undefined ? "" : `, about ${left} left`}`,
	time: (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`),
	searching: (jobs: number) =>
		`Leaving files out and trying what is left, ${many(jobs, "trial", "trials")} at a time; Ctrl-C ends that with what was found so far.`,
	stopping: "Stopping: what was found so far is tried once more. Ctrl-C again ends it at once.",
	would: (name: string, open: number, bytes: string, of: number, trials: number) =>
		`Would try to leave out ${files(open)} (${bytes}) of the ${of} in ${name}, in about ${many(trials, "trial", "trials")} or more. Nothing was tried and nothing was changed.`,
	tried: "To be tried",
	stays: "Stays in any case",
	found: (name: string, out: number, of: number, bytes: string, ofBytes: string) =>
		`${name} does not need ${out} of its ${files(of)} (${bytes} of ${ofBytes}).`,
	nothing: (name: string, of: number) => `${name} needs all of its ${files(of)}, or they are to stay. Nothing was changed.`,
	nothingYet: (name: string, of: number) =>
		`Of the ${files(of)} in ${name} none had been proven unnecessary. Nothing was changed.`,
	how: (trials: number, seconds: number) => `Found in ${many(trials, "trial", "trials")}, ${seconds} s.`,
	stopped: "Stopped before every file was decided: another run goes on from here.",
	byGroup: "Left out, by kind",
	byPackage: "Left out, by package",
	noPackage: "of no package",
	kept: "Kept",
	needed: "needed by what was asked",
	pins: {
		program: "the program",
		needed: "libraries, loader and extensions of what stays",
		accounts: "accounts of the cage",
		rule: "you asked for it",
		edited: "edited in the cage",
		kept: "--keep, --keep-kind",
		interpreter: "library of an interpreter, loaded when it is first needed",
		"time-zone": "the local time",
		locale: "the language that it speaks",
		"name-service": "how names are looked up",
		tls: "certificates and their rules, because there is a private key",
		configuration: "configuration that no package brought",
	} satisfies Record<PinKind, string>,
	/** How much it depends on what was asked. */
	depends: (probes: number, exercises: number, signals: readonly string[]) =>
		`Proven by ${many(probes, "probe", "probes")}, ${many(exercises, "exercise", "exercises")}${signals.length ? `, ${signals.join(" and ")}` : ""} and three starts, and by nothing else: what they do not reach may need what is left out.`,
	noExercise: "Only the probe speaks for it. Give --exercise CMD for whatever else the service has to do, before you rely on it.",
	uncounted: (lines: string) => `Not counted, for it fails in the cage as it is: ${lines}`,
	configuration: (paths: string) => `What these set applies no more: ${paths}. To keep such files: --keep-kind configuration`,
	question: (name: string) => `Make ${name} without them? The present generation is kept. [y/N]`,
	leftAsIs: "Nothing was changed.",
	made: (name: string, generation: number, count: number, bytes: string, before: number) =>
		`Generation ${generation} of ${name} has ${files(count)} (${bytes}) and answers; back to ${before}: cagewright rollback ${name}`,
	explain: (name: string) =>
		`Why a path is not there: cagewright explain ${name} PATH. To have it again: --include PATH with the next make.`,
};
