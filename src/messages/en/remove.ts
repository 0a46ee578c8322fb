/** What `remove` says, English. */
export const removeEn = {
	will: (name: string) => `Removing ${name} deletes:`,
	keeps: "It keeps:",
	item: (path: string, size: string) => `  ${path} (${size})`,
	generations: (path: string, count: number, size: string) =>
		`  ${path} (${count === 1 ? "1 generation" : `${count} generations`}, ${size})`,
	data: (path: string, size: string) => `  ${path} (the application's data, ${size})`,
	unit: (path: string) => `  ${path} (its unit; no start at boot any more)`,
	dropin: (path: string, service: string) => `  ${path} (${service} starts on the host itself then)`,
	hook: (path: string) => `  ${path}`,
	account: (account: string) => `  the account ${account} of this machine, which was made for it`,
	mentions: (path: string) => `${path} is not of this program, but names the cage: see to it yourself.`,
	question: (name: string) => `Remove ${name}? [y/N]`,
	done: (name: string) => `Removed ${name}.`,
	accountKept: (account: string, pid: number) =>
		`The account ${account} stays, because process ${pid} runs under it; end that and run: userdel ${account}`,
	kept: (name: string) => `${name} stays.`,
	finished: (name: string) => `An earlier command was cut off while it removed ${name}: it is removed now.`,
};
