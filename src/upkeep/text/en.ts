/** Output of `remove`. */
export const removeEn = {
	will: (name: string) => `Removing ${name} deletes:`,
	keeps: "It keeps:",
	item: (path: string, size: string) => `  ${path} (${size})`,
	generations: (path: string, count: number, size: string) =>
		`  ${path} (${count === 1 ? "1 generation" : `${count} generations`}, ${size})`,
	data: (path: string, size: string) => `  ${path} (the application's data, ${size})`,
	unit: (path: string) => `  ${path} (its unit; the cage no longer starts at boot)`,
	dropin: (path: string, service: string) => `  ${path} (${service} then starts on the host)`,
	hook: (path: string) => `  ${path}`,
	account: (account: string) => `  the account ${account} of this machine, which was created for the cage`,
	mentions: (path: string) => `${path} names this cage but was not written by Cagewright. Edit or remove it yourself.`,
	question: (name: string) => `Remove ${name}? [y/N]`,
	done: (name: string) => `Removed ${name}.`,
	accountKept: (account: string, pid: number) =>
		`Account ${account} was not removed, because process ${pid} uses it. Stop that process and run: userdel ${account}`,
	kept: (name: string) => `${name} was not removed.`,
	finished: (name: string) => `An earlier command was interrupted while it removed ${name}. The removal is complete now.`,
};

interface UpdatedGeneration {
	readonly from: number;
	readonly to: number;
	readonly files: number;
}

/** Output of `update`, `rollback` and `diff`. */
export const updateEn = {
	unchanged: (name: string, generation: number) =>
		`${name} is up to date: generation ${generation} has the host's files. Nothing was built.`,
	would: (name: string, generation: number) =>
		`Would update ${name} from generation ${generation}: build the next generation, test it, and switch to it if it answers. Nothing was changed.`,
	editGoesOn: (path: string) => `${path} was edited in the cage; the update keeps the change`,
	conflict: (path: string, name: string) =>
		`${path} was edited in the cage and has also changed on the host. Choose a version with --configuration keep or host. To see the cage's: cagewright shell ${name} -- cat ${path}`,
	conflicts: (name: string, paths: string) => `Edited in cage ${name} and also changed on the host: ${paths}`,
	keepQuestion: "Keep the cage's version? Otherwise the update uses the host's, and saves the cage's version. [y/N]",
	updated: (name: string, { files, from, to }: UpdatedGeneration, rollback: string) =>
		`${name} was updated and answers. Generation ${to} (${files} files) is current. To go back to ${from}: ${rollback}`,
	renewed: (units: string) => `Renewed ${units} with the programs of this release, for later starts.`,
	restarted: (services: string, seconds: string) => `Restarted ${services}, down for ${seconds} s.`,
	remaining: (name: string, pids: string) =>
		`These processes still run in another generation: ${pids}. To use the current one, stop and start ${name}.`,
	summary: (done: number, failed: number) => `${done} up to date, ${failed} failed`,
	wouldRollBack: (name: string, from: number, to: number) =>
		`Would switch ${name} from generation ${from} to ${to} and restart it if it runs. Its data would not change.`,
	rolledBack: (name: string, from: number, to: number) =>
		`${name} is back at generation ${to} (before: ${from}). Its data did not change.`,
	switched: (name: string, generation: number, restarted: readonly string[], remaining: readonly number[]) =>
		[
			`An earlier command was interrupted. Generation ${generation} of ${name} is current.`,
			...(restarted.length ? [`Restarted: ${restarted.join(", ")}.`] : []),
			...(remaining.length ? [`Processes in another generation: ${remaining.join(", ")}. Stop and start ${name}.`] : []),
		].join(" "),
	wentBack: (name: string, generation: number) =>
		`An earlier command was interrupted. ${name} did not answer after the restart, so generation ${generation} is current again.`,
	cleared: (name: string) => `An earlier command was interrupted. Its unfinished work on ${name} was removed.`,
	settings: (settings: string) => `settings: ${settings}`,
	same: (a: number, b: number) => `Generations ${a} and ${b} contain the same files.`,
};

/** Output of `stale`. */
export const staleEn = {
	none: "No cage is outdated.",
	one: (name: string, packages: string, security: boolean) =>
		`cagewright: cage ${name} still contains older files${packages ? ` of ${packages}` : ""}${security ? " (security update)" : ""}; to update it: cagewright update ${name}`,
};
