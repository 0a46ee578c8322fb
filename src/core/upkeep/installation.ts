import { argumentWord } from "../confinement/unit/quote.ts";
import { type Path, pathFromText } from "../path/path.ts";
import { quoteShell } from "../path/quote.ts";

/** What `install` puts in fixed places beside the program itself, and why each is there. All of it is text that says whose it is. */

export const programFolder = pathFromText("/usr/local/lib/cagewright");
export const programLink = pathFromText("/usr/local/sbin/cagewright");
const program = "/usr/local/sbin/cagewright";

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

export function installedFiles(wanted: Wanted): InstalledFile[] {
	const { has, state, timer, verbs } = wanted;
	const [completion, apt, dnf, dnf5, service, timerPlace] = installedPlaces as [Path, Path, Path, Path, Path, Path];
	const files: InstalledFile[] = [{ place: completion, text: bashCompletion(verbs) }];
	const mark = `${program} --quiet --state ${quoteShell(state)} stale --mark`;
	// A hook must never make an upgrade fail, nor be heard when nothing is wrong.
	if (has.apt) files.push({ place: apt, text: aptHook(mark) });
	// dnf-plugin-post-transaction-actions(8): package filter, transaction state, command.
	if (has.dnf) files.push({ place: dnf, text: `*:any:${mark}\n` });
	// libdnf5-actions(8): callback, package filter, direction, options, command.
	if (has.dnf5)
		files.push({
			place: dnf5,
			text: `post_transaction:::enabled=host-only raise_error=0:/bin/sh -c ${quoteShell(`${mark} || true`)}\n`,
		});
	if (has.systemd && timer !== "none") {
		files.push({ place: service, text: serviceText(timer, state) }, { place: timerPlace, text: timerText });
	}
	return files;
}

/** apt.conf(5), DPkg::Post-Invoke: after each run of dpkg, by /bin/sh. */
function aptHook(mark: string): string {
	return `// Names the cages whose files an upgrade has made old: cagewright stale\nDPkg::Post-Invoke { "test ! -x ${program} || ${mark.replaceAll('"', '\\"')} || true"; };\n`;
}

function serviceText(task: "check" | "update", state: string): string {
	const command = task === "check" ? "check --all --nagios" : "update --all --yes";
	return `[Unit]
Description=Cages ${task === "check" ? "are compared with the host" : "are brought up to date, tried before they are used"}

[Service]
Type=oneshot
ExecStart=${program} --quiet --state ${argumentWord(state)} ${command}
# What is found is news of the cages, not a failure of this job.
SuccessExitStatus=${task === "check" ? "1 2" : ""}
Nice=10
IOSchedulingClass=idle
`;
}

const timerText = `[Unit]
Description=Upkeep of cages, once a day

[Timer]
OnCalendar=daily
# Not all machines of a site at the same minute.
RandomizedDelaySec=2h
Persistent=true

[Install]
WantedBy=timers.target
`;

/** bash(1), Programmable Completion: verbs, then the options of the verb and the names of cages. */
export function bashCompletion(verbs: readonly Verb[]): string {
	const cases = verbs.map(({ name, options }) => `\t\t${name}) words=${quoteShell(options.join(" "))} ;;`).join("\n");
	return `# bash completion for cagewright
_cagewright() {
	local current=\${COMP_WORDS[COMP_CWORD]} verb= word words state=\${CAGEWRIGHT_STATE:-/var/lib/cagewright}
	local at
	for ((at = 1; at < COMP_CWORD; at++)); do
		word=\${COMP_WORDS[at]}
		case $word in
		--state) state=\${COMP_WORDS[at + 1]} ;;
		-*) ;;
		*) [ "\${COMP_WORDS[at - 1]}" = --state ] || verb=\${verb:-$word} ;;
		esac
	done
	if [ -z "$verb" ]; then
		words=${quoteShell(verbs.map(({ name }) => name).join(" "))}
	else
		case $verb in
${cases}
		esac
		[[ $current == -* ]] || words="$words $(cd "$state/cages" 2>/dev/null && printf '%s ' *)"
	fi
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _cagewright cagewright
`;
}
