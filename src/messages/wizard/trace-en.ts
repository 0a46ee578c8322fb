export const traceEn = {
	starting: "Starting {name} under strace…",
	waiting: "It runs. Waiting for its first answer…",
	answering: "It answers. Use it now, add exercises with e, and press Enter when it is enough.",
	finishing: "Enough: log reopening, reload, stop and a second start are watched as well…",
	done: "The trace is complete. Press Enter to see what goes into the cage.",
	failed: "The trace did not succeed.",
	counts:
		"{paths:count} paths · {read:count} read · {executed:count} executed · {written:count} written · {missing:count} asked for and absent",
	probes: "Probes",
	exercises: "Exercises",
	output: "Output of the application",
	noOutput: "(nothing yet)",
	newest: "Newest: {path}",
	signal: "signal {signal}",
};
