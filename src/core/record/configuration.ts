import { formatPatch, OMIT_HEADERS, structuredPatch } from "diff";
import type { ManifestEntry } from "../cage/manifest.ts";
import { etc, isWithin, type Path } from "../path/path.ts";
import { isDecoy } from "../plan/decoys.ts";
import { maskLines } from "./mask.ts";

/** A configuration file of the cage, and how it differs from the host's or the package's. */
export interface Configuration {
	readonly path: Path;
	/**
	 * `package`: unchanged from the package; `host`: the host's version, changed or without a package; `edited`: changed in the
	 * cage; `written`: generated for the cage.
	 */
	readonly state: "package" | "host" | "edited" | "written";
	readonly package?: ManifestEntry["package"];
	/** The other side of the comparison. */
	readonly against?: "host" | "package" | "nothing";
	/** A unified diff with masked secrets; absent if there is nothing to compare or it must not be shown. */
	readonly difference?: readonly string[];
	/** Why an existing difference is not shown. */
	readonly withheld?: "secret" | "binary" | "too-long";
}

/**
 * The record lists the accounts one by one; these files could name further accounts of the host. The loader's cache is binary.
 */
const listedSeparately: ReadonlySet<string> = new Set(["/etc/passwd", "/etc/group", "/etc/ld.so.cache"]);

/** Configuration is every file below /etc, and every edited or generated file. */
export function isConfiguration(entry: ManifestEntry): boolean {
	const { edited, kind, path } = entry;
	if (listedSeparately.has(path) || isDecoy(entry)) return false;
	return (kind === "file" && (isWithin(path, etc) || edited !== undefined)) || kind === "generated";
}

/**
 * An undefined text means that there is no such file. Secrets are masked before the comparison, so that none appears as context.
 */
export function differenceOf(
	before: string | undefined,
	after: string | undefined,
	isSecret: boolean,
): Pick<Configuration, "difference" | "withheld"> {
	if (before === after) return {};
	if (isSecret) return { withheld: "secret" };
	if ((before ?? "").includes("\0") || (after ?? "").includes("\0")) return { withheld: "binary" };
	const difference = unifiedDiff(maskLines(linesOf(before)), maskLines(linesOf(after)));
	if (difference === undefined) return { withheld: "too-long" };
	// Only masked parts differ.
	return difference.length ? { difference } : { withheld: "secret" };
}

/** More changes take longer to compare than they are worth. */
const maxEdits = 2000;

/** Returns hunks with three lines of context, without file names; undefined if there are too many changes. */
export function unifiedDiff(before: readonly string[], after: readonly string[]): string[] | undefined {
	const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
	const patch = structuredPatch("", "", text(before), text(after), "", "", { context: 3, maxEditLength: maxEdits });
	if (!patch) return undefined;
	return patch.hunks.length ? formatPatch(patch, OMIT_HEADERS).replace(/\n$/, "").split("\n") : [];
}

function linesOf(text: string | undefined): string[] {
	if (text === undefined || text === "") return [];
	return text.replace(/\n$/, "").split("\n");
}
