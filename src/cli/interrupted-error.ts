/** A signal ended the command after its work was undone. The exit status is 128 + the signal's number. */
export class InterruptedError extends Error {
	readonly status: number;
	/** What state things are in. Empty if it goes without saying. */
	readonly text: string;

	constructor(signal: NodeJS.Signals, text = "") {
		super(signal);
		this.name = "Interrupted";
		this.text = text;
		this.status = signal === "SIGHUP" ? 129 : signal === "SIGINT" ? 130 : 143;
	}
}
