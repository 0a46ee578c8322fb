/** The service of `cagewright watch` on this machine when the record was written. */
export interface AlarmService {
	/** It starts at each boot. */
	readonly installed: boolean;
	readonly active: boolean;
	/** The running command reports this cage. */
	readonly covers: boolean;
}

export const alarmUnit = "cagewright-watch.service";

/** Options of `watch` with a value. */
const withValue = new Set(["--on-alarm", "--check-every", "--format", "--lang"]);

/** What the words of a running `cagewright [--state DIR] watch [NAME…]` watch: the state folder, if it is named, and cages; none stands for all. */
export function watchedBy(words: readonly string[]): { readonly state?: string; readonly names: readonly string[] } | undefined {
	const at = words.indexOf("watch");
	if (at < 0) return undefined;
	const stateAt = words.indexOf("--state");
	const state = stateAt < 0 ? undefined : words[stateAt + 1];
	const rest = words.slice(at + 1);
	const names = rest.filter((word, index) => !word.startsWith("-") && !withValue.has(rest[index - 1] ?? ""));
	return { ...(state === undefined ? {} : { state }), names };
}
