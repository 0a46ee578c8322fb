/** Help of the verbs that audit cages. */
export const checkHelpEn = {
	check: {
		about: "Audit cages and compare them with the host",
		details:
			"`check` exits 1 if it finds something new, and changes nothing on the host or in the cage. FINDING is CODE:PATH (or CODE:ACCOUNT), package:NAME, host-files, would-change or processes-behind; a wrong one lists those of the cage. `--accept` only stops `check` from reporting it as new. It permits nothing: a danger still prevents each start until `run --accept-finding CODE:PATH` permits it, which `check` then also accepts.",
		accept: "Acknowledge this finding, with your name and the time; a change makes it new again",
		until: "Last day on which --accept counts (default: until --revoke)",
		revoke: "Report an acknowledged finding again",
		deep: "Read every file, even if its size and timestamps have not changed",
		nagios: "Print one line and exit as monitoring expects (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN)",
	},
};
