import type { Manifest } from "../cage/manifest.ts";
import { isWithin, type Path, pathFromText } from "../path/path.ts";
import { deployFolder, hookPlace } from "./hooks.ts";
import { type SignalLine, signalLine } from "./signal-line.ts";

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
