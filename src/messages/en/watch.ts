/** Watching a cage in production for what it misses. */
export const watchEn = {
	time: (seconds: number) =>
		seconds >= 5400 ? `${Math.round(seconds / 3600)} h` : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s`,
	started: (time: string) => `Watching for ${time} what fails in the cage; Ctrl-C ends it and keeps what was seen`,
	nothing: (name: string, time: string) => `${name}: watched for ${time}: nothing that the cage lacks was asked for.`,
	missed: (name: string, time: string | undefined, count: number) =>
		`${name}: ${time === undefined ? "watched" : `watched for ${time}`}: ${count === 1 ? "1 path" : `${count} paths`} missed`,
	take: (command: string) => `To take them up with the next update: ${command}`,
	takeQuestion: "Take them up? [y/N]",
};
