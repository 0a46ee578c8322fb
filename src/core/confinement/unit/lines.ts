import { ancestors, join, type Path, pathFromText } from "../../path/path.ts";
import { printable } from "../../path/quote.ts";
import { mountedData, type UnitInput } from "./input.ts";
import { pathText, requireOneLine } from "./quote.ts";

/**
 * Returns lines of `[Unit]` that prevent systemd from following a link to a source of `BindPaths=`: it does not start the
 * service if a directory between the cage's data folder and the source, or on the path to state in place, is a link, and checks
 * again at each restart (systemd.unit(5)). No command runs, so the service's environment has no influence. Directories above the
 * data folder belong to root.
 */
export function sourceAssertions(input: Pick<UnitInput, "binds" | "data">): string[] {
	// A group may be able to put a link into a directory of many services.
	const files = input.binds.flatMap(({ created, path }) => (created?.isFile ? [pathFromText(path)] : []));
	const parts = new Set([...mountedData(input).flatMap(({ path, source }) => partsOf(path, source)), ...files]);
	if (!parts.size) return [];
	return [
		"# systemd follows links to mount sources, so no directory above the application's state may be a link.",
		...[...parts].map((part) => `${assertion}=!${pathText(assertion, part)}`),
	];
}

const assertion = "AssertPathIsSymbolicLink";

function partsOf(path: Path, source: Path): Path[] {
	if (source === path) return [...ancestors(path), path];
	// A trial's copy is in one of our own folders.
	if (!source.endsWith(path)) return [];
	const top = source.slice(0, -path.length) as Path;
	return [top, ...[...ancestors(path), path].map((part) => join(top, part.slice(1)))];
}

export interface Setting {
	readonly name: string;
	readonly value: string;
	/** The reasons for the setting. */
	readonly comments: readonly string[];
}

/** Collects a section's settings in order. */
export class UnitLines {
	readonly settings: Setting[] = [];
	#comments: string[] = [];

	/** Adds a comment to the next setting. */
	comment(text: string): void {
		this.#comments.push(printable(text));
	}

	/** Throws `unit-inexpressible` (exit 2) for a value with a line break. */
	set(name: string, value: string): void {
		requireOneLine(name, value);
		this.settings.push({ name, value, comments: this.#comments });
		this.#comments = [];
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
