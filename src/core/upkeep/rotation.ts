import type { Cage } from "../cage/cage.ts";
import type { Manifest } from "../cage/manifest.ts";
import { Failure } from "../failure.ts";
import type { Files } from "../machine/facts.ts";
import { isWithin, join, outermost, type Path, parent, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { signalLine } from "./hooks.ts";
import { escapeLogGlob, type LogrotateStanza, parseLogrotate, quoteLogrotate } from "./logrotate-file.ts";
import { serverSignals } from "./signals.ts";

export interface RotationInput {
	readonly cage: Pick<Cage, "name" | "application">;
	readonly manifest: Pick<Manifest, "writable" | "identity" | "permissions">;
	/** Host path of the cage's data. */
	readonly data: Path;
	readonly files: Files;
	/** Words that start this program with its state folder. */
	readonly program: readonly string[];
}

const logs = pathFromText("/var/log");
const hostFolder = pathFromText("/etc/logrotate.d");
/** `tabooext` of logrotate(8), as far as Debian's and Red Hat's package managers and editors leave such files. */
const passedOver = /(,v|~|\.(bak|cfsaved|disabled|new|old|orig|swp|dpkg-\w+|rpm\w+|ucf-\w+))$/;

/** Directories of the application's logs, as it sees them. */
export function logDirectories({ writable }: Pick<Manifest, "writable">): Path[] {
	return outermostOf(writable).filter((path) => isWithin(path, logs));
}

/**
 * A file for logrotate(8) that rotates the logs of a cage on the host: what the host's own files say of those logs, with its paths
 * and its way to tell the application replaced by the cage's; for log directories that they say nothing of, defaults.
 * Throws `logs-unknown` (exit 1) where the application has no logs below its data, and what `quoteLogrotate` throws.
 */
export function logRotation(input: RotationInput): string {
	const found = hostStanzas(input);
	const covered = found.flatMap(({ patterns }) => patterns.map(parent));
	const rest = logDirectories(input.manifest).filter((path) => !covered.includes(path));
	const blocks = [
		...found.map(({ file, patterns, stanza }) => block(input, patterns, carriedOver(stanza), telling(input, stanza), file)),
		...rest.map((path) => block(input, [join(path, "*.log")], defaults, telling(input, undefined))),
	];
	if (!blocks.length) throw new Failure("logs-unknown", { name: input.cage.name }, 1);
	return [`# Logs of the cage ${input.cage.name}, which lie below its data on the host.`, ...leftOut(input), ...blocks, ""].join(
		"\n",
	);
}

interface HostStanza {
	readonly file: Path;
	readonly stanza: LogrotateStanza;
	/** Those of its patterns that lead into the cage's data. */
	readonly patterns: readonly Path[];
}

/**
 * The host rotates these too, in a directory below a writable one. There the application could put a link in the place of a directory between two steps of
 * logrotate, which works by path; and `su` with the application's account (logrotate.conf(5)) does not get to the cage's data, which is root's alone.
 */
function leftOut({ files, manifest }: RotationInput): string[] {
	const directories = outermostOf(manifest.writable);
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
		.filter((name) => !passedOver.test(name))
		.map((name) => {
			const file = join(hostFolder, name);
			return { file, stanzas: parseLogrotate(files.read(file)?.toString("latin1") ?? "") };
		});
}

/** Only those directly in a writable directory: that is a mount for the application, which it cannot put a link in the place of. */
function hostStanzas({ files, manifest }: RotationInput): HostStanza[] {
	const directories = new Set(outermostOf(manifest.writable));
	return hostFiles(files).flatMap(({ file, stanzas }) =>
		stanzas.flatMap((stanza) => {
			const patterns = stanza.patterns.filter((pattern) => directories.has(parent(pattern)));
			return patterns.length ? [{ file, stanza, patterns }] : [];
		}),
	);
}

function outermostOf(writable: Manifest["writable"]): Path[] {
	return outermost(writable.map(({ path }) => path));
}

const defaults = ["weekly", "rotate 12", "missingok", "notifempty", "compress", "delaycompress", "create"];

/** What means the same for the cage's logs. Programs for mail and other directories are the host's business. */
const carried = new Set(
	(
		"hourly daily weekly monthly yearly rotate start size minsize maxsize minage maxage missingok nomissingok ifempty notifempty " +
		"create nocreate copytruncate nocopytruncate copy nocopy renamecopy norenamecopy compress nocompress delaycompress nodelaycompress " +
		"compresscmd uncompresscmd compressext compressoptions dateext nodateext dateformat dateyesterday datehourago extension addextension " +
		"shred noshred shredcycles sharedscripts nosharedscripts"
	).split(" "),
);

function carriedOver({ directives }: LogrotateStanza): string[] {
	return directives.filter((directive) => carried.has(directive.split(" ")[0] ?? ""));
}

/**
 * How the application gets to know of a new file: by a signal (without `SIG`), by none, or not at all, so that the file is copied and
 * emptied. That last loses lines now and then, and is right for any program.
 */
type Telling = { readonly signal: string } | "nothing" | "copytruncate";

const signalInScript = /(?:^|\s)-(?:s\s*|-signal[=\s]\s*)?(?:SIG)?(HUP|USR1|USR2)\b/;

function telling({ cage }: RotationInput, stanza: LogrotateStanza | undefined): Telling {
	if (stanza?.directives.includes("copytruncate")) return "copytruncate";
	const reopen = serverSignals(cage.application.command)?.reopen;
	if (reopen !== undefined) return reopen === "none" ? "nothing" : { signal: reopen };
	const script = stanza?.scripts.get("postrotate");
	const named = signalInScript.exec(script ?? "")?.[1];
	if (named !== undefined) return { signal: named };
	// Whoever wrote the host's file knows that the program needs not be told.
	return stanza && script === undefined ? "nothing" : "copytruncate";
}

function block(
	input: RotationInput,
	patterns: readonly Path[],
	directives: readonly string[],
	tell: Telling,
	from?: Path,
): string {
	const { cage, data, program } = input;
	const names = patterns.map((pattern) => quoteLogrotate(`${escapeLogGlob(data)}${pattern}` as Path));
	const lines = directives
		.filter((directive) => tell !== "copytruncate" || !/^(no)?create\b/.test(directive))
		.map((directive) => forRoot(input, directive));
	if (tell === "copytruncate" && !lines.includes("copytruncate")) lines.push("copytruncate");
	lines.push(...asRoot(input, patterns));
	if (typeof tell === "object") {
		if (!lines.includes("sharedscripts")) lines.push("sharedscripts");
		lines.push("postrotate", `\t${signalLine({ program, name: cage.name, signal: tell.signal })}`, "endscript");
	}
	return [
		"",
		...(from === undefined ? [] : [`# After ${showPath(from)} of this host.`]),
		`${names.join("\n")} {`,
		...lines.map((line) => `\t${line}`),
		"}",
	].join("\n");
}

/**
 * A master that starts as root and keeps no CAP_DAC_OVERRIDE is of the group root and no more: it can write to another account's file only by
 * that. Made so, a log is opened anew by master and workers without any capability (measured: nginx).
 */
function forRoot({ manifest }: RotationInput, directive: string): string {
	const { identity, permissions } = manifest;
	const [, owner] = /^create\s+\d+\s+(\S+)\s+\S+$/.exec(directive) ?? [];
	const overrides = identity.uid !== 0 || permissions.capabilities.some(({ name }) => name === "dac_override");
	return owner === undefined || owner === "root" || overrides ? directive : `create 0660 ${owner} root`;
}

/**
 * logrotate refuses a directory that others than root may write to until it is told as whom to work there (logrotate.conf(5), `su`).
 * That is root with the directory's group, since nobody else can reach the cage's data. It opens no links there.
 */
function asRoot({ manifest }: RotationInput, patterns: readonly Path[]): string[] {
	const open = manifest.writable.find(
		({ gid, mode, path }) =>
			patterns.some((pattern) => parent(pattern) === path) && (mode & 0o002 || (mode & 0o020 && gid !== 0)),
	);
	return open ? [`su 0 ${open.gid}`] : [];
}
