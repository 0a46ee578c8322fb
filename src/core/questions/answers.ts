import type { Application, Bind, Rules } from "../application/application.ts";
import type { Note } from "../failure.ts";
import type { PinRules } from "../minimise/needs.ts";

/**
 * Everything that a person decides about a cage, as text: what the options of `make` carry, what the wizard's form edits, and
 * what a template fills in. `command` is absent where a template brings it.
 */
export interface Answers {
	readonly name: string;
	readonly template?: string;
	/** Values that were given to the template's parameters. */
	readonly parameters?: Readonly<Record<string, string>>;
	/** The systemd unit that they were read from, e.g. `nginx.service`, and what reading it told. */
	readonly unit?: string;
	readonly notes?: readonly Note[];
	readonly application: Application;
	/** Present where its probes were proposed: what else it can be asked, each in place of them. The next is tried where one does not pass. */
	readonly otherProbes?: readonly (readonly string[])[];
	/** Directories that the unit of this program makes for it, as `--directory` takes them: those that it uses are taken. */
	readonly serviceDirectories?: readonly string[];
	readonly rules: Rules;
	/** Dangers of the audit that are accepted, as `--accept-finding` takes them. */
	readonly accepted?: readonly string[];
	/** An account of the host for this cage alone, made where it is missing. */
	readonly dedicatedAccount?: string;
	readonly onHost: boolean;
	/** A process that runs already, to be watched instead of a start of its own; for so many seconds at least. */
	readonly attach?: { readonly pid: number; readonly seconds?: number };
	readonly rounds: number;
	/** What the trials prove unnecessary is left out at the end, but for this. */
	readonly minimise?: PinRules;
}

export const defaultTimeout = 30;
export const defaultRounds = 5;
/** What a start reads is then found by the trial alone, and each round may find but one file more. */
export const defaultRoundsAttached = 20;

export function parseBind(text: string): Bind | undefined {
	const match = /^(\/.*?)(?::(ro|rw))?$/s.exec(text);
	return match?.[1] ? { path: match[1], access: match[2] === "rw" ? "rw" : "ro" } : undefined;
}

/** A cage's name: also a folder and a part of unit names. */
export const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

export function isName(text: string): boolean {
	return namePattern.test(text) && !text.includes("..");
}
