/** Failures of probes and exercises; see `failures.ts`. */
export const probeFailuresEn = {
	"line-unreadable": "The shell cannot parse this line. Correct it: {detail}",
	"line-program-missing":
		"{program} is not installed on this machine. Install its package{package? %}, or use another program in this line.",
	"probe-guess-failed":
		"Cagewright knows no probe for {command}, and the probe guessed from its port fails: {probe} {words} Give a shell line that exits 0 if the application answers a real request (--probe).",
	"probe-refused":
		"The running service answers no probe that Cagewright knows for {command}: {probe} {words} Give a shell line that exits 0 if the application answers a real request (--probe).",
	"no-probe":
		"Cagewright knows no probe for {command}. Give a shell line that exits 0 if the application answers a real request (--probe).",
	"probe-answered-by-another":
		"Another process on this host already answers the probe: {probe}. Stop that process, or omit --on-host to trace in a sandbox.",
	"probe-proves-nothing":
		"The probe succeeds even when the application is not running, so it proves nothing: {probe}. Write a probe that sends a request to the application.",
	"probe-unreadable": "The shell cannot parse the probe. Correct --probe: {detail}",
	"exercise-unreadable": "The shell cannot parse the exercise. Correct --exercise: {detail}",
	"probe-program-missing":
		"The probe needs {program}, which is not installed{package? (package %)}. Install it, or give another probe: --probe 'COMMAND'.",
	"exercise-fails-in-cage":
		"{name} answers in its cage, but an exercise that passed in the trace fails there: {probe} {words?Output: %} {missing?· Missing: %} · `cagewright explain {name}` shows what the cage refuses.",
	"exercise-program-missing":
		"The exercise needs {program}, which is not installed{package? (package %)}. Install it, or give another exercise: --exercise 'COMMAND'.",
	"probe-cannot-run":
		"The probe ended with status {status}, so waiting is useless: {words}. Install or correct what it calls, or give another probe: --probe 'COMMAND'.",
};
