/** A signal ended the command after its work was undone. The exit status is 128 + the signal's number. */
export class Interrupted extends Error {
	readonly status: number;

	constructor(signal: NodeJS.Signals) {
		super(signal);
		this.name = "Interrupted";
		this.status = signal === "SIGHUP" ? 129 : signal === "SIGINT" ? 130 : 143;
	}
}
