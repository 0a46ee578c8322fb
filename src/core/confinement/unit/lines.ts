import { printable } from "../../path/quote.ts";
import { knows, neededVersion } from "./versions.ts";

export interface Setting {
	readonly name: string;
	readonly value: string;
	/** The reasons for the setting. */
	readonly comments: readonly string[];
}

/** Collects a section's settings in order. A setting that this systemd does not know becomes a comment. */
export class UnitLines {
	readonly settings: Setting[] = [];
	readonly version: number;
	#comments: string[] = [];

	constructor(version: number) {
		this.version = version;
	}

	/** Adds a comment to the next setting. */
	comment(text: string): void {
		this.#comments.push(printable(text));
	}

	set(name: string, value: string): void {
		if (!this.knows(name)) {
			this.comment(`Missing here, needs systemd ${neededVersion(name)}: ${name}=${value}`);
			return;
		}
		this.settings.push({ name, value, comments: this.#comments });
		this.#comments = [];
	}

	knows(name: string): boolean {
		return knows(this.version, name);
	}

	/** Returns the lines, including comments after the last setting. */
	text(): string[] {
		return [...this.settings.flatMap(settingText), ...commentText(this.#comments)];
	}

	/** Comments after the last setting. */
	get last(): readonly string[] {
		return this.#comments;
	}
}

function settingText({ comments, name, value }: Setting): string[] {
	return [...commentText(comments), `${name}=${value}`];
}

export function commentText(comments: readonly string[]): string[] {
	return comments.map((comment) => `# ${comment}`);
}
