/** Ended by a signal, after everything was undone: 128 + its number. */
export class Interrupted extends Error {
	readonly status: number;

	constructor(signal: NodeJS.Signals) {
		super(signal);
		this.name = "Interrupted";
		this.status = signal === "SIGHUP" ? 129 : signal === "SIGINT" ? 130 : 143;
	}
}
