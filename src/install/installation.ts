import { type Path, pathFromText, pathToText } from "../base/path/path.ts";
import { quoteShell } from "../base/path/quote.ts";
import { argumentWord } from "../unit/lines.ts";

/**
 * What `install` puts in fixed places beside the program itself: the files of packaging/, filled in for this machine, and the man pages
 * and completions of dist/.
 */

export const programFolder = pathFromText("/usr/local/lib/cagewright");
export const programLink = pathFromText("/usr/local/sbin/cagewright");

/** Where a package of the distribution has the program (scripts/package.js). `install` leaves such a system alone. */
export const packagedFolder = pathFromText("/usr/lib/cagewright");
export const packagedLink = pathFromText("/usr/bin/cagewright");
export const packagedWatchUnit = pathFromText("/usr/lib/systemd/system/cagewright-watch.service");

/** The timer's daily task. */
export type TimerTask = "check" | "update" | "none";

interface InstallRequest {
	readonly state: string;
	readonly timer: TimerTask;
	/** Programs of this machine that read such files. */
	readonly has: { readonly apt: boolean; readonly dnf: boolean; readonly dnf5: boolean; readonly systemd: boolean };
	/** Files of dist/man/. */
	readonly manuals: readonly string[];
}

interface InstalledFile {
	readonly place: Path;
	readonly text: string;
}

const upkeepUnit = "cagewright-upkeep";
export const timerUnit = `${upkeepUnit}.timer`;
/** A package's unit. On a machine without a package there is none, and hooks that name it start nothing. */
const packagedUpdateUnit = "cagewright-update";

const places = {
	bash: "/usr/local/share/bash-completion/completions/cagewright",
	zsh: "/usr/local/share/zsh/site-functions/_cagewright",
	// fish(1): unlike /usr/local/share, this folder is read without XDG_DATA_DIRS.
	fish: "/etc/fish/completions/cagewright.fish",
	apt: "/etc/apt/apt.conf.d/90cagewright",
	dnf: "/etc/dnf/plugins/post-transaction-actions.d/cagewright.action",
	dnf5: "/etc/dnf/libdnf5-plugins/actions.d/cagewright.actions",
	service: "/etc/systemd/system/cagewright-upkeep.service",
	timer: "/etc/systemd/system/cagewright-upkeep.timer",
	metrics: "/etc/systemd/system/cagewright-metrics.service",
} as const;

/** Every place that any version of `install` wrote to, except man pages. */
export const installedPlaces: readonly Path[] = Object.values(places).map(pathFromText);
export const timerPlace = pathFromText(places.timer);

const manualFolder = "/usr/local/share/man";
export const manualFolders: readonly Path[] = ["man1", "man5"].map((section) => pathFromText(`${manualFolder}/${section}`));

/** Returns the place of a man page such as `cagewright-make.1`. */
export function manualPlace(name: string): Path {
	return pathFromText(`${manualFolder}/man${name.slice(-1)}/${name}`);
}

export function isManual(name: string): boolean {
	return /^cagewright(-[a-z]+)?\.[15]$/.test(name);
}

/** `released` returns the text of a file of the release. The hooks never make an upgrade fail, and print nothing if nothing is wrong. */
export function installedFiles(
	{ has, manuals, state, timer }: InstallRequest,
	released: (path: string) => string,
): InstalledFile[] {
	const shell = quoteShell(state);
	const completion = (place: keyof typeof places, name: string): InstalledFile => ({
		place: pathFromText(places[place]),
		text: released(`dist/completion/${name}`),
	});
	const file = (place: keyof typeof places, name: string, stateWord: string): InstalledFile => ({
		place: pathFromText(places[place]),
		text: released(`packaging/${name}`)
			.replaceAll("@PROGRAM@", () => pathToText(programLink) ?? "")
			.replaceAll("@UPDATE@", () => (timer === "update" ? upkeepUnit : packagedUpdateUnit))
			.replaceAll("@STATE@", () => stateWord),
	});
	return [
		completion("bash", "cagewright.bash"),
		completion("zsh", "_cagewright"),
		completion("fish", "cagewright.fish"),
		// apt.conf(5), DPkg::Post-Invoke: after each run of dpkg, by /bin/sh.
		...(has.apt ? [file("apt", "apt.conf", shell.replaceAll('"', '\\"'))] : []),
		// dnf-plugin-post-transaction-actions(8): package filter, transaction state, command.
		...(has.dnf ? [file("dnf", "dnf.action", shell)] : []),
		// libdnf5-actions(8): callback, package filter, direction, options, command.
		...(has.dnf5 ? [file("dnf5", "dnf5.actions", shell.replaceAll("'", "'\\''"))] : []),
		...(has.systemd && timer !== "none"
			? [
					file("service", `${timer}.service`, argumentWord(state)),
					file("timer", "upkeep.timer", ""),
					file("metrics", "metrics.service", argumentWord(state)),
				]
			: []),
		...manuals.map((name) => ({ place: manualPlace(name), text: released(`dist/man/${name}`) })),
	];
}
