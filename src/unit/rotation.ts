import { Failure } from "../base/failure.ts";
import type { Files } from "../base/machine/facts.ts";
import { isWithin, join, type Path, parent, pathFromText } from "../base/path/path.ts";
import { showPath } from "../base/path/quote.ts";
import type { Cage } from "../cage/cage.ts";
import { type Manifest, rootsOf } from "../cage/manifest.ts";
import { escapeLogGlob, type LogrotateStanza, parseLogrotate, quoteLogrotate } from "../service/logrotate-file.ts";
import { serverSignals } from "../service/signals.ts";
import { signalLine } from "./hooks.ts";

interface RotationInput {
	readonly cage: Pick<Cage, "name" | "application">;
	readonly manifest: Pick<Manifest, "writable" | "identity" | "permissions">;
	/** Host path of the cage's data. */
	readonly data: Path;
	readonly files: Files;
	/** The words that start Cagewright with its state folder. */
	readonly program: readonly string[];
}

const logs = pathFromText("/var/log");
const hostFolder = pathFromText("/etc/logrotate.d");
/** `tabooext` of logrotate(8), for leftovers of package managers and editors on Debian and Red Hat. */
const ignoredNames = /(,v|~|\.(bak|cfsaved|disabled|new|old|orig|swp|dpkg-\w+|rpm\w+|ucf-\w+))$/;

/** Returns the directories of the application's logs, as it sees them. */
export function logDirectories(manifest: Pick<Manifest, "writable">): Path[] {
	return rootsOf(manifest).filter((path) => isWithin(path, logs));
}

/**
 * Returns a logrotate(8) file that rotates a cage's logs on the host. Stanzas of the host's own files are adapted: the cage's
 * paths, and the cage's way to signal the application. Log directories without a stanza get defaults. Throws `logs-unknown` (exit
 * 1) if the application has no logs in its data, and what `quoteLogrotate` throws.
 */
export function logRotation(input: RotationInput): string {
	const found = hostStanzas(input);
	const covered = found.flatMap(({ patterns }) => patterns.map(parent));
	const rest = logDirectories(input.manifest).filter((path) => !covered.includes(path));
	const blocks = [
		...found.map(({ file, patterns, stanza }) =>
			stanzaText(input, {
				patterns,
				directives: portableDirectives(stanza),
				notification: notificationFor(input, stanza),
				from: file,
			}),
		),
		...rest.map((path) =>
			stanzaText(input, {
				patterns: [join(path, "*.log")],
				directives: defaults,
				notification: notificationFor(input, undefined),
			}),
		),
	];
	if (!blocks.length) throw new Failure("logs-unknown", { name: input.cage.name }, 1);
	return [`# Logs of cage ${input.cage.name}, in its data on the host.`, ...skippedComments(input), ...blocks, ""].join("\n");
}

interface HostStanza {
	readonly file: Path;
	readonly stanza: LogrotateStanza;
	/** Patterns that match files in the cage's data. */
	readonly patterns: readonly Path[];
}

/**
 * Returns comments about logs in a directory below a writable one. The application could replace that directory with a link
 * between two steps of logrotate, which works by path. `su` with the application's account (logrotate.conf(5)) does not help,
 * because only root can enter the cage's data.
 */
function skippedComments({ files, manifest }: RotationInput): string[] {
	const directories = rootsOf(manifest);
	const isBelow = (pattern: Path) => directories.some((one) => one !== parent(pattern) && isWithin(parent(pattern), one));
	return hostFiles(files).flatMap(({ file, stanzas }) =>
		stanzas
			.flatMap(({ patterns }) => patterns)
			.filter(isBelow)
			.map(
				(pattern) =>
					`# Left out: ${showPath(pattern)} of ${showPath(file)}; the application can make its directory a link. Let it log into ${showPath(directories.find((one) => isWithin(pattern, one)) ?? logs)}.`,
			),
	);
}

function hostFiles(files: Files): { file: Path; stanzas: readonly LogrotateStanza[] }[] {
	return files
		.list(hostFolder)
		.filter((name) => !ignoredNames.test(name))
		.map((name) => {
			const file = join(hostFolder, name);
			return { file, stanzas: parseLogrotate(files.read(file)?.toString("latin1") ?? "") };
		});
}

/**
 * Returns stanzas with files directly in a writable directory. That directory is a mount for the application, which cannot
 * replace it with a link.
 */
function hostStanzas({ files, manifest }: RotationInput): HostStanza[] {
	const directories = new Set(rootsOf(manifest));
	return hostFiles(files).flatMap(({ file, stanzas }) =>
		stanzas.flatMap((stanza) => {
			const patterns = stanza.patterns.filter((pattern) => directories.has(parent(pattern)));
			return patterns.length ? [{ file, stanza, patterns }] : [];
		}),
	);
}

const defaults = ["weekly", "rotate 12", "missingok", "notifempty", "compress", "delaycompress", "create"];

/** Directives that mean the same for the cage's logs. Mail programs and other directories are the host's business. */
const portable = new Set(
	(
		"hourly daily weekly monthly yearly rotate start size minsize maxsize minage maxage missingok nomissingok ifempty notifempty " +
		"create nocreate copytruncate nocopytruncate copy nocopy renamecopy norenamecopy compress nocompress delaycompress nodelaycompress " +
		"compresscmd uncompresscmd compressext compressoptions dateext nodateext dateformat dateyesterday datehourago extension addextension " +
		"shred noshred shredcycles sharedscripts nosharedscripts"
	).split(" "),
);

function portableDirectives({ directives }: LogrotateStanza): string[] {
	return directives.filter((directive) => portable.has(directive.split(" ")[0] ?? ""));
}

/**
 * How the application learns about a new log file: by a signal (without `SIG`), not at all, or because the file is copied and
 * truncated. The last may lose lines, but works for any program.
 */
type LogNotification = { readonly signal: string } | "nothing" | "copytruncate";

const signalInScript = /(?:^|\s)-(?:s\s*|-signal[=\s]\s*)?(?:SIG)?(HUP|USR1|USR2)\b/;

function notificationFor({ cage }: RotationInput, stanza: LogrotateStanza | undefined): LogNotification {
	if (stanza?.directives.includes("copytruncate")) return "copytruncate";
	const reopen = serverSignals(cage.application.command)?.reopen;
	if (reopen !== undefined) return reopen === "none" ? "nothing" : { signal: reopen };
	const script = stanza?.scripts.get("postrotate");
	const named = signalInScript.exec(script ?? "")?.[1];
	if (named !== undefined) return { signal: named };
	// The host's stanza has no script, so the program needs no signal.
	return stanza && script === undefined ? "nothing" : "copytruncate";
}

interface CageStanza {
	readonly patterns: readonly Path[];
	readonly directives: readonly string[];
	readonly notification: LogNotification;
	/** The host's file that it is based on. */
	readonly from?: Path;
}

function stanzaText(input: RotationInput, { directives, from, notification, patterns }: CageStanza): string {
	const { cage, data, program } = input;
	const names = patterns.map((pattern) => quoteLogrotate(`${escapeLogGlob(data)}${pattern}` as Path));
	const lines = directives
		// The cage may have no log of each of the host's names, such as that of another service in the same directory.
		.filter((directive) => !/^(no)?missingok$/.test(directive))
		.filter((directive) => notification !== "copytruncate" || !/^(no)?create\b/.test(directive))
		.map((directive) => adaptedCreate(input, directive));
	lines.push("missingok");
	if (notification === "copytruncate" && !lines.includes("copytruncate")) lines.push("copytruncate");
	lines.push(...suDirective(input, patterns));
	if (typeof notification === "object") {
		if (!lines.includes("sharedscripts")) lines.push("sharedscripts");
		lines.push("postrotate", `\t${signalLine({ program, name: cage.name, signal: notification.signal })}`, "endscript");
	}
	return [
		"",
		...(from === undefined ? [] : [`# Based on this host's ${showPath(from)}.`]),
		`${names.join("\n")} {`,
		...lines.map((line) => `\t${line}`),
		"}",
	].join("\n");
}

/**
 * A master process that starts as root without CAP_DAC_OVERRIDE can write to another account's file only via the group root. With
 * these modes, master and workers can reopen a log without any capability (measured: nginx).
 */
function adaptedCreate({ manifest }: RotationInput, directive: string): string {
	const { identity, permissions } = manifest;
	const [, owner] = /^create\s+\d+\s+(\S+)\s+\S+$/.exec(directive) ?? [];
	const overrides = identity.uid !== 0 || permissions.capabilities.some(({ name }) => name === "dac_override");
	return owner === undefined || owner === "root" || overrides ? directive : `create 0660 ${owner} root`;
}

/**
 * logrotate refuses a directory that others than root may write to unless `su` names an account (logrotate.conf(5)). We name root
 * with the directory's group, because nobody else can enter the cage's data. It opens no links there.
 */
function suDirective({ manifest }: RotationInput, patterns: readonly Path[]): string[] {
	const open = manifest.writable.find(
		({ gid, mode, path }) =>
			patterns.some((pattern) => parent(pattern) === path) && (mode & 0o002 || (mode & 0o020 && gid !== 0)),
	);
	return open ? [`su 0 ${open.gid}`] : [];
}
