import { ancestors, join, type Path } from "../../path/path.ts";
import { mountedData, type UnitInput } from "./input.ts";
import { pathText } from "./quote.ts";

/**
 * Returns lines of `[Unit]` that prevent systemd from following a link to a source of `BindPaths=`: it does not start the
 * service if a directory between the cage's data folder and the source is a link, and checks again at each restart
 * (systemd.unit(5)). No command runs, so the service's environment has no influence. Directories above that folder belong to
 * root.
 */
export function sourceAssertions(input: Pick<UnitInput, "data">): string[] {
	const parts = new Set(mountedData(input).flatMap(({ path, source }) => partsOf(path, source)));
	if (!parts.size) return [];
	return [
		"# systemd follows links to mount sources, so no directory above the application's state may be a link.",
		...[...parts].map((part) => `${assertion}=!${pathText(assertion, part)}`),
	];
}

const assertion = "AssertPathIsSymbolicLink";

function partsOf(path: Path, source: Path): Path[] {
	// A trial's copy is in one of our own folders.
	if (source === path || !source.endsWith(path)) return [];
	const top = source.slice(0, -path.length) as Path;
	return [top, ...[...ancestors(path), path].map((part) => join(top, part.slice(1)))];
}
