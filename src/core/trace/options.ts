import { tracedCalls } from "./calls.ts";

/**
 * Signals whose deliveries and deaths are shown. strace prints `+++ killed by …` only for signals that `-e signal=` selects, so `none`
 * would hide how a process died; the frequent ones (CHLD, ALRM, USR1…) stay out.
 */
const shownSignals = "ABRT,BUS,FPE,HUP,ILL,INT,KILL,QUIT,SEGV,SYS,TERM,TRAP,XCPU,XFSZ";

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
		"-s",
		"4096",
		"--decode-pids=pidns",
		"-e",
		`signal=${shownSignals}`,
		"-e",
		`trace=${tracedCalls}`,
	];
}
