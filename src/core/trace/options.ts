import { tracedCalls } from "./calls.ts";

/**
 * Signals that are not shown: those that end nobody (signal(7)). strace prints `+++ killed by …` only for signals that it shows, and a
 * process whose end is not told would live on here, until another one gets its number.
 */
const hiddenSignals = "CHLD,CONT,STOP,TSTP,TTIN,TTOU,URG,WINCH";

/**
 * How much of a string strace shows that is no path (paths are whole anyway), and how many elements of a list. What a server sends stays
 * out of the trace so, and costs little: at 4096, one that answers 4 kB by send(2) was a fifth slower (measured). A process has seldom more
 * groups, or messages in one sendmmsg(2).
 */
const shownLength = 256;

/**
 * strace's options for the lines that this folder reads; where they go (`-o`) and the command are the caller's to add.
 * `fast` adds `--seccomp-bpf`, under which calls that another filter denies do not show.
 * Only one `-q`: a second would hide the exits (strace(1)).
 */
export function straceArguments(options: { readonly fast: boolean }): string[] {
	return [
		"-f",
		...(options.fast ? ["--seccomp-bpf"] : []),
		"-q",
		"-y",
		...["-s", String(shownLength)],
		"--decode-pids=pidns",
		"-e",
		`signal=!${hiddenSignals}`,
		"-e",
		`trace=${tracedCalls}`,
	];
}
