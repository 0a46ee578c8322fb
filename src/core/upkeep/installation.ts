import { argumentWord } from "../confinement/unit/quote.ts";
import { type Path, pathFromText } from "../path/path.ts";
import { quoteShell } from "../path/quote.ts";

/** What `install` puts in fixed places beside the program itself: the files of packaging/, filled in for this machine. */

export const programFolder = pathFromText("/usr/local/lib/cagewright");
export const programLink = pathFromText("/usr/local/sbin/cagewright");

/** What the timer does once a day. */
export const timerTasks = ["check", "update", "none"] as const;
export type TimerTask = (typeof timerTasks)[number];

export interface Verb {
	readonly name: string;
	/** With their dashes. */
	readonly options: readonly string[];
}

export interface Wanted {
	readonly state: string;
	readonly timer: TimerTask;
	/** What the machine has that would read such a file. */
	readonly has: { readonly apt: boolean; readonly dnf: boolean; readonly dnf5: boolean; readonly systemd: boolean };
	readonly verbs: readonly Verb[];
}

export interface InstalledFile {
	readonly place: Path;
	readonly text: string;
}

export const timerUnit = "cagewright-upkeep.timer";

/** Every place that `install` may ever have written to: what `uninstall` looks at. */
export const installedPlaces: readonly Path[] = [
	"/usr/local/share/bash-completion/completions/cagewright",
	"/etc/apt/apt.conf.d/90cagewright",
	"/etc/dnf/plugins/post-transaction-actions.d/cagewright.action",
	"/etc/dnf/libdnf5-plugins/actions.d/cagewright.actions",
	"/etc/systemd/system/cagewright-upkeep.service",
	"/etc/systemd/system/cagewright-upkeep.timer",
].map(pathFromText);

/** `packaged` gives the text of a file of packaging/. The hooks never make an upgrade fail, and say nothing while nothing is wrong. */
export function installedFiles({ has, state, timer, verbs }: Wanted, packaged: (name: string) => string): InstalledFile[] {
	const [completion, apt, dnf, dnf5, service, timerPlace] = installedPlaces as [Path, Path, Path, Path, Path, Path];
	const shell = quoteShell(state);
	const file = (place: Path, name: string, values: Readonly<Record<string, string>>): InstalledFile => ({
		place,
		text: packaged(name).replace(/@([A-Z]+)@/g, (token, key: string) => values[key] ?? token),
	});
	return [
		// bash(1), Programmable Completion: verbs, then the options of the verb and the names of cages.
		file(completion, "completion.bash", {
			VERBS: verbs.map(({ name }) => name).join(" "),
			OPTIONS: verbs.map(({ name, options }) => `\t\t${name}) words='${options.join(" ")}' ;;`).join("\n"),
		}),
		// apt.conf(5), DPkg::Post-Invoke: after each run of dpkg, by /bin/sh.
		...(has.apt ? [file(apt, "apt.conf", { STATE: shell.replaceAll('"', '\\"') })] : []),
		// dnf-plugin-post-transaction-actions(8): package filter, transaction state, command.
		...(has.dnf ? [file(dnf, "dnf.action", { STATE: shell })] : []),
		// libdnf5-actions(8): callback, package filter, direction, options, command.
		...(has.dnf5 ? [file(dnf5, "dnf5.actions", { STATE: shell.replaceAll("'", "'\\''") })] : []),
		...(has.systemd && timer !== "none"
			? [file(service, `${timer}.service`, { STATE: argumentWord(state) }), file(timerPlace, "upkeep.timer", {})]
			: []),
	];
}
