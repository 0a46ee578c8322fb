/** What `update`, `rollback` and `diff` say, English. */
export const updateEn = {
	unchanged: (name: string, generation: number) =>
		`${name} is up to date: generation ${generation} has what the host has. Nothing was done.`,
	would: (name: string, generation: number) =>
		`Would bring ${name} up to date from generation ${generation}: build the next beside it, try it, and make it the present one if it answers. Nothing was changed.`,
	editGoesOn: (path: string) => `${path} was edited in the cage and goes on as it is`,
	conflict: (path: string, name: string) =>
		`${path} was edited in the cage and has changed on the host as well: --configuration keep or host decides. To see both: cagewright shell ${name} -- cat ${path}`,
	conflicts: (name: string, paths: string) => `In ${name} this was edited, and it has changed on the host as well: ${paths}`,
	keepQuestion:
		"Keep what was edited in the cage? Otherwise the host's goes in, and the edited one is kept beside the cage. [y/N]",
	updated: (name: string, from: number, to: number, files: number) =>
		`${name} is up to date and answers: generation ${to} (${files} files) is the present one; back to ${from}: cagewright rollback ${name}`,
	restarted: (services: string, seconds: number) => `Restarted: ${services}, away for ${seconds} s.`,
	remaining: (name: string, pids: string) =>
		`Still in the generation before: ${pids}. What runs there gets the new one at its next start; end and start ${name} again.`,
	summary: (done: number, failed: number) => `${done} up to date, ${failed} failed`,
	wouldRollBack: (name: string, from: number, to: number) =>
		`Would make generation ${to} of ${name} the present one instead of ${from}, and restart what runs. Its data would stay as it is.`,
	rolledBack: (name: string, from: number, to: number) =>
		`${name} is back at generation ${to} (it was ${from}). Its data is as it was.`,
	switched: (name: string, generation: number, restarted: readonly string[], remaining: readonly number[]) =>
		[
			`An earlier command was cut off: generation ${generation} of ${name} is the present one.`,
			...(restarted.length ? [`Restarted now: ${restarted.join(", ")}.`] : []),
			...(remaining.length ? [`Still in another generation: ${remaining.join(", ")}; end and start ${name} again.`] : []),
		].join(" "),
	wentBack: (name: string, generation: number) =>
		`An earlier command was cut off, and ${name} did not answer when it was restarted now: generation ${generation} is the present one again.`,
	cleared: (name: string) => `An earlier command was cut off: what it had begun with ${name} is cleared away.`,
	settings: (settings: string) => `what is set beside the files: ${settings}`,
	same: (a: number, b: number) => `Generations ${a} and ${b} have the same files.`,
};
