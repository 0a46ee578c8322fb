import { printable } from "../../path/quote.ts";
import { knows, neededVersion } from "./versions.ts";

export interface Setting {
	readonly name: string;
	readonly value: string;
	/** Why it is there. */
	readonly comments: readonly string[];
}

/** Settings of one section, in order; what this systemd does not know yet becomes a comment. */
export class UnitLines {
	readonly settings: Setting[] = [];
	readonly version: number;
	#comments: string[] = [];

	constructor(version: number) {
		this.version = version;
	}

	/** Belongs to the setting that follows. */
	because(text: string): void {
		this.#comments.push(printable(text));
	}

	set(name: string, value: string): void {
		if (!this.knows(name)) {
			this.because(`Missing here, needs systemd ${neededVersion(name)}: ${name}=${value}`);
			return;
		}
		this.settings.push({ name, value, comments: this.#comments });
		this.#comments = [];
	}

	knows(name: string): boolean {
		return knows(this.version, name);
	}

	/** Text of the lines, with the comments that no setting followed. */
	text(): string[] {
		return [...this.settings.flatMap(settingText), ...commentText(this.#comments)];
	}

	/** Comments that no setting followed. */
	get last(): readonly string[] {
		return this.#comments;
	}
}

export function settingText({ comments, name, value }: Setting): string[] {
	return [...commentText(comments), `${name}=${value}`];
}

export function commentText(comments: readonly string[]): string[] {
	return comments.map((comment) => `# ${comment}`);
}
