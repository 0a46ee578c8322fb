import { existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { Failure } from "../base/failure.ts";
import { attempt, errorName } from "../base/host/errors.ts";
import { type Output, openDescriptor, openOutput } from "../base/host/output.ts";
import { realOutput } from "../base/host/place.ts";
import { type Path, pathFromText, pathToBytes } from "../base/path/path.ts";
import { printable, showPath } from "../base/path/quote.ts";
import { refuseOwnPlace } from "../cage/host/cages.ts";
import type { Recognise } from "../make/report/own-output.ts";
import { ownStateFolders } from "./arguments.ts";
import { inLocale } from "./format.ts";
import { descriptorOf, type GlobalOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** Which existing files an output may replace. Without `isOurs`, it must be a new file. */
interface OutputRules {
	readonly isOurs?: Recognise;
	readonly force?: boolean | undefined;
	readonly mode?: number;
}

/** A terminal, or just its `--state`. */
type OfState = { readonly options: Pick<GlobalOptions, "state"> };

/** Opens the output that `-o` names; undefined is stdout. Throws before any work what `openOutput` and `outputPath` throw. */
export async function openNamed(
	terminal: Terminal,
	signal: AbortSignal,
	output: string | undefined,
	{ force = false, ...rules }: OutputRules = {},
): Promise<Output> {
	if (output === undefined) {
		return { isFile: false, write: async (text) => terminal.print(text), [Symbol.asyncDispose]: async () => {} };
	}
	const descriptor = descriptorOf(output);
	if (descriptor !== undefined) return openDescriptor(descriptor, signal);
	const path = outputPath(terminal, output);
	return { ...(await openOutput({ ...rules, force, path, signal })), path };
}

/** Prints line after line for a verb whose output is its work, and calls `onLost` for each line that nobody takes. */
export class LinePrinter {
	readonly #output = openDescriptor(1, new AbortController().signal);
	readonly #onLost: (failure: Failure) => void;
	#printed = Promise.resolve();

	constructor(onLost: (failure: Failure) => void) {
		this.#onLost = onLost;
	}

	print(line: string): void {
		this.#printed = this.#printed.then(() => this.#write(`${line}\n`));
	}

	/** Resolves when every line is printed or lost. */
	async printed(): Promise<void> {
		await this.#printed;
	}

	async #write(text: string): Promise<void> {
		try {
			await this.#output.write(inLocale(process.stdout, text));
		} catch (error) {
			const detail = { path: "stdout", error: errorName(error) ?? "" };
			this.#onLost(error instanceof Failure ? error : new Failure("cannot-write", detail, 1));
		}
	}
}

/**
 * Returns the absolute path of a file that `-o` names. Throws `output-is-folder` (exit 2) if it is a directory, or has the form of one,
 * `output-own-place` or `output-link-above` (exit 4), or `no-such-directory` (exit 2).
 */
export function outputPath({ options }: OfState, output: string): Path {
	const path = isAbsolute(output) ? output : `${process.cwd()}/${output}`;
	const folder = new Failure("output-is-folder", { path: printable(output) }, 2);
	if (/\/\.{0,2}$/.test(path)) throw folder;
	const real = realOutput(pathFromText(path));
	if (attempt(() => lstatSync(pathToBytes(real)))?.isDirectory()) throw folder;
	refuseOwn(options.state, real);
	// A link may precede `..`.
	return output.split("/").includes("..") ? real : pathFromText(resolve(output));
}

/** Returns the same for a new file, or the descriptor that `-o` names. Throws `output-descriptor` (exit 2). */
export function newOutput({ options }: OfState, output: string, signal: AbortSignal): Path | number {
	const descriptor = descriptorOf(output);
	if (descriptor === undefined) return outputPath({ options }, output);
	openDescriptor(descriptor, signal);
	return descriptor;
}

function refuseOwn(state: string | undefined, path: Path): void {
	for (const folder of ownStateFolders(state)) refuseOwnPlace(path, pathFromText(folder));
}

/**
 * Returns the absolute path of a folder that `-o` names. It need not exist. Throws `output-needs-folder` (exit 2) for a descriptor,
 * and `output-own-place` (exit 4).
 */
export function outputFolder({ options }: OfState, output: string): Path {
	if (descriptorOf(output) !== undefined) throw new Failure("output-needs-folder", { output: printable(output) }, 2);
	const path = resolve(output);
	let above = path;
	while (!existsSync(above)) above = dirname(above);
	refuseOwn(options.state, pathFromText(resolve(realpathSync(above), relative(above, path))));
	return pathFromText(path);
}

/** Writes a text to a new file, a descriptor or stdout. Resolves to its path, or undefined for stdout. */
export async function printOrWrite(
	terminal: Terminal,
	signal: AbortSignal,
	text: string,
	output: string | undefined,
): Promise<Path | undefined> {
	await using opened = await openNamed(terminal, signal, output);
	await opened.write(text);
	return opened.path;
}

/** Returns the absolute path of another system's root. Throws `no-such-directory` (exit 2). */
export function rootFolder(root: string): string {
	const folder = resolve(root);
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
	throw new Failure("no-such-directory", { path: showPath(pathFromText(folder)) }, 2);
}
