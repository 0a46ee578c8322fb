import type { TraceTab } from "../../core/wizard/tracing-state.ts";

export const traceEn = {
	starting: "Starting {name} under strace…",
	waiting: "It runs. Waiting for its first answer…",
	answering: "It answers. Use it now, run the next exercise (x) or your own (e); Enter when it is enough.",
	quietFor: "It answers. Nothing new for {seconds} seconds: Enter goes on, or exercise it more.",
	quietSince: "It answers. Nothing new since the last exercise ({seconds} s): Enter goes on, or exercise it more.",
	finishing: "Enough: log reopening, reload, stop and a second start are watched as well…",
	finishingAgain: "Enough: reload, stop and a second start are watched as well, then comes another run…",
	done: "The trace is complete. Press Enter to see what goes into the cage.",
	doneRuns: "{runs} runs are complete and add up. Press Enter to see what goes into the cage.",
	failed: "The trace did not succeed. r starts it again, Esc leads back to what is started.",
	failedKept: "This run did not succeed. What the runs before it showed is kept; Enter goes on with it.",
	adding: "Run {run} adds to what is known.",
	counts:
		"{paths:count} paths · {read:count} read · {executed:count} executed · {written:count} written · {missing:count} asked for and absent",
	probes: "Probes",
	exercises: "Exercises",
	gained: "+{count:count} {count|path|paths}",
	gainedNothing: "nothing new",
	running: "running",
	sum: "{answered:count} of {all:count} probes and exercises answered",
	output: "Output of the application",
	noOutput: "(nothing yet)",
	signal: "signal {signal}",
	tabs: { output: "Output", processes: "Processes", newest: "Newest", reached: "Reached" } satisfies Record<TraceTab, string>,
	titles: {
		processes: "Processes: {living:count} running, {ended:count} ended",
		newest: "Newest paths",
		reached: "Reached, and what to exercise next",
	},
	noProcesses: "(none yet)",
	noPaths: "(none yet)",
	measuring: "Looking up what the application's packages hold…",
	threads: "{count:count} more {count|thread|threads}",
	account: "as {name}",
	exited: "ended ({status})",
	killed: "killed by {signal}",
};

export const traceNoticesEn = {
	"not-answered-yet": "Not yet: first the application has to answer its probes.",
	"exercise-too-late": "It does not run any more. Press r for another run, which adds to this one.",
	"nothing-to-exercise": "Nothing more is known that could be exercised; type a line of your own with e.",
	"exercise-no-command": "No command is known for this. Use the application so that it needs it, or type a line with e.",
	"signal-by-itself": "This comes by itself once it is enough.",
	"run-stopped": "Stopped. What the runs before it showed is kept.",
};
