import type { Files } from "../machine/facts.ts";
import { isWithin, pathFromText } from "../path/path.ts";
import { showPath } from "../path/quote.ts";
import { maskLine } from "../record/mask.ts";
import type { Entry, Plan } from "./plan.ts";

const configuration = pathFromText("/etc");
const mostRead = 256 * 1024;
const comment = /^\s*(#|;|\/\/|--|\*)/;
/** Switches and limits named for passwords. */
const noPassword = /[=:\s]\s*["']?(yes|no|true|false|on|off|none|null|-?\d{1,4}[smhd]?|\/[^\s"']*)?["']?[;,]?\s*$/i;

/**
 * Notes configuration with passwords that only the application should read. Its own configuration goes in without a question, because it
 * cannot start without it; whoever breaks into the application can read it in the cage as on the host.
 */
export function passwordNotes(entries: readonly Entry[], files: Pick<Files, "read">): Plan["notes"] {
	const paths = entries.filter((entry) => holdsPassword(entry, files)).map(({ path }) => showPath(path));
	return paths.length ? [{ code: "configuration-holds-passwords", values: { paths: paths.join(", ") } }] : [];
}

function holdsPassword({ decision, kind, mode, path, risks }: Entry, files: Pick<Files, "read">): boolean {
	const isCandidate = kind === "file" && decision === "include" && isWithin(path, configuration) && !(mode & 0o004);
	if (!isCandidate || risks.includes("secret")) return false;
	const text = files.read(path, mostRead)?.toString("latin1") ?? "";
	if (text.includes("\0")) return false;
	return text.split("\n").some((line) => {
		if (line.length > 1000 || comment.test(line) || noPassword.test(line)) return false;
		return maskLine(line) !== line;
	});
}
