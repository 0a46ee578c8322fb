import type { Note } from "../base/failure.ts";
import type { PinRules } from "../minimise/pins.ts";
import type { Application, Bind, Rules } from "../service/application.ts";

/**
 * Everything that the administrator decides about a cage: the options of `make`, the wizard's form, and what a template fills in.
 * `command` is absent if a template provides it.
 */
export interface Answers {
	readonly name: string;
	readonly template?: string;
	/** Values of the template's parameters. */
	readonly parameters?: Readonly<Record<string, string>>;
	/** The systemd unit that the answers come from, e.g. `nginx.service`, and notes from reading it. */
	readonly unit?: string;
	readonly notes?: readonly Note[];
	readonly application: Application;
	/**
	 * Alternatives to proposed probes; the next is tried if one fails. Present without any probe if the application in its sandbox
	 * still has to show one.
	 */
	readonly otherProbes?: readonly (readonly string[])[];
	/** Proposed probes that the running service answers. To answer only others in the sandbox is less. */
	readonly hostProbes?: readonly string[];
	/** Directories that the program's unit creates, as for `--directory`. Those that it uses become answers. */
	readonly serviceDirectories?: readonly string[];
	readonly rules: Rules;
	/** Accepted findings, as for `--accept-finding`. */
	readonly accepted?: readonly string[];
	/** A host account for this cage only, which is created if it is missing. */
	readonly dedicatedAccount?: string;
	/** The service's state stays where the host has it, because the service is going to be adopted. */
	readonly stateInPlace?: boolean;
	/** The service runs, and its clients are served from the cage afterwards. */
	readonly isServing?: boolean;
	readonly onHost: boolean;
	/** Traces this running process instead of starting one, for at least so many seconds. */
	readonly attach?: { readonly pid: number; readonly seconds?: number };
	readonly rounds: number;
	/** SHA-256 of the request that `make` got, so that the same request can be recognised. */
	readonly requested?: string;
	/** Leaves out what trials prove unnecessary, with these exceptions. */
	readonly minimise?: PinRules;
}

export const defaultTimeout = 30;
export const defaultRounds = 5;
/** The trace does not see the start, so trials find its files, possibly one per round. */
export const defaultRoundsAttached = 20;

export function parseBind(text: string): Bind | undefined {
	const match = /^(\/.*?)(?::(ro|rw))?$/s.exec(text);
	return match?.[1] ? { path: match[1], access: match[2] === "rw" ? "rw" : "ro" } : undefined;
}

/** Whether there is a probe, or the application in its sandbox still has to show one. */
export function hasProbe({ application, attach, onHost, otherProbes }: Answers): boolean {
	return application.probes.length > 0 || (otherProbes !== undefined && !onHost && !attach);
}

/** Adds exercises that the answers do not have yet. */
export function withExercises(answers: Answers, lines: readonly string[]): Answers {
	const { application } = answers;
	const exercises = [...new Set([...application.exercises, ...lines])];
	return exercises.length > application.exercises.length ? { ...answers, application: { ...application, exercises } } : answers;
}

/** A cage's name, which is also a folder and a part of unit names. */
const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

export function isName(text: string): boolean {
	return namePattern.test(text) && !text.includes("..");
}
