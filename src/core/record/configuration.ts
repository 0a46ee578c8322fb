import { formatPatch, OMIT_HEADERS, structuredPatch } from "diff";
import type { ManifestEntry } from "../cage/manifest.ts";
import { isWithin, type Path, pathFromText } from "../path/path.ts";
import { maskLines } from "./mask.ts";

/** A file of the cage's configuration, and in which way it is another one than the host's or the package's. */
export interface Configuration {
	readonly path: Path;
	/**
	 * `package`: as the package ships it; `host`: the host's, which is another one than the package's, or no package's; `edited`: changed in the cage itself;
	 * `written`: made for the cage.
	 */
	readonly state: "package" | "host" | "edited" | "written";
	readonly package?: ManifestEntry["package"];
	/** What it is compared with. */
	readonly against?: "host" | "package" | "nothing";
	/** Unified, with secrets masked; absent where there is nothing to compare, or it may not be shown. */
	readonly difference?: readonly string[];
	/** Why no difference is shown although there is one. */
	readonly withheld?: "secret" | "binary" | "too-long";
}

const etc = pathFromText("/etc");
/** The accounts stand in the record one by one; their files would tell of the host whom it has besides. The loader's cache is no text. */
const elsewhere: ReadonlySet<string> = new Set(["/etc/passwd", "/etc/group", "/etc/ld.so.cache"]);

/** What counts as configuration: files below /etc, and what was edited or written for the cage anywhere. */
export function isConfiguration({ edited, kind, path }: ManifestEntry): boolean {
	if (elsewhere.has(path)) return false;
	return (kind === "file" && (isWithin(path, etc) || edited !== undefined)) || kind === "generated";
}

/** Texts are undefined where there is no such file. Secrets are masked before they are compared, so that none can stand beside a changed line. */
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
	// Another one, but only in what is masked.
	return difference.length ? { difference } : { withheld: "secret" };
}

/** Beyond, a comparison takes longer than a reader gains. */
const maxEdits = 2000;

/** Hunks with three lines around each change, without the two lines that name the files; undefined where there are too many changes. */
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
