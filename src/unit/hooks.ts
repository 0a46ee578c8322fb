import { isWithin, join, type Path, pathFromText } from "../base/path/path.ts";
import { quoteShellLine } from "../base/path/quote.ts";
import type { Manifest } from "../cage/manifest.ts";

/** Folders of which logrotate(8) and certbot(1) read every file. */

export const logrotateFolder = pathFromText("/etc/logrotate.d");
export const deployFolder = pathFromText("/etc/letsencrypt/renewal-hooks/deploy");
export const hookFolders: readonly Path[] = [logrotateFolder, deployFolder];

export function hookPlace(folder: Path, cage: string): Path {
	return join(folder, pathFromText(`cage-${cage}`));
}

/** Whether a file mentions this cage's data or signals the application in it, as our own files do. */
export function mentionsCage(text: string, folder: string): boolean {
	const [, state, name] = /^(.*)\/cages\/([^/]+)$/.exec(folder) ?? [];
	return text.includes(`${folder}/`) || text.includes(`--state ${state} signal ${name} `);
}

/** Returns a script that certbot(1) runs after each renewal. */
export function deployHook(line: SignalLine): string {
	return [
		"#!/bin/sh",
		`# Makes the application in cage ${line.name} load its renewed certificate.`,
		`# Install as ${hookPlace(deployFolder, line.name)} with mode 0755.`,
		signalLine(line),
		"",
	].join("\n");
}

const certbot = pathFromText("/etc/letsencrypt");

/** Returns certbot's files that the cage has as copies: a renewal does not reach them, whatever signal is sent. */
export function copiedCertificates({ entries }: Pick<Manifest, "entries">): Path[] {
	return entries.filter(({ kind, path }) => kind === "file" && isWithin(path, certbot)).map(({ path }) => path);
}

/** How a script of the host signals the application in a cage. */
interface SignalLine {
	/** The words that start Cagewright with its state folder; scripts cannot rely on PATH. */
	readonly program: readonly string[];
	readonly name: string;
	/** Without `SIG`. */
	readonly signal: string;
}

/**
 * Returns a line of POSIX shell. A cage that is not running (exit 1) is no error; any other failure prints the message and ends
 * the script.
 */
export function signalLine({ name, program, signal }: SignalLine): string {
	const command = quoteShellLine([...program, "signal", name, signal]);
	return `said=$(${command} 2>&1) || [ $? -eq 1 ] || { echo "$said" >&2; exit 1; }`;
}
