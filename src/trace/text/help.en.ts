/** Help of the verbs that trace an application. */
export const traceHelpEn = {
	trace: {
		about: "Trace an application in a sandbox and store what it uses",
		details:
			"TARGET is a template or a systemd unit; --add needs a cage. `trace NAME --for TIME` watches a running cage for files that it misses.",
		add: "Add this run to the stored trace; run only the exercises given here",
		for: "How long to watch a running cage, or at least with --attach: seconds, or a time such as 30m or 24h",
	},
};
