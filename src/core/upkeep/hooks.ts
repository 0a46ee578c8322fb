import type { Manifest } from "../cage/manifest.ts";
import { isWithin, join, type Path, pathFromText } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";

/** Where the host reads what belongs beside a cage: logrotate(8) and certbot(1) take every file of a folder. */

export const logrotateFolder = pathFromText("/etc/logrotate.d");
export const deployFolder = pathFromText("/etc/letsencrypt/renewal-hooks/deploy");
export const hookFolders: readonly Path[] = [logrotateFolder, deployFolder];

export function hookPlace(folder: Path, cage: string): Path {
	return join(folder, pathFromText(`cage-${cage}`));
}

/** Whether a file speaks of the cage with this folder: of its data, or of the signal to what runs in it, as our own texts do. */
export function mentionsCage(text: string, folder: string): boolean {
	const [, state, name] = /^(.*)\/cages\/([^/]+)$/.exec(folder) ?? [];
	return text.includes(`${folder}/`) || text.includes(`--state ${state} signal ${name} `);
}

/** A script that certbot(1) runs after each renewal. */
export function deployHook(line: SignalLine): string {
	return [
		"#!/bin/sh",
		`# Lets the application in the cage ${line.name} read its renewed certificate.`,
		`# Belongs into ${hookPlace(deployFolder, line.name)}, mode 0755.`,
		signalLine(line),
		"",
	].join("\n");
}

const certbot = pathFromText("/etc/letsencrypt");

/** What of certbot's folder the cage has as a copy: a renewal does not reach it, whatever signal is sent. */
export function copiedCertificates({ entries }: Pick<Manifest, "entries">): Path[] {
	return entries.filter(({ kind, path }) => kind === "file" && isWithin(path, certbot)).map(({ path }) => path);
}

/** How a script of the host reaches the application in a cage. */
export interface SignalLine {
	/** Words that start this program with its state folder; a script has no PATH that one could rely on. */
	readonly program: readonly string[];
	readonly name: string;
	/** Without `SIG`. */
	readonly signal: string;
}

/**
 * A line of POSIX shell. A cage that does not run (exit 1) has nothing to do and is no error; anything else ends the script with what
 * was said.
 */
export function signalLine({ name, program, signal }: SignalLine): string {
	const command = quoteShellLine([...program, "signal", name, signal]);
	return `said=$(${command} 2>&1) || [ $? -eq 1 ] || { echo "$said" >&2; exit 1; }`;
}
